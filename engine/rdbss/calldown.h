// The one door from RDBSS to the mini-redirector.
//
// Every MRx routine is called through RxpCalldown (the caller has an RX_CONTEXT) or
// RxpCalldownThrough (it has none, or the request's own fate must not decide, as for finalizers).
// Both give MINIRDR_CALL's meaning: a NULL slot is STATUS_NOT_IMPLEMENTED, a cancelled context is
// answered STATUS_CANCELLED without a call, MRxContext is zeroed before the call. Both record a
// span of layer Mrx and then look at everything the call may have changed.
#pragma once

#include "rdbssp.h"

/// The slot of a mini-redirector's table, or NULL when it left the slot (or the table) out.
#define RXP_SLOT(RxDeviceObject, Slot)                                                             \
    ((RxDeviceObject)->Dispatch != nullptr ? (RxDeviceObject)->Dispatch->Slot : nullptr)

/// Records what changed in the objects one RX_CONTEXT leads to.
inline void RxpTouchReachable(PRX_CONTEXT RxContext)
{
    if (!RdrTraceActive() || RxContext == nullptr) {
        return;
    }
    RdrTraceTouch(RxContext);
    PMRX_FCB Fcb = RxContext->pFcb;
    bool IsNetFcb = Fcb != nullptr && (PFCB)Fcb != &RxDeviceFCB
        && (Fcb->Header.NodeTypeCode & 0xFF00) == 0xEC00;
    if (IsNetFcb) {
        RdrTraceTouch(Fcb);
        if (Fcb->pNetRoot != nullptr) {
            RdrTraceTouch(Fcb->pNetRoot);
            RdrTraceTouch(Fcb->pNetRoot->pSrvCall);
        }
    }
    if (RxContext->pRelevantSrvOpen != nullptr) {
        RdrTraceTouch(RxContext->pRelevantSrvOpen);
        if (RxContext->pRelevantSrvOpen->pVNetRoot != nullptr) {
            RdrTraceTouch(RxContext->pRelevantSrvOpen->pVNetRoot);
        }
    }
    if (RxContext->pFobx != nullptr && RxpNodeType(RxContext->pFobx) == RDBSS_NTC_FOBX) {
        RdrTraceTouch(RxContext->pFobx);
    }
}

/// Calls one MRx routine on behalf of a request.
///
/// Subject is the object the call is about; it names the span. RxContext must outlive the call, so
/// this is not for routines that may finish the request behind our back: those go through
/// RxLowIoSubmit.
///
/// IRQL     <= APC_LEVEL
template <typename Function, typename... Arguments>
NTSTATUS RxpCalldown(
    PRX_CONTEXT RxContext,
    const char* Routine,
    const void* Subject,
    Function Slot,
    Arguments... Args)
{
    if (Slot == nullptr) {
        return STATUS_NOT_IMPLEMENTED;
    }
    if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_CANCELLED)) {
        return STATUS_CANCELLED;
    }
    RtlZeroMemory(&RxContext->MRxContext[0], sizeof(RxContext->MRxContext));
    RxContext->PendingReturned = TRUE;
    SetFlag(RxContext->Flags, RX_CONTEXT_FLAG_MINIRDR_INVOKED);
    RDR_SPAN Span = RdrTraceBegin(RdrLayerMrx, Routine, Subject, 0);
    NTSTATUS Status = (NTSTATUS)Slot(Args...);
    RxpTouchReachable(RxContext);
    RdrTraceEnd(Span, Status, (unsigned long long)RxContext->InformationToReturn);
    return Status;
}

/// Calls one MRx routine that belongs to no request (MINIRDR_CALL_THROUGH).
///
/// IRQL     <= APC_LEVEL
template <typename Function, typename... Arguments>
NTSTATUS
RxpCalldownThrough(const char* Routine, const void* Subject, Function Slot, Arguments... Args)
{
    if (Slot == nullptr) {
        return STATUS_NOT_IMPLEMENTED;
    }
    RDR_SPAN Span = RdrTraceBegin(RdrLayerMrx, Routine, Subject, 0);
    NTSTATUS Status = (NTSTATUS)Slot(Args...);
    RdrTraceEnd(Span, Status, 0);
    return Status;
}
