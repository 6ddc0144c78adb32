// fileops.cpp - see fileops.h.
//
// Source   [MS-SMB2] 2.2.13 to 2.2.40
#include "minirdr/smb2/fileops.h"

namespace {
constexpr ULONG CONTEXT_OVERHEAD = 32; // one create context's header, four-letter name and padding
constexpr ULONG MAX_CREATE_CONTEXTS = 32; // looked at in a response
constexpr ULONG MAX_INFO_BYTES = 65536; // EA lists, security descriptors, rename targets

// Transacts and remembers what the status says about session and tree.
NTSTATUS Run(SMB2_TREE* Tree, SMB2_EXCHANGE* Exchange)
{
    const NTSTATUS Status = Smb2Transact(Exchange);
    Smb2NoteStatus(Tree, Status);
    return Status;
}

// Create contexts chain by Next; each starts on an 8-byte boundary.
struct CREATE_CONTEXTS
{
    SMB2_EXCHANGE* Exchange;
    SMB2_CREATE_REQUEST* Request;
    ULONG LastOffset;
};

VOID AppendCreateContext(
    CREATE_CONTEXTS* Contexts, const CHAR Name[4], const VOID* Data, ULONG Bytes)
{
    SMB2_EXCHANGE* Exchange = Contexts->Exchange;
    Smb2Append(Exchange, (8 - Exchange->RequestBytes % 8) % 8);
    const ULONG Offset = Exchange->RequestBytes;
    auto* Context = static_cast<SMB2_CREATE_CONTEXT*>(
        Smb2Append(Exchange, sizeof(SMB2_CREATE_CONTEXT) + 8 + Bytes));
    Context->NameOffset = sizeof *Context;
    Context->NameLength = 4;
    RtlCopyMemory(Context + 1, Name, 4);
    if (Bytes) {
        Context->DataOffset = sizeof *Context + 8;
        Context->DataLength = Bytes;
        RtlCopyMemory(reinterpret_cast<PUCHAR>(Context + 1) + 8, Data, Bytes);
    }
    if (Contexts->LastOffset) {
        auto* Last
            = reinterpret_cast<SMB2_CREATE_CONTEXT*>(Exchange->Request + 4 + Contexts->LastOffset);
        Last->Next = Offset - Contexts->LastOffset;
    } else {
        Contexts->Request->CreateContextsOffset = Offset;
    }
    Contexts->LastOffset = Offset;
    Contexts->Request->CreateContextsLength
        = Exchange->RequestBytes - Contexts->Request->CreateContextsOffset;
}

VOID AppendLease(CREATE_CONTEXTS* Contexts, const SMB2_CREATE_PARAMETERS* Parameters)
{
    SMB2_LEASE_CONTEXT_V2 Lease = {};
    Lease.V1.LeaseKey = Parameters->LeaseKey;
    Lease.V1.LeaseState = Parameters->LeaseState;
    const BOOLEAN Second = Contexts->Exchange->Connection->Dialect >= SMB2_DIALECT_300;
    AppendCreateContext(Contexts, "RqLs", &Lease, Second ? sizeof Lease : sizeof Lease.V1);
}

NTSTATUS ReadCreateContexts(
    const SMB2_EXCHANGE* Exchange,
    const SMB2_CREATE_RESPONSE* Response,
    const SMB2_CREATE_PARAMETERS* Parameters,
    SMB2_CREATE_RESULT* Result)
{
    ULONG Left = Response->CreateContextsLength;
    const UCHAR* At
        = Left ? Smb2ResponseSlice(Exchange, Response->CreateContextsOffset, Left) : nullptr;
    if (Left && !At)
        return STATUS_INVALID_NETWORK_RESPONSE;
    for (ULONG i = 0; Left; ++i) {
        SMB2_CREATE_CONTEXT Context;
        if (i == MAX_CREATE_CONTEXTS || Left < sizeof Context)
            return STATUS_INVALID_NETWORK_RESPONSE;
        RtlCopyMemory(&Context, At, sizeof Context);
        const ULONG End = Context.Next ? Context.Next : Left;
        if (End > Left || Context.NameOffset > End || Context.NameLength > End - Context.NameOffset
            || Context.DataOffset > End || Context.DataLength > End - Context.DataOffset)
            return STATUS_INVALID_NETWORK_RESPONSE;
        if (Context.NameLength == 4 && RtlCompareMemory(At + Context.NameOffset, "RqLs", 4) == 4
            && Context.DataLength >= sizeof(SMB2_LEASE_CONTEXT)) {
            SMB2_LEASE_CONTEXT_V2 Lease = {};
            RtlCopyMemory(
                &Lease, At + Context.DataOffset,
                Context.DataLength < sizeof Lease ? Context.DataLength : sizeof Lease);
            if (Lease.V1.LeaseKey.Low == Parameters->LeaseKey.Low
                && Lease.V1.LeaseKey.High == Parameters->LeaseKey.High) {
                Result->LeaseState = Lease.V1.LeaseState;
                Result->LeaseEpoch = Lease.Epoch;
            }
        }
        if (!Context.Next)
            break;
        At += Context.Next;
        Left -= Context.Next;
    }
    return STATUS_SUCCESS;
}

// Copies what an answer carries; more than the caller has room for is cut and said so.
NTSTATUS GiveOutput(
    const SMB2_EXCHANGE* Exchange,
    ULONG Offset,
    ULONG OutputBytes,
    PVOID Buffer,
    ULONG* Bytes,
    NTSTATUS Status)
{
    const UCHAR* Data = Smb2ResponseSlice(Exchange, Offset, OutputBytes);
    const ULONG Room = *Bytes;
    *Bytes = 0;
    if (!Data && OutputBytes)
        return STATUS_INVALID_NETWORK_RESPONSE;
    const ULONG Copied = OutputBytes < Room ? OutputBytes : Room;
    if (Copied)
        RtlCopyMemory(Buffer, Data, Copied);
    *Bytes = Copied;
    return OutputBytes > Room ? STATUS_BUFFER_OVERFLOW : Status;
}

// [MS-SMB2] 2.2.2: STATUS_BUFFER_TOO_SMALL comes with the four bytes of the size that would do.
ULONG NeededBytes(const SMB2_EXCHANGE* Exchange)
{
    const auto* Error = Smb2ResponseBody<SMB2_ERROR_RESPONSE>(Exchange, 9);
    if (!Error || Error->ByteCount < sizeof(ULONG))
        return 0;
    // 3.1.1 wraps it in an error context of eight bytes.
    const ULONG Offset = static_cast<ULONG>(sizeof(SMB2_HEADER) + sizeof *Error)
        + (Error->ErrorContextCount && Error->ByteCount >= 12 ? 8 : 0);
    const UCHAR* Data = Smb2ResponseSlice(Exchange, Offset, sizeof(ULONG));
    ULONG Needed = 0;
    if (Data)
        RtlCopyMemory(&Needed, Data, sizeof Needed);
    return Needed;
}
}

