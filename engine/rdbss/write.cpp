// IRP_MJ_WRITE: into the cache when the buffering state allows it, to the server otherwise.
//
//      cached       FCB exclusive; beyond the end MRxExtendForCache first; the pages go to the
//      server as paging writes not cached   FCB exclusive until the server answered; beyond the end
//      MRxExtendForNonCache first; LOWIO_OP_WRITE paging       never makes a file longer; paging
//      resource shared pipe         no sizes, no cache; operations of a blocking handle one after
//      the other
#include "calldown.h"

namespace {

void RxpAdvancePosition(PFILE_OBJECT FileObject, LONGLONG Offset, ULONG_PTR Bytes)
{
    if (FlagOn(FileObject->Flags, FO_SYNCHRONOUS_IO)) {
        FileObject->CurrentByteOffset.QuadPart = Offset + (LONGLONG)Bytes;
    }
}

void RxpGrow(PFCB Fcb, PFILE_OBJECT FileObject, LONGLONG End)
{
    LONGLONG FileSize;
    RxGetFileSizeWithLock(Fcb, &FileSize);
    if (End > FileSize) {
        RxSetFileSizeWithLock(Fcb, &End);
        RxAdjustAllocationSizeforCC(Fcb);
        RxpReportSizes(Fcb, FileObject);
    }
    if (End > Fcb->Header.ValidDataLength.QuadPart) {
        Fcb->Header.ValidDataLength.QuadPart = End;
    }
}

NTSTATUS NTAPI RxLowIoWriteShellCompletion(PRX_CONTEXT RxContext)
{
    PIRP Irp = RxContext->CurrentIrp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    NTSTATUS Status = RxContext->StoredStatus;
    bool Paging
        = FlagOn(LowIoContext->ParamsFor.ReadWrite.Flags, LOWIO_READWRITEFLAG_PAGING_IO) != 0;
    if (NT_SUCCESS(Status)) {
        Fcb->IsFileWritten = TRUE;
        if (Paging) {
            Irp->IoStatus.Information = RxContext->CurrentIrpSp->Parameters.Write.Length;
        } else {
            Irp->IoStatus.Information = RxContext->InformationToReturn;
            if (Fcb->pNetRoot->Type != NET_ROOT_PIPE) {
                LONGLONG Offset = LowIoContext->ParamsFor.ReadWrite.ByteOffset;
                RxpGrow(Fcb, FileObject, Offset + (LONGLONG)RxContext->InformationToReturn);
                RxpAdvancePosition(FileObject, Offset, RxContext->InformationToReturn);
            }
        }
    } else {
        Irp->IoStatus.Information = 0;
    }
    if (FlagOn(RxContext->FlagsForLowIo, RXCONTEXT_FLAG4LOWIO_PIPE_SYNC_OPERATION)) {
        RxResumeBlockedOperations_Serially(
            RxContext, &RxpFobx(RxContext->pFobx)->Specific.NamedPipe.WriteSerializationQueue);
    }
    RdrTraceTouch(Fcb);
    RxpReleaseIoResources(RxContext, Fcb, LowIoContext->ResourceThreadId);
    return Status;
}

/// Asks the mini-redirector to make the file longer. A redirector without the routine lets the
/// write itself do it.
NTSTATUS RxpExtend(
    PRX_CONTEXT RxContext, PFCB Fcb, bool Cached, LONGLONG NewSize, PLARGE_INTEGER NewAllocation)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    auto Slot = Cached ? RXP_SLOT(RxDeviceObject, MRxExtendForCache)
                       : RXP_SLOT(RxDeviceObject, MRxExtendForNonCache);
    LARGE_INTEGER Size;
    Size.QuadPart = NewSize;
    *NewAllocation = Size;
    SetFlag(
        RxContext->LowIoContext.ParamsFor.ReadWrite.Flags, LOWIO_READWRITEFLAG_EXTENDING_FILESIZE);
    if (Slot == nullptr) {
        return STATUS_SUCCESS;
    }
    return RxpCalldown(
        RxContext, Cached ? "MRxExtendForCache" : "MRxExtendForNonCache", Fcb, Slot, RxContext,
        &Size, NewAllocation);
}

