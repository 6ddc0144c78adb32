/* ntdef.h - base types, strings, lists and annotation words of kernel country.
 *
 * Written from the public documentation for the x86-64 emulator: LONG and ULONG are 32 bits although the compiler's long is
 * not, WCHAR is wchar_t compiled to 16 bits (-fshort-wchar), calling convention words are empty, and annotation words vanish.
 * NTKERNELAPI makes a definition visible outside the engine although kernel rooms are compiled with hidden visibility.
 */
#ifndef _NTDEF_
#define _NTDEF_

#if !defined(__SIZEOF_WCHAR_T__) || __SIZEOF_WCHAR_T__ != 2
#error kernel country needs -fshort-wchar
#endif

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef WINVER
#define WINVER _WIN32_WINNT
#endif
#include "sdkddkver.h"
#include "sal.h"

#define _AMD64_ 1
#define _M_AMD64 100
#define _M_X64 100
#define _WIN64 1

#ifdef __cplusplus
#define EXTERN_C extern "C"
#define EXTERN_C_START extern "C" {
#define EXTERN_C_END }
#else
#define EXTERN_C extern
#define EXTERN_C_START
#define EXTERN_C_END
#endif

/* Calling conventions and linkage: one ABI here, so the words say nothing. */
#define NTAPI
#define NTAPI_INLINE
#define FASTCALL
#define CDECL
#define __cdecl
#define __stdcall
#define __fastcall
#define STDCALL
#define CALLBACK
#define WINAPI
#define APIENTRY
#define DECLSPEC_IMPORT
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define DECLSPEC_NOINLINE __attribute__((noinline))
#define DECLSPEC_ALIGN(x) __attribute__((aligned(x)))
#define DECLSPEC_CACHEALIGN DECLSPEC_ALIGN(64)
#define DECLSPEC_SELECTANY __attribute__((weak))
#define DECLSPEC_ADDRSAFE
#define DECLSPEC_DEPRECATED_DDK
#define SYSTEM_CACHE_ALIGNMENT_SIZE 64
#define MEMORY_ALLOCATION_ALIGNMENT 16
#define NTKERNELAPI __attribute__((visibility("default")))
#define NTSYSAPI NTKERNELAPI
#define NTSYSCALLAPI NTKERNELAPI
#define NTHALAPI NTKERNELAPI
#define FORCEINLINE static inline __attribute__((unused))
#define CFORCEINLINE FORCEINLINE
#define __inline inline
#define __forceinline inline
#ifndef RDRLAB_NT_HOST
#define INLINE inline
#endif
#define _inline inline
#define __int64 long long
#define __int32 int
#define __int16 short
#define __int8 char
#define UNALIGNED
#define RESTRICTED_POINTER
#define POINTER_64
#define POINTER_32
#define FAR
#define NEAR
#define CONST const
#define VOID void
#define POINTER_ALIGNMENT DECLSPEC_ALIGN(8)
#define _ANONYMOUS_UNION
#define _ANONYMOUS_STRUCT
#define DUMMYUNIONNAME
#define DUMMYUNIONNAME2
#define DUMMYUNIONNAME3
#define DUMMYUNIONNAME4
#define DUMMYSTRUCTNAME
#define DUMMYSTRUCTNAME2

/* Numbers. */
typedef char CHAR, CCHAR, *PCHAR, *PCH, *LPCH, *NPSTR, *LPSTR, *PSTR, *PSZ;
typedef const char *LPCCH, *PCCH, *LPCSTR, *PCSTR, *PCSZ;
typedef CHAR *PCCHAR;
typedef signed char SCHAR, *PSCHAR, INT8, *PINT8;
typedef unsigned char UCHAR, *PUCHAR, BYTE, *PBYTE, *LPBYTE, UINT8, *PUINT8, BOOLEAN, *PBOOLEAN, FCHAR;
typedef const UCHAR *PCUCHAR;
typedef short SHORT, *PSHORT, CSHORT, INT16, *PINT16;
typedef unsigned short USHORT, *PUSHORT, WORD, *PWORD, *LPWORD, UINT16, *PUINT16;
typedef int INT, *PINT, *LPINT, BOOL, *PBOOL, *LPBOOL, LONG, *PLONG, *LPLONG, LONG32, *PLONG32, INT32, *PINT32, CLONG_SIGNED;
typedef unsigned int UINT, *PUINT, ULONG, *PULONG, DWORD, *PDWORD, *LPDWORD, ULONG32, *PULONG32, DWORD32, *PDWORD32, UINT32,
    *PUINT32, CLONG, *PCLONG, LOGICAL, *PLOGICAL, FULONG, LCID, *PLCID;
