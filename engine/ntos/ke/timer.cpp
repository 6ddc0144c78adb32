// timer.cpp - kernel timers over the virtual clock.
#include "engine/ntos/inc/kep.h"

namespace {

// KTIMER.TimerListEntry.Flink holds the bridge timer while Header.Inserted is set: it never is in a
// list of ours.
void KipArm(PKTIMER Timer, ULONGLONG DeadlineNs);

void KipExpire(PVOID Context)
{
    PKTIMER Timer = static_cast<PKTIMER>(Context);
    PKDPC Dpc = Timer->Dpc;

    Timer->Header.Inserted = 0;
    Timer->Header.SignalState = 1;
    KiWaitTest(&Timer->Header);
    if (Timer->Period != 0) {
        KipArm(Timer, KiNowNs() + static_cast<ULONGLONG>(Timer->Period) * 1000000);
    }
    if (Dpc != nullptr) {
        KeInsertQueueDpc(Dpc, nullptr, nullptr);
    }
}

void KipArm(PKTIMER Timer, ULONGLONG DeadlineNs)
{
    Timer->Header.Inserted = 1;
    Timer->DueTime.QuadPart = DeadlineNs / 100;
    Timer->TimerListEntry.Flink
        = static_cast<PLIST_ENTRY>(KiSetBridgeTimer(DeadlineNs, KipExpire, Timer));
}

} // namespace

extern "C" {

VOID NTAPI KeInitializeTimer(PKTIMER Timer)
{
    KeInitializeTimerEx(Timer, NotificationTimer);
}

VOID NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
    RtlZeroMemory(Timer, sizeof(*Timer));
    Timer->Header.Type = static_cast<UCHAR>(KiObjectNotificationTimer + static_cast<int>(Type));
    InitializeListHead(&Timer->Header.WaitListHead);
}

/// Returns TRUE when the timer was already running (it is started anew).
///
/// IRQL     <= DISPATCH_LEVEL
BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)
{
    KiRequireIrql(DISPATCH_LEVEL, "KeSetTimerEx");
    const BOOLEAN Running = KeCancelTimer(Timer);
    Timer->Header.SignalState = 0;
    Timer->Dpc = Dpc;
    Timer->Period = static_cast<ULONG>(Period);
    KipArm(Timer, KiDeadlineNs(DueTime.QuadPart));
    return Running;
}

BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
    return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}

BOOLEAN NTAPI KeSetCoalescableTimer(
    PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period, ULONG TolerableDelay, PKDPC Dpc)
{
    UNREFERENCED_PARAMETER(TolerableDelay);
    return KeSetTimerEx(Timer, DueTime, static_cast<LONG>(Period), Dpc);
}

/// Returns TRUE when the timer was running. A DPC it has queued already stays queued.
BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer)
{
    if (!Timer->Header.Inserted) {
        return FALSE;
    }
    KiCancelBridgeTimer(Timer->TimerListEntry.Flink);
    Timer->Header.Inserted = 0;
    return TRUE;
}

BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer)
{
    return Timer->Header.SignalState != 0;
}

} // extern "C"
