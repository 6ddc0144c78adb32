// IRP_MJ_READ: from the cache when the buffering state allows it, from the server otherwise.
//
//      cached       FCB shared, CcCopyRead; misses come back here as paging reads
//      not cached   FCB shared until the server answered, LOWIO_OP_READ
//      paging       the caller (cache manager, memory manager) holds the FCB; paging resource
//      shared pipe         no sizes, no cache; operations of a blocking handle one after the other
#include "calldown.h"

namespace {

void RxpAdvancePosition(PFILE_OBJECT FileObject, LONGLONG Offset, ULONG_PTR Bytes)
{
    if (FlagOn(FileObject->Flags, FO_SYNCHRONOUS_IO)) {
        FileObject->CurrentByteOffset.QuadPart = Offset + (LONGLONG)Bytes;
    }
}

/// A page that the server's file does not fill reads as zeros.
void RxpZeroTail(PRX_CONTEXT RxContext)
{
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    ULONG Wanted = LowIoContext->ParamsFor.ReadWrite.ByteCount;
    ULONG_PTR Got = RxContext->InformationToReturn;
    PUCHAR Buffer = (PUCHAR)RxLowIoGetBufferAddress(RxContext);
    if (Buffer != nullptr && Got < Wanted) {
        RtlZeroMemory(Buffer + Got, Wanted - Got);
    }
}

NTSTATUS NTAPI RxLowIoReadShellCompletion(PRX_CONTEXT RxContext)
{
    PIRP Irp = RxContext->CurrentIrp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    NTSTATUS Status = RxContext->StoredStatus;
    bool Paging
        = FlagOn(LowIoContext->ParamsFor.ReadWrite.Flags, LOWIO_READWRITEFLAG_PAGING_IO) != 0;
    bool Pipe = Fcb->pNetRoot->Type == NET_ROOT_PIPE;
    if (Status == STATUS_SUCCESS && RxContext->InformationToReturn == 0
        && LowIoContext->ParamsFor.ReadWrite.ByteCount != 0 && !Pipe) {
        Status = STATUS_END_OF_FILE;
    }
    if (NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW) {
        Irp->IoStatus.Information = RxContext->InformationToReturn;
        if (Paging) {
            RxpZeroTail(RxContext);
        } else if (!Pipe) {
            RxpAdvancePosition(
                RxContext->CurrentIrpSp->FileObject, LowIoContext->ParamsFor.ReadWrite.ByteOffset,
                RxContext->InformationToReturn);
        }
    } else {
        Irp->IoStatus.Information = 0;
    }
    if (FlagOn(RxContext->FlagsForLowIo, RXCONTEXT_FLAG4LOWIO_PIPE_SYNC_OPERATION)) {
        RxResumeBlockedOperations_Serially(
            RxContext, &RxpFobx(RxContext->pFobx)->Specific.NamedPipe.ReadSerializationQueue);
    }
    RxpReleaseIoResources(RxContext, Fcb, LowIoContext->ResourceThreadId);
    return Status;
}

NTSTATUS
RxpReadCached(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb, LARGE_INTEGER Offset, ULONG Length)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFILE_OBJECT FileObject = IrpSp->FileObject;
    NTSTATUS Status = RxpStartCaching(RxContext, Fcb, FileObject);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InterlockedExchangeAdd64(&RxContext->RxDeviceObject->CacheReadBytesRequested.QuadPart, Length);
    IO_STATUS_BLOCK IoStatus;
    IoStatus.Status = STATUS_SUCCESS;
    IoStatus.Information = 0;
    if (FlagOn(IrpSp->MinorFunction, IRP_MN_MDL)) {
        Status = RxpCcMdlRead(FileObject, &Offset, Length, &Irp->MdlAddress, &IoStatus);
    } else {
        PVOID Buffer = RxpMapUserBuffer(RxContext, Irp);
        if (Buffer == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        BOOLEAN Done;
        Status = RxpCcCopyRead(
            FileObject, &Offset, Length, RxpCanWait(RxContext), Buffer, &IoStatus, &Done);
        if (NT_SUCCESS(Status) && !Done) {
            return STATUS_CANT_WAIT;
        }
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Irp->IoStatus.Information = IoStatus.Information;
    RxpAdvancePosition(FileObject, Offset.QuadPart, IoStatus.Information);
    return IoStatus.Status;
}

} // namespace

/// Reads from the server.
///
/// Locks    whatever the request holds; released when the read is over
NTSTATUS RxpReadNonCached(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    RxInitializeLowIoContext(RxContext, LOWIO_OP_READ, &RxContext->LowIoContext);
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    NTSTATUS Status = RxpLockUserBuffer(
        RxContext, Irp, IoWriteAccess, LowIoContext->ParamsFor.ReadWrite.ByteCount);
    if (!NT_SUCCESS(Status)) {
        RxpReleaseIoResources(RxContext, Fcb, LowIoContext->ResourceThreadId);
        return Status;
    }
    InterlockedExchangeAdd64(
        &RxContext->RxDeviceObject->NetworkReadBytesRequested.QuadPart,
        LowIoContext->ParamsFor.ReadWrite.ByteCount);
    return RxLowIoSubmit(RxContext, Irp, Fcb, RxLowIoReadShellCompletion);
}

namespace {

NTSTATUS RxpReadPipe(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    RxContext->FlagsForLowIo = RXCONTEXT_FLAG4LOWIO_PIPE_OPERATION;
    if (Fobx->Specific.NamedPipe.PipeHandleInformation.CompletionMode
        == FILE_PIPE_QUEUE_OPERATION) {
        NTSTATUS Status = __RxSynchronizeBlockingOperations(
            RxContext, Fcb, &Fobx->Specific.NamedPipe.ReadSerializationQueue, FALSE);
        if (Status != STATUS_SUCCESS) {
            return Status;
        }
        SetFlag(RxContext->FlagsForLowIo, RXCONTEXT_FLAG4LOWIO_PIPE_SYNC_OPERATION);
    }
    return RxpReadNonCached(RxContext, Irp, Fcb);
}

/// Reads on behalf of a page fault or the cache manager, who hold the FCB.
NTSTATUS RxpReadPaging(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    InterlockedExchangeAdd64(
        &RxContext->RxDeviceObject->PagingReadBytesRequested.QuadPart,
        IrpSp->Parameters.Read.Length);
    if (!RxAcquirePagingIoResourceShared(RxContext, Fcb, RxpCanWait(RxContext))) {
        return RxFsdPostRequest(RxContext);
    }
    LONGLONG FileSize;
    RxGetFileSizeWithLock(Fcb, &FileSize);
    if (IrpSp->Parameters.Read.ByteOffset.QuadPart >= FileSize) {
        RxReleasePagingIoResource(RxContext, Fcb);
        return STATUS_END_OF_FILE;
    }
    return RxpReadNonCached(RxContext, Irp, Fcb);
}

} // namespace

NTSTATUS NTAPI RxCommonRead(PRX_CONTEXT RxContext, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFILE_OBJECT FileObject = IrpSp->FileObject;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    Irp->IoStatus.Information = 0;
    if (FlagOn(IrpSp->MinorFunction, IRP_MN_COMPLETE)) {
        return RxCompleteMdl(RxContext, Irp);
    }
    NODE_TYPE_CODE Type = RxpFcbType(Fcb);
    if (Type == RDBSS_NTC_STORAGE_TYPE_DIRECTORY || Type == RDBSS_NTC_OPENTARGETDIR_FCB
        || Fobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    ULONG Length = IrpSp->Parameters.Read.Length;
    if (Length == 0) {
        return STATUS_SUCCESS;
    }
    RxpIncrement(&RxContext->RxDeviceObject->ReadOperations);
    if (Fcb->pNetRoot->Type == NET_ROOT_PIPE) {
        return RxpReadPipe(RxContext, Irp, Fcb);
    }
    if (FlagOn(Irp->Flags, IRP_PAGING_IO)) {
        return RxpReadPaging(RxContext, Irp, Fcb);
    }
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, FALSE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    LARGE_INTEGER Offset = IrpSp->Parameters.Read.ByteOffset;
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    bool Cached = RxpMayCacheReads(Fcb, Fobx, FileObject) && !FlagOn(Irp->Flags, IRP_NOCACHE);
    if (!FsRtlCheckLockForReadAccess(&Fcb->FileLock, Irp)) {
        RxpReleaseIoResources(RxContext, Fcb, Thread);
        return STATUS_FILE_LOCK_CONFLICT;
    }
    LONGLONG FileSize;
    RxGetFileSizeWithLock(Fcb, &FileSize);
    bool SizeIsKnown = Cached || FlagOn(Fcb->FcbState, FCB_STATE_FILESIZECACHEING_ENABLED);
    if (SizeIsKnown && Offset.QuadPart >= FileSize) {
        RxpReleaseIoResources(RxContext, Fcb, Thread);
        return STATUS_END_OF_FILE;
    }
    if (Cached) {
        Status = RxpReadCached(RxContext, Irp, Fcb, Offset, Length);
        RxpReleaseIoResources(RxContext, Fcb, Thread);
        return Status == STATUS_CANT_WAIT ? RxFsdPostRequest(RxContext) : Status;
    }
    InterlockedExchangeAdd64(
        &RxContext->RxDeviceObject->NonPagingReadBytesRequested.QuadPart, Length);
    if (Fcb->NonPaged->SectionObjectPointers.DataSectionObject != nullptr) {
        // Somebody may have written through the cache or a mapped view what the server does not
        // have yet.
        IO_STATUS_BLOCK Flushed;
        Flushed.Status = STATUS_SUCCESS;
        CcFlushCache(&Fcb->NonPaged->SectionObjectPointers, &Offset, Length, &Flushed);
        if (!NT_SUCCESS(Flushed.Status)) {
            RxpReleaseIoResources(RxContext, Fcb, Thread);
            return Flushed.Status;
        }
    }
    return RxpReadNonCached(RxContext, Irp, Fcb);
}

NTSTATUS NTAPI RxPostStackOverflowRead(PRX_CONTEXT RxContext, PFCB Fcb)
{
    UNREFERENCED_PARAMETER(Fcb);
    return RxFsdPostRequest(RxContext);
}
