// IRP_MJ_FILE_SYSTEM_CONTROL and IRP_MJ_(INTERNAL_)DEVICE_CONTROL on files. (On the device:
// devfcb.cpp.)
#include "calldown.h"

namespace {

NTSTATUS NTAPI RxLowIoControlCompletion(PRX_CONTEXT RxContext)
{
    PIRP Irp = RxContext->CurrentIrp;
    NTSTATUS Status = RxContext->StoredStatus;
    Irp->IoStatus.Information = NT_ERROR(Status) ? 0 : RxContext->InformationToReturn;
    RxpReleaseIoResources(
        RxContext, RxpFcb(RxContext->pFcb), RxContext->LowIoContext.ResourceThreadId);
    return Status;
}

NTSTATUS RxpSubmitControl(PRX_CONTEXT RxContext, PIRP Irp, ULONG Operation)
{
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    if (RxContext->pFobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    bool Pipe = Fcb->pNetRoot->Type == NET_ROOT_PIPE;
    if (!Pipe) {
        NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, FALSE);
        if (Status != STATUS_SUCCESS) {
            return Status;
        }
    }
    RxInitializeLowIoContext(RxContext, Operation, &RxContext->LowIoContext);
    NTSTATUS Status = RxLowIoPopulateFsctlInfo(RxContext, Irp);
    if (!NT_SUCCESS(Status)) {
        RxpReleaseIoResources(RxContext, Fcb, ExGetCurrentResourceThread());
        return Status;
    }
    return RxLowIoSubmit(RxContext, Irp, Fcb, RxLowIoControlCompletion);
}

/// FSCTL_LMR_GET_LINK_TRACKING_INFORMATION is answered from the volume's object id.
NTSTATUS RxpGetLinkTracking(PRX_CONTEXT RxContext, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    PLINK_TRACKING_INFORMATION Link = (PLINK_TRACKING_INFORMATION)Irp->AssociatedIrp.SystemBuffer;
    if (Link == nullptr
        || IrpSp->Parameters.FileSystemControl.OutputBufferLength
            < sizeof(LINK_TRACKING_INFORMATION)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (RxContext->pFobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    NTSTATUS Status = RxpAcquireForIo(RxContext, Fcb, FALSE);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    FILE_FS_OBJECTID_INFORMATION ObjectId;
    RtlZeroMemory(&ObjectId, sizeof(ObjectId));
    RxContext->Info.FsInformationClass = FileFsObjectIdInformation;
    RxContext->Info.Buffer = &ObjectId;
    RxContext->Info.LengthRemaining = sizeof(ObjectId);
    Status = RxpCalldown(
        RxContext, "MRxQueryVolumeInfo", Fcb->pNetRoot,
        RXP_SLOT(RxContext->RxDeviceObject, MRxQueryVolumeInfo), RxContext);
    RxContext->Info.Buffer = nullptr;
    if (Status == STATUS_SUCCESS || Status == STATUS_BUFFER_OVERFLOW) {
        RtlCopyMemory(&Fcb->pNetRoot->DiskParameters.VolumeId, ObjectId.ObjectId, sizeof(GUID));
        RtlCopyMemory(Link->VolumeId, ObjectId.ObjectId, sizeof(Link->VolumeId));
        Link->Type = FlagOn(Fcb->pNetRoot->Flags, NETROOT_FLAG_DFS_AWARE_NETROOT)
            ? DfsLinkTrackingInformation
            : NtfsLinkTrackingInformation;
        Irp->IoStatus.Information = sizeof(LINK_TRACKING_INFORMATION);
        Status = STATUS_SUCCESS;
    }
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    return Status;
}

} // namespace

NTSTATUS NTAPI RxCommonFileSystemControl(PRX_CONTEXT RxContext, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    Irp->IoStatus.Information = 0;
    if (IrpSp->MinorFunction != IRP_MN_USER_FS_REQUEST
        && IrpSp->MinorFunction != IRP_MN_KERNEL_CALL) {
        return STATUS_INVALID_DEVICE_REQUEST; // mount and verify are for disks
    }
    switch (IrpSp->Parameters.FileSystemControl.FsControlCode) {
    case FSCTL_LMR_GET_LINK_TRACKING_INFORMATION:
        return RxpGetLinkTracking(RxContext, Irp);
    case FSCTL_REQUEST_OPLOCK_LEVEL_1:
    case FSCTL_REQUEST_OPLOCK_LEVEL_2:
    case FSCTL_REQUEST_BATCH_OPLOCK:
    case FSCTL_REQUEST_FILTER_OPLOCK:
    case FSCTL_LOCK_VOLUME:
    case FSCTL_UNLOCK_VOLUME:
    case FSCTL_DISMOUNT_VOLUME:
        return STATUS_INVALID_DEVICE_REQUEST; // not for a file on a server
    default:
        return RxpSubmitControl(RxContext, Irp, LOWIO_OP_FSCTL);
    }
}

NTSTATUS NTAPI RxCommonDeviceControl(PRX_CONTEXT RxContext, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    Irp->IoStatus.Information = 0;
    if (RxpIsQueryPath(IrpSp)) {
        return RxpPrefixClaim(
            RxContext, Irp,
            IrpSp->Parameters.DeviceIoControl.IoControlCode == IOCTL_REDIR_QUERY_PATH_EX);
    }
    if (RxContext->pFcb == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return RxpSubmitControl(RxContext, Irp, LOWIO_OP_IOCTL);
}
