// lowio.cpp - READ, WRITE, FLUSH, extending; and the frame for every request that ends later.
//
// A low I/O routine returns STATUS_PENDING and RxLowIoCompletion follows, also for synchronous
// requests: RDBSS waits for those. Cancellation may come at any moment between the two.
// MRxContext[0] points to the MINIRDR_PENDING while there is something to cancel, and is read and
// cleared under PendingLock, so that a cancel never meets a request that is gone.
#include "minirdr/mrx/minirdr.h"

namespace {
constexpr LONGLONG ALLOCATION_UNIT = 4096;

constinit KSPIN_LOCK PendingLock
    = {}; // Guards MRxContext[0] of pending requests. Nothing is called while it is held.

VOID ReleasePending(MINIRDR_PENDING* Pending)
{
    if (InterlockedDecrement(&Pending->References) != 0)
        return;
    Smb2ReleaseExchange(Pending->Exchange);
    if (Pending->Transfer)
        Smb2ReleaseTransfer(Pending->Transfer);
    MinirdrFree(Pending);
}

NTSTATUS NTAPI CancelPending(PRX_CONTEXT RxContext)
{
    MINIRDR_PENDING* Pending;
    {
        SPIN_GUARD Guard(&PendingLock);
        Pending = static_cast<MINIRDR_PENDING*>(RxContext->MRxContext[0]);
        if (Pending)
            InterlockedIncrement(&Pending->References);
    }
    if (!Pending)
        return STATUS_SUCCESS;
    if (Pending->Transfer)
        Smb2CancelTransfer(Pending->Transfer);
    else if (Pending->Exchange)
        Smb2CancelExchange(Pending->Exchange);
    ReleasePending(Pending);
    return STATUS_SUCCESS;
}

VOID CompletePending(MINIRDR_PENDING* Pending, NTSTATUS Status, ULONG_PTR Information)
{
    PRX_CONTEXT RxContext = Pending->RxContext;
    {
        SPIN_GUARD Guard(&PendingLock);
        RxContext->MRxContext[0] = nullptr;
    }
    RxContext->StoredStatus = MinirdrMapIoStatus(Status);
    RxContext->InformationToReturn = Information;
    ReleasePending(Pending);
    RxLowIoCompletion(RxContext);
}

MINIRDR_PENDING* AllocatePending(PRX_CONTEXT RxContext)
{
    auto* Pending = MinirdrAllocateObject<MINIRDR_PENDING>();
    if (!Pending)
        return nullptr;
    Pending->References = 2; // the completion's and the submitter's
    Pending->RxContext = RxContext;
    return Pending;
}

// From here on a cancel finds the request. FALSE: it was cancelled before.
BOOLEAN PublishPending(MINIRDR_PENDING* Pending)
{
    {
        SPIN_GUARD Guard(&PendingLock);
        Pending->RxContext->MRxContext[0] = Pending;
    }
    return RxSetMinirdrCancelRoutine(Pending->RxContext, CancelPending) != STATUS_CANCELLED;
}

NTSTATUS FailAtOnce(PRX_CONTEXT RxContext, NTSTATUS Status)
{
    RxContext->StoredStatus = Status;
    RxContext->InformationToReturn = 0;
    return Status;
}

VOID ExchangeDone(SMB2_EXCHANGE* Exchange, NTSTATUS Status, const SMB2_MESSAGE* Message)
{
    auto* Pending = static_cast<MINIRDR_PENDING*>(Exchange->Context[0]);
    Pending->RxContext->InformationToReturn = 0;
    Status = Pending->Finish(Pending, Status, Message);
    CompletePending(Pending, Status, Pending->RxContext->InformationToReturn);
}

VOID TransferDone(SMB2_TRANSFER* Transfer, NTSTATUS Status, ULONG Bytes)
{
    CompletePending(static_cast<MINIRDR_PENDING*>(Transfer->Context), Status, Bytes);
}

NTSTATUS ReadOrWrite(PRX_CONTEXT RxContext, BOOLEAN Writing)
{
    MINIRDR_SRVOPEN* Open;
    const NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return FailAtOnce(RxContext, Status);
    PLOWIO_CONTEXT LowIo = &RxContext->LowIoContext;
    MINIRDR_PENDING* Pending = AllocatePending(RxContext);
    SMB2_TRANSFER* Transfer
        = Pending ? Smb2AllocateTransfer(Open->Tree, Open->FileId, Writing) : nullptr;
    if (!Transfer) {
        MinirdrFree(Pending);
        return FailAtOnce(RxContext, STATUS_INSUFFICIENT_RESOURCES);
    }
    Transfer->Buffer = static_cast<PUCHAR>(RxLowIoGetBufferAddress(RxContext));
    Transfer->Mdl = LowIo->ParamsFor.ReadWrite.Buffer;
    Transfer->Offset = static_cast<ULONGLONG>(LowIo->ParamsFor.ReadWrite.ByteOffset);
    Transfer->Bytes = LowIo->ParamsFor.ReadWrite.ByteCount;
    Transfer->Done = TransferDone;
    Transfer->Context = Pending;
    Transfer->WriteThrough = Writing && (RxContext->Flags & RX_CONTEXT_FLAG_WRITE_THROUGH);
    Pending->Transfer = Transfer;
    if (Transfer->Bytes && !Transfer->Buffer) {
        Pending->References = 1;
        ReleasePending(Pending);
        return FailAtOnce(RxContext, STATUS_INSUFFICIENT_RESOURCES);
    }
    const BOOLEAN Proceed = PublishPending(Pending);
    if (Proceed)
        Smb2StartTransfer(Transfer);
    else
        CompletePending(Pending, STATUS_CANCELLED, 0);
    ReleasePending(Pending);
    return STATUS_PENDING;
}

// A write that extends the file carries its own new size, and the server allocates as it goes, so
// extending needs no request. What RDBSS wants to know is how much it may take as allocated.
ULONG Extend(PLARGE_INTEGER NewFileSize, PLARGE_INTEGER NewAllocationSize)
{
    NewAllocationSize->QuadPart
        = (NewFileSize->QuadPart + ALLOCATION_UNIT - 1) & ~(ALLOCATION_UNIT - 1);
    return static_cast<ULONG>(STATUS_SUCCESS);
}
}

