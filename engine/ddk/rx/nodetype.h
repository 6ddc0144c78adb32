/* nodetype.h - type codes that begin every RDBSS structure. */
#ifndef RDR_NODETYPE_H
#define RDR_NODETYPE_H

#include "rdrkit.h"

#ifdef __cplusplus
extern "C" {
#endif

#define RDBSS_NTC_STORAGE_TYPE_UNKNOWN (0xec00)
#define RDBSS_NTC_STORAGE_TYPE_DIRECTORY (0xec02)
#define RDBSS_NTC_STORAGE_TYPE_FILE (0xec03)
#define RDBSS_NTC_OPENTARGETDIR_FCB (0xecff)
#define RDBSS_NTC_IPC_SHARE (0xecfe)
#define RDBSS_NTC_MAILSLOT (0xecfd)
#define RDBSS_NTC_SPOOLFILE (0xecfc)
#define RDBSS_NTC_SRVCALL (0xeb10)
#define RDBSS_NTC_NETROOT (0xeb11)
#define RDBSS_NTC_V_NETROOT (0xeb12)
#define RDBSS_NTC_VOLUME_FCB (0xeb1f)
#define RDBSS_NTC_SRVOPEN (0xeb1c)
#define RDBSS_NTC_INTERNAL_SRVOPEN (0xeb1d)
#define RDBSS_NTC_DEVICE_FCB (0xeb9a)
#define RDBSS_NTC_DATA_HEADER (0xeb00)
#define RDBSS_NTC_VCB (0xeb01)
#define RDBSS_NTC_FOBX (0xeb07)
#define RDBSS_NTC_RX_CONTEXT (0xeb08)
#define RDBSS_NTC_PREFIX_TABLE (0xeb0d)
#define RDBSS_NTC_PREFIX_ENTRY (0xeb0e)
#define RDBSS_NTC_FCB_TABLE (0xeb09)
#define RDBSS_NTC_FCB_TABLE_ENTRY (0xeb0a)
#define RDBSS_NTC_NONPAGED_FCB (0xebfd)
#define RDBSS_NTC_MINIRDR_DISPATCH (0xebff)
#define RDBSS_NTC_FCB RDBSS_NTC_STORAGE_TYPE_FILE
#define RX_SCAVENGER_MASK (0x1000)
#define RDBSS_FILE_SYSTEM RDR_FILE_SYSTEM

typedef USHORT NODE_TYPE_CODE;
typedef NODE_TYPE_CODE *PNODE_TYPE_CODE;
typedef CSHORT NODE_BYTE_SIZE;

typedef enum _RX_FILE_TYPE {
    FileTypeNotYetKnown = 0,
    FileTypeDirectory = 2,
    FileTypeFile = 3
} RX_FILE_TYPE, *PRX_FILE_TYPE;

typedef enum _RDBSS_BUG_CHECK_CODES {
    RDBSS_BUG_CHECK_FCBSTRUC = 0xfcb00000,
    RDBSS_BUG_CHECK_CACHESUP = 0xca550000,
    RDBSS_BUG_CHECK_CLEANUP = 0xc1ee0000,
    RDBSS_BUG_CHECK_CLOSE = 0xc10e0000,
    RDBSS_BUG_CHECK_NTEXCEPT = 0xbaad0000
} RDBSS_BUG_CHECK_CODES, *PRDBSS_BUG_CHECK_CODES;

#define NODE_TYPE_CODE_AND_SIZE_NO_REFCOUNT_MEMBERS \
    NODE_TYPE_CODE NodeTypeCode; \
    NODE_BYTE_SIZE NodeByteSize;

typedef struct _NODE_TYPE_CODE_AND_SIZE_NO_REFCOUNT {
    NODE_TYPE_CODE_AND_SIZE_NO_REFCOUNT_MEMBERS
} NODE_TYPE_CODE_AND_SIZE_NO_REFCOUNT, *PNODE_TYPE_CODE_AND_SIZE_NO_REFCOUNT;

typedef struct _NODE_TYPE_CODE_AND_SIZE {
    RDR_ANONYMOUS(NODE_TYPE_CODE_AND_SIZE_NO_REFCOUNT);
    volatile ULONG NodeReferenceCount;
} NODE_TYPE_CODE_AND_SIZE, *PNODE_TYPE_AND_SIZE;

#define NodeType(Ptr) (*((PNODE_TYPE_CODE)(Ptr)))
#define ZeroAndInitializeNodeType(Node, Type, Size)                              \
    do {                                                                         \
        RtlZeroMemory((Node), (Size));                                           \
        ((PNODE_TYPE_AND_SIZE)(Node))->NodeTypeCode = (NODE_TYPE_CODE)(Type);    \
        ((PNODE_TYPE_AND_SIZE)(Node))->NodeByteSize = (NODE_BYTE_SIZE)(Size);    \
    } while (0)
#define RDBSS_STORAGE_NTC(x) (RDBSS_NTC_STORAGE_TYPE_UNKNOWN + (x))
#define NodeTypeIsFcb(Fcb) \
    ((((Fcb)->Header.NodeTypeCode & 0xff00) == 0xec00) || (((Fcb)->Header.NodeTypeCode & 0xfff0) == 0xeb90))
#define RxBugCheck(A, B, C) KeBugCheckEx(RDBSS_FILE_SYSTEM, BugCheckFileId | __LINE__, (A), (B), (C))

#ifdef __cplusplus
}
#endif

#endif