typedef unsigned short LANGID, *PLANGID;
typedef long long LONGLONG, *PLONGLONG, LONG64, *PLONG64, INT64, *PINT64, LONG_PTR, *PLONG_PTR, INT_PTR, *PINT_PTR, SSIZE_T,
    *PSSIZE_T, USN, *PUSN;
typedef unsigned long long ULONGLONG, *PULONGLONG, DWORDLONG, *PDWORDLONG, ULONG64, *PULONG64, DWORD64, *PDWORD64, UINT64,
    *PUINT64, ULONG_PTR, *PULONG_PTR, UINT_PTR, *PUINT_PTR, DWORD_PTR, *PDWORD_PTR, SIZE_T, *PSIZE_T, KAFFINITY, *PKAFFINITY;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE;
typedef void *PVOID, **PPVOID, *LPVOID, *PVOID64, *HANDLE, **PHANDLE, *LPHANDLE, *HINSTANCE, *HMODULE, *HWND;
typedef const void *PCVOID, *LPCVOID;
typedef wchar_t WCHAR, *PWCHAR, *PWCH, *LPWCH, *LPWSTR, *PWSTR, *NWPSTR, *PZZWSTR, UNICODE_CHAR;
typedef const wchar_t *LPCWCH, *PCWCH, *LPCWSTR, *PCWSTR, *LCPWSTR, *PCZZWSTR;
typedef PWSTR *PZPWSTR;
typedef PCWSTR *PZPCWSTR;
typedef LONG NTSTATUS, *PNTSTATUS, HRESULT, SECURITY_STATUS;
typedef const NTSTATUS* PCNTSTATUS;
typedef UCHAR KIRQL, *PKIRQL;
typedef CCHAR KPROCESSOR_MODE;
typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK;
typedef ULONG EXECUTION_STATE, *PEXECUTION_STATE;
typedef UINT WPARAM_UNUSED;

#ifndef NULL
#define NULL ((void*)0)
#endif
#define FALSE 0
#define TRUE 1
#define MINCHAR 0x80
#define MAXCHAR 0x7f
#define MINSHORT 0x8000
#define MAXSHORT 0x7fff
#define MINLONG 0x80000000
#define MAXLONG 0x7fffffff
#define MAXUCHAR 0xff
#define MAXUSHORT 0xffff
#define MAXULONG 0xffffffff
#define MAXDWORD MAXULONG
#define MAXUINT MAXULONG
#define MAXINT MAXLONG
#define MAXLONGLONG 0x7fffffffffffffffll
#define MAXULONGLONG 0xffffffffffffffffull
#define MAXULONG_PTR (~(ULONG_PTR)0)
#define MAXLONG_PTR ((LONG_PTR)(MAXULONG_PTR >> 1))
#define MAXUINT_PTR MAXULONG_PTR
#define MAXSIZE_T MAXULONG_PTR
#define MAX_PATH 260
#define UNICODE_NULL ((WCHAR)0)
#define ANSI_NULL ((CHAR)0)
#define UNICODE_STRING_MAX_BYTES ((USHORT)65534)
#define UNICODE_STRING_MAX_CHARS (32767)
#define MAX_USTRING (sizeof(WCHAR) * (MAXUSHORT / sizeof(WCHAR)))

