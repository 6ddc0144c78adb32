// devfcb.cpp - control requests on the device itself (driver/minirdrctl.h).
#include "minirdr/mrx/minirdr.h"

#include "minirdr/driver/minirdrctl.h"

namespace {
constexpr ULONG EA_ROOM = 2048; // three values of MINIRDR_MAXIMUM_NAME characters and their names
constexpr ULONG MAX_TRANSFER_BYTES = 8 * 1024 * 1024;

// A counted field of a control structure. FALSE when the count is more than the field holds.
BOOLEAN FieldString(const WCHAR* Field, ULONG Capacity, USHORT Length, UNICODE_STRING* String)
{
    if (Length > Capacity * sizeof(WCHAR) || Length % sizeof(WCHAR))
        return FALSE;
    String->Buffer = const_cast<PWCHAR>(Field);
    String->Length = String->MaximumLength = Length;
    return TRUE;
}

// A control structure as this version knows it: what an older sender left out is zero, which keeps
// things as they are.
template <typename T> NTSTATUS TakeInput(PRX_CONTEXT RxContext, T** Copy)
{
    const ULONG Given = RxContext->CurrentIrpSp->Parameters.DeviceIoControl.InputBufferLength;
    const auto* Input = static_cast<const T*>(RxContext->CurrentIrp->AssociatedIrp.SystemBuffer);
    if (!Input || Given < sizeof(ULONG) || Input->Size > Given || Input->Size < sizeof(ULONG))
        return STATUS_INVALID_PARAMETER;
    *Copy = MinirdrAllocateObject<T>();
    if (!*Copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(*Copy, Input, Input->Size < sizeof(T) ? Input->Size : sizeof(T));
    return STATUS_SUCCESS;
}

BOOLEAN IsDialect(USHORT Dialect)
{
    return Dialect == SMB2_DIALECT_202 || Dialect == SMB2_DIALECT_210 || Dialect == SMB2_DIALECT_300
        || Dialect == SMB2_DIALECT_302 || Dialect == SMB2_DIALECT_311;
}

NTSTATUS SetConfiguration(const MINIRDR_CONFIGURATION* Given)
{
    SLEEP_GUARD Guard(&Minirdr.Lock);
    SMB2_CONFIG Config = Minirdr.Config;
    if (Given->Port)
        Config.Port = Given->Port;
    if (Given->MinimumDialect)
        Config.MinimumDialect = Given->MinimumDialect;
    if (Given->MaximumDialect)
        Config.MaximumDialect = Given->MaximumDialect;
    Config.AllowGuest = !Given->RequireSigning;
    if (Given->RequestTimeoutMs)
        Config.RequestTimeoutMs = Given->RequestTimeoutMs;
    if (Given->ConnectTimeoutMs)
        Config.ConnectTimeoutMs = Given->ConnectTimeoutMs;
    if (Given->TransferBytes)
        Config.MaximumTransferBytes = Given->TransferBytes;
    if (Given->Signing)
        Config.Signing = Given->Signing == MINIRDR_SIGNING_WHEN_REQUIRED
            ? SMB2_SIGNING_POLICY::WhenRequired
            : SMB2_SIGNING_POLICY::Always;
    if (Given->RequireSigning)
        Config.Signing = SMB2_SIGNING_POLICY::Always;
    if (Given->Options & MINIRDR_OPTION_SET) {
        Config.MultiProtocolNegotiate = (Given->Options & MINIRDR_OPTION_MULTI_PROTOCOL) != 0;
        Config.Spnego = (Given->Options & MINIRDR_OPTION_RAW_NTLMSSP) == 0;
        Config.Leases = (Given->Options & MINIRDR_OPTION_NO_LEASES) == 0;
    }
    if (!IsDialect(Config.MinimumDialect) || !IsDialect(Config.MaximumDialect)
        || Config.MinimumDialect > Config.MaximumDialect
        || Config.MaximumTransferBytes < SMB2_CREDIT_BYTES
        || Config.MaximumTransferBytes > MAX_TRANSFER_BYTES
        || Given->Signing > MINIRDR_SIGNING_ALWAYS)
        return STATUS_INVALID_PARAMETER;
    Minirdr.Config = Config;
    return STATUS_SUCCESS;
}

// The logon session of whoever sent the request.
NTSTATUS CallersLogonId(LUID* LogonId)
{
    SECURITY_SUBJECT_CONTEXT Subject;
    SeCaptureSubjectContext(&Subject);
    SeLockSubjectContext(&Subject);
    const NTSTATUS Status
        = SeQueryAuthenticationIdToken(SeQuerySubjectContextToken(&Subject), LogonId);
    SeUnlockSubjectContext(&Subject);
    SeReleaseSubjectContext(&Subject);
    return Status;
}

VOID ForgetCredentials(const LUID* LogonId)
{
    for (LIST_ENTRY* Entry = Minirdr.Credentials.Flink; Entry != &Minirdr.Credentials;
         Entry = Entry->Flink) {
        auto* Stored = CONTAINING_RECORD(Entry, MINIRDR_STORED_CREDENTIALS, Links);
        if (Stored->LogonId.LowPart != LogonId->LowPart
            || Stored->LogonId.HighPart != LogonId->HighPart)
            continue;
        RemoveEntryList(Entry);
        MinirdrFreeCredentials(&Stored->Credentials);
        MinirdrFree(Stored);
        return;
    }
}

NTSTATUS SetCredentials(const MINIRDR_CREDENTIALS* Given)
{
    SMB2_CREDENTIALS Fields;
    if (!FieldString(Given->UserName, MINIRDR_MAXIMUM_NAME, Given->UserNameLength, &Fields.User)
        || !FieldString(Given->Domain, MINIRDR_MAXIMUM_NAME, Given->DomainLength, &Fields.Domain)
        || !FieldString(
            Given->Password, MINIRDR_MAXIMUM_NAME, Given->PasswordLength, &Fields.Password))
        return STATUS_INVALID_PARAMETER;
    LUID LogonId = {};
    NTSTATUS Status = STATUS_SUCCESS;
    if (Given->Flags & MINIRDR_CREDENTIALS_LOGON_ID) {
        LogonId.LowPart = Given->LogonIdLow;
        LogonId.HighPart = Given->LogonIdHigh;
    } else if (!(Given->Flags & MINIRDR_CREDENTIALS_DEFAULT)) {
        Status = CallersLogonId(&LogonId);
    }
    MINIRDR_STORED_CREDENTIALS* Stored = nullptr;
    if (NT_SUCCESS(Status) && !(Given->Flags & MINIRDR_CREDENTIALS_FORGET)) {
        Stored = MinirdrAllocateObject<MINIRDR_STORED_CREDENTIALS>();
        Status = Stored ? Smb2CopyString(&Stored->Credentials.User, &Fields.User)
                        : STATUS_INSUFFICIENT_RESOURCES;
        if (NT_SUCCESS(Status))
            Status = Smb2CopyString(&Stored->Credentials.Domain, &Fields.Domain);
        if (NT_SUCCESS(Status))
            Status = Smb2CopyString(&Stored->Credentials.Password, &Fields.Password);
    }
    if (!NT_SUCCESS(Status)) {
        if (Stored)
            MinirdrFreeCredentials(&Stored->Credentials);
        MinirdrFree(Stored);
        return Status;
    }
    SLEEP_GUARD Guard(&Minirdr.Lock);
    ForgetCredentials(&LogonId);
    if (Stored) {
        Stored->LogonId = LogonId;
        InsertTailList(&Minirdr.Credentials, &Stored->Links);
    }
    return STATUS_SUCCESS;
}

// One extended attribute as RDBSS reads it from a connection's create: "UserName", "Domain",
// "Password", UTF-16 value.
ULONG AppendEa(
    PUCHAR Buffer,
    ULONG Offset,
    ULONG* Previous,
    const CHAR* Name,
    ULONG NameBytes,
    PCUNICODE_STRING Value)
{
    if (Value->Length == 0)
        return Offset;
    Offset = (Offset + 3) & ~3u;
    auto* Ea = reinterpret_cast<FILE_FULL_EA_INFORMATION*>(Buffer + Offset);
    if (*Previous != ~0u)
        reinterpret_cast<FILE_FULL_EA_INFORMATION*>(Buffer + *Previous)->NextEntryOffset
            = Offset - *Previous;
    *Previous = Offset;
    Ea->EaNameLength = static_cast<UCHAR>(NameBytes);
    Ea->EaValueLength = Value->Length;
    RtlCopyMemory(Ea->EaName, Name, NameBytes);
    RtlCopyMemory(Ea->EaName + NameBytes + 1, Value->Buffer, Value->Length);
    return Offset + static_cast<ULONG>(FIELD_OFFSET(FILE_FULL_EA_INFORMATION, EaName)) + NameBytes
        + 1 + Value->Length;
}

// Opens the connection by name on our own device, as "net use" does: RDBSS finds or makes the
// structures.
NTSTATUS OpenConnection(const MINIRDR_CONNECTION* Given, HANDLE* Handle)
{
    static constexpr WCHAR Device[] = MINIRDR_DEVICE_NAME;
    constexpr ULONG DeviceBytes = sizeof Device - sizeof(WCHAR);
    UNICODE_STRING Name;
    UNICODE_STRING User;
    UNICODE_STRING Domain;
    UNICODE_STRING Password;
    if (!FieldString(Given->RemoteName, 2 * MINIRDR_MAXIMUM_NAME, Given->RemoteNameLength, &Name)
        || Name.Length == 0 || Name.Buffer[0] != L'\\'
        || !FieldString(Given->UserName, MINIRDR_MAXIMUM_NAME, Given->UserNameLength, &User)
        || !FieldString(Given->Domain, MINIRDR_MAXIMUM_NAME, Given->DomainLength, &Domain)
        || !FieldString(Given->Password, MINIRDR_MAXIMUM_NAME, Given->PasswordLength, &Password))
        return STATUS_INVALID_PARAMETER;
    auto* Memory = static_cast<PUCHAR>(MinirdrAllocate(EA_ROOM + DeviceBytes + Name.Length));
    if (!Memory)
        return STATUS_INSUFFICIENT_RESOURCES;
    UNICODE_STRING Path;
    Path.Buffer = reinterpret_cast<PWCHAR>(Memory + EA_ROOM);
    Path.Length = Path.MaximumLength = static_cast<USHORT>(DeviceBytes + Name.Length);
    RtlCopyMemory(Path.Buffer, Device, DeviceBytes);
    RtlCopyMemory(Memory + EA_ROOM + DeviceBytes, Name.Buffer, Name.Length);
    ULONG Previous = ~0u;
    ULONG EaBytes = AppendEa(Memory, 0, &Previous, "UserName", 8, &User);
    if (User.Length) {
        EaBytes = AppendEa(Memory, EaBytes, &Previous, "Domain", 6, &Domain);
        EaBytes = AppendEa(Memory, EaBytes, &Previous, "Password", 8, &Password);
    }
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(
        &Attributes, &Path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, nullptr, nullptr);
    IO_STATUS_BLOCK IoStatus = {};
    const NTSTATUS Status = ZwCreateFile(
        Handle, SYNCHRONIZE, &Attributes, &IoStatus, nullptr, FILE_ATTRIBUTE_NORMAL,
        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_OPEN_IF,
        FILE_CREATE_TREE_CONNECTION | FILE_SYNCHRONOUS_IO_NONALERT, EaBytes ? Memory : nullptr,
        EaBytes);
    RtlZeroMemory(Memory, EA_ROOM);
    MinirdrFree(Memory);
    return Status;
}

NTSTATUS AddConnection(const MINIRDR_CONNECTION* Given)
{
    HANDLE Handle;
    const NTSTATUS Status = OpenConnection(Given, &Handle);
    if (NT_SUCCESS(Status))
        ZwClose(Handle); // RDBSS keeps the connection
    return Status;
}

NTSTATUS DeleteConnection(const MINIRDR_CONNECTION* Given)
{
    HANDLE Handle;
    NTSTATUS Status = OpenConnection(Given, &Handle);
    if (!NT_SUCCESS(Status))
        return Status;
    PFILE_OBJECT FileObject;
    Status = ObReferenceObjectByHandle(
        Handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&FileObject), nullptr);
    if (!NT_SUCCESS(Status)) {
        ZwClose(Handle);
        return Status;
    }
    auto* VNetRoot = static_cast<PV_NET_ROOT>(FileObject->FsContext2);
    if (VNetRoot && NodeType(VNetRoot) == RDBSS_NTC_V_NETROOT) {
        // Our own handle must not count as a use of the connection.
        PNET_ROOT NetRoot = VNetRoot->NetRoot;
        ZwClose(Handle);
        Handle = nullptr;
        Status = RxFinalizeConnection(
            NetRoot, VNetRoot, (Given->Flags & MINIRDR_CONNECTION_FORCE) ? TRUE : FALSE);
    } else {
        Status = STATUS_INVALID_DEVICE_REQUEST;
    }
    ObDereferenceObject(FileObject);
    if (Handle)
        ZwClose(Handle);
    return Status;
}

template <typename T> NTSTATUS WithInput(PRX_CONTEXT RxContext, NTSTATUS (*Routine)(const T*))
{
    T* Input;
    NTSTATUS Status = TakeInput(RxContext, &Input);
    if (!NT_SUCCESS(Status))
        return Status;
    Status = Routine(Input);
    RtlZeroMemory(Input, sizeof *Input); // passwords
    MinirdrFree(Input);
    return Status;
}
}

/// Start and stop run in the file system process: RDBSS posts them there and calls again.
NTSTATUS NTAPI MinirdrDevFcbXXXControlFile(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    if (RxContext->MajorFunction != IRP_MJ_DEVICE_CONTROL)
        return STATUS_INVALID_DEVICE_REQUEST;
    BOOLEAN PostToFsp = FALSE;
    NTSTATUS Status;
    switch (RxContext->CurrentIrpSp->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_MINIRDR_START:
        Status = RxStartMinirdr(RxContext, &PostToFsp);
        break;
    case IOCTL_MINIRDR_STOP:
        Status = RxStopMinirdr(RxContext, &PostToFsp);
        break;
    case IOCTL_MINIRDR_SET_CONFIGURATION:
        return WithInput(RxContext, SetConfiguration);
    case IOCTL_MINIRDR_SET_CREDENTIALS:
        return WithInput(RxContext, SetCredentials);
    case IOCTL_MINIRDR_ADD_CONNECTION:
        return WithInput(RxContext, AddConnection);
    case IOCTL_MINIRDR_DELETE_CONNECTION:
        return WithInput(RxContext, DeleteConnection);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (Status == STATUS_PENDING && PostToFsp)
        RxContext->PostRequest = TRUE;
    return Status;
}
