// IRP_MJ_FLUSH_BUFFERS: dirty pages first, then MRxFlush.
#include "calldown.h"

NTSTATUS NTAPI RxCommonFlushBuffers(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    Irp->IoStatus.Information = 0;
    if (RxContext->pFobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, TRUE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    if (RxpIsFile(Fcb)) {
        Status = RxFlushFcbInSystemCache(Fcb, TRUE);
    }
    if (NT_SUCCESS(Status)) {
        Status = RxpCalldown(
            RxContext, "MRxFlush", RxContext->pFobx, RXP_SLOT(RxContext->RxDeviceObject, MRxFlush),
            RxContext);
    }
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    return RxContext->PostRequest ? RxFsdPostRequest(RxContext) : Status;
}