/* Pointer and number. */
#define HandleToULong(h) ((ULONG)(ULONG_PTR)(h))
#define HandleToLong(h) ((LONG)(LONG_PTR)(h))
#define ULongToHandle(h) ((HANDLE)(ULONG_PTR)(h))
#define LongToHandle(h) ((HANDLE)(LONG_PTR)(h))
#define PtrToUlong(p) ((ULONG)(ULONG_PTR)(p))
#define PtrToLong(p) ((LONG)(LONG_PTR)(p))
#define PtrToUint(p) ((UINT)(UINT_PTR)(p))
#define PtrToInt(p) ((INT)(INT_PTR)(p))
#define PtrToUshort(p) ((USHORT)(ULONG_PTR)(p))
#define PtrToShort(p) ((SHORT)(LONG_PTR)(p))
#define IntToPtr(i) ((VOID*)(INT_PTR)((INT)(i)))
#define UIntToPtr(ui) ((VOID*)(UINT_PTR)((UINT)(ui)))
#define LongToPtr(l) ((VOID*)(LONG_PTR)((LONG)(l)))
#define ULongToPtr(ul) ((VOID*)(ULONG_PTR)((ULONG)(ul)))
#define PtrToULong PtrToUlong
#define HandleToUlong HandleToULong
#define UlongToHandle ULongToHandle
#define UlongToPtr ULongToPtr
#define UintToPtr UIntToPtr
#define Ptr64ToPtr(p) ((VOID*)(p))
#define PtrToPtr64(p) ((VOID*)(p))

/* Structures and members. */
#define FIELD_OFFSET(Type, Field) ((LONG)__builtin_offsetof(Type, Field))
#define UFIELD_OFFSET(Type, Field) ((ULONG)__builtin_offsetof(Type, Field))
#define CONTAINING_RECORD(Address, Type, Field) ((Type*)((PCHAR)(Address) - __builtin_offsetof(Type, Field)))
#define FIELD_SIZE(Type, Field) (sizeof(((Type*)0)->Field))
#define RTL_FIELD_TYPE(Type, Field) (((Type*)0)->Field)
#define RTL_FIELD_SIZE(Type, Field) (sizeof(((Type*)0)->Field))
#define RTL_SIZEOF_THROUGH_FIELD(Type, Field) (__builtin_offsetof(Type, Field) + RTL_FIELD_SIZE(Type, Field))
#define RTL_CONTAINS_FIELD(Struct, Size, Field) \
    ((((PCHAR)(&(Struct)->Field)) + sizeof((Struct)->Field)) <= (((PCHAR)(Struct)) + (Size)))
#define RTL_NUMBER_OF_V1(A) (sizeof(A) / sizeof((A)[0]))
#define RTL_NUMBER_OF_V2(A) RTL_NUMBER_OF_V1(A)
#define RTL_NUMBER_OF(A) RTL_NUMBER_OF_V1(A)
#define ARRAYSIZE(A) RTL_NUMBER_OF_V1(A)
#define _ARRAYSIZE(A) RTL_NUMBER_OF_V1(A)
#define RTL_NUMBER_OF_FIELD(Type, Field) (RTL_NUMBER_OF(RTL_FIELD_TYPE(Type, Field)))
#define RTL_BITS_OF(Size) (sizeof(Size) * 8)
#define RTL_BITS_OF_FIELD(Type, Field) (RTL_BITS_OF(RTL_FIELD_TYPE(Type, Field)))
#define RTL_CONST_CAST(Type) (Type)
#define TYPE_ALIGNMENT(t) __alignof__(t)
#define PROBE_ALIGNMENT(t) TYPE_ALIGNMENT(ULONG)
#define ARGUMENT_PRESENT(Pointer) ((CHAR*)(ULONG_PTR)(Pointer) != (CHAR*)NULL)
#define ALIGN_DOWN_BY(Size, Align) ((ULONG_PTR)(Size) & ~((ULONG_PTR)(Align) - 1))
#define ALIGN_UP_BY(Size, Align) (ALIGN_DOWN_BY(((ULONG_PTR)(Size) + (Align) - 1), Align))
#define ALIGN_DOWN_POINTER_BY(Ptr, Align) ((PVOID)ALIGN_DOWN_BY(Ptr, Align))
#define ALIGN_UP_POINTER_BY(Ptr, Align) ((PVOID)ALIGN_UP_BY(Ptr, Align))
#define ALIGN_DOWN(Size, Type) ALIGN_DOWN_BY(Size, sizeof(Type))
#define ALIGN_UP(Size, Type) ALIGN_UP_BY(Size, sizeof(Type))
#define ALIGN_DOWN_POINTER(Ptr, Type) ALIGN_DOWN_POINTER_BY(Ptr, sizeof(Type))
#define ALIGN_UP_POINTER(Ptr, Type) ALIGN_UP_POINTER_BY(Ptr, sizeof(Type))

