/* counterdrv.c - a little driver written only with the documented routines: it counts.
 *
 * \Device\Counter; reading returns the number of reads so far in a ULONG, IOCTL_COUNTER_RESET sets
 * it back. The count is a global variable of the module, so that a test sees whether a second load
 * starts fresh.
 */
#include <ntddk.h>

#define IOCTL_COUNTER_RESET CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

DRIVER_INITIALIZE DriverEntry;

static ULONG ReadCount;

static NTSTATUS CounterFinish(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI CounterOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return CounterFinish(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS NTAPI CounterRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);
    if (IrpSp->Parameters.Read.Length < sizeof(ULONG)) {
        return CounterFinish(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    *(PULONG)Irp->AssociatedIrp.SystemBuffer = ++ReadCount;
    return CounterFinish(Irp, STATUS_SUCCESS, sizeof(ULONG));
}

static NTSTATUS NTAPI CounterControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);
    if (IrpSp->Parameters.DeviceIoControl.IoControlCode != IOCTL_COUNTER_RESET) {
        return CounterFinish(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    ReadCount = 0;
    return CounterFinish(Irp, STATUS_SUCCESS, 0);
}

static VOID NTAPI CounterUnload(PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING Link = RTL_CONSTANT_STRING(L"\\DosDevices\\Counter");

    IoDeleteSymbolicLink(&Link);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Counter");
    UNICODE_STRING Link = RTL_CONSTANT_STRING(L"\\DosDevices\\Counter");
    PDEVICE_OBJECT DeviceObject;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->MajorFunction[IRP_MJ_CREATE] = CounterOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = CounterOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = CounterOpenClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = CounterRead;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = CounterControl;
    DriverObject->DriverUnload = CounterUnload;
    Status = IoCreateDevice(DriverObject, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &DeviceObject);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    DeviceObject->Flags |= DO_BUFFERED_IO;
    Status = IoCreateSymbolicLink(&Link, &Name);
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(DeviceObject);
    }
    return Status;
}
