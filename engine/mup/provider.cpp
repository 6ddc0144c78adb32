// provider.cpp - registration of redirectors, and the order in which they are asked.
#include "engine/mup/mupp.h"

namespace {

// Names of all providers there ever were, in order of their first registration: position + 1 is the
// provider's id, which stays the same when the redirector is unloaded and loaded again.
struct KnownName
{
    WCHAR Text[128];
    USHORT Length;
};
constinit KnownName MuppKnown[MUP_MAXIMUM_PROVIDERS] {};
constinit ULONG MuppKnownCount = 0;

UNICODE_STRING KnownString(ULONG Index)
{
    UNICODE_STRING Name;
    Name.Buffer = MuppKnown[Index].Text;
    Name.Length = MuppKnown[Index].Length;
    Name.MaximumLength = sizeof(MuppKnown[Index].Text);
    return Name;
}

// MupLock held exclusive. 0 when the table is full or the name does not fit.
ULONG IdOfName(PCUNICODE_STRING Name, BOOLEAN Add)
{
    for (ULONG Index = 0; Index < MuppKnownCount; ++Index) {
        UNICODE_STRING Known = KnownString(Index);
        if (RtlEqualUnicodeString(&Known, Name, TRUE)) {
            return Index + 1;
        }
    }
    if (!Add || MuppKnownCount == MUP_MAXIMUM_PROVIDERS
        || Name->Length > sizeof(MuppKnown[0].Text)) {
        return 0;
    }
    RtlCopyMemory(MuppKnown[MuppKnownCount].Text, Name->Buffer, Name->Length);
    MuppKnown[MuppKnownCount].Length = Name->Length;
    return ++MuppKnownCount;
}

PMUP_PROVIDER FindByName(PCUNICODE_STRING DeviceName)
{
    for (PLIST_ENTRY Entry = MupProviders.Flink; Entry != &MupProviders; Entry = Entry->Flink) {
        PMUP_PROVIDER Provider = CONTAINING_RECORD(Entry, MUP_PROVIDER, Links);
        if (RtlEqualUnicodeString(&Provider->DeviceName, DeviceName, TRUE)) {
            return Provider;
        }
    }
    return nullptr;
}

PMUP_PROVIDER AllocateProvider(
    PCUNICODE_STRING DeviceName, PDEVICE_OBJECT DeviceObject, ULONG Flags, BOOLEAN Legacy)
{
    auto* Provider = static_cast<PMUP_PROVIDER>(ExAllocatePoolWithTag(
        NonPagedPool, sizeof(MUP_PROVIDER) + DeviceName->Length, MUP_TAG_PROVIDER));
    if (Provider == nullptr) {
        return nullptr;
    }
    RtlZeroMemory(Provider, sizeof(*Provider));
    Provider->DeviceName.Buffer = reinterpret_cast<PWCH>(Provider + 1);
    Provider->DeviceName.Length = DeviceName->Length;
    Provider->DeviceName.MaximumLength = DeviceName->Length;
    RtlCopyMemory(Provider->DeviceName.Buffer, DeviceName->Buffer, DeviceName->Length);
    USHORT Start = Provider->DeviceName.Length / sizeof(WCHAR);
    while (Start > 0 && Provider->DeviceName.Buffer[Start - 1] != L'\\') {
        Start--;
    }
    Provider->ShortName.Buffer = Provider->DeviceName.Buffer + Start;
    Provider->ShortName.Length
        = static_cast<USHORT>(Provider->DeviceName.Length - Start * sizeof(WCHAR));
    Provider->ShortName.MaximumLength = Provider->ShortName.Length;
    Provider->DeviceObject = DeviceObject;
    ObReferenceObject(DeviceObject);
    Provider->Flags = Flags;
    Provider->Legacy = Legacy;
    Provider->References = 1;
    return Provider;
}

// Enters the provider under MupLock. Fails when its name is registered already or there are too
// many.
NTSTATUS InsertProvider(PMUP_PROVIDER Provider)
{
    NTSTATUS Status = STATUS_SUCCESS;

    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&MupLock, TRUE);
    Provider->Id = IdOfName(&Provider->DeviceName, TRUE);
    if (FindByName(&Provider->DeviceName) != nullptr) {
        Status = STATUS_INVALID_DEVICE_REQUEST;
    } else if (Provider->Id == 0) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        // Only one provider serves mailslots: the first one that wants to.
        for (PLIST_ENTRY Entry = MupProviders.Flink; Entry != &MupProviders; Entry = Entry->Flink) {
            if (CONTAINING_RECORD(Entry, MUP_PROVIDER, Links)->Flags
                & FSRTL_UNC_PROVIDER_FLAGS_MAILSLOTS_SUPPORTED) {
                Provider->Flags &= ~FSRTL_UNC_PROVIDER_FLAGS_MAILSLOTS_SUPPORTED;
            }
        }
        Provider->Handle = ULongToHandle(Provider->Id * 4);
        Provider->Registered = TRUE;
        InsertTailList(&MupProviders, &Provider->Links);
        // IRPs on files of MUP must have room for the provider's stack below MUP's location.
        if (MupDeviceObject->StackSize <= Provider->DeviceObject->StackSize) {
            MupDeviceObject->StackSize = static_cast<CCHAR>(Provider->DeviceObject->StackSize + 1);
        }
    }
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
    return Status;
}

} // namespace

