/* ps.h - objects, processes, registry */
#ifndef RDR_NT_CONST_PS_H
#define RDR_NT_CONST_PS_H

#define THREAD_WAIT_OBJECTS                    3
#define REG_NONE                               0
#define REG_SZ                                 1
#define REG_EXPAND_SZ                          2
#define REG_BINARY                             3
#define REG_DWORD                              4
#define REG_DWORD_LITTLE_ENDIAN                4
#define REG_DWORD_BIG_ENDIAN                   5
#define REG_LINK                               6
#define REG_MULTI_SZ                           7
#define REG_RESOURCE_LIST                      8
#define REG_FULL_RESOURCE_DESCRIPTOR           9
#define REG_RESOURCE_REQUIREMENTS_LIST         10
#define REG_QWORD                              11
#define REG_QWORD_LITTLE_ENDIAN                11
#define KEY_QUERY_VALUE                        (0x0001)
#define KEY_SET_VALUE                          (0x0002)
#define KEY_CREATE_SUB_KEY                     (0x0004)
#define KEY_ENUMERATE_SUB_KEYS                 (0x0008)
#define KEY_NOTIFY                             (0x0010)
#define KEY_CREATE_LINK                        (0x0020)
#define KEY_WOW64_32KEY                        (0x0200)
#define KEY_WOW64_64KEY                        (0x0100)
#define KEY_WOW64_RES                          (0x0300)
#define KEY_READ \
    ((STANDARD_RIGHTS_READ | KEY_QUERY_VALUE | KEY_ENUMERATE_SUB_KEYS | KEY_NOTIFY) & (~SYNCHRONIZE))
#define KEY_WRITE \
    ((STANDARD_RIGHTS_WRITE | KEY_SET_VALUE | KEY_CREATE_SUB_KEY) & (~SYNCHRONIZE))
#define KEY_EXECUTE                            ((KEY_READ) & (~SYNCHRONIZE))
#define KEY_ALL_ACCESS \
    ((STANDARD_RIGHTS_ALL | KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_CREATE_SUB_KEY | KEY_ENUMERATE_SUB_KEYS | \
    KEY_NOTIFY | KEY_CREATE_LINK) & (~SYNCHRONIZE))
#define REG_OPTION_RESERVED                    (0x00000000)
#define REG_OPTION_NON_VOLATILE                (0x00000000)
#define REG_OPTION_VOLATILE                    (0x00000001)
#define REG_OPTION_CREATE_LINK                 (0x00000002)
#define REG_OPTION_BACKUP_RESTORE              (0x00000004)
#define REG_OPTION_OPEN_LINK                   (0x00000008)
#define REG_LEGAL_OPTION \
    (REG_OPTION_RESERVED | REG_OPTION_NON_VOLATILE | REG_OPTION_VOLATILE | REG_OPTION_CREATE_LINK | \
    REG_OPTION_BACKUP_RESTORE | REG_OPTION_OPEN_LINK)
#define REG_OPEN_LEGAL_OPTION                  (REG_OPTION_RESERVED | REG_OPTION_BACKUP_RESTORE | REG_OPTION_OPEN_LINK)
#define REG_STANDARD_FORMAT                    1
#define REG_LATEST_FORMAT                      2
#define REG_NO_COMPRESSION                     4
#define REG_CREATED_NEW_KEY                    (0x00000001)
#define REG_OPENED_EXISTING_KEY                (0x00000002)
#define REG_WHOLE_HIVE_VOLATILE                (0x00000001)
#define REG_REFRESH_HIVE                       (0x00000002)
#define REG_NO_LAZY_FLUSH                      (0x00000004)
#define REG_FORCE_RESTORE                      (0x00000008)
#define REG_APP_HIVE                           (0x00000010)
#define REG_PROCESS_PRIVATE                    (0x00000020)
#define REG_START_JOURNAL                      (0x00000040)
#define REG_HIVE_EXACT_FILE_GROWTH             (0x00000080)
#define REG_HIVE_NO_RM                         (0x00000100)
#define REG_HIVE_SINGLE_LOG                    (0x00000200)
#define REG_BOOT_HIVE                          (0x00000400)
#define REG_FORCE_UNLOAD                       1
#define REG_NOTIFY_CHANGE_NAME                 (0x00000001)
#define REG_NOTIFY_CHANGE_ATTRIBUTES           (0x00000002)
#define REG_NOTIFY_CHANGE_LAST_SET             (0x00000004)
#define REG_NOTIFY_CHANGE_SECURITY             (0x00000008)
#define REG_LEGAL_CHANGE_FILTER \
    (REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_ATTRIBUTES | REG_NOTIFY_CHANGE_LAST_SET | REG_NOTIFY_CHANGE_SECURITY)
#define OBJ_NAME_PATH_SEPARATOR                ((WCHAR)L'\\')
#define OBJECT_TYPE_CREATE                     0x0001
#define OBJECT_TYPE_ALL_ACCESS                 (STANDARD_RIGHTS_REQUIRED | 0x1)
#define DIRECTORY_QUERY                        0x0001
#define DIRECTORY_TRAVERSE                     0x0002
#define DIRECTORY_CREATE_OBJECT                0x0004
#define DIRECTORY_CREATE_SUBDIRECTORY          0x0008
#define DIRECTORY_ALL_ACCESS                   (STANDARD_RIGHTS_REQUIRED | 0xF)
#define SYMBOLIC_LINK_QUERY                    0x0001
#define SYMBOLIC_LINK_ALL_ACCESS               (STANDARD_RIGHTS_REQUIRED | 0x1)
#define QUOTA_LIMITS_HARDWS_MIN_ENABLE         0x00000001
#define QUOTA_LIMITS_HARDWS_MIN_DISABLE        0x00000002
#define QUOTA_LIMITS_HARDWS_MAX_ENABLE         0x00000004
#define QUOTA_LIMITS_HARDWS_MAX_DISABLE        0x00000008
#define QUOTA_LIMITS_USE_DEFAULT_LIMITS        0x00000010
#define THREAD_TERMINATE                       0x0001
#define THREAD_SUSPEND_RESUME                  0x0002
#define THREAD_ALERT                           0x0004
#define THREAD_GET_CONTEXT                     0x0008
#define THREAD_SET_CONTEXT                     0x0010
#define THREAD_SET_INFORMATION                 0x0020
#define THREAD_SET_LIMITED_INFORMATION         0x0400
#define THREAD_QUERY_LIMITED_INFORMATION       0x0800
#define PROCESS_DUP_HANDLE                     (0x0040)
#define PROCESS_ALL_ACCESS                     (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFF)
#define THREAD_ALL_ACCESS                      (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFF)
#define THREAD_PROFILING_FLAG_DISPATCH         0x00000001
#define PROCESS_EXCEPTION_PORT_ALL_STATE_BITS  0x00000003u
#define PROCESS_EXCEPTION_PORT_ALL_STATE_FLAGS ((ULONG_PTR)((1u << PROCESS_EXCEPTION_PORT_ALL_STATE_BITS) - 1))
#define THREAD_CSWITCH_PMU_DISABLE             FALSE
#define THREAD_CSWITCH_PMU_ENABLE              TRUE
#define PROCESS_LUID_DOSDEVICES_ONLY           0x00000001
#define PROCESS_HANDLE_TRACING_MAX_STACKS      16
#define SYSTEM_PAGE_PRIORITY_BITS              3
#define SYSTEM_PAGE_PRIORITY_LEVELS            (1 << SYSTEM_PAGE_PRIORITY_BITS)

#endif