NTSTATUS Smb2CreateFile(
    SMB2_TREE* Tree, const SMB2_CREATE_PARAMETERS* Parameters, SMB2_CREATE_RESULT* Result)
{
    if (Parameters->EaBytes > MAX_INFO_BYTES
        || Parameters->SecurityDescriptorBytes > MAX_INFO_BYTES)
        return STATUS_INVALID_PARAMETER;
    const ULONG NameBytes = Parameters->Name.Length ? Parameters->Name.Length
                                                    : 8u; // a buffer of some bytes must follow
    SMB2_EXCHANGE* Exchange = Smb2AllocateTreeExchange(
        Tree, Smb2Create,
        static_cast<ULONG>(sizeof(SMB2_CREATE_REQUEST)) + NameBytes + 3 * CONTEXT_OVERHEAD
            + sizeof(SMB2_LEASE_CONTEXT_V2) + Parameters->EaBytes
            + Parameters->SecurityDescriptorBytes + 16);
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    auto* Request = Smb2AppendBody<SMB2_CREATE_REQUEST>(Exchange, 57);
    Request->RequestedOplockLevel = Parameters->OplockLevel;
    Request->ImpersonationLevel = Parameters->ImpersonationLevel;
    Request->DesiredAccess = Parameters->DesiredAccess;
    Request->FileAttributes = Parameters->FileAttributes;
    Request->ShareAccess = Parameters->ShareAccess;
    Request->CreateDisposition = Parameters->Disposition;
    Request->CreateOptions = Parameters->Options;
    Request->NameOffset = sizeof(SMB2_HEADER) + sizeof *Request;
    Request->NameLength = Parameters->Name.Length;
    PVOID Name = Smb2Append(Exchange, NameBytes);
    if (Parameters->Name.Length)
        RtlCopyMemory(Name, Parameters->Name.Buffer, Parameters->Name.Length);
    CREATE_CONTEXTS Contexts = { Exchange, Request, 0 };
    if (Parameters->EaBytes)
        AppendCreateContext(&Contexts, "ExtA", Parameters->EaBuffer, Parameters->EaBytes);
    if (Parameters->SecurityDescriptorBytes)
        AppendCreateContext(
            &Contexts, "SecD", Parameters->SecurityDescriptor, Parameters->SecurityDescriptorBytes);
    if (Parameters->OplockLevel == SMB2_OPLOCK_LEVEL_LEASE)
        AppendLease(&Contexts, Parameters);

    NTSTATUS Status = Run(Tree, Exchange);
    if (NT_SUCCESS(Status)) {
        RtlZeroMemory(Result, sizeof *Result);
        if (const auto* Response = Smb2ResponseBody<SMB2_CREATE_RESPONSE>(Exchange, 89)) {
            Result->FileId = Response->FileId;
            Result->CreateAction = Response->CreateAction;
            Result->Info = Response->Info;
            Result->OplockLevel = Response->OplockLevel;
            Status = ReadCreateContexts(Exchange, Response, Parameters, Result);
            if (!NT_SUCCESS(Status))
                Smb2CloseFile(Tree, Result->FileId); // the server has it open all the same
        } else {
            Status = STATUS_INVALID_NETWORK_RESPONSE;
        }
    }
    Smb2ReleaseExchange(Exchange);
    return Status;
}

