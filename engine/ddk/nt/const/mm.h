/* mm.h - memory management */
#ifndef RDR_NT_CONST_MM_H
#define RDR_NT_CONST_MM_H

#define MM_ANY_NODE_OK                        0x80000000
#define MM_DONT_ZERO_ALLOCATION               0x00000001
#define MM_ALLOCATE_FROM_LOCAL_NODE_ONLY      0x00000002
#define MM_ALLOCATE_FULLY_REQUIRED            0x00000004
#define MM_ALLOCATE_NO_WAIT                   0x00000008
#define MM_ALLOCATE_PREFER_CONTIGUOUS         0x00000010
#define MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS 0x00000020
#define MDL_MAPPED_TO_SYSTEM_VA               0x0001
#define MDL_PAGES_LOCKED                      0x0002
#define MDL_SOURCE_IS_NONPAGED_POOL           0x0004
#define MDL_ALLOCATED_FIXED_SIZE              0x0008
#define MDL_PARTIAL                           0x0010
#define MDL_PARTIAL_HAS_BEEN_MAPPED           0x0020
#define MDL_IO_PAGE_READ                      0x0040
#define MDL_WRITE_OPERATION                   0x0080
#define MDL_PARENT_MAPPED_SYSTEM_VA           0x0100
#define MDL_FREE_EXTRA_PTES                   0x0200
#define MDL_DESCRIBES_AWE                     0x0400
#define MDL_NETWORK_HEADER                    0x1000
#define MDL_MAPPING_CAN_FAIL                  0x2000
#define MDL_ALLOCATED_MUST_SUCCEED            0x4000
#define MDL_INTERNAL                          0x8000
#define SECTION_QUERY                         0x0001
#define SECTION_MAP_WRITE                     0x0002
#define SECTION_MAP_READ                      0x0004
#define SECTION_MAP_EXECUTE                   0x0008
#define SECTION_EXTEND_SIZE                   0x0010
#define SECTION_MAP_EXECUTE_EXPLICIT          0x0020
#define SECTION_ALL_ACCESS \
    (STANDARD_RIGHTS_REQUIRED| SECTION_QUERY| SECTION_MAP_WRITE | SECTION_MAP_READ | SECTION_MAP_EXECUTE | \
    SECTION_EXTEND_SIZE)
#define SEGMENT_ALL_ACCESS                    SECTION_ALL_ACCESS
#define PAGE_NOACCESS                         0x01
#define PAGE_READONLY                         0x02
#define PAGE_READWRITE                        0x04
#define PAGE_WRITECOPY                        0x08
#define PAGE_EXECUTE                          0x10
#define PAGE_EXECUTE_READ                     0x20
#define PAGE_EXECUTE_READWRITE                0x40
#define PAGE_EXECUTE_WRITECOPY                0x80
#define PAGE_GUARD                            0x100
#define PAGE_NOCACHE                          0x200
#define PAGE_WRITECOMBINE                     0x400
#define MEM_COMMIT                            0x1000
#define MEM_RESERVE                           0x2000
#define MEM_DECOMMIT                          0x4000
#define MEM_RELEASE                           0x8000
#define MEM_FREE                              0x10000
#define MEM_PRIVATE                           0x20000
#define MEM_MAPPED                            0x40000
#define MEM_RESET                             0x80000
#define MEM_TOP_DOWN                          0x100000
#define MEM_LARGE_PAGES                       0x20000000
#define MEM_4MB_PAGES                         0x80000000
#define POOL_COLD_ALLOCATION                  256
#define POOL_QUOTA_FAIL_INSTEAD_OF_RAISE      8
#define POOL_RAISE_IF_ALLOCATION_FAILURE      16
#define MM_MAXIMUM_DISK_IO_SIZE               (0x10000)
#define PAGE_SIZE                             0x1000
#define PAGE_SHIFT                            12
#define POOL_TAGGING                          1
#define MM_HIGHEST_USER_ADDRESS               MmHighestUserAddress
#define MM_SYSTEM_RANGE_START                 MmSystemRangeStart
#define MM_USER_PROBE_ADDRESS                 MmUserProbeAddress
#define MM_LOWEST_USER_ADDRESS                (PVOID)0x10000
#define MM_LOWEST_SYSTEM_ADDRESS              (PVOID)0xFFFF080000000000ULL
#define MM_PREFETCH_FLAGS_MASK                ((1 << (2*SYSTEM_PAGE_PRIORITY_BITS)) - 1)
#define HEAP_NO_SERIALIZE                     0x00000001
#define HEAP_GROWABLE                         0x00000002
#define HEAP_GENERATE_EXCEPTIONS              0x00000004
#define HEAP_ZERO_MEMORY                      0x00000008
#define HEAP_TAIL_CHECKING_ENABLED            0x00000020
#define HEAP_FREE_CHECKING_ENABLED            0x00000040
#define HEAP_DISABLE_COALESCE_ON_FREE         0x00000080
#define HEAP_CREATE_ALIGN_16                  0x00010000
#define HEAP_CREATE_ENABLE_TRACING            0x00020000
#define HEAP_CREATE_ENABLE_EXECUTE            0x00040000
#define HEAP_SETTABLE_USER_VALUE              0x00000100
#define HEAP_SETTABLE_USER_FLAG1              0x00000200
#define HEAP_SETTABLE_USER_FLAG2              0x00000400
#define HEAP_SETTABLE_USER_FLAG3              0x00000800
#define HEAP_SETTABLE_USER_FLAGS              0x00000E00
#define HEAP_CLASS_0                          0x00000000
#define HEAP_CLASS_1                          0x00001000
#define HEAP_CLASS_2                          0x00002000
#define HEAP_CLASS_3                          0x00003000
#define HEAP_CLASS_4                          0x00004000
#define HEAP_CLASS_5                          0x00005000
#define HEAP_CLASS_6                          0x00006000
#define HEAP_CLASS_7                          0x00007000
#define HEAP_CLASS_8                          0x00008000
#define HEAP_CLASS_MASK                       0x0000F000
#define HEAP_MAXIMUM_TAG                      0x0FFF
#define HEAP_GLOBAL_TAG                       0x0800
#define HEAP_PSEUDO_TAG_FLAG                  0x8000
#define HEAP_TAG_SHIFT                        18
#define HEAP_TAG_MASK                         (HEAP_MAXIMUM_TAG << HEAP_TAG_SHIFT)
#define HEAP_CREATE_VALID_MASK \
    (HEAP_NO_SERIALIZE | HEAP_GROWABLE | HEAP_GENERATE_EXCEPTIONS | HEAP_ZERO_MEMORY | \
    HEAP_REALLOC_IN_PLACE_ONLY | HEAP_TAIL_CHECKING_ENABLED | HEAP_FREE_CHECKING_ENABLED | \
    HEAP_DISABLE_COALESCE_ON_FREE | HEAP_CLASS_MASK | HEAP_CREATE_ALIGN_16 | HEAP_CREATE_ENABLE_TRACING | \
    HEAP_CREATE_ENABLE_EXECUTE)
#define MAP_WAIT                              1
#define MAP_NO_READ                           (16)
#define MAP_HIGH_PRIORITY                     (64)
#define MEM_DOS_LIM                           0x40000000

#endif
