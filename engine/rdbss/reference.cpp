// Reference counts of SRV_CALL, NET_ROOT, V_NET_ROOT, SRV_OPEN and FOBX. (The FCB's is in fcb.cpp:
// it needs two locks to go.)
//
//      structure                count when idle   then
//      SRV_CALL                       1           finalized by the scavenger, in the FSP
//      NET_ROOT, V_NET_ROOT           1           finalized at once if the caller holds the NetName
//      lock exclusive, else scavenged SRV_OPEN, FOBX                 0           finalized at once;
//      the FCB is held exclusive
//
// A count is 1 for the structure's place in its table, plus its children, plus whoever looks at it.
// A child refers to its parent, so a reference on an FCB keeps NET_ROOT and SRV_CALL as well.
// Guards:  RxScavengerMutex makes "count reached its floor" and "put on the scavenger's list" one
// step.
#include "calldown.h"

namespace {

PMRX_NORMAL_NODE_HEADER RxpHeader(PVOID Instance)
{
    return (PMRX_NORMAL_NODE_HEADER)Instance;
}

bool RxpIsCounted(PVOID Instance)
{
    switch (RxpNodeType(Instance)) {
    case RDBSS_NTC_SRVCALL:
    case RDBSS_NTC_NETROOT:
    case RDBSS_NTC_V_NETROOT:
    case RDBSS_NTC_SRVOPEN:
    case RDBSS_NTC_FOBX:
        return true;
    default:
        return false;
    }
}

LONG RxpFloor(PVOID Instance)
{
    NODE_TYPE_CODE Type = RxpNodeType(Instance);
    return Type == RDBSS_NTC_SRVOPEN || Type == RDBSS_NTC_FOBX ? 0 : 1;
}

} // namespace

void RxpReference(PVOID Instance, const char* Reason)
{
    NT_ASSERT(RxpIsCounted(Instance));
    RxAcquireScavengerMutex();
    [[maybe_unused]] LONG Count = RxpIncrement(&RxpHeader(Instance)->NodeReferenceCount);
    RxpUndoScavengerFinalizationMarking(Instance);
    // Before anybody else can count on: the ledger tells the counts in the order in which they
    // were.
    RdrTraceReference(Instance, 1, Count, Reason);
    RxReleaseScavengerMutex();
}

void RxpDereference(PVOID Instance, LOCK_HOLDING_STATE LockHoldingState, const char* Reason)
{
    NT_ASSERT(RxpIsCounted(Instance));
    RxAcquireScavengerMutex();
    [[maybe_unused]] LONG Count = RxpDecrement(&RxpHeader(Instance)->NodeReferenceCount);
    NT_ASSERT(Count >= 0);
    bool FinalizeNow = false;
    if (Count == RxpFloor(Instance)) {
        switch (RxpNodeType(Instance)) {
        case RDBSS_NTC_SRVOPEN:
        case RDBSS_NTC_FOBX:
            FinalizeNow = true;
            break;
        case RDBSS_NTC_SRVCALL:
            // The connection's handles belong to the FSP, so that is where it must be closed.
            FinalizeNow = LockHoldingState == LHS_ExclusiveLockHeld && RxpInFsp();
            break;
        default:
            FinalizeNow = LockHoldingState == LHS_ExclusiveLockHeld;
            break;
        }
        if (!FinalizeNow) {
            RxpMarkInstanceForScavengedFinalization(Instance);
        }
    }
    RdrTraceReference(Instance, -1, Count, Reason);
    RxReleaseScavengerMutex();
    if (!FinalizeNow) {
        return;
    }
    switch (RxpNodeType(Instance)) {
    case RDBSS_NTC_SRVCALL:
        RxFinalizeSrvCall((PSRV_CALL)Instance, FALSE);
        break;
    case RDBSS_NTC_NETROOT:
        RxFinalizeNetRoot((PNET_ROOT)Instance, TRUE, FALSE);
        break;
    case RDBSS_NTC_V_NETROOT:
        RxFinalizeVNetRoot((PV_NET_ROOT)Instance, TRUE, FALSE);
        break;
    case RDBSS_NTC_SRVOPEN:
        RxFinalizeSrvOpen((PSRV_OPEN)Instance, FALSE, FALSE);
        break;
    default:
        RxFinalizeNetFobx((PFOBX)Instance, FALSE, FALSE);
        break;
    }
}

/// Takes a reference on a SRV_CALL, NET_ROOT, V_NET_ROOT, SRV_OPEN or FOBX.
///
/// IRQL     <= APC_LEVEL
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxreference.md
VOID NTAPI RxReference(PVOID Instance)
{
    RxpReference(Instance, "RxReference");
}

/// Gives a reference back. LockHoldingState tells which lock the caller holds: the NetName table
/// lock for SRV_CALL, NET_ROOT and V_NET_ROOT, the FCB's for SRV_OPEN and FOBX.
///
/// IRQL     <= APC_LEVEL
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxdereference.md
VOID NTAPI RxDereference(PVOID Instance, LOCK_HOLDING_STATE LockHoldingState)
{
    RxpDereference(Instance, LockHoldingState, "RxDereference");
}

// The tracking routines only tell who moved a count; the count is RxReference's and RxDereference's
// business.
VOID NTAPI RxpTrackReference(ULONG TraceType, PCSTR FileName, ULONG Line, PVOID Instance)
{
    UNREFERENCED_PARAMETER(TraceType);
    UNREFERENCED_PARAMETER(FileName);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(Instance);
}

BOOLEAN NTAPI RxpTrackDereference(ULONG TraceType, PCSTR FileName, ULONG Line, PVOID Instance)
{
    UNREFERENCED_PARAMETER(TraceType);
    UNREFERENCED_PARAMETER(FileName);
    UNREFERENCED_PARAMETER(Line);
    UNREFERENCED_PARAMETER(Instance);
    return TRUE;
}