NTSTATUS
RxpWriteCached(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb, LARGE_INTEGER Offset, ULONG Length)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFILE_OBJECT FileObject = IrpSp->FileObject;
    BOOLEAN Wait = RxpCanWait(RxContext);
    NTSTATUS Status = RxpStartCaching(RxContext, Fcb, FileObject);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InterlockedExchangeAdd64(&RxContext->RxDeviceObject->CacheWriteBytesRequested.QuadPart, Length);
    LONGLONG End = Offset.QuadPart + Length;
    LONGLONG OldSize;
    RxGetFileSizeWithLock(Fcb, &OldSize);
    LONGLONG OldValid = Fcb->Header.ValidDataLength.QuadPart;
    if (End > OldSize) {
        RxInitializeLowIoContext(RxContext, LOWIO_OP_WRITE, &RxContext->LowIoContext);
        LARGE_INTEGER NewAllocation;
        Status = RxpExtend(RxContext, Fcb, true, End, &NewAllocation);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        RxpSetAllSizes(Fcb, End, NewAllocation.QuadPart);
        RxpReportSizes(Fcb, FileObject);
        SetFlag(FileObject->Flags, FO_FILE_SIZE_CHANGED);
    }
    BOOLEAN Done = TRUE;
    if (Offset.QuadPart > OldValid) {
        LARGE_INTEGER From;
        From.QuadPart = OldValid;
        Status = RxpCcZeroData(FileObject, &From, &Offset, Wait, &Done);
    }
    if (NT_SUCCESS(Status) && Done) {
        if (FlagOn(IrpSp->MinorFunction, IRP_MN_MDL)) {
            IO_STATUS_BLOCK IoStatus;
            Status = RxpCcPrepareMdlWrite(FileObject, &Offset, Length, &Irp->MdlAddress, &IoStatus);
        } else {
            PVOID Buffer = RxpMapUserBuffer(RxContext, Irp);
            Status = Buffer == nullptr
                ? STATUS_INSUFFICIENT_RESOURCES
                : RxpCcCopyWrite(FileObject, &Offset, Length, Wait, Buffer, &Done);
        }
    }
    if (!NT_SUCCESS(Status) || !Done) {
        return NT_SUCCESS(Status) ? STATUS_CANT_WAIT : Status;
    }
    Fcb->IsFileWritten = TRUE;
    SetFlag(FileObject->Flags, FO_FILE_MODIFIED);
    RxpGrow(Fcb, FileObject, End);
    Irp->IoStatus.Information = Length;
    RxpAdvancePosition(FileObject, Offset.QuadPart, Length);
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_WRITE_THROUGH)
        && !FlagOn(IrpSp->MinorFunction, IRP_MN_MDL)) {
        IO_STATUS_BLOCK Flushed;
        Flushed.Status = STATUS_SUCCESS;
        CcFlushCache(&Fcb->NonPaged->SectionObjectPointers, &Offset, Length, &Flushed);
        Status = Flushed.Status;
    }
    RdrTraceTouch(Fcb);
    return Status;
}

} // namespace

/// Writes to the server.
///
/// Locks    whatever the request holds; released when the write is over
NTSTATUS RxpWriteNonCached(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    NTSTATUS Status = RxpLockUserBuffer(
        RxContext, Irp, IoReadAccess, RxContext->CurrentIrpSp->Parameters.Write.Length);
    if (!NT_SUCCESS(Status)) {
        RxpReleaseIoResources(RxContext, Fcb, LowIoContext->ResourceThreadId);
        return Status;
    }
    InterlockedExchangeAdd64(
        &RxContext->RxDeviceObject->NetworkWriteBytesRequested.QuadPart,
        LowIoContext->ParamsFor.ReadWrite.ByteCount);
    return RxLowIoSubmit(RxContext, Irp, Fcb, RxLowIoWriteShellCompletion);
}