NTSTATUS Smb2CloseFile(SMB2_TREE* Tree, SMB2_FILE_ID FileId)
{
    SMB2_EXCHANGE* Exchange = Smb2AllocateTreeExchange(Tree, Smb2Close, sizeof(SMB2_CLOSE_REQUEST));
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    Smb2AppendBody<SMB2_CLOSE_REQUEST>(Exchange, 24)->FileId = FileId;
    const NTSTATUS Status = Run(Tree, Exchange);
    Smb2ReleaseExchange(Exchange);
    return Status;
}

NTSTATUS Smb2FlushFile(SMB2_TREE* Tree, SMB2_FILE_ID FileId)
{
    SMB2_EXCHANGE* Exchange = Smb2AllocateTreeExchange(Tree, Smb2Flush, sizeof(SMB2_FLUSH_REQUEST));
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    Smb2AppendBody<SMB2_FLUSH_REQUEST>(Exchange, 24)->FileId = FileId;
    const NTSTATUS Status = Run(Tree, Exchange);
    Smb2ReleaseExchange(Exchange);
    return Status;
}

NTSTATUS Smb2QueryFileInfo(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    UCHAR InfoType,
    UCHAR InfoClass,
    ULONG AdditionalInformation,
    const VOID* Input,
    ULONG InputBytes,
    PVOID Buffer,
    ULONG* Bytes,
    ULONG Flags)
{
    if (InputBytes > MAX_INFO_BYTES)
        return STATUS_INVALID_PARAMETER;
    SMB2_EXCHANGE* Exchange = Smb2AllocateTreeExchange(
        Tree, Smb2QueryInfo, sizeof(SMB2_QUERY_INFO_REQUEST) + InputBytes);
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    const ULONG Most = Tree->Session->Connection->MaxTransactSize;
    auto* Request = Smb2AppendBody<SMB2_QUERY_INFO_REQUEST>(Exchange, 41);
    Request->InfoType = InfoType;
    Request->FileInfoClass = InfoClass;
    Request->OutputBufferLength = *Bytes < Most ? *Bytes : Most;
    Request->AdditionalInformation = AdditionalInformation;
    Request->Flags = Flags;
    Request->FileId = FileId;
    if (InputBytes) {
        Request->InputBufferOffset = sizeof(SMB2_HEADER) + sizeof *Request;
        Request->InputBufferLength = InputBytes;
        RtlCopyMemory(Smb2Append(Exchange, InputBytes), Input, InputBytes);
    }
    Smb2SetCreditCharge(
        Exchange,
        Request->OutputBufferLength > InputBytes ? Request->OutputBufferLength : InputBytes);
    NTSTATUS Status = Run(Tree, Exchange);
    if (NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW) {
        const auto* Response = Smb2ResponseBody<SMB2_OUTPUT_RESPONSE>(Exchange, 9);
        if (Response) {
            Status = GiveOutput(
                Exchange, Response->OutputBufferOffset, Response->OutputBufferLength, Buffer, Bytes,
                Status);
        } else {
            *Bytes = 0;
            Status = STATUS_INVALID_NETWORK_RESPONSE;
        }
    } else {
        *Bytes = Status == STATUS_BUFFER_TOO_SMALL ? NeededBytes(Exchange) : 0;
    }
    Smb2ReleaseExchange(Exchange);
    return Status;
}