#ifdef __cplusplus
#define C_ASSERT(e) static_assert(e, #e)
#define UNREFERENCED_PARAMETER(P) (static_cast<void>(P))
#else
#define C_ASSERT(e) _Static_assert(e, #e)
#define UNREFERENCED_PARAMETER(P) ((void)(P))
#endif
#define UNREFERENCED_LOCAL_VARIABLE(L) UNREFERENCED_PARAMETER(L)
#define DBG_UNREFERENCED_PARAMETER(P) UNREFERENCED_PARAMETER(P)
#define DBG_UNREFERENCED_LOCAL_VARIABLE(L) UNREFERENCED_PARAMETER(L)
#define DEFAULT_UNREACHABLE default: __builtin_unreachable()
#define NOTHING
#define CRITICAL
#define DECLARE_HANDLE(n) typedef HANDLE n

#ifndef RDRLAB_NT_HOST
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#endif

#define Int32x32To64(a, b) ((LONGLONG)(LONG)(a) * (LONGLONG)(LONG)(b))
#define UInt32x32To64(a, b) ((ULONGLONG)(UINT)(a) * (ULONGLONG)(UINT)(b))
#define Int64ShllMod32(a, b) ((ULONGLONG)(a) << (b))
#define Int64ShraMod32(a, b) ((LONGLONG)(a) >> (b))
#define Int64ShrlMod32(a, b) ((ULONGLONG)(a) >> (b))

#define NT_SUCCESS(Status) (((NTSTATUS)(Status)) >= 0)
#define NT_INFORMATION(Status) ((((ULONG)(Status)) >> 30) == 1)
#define NT_WARNING(Status) ((((ULONG)(Status)) >> 30) == 2)
#define NT_ERROR(Status) ((((ULONG)(Status)) >> 30) == 3)
#define APPLICATION_ERROR_MASK 0x20000000
#define ERROR_SEVERITY_SUCCESS 0x00000000
#define ERROR_SEVERITY_INFORMATIONAL 0x40000000
#define ERROR_SEVERITY_WARNING 0x80000000
#define ERROR_SEVERITY_ERROR 0xC0000000

#define MAKELANGID(p, s) ((((USHORT)(s)) << 10) | (USHORT)(p))
#define PRIMARYLANGID(lgid) ((USHORT)(lgid) & 0x3ff)
#define SUBLANGID(lgid) ((USHORT)(lgid) >> 10)
#define MAKELCID(lgid, srtid) ((ULONG)((((ULONG)((USHORT)(srtid))) << 16) | ((ULONG)((USHORT)(lgid)))))
#define LANGIDFROMLCID(lcid) ((USHORT)(lcid))
#define LANG_NEUTRAL 0x00
#define SUBLANG_NEUTRAL 0x00

/* Compound values. */
typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    struct {
        ULONG LowPart;
        ULONG HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef struct _LUID {
    ULONG LowPart;
    LONG HighPart;
} LUID, *PLUID;

typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING* PCUNICODE_STRING;

typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING, OEM_STRING, *POEM_STRING, UTF8_STRING, *PUTF8_STRING;
typedef const STRING *PCSTRING, *PCANSI_STRING, *PCOEM_STRING, *PCUTF8_STRING;

typedef struct _CSTRING {
    USHORT Length;
    USHORT MaximumLength;
    const char* Buffer;
} CSTRING, *PCSTRING_CONST;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY* Flink;
    struct _LIST_ENTRY* Blink;
} LIST_ENTRY, *PLIST_ENTRY, *PRLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY* Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

typedef struct LIST_ENTRY32 {
    ULONG Flink;
    ULONG Blink;
} LIST_ENTRY32, *PLIST_ENTRY32;

typedef struct LIST_ENTRY64 {
    ULONGLONG Flink;
    ULONGLONG Blink;
} LIST_ENTRY64, *PLIST_ENTRY64;

typedef struct _QUAD {
    union {
        LONGLONG UseThisFieldToCopy;
        double DoNotUseThisField;
    };
} QUAD, *PQUAD, UQUAD, *PUQUAD;

