// volume.cpp - volume information, asked through the handle of whatever file the request names.
#include "minirdr/mrx/minirdr.h"

namespace {
// Which device this is, only we know: a remote one.
NTSTATUS DescribeDevice(PRX_CONTEXT RxContext)
{
    if (RxContext->Info.LengthRemaining < static_cast<LONG>(sizeof(FILE_FS_DEVICE_INFORMATION)))
        return STATUS_BUFFER_TOO_SMALL;
    auto* Info = static_cast<FILE_FS_DEVICE_INFORMATION*>(RxContext->Info.Buffer);
    const MRX_NET_ROOT* NetRoot = RxContext->pFcb->pNetRoot;
    Info->DeviceType
        = NetRoot->Type == NET_ROOT_PIPE ? FILE_DEVICE_NAMED_PIPE : NetRoot->DeviceType;
    Info->Characteristics = FILE_REMOTE_DEVICE;
    RxContext->Info.LengthRemaining -= static_cast<LONG>(sizeof *Info);
    return STATUS_SUCCESS;
}
}

NTSTATUS NTAPI MinirdrQueryVolumeInfo(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    if (RxContext->Info.FsInformationClass == FileFsDeviceInformation)
        return DescribeDevice(RxContext);
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    ULONG Bytes = static_cast<ULONG>(RxContext->Info.LengthRemaining);
    Status = Smb2QueryFileInfo(
        Open->Tree, Open->FileId, SMB2_0_INFO_FILESYSTEM,
        static_cast<UCHAR>(RxContext->Info.FsInformationClass), 0, nullptr, 0,
        RxContext->Info.Buffer, &Bytes);
    if (NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW)
        RxContext->Info.LengthRemaining -= static_cast<LONG>(Bytes);
    return MinirdrMapIoStatus(Status);
}

NTSTATUS NTAPI MinirdrSetVolumeInfo(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    const NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    return MinirdrMapIoStatus(Smb2SetFileInfo(
        Open->Tree, Open->FileId, SMB2_0_INFO_FILESYSTEM,
        static_cast<UCHAR>(RxContext->Info.FsInformationClass), 0, RxContext->Info.Buffer,
        static_cast<ULONG>(RxContext->Info.LengthRemaining)));
}
