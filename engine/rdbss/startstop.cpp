// Starting and stopping a mini-redirector.
//
//                      MRxStart succeeded
//      RDBSS_STARTABLE ───────────────────► RDBSS_STARTED
//             ▲                                  │ RxStopMinirdr is issued
//             │                                  ▼
//             └──────────────────────── RDBSS_STOP_IN_PROGRESS
//              the stop is over, whatever it found
//
// A stop, in this order (facts.md S-ST-26): gate closed - cancellable requests cancelled - all
// others awaited - delayed closes and idle connections finalized - UNC provider deregistered - file
// system deregistered - MRxStop - active FCBs counted - dispatcher spun down - RDBSS_STARTABLE.
//
// Guards:  RxData.Resource serialises starts and stops. RxStrucSupSpinLock guards StartStopContext.
#include "calldown.h"

NTSTATUS RxpLinkDeviceName(PRDBSS_DEVICE_OBJECT RxDeviceObject);
void RxpUnlinkDeviceName(PRDBSS_DEVICE_OBJECT RxDeviceObject);
bool RxpOwnsPrivateName(PRDBSS_DEVICE_OBJECT RxDeviceObject);

namespace {

UNICODE_STRING RxpMailslotDomain;

void RxpSetState(PRDBSS_DEVICE_OBJECT RxDeviceObject, RX_RDBSS_STATE State, PRX_CONTEXT StopContext)
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    RxDeviceObject->StartStopContext.State = State;
    RxDeviceObject->StartStopContext.pStopContext = StopContext;
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventState, "StartStopContext.State", RxDeviceObject, STATUS_SUCCESS,
        State);
}

void RxpSaveCaller(PRX_CONTEXT RxContext)
{
    LUID LogonId = { 0, 0 };
    ULONG SessionId = 0;
    RxpCaptureCaller(RxContext, &LogonId, &SessionId);
    RxContext->FsdUid = LogonId;
}

void RxpFreeMailslotDomain()
{
    if (RxpMailslotDomain.Buffer != nullptr) {
        ExFreePoolWithTag(RxpMailslotDomain.Buffer, RX_MISC_POOLTAG);
        RtlZeroMemory(&RxpMailslotDomain, sizeof(RxpMailslotDomain));
    }
}

NTSTATUS RxpRegisterWithMup(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    if (!RxDeviceObject->RegisterUncProvider) {
        return STATUS_SUCCESS;
    }
    NTSTATUS Status;
    if (RxpIsLegacySystem()) {
        Status = FsRtlRegisterUncProvider(
            &RxDeviceObject->MupHandle, &RxDeviceObject->DeviceName,
            RxDeviceObject->RegisterMailSlotProvider);
    } else {
        // MUP wants DeviceName for itself.
        RxpUnlinkDeviceName(RxDeviceObject);
        ULONG Flags = RxDeviceObject->RegisterMailSlotProvider
            ? FSRTL_UNC_PROVIDER_FLAGS_MAILSLOTS_SUPPORTED
            : 0;
        Status = FsRtlRegisterUncProviderEx(
            &RxDeviceObject->MupHandle, &RxDeviceObject->DeviceName, (PDEVICE_OBJECT)RxDeviceObject,
            Flags);
        if (!NT_SUCCESS(Status)) {
            RxpLinkDeviceName(RxDeviceObject);
        }
    }
    if (!NT_SUCCESS(Status)) {
        RxDeviceObject->MupHandle = nullptr;
    }
    return Status;
}

void RxpDeregisterFromMup(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    if (RxDeviceObject->MupHandle == nullptr) {
        return;
    }
    FsRtlDeregisterUncProvider(RxDeviceObject->MupHandle);
    RxDeviceObject->MupHandle = nullptr;
    if (RxpOwnsPrivateName(RxDeviceObject)) {
        RxpLinkDeviceName(RxDeviceObject);
    }
}

void RxpDeregisterFileSystem(PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    // In the Vista model MUP is the registered file system, so there is nothing of ours to take
    // back (facts.md A7); the step is recorded all the same, because the sequence of a stop names
    // it.
    RdrTraceEvent(
        RdrLayerRdbss, RdrEventNote, "IoUnregisterFileSystem", RxDeviceObject, STATUS_SUCCESS,
        RxDeviceObject->RegisteredAsFileSystem);
    if (RxDeviceObject->RegisteredAsFileSystem) {
        IoUnregisterFileSystem((PDEVICE_OBJECT)RxDeviceObject);
        RxDeviceObject->RegisteredAsFileSystem = FALSE;
    }
}