NTSTATUS Smb2SetFileInfo(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    UCHAR InfoType,
    UCHAR InfoClass,
    ULONG AdditionalInformation,
    const VOID* Buffer,
    ULONG Bytes)
{
    if (Bytes > MAX_INFO_BYTES)
        return STATUS_INVALID_PARAMETER;
    SMB2_EXCHANGE* Exchange
        = Smb2AllocateTreeExchange(Tree, Smb2SetInfo, sizeof(SMB2_SET_INFO_REQUEST) + Bytes);
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    auto* Request = Smb2AppendBody<SMB2_SET_INFO_REQUEST>(Exchange, 33);
    Request->InfoType = InfoType;
    Request->FileInfoClass = InfoClass;
    Request->BufferLength = Bytes;
    Request->BufferOffset = sizeof(SMB2_HEADER) + sizeof *Request;
    Request->AdditionalInformation = AdditionalInformation;
    Request->FileId = FileId;
    RtlCopyMemory(Smb2Append(Exchange, Bytes), Buffer, Bytes);
    const NTSTATUS Status = Run(Tree, Exchange);
    Smb2ReleaseExchange(Exchange);
    return Status;
}

NTSTATUS Smb2QueryDirectoryEntries(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    UCHAR InfoClass,
    UCHAR Flags,
    ULONG FileIndex,
    PCUNICODE_STRING Pattern,
    ULONG RoomBytes,
    SMB2_EXCHANGE** Result,
    const UCHAR** Entries,
    ULONG* EntryBytes)
{
    *Result = nullptr;
    SMB2_EXCHANGE* Exchange = Smb2AllocateTreeExchange(
        Tree, Smb2QueryDirectory, sizeof(SMB2_QUERY_DIRECTORY_REQUEST) + Pattern->Length + 2u);
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    const ULONG Most = Tree->Session->Connection->MaxTransactSize;
    auto* Request = Smb2AppendBody<SMB2_QUERY_DIRECTORY_REQUEST>(Exchange, 33);
    Request->FileInformationClass = InfoClass;
    Request->Flags = Flags;
    Request->FileIndex = FileIndex;
    Request->FileId = FileId;
    Request->FileNameOffset = sizeof(SMB2_HEADER) + sizeof *Request;
    Request->FileNameLength = Pattern->Length;
    Request->OutputBufferLength = RoomBytes < Most ? RoomBytes : Most;
    PVOID Name = Smb2Append(Exchange, Pattern->Length ? Pattern->Length : 2u);
    if (Pattern->Length)
        RtlCopyMemory(Name, Pattern->Buffer, Pattern->Length);
    Smb2SetCreditCharge(Exchange, Request->OutputBufferLength);
    NTSTATUS Status = Run(Tree, Exchange);
    if (NT_SUCCESS(Status)) {
        const auto* Response = Smb2ResponseBody<SMB2_OUTPUT_RESPONSE>(Exchange, 9);
        *EntryBytes = Response ? Response->OutputBufferLength : 0;
        *Entries = Response ? Smb2ResponseSlice(Exchange, Response->OutputBufferOffset, *EntryBytes)
                            : nullptr;
        if (*Entries && *EntryBytes) {
            *Result = Exchange;
            return Status;
        }
        Status = Response ? STATUS_NO_MORE_FILES : STATUS_INVALID_NETWORK_RESPONSE;
    }
    Smb2ReleaseExchange(Exchange);
    return Status;
}

