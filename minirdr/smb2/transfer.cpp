// transfer.cpp - READ and WRITE of any length.
//
// All parts are submitted at once; the connection sends as many as the credits allow and the rest
// as responses bring more. What counts as transferred is the stretch from the start without a gap,
// whatever order the answers come in.
//
// Source   [MS-SMB2] 2.2.19 to 2.2.22, 3.2.4.6, 3.2.4.7
#include "minirdr/smb2/fileops.h"

namespace {
// A READ of less is received with its neighbours and copied: that is cheaper than stopping for it.
constexpr ULONG LEAST_DIRECT_READ = 16 * 1024;

ULONG PartBytes(const SMB2_TRANSFER* Transfer)
{
    const SMB2_CONNECTION* Connection = Transfer->Tree->Session->Connection;
    const ULONG Most = Transfer->Writing ? Connection->MaxWriteSize : Connection->MaxReadSize;
    const ULONG Own = Connection->Config.MaximumTransferBytes;
    ULONG Bytes = Most < Own ? Most : Own;
    // While the server is sparing with credits, a part must not cost more than there will ever be
    // at once.
    if (Connection->MultiCredit && Bytes > SMB2_CREDIT_BYTES) {
        const ULONG Affordable
            = Connection->HighestCredits > 1 ? static_cast<ULONG>(Connection->HighestCredits) : 1u;
        if (Bytes / SMB2_CREDIT_BYTES > Affordable)
            Bytes = Affordable * SMB2_CREDIT_BYTES;
    }
    return Bytes;
}

VOID FinishPart(SMB2_TRANSFER* Transfer, ULONG At, ULONG Wanted, ULONG Got, NTSTATUS Status)
{
    if (Got < Wanted || NT_ERROR(Status) || Status == STATUS_BUFFER_OVERFLOW) {
        SPIN_GUARD Guard(&Transfer->Lock);
        if (At + Got < Transfer->EndOfData
            || (At + Got == Transfer->EndOfData && NT_SUCCESS(Transfer->Error))) {
            Transfer->EndOfData = At + Got;
            Transfer->Error = Status;
        }
    }
    if (InterlockedDecrement(&Transfer->Outstanding) != 0)
        return;
    const ULONG Bytes = Transfer->EndOfData;
    NTSTATUS Result = Transfer->Error;
    if (Result == STATUS_END_OF_FILE && Bytes)
        Result = STATUS_SUCCESS;
    Transfer->Done(
        Transfer, Result, NT_SUCCESS(Result) || Result == STATUS_BUFFER_OVERFLOW ? Bytes : 0);
    Smb2ReleaseTransfer(Transfer);
}

struct PART
{
    SMB2_TRANSFER* Transfer;
    ULONG At;
    ULONG Bytes;
};

PART PartOf(const SMB2_EXCHANGE* Exchange)
{
    return { static_cast<SMB2_TRANSFER*>(Exchange->Context[0]),
             static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(Exchange->Context[1])),
             static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(Exchange->Context[2])) };
}

VOID ReadComplete(SMB2_EXCHANGE* Exchange, NTSTATUS Status, const SMB2_MESSAGE* Message)
{
    const PART Part = PartOf(Exchange);
    Smb2NoteStatus(Part.Transfer->Tree, Status);
    ULONG Got = 0;
    if (NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW) {
        const auto* Response = Smb2BodyOf<SMB2_READ_RESPONSE>(Message, 17);
        const UCHAR* Data = Response && !Message->Payload
            ? Smb2Slice(Message, Response->DataOffset, Response->DataLength)
            : nullptr;
        if (Response && Message->Payload) {
            Got = Message->PayloadBytes; // checked before it was let in
        } else if (Data && Response->DataLength <= Part.Bytes) {
            Got = Response->DataLength;
            RtlCopyMemory(Part.Transfer->Buffer + Part.At, Data, Got);
        } else {
            Status = STATUS_INVALID_NETWORK_RESPONSE;
        }
    }
    FinishPart(Part.Transfer, Part.At, Part.Bytes, Got, Status);
}

VOID WriteComplete(SMB2_EXCHANGE* Exchange, NTSTATUS Status, const SMB2_MESSAGE* Message)
{
    const PART Part = PartOf(Exchange);
    Smb2NoteStatus(Part.Transfer->Tree, Status);
    ULONG Got = 0;
    if (NT_SUCCESS(Status)) {
        const auto* Response = Smb2BodyOf<SMB2_WRITE_RESPONSE>(Message, 17);
        if (Response && Response->Count <= Part.Bytes)
            Got = Response->Count;
        else
            Status = STATUS_INVALID_NETWORK_RESPONSE;
    }
    FinishPart(Part.Transfer, Part.At, Part.Bytes, Got, Status);
}