typedef struct _OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    PUNICODE_STRING ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
typedef const OBJECT_ATTRIBUTES* PCOBJECT_ATTRIBUTES;

typedef struct _PROCESSOR_NUMBER {
    USHORT Group;
    UCHAR Number;
    UCHAR Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;

typedef struct _GROUP_AFFINITY {
    KAFFINITY Mask;
    USHORT Group;
    USHORT Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;

typedef enum _EVENT_TYPE { NotificationEvent, SynchronizationEvent } EVENT_TYPE;
typedef enum _TIMER_TYPE { NotificationTimer, SynchronizationTimer } TIMER_TYPE;
typedef enum _WAIT_TYPE { WaitAll, WaitAny, WaitNotification } WAIT_TYPE;
typedef enum _NT_PRODUCT_TYPE { NtProductWinNt = 1, NtProductLanManNt, NtProductServer } NT_PRODUCT_TYPE, *PNT_PRODUCT_TYPE;
typedef struct _RTL_BALANCED_NODE {
    union {
        struct _RTL_BALANCED_NODE* Children[2];
        struct {
            struct _RTL_BALANCED_NODE* Left;
            struct _RTL_BALANCED_NODE* Right;
        };
    };
    union {
        UCHAR Red : 1;
        UCHAR Balance : 2;
        ULONG_PTR ParentValue;
    };
} RTL_BALANCED_NODE, *PRTL_BALANCED_NODE;

#define OBJ_HANDLE_TAGBITS 0x00000003
#define OBJ_INHERIT 0x00000002
#define OBJ_PERMANENT 0x00000010
#define OBJ_EXCLUSIVE 0x00000020
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF 0x00000080
#define OBJ_OPENLINK 0x00000100
#define OBJ_KERNEL_HANDLE 0x00000200
#define OBJ_FORCE_ACCESS_CHECK 0x00000400
#define OBJ_IGNORE_IMPERSONATED_DEVICEMAP 0x00000800
#define OBJ_DONT_REPARSE 0x00001000
#define OBJ_VALID_ATTRIBUTES 0x00001FF2

#define InitializeObjectAttributes(p, n, a, r, s)     \
    do {                                              \
        (p)->Length = sizeof(OBJECT_ATTRIBUTES);      \
        (p)->RootDirectory = (r);                     \
        (p)->Attributes = (a);                        \
        (p)->ObjectName = (n);                        \
        (p)->SecurityDescriptor = (s);                \
        (p)->SecurityQualityOfService = NULL;         \
    } while (0)
#define RTL_CONSTANT_OBJECT_ATTRIBUTES(n, a) { sizeof(OBJECT_ATTRIBUTES), NULL, (PUNICODE_STRING)(n), a, NULL, NULL }
#define RTL_INIT_OBJECT_ATTRIBUTES(n, a) RTL_CONSTANT_OBJECT_ATTRIBUTES(n, a)

#ifdef __cplusplus
template <typename RdrCharacter, size_t RdrSize>
constexpr RdrCharacter* RdrStringPointer(const RdrCharacter (&String)[RdrSize])
{
    return const_cast<RdrCharacter*>(String);
}
#define RTL_CONSTANT_STRING(s) { sizeof(s) - sizeof((s)[0]), sizeof(s), RdrStringPointer(s) }
#else
#define RTL_CONSTANT_STRING(s) { sizeof(s) - sizeof((s)[0]), sizeof(s), (s) }
#endif
#define DECLARE_CONST_UNICODE_STRING(_var, _string)    \
    const WCHAR _var##_buffer[] = _string;             \
    const UNICODE_STRING _var = { sizeof(_string) - sizeof(WCHAR), sizeof(_string), (PWCH)_var##_buffer }
#define DECLARE_GLOBAL_CONST_UNICODE_STRING(_var, _string) \
    extern const UNICODE_STRING _var;                      \
    DECLARE_CONST_UNICODE_STRING(_var, _string)
#define DECLARE_UNICODE_STRING_SIZE(_var, _size) \
    WCHAR _var##_buffer[_size];                  \
    UNICODE_STRING _var = { 0, (_size) * sizeof(WCHAR), _var##_buffer }

#include "guiddef.h"

#endif /* _NTDEF_ */
