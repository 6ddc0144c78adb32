// kernelshim.cpp - see kernelshim.h.
#include "tests/minirdr/kernelshim.h"

#include <ntifs.h>

#include <cstdio>
#include <cstdlib>
#include <cwctype>
#include <map>

namespace kernelshim {
std::function<bool()> pump;

namespace {
uint64_t s_now = 1;
int64_t s_blocks = 0;
int s_failAfter = -1;
std::map<PKTIMER, std::pair<uint64_t, PKDPC>> s_timers;

[[noreturn]] void stop(const char* why)
{
    std::fprintf(stderr, "kernelshim: %s\n", why);
    std::abort();
}
}

void advance(uint64_t ticks)
{
    const uint64_t end = s_now + ticks;
    for (;;) {
        auto next = s_timers.end();
        for (auto timer = s_timers.begin(); timer != s_timers.end(); ++timer)
            if (timer->second.first <= end
                && (next == s_timers.end() || timer->second.first < next->second.first))
                next = timer;
        if (next == s_timers.end())
            break;
        const auto [due, dpc] = next->second;
        s_timers.erase(next);
        s_now = due > s_now ? due : s_now;
        dpc->DeferredRoutine(dpc, dpc->DeferredContext, nullptr, nullptr);
    }
    s_now = end;
}

uint64_t nextTimer()
{
    uint64_t earliest = 0;
    for (const auto& [timer, entry] : s_timers)
        if (!earliest || entry.first - s_now < earliest)
            earliest = entry.first > s_now ? entry.first - s_now : 1;
    return earliest;
}

int64_t poolBlocks()
{
    return s_blocks;
}

void failAllocationAfter(int count)
{
    s_failAfter = count;
}
}

using namespace kernelshim;

extern "C" {

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE, SIZE_T bytes, ULONG)
{
    if (s_failAfter == 0)
        return nullptr;
    if (s_failAfter > 0)
        --s_failAfter;
    ++s_blocks;
    return std::malloc(bytes);
}

VOID NTAPI ExFreePoolWithTag(PVOID block, ULONG)
{
    --s_blocks;
    std::free(block);
}

VOID NTAPI KeInitializeSpinLock(PKSPIN_LOCK lock)
{
    *lock = 0;
}

KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK lock)
{
    if (*lock)
        stop("a spin lock is taken twice");
    *lock = 1;
    return 0;
}

VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK lock, KIRQL)
{
    if (!*lock)
        stop("a spin lock is released that nobody holds");
    *lock = 0;
}

VOID NTAPI KeInitializeEvent(PRKEVENT event, EVENT_TYPE type, BOOLEAN state)
{
    event->Header.Type = static_cast<UCHAR>(type);
    event->Header.SignalState = state;
}

LONG NTAPI KeSetEvent(PRKEVENT event, KPRIORITY, BOOLEAN)
{
    const LONG before = event->Header.SignalState;
    event->Header.SignalState = 1;
    return before;
}

VOID NTAPI KeClearEvent(PRKEVENT event)
{
    event->Header.SignalState = 0;
}

NTSTATUS NTAPI
KeWaitForSingleObject(PVOID object, KWAIT_REASON, KPROCESSOR_MODE, BOOLEAN, PLARGE_INTEGER)
{
    auto* event = static_cast<PKEVENT>(object);
    while (!event->Header.SignalState)
        if (!pump || !pump())
            stop("a wait that nothing can end");
    if (event->Header.Type == SynchronizationEvent)
        event->Header.SignalState = 0;
    return STATUS_SUCCESS;
}

VOID NTAPI KeInitializeTimer(PKTIMER) { }

VOID NTAPI KeInitializeDpc(PRKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context)
{
    dpc->DeferredRoutine = routine;
    dpc->DeferredContext = context;
}

BOOLEAN NTAPI KeSetTimer(PKTIMER timer, LARGE_INTEGER due, PKDPC dpc)
{
    const bool was = s_timers.count(timer) != 0;
    s_timers[timer] = { due.QuadPart < 0 ? s_now + static_cast<uint64_t>(-due.QuadPart)
                                         : static_cast<uint64_t>(due.QuadPart),
                        dpc };
    return was;
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER timer)
{
    return s_timers.erase(timer) != 0;
}

VOID NTAPI KeFlushQueuedDpcs(VOID) { }

ULONGLONG NTAPI KeQueryInterruptTime(VOID)
{
    return s_now;
}

VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER time)
{
    time->QuadPart = static_cast<LONGLONG>(133485408000000000ull + s_now);
}

WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR character)
{
    return static_cast<WCHAR>(std::towupper(static_cast<std::wint_t>(character)));
}

BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN caseInsensitive)
{
    if (a->Length != b->Length)
        return FALSE;
    for (USHORT i = 0; i < a->Length / sizeof(WCHAR); ++i) {
        const WCHAR x = caseInsensitive ? RtlUpcaseUnicodeChar(a->Buffer[i]) : a->Buffer[i];
        const WCHAR y = caseInsensitive ? RtlUpcaseUnicodeChar(b->Buffer[i]) : b->Buffer[i];
        if (x != y)
            return FALSE;
    }
    return TRUE;
}

SIZE_T NTAPI RtlCompareMemory(const VOID* a, const VOID* b, SIZE_T bytes)
{
    SIZE_T same = 0;
    while (same < bytes && static_cast<const UCHAR*>(a)[same] == static_cast<const UCHAR*>(b)[same])
        ++same;
    return same;
}

VOID NTAPI RtlAssert(PVOID expression, PVOID file, ULONG line, PSTR)
{
    std::fprintf(
        stderr, "%s:%u: assertion failed: %s\n", static_cast<char*>(file), line,
        static_cast<char*>(expression));
    std::abort();
}
}