/// A machine of the 2003 profile: the system before the Vista model, where the extended
/// registration does not exist.
BOOLEAN MuppIsLegacySystem(void)
{
    UNICODE_STRING Key
        = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\Lab");
    RTL_OSVERSIONINFOW Version {};

    Version.dwOSVersionInfoSize = sizeof(Version);
    return (NT_SUCCESS(RtlGetVersion(&Version)) && Version.dwMajorVersion < 6)
        || MuppReadNumber(&Key, L"Profile2003", 0) != 0;
}

void MuppReferenceProvider(PMUP_PROVIDER Provider)
{
    InterlockedIncrement(&Provider->References);
}

void MuppDereferenceProvider(PMUP_PROVIDER Provider)
{
    if (InterlockedDecrement(&Provider->References) == 0) {
        ObDereferenceObject(Provider->DeviceObject);
        ExFreePoolWithTag(Provider, MUP_TAG_PROVIDER);
    }
}

// Finds the provider whose device name ends in ShortName. MupLock need not be held. Owns: one
// reference for the caller.
PMUP_PROVIDER MuppFindProviderByShortName(PCUNICODE_STRING ShortName)
{
    PMUP_PROVIDER Found = nullptr;

    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&MupLock, TRUE);
    for (PLIST_ENTRY Entry = MupProviders.Flink; Entry != &MupProviders; Entry = Entry->Flink) {
        PMUP_PROVIDER Provider = CONTAINING_RECORD(Entry, MUP_PROVIDER, Links);
        if (RtlEqualUnicodeString(&Provider->ShortName, ShortName, TRUE)) {
            MuppReferenceProvider(Provider);
            Found = Provider;
            break;
        }
    }
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
    return Found;
}