NTSTATUS RxpStart(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    if (RxGetRdbssState(RxDeviceObject) != RDBSS_STARTABLE) {
        return STATUS_REDIRECTOR_STARTED;
    }
    if (RXP_SLOT(RxDeviceObject, MRxStart) == nullptr) {
        return STATUS_NOT_IMPLEMENTED;
    }
    RxInitializeMRxDispatcher(RxDeviceObject);
    NTSTATUS Status = RxpRegisterWithMup(RxDeviceObject);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (RxpIsLegacySystem()) {
        IoRegisterFileSystem((PDEVICE_OBJECT)RxDeviceObject);
        RxDeviceObject->RegisteredAsFileSystem = TRUE;
    }
    Status = RxpCalldown(
        RxContext, "MRxStart", RxDeviceObject, RXP_SLOT(RxDeviceObject, MRxStart), RxContext,
        RxDeviceObject);
    if (Status == STATUS_SUCCESS) {
        RxDeviceObject->StartStopContext.Version += 1;
        RxpSetState(RxDeviceObject, RDBSS_STARTED, nullptr);
        InterlockedIncrement(&RxData.NumberOfMinirdrsStarted);
        RxpResumeScavenging(RxDeviceObject);
        return STATUS_SUCCESS;
    }
    RxpDeregisterFromMup(RxDeviceObject);
    if (RxDeviceObject->RegisteredAsFileSystem) {
        IoUnregisterFileSystem((PDEVICE_OBJECT)RxDeviceObject);
        RxDeviceObject->RegisteredAsFileSystem = FALSE;
    }
    RxpFreeMailslotDomain();
    return Status;
}

void RxpWaitForOthers(PRX_CONTEXT StopContext, PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    for (;;) {
        KIRQL OldIrql;
        KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
        bool Alone = RxDeviceObject->NumberOfActiveContexts <= 1;
        KeClearEvent(&StopContext->SyncEvent);
        KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
        if (Alone) {
            return;
        }
        // Cancelled once more each time round: a request may have become cancellable since.
        RxpCancelAllFor(RxDeviceObject, StopContext);
        RdrTraceEvent(
            RdrLayerRdbss, RdrEventWait, "RxStopMinirdr", RxDeviceObject, STATUS_SUCCESS,
            RxDeviceObject->NumberOfActiveContexts);
        KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
        RxpSignalStopIfLast(RxDeviceObject);
        KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
        KeWaitForSingleObject(&StopContext->SyncEvent, Executive, KernelMode, FALSE, nullptr);
    }
}

NTSTATUS RxpStop(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    RxpSetState(RxDeviceObject, RDBSS_STOP_IN_PROGRESS, RxContext);
    RxpCancelAllFor(RxDeviceObject, RxContext);
    RxpWaitForOthers(RxContext, RxDeviceObject);

    if (RxDeviceObject->pRxNetNameTable != nullptr) {
        // Delayed closes are not open handles (A46), and what nothing refers to is closed while the
        // network still stands.
        RxPurgeAllFobxs(RxDeviceObject);
        RxScavengeAllFobxs(RxDeviceObject);
        RxpTerminateScavenging(RxDeviceObject);
    }
    RxpDeregisterFromMup(RxDeviceObject);
    RxpDeregisterFileSystem(RxDeviceObject);
    RxpCalldown(
        RxContext, "MRxStop", RxDeviceObject, RXP_SLOT(RxDeviceObject, MRxStop), RxContext,
        RxDeviceObject);
    RxpFreeMailslotDomain();
    NTSTATUS Status = RxDeviceObject->NumberOfActiveFcbs == 0 ? STATUS_SUCCESS
                                                              : STATUS_REDIRECTOR_HAS_OPEN_HANDLES;
    RxSpinDownMRxDispatcher(RxDeviceObject);
    InterlockedDecrement(&RxData.NumberOfMinirdrsStarted);
    RxpSetState(RxDeviceObject, RDBSS_STARTABLE, nullptr);
    return Status;
}

