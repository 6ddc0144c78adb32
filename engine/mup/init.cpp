// init.cpp - MUP comes and goes with the machine.
#include "init.h"
#include "engine/mup/mupp.h"
#include "iop.h"

constinit ERESOURCE MupLock {};
constinit LIST_ENTRY MupProviders {};
constinit LIST_ENTRY MupPrefixes {};
constinit KSPIN_LOCK MupFileLock = 0;
constinit PDRIVER_OBJECT MupDriverObject = nullptr;
constinit PDEVICE_OBJECT MupDeviceObject = nullptr;
constinit MUP_COUNTERS MupCounters {};

extern "C" {
static NTSTATUS NTAPI MupDriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
}

void MuppFilesInit(void);

// Fills the driver object and makes the device. MUP is a file system to the I/O manager: that is
// why redirectors of the Vista model need not (and must not) register themselves.
static NTSTATUS NTAPI MupDriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING DeviceName = RTL_CONSTANT_STRING(L"\\Device\\Mup");

    UNREFERENCED_PARAMETER(RegistryPath);
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; ++Major) {
        DriverObject->MajorFunction[Major] = MupForward;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = MupCreate;
    DriverObject->MajorFunction[IRP_MJ_CREATE_NAMED_PIPE] = MupRefuse;
    DriverObject->MajorFunction[IRP_MJ_CREATE_MAILSLOT] = MupRefuse;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = MupClose;
    DriverObject->FastIoDispatch = &MupFastIoDispatch;
    NTSTATUS Status = IoCreateDevice(
        DriverObject, 0, &DeviceName, FILE_DEVICE_MULTI_UNC_PROVIDER, FILE_REMOTE_DEVICE, FALSE,
        &MupDeviceObject);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    MupDeviceObject->Flags &= ~DO_DEVICE_INITIALIZING;
    IoRegisterFileSystem(MupDeviceObject);
    return STATUS_SUCCESS;
}

NTSTATUS MupInitSystem(void)
{
    UNICODE_STRING DriverName = RTL_CONSTANT_STRING(L"Mup");

    RtlZeroMemory(&MupCounters, sizeof(MupCounters));
    InitializeListHead(&MupProviders);
    InitializeListHead(&MupPrefixes);
    KeInitializeSpinLock(&MupFileLock);
    MuppFilesInit();
    MupDeviceObject = nullptr;
    NTSTATUS Status = ExInitializeResourceLite(&MupLock);
    [[maybe_unused]] UNICODE_STRING LockName = RTL_CONSTANT_STRING(L"MUP");
    RdrTraceBorn(RdrObjectResource, &MupLock, 0, &LockName, nullptr);
    if (NT_SUCCESS(Status)) {
        Status = IopCreateDriver(&DriverName, MupDriverEntry, &MupDriverObject);
    }
    return Status;
}

void MupShutdownSystem(void)
{
    if (MupDeviceObject == nullptr) {
        return;
    }
    MuppForgetPrefixes(nullptr);
    MuppForgetProviders();
    IoUnregisterFileSystem(MupDeviceObject);
    IoDeleteDevice(MupDeviceObject);
    MupDeviceObject = nullptr;
    IopDeleteDriver(MupDriverObject);
    MupDriverObject = nullptr;
    ExDeleteResourceLite(&MupLock);
}

void MupQueryCounters(PMUP_COUNTERS Counters)
{
    ULONG Prefixes = 0;

    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&MupLock, TRUE);
    for (PLIST_ENTRY Entry = MupPrefixes.Flink; Entry != &MupPrefixes; Entry = Entry->Flink) {
        Prefixes++;
    }
    *Counters = MupCounters;
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
    Counters->Prefixes = Prefixes;
    Counters->OpenFiles = MuppOpenFiles();
}

void MuppNote(RDR_EVENT_KIND Kind, const char* Routine, const void* Object, const char* Format, ...)
{
    char Text[256];
    va_list Arguments;

    if (!RdrTraceActive()) {
        return;
    }
    va_start(Arguments, Format);
    if (_vsnprintf(Text, sizeof(Text) - 1, Format, Arguments) < 0) {
        Text[sizeof(Text) - 2] = '\0';
    }
    Text[sizeof(Text) - 1] = '\0';
    va_end(Arguments);
    RdrTraceText(RdrLayerMup, Kind, Routine, Object, Text);
}
