/* file.c - opening, closing, moving data. */
#include "credir.h"

PCREDIR_NODE CredirNodeOf(PRX_CONTEXT RxContext)
{
    return (PCREDIR_NODE)RxContext->pRelevantSrvOpen->Context;
}

static LARGE_INTEGER Allocation(PCREDIR_NODE Node)
{
    LARGE_INTEGER Size;
    Size.QuadPart = ((LONGLONG)Node->Size + 4095) & ~(LONGLONG)4095;
    return Size;
}

/* Finds or makes what the request names. CredirMutex held. */
static NTSTATUS
Locate(PRX_CONTEXT RxContext, PCREDIR_NODE Root, PCREDIR_NODE* Result, PULONG Information)
{
    PNT_CREATE_PARAMETERS Wanted = &RxContext->Create.NtCreateParameters;
    PUNICODE_STRING Path = GET_ALREADY_PREFIXED_NAME_FROM_CONTEXT(RxContext);
    PCREDIR_NODE Parent;
    UNICODE_STRING Last;
    PCREDIR_NODE Node = CredirFind(Root, Path, &Parent, &Last);
    BOOLEAN WantsDirectory = FlagOn(Wanted->CreateOptions, FILE_DIRECTORY_FILE) != 0;

    if (Node == NULL) {
        if (Parent == NULL) {
            return STATUS_OBJECT_PATH_NOT_FOUND;
        }
        if (Wanted->Disposition == FILE_OPEN || Wanted->Disposition == FILE_OVERWRITE) {
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        Node = CredirMake(Parent, &Last, WantsDirectory);
        if (Node == NULL) {
            return Last.Length > CREDIR_NAME_CHARACTERS * sizeof(WCHAR)
                ? STATUS_NAME_TOO_LONG
                : STATUS_INSUFFICIENT_RESOURCES;
        }
        if (!WantsDirectory && Wanted->FileAttributes != 0) {
            Node->Attributes = Wanted->FileAttributes & ~(ULONG)FILE_ATTRIBUTE_DIRECTORY;
        }
        *Result = Node;
        *Information = FILE_CREATED;
        return STATUS_SUCCESS;
    }
    if (Node->DeletePending) {
        return STATUS_DELETE_PENDING;
    }
    if (Wanted->Disposition == FILE_CREATE) {
        return STATUS_OBJECT_NAME_COLLISION;
    }
    if (WantsDirectory && !Node->Directory) {
        return STATUS_NOT_A_DIRECTORY;
    }
    if (Node->Directory && FlagOn(Wanted->CreateOptions, FILE_NON_DIRECTORY_FILE)) {
        return STATUS_FILE_IS_A_DIRECTORY;
    }
    *Information = FILE_OPENED;
    if (!Node->Directory
        && (Wanted->Disposition == FILE_OVERWRITE || Wanted->Disposition == FILE_OVERWRITE_IF
            || Wanted->Disposition == FILE_SUPERSEDE)) {
        CredirResize(Node, 0);
        *Information = Wanted->Disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED : FILE_OVERWRITTEN;
    }
    *Result = Node;
    return STATUS_SUCCESS;
}

static VOID FillFcb(PRX_CONTEXT RxContext, PCREDIR_NODE Node)
{
    FCB_INIT_PACKET InitPacket;
    ULONG Links = 1;
    LARGE_INTEGER Size;
    LARGE_INTEGER AllocationSize = Allocation(Node);

    Size.QuadPart = Node->Size;
    RxFormInitPacket(
        InitPacket, &Node->Attributes, &Links, &Node->CreationTime, &Node->LastAccessTime,
        &Node->LastWriteTime, &Node->ChangeTime, &AllocationSize, &Size, &Size);
    RxFinishFcbInitialization(
        RxContext->pFcb,
        (RX_FILE_TYPE)RDBSS_STORAGE_NTC(Node->Directory ? FileTypeDirectory : FileTypeFile),
        &InitPacket);
}

NTSTATUS NTAPI CredirCreate(PRX_CONTEXT RxContext)
{
    PMRX_SRV_OPEN SrvOpen = RxContext->pRelevantSrvOpen;
    PCREDIR_NODE Root = (PCREDIR_NODE)SrvOpen->pVNetRoot->pNetRoot->Context;
    PCREDIR_NODE Node = NULL;
    ULONG Information = FILE_OPENED;
    NTSTATUS Status;

    CredirCounters.Create++;
    ExAcquireFastMutex(&CredirMutex);
    Status
        = Root == NULL ? STATUS_NETWORK_NAME_DELETED : Locate(RxContext, Root, &Node, &Information);
    if (NT_SUCCESS(Status)) {
        Node->Opens++;
        if (FlagOn(RxContext->Create.NtCreateParameters.CreateOptions, FILE_DELETE_ON_CLOSE)) {
            Node->DeletePending = TRUE;
        }
    }
    ExReleaseFastMutex(&CredirMutex);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    SrvOpen->Context = Node;
    SrvOpen->Key = Node;
    if (FlagOn(CredirMode, CREDIR_MODE_CACHE) && !Node->Directory) {
        SrvOpen->BufferingFlags = FCB_STATE_WRITECACHING_ENABLED | FCB_STATE_WRITEBUFFERING_ENABLED
            | FCB_STATE_READCACHING_ENABLED | FCB_STATE_READBUFFERING_ENABLED
            | FCB_STATE_COLLAPSING_ENABLED;
    } else {
        SrvOpen->Flags |= SRVOPEN_FLAG_DONTUSE_READ_CACHING | SRVOPEN_FLAG_DONTUSE_WRITE_CACHING;
    }
    FillFcb(RxContext, Node);
    RxContext->pFobx = RxCreateNetFobx(RxContext, SrvOpen);
    if (RxContext->pFobx == NULL) {
        SrvOpen->Context = NULL;
        ExAcquireFastMutex(&CredirMutex);
        CredirDereference(Node);
        ExReleaseFastMutex(&CredirMutex);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RxContext->Create.ReturnedCreateInformation = Information;
    RxContext->CurrentIrp->IoStatus.Information = Information;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirShouldTryToCollapse(PRX_CONTEXT RxContext)
{
    PMRX_SRV_OPEN SrvOpen = RxContext->pRelevantSrvOpen;

    return FlagOn(SrvOpen->BufferingFlags, FCB_STATE_COLLAPSING_ENABLED)
        ? STATUS_SUCCESS
        : STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS NTAPI CredirCollapseOpen(PRX_CONTEXT RxContext)
{
    CredirCounters.CollapseOpen++;
    RxContext->pFobx = RxCreateNetFobx(RxContext, RxContext->pRelevantSrvOpen);
    if (RxContext->pFobx == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RxContext->CurrentIrp->IoStatus.Information = FILE_OPENED;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirCleanupFobx(PRX_CONTEXT RxContext)
{
    UNREFERENCED_PARAMETER(RxContext);
    CredirCounters.CleanupFobx++;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirCloseSrvOpen(PRX_CONTEXT RxContext)
{
    PMRX_SRV_OPEN SrvOpen = RxContext->pRelevantSrvOpen;
    PCREDIR_NODE Node = (PCREDIR_NODE)SrvOpen->Context;

    CredirCounters.CloseSrvOpen++;
    if (Node != NULL) {
        SrvOpen->Context = NULL;
        ExAcquireFastMutex(&CredirMutex);
        if (Node->Opens == 1 && Node->DeletePending && IsListEmpty(&Node->Children)) {
            CredirUnlink(Node);
        }
        CredirDereference(Node);
        ExReleaseFastMutex(&CredirMutex);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirForceClosed(PMRX_SRV_OPEN SrvOpen)
{
    PCREDIR_NODE Node = (PCREDIR_NODE)SrvOpen->Context;

    CredirCounters.ForceClosed++;
    if (Node != NULL) {
        SrvOpen->Context = NULL;
        ExAcquireFastMutex(&CredirMutex);
        CredirDereference(Node);
        ExReleaseFastMutex(&CredirMutex);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirDeallocateForFcb(PMRX_FCB Fcb)
{
    Fcb->Context = NULL;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirDeallocateForFobx(PMRX_FOBX Fobx)
{
    Fobx->Context2 = NULL;
    return STATUS_SUCCESS;
}

/* Moves bytes between the file and the request's buffer. */
static NTSTATUS Transfer(PRX_CONTEXT RxContext)
{
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    PCREDIR_NODE Node = CredirNodeOf(RxContext);
    RXVBO Offset = LowIoContext->ParamsFor.ReadWrite.ByteOffset;
    ULONG Length = LowIoContext->ParamsFor.ReadWrite.ByteCount;
    BOOLEAN Write = LowIoContext->Operation == LOWIO_OP_WRITE;
    PVOID Buffer = RxLowIoGetBufferAddress(RxContext);
    NTSTATUS Status = STATUS_SUCCESS;

    RxContext->InformationToReturn = 0;
    if (Node == NULL) {
        return STATUS_FILE_CLOSED;
    }
    if (Length != 0 && Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Offset < 0 || Offset > MAXLONG || Length > MAXLONG) {
        return STATUS_INVALID_PARAMETER;
    }
    ExAcquireFastMutex(&CredirMutex);
    if (Write) {
        if (Offset + Length > Node->Size) {
            Status = CredirResize(Node, (ULONG)(Offset + Length));
        }
        if (NT_SUCCESS(Status)) {
            RtlCopyMemory(Node->Data + Offset, Buffer, Length);
            KeQuerySystemTime(&Node->LastWriteTime);
        }
    } else if (Offset >= Node->Size) {
        Status = STATUS_END_OF_FILE;
    } else {
        if (Offset + Length > Node->Size) {
            Length = (ULONG)(Node->Size - Offset);
        }
        RtlCopyMemory(Buffer, Node->Data + Offset, Length);
    }
    ExReleaseFastMutex(&CredirMutex);
    if (NT_SUCCESS(Status)) {
        RxContext->InformationToReturn = Length;
    }
    return Status;
}

static VOID NTAPI TransferLater(PVOID Context)
{
    PRX_CONTEXT RxContext = (PRX_CONTEXT)Context;

    RxContext->StoredStatus = Transfer(RxContext);
    RxLowIoCompletion(RxContext);
}

static NTSTATUS StartTransfer(PRX_CONTEXT RxContext)
{
    if (FlagOn(CredirMode, CREDIR_MODE_PEND_IO)
        && !FlagOn(RxContext->LowIoContext.Flags, LOWIO_CONTEXT_FLAG_SYNCCALL)
        && NT_SUCCESS(
            RxDispatchToWorkerThread(CredirDevice, DelayedWorkQueue, TransferLater, RxContext))) {
        return STATUS_PENDING;
    }
    return Transfer(RxContext);
}

NTSTATUS NTAPI CredirRead(PRX_CONTEXT RxContext)
{
    CredirCounters.Read++;
    return StartTransfer(RxContext);
}

NTSTATUS NTAPI CredirWrite(PRX_CONTEXT RxContext)
{
    CredirCounters.Write++;
    return StartTransfer(RxContext);
}

/* One client, no rivals: every lock is granted. */
NTSTATUS NTAPI CredirLock(PRX_CONTEXT RxContext)
{
    UNREFERENCED_PARAMETER(RxContext);
    CredirCounters.Lock++;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirRefuse(PRX_CONTEXT RxContext)
{
    UNREFERENCED_PARAMETER(RxContext);
    return STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS NTAPI CredirFlush(PRX_CONTEXT RxContext)
{
    UNREFERENCED_PARAMETER(RxContext);
    CredirCounters.Flush++;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirNothing(PRX_CONTEXT RxContext)
{
    UNREFERENCED_PARAMETER(RxContext);
    return STATUS_SUCCESS;
}

ULONG NTAPI
CredirExtend(PRX_CONTEXT RxContext, PLARGE_INTEGER NewFileSize, PLARGE_INTEGER NewAllocationSize)
{
    UNREFERENCED_PARAMETER(RxContext);
    CredirCounters.Extend++;
    NewAllocationSize->QuadPart = (NewFileSize->QuadPart + 4095) & ~(LONGLONG)4095;
    return (ULONG)STATUS_SUCCESS;
}

NTSTATUS NTAPI
CredirComputeBuffering(PMRX_SRV_OPEN SrvOpen, PVOID MRxContext, PULONG NewBufferingState)
{
    UNREFERENCED_PARAMETER(MRxContext);
    *NewBufferingState = SrvOpen->BufferingFlags;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI
CredirBufferingChanged(PRX_CONTEXT RxContext, PMRX_SRV_OPEN SrvOpen, PVOID MRxContext)
{
    UNREFERENCED_PARAMETER(RxContext);
    UNREFERENCED_PARAMETER(SrvOpen);
    UNREFERENCED_PARAMETER(MRxContext);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI
CredirIsLockRealizable(PMRX_FCB Fcb, PLARGE_INTEGER ByteOffset, PLARGE_INTEGER Length, ULONG Flags)
{
    UNREFERENCED_PARAMETER(Fcb);
    UNREFERENCED_PARAMETER(ByteOffset);
    UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(Flags);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI CredirIsValidDirectory(PRX_CONTEXT RxContext, PUNICODE_STRING DirectoryName)
{
    PCREDIR_NODE Root = (PCREDIR_NODE)RxContext->Create.pNetRoot->Context;
    PCREDIR_NODE Parent;
    UNICODE_STRING Last;
    PCREDIR_NODE Node;
    BOOLEAN Valid;

    ExAcquireFastMutex(&CredirMutex);
    Node = Root == NULL ? NULL : CredirFind(Root, DirectoryName, &Parent, &Last);
    Valid = Node != NULL && Node->Directory;
    ExReleaseFastMutex(&CredirMutex);
    return Valid ? STATUS_SUCCESS : STATUS_BAD_NETWORK_PATH;
}

NTSTATUS NTAPI CredirAreFilesAliased(PFCB Fcb1, PFCB Fcb2)
{
    UNREFERENCED_PARAMETER(Fcb1);
    UNREFERENCED_PARAMETER(Fcb2);
    return STATUS_SUCCESS; /* different names are different files */
}