namespace {

NTSTATUS RxpWritePipe(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PFOBX Fobx = RxpFobx(RxContext->pFobx);
    RxContext->FlagsForLowIo = RXCONTEXT_FLAG4LOWIO_PIPE_OPERATION;
    if (Fobx->Specific.NamedPipe.PipeHandleInformation.CompletionMode
        == FILE_PIPE_QUEUE_OPERATION) {
        NTSTATUS Status = __RxSynchronizeBlockingOperations(
            RxContext, Fcb, &Fobx->Specific.NamedPipe.WriteSerializationQueue, FALSE);
        if (Status != STATUS_SUCCESS) {
            return Status;
        }
        SetFlag(RxContext->FlagsForLowIo, RXCONTEXT_FLAG4LOWIO_PIPE_SYNC_OPERATION);
    }
    RxInitializeLowIoContext(RxContext, LOWIO_OP_WRITE, &RxContext->LowIoContext);
    return RxpWriteNonCached(RxContext, Irp, Fcb);
}

/// The pages may have been made dirty through one handle and be written through another: use an
/// open that may write.
void RxpUseWritableOpen(PRX_CONTEXT RxContext, PFCB Fcb)
{
    constexpr ACCESS_MASK Writes = FILE_WRITE_DATA | FILE_APPEND_DATA;
    if (RxContext->pRelevantSrvOpen != nullptr
        && FlagOn(RxContext->pRelevantSrvOpen->DesiredAccess, Writes)) {
        return;
    }
    for (PLIST_ENTRY Link = Fcb->SrvOpenList.Flink; Link != &Fcb->SrvOpenList; Link = Link->Flink) {
        PSRV_OPEN SrvOpen = CONTAINING_RECORD(Link, SRV_OPEN, SrvOpenQLinks);
        if (SrvOpen->Condition == Condition_Good && FlagOn(SrvOpen->DesiredAccess, Writes)
            && !IsListEmpty(&SrvOpen->FobxList)) {
            RxContext->pRelevantSrvOpen = RxpMrx(SrvOpen);
            RxContext->pFobx = RxpMrx(CONTAINING_RECORD(SrvOpen->FobxList.Flink, FOBX, FobxQLinks));
            return;
        }
    }
}

NTSTATUS RxpWritePaging(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    InterlockedExchangeAdd64(
        &RxContext->RxDeviceObject->PagingWriteBytesRequested.QuadPart,
        IrpSp->Parameters.Write.Length);
    if (!RxAcquirePagingIoResourceShared(RxContext, Fcb, RxpCanWait(RxContext))) {
        return RxFsdPostRequest(RxContext);
    }
    RxInitializeLowIoContext(RxContext, LOWIO_OP_WRITE, &RxContext->LowIoContext);
    PLOWIO_CONTEXT LowIoContext = &RxContext->LowIoContext;
    LONGLONG FileSize;
    RxGetFileSizeWithLock(Fcb, &FileSize);
    LONGLONG Offset = IrpSp->Parameters.Write.ByteOffset.QuadPart;
    if (Offset >= FileSize) {
        Irp->IoStatus.Information = IrpSp->Parameters.Write.Length;
        RxReleasePagingIoResource(RxContext, Fcb);
        return STATUS_SUCCESS;
    }
    if (Offset + (LONGLONG)LowIoContext->ParamsFor.ReadWrite.ByteCount > FileSize) {
        LowIoContext->ParamsFor.ReadWrite.ByteCount = (ULONG)(FileSize - Offset);
    }
    RxpUseWritableOpen(RxContext, Fcb);
    return RxpWriteNonCached(RxContext, Irp, Fcb);
}

NTSTATUS
RxpWriteThroughServer(PRX_CONTEXT RxContext, PIRP Irp, PFCB Fcb, LARGE_INTEGER Offset, ULONG Length)
{
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    InterlockedExchangeAdd64(
        &RxContext->RxDeviceObject->NonPagingWriteBytesRequested.QuadPart, Length);
    PSECTION_OBJECT_POINTERS Sections = &Fcb->NonPaged->SectionObjectPointers;
    if (Sections->DataSectionObject != nullptr) {
        IO_STATUS_BLOCK Flushed;
        Flushed.Status = STATUS_SUCCESS;
        CcFlushCache(Sections, &Offset, Length, &Flushed);
        if (!NT_SUCCESS(Flushed.Status)) {
            RxpReleaseIoResources(RxContext, Fcb, Thread);
            return Flushed.Status;
        }
        RxAcquirePagingIoResource(RxContext, Fcb);
        CcPurgeCacheSection(Sections, &Offset, Length, FALSE);
        RxReleasePagingIoResource(RxContext, Fcb);
    }
    RxInitializeLowIoContext(RxContext, LOWIO_OP_WRITE, &RxContext->LowIoContext);
    RxContext->LowIoContext.ParamsFor.ReadWrite.ByteOffset = Offset.QuadPart;
    LONGLONG FileSize;
    RxGetFileSizeWithLock(Fcb, &FileSize);
    if (Offset.QuadPart + Length > FileSize) {
        LARGE_INTEGER NewAllocation;
        NTSTATUS Status
            = RxpExtend(RxContext, Fcb, false, Offset.QuadPart + Length, &NewAllocation);
        if (!NT_SUCCESS(Status)) {
            RxpReleaseIoResources(RxContext, Fcb, Thread);
            return Status;
        }
        Fcb->ActualAllocationLength = (ULONGLONG)NewAllocation.QuadPart;
        if (NewAllocation.QuadPart > Fcb->Header.AllocationSize.QuadPart) {
            Fcb->Header.AllocationSize = NewAllocation;
        }
    }
    return RxpWriteNonCached(RxContext, Irp, Fcb);
}

} // namespace

