// srvcall.cpp - SRV_CALL: one server, one connection.
//
// MRxCreateSrvCall always returns STATUS_PENDING and tells the outcome through the callback, once.
// In the RDBSS process it runs where it was called; a caller's process may go away while we
// connect, so from there a worker does it.
#include "minirdr/mrx/minirdr.h"

namespace {
constexpr SMB2_CONNECTION_EVENTS ConnectionEvents = { MinirdrHandleBreak, MinirdrConnectionDied };

NTSTATUS Connect(PMRX_SRV_CALL SrvCall, MINIRDR_SRVCALL** Result)
{
    const UNICODE_STRING Name = MinirdrServerName(SrvCall->pSrvCallName);
    if (Name.Length == 0 || !Minirdr.TransportUp)
        return STATUS_BAD_NETWORK_PATH;
    auto* Extension = MinirdrAllocateObject<MINIRDR_SRVCALL>();
    if (!Extension)
        return STATUS_INSUFFICIENT_RESOURCES;
    Extension->SrvCall = SrvCall;
    KeInitializeSpinLock(&Extension->LeaseLock);
    InitializeListHead(&Extension->Leases);
    SMB2_CONFIG Config;
    {
        SLEEP_GUARD Guard(&Minirdr.Lock);
        Config = Minirdr.Config;
    }
    NTSTATUS Status = Smb2CreateServer(
        &Name, &Minirdr.Transport, &Config, &Minirdr.ClientGuid, &ConnectionEvents, Extension,
        &Extension->Server);
    if (NT_SUCCESS(Status)) {
        Status = Smb2ConnectServer(Extension->Server);
        if (!NT_SUCCESS(Status))
            Smb2DestroyServer(Extension->Server);
    }
    if (!NT_SUCCESS(Status)) {
        MinirdrFree(Extension);
        return Status;
    }
    *Result = Extension;
    return STATUS_SUCCESS;
}

VOID NTAPI CreateSrvCallWorker(PVOID Parameter)
{
    auto* Context = static_cast<PMRX_SRVCALL_CALLBACK_CONTEXT>(Parameter);
    PMRX_SRVCALLDOWN_STRUCTURE Calldown = Context->SrvCalldownStructure;
    MINIRDR_SRVCALL* Extension = nullptr;
    const NTSTATUS Status = Connect(Calldown->SrvCall, &Extension);
    Context->RecommunicateContext = Extension;
    Context->Status = MinirdrMapConnectStatus(Status);
    Calldown->CallBack(Context);
}
}

NTSTATUS NTAPI
MinirdrCreateSrvCall(PMRX_SRV_CALL SrvCall, PMRX_SRVCALL_CALLBACK_CONTEXT CallbackContext)
{
    PAGED_CODE();
    NT_ASSERT(NodeType(SrvCall) == RDBSS_NTC_SRVCALL);
    UNREFERENCED_PARAMETER(SrvCall);
    if (IoGetCurrentProcess() == RxGetRDBSSProcess()) {
        CreateSrvCallWorker(CallbackContext);
        return STATUS_PENDING;
    }
    const NTSTATUS Status = RxDispatchToWorkerThread(
        Minirdr.Device, DelayedWorkQueue, CreateSrvCallWorker, CallbackContext);
    if (!NT_SUCCESS(Status)) {
        CallbackContext->Status = Status;
        CallbackContext->SrvCalldownStructure->CallBack(CallbackContext);
    }
    return STATUS_PENDING;
}

NTSTATUS NTAPI MinirdrSrvCallWinnerNotify(
    PMRX_SRV_CALL SrvCall, BOOLEAN ThisMinirdrIsTheWinner, PVOID RecommunicateContext)
{
    PAGED_CODE();
    auto* Extension = static_cast<MINIRDR_SRVCALL*>(RecommunicateContext);
    if (!ThisMinirdrIsTheWinner) {
        Smb2DestroyServer(Extension->Server);
        MinirdrFree(Extension);
        return STATUS_SUCCESS;
    }
    SrvCall->Context = Extension;
    SrvCall->Flags
        |= SRVCALL_FLAG_CASE_INSENSITIVE_NETROOTS | SRVCALL_FLAG_CASE_INSENSITIVE_FILENAMES;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MinirdrFinalizeSrvCall(PMRX_SRV_CALL SrvCall, BOOLEAN Force)
{
    UNREFERENCED_PARAMETER(Force);
    PAGED_CODE();
    MINIRDR_SRVCALL* Extension = SrvCallExtension(SrvCall);
    if (!Extension)
        return STATUS_SUCCESS;
    SrvCall->Context = nullptr;
    Smb2DestroyServer(Extension->Server); // after this no break can arrive
    while (!IsListEmpty(&Extension->Leases))
        MinirdrFree(CONTAINING_RECORD(RemoveHeadList(&Extension->Leases), MINIRDR_LEASE, Links));
    MinirdrFree(Extension);
    return STATUS_SUCCESS;
}
