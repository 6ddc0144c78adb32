/* A driver that knows nothing of this project but find_package(rdrlab): one device, one control
 * code that adds. */
#include <ntddk.h>

#define IOCTL_OUTSIDE_ADD CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)

static NTSTATUS OutsideComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI OutsideSucceed(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return OutsideComplete(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI OutsideControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PUCHAR Buffer = (PUCHAR)Irp->AssociatedIrp.SystemBuffer;
    ULONG Sum = 0;
    ULONG Index;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (Stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_OUTSIDE_ADD)
        return OutsideComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    if (Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(UCHAR))
        return OutsideComplete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    for (Index = 0; Index < Stack->Parameters.DeviceIoControl.InputBufferLength; Index++)
        Sum += Buffer[Index];
    Buffer[0] = (UCHAR)Sum;
    return OutsideComplete(Irp, STATUS_SUCCESS, sizeof(UCHAR));
}

static VOID NTAPI OutsideUnload(PDRIVER_OBJECT DriverObject)
{
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Outside");
    PDEVICE_OBJECT Device;

    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->MajorFunction[IRP_MJ_CREATE] = OutsideSucceed;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = OutsideSucceed;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = OutsideSucceed;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = OutsideControl;
    DriverObject->DriverUnload = OutsideUnload;
    return IoCreateDevice(DriverObject, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
}
