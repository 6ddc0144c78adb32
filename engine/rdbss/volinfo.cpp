// IRP_MJ_QUERY_VOLUME_INFORMATION and IRP_MJ_SET_VOLUME_INFORMATION: about the share a file lies
// on.
#include "calldown.h"

NTSTATUS NTAPI RxCommonQueryVolumeInformation(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    LONG Length = (LONG)IrpSp->Parameters.QueryVolume.Length;
    if (RxContext->pFobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, FALSE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    RxContext->Info.FsInformationClass = IrpSp->Parameters.QueryVolume.FsInformationClass;
    RxContext->Info.Buffer = Irp->AssociatedIrp.SystemBuffer;
    RxContext->Info.LengthRemaining = Length;
    Status = RxpCalldown(
        RxContext, "MRxQueryVolumeInfo", Fcb->pNetRoot,
        RXP_SLOT(RxContext->RxDeviceObject, MRxQueryVolumeInfo), RxContext);
    LONG Remaining = RxContext->Info.LengthRemaining;
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    if (RxContext->PostRequest) {
        return RxFsdPostRequest(RxContext);
    }
    if (!NT_ERROR(Status) && Remaining >= 0 && Remaining <= Length) {
        Irp->IoStatus.Information = (ULONG_PTR)(Length - Remaining);
    }
    return Status;
}

NTSTATUS NTAPI RxCommonSetVolumeInformation(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    if (RxContext->pFobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, TRUE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    RxContext->Info.FsInformationClass = IrpSp->Parameters.SetVolume.FsInformationClass;
    RxContext->Info.Buffer = Irp->AssociatedIrp.SystemBuffer;
    RxContext->Info.LengthRemaining = (LONG)IrpSp->Parameters.SetVolume.Length;
    Status = RxpCalldown(
        RxContext, "MRxSetVolumeInfo", Fcb->pNetRoot,
        RXP_SLOT(RxContext->RxDeviceObject, MRxSetVolumeInfo), RxContext);
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    if (RxContext->PostRequest) {
        return RxFsdPostRequest(RxContext);
    }
    return Status;
}