NTSTATUS Smb2ControlFile(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    ULONG CtlCode,
    BOOLEAN IsFsctl,
    const VOID* Input,
    ULONG InputBytes,
    PVOID Output,
    ULONG* OutputBytes)
{
    const ULONG Most = Tree->Session->Connection->MaxTransactSize;
    if (InputBytes > Most)
        return STATUS_INVALID_PARAMETER;
    SMB2_EXCHANGE* Exchange
        = Smb2AllocateTreeExchange(Tree, Smb2Ioctl, sizeof(SMB2_IOCTL_REQUEST) + InputBytes);
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    auto* Request = Smb2AppendBody<SMB2_IOCTL_REQUEST>(Exchange, 57);
    Request->CtlCode = CtlCode;
    Request->FileId = FileId;
    Request->InputOffset = sizeof(SMB2_HEADER) + sizeof *Request;
    Request->InputCount = InputBytes;
    Request->MaxOutputResponse = *OutputBytes < Most ? *OutputBytes : Most;
    Request->Flags = IsFsctl ? SMB2_0_IOCTL_IS_FSCTL : 0;
    if (InputBytes)
        RtlCopyMemory(Smb2Append(Exchange, InputBytes), Input, InputBytes);
    Smb2SetCreditCharge(
        Exchange,
        Request->MaxOutputResponse > InputBytes ? Request->MaxOutputResponse : InputBytes);
    NTSTATUS Status = Run(Tree, Exchange);
    const auto* Response = NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW
        ? Smb2ResponseBody<SMB2_IOCTL_RESPONSE>(Exchange, 49)
        : nullptr;
    if (Response) {
        Status = GiveOutput(
            Exchange, Response->OutputOffset, Response->OutputCount, Output, OutputBytes, Status);
    } else {
        *OutputBytes = 0;
        if (NT_SUCCESS(Status))
            Status = STATUS_INVALID_NETWORK_RESPONSE;
    }
    Smb2ReleaseExchange(Exchange);
    return Status;
}

NTSTATUS
Smb2AcknowledgeLeaseBreak(SMB2_TREE* Tree, const SMB2_LEASE_KEY* LeaseKey, ULONG LeaseState)
{
    SMB2_EXCHANGE* Exchange
        = Smb2AllocateTreeExchange(Tree, Smb2OplockBreak, sizeof(SMB2_LEASE_BREAK_ACK));
    if (!Exchange)
        return STATUS_INSUFFICIENT_RESOURCES;
    Exchange->Flags |= SMB2_EXCHANGE_URGENT;
    auto* Request = Smb2AppendBody<SMB2_LEASE_BREAK_ACK>(Exchange, 36);
    Request->LeaseKey = *LeaseKey;
    Request->LeaseState = LeaseState;
    const NTSTATUS Status = Run(Tree, Exchange);
    Smb2ReleaseExchange(Exchange);
    return Status;
}

SMB2_EXCHANGE*
Smb2BuildLock(SMB2_TREE* Tree, SMB2_FILE_ID FileId, const SMB2_LOCK_ELEMENT* Elements, USHORT Count)
{
    const ULONG ElementBytes = Count * static_cast<ULONG>(sizeof(SMB2_LOCK_ELEMENT));
    SMB2_EXCHANGE* Exchange
        = Smb2AllocateTreeExchange(Tree, Smb2Lock, sizeof(SMB2_LOCK_REQUEST) + ElementBytes);
    if (!Exchange)
        return nullptr;
    auto* Request = Smb2AppendBody<SMB2_LOCK_REQUEST>(Exchange, 48);
    Request->LockCount = Count;
    Request->FileId = FileId;
    RtlCopyMemory(Smb2Append(Exchange, ElementBytes), Elements, ElementBytes);
    for (USHORT i = 0; i < Count; ++i)
        if (!(Elements[i].Flags & (SMB2_LOCKFLAG_FAIL_IMMEDIATELY | SMB2_LOCKFLAG_UNLOCK)))
            Exchange->Flags |= SMB2_EXCHANGE_NO_TIMEOUT;
    return Exchange;
}

SMB2_EXCHANGE* Smb2BuildChangeNotify(
    SMB2_TREE* Tree,
    SMB2_FILE_ID FileId,
    BOOLEAN WatchTree,
    ULONG CompletionFilter,
    ULONG BufferBytes)
{
    SMB2_EXCHANGE* Exchange
        = Smb2AllocateTreeExchange(Tree, Smb2ChangeNotify, sizeof(SMB2_CHANGE_NOTIFY_REQUEST));
    if (!Exchange)
        return nullptr;
    const ULONG Most = Tree->Session->Connection->MaxTransactSize;
    Exchange->Flags |= SMB2_EXCHANGE_NO_TIMEOUT;
    auto* Request = Smb2AppendBody<SMB2_CHANGE_NOTIFY_REQUEST>(Exchange, 32);
    Request->Flags = WatchTree ? SMB2_WATCH_TREE : 0;
    Request->OutputBufferLength = BufferBytes < Most ? BufferBytes : Most;
    Request->FileId = FileId;
    Request->CompletionFilter = CompletionFilter;
    Smb2SetCreditCharge(Exchange, Request->OutputBufferLength);
    return Exchange;
}