/// Lists the providers in the order they are to be asked: first those that ProviderOrder names, in
/// its order, then the others in order of registration (inferred). The registry is read each time,
/// so that a change takes effect at once (Vista model).
///
/// IRQL     PASSIVE_LEVEL
/// Owns     each of the *Providers returned holds one reference
ULONG MuppOrderProviders(PMUP_PROVIDER* Providers, ULONG Room)
{
    UNICODE_STRING OrderKey = RTL_CONSTANT_STRING(
        L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\NetworkProvider\\Order");
    UNICODE_STRING Order {};
    ULONG Count = 0;

    PAGED_CODE();
    auto* Buffer = static_cast<PWCH>(
        ExAllocatePoolWithTag(PagedPool, 2 * MUP_MAXIMUM_ORDER_BYTES, MUP_TAG_ORDER));
    if (Buffer != nullptr) {
        MuppReadString(&OrderKey, L"ProviderOrder", Buffer, MUP_MAXIMUM_ORDER_BYTES, &Order);
    }
    PWCH Scratch = Buffer == nullptr ? nullptr : Buffer + MUP_MAXIMUM_ORDER_BYTES / sizeof(WCHAR);

    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&MupLock, TRUE);
    auto Add = [&](PMUP_PROVIDER Provider) {
        for (ULONG Index = 0; Index < Count; ++Index) {
            if (Providers[Index] == Provider) {
                return;
            }
        }
        if (Count < Room) {
            MuppReferenceProvider(Provider);
            Providers[Count++] = Provider;
        }
    };
    USHORT Position = 0;
    const USHORT End = Order.Length / sizeof(WCHAR);
    while (Position < End) {
        USHORT Stop = Position;
        while (Stop < End && Order.Buffer[Stop] != L',') {
            Stop++;
        }
        UNICODE_STRING Service;
        Service.Buffer = Order.Buffer + Position;
        Service.Length = Service.MaximumLength
            = static_cast<USHORT>((Stop - Position) * sizeof(WCHAR));
        Position = Stop + 1;

        UNICODE_STRING Key;
        RtlInitEmptyUnicodeString(&Key, Scratch, MUP_MAXIMUM_ORDER_BYTES / 2);
        if (Service.Length == 0
            || !NT_SUCCESS(RtlAppendUnicodeToString(
                &Key, L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"))
            || !NT_SUCCESS(RtlAppendUnicodeStringToString(&Key, &Service))
            || !NT_SUCCESS(RtlAppendUnicodeToString(&Key, L"\\NetworkProvider"))) {
            continue;
        }
        UNICODE_STRING DeviceName {};
        if (MuppReadString(
                &Key, L"DeviceName", Scratch + MUP_MAXIMUM_ORDER_BYTES / 4,
                MUP_MAXIMUM_ORDER_BYTES / 2, &DeviceName)) {
            PMUP_PROVIDER Provider = FindByName(&DeviceName);
            if (Provider != nullptr) {
                Add(Provider);
            }
        }
    }
    for (PLIST_ENTRY Entry = MupProviders.Flink; Entry != &MupProviders; Entry = Entry->Flink) {
        Add(CONTAINING_RECORD(Entry, MUP_PROVIDER, Links));
    }
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
    if (Buffer != nullptr) {
        ExFreePoolWithTag(Buffer, MUP_TAG_ORDER);
    }
    return Count;
}

// The machine goes down: drops what redirectors left behind.
void MuppForgetProviders(void)
{
    while (!IsListEmpty(&MupProviders)) {
        PMUP_PROVIDER Provider = CONTAINING_RECORD(MupProviders.Flink, MUP_PROVIDER, Links);
        MuppNote(
            RdrEventError, "MupShutdownSystem", nullptr, "still registered: %wZ",
            &Provider->DeviceName);
        FsRtlDeregisterUncProvider(Provider->Handle);
    }
    MuppKnownCount = 0;
}

/// Registers a redirector of the Vista model.
///
/// The redirector's device has no name: MUP makes RedirDevName a symbolic link to itself,
/// \Device\Mup\;<last component>, and sends what is opened below that name to the device without
/// asking anybody.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     *MupHandle is given back with FsRtlDeregisterUncProvider; MUP holds a reference on
/// DeviceObject Errors   STATUS_INVALID_PARAMETER (no name; a disk file system's device),
/// STATUS_OBJECT_TYPE_MISMATCH,
///          STATUS_INVALID_DEVICE_REQUEST (registered already), STATUS_INSUFFICIENT_RESOURCES, what
///          the link said, STATUS_NOT_IMPLEMENTED on a system older than Vista, which lacks the
///          routine
/// Source   fsrtlregisteruncproviderex; differs: the link names the provider too, as seen on
/// Windows, or an open of the device
///          name could not be told from a UNC name
NTSTATUS NTAPI FsRtlRegisterUncProviderEx(
    PHANDLE MupHandle, PUNICODE_STRING RedirDevName, PDEVICE_OBJECT DeviceObject, ULONG Flags)
{
    PAGED_CODE();
    if (MuppIsLegacySystem()) {
        return STATUS_NOT_IMPLEMENTED;
    }
    if (RedirDevName == nullptr || RedirDevName->Length == 0 || DeviceObject == nullptr) {
        return STATUS_INVALID_PARAMETER;
    }
    if (DeviceObject->Type != IO_TYPE_DEVICE) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    if (DeviceObject->DeviceType == FILE_DEVICE_DISK_FILE_SYSTEM) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((DeviceObject->Characteristics & FILE_REMOTE_DEVICE) == 0) {
        MuppNote(
            RdrEventError, "FsRtlRegisterUncProviderEx", DeviceObject,
            "%wZ lacks FILE_REMOTE_DEVICE", RedirDevName);
    }
    PMUP_PROVIDER Provider = AllocateProvider(RedirDevName, DeviceObject, Flags, FALSE);
    if (Provider == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    NTSTATUS Status = InsertProvider(Provider);
    if (!NT_SUCCESS(Status)) {
        MuppDereferenceProvider(Provider);
        return Status;
    }
    WCHAR Buffer[160];
    UNICODE_STRING Target;
    RtlInitEmptyUnicodeString(&Target, Buffer, sizeof(Buffer));
    RtlAppendUnicodeToString(&Target, L"\\Device\\Mup\\;");
    Status = RtlAppendUnicodeStringToString(&Target, &Provider->ShortName);
    if (NT_SUCCESS(Status)) {
        Status = IoCreateSymbolicLink(&Provider->DeviceName, &Target);
    }
    if (!NT_SUCCESS(Status)) {
        FsRtlDeregisterUncProvider(Provider->Handle);
        return Status;
    }
    Provider->Linked = TRUE;
    *MupHandle = Provider->Handle;
    MuppNote(
        RdrEventNote, "FsRtlRegisterUncProviderEx", DeviceObject, "provider %u: %wZ", Provider->Id,
        RedirDevName);
    return STATUS_SUCCESS;
}

/// Registers a redirector of the older model: it has a named device, is asked with
/// IOCTL_REDIR_QUERY_PATH, and gets its files by a reparse to that device, after which MUP has no
/// part in them.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   STATUS_INVALID_PARAMETER, STATUS_INVALID_DEVICE_REQUEST, STATUS_INSUFFICIENT_RESOURCES,
/// what the open of the device
///          said
NTSTATUS NTAPI FsRtlRegisterUncProvider(
    PHANDLE MupHandle, PUNICODE_STRING RedirectorDeviceName, BOOLEAN MailslotsSupported)
{
    PFILE_OBJECT FileObject = nullptr;
    PDEVICE_OBJECT DeviceObject = nullptr;

    PAGED_CODE();
    if (RedirectorDeviceName == nullptr || RedirectorDeviceName->Length == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS Status = IoGetDeviceObjectPointer(
        RedirectorDeviceName, FILE_READ_ATTRIBUTES, &FileObject, &DeviceObject);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    PMUP_PROVIDER Provider = AllocateProvider(
        RedirectorDeviceName, DeviceObject,
        MailslotsSupported ? FSRTL_UNC_PROVIDER_FLAGS_MAILSLOTS_SUPPORTED : 0, TRUE);
    ObDereferenceObject(FileObject);
    if (Provider == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = InsertProvider(Provider);
    if (!NT_SUCCESS(Status)) {
        MuppDereferenceProvider(Provider);
        return Status;
    }
    *MupHandle = Provider->Handle;
    MuppNote(
        RdrEventNote, "FsRtlRegisterUncProvider", DeviceObject, "provider %u: %wZ", Provider->Id,
        RedirectorDeviceName);
    return STATUS_SUCCESS;
}

/// Ends a registration. Remembered claims go at once; files that are open keep going to the
/// redirector.
///
/// IRQL     PASSIVE_LEVEL
VOID NTAPI FsRtlDeregisterUncProvider(HANDLE Handle)
{
    PMUP_PROVIDER Found = nullptr;

    PAGED_CODE();
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&MupLock, TRUE);
    for (PLIST_ENTRY Entry = MupProviders.Flink; Entry != &MupProviders; Entry = Entry->Flink) {
        PMUP_PROVIDER Provider = CONTAINING_RECORD(Entry, MUP_PROVIDER, Links);
        if (Provider->Handle == Handle) {
            Provider->Registered = FALSE;
            RemoveEntryList(&Provider->Links);
            Found = Provider;
            break;
        }
    }
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
    if (Found == nullptr) {
        return;
    }
    MuppForgetPrefixes(Found);
    if (Found->Linked) {
        IoDeleteSymbolicLink(&Found->DeviceName);
    }
    MuppNote(
        RdrEventNote, "FsRtlDeregisterUncProvider", Found->DeviceObject, "%wZ", &Found->DeviceName);
    MuppDereferenceProvider(Found);
}

/// The id of a provider's device name. It does not change when the provider is unloaded and loaded
/// again.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_NOT_FOUND
NTSTATUS NTAPI FsRtlMupGetProviderIdFromName(PUNICODE_STRING pProviderName, PULONG32 pProviderId)
{
    if (pProviderName == nullptr || pProviderId == nullptr || pProviderName->Length == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(&MupLock, TRUE);
    ULONG Id = IdOfName(pProviderName, FALSE);
    ExReleaseResourceLite(&MupLock);
    KeLeaveCriticalRegion();
    if (Id == 0) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    *pProviderId = Id;
    return STATUS_SUCCESS;
}

/// Tells who serves a file that was opened through MUP. Level 1: the id. Level 2: the id and the
/// device name behind it.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_NOT_FOUND (not a file of MUP),
/// STATUS_BUFFER_TOO_SMALL (size returned),
///          STATUS_BUFFER_OVERFLOW (level 2: the id fits, the name does not)
NTSTATUS NTAPI FsRtlMupGetProviderInfoFromFileObject(
    PFILE_OBJECT pFileObject, ULONG Level, PVOID pBuffer, PULONG pBufferSize)
{
    if (pFileObject == nullptr || pBuffer == nullptr || pBufferSize == nullptr || Level < 1
        || Level > 2) {
        return STATUS_INVALID_PARAMETER;
    }
    PMUP_FILE File = MuppFindFile(pFileObject);
    if (File == nullptr || File->Provider == nullptr) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    PMUP_PROVIDER Provider = File->Provider;
    const ULONG Fixed = Level == 1 ? sizeof(ULONG32)
                                   : static_cast<ULONG>(sizeof(ULONG_PTR) + sizeof(UNICODE_STRING));
    const ULONG Needed = Level == 1 ? Fixed : Fixed + Provider->DeviceName.Length;
    if (*pBufferSize < Fixed) {
        *pBufferSize = Needed;
        return STATUS_BUFFER_TOO_SMALL;
    }
    const ULONG Room = *pBufferSize;
    *pBufferSize = Needed;
    *static_cast<PULONG32>(pBuffer) = Provider->Id;
    if (Level == 1) {
        return STATUS_SUCCESS;
    }
    auto* Name
        = reinterpret_cast<PUNICODE_STRING>(static_cast<PUCHAR>(pBuffer) + sizeof(ULONG_PTR));
    Name->Buffer = reinterpret_cast<PWCH>(Name + 1);
    Name->Length = Name->MaximumLength = 0;
    if (Room < Needed) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlCopyMemory(Name->Buffer, Provider->DeviceName.Buffer, Provider->DeviceName.Length);
    Name->Length = Name->MaximumLength = Provider->DeviceName.Length;
    return STATUS_SUCCESS;
}