NTSTATUS NTAPI RxCommonWrite(PRX_CONTEXT RxContext, PIRP Irp)
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
    ULONG Length = IrpSp->Parameters.Write.Length;
    if (Length == 0) {
        return STATUS_SUCCESS;
    }
    RxpIncrement(&RxContext->RxDeviceObject->WriteOperations);
    if (Fcb->pNetRoot->Type == NET_ROOT_PIPE) {
        return RxpWritePipe(RxContext, Irp, Fcb);
    }
    if (FlagOn(Irp->Flags, IRP_PAGING_IO)) {
        return RxpWritePaging(RxContext, Irp, Fcb);
    }
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, TRUE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    ERESOURCE_THREAD Thread = ExGetCurrentResourceThread();
    LARGE_INTEGER Offset = IrpSp->Parameters.Write.ByteOffset;
    bool AtEnd = (Offset.LowPart == FILE_WRITE_TO_END_OF_FILE && Offset.HighPart == -1)
        || (FlagOn(Fobx->pSrvOpen->DesiredAccess, FILE_APPEND_DATA)
            && !FlagOn(Fobx->pSrvOpen->DesiredAccess, FILE_WRITE_DATA));
    if (AtEnd) {
        RxGetFileSizeWithLock(Fcb, &Offset.QuadPart);
        IrpSp->Parameters.Write.ByteOffset = Offset; // the lock check below looks there
    }
    if (!FsRtlCheckLockForWriteAccess(&Fcb->FileLock, Irp)) {
        RxpReleaseIoResources(RxContext, Fcb, Thread);
        return STATUS_FILE_LOCK_CONFLICT;
    }
    if (!FlagOn(Irp->Flags, IRP_NOCACHE) && RxpMayCacheWrites(Fcb, Fobx, FileObject)) {
        Status = RxpWriteCached(RxContext, Irp, Fcb, Offset, Length);
        RxpReleaseIoResources(RxContext, Fcb, Thread);
        if (Status != STATUS_CANT_WAIT) {
            return Status;
        }
        SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_DEFERRED_WRITE);
        return RxFsdPostRequest(RxContext);
    }
    return RxpWriteThroughServer(RxContext, Irp, Fcb, Offset, Length);
}
