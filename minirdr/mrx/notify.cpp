// notify.cpp - directory change notification: one CHANGE_NOTIFY that stays with the server until
// something changes.
#include "minirdr/mrx/minirdr.h"

namespace {
// The server's records are FILE_NOTIFY_INFORMATION already. An empty answer means more changed than
// fitted.
NTSTATUS NotifyDone(MINIRDR_PENDING* Pending, NTSTATUS Status, const SMB2_MESSAGE* Message)
{
    if (Status != STATUS_SUCCESS)
        return Status;
    PRX_CONTEXT RxContext = Pending->RxContext;
    const auto* Response = Smb2BodyOf<SMB2_OUTPUT_RESPONSE>(Message, 9);
    const UCHAR* Data = Response
        ? Smb2Slice(Message, Response->OutputBufferOffset, Response->OutputBufferLength)
        : nullptr;
    if (!Response || (!Data && Response->OutputBufferLength))
        return STATUS_INVALID_NETWORK_RESPONSE;
    const ULONG Room
        = RxContext->LowIoContext.ParamsFor.NotifyChangeDirectory.NotificationBufferLength;
    if (Response->OutputBufferLength == 0 || Response->OutputBufferLength > Room)
        return STATUS_NOTIFY_ENUM_DIR;
    RtlCopyMemory(
        RxContext->LowIoContext.ParamsFor.NotifyChangeDirectory.pNotificationBuffer, Data,
        Response->OutputBufferLength);
    RxContext->InformationToReturn = Response->OutputBufferLength;
    return STATUS_SUCCESS;
}
}

NTSTATUS NTAPI MinirdrNotifyChangeDirectory(PRX_CONTEXT RxContext)
{
    MINIRDR_SRVOPEN* Open;
    const NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    PLOWIO_CONTEXT LowIo = &RxContext->LowIoContext;
    SMB2_EXCHANGE* Exchange = Smb2BuildChangeNotify(
        Open->Tree, Open->FileId, LowIo->ParamsFor.NotifyChangeDirectory.WatchTree,
        LowIo->ParamsFor.NotifyChangeDirectory.CompletionFilter,
        LowIo->ParamsFor.NotifyChangeDirectory.NotificationBufferLength);
    if (RxContext->FcbResourceAcquired)
        RxReleaseFcbResourceForThreadInMRx(RxContext, RxContext->pFcb, LowIo->ResourceThreadId);
    return MinirdrPendExchange(RxContext, Exchange, NotifyDone);
}
