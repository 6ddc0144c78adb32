/* credir.h - the inside of credir: a mini-redirector without a network, whose "servers" are a tree
 * in memory.
 *
 * It is written in C from the published documentation alone, as a student's would be, and uses
 * nothing of ours but the headers: so it shows that RDBSS behaves as documented to somebody else's
 * redirector.
 */
#ifndef CREDIR_H
#define CREDIR_H

#define MINIRDR__NAME CREDIR
#include <ntifs.h>

#include <rx.h>

#include <mrx.h>

#include "credirctl.h"

#define CREDIR_TAG 'dreC'
#define CREDIR_NAME_CHARACTERS 64

/* A file or directory. Guarded by CredirMutex; lives while it is in the tree or open. */
typedef struct _CREDIR_NODE
{
    struct _CREDIR_NODE* Parent; /* NULL: root of a share, or unlinked */
    LIST_ENTRY Siblings;
    LIST_ENTRY Children;
    ULONGLONG Id;
    WCHAR NameBuffer[CREDIR_NAME_CHARACTERS];
    UNICODE_STRING Name;
    BOOLEAN Directory;
    BOOLEAN DeletePending;
    BOOLEAN Linked;
    LONG Opens;
    ULONG Attributes;
    LARGE_INTEGER CreationTime;
    LARGE_INTEGER LastAccessTime;
    LARGE_INTEGER LastWriteTime;
    LARGE_INTEGER ChangeTime;
    PUCHAR Data;
    ULONG Size;
    ULONG Capacity;
} CREDIR_NODE, *PCREDIR_NODE;

extern FAST_MUTEX CredirMutex;
extern CREDIR_COUNTERS CredirCounters;
extern ULONG CredirMode;
extern PRDBSS_DEVICE_OBJECT CredirDevice;

/* tree.c: all with CredirMutex held */
NTSTATUS CredirTreeCreate(VOID);
VOID CredirTreeDestroy(VOID);
PCREDIR_NODE CredirFindShare(PCUNICODE_STRING Share);
PCREDIR_NODE
CredirFind(PCREDIR_NODE Root, PCUNICODE_STRING Path, PCREDIR_NODE* Parent, PUNICODE_STRING Last);
PCREDIR_NODE CredirMake(PCREDIR_NODE Parent, PCUNICODE_STRING Name, BOOLEAN Directory);
NTSTATUS CredirResize(PCREDIR_NODE Node, ULONG Size);
VOID CredirUnlink(PCREDIR_NODE Node);
VOID CredirDereference(PCREDIR_NODE Node);
NTSTATUS CredirRename(PCREDIR_NODE Root, PCREDIR_NODE Node, PCUNICODE_STRING Path, BOOLEAN Replace);
PCREDIR_NODE CredirNodeOf(PRX_CONTEXT RxContext);

/* file.c */
NTSTATUS NTAPI CredirCreate(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirShouldTryToCollapse(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirCollapseOpen(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirCleanupFobx(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirCloseSrvOpen(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirForceClosed(PMRX_SRV_OPEN SrvOpen);
NTSTATUS NTAPI CredirDeallocateForFcb(PMRX_FCB Fcb);
NTSTATUS NTAPI CredirDeallocateForFobx(PMRX_FOBX Fobx);
NTSTATUS NTAPI CredirRead(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirWrite(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirLock(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirRefuse(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirFlush(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirNothing(PRX_CONTEXT RxContext);
ULONG NTAPI
CredirExtend(PRX_CONTEXT RxContext, PLARGE_INTEGER NewFileSize, PLARGE_INTEGER NewAllocationSize);
NTSTATUS NTAPI
CredirComputeBuffering(PMRX_SRV_OPEN SrvOpen, PVOID MRxContext, PULONG NewBufferingState);
NTSTATUS NTAPI
CredirBufferingChanged(PRX_CONTEXT RxContext, PMRX_SRV_OPEN SrvOpen, PVOID MRxContext);
NTSTATUS NTAPI
CredirIsLockRealizable(PMRX_FCB Fcb, PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG Flags);
NTSTATUS NTAPI CredirIsValidDirectory(PRX_CONTEXT RxContext, PUNICODE_STRING DirectoryName);
NTSTATUS NTAPI CredirAreFilesAliased(PFCB Fcb1, PFCB Fcb2);

/* info.c */
NTSTATUS NTAPI CredirQueryDirectory(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirQueryFileInfo(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirSetFileInfo(PRX_CONTEXT RxContext);
NTSTATUS NTAPI CredirQueryVolumeInfo(PRX_CONTEXT RxContext);

#endif
