// time.cpp - what the kernel tells about time. Everything follows the virtual clock.
#include "engine/ntos/inc/kep.h"

extern "C" {

ULONGLONG KiDeadlineNs(LONGLONG DueTime)
{
    // A relative time beyond this (292 years) never comes; the addition must not wrap.
    constexpr ULONGLONG Never = 1ull << 62;
    if (DueTime < 0) {
        const ULONGLONG Ticks = 0 - static_cast<ULONGLONG>(DueTime);
        return Ticks > Never / 100 ? Never : KiNowNs() + Ticks * 100;
    }
    const LONGLONG SinceBoot = DueTime - KI_BOOT_TIME;
    return SinceBoot <= 0                                 ? KiNowNs()
        : static_cast<ULONGLONG>(SinceBoot) > Never / 100 ? Never
                                                          : static_cast<ULONGLONG>(SinceBoot) * 100;
}

VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
    CurrentTime->QuadPart = KI_BOOT_TIME + static_cast<LONGLONG>(KiNowNs() / 100);
}

VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
    KeQuerySystemTime(CurrentTime);
}

ULONGLONG NTAPI KeQueryInterruptTime(VOID)
{
    return KiNowNs() / 100;
}

ULONG NTAPI KeQueryTimeIncrement(VOID)
{
    return KI_TICK_100NS;
}

VOID NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount)
{
    CurrentCount->QuadPart = static_cast<LONGLONG>(KiNowNs() / 100 / KI_TICK_100NS);
}

LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
    LARGE_INTEGER Counter;
    if (PerformanceFrequency != nullptr) {
        PerformanceFrequency->QuadPart = 10000000;
    }
    Counter.QuadPart = static_cast<LONGLONG>(KiNowNs() / 100);
    return Counter;
}

VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds)
{
    KiAdvanceNs(static_cast<ULONGLONG>(MicroSeconds) * 1000);
}

} // extern "C"
