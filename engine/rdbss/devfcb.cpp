// The device FCB: handles on the redirector's device itself (FsContext2 NULL) and on connections
// (FsContext2 a V_NET_ROOT). This is where administration comes in: control requests go to
// MRxDevFcbXXXControlFile, also before the redirector is started.
#include "calldown.h"

RX_FSD_DISPATCH_VECTOR RxDeviceFCBVector[IRP_MJ_MAXIMUM_FUNCTION + 1] = {
    { nullptr }, // IRP_MJ_CREATE
    { nullptr }, // IRP_MJ_CREATE_NAMED_PIPE
    { RxCommonDevFCBClose }, // IRP_MJ_CLOSE
    { nullptr }, // IRP_MJ_READ
    { nullptr }, // IRP_MJ_WRITE
    { RxCommonDevFCBQueryInfo }, // IRP_MJ_QUERY_INFORMATION
    { nullptr }, // IRP_MJ_SET_INFORMATION
    { nullptr }, // IRP_MJ_QUERY_EA
    { nullptr }, // IRP_MJ_SET_EA
    { nullptr }, // IRP_MJ_FLUSH_BUFFERS
    { RxCommonDevFCBQueryVolInfo }, // IRP_MJ_QUERY_VOLUME_INFORMATION
    { nullptr }, // IRP_MJ_SET_VOLUME_INFORMATION
    { nullptr }, // IRP_MJ_DIRECTORY_CONTROL
    { RxCommonDevFCBFsCtl }, // IRP_MJ_FILE_SYSTEM_CONTROL
    { RxCommonDevFCBIoCtl }, // IRP_MJ_DEVICE_CONTROL
    { RxCommonDevFCBIoCtl }, // IRP_MJ_INTERNAL_DEVICE_CONTROL
    { RxCommonShutdown }, // IRP_MJ_SHUTDOWN
    { nullptr }, // IRP_MJ_LOCK_CONTROL
    { RxCommonDevFCBCleanup }, // IRP_MJ_CLEANUP
};

namespace {

PV_NET_ROOT RxpConnectionOf(PRX_CONTEXT RxContext)
{
    PVOID Second = RxContext->pFobx;
    return Second != nullptr && RxpNodeType(Second) == RDBSS_NTC_V_NETROOT ? (PV_NET_ROOT)Second
                                                                           : nullptr;
}

/// Runs a control request of the device in the mini-redirector.
///
/// LowIoContext is filled in but FlagsForLowIo, which precedes it, is left alone: FsdUid lies there
/// and must survive a post.
NTSTATUS RxXXXControlFileCallthru(PRX_CONTEXT RxContext, PIRP Irp)
{
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    if (RXP_SLOT(RxDeviceObject, MRxDevFcbXXXControlFile) == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    RxInitializeLowIoContext(
        RxContext,
        RxContext->MajorFunction == IRP_MJ_FILE_SYSTEM_CONTROL ? LOWIO_OP_FSCTL : LOWIO_OP_IOCTL,
        &RxContext->LowIoContext);
    NTSTATUS Status = RxLowIoPopulateFsctlInfo(RxContext, Irp);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    // Anything but STATUS_SUCCESS from here on is the redirector's word; what it wants posted runs
    // again in the FSP.
    RxContext->InformationToReturn = 0;
    Irp->IoStatus.Information = 0;
    PVOID Subject = RxContext->pFobx != nullptr ? (PVOID)RxContext->pFobx : (PVOID)RxDeviceObject;
    Status = RxpCalldown(
        RxContext, "MRxDevFcbXXXControlFile", Subject,
        RXP_SLOT(RxDeviceObject, MRxDevFcbXXXControlFile), RxContext);
    if (RxContext->PostRequest) {
        return RxFsdPostRequest(RxContext);
    }
    if (Status == STATUS_PENDING) {
        Status
            = STATUS_INVALID_DEVICE_REQUEST; // synchronous: it may only pend by asking to be posted
    }
    if (RxContext->InformationToReturn != 0) {
        Irp->IoStatus.Information = RxContext->InformationToReturn;
    }
    return Status;
}

} // namespace

NTSTATUS NTAPI RxCommonDevFCBIoCtl(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    if (IrpSp->MajorFunction == IRP_MJ_DEVICE_CONTROL && RxpIsQueryPath(IrpSp)) {
        return RxCommonDeviceControl(RxContext, Irp);
    }
    return RxXXXControlFileCallthru(RxContext, Irp);
}

NTSTATUS NTAPI RxCommonDevFCBFsCtl(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    if (RxContext->CurrentIrpSp->MinorFunction != IRP_MN_USER_FS_REQUEST
        && RxContext->CurrentIrpSp->MinorFunction != IRP_MN_KERNEL_CALL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return RxXXXControlFileCallthru(RxContext, Irp);
}

NTSTATUS NTAPI RxCommonDevFCBCleanup(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    Irp->IoStatus.Information = 0;
    PV_NET_ROOT VNetRoot = RxpConnectionOf(RxContext);
    if (VNetRoot != nullptr) {
        InterlockedDecrement((volatile LONG*)&VNetRoot->NumberOfOpens);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RxCommonDevFCBClose(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    Irp->IoStatus.Information = 0;
    PV_NET_ROOT VNetRoot = RxpConnectionOf(RxContext);
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    FileObject->FsContext = nullptr;
    FileObject->FsContext2 = nullptr;
    InterlockedDecrement((volatile LONG*)&RxDeviceFCB.OpenCount);
    RxpDecrement(&RxDeviceFCB.NodeReferenceCount);
    RxContext->pFobx = nullptr;
    if (VNetRoot != nullptr) {
        RxpDereference(VNetRoot, LHS_LockNotHeld, "connection handle");
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RxCommonDevFCBQueryVolInfo(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    if (IrpSp->Parameters.QueryVolume.FsInformationClass != FileFsDeviceInformation) {
        return STATUS_NOT_IMPLEMENTED;
    }
    if (IrpSp->Parameters.QueryVolume.Length < sizeof(FILE_FS_DEVICE_INFORMATION)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    PFILE_FS_DEVICE_INFORMATION Device
        = (PFILE_FS_DEVICE_INFORMATION)Irp->AssociatedIrp.SystemBuffer;
    PDEVICE_OBJECT DeviceObject = (PDEVICE_OBJECT)RxContext->RxDeviceObject;
    Device->DeviceType = DeviceObject->DeviceType;
    Device->Characteristics = DeviceObject->Characteristics | FILE_REMOTE_DEVICE;
    Irp->IoStatus.Information = sizeof(*Device);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RxCommonDevFCBQueryInfo(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(RxContext);
    UNREFERENCED_PARAMETER(Irp);
    return STATUS_INVALID_DEVICE_REQUEST;
}
