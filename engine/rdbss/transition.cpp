// Conditions: a structure that is being built is in transition; whoever needs it waits until it is
// good or bad.
//
//      Condition_Uninitialized -> Condition_InTransition -> Condition_Good | Condition_Bad ->
//      Condition_Closed
//
// A waiter's RX_CONTEXT hangs on the structure's TransitionWaitList and waits for its SyncEvent;
// one that asked for RX_CONTEXT_FLAG_POST_ON_STABLE_CONDITION is posted to the FSP instead. Guards:
// RxSerializationMutex guards conditions and wait lists.
#include "calldown.h"

/// Waits until a condition is stable.
///
/// IRQL     PASSIVE_LEVEL
/// Locks    none that the builder of the structure may need
/// Errors   *AsyncStatus, when given: STATUS_PENDING if the context will be posted instead of
/// waiting here
VOID NTAPI RxWaitForStableCondition(
    PRX_BLOCK_CONDITION Condition,
    PLIST_ENTRY TransitionWaitList,
    PRX_CONTEXT RxContext,
    NTSTATUS* AsyncStatus)
{
    bool Wait = false;
    if (AsyncStatus != nullptr) {
        *AsyncStatus = STATUS_SUCCESS;
    }
    RxAcquireSerializationMutex();
    if (!StableCondition(*Condition)) {
        InsertTailList(TransitionWaitList, &RxContext->RxContextSerializationQLinks);
        if (AsyncStatus != nullptr
            && FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_POST_ON_STABLE_CONDITION)) {
            *AsyncStatus = STATUS_PENDING;
        } else {
            Wait = true;
        }
    }
    RxReleaseSerializationMutex();
    if (Wait) {
        RdrTraceEvent(
            RdrLayerRdbss, RdrEventWait, "RxWaitForStableCondition", RxContext, STATUS_SUCCESS,
            *Condition);
        RxWaitSync(RxContext);
        RdrTraceEvent(
            RdrLayerRdbss, RdrEventWake, "RxWaitForStableCondition", RxContext, STATUS_SUCCESS,
            *Condition);
    }
}

/// Moves a condition and lets everybody go on who waited for it.
///
/// IRQL     <= APC_LEVEL
VOID NTAPI RxUpdateCondition(
    RX_BLOCK_CONDITION NewConditionValue,
    PRX_BLOCK_CONDITION Condition,
    PLIST_ENTRY TransitionWaitList)
{
    LIST_ENTRY Waiting;
    RxAcquireSerializationMutex();
    *Condition = NewConditionValue;
    if (StableCondition(NewConditionValue)) {
        RxTransferList(&Waiting, TransitionWaitList);
    } else {
        InitializeListHead(&Waiting);
    }
    RxReleaseSerializationMutex();
    while (!IsListEmpty(&Waiting)) {
        PRX_CONTEXT RxContext
            = CONTAINING_RECORD(RemoveHeadList(&Waiting), RX_CONTEXT, RxContextSerializationQLinks);
        InitializeListHead(&RxContext->RxContextSerializationQLinks);
        if (FlagOn(RxContext->Flags, RX_CONTEXT_FLAG_POST_ON_STABLE_CONDITION)) {
            RxFsdPostRequest(RxContext);
        } else {
            RxSignalSynchronousWaiter(RxContext);
        }
    }
}