/// Closes the gate for one stop request. STATUS_SUCCESS: this request is the stop.
NTSTATUS RxpIssueStop(PRX_CONTEXT RxContext, PRDBSS_DEVICE_OBJECT RxDeviceObject)
{
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;
    KeAcquireSpinLock(&RxStrucSupSpinLock, &OldIrql);
    RDBSS_STARTSTOP_CONTEXT* Context = &RxDeviceObject->StartStopContext;
    if (Context->State == RDBSS_STARTED) {
        Context->State = RDBSS_STOP_IN_PROGRESS;
        Context->pStopContext = RxContext;
    } else if (Context->State != RDBSS_STOP_IN_PROGRESS || Context->pStopContext != RxContext) {
        Status = STATUS_REDIRECTOR_STOPPED;
    }
    KeReleaseSpinLock(&RxStrucSupSpinLock, OldIrql);
    return Status;
}

} // namespace

/// Starts a mini-redirector: makes it known to MUP, then calls MRxStart.
///
/// IRQL     <= APC_LEVEL
/// Errors   STATUS_PENDING with *PostToFsp set (not in the FSP, or RDBSS is busy with another start
/// or stop),
///          STATUS_REDIRECTOR_STARTED, STATUS_NOT_IMPLEMENTED (no MRxStart), MUP's status,
///          MRxStart's status
/// Source   windows-driver-docs-ddi: mrx/nf-mrx-rxstartminirdr.md
NTSTATUS NTAPI RxStartMinirdr(PRX_CONTEXT RxContext, PBOOLEAN PostToFsp)
{
    PAGED_CODE();
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    *PostToFsp = FALSE;
    if (!RxpInFsp()) {
        RxpSaveCaller(RxContext);
        *PostToFsp = TRUE;
        return STATUS_PENDING;
    }
    if (!ExAcquireResourceExclusiveLite(&RxData.Resource, RxpCanWait(RxContext))) {
        *PostToFsp = TRUE;
        return STATUS_PENDING;
    }
    NTSTATUS Status = RxpStart(RxContext, RxDeviceObject);
    ExReleaseResourceLite(&RxData.Resource);
    return Status;
}

/// Stops a mini-redirector.
///
/// IRQL     <= APC_LEVEL
/// Errors   STATUS_PENDING with *PostToFsp set (not in the FSP; or in it, but RDBSS' locks are not
/// free and the request may
///          not wait), STATUS_REDIRECTOR_STOPPED, STATUS_REDIRECTOR_HAS_OPEN_HANDLES (stopped all
///          the same, FCBs remain)
/// Source   the RxStopMinirdr page (seed), facts.md S-ST-1 to S-ST-27
NTSTATUS NTAPI RxStopMinirdr(PRX_CONTEXT RxContext, PBOOLEAN PostToFsp)
{
    PAGED_CODE();
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    *PostToFsp = FALSE;
    NTSTATUS Status = RxpIssueStop(RxContext, RxDeviceObject);
    if (!RxpInFsp()) {
        // The caller's process decides first, also for a redirector that is stopped already.
        RxpSaveCaller(RxContext);
        *PostToFsp = TRUE;
        return STATUS_PENDING;
    }
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    if (!ExAcquireResourceExclusiveLite(&RxData.Resource, RxpCanWait(RxContext))) {
        *PostToFsp = TRUE;
        return STATUS_PENDING;
    }
    Status = RxpStop(RxContext, RxDeviceObject);
    ExReleaseResourceLite(&RxData.Resource);
    return Status;
}

/// Remembers the domain that broadcast mailslots go to, until the redirector stops.
///
/// Errors   STATUS_INSUFFICIENT_RESOURCES
/// Source   windows-driver-docs-ddi: mrx/nf-mrx-rxsetdomainformailslotbroadcast.md
NTSTATUS NTAPI RxSetDomainForMailslotBroadcast(PUNICODE_STRING DomainName)
{
    PAGED_CODE();
    RxpFreeMailslotDomain();
    if (DomainName->Length == 0) {
        return STATUS_SUCCESS;
    }
    RxpMailslotDomain.Buffer
        = (PWCH)ExAllocatePoolWithTag(RxpPaged, DomainName->Length, RX_MISC_POOLTAG);
    if (RxpMailslotDomain.Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RxpMailslotDomain.MaximumLength = DomainName->Length;
    RtlCopyUnicodeString(&RxpMailslotDomain, DomainName);
    return STATUS_SUCCESS;
}