NTSTATUS MinirdrPendExchange(
    PRX_CONTEXT RxContext,
    SMB2_EXCHANGE* Exchange,
    NTSTATUS (*Finish)(MINIRDR_PENDING* Pending, NTSTATUS Status, const SMB2_MESSAGE* Message))
{
    MINIRDR_PENDING* Pending = Exchange ? AllocatePending(RxContext) : nullptr;
    if (!Pending) {
        Smb2ReleaseExchange(Exchange);
        return FailAtOnce(RxContext, STATUS_INSUFFICIENT_RESOURCES);
    }
    Pending->Exchange = Exchange;
    Pending->Finish = Finish;
    Exchange->Complete = ExchangeDone;
    Exchange->Context[0] = Pending;
    const BOOLEAN Proceed = PublishPending(Pending);
    if (Proceed)
        Smb2Submit(Exchange);
    else
        CompletePending(Pending, STATUS_CANCELLED, 0);
    ReleasePending(Pending);
    return STATUS_PENDING;
}

NTSTATUS NTAPI MinirdrRead(PRX_CONTEXT RxContext)
{
    return ReadOrWrite(RxContext, FALSE);
}

NTSTATUS NTAPI MinirdrWrite(PRX_CONTEXT RxContext)
{
    return ReadOrWrite(RxContext, TRUE);
}

NTSTATUS NTAPI MinirdrFlush(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    // The server wants write access for a flush; a handle that cannot write has nothing to flush.
    constexpr ULONG AccessToWrite
        = FILE_WRITE_DATA | FILE_APPEND_DATA | GENERIC_WRITE | GENERIC_ALL | MAXIMUM_ALLOWED;
    if (!(RelevantSrvOpen(RxContext)->DesiredAccess & AccessToWrite))
        return STATUS_SUCCESS;
    return MinirdrMapIoStatus(Smb2FlushFile(Open->Tree, Open->FileId));
}

ULONG NTAPI MinirdrExtendForCache(
    PRX_CONTEXT RxContext, PLARGE_INTEGER NewFileSize, PLARGE_INTEGER NewAllocationSize)
{
    UNREFERENCED_PARAMETER(RxContext);
    return Extend(NewFileSize, NewAllocationSize);
}

ULONG NTAPI MinirdrExtendForNonCache(
    PRX_CONTEXT RxContext, PLARGE_INTEGER NewFileSize, PLARGE_INTEGER NewAllocationSize)
{
    UNREFERENCED_PARAMETER(RxContext);
    return Extend(NewFileSize, NewAllocationSize);
}
