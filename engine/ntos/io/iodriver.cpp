// iodriver.cpp - driver objects: loading a module, DriverEntry, unloading.
#include "engine/ntos/io/iopriv.h"

constinit POBJECT_TYPE IopDriverObjectType = nullptr;

namespace {

constinit LIST_ENTRY IopDrivers {}; // IOP_DRIVER.Links, in order of loading

NTSTATUS NTAPI IopInvalidDeviceRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    Irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    Irp->IoStatus.Information = 0;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS IopJoin(PCWSTR Prefix, PCUNICODE_STRING Name, PUNICODE_STRING Joined)
{
    UNICODE_STRING First;

    RtlInitUnicodeString(&First, Prefix);
    ULONG Bytes = ULONG { First.Length } + Name->Length;
    if (Bytes > 0xFFF0) {
        return STATUS_NAME_TOO_LONG;
    }
    Joined->Length = static_cast<USHORT>(Bytes);
    Joined->MaximumLength = static_cast<USHORT>(Bytes + sizeof(WCHAR));
    Joined->Buffer = static_cast<PWCH>(
        ExAllocatePoolWithTag(NonPagedPool, Joined->MaximumLength, IOP_TAG_DRIVER));
    if (Joined->Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Joined->Buffer, First.Buffer, First.Length);
    RtlCopyMemory(Joined->Buffer + First.Length / sizeof(WCHAR), Name->Buffer, Name->Length);
    Joined->Buffer[Bytes / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

void IopFreeString(PUNICODE_STRING String)
{
    if (String->Buffer != nullptr) {
        ExFreePoolWithTag(String->Buffer, IOP_TAG_DRIVER);
        *String = {};
    }
}

IOP_DRIVER* IopFindDriver(PCUNICODE_STRING ServiceName)
{
    for (PLIST_ENTRY Link = IopDrivers.Flink; Link != &IopDrivers; Link = Link->Flink) {
        IOP_DRIVER* Driver = CONTAINING_RECORD(Link, IOP_DRIVER, Links);
        if (RtlEqualUnicodeString(&Driver->ServiceName, ServiceName, TRUE)) {
            return Driver;
        }
    }
    return nullptr;
}

// The last component of a path.
UNICODE_STRING IopLastComponent(PCUNICODE_STRING Path)
{
    ULONG First = 0;

    for (ULONG Index = 0; Index < Path->Length / sizeof(WCHAR); Index++) {
        First = Path->Buffer[Index] == L'\\' ? Index + 1 : First;
    }
    UNICODE_STRING Last;
    Last.Buffer = Path->Buffer + First;
    Last.Length = Last.MaximumLength = static_cast<USHORT>(Path->Length - First * sizeof(WCHAR));
    return Last;
}

// A driver object with the default dispatch table, on the list of drivers, with one reference. Name
// is a service name, the object then is \Driver\Name, or the object's full path (\FileSystem\Name).
NTSTATUS IopMakeDriver(PCUNICODE_STRING Name, PDRIVER_INITIALIZE Initialize, IOP_DRIVER** Result)
{
    OBJECT_ATTRIBUTES Attributes;
    PVOID Object = nullptr;
    PVOID Inserted = nullptr;
    UNICODE_STRING FullName {};

    BOOLEAN IsPath = Name->Length != 0 && Name->Buffer[0] == L'\\';
    UNICODE_STRING ServiceName = IopLastComponent(Name);
    NTSTATUS Status = IopJoin(IsPath ? L"" : L"\\Driver\\", Name, &FullName);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeObjectAttributes(
        &Attributes, &FullName, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, nullptr, nullptr);
    Status = ObCreateObject(
        KernelMode, IopDriverObjectType, &Attributes, KernelMode, nullptr, sizeof(IOP_DRIVER), 0, 0,
        &Object);
    if (!NT_SUCCESS(Status)) {
        IopFreeString(&FullName);
        return Status;
    }
    auto* Driver = static_cast<IOP_DRIVER*>(Object);
    InitializeListHead(&Driver->Links);
    Driver->Public.Type = IO_TYPE_DRIVER;
    Driver->Public.Size = sizeof(DRIVER_OBJECT);
    Driver->Public.DriverExtension = &Driver->Extension;
    Driver->Public.DriverName = FullName; // the object owns the buffer now
    Driver->Public.DriverInit = Initialize;
    Driver->Extension.DriverObject = &Driver->Public;
    for (PDRIVER_DISPATCH& Dispatch : Driver->Public.MajorFunction) {
        Dispatch = IopInvalidDeviceRequest;
    }
    Status = IopJoin(L"", &ServiceName, &Driver->ServiceName);
    if (NT_SUCCESS(Status)) {
        Driver->Extension.ServiceKeyName = Driver->ServiceName;
        if (RdrTraceActive()) {
            RdrTraceBorn(
                RdrObjectDriver, &Driver->Public, sizeof(DRIVER_OBJECT), &ServiceName, nullptr);
        }
    } else {
        ObMakeTemporaryObject(Object);
        ObDereferenceObject(Object);
        return Status;
    }
    Status = ObInsertObject(Object, nullptr, 0, 1, &Inserted, nullptr);
    if (NT_SUCCESS(Status)) {
        InsertTailList(&IopDrivers, &Driver->Links);
        *Result = Driver;
    }
    return Status;
}

NTSTATUS IopCallEntry(IOP_DRIVER* Driver)
{
    UNICODE_STRING RegistryPath {};
    NTSTATUS Status = IopJoin(
        L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\", &Driver->ServiceName,
        &RegistryPath);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RDR_SPAN Span = RdrTraceBegin(RdrLayerKernel, "DriverEntry", &Driver->Public, 0);
    Status = Driver->Public.DriverInit(&Driver->Public, &RegistryPath);
    RdrTraceEnd(Span, Status, 0);
    IopFreeString(&RegistryPath);
    if (NT_SUCCESS(Status)) {
        for (PDEVICE_OBJECT Device = Driver->Public.DeviceObject; Device != nullptr;
             Device = Device->NextDevice) {
            Device->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
        }
    }
    return Status;
}

// Takes the driver off the list and gives back the references of the list and of the name.
void IopForgetDriver(IOP_DRIVER* Driver)
{
    RemoveEntryList(&Driver->Links);
    InitializeListHead(&Driver->Links);
    ObMakeTemporaryObject(&Driver->Public);
    ObDereferenceObject(&Driver->Public);
}

// A driver that failed or unloads must have deleted its devices; what it left is deleted for it,
// and told.
void IopDeleteLeftDevices(IOP_DRIVER* Driver)
{
    while (Driver->Public.DeviceObject != nullptr) {
        PDEVICE_OBJECT Device = Driver->Public.DeviceObject;
        RdrTraceText(
            RdrLayerIo, RdrEventError, "driver unload", Device,
            "the driver left a device object behind");
        DbgPrint("I/O manager: driver %wZ left a device object behind\n", &Driver->ServiceName);
        if (IopDevice(Device)->AttachedTo != nullptr) {
            IoDetachDevice(IopDevice(Device)->AttachedTo);
        }
        IoDeleteDevice(Device);
    }
}

} // namespace

void IopInitDrivers()
{
    OB_TYPE_PROCEDURES Procedures {};

    InitializeListHead(&IopDrivers);
    Procedures.WaitOffset = OBP_NOT_WAITABLE;
    Procedures.WaitPointerOffset = OBP_NOT_WAITABLE;
    Procedures.GenericMapping = { STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE,
                                  STANDARD_RIGHTS_EXECUTE, STANDARD_RIGHTS_ALL };
    Procedures.ValidAccessMask = STANDARD_RIGHTS_ALL;
    Procedures.Delete = IopDeleteDriverObject;
    Procedures.TraceKind = RdrObjectDriver;
    IopDriverObjectType = ObpCreateType(L"Driver", &Procedures);
}

void IopDeleteDriverObject(PVOID Object)
{
    auto* Driver = static_cast<IOP_DRIVER*>(Object);

    while (Driver->Clients != nullptr) {
        IOP_CLIENT_EXTENSION* Client = Driver->Clients;
        Driver->Clients = Client->Next;
        ExFreePoolWithTag(Client, IOP_TAG_DRIVER);
    }
    IopFreeString(&Driver->ServiceName);
    IopFreeString(&Driver->Public.DriverName);
    if (Driver->Module != nullptr) {
        IopCloseModule(Driver->Module);
    }
}

NTSTATUS IopLoadDriver(const char* ModulePath, PCUNICODE_STRING ServiceName)
{
    PVOID Module = nullptr;
    PDRIVER_INITIALIZE Entry = nullptr;
    IOP_DRIVER* Driver = nullptr;

    PAGED_CODE();
    if (IopFindDriver(ServiceName) != nullptr) {
        return STATUS_IMAGE_ALREADY_LOADED;
    }
    NTSTATUS Status = IopOpenModule(ModulePath, &Module, &Entry);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopMakeDriver(ServiceName, Entry, &Driver);
    if (!NT_SUCCESS(Status)) {
        IopCloseModule(Module);
        return Status;
    }
    Driver->Module = Module;
    Driver->Public.DriverStart = Module;
    Driver->Public.DriverSection = Module;
    Status = IopCallEntry(Driver);
    if (!NT_SUCCESS(Status)) {
        IopDeleteLeftDevices(Driver);
        IopForgetDriver(Driver);
    }
    return Status;
}

NTSTATUS IopUnloadDriver(PCUNICODE_STRING ServiceName)
{
    IOP_DRIVER* Driver = IopFindDriver(ServiceName);

    PAGED_CODE();
    if (Driver == nullptr) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (Driver->Public.DriverUnload == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    for (PDEVICE_OBJECT Device = Driver->Public.DeviceObject; Device != nullptr;
         Device = Device->NextDevice) {
        if (Device->ReferenceCount != 0 || Device->AttachedDevice != nullptr) {
            return STATUS_DEVICE_BUSY;
        }
    }
    RDR_SPAN Span = RdrTraceBegin(RdrLayerKernel, "DriverUnload", &Driver->Public, 0);
    Driver->Public.DriverUnload(&Driver->Public);
    RdrTraceEnd(Span, STATUS_SUCCESS, 0);
    IopDeleteLeftDevices(Driver);
    IopForgetDriver(Driver);
    return STATUS_SUCCESS;
}

NTSTATUS IopCreateDriver(
    PCUNICODE_STRING DriverName, PDRIVER_INITIALIZE Initialize, PDRIVER_OBJECT* DriverObject)
{
    IOP_DRIVER* Driver = nullptr;

    PAGED_CODE();
    NTSTATUS Status = IopMakeDriver(DriverName, Initialize, &Driver);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopCallEntry(Driver);
    if (!NT_SUCCESS(Status)) {
        IopDeleteLeftDevices(Driver);
        IopForgetDriver(Driver);
        return Status;
    }
    *DriverObject = &Driver->Public;
    return STATUS_SUCCESS;
}

void IopDeleteDriver(PDRIVER_OBJECT DriverObject)
{
    auto* Driver = CONTAINING_RECORD(DriverObject, IOP_DRIVER, Public);

    if (DriverObject->DriverUnload != nullptr) {
        DriverObject->DriverUnload(DriverObject);
    }
    IopDeleteLeftDevices(Driver);
    IopForgetDriver(Driver);
}

/// Machine shutdown: every driver that can unload does, in reverse order of loading; the others are
/// dropped.
void IopShutdownDrivers()
{
    while (!IsListEmpty(&IopDrivers)) {
        IOP_DRIVER* Driver = CONTAINING_RECORD(IopDrivers.Blink, IOP_DRIVER, Links);
        if (Driver->Public.DriverUnload != nullptr) {
            RDR_SPAN Span = RdrTraceBegin(RdrLayerKernel, "DriverUnload", &Driver->Public, 0);
            Driver->Public.DriverUnload(&Driver->Public);
            RdrTraceEnd(Span, STATUS_SUCCESS, 0);
            IopDeleteLeftDevices(Driver);
        } else {
            while (Driver->Public.DeviceObject != nullptr) {
                PDEVICE_OBJECT Device = Driver->Public.DeviceObject;
                if (IopDevice(Device)->AttachedTo != nullptr) {
                    IoDetachDevice(IopDevice(Device)->AttachedTo);
                }
                IoDeleteDevice(Device);
            }
        }
        IopForgetDriver(Driver);
    }
}

extern "C" {

/// Source   windows-driver-docs: wdm/ioallocatedriverobjectextension
NTSTATUS NTAPI IoAllocateDriverObjectExtension(
    PDRIVER_OBJECT DriverObject,
    PVOID ClientIdentificationAddress,
    ULONG DriverObjectExtensionSize,
    PVOID* DriverObjectExtension)
{
    auto* Driver = CONTAINING_RECORD(DriverObject, IOP_DRIVER, Public);

    *DriverObjectExtension = nullptr;
    if (IoGetDriverObjectExtension(DriverObject, ClientIdentificationAddress) != nullptr) {
        return STATUS_OBJECT_NAME_COLLISION;
    }
    auto* Client = static_cast<IOP_CLIENT_EXTENSION*>(ExAllocatePoolWithTag(
        NonPagedPool, sizeof(IOP_CLIENT_EXTENSION) + DriverObjectExtensionSize, IOP_TAG_DRIVER));
    if (Client == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Client, sizeof(*Client) + DriverObjectExtensionSize);
    Client->ClientId = ClientIdentificationAddress;
    Client->Next = Driver->Clients;
    Driver->Clients = Client;
    *DriverObjectExtension = Client + 1;
    return STATUS_SUCCESS;
}

PVOID NTAPI
IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress)
{
    auto* Driver = CONTAINING_RECORD(DriverObject, IOP_DRIVER, Public);

    for (IOP_CLIENT_EXTENSION* Client = Driver->Clients; Client != nullptr; Client = Client->Next) {
        if (Client->ClientId == ClientIdentificationAddress) {
            return Client + 1;
        }
    }
    return nullptr;
}

} // extern "C"