SMB2_EXCHANGE* BuildPart(SMB2_TRANSFER* Transfer, ULONG At, ULONG Bytes)
{
    SMB2_EXCHANGE* Exchange;
    if (Transfer->Writing) {
        Exchange = Smb2AllocateTreeExchange(Transfer->Tree, Smb2Write, sizeof(SMB2_WRITE_REQUEST));
        if (!Exchange)
            return nullptr;
        auto* Request = Smb2AppendBody<SMB2_WRITE_REQUEST>(Exchange, 49);
        Request->DataOffset = sizeof(SMB2_HEADER) + sizeof *Request;
        Request->Length = Bytes;
        Request->Offset = Transfer->Offset + At;
        Request->FileId = Transfer->FileId;
        // 2.0.2 does not know the flag ([MS-SMB2] 2.2.21).
        if (Transfer->WriteThrough
            && Transfer->Tree->Session->Connection->Dialect >= SMB2_DIALECT_210)
            Request->Flags = SMB2_WRITEFLAG_WRITE_THROUGH;
        Exchange->Body = Transfer->Buffer + At;
        Exchange->BodyMdl = Transfer->Mdl;
        Exchange->BodyBytes = Bytes;
        Exchange->Complete = WriteComplete;
    } else {
        Exchange = Smb2AllocateTreeExchange(Transfer->Tree, Smb2Read, sizeof(SMB2_READ_REQUEST));
        if (!Exchange)
            return nullptr;
        auto* Request = Smb2AppendBody<SMB2_READ_REQUEST>(Exchange, 49);
        Request->Padding = sizeof(SMB2_HEADER) + sizeof(SMB2_READ_RESPONSE);
        Request->Length = Bytes;
        Request->Offset = Transfer->Offset + At;
        Request->FileId = Transfer->FileId;
        if (Bytes >= LEAST_DIRECT_READ) {
            Exchange->Sink = Transfer->Buffer + At;
            Exchange->SinkMdl = Transfer->Mdl;
            Exchange->SinkBytes = Bytes;
        }
        Exchange->Complete = ReadComplete;
    }
    Exchange->Context[0] = Transfer;
    Exchange->Context[1] = reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(At));
    Exchange->Context[2] = reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(Bytes));
    Smb2SetCreditCharge(Exchange, Bytes);
    return Exchange;
}

struct WAIT_CONTEXT
{
    KEVENT Event;
    NTSTATUS Status;
    ULONG Bytes;
};

VOID WakeWaiter(SMB2_TRANSFER* Transfer, NTSTATUS Status, ULONG Bytes)
{
    auto* Wait = static_cast<WAIT_CONTEXT*>(Transfer->Context);
    Wait->Status = Status;
    Wait->Bytes = Bytes;
    KeSetEvent(&Wait->Event, IO_NETWORK_INCREMENT, FALSE);
}
}

SMB2_TRANSFER* Smb2AllocateTransfer(SMB2_TREE* Tree, SMB2_FILE_ID FileId, BOOLEAN Writing)
{
    auto* Transfer = MinirdrAllocateObject<SMB2_TRANSFER>();
    if (!Transfer)
        return nullptr;
    Smb2ReferenceTree(Tree);
    Transfer->Tree = Tree;
    Transfer->FileId = FileId;
    Transfer->Writing = Writing;
    Transfer->References = 1;
    KeInitializeSpinLock(&Transfer->Lock);
    return Transfer;
}

VOID Smb2ReferenceTransfer(SMB2_TRANSFER* Transfer)
{
    InterlockedIncrement(&Transfer->References);
}

VOID Smb2ReleaseTransfer(SMB2_TRANSFER* Transfer)
{
    if (InterlockedDecrement(&Transfer->References) != 0)
        return;
    for (ULONG i = 0; i < Transfer->PartCount; ++i)
        Smb2ReleaseExchange(Transfer->Parts[i]);
    MinirdrFree(Transfer->Parts);
    Smb2DereferenceTree(Transfer->Tree);
    MinirdrFree(Transfer);
}

VOID Smb2StartTransfer(SMB2_TRANSFER* Transfer)
{
    const ULONG Part = PartBytes(Transfer);
    // A transfer of nothing still asks the server, once: it may have something to say about the
    // handle.
    const ULONG Count = Transfer->Bytes ? (Transfer->Bytes - 1) / Part + 1 : 1;
    Transfer->EndOfData = Transfer->Bytes;
    Transfer->Outstanding = 1;
    Smb2ReferenceTransfer(Transfer); // given back by the last part
    Transfer->Parts = static_cast<SMB2_EXCHANGE**>(MinirdrAllocate(Count * sizeof(SMB2_EXCHANGE*)));
    NTSTATUS Status = Transfer->Parts ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    ULONG At = 0;
    for (ULONG i = 0; NT_SUCCESS(Status) && i < Count; ++i) {
        const ULONG Bytes = Transfer->Bytes - At < Part ? Transfer->Bytes - At : Part;
        Transfer->Parts[i] = BuildPart(Transfer, At, Bytes);
        if (!Transfer->Parts[i])
            Status = STATUS_INSUFFICIENT_RESOURCES;
        else
            ++Transfer->PartCount;
        At += Bytes;
    }
    if (NT_SUCCESS(Status)) {
        InterlockedExchangeAdd(&Transfer->Outstanding, static_cast<LONG>(Count));
        for (ULONG i = 0; i < Count; ++i)
            Smb2Submit(Transfer->Parts[i]);
        FinishPart(Transfer, 0, 0, 0, STATUS_SUCCESS);
    } else {
        FinishPart(Transfer, 0, 1, 0, Status);
    }
}

VOID Smb2CancelTransfer(SMB2_TRANSFER* Transfer)
{
    for (ULONG i = 0; i < Transfer->PartCount; ++i)
        Smb2CancelExchange(Transfer->Parts[i]);
}

NTSTATUS Smb2RunTransfer(SMB2_TRANSFER* Transfer, ULONG* Bytes)
{
    WAIT_CONTEXT Wait;
    KeInitializeEvent(&Wait.Event, NotificationEvent, FALSE);
    Transfer->Done = WakeWaiter;
    Transfer->Context = &Wait;
    Smb2StartTransfer(Transfer);
    KeWaitForSingleObject(&Wait.Event, Executive, KernelMode, FALSE, nullptr);
    Smb2ReleaseTransfer(Transfer);
    *Bytes = Wait.Bytes;
    return Wait.Status;
}
