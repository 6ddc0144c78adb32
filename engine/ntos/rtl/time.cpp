// Times: 100 ns ticks since 1 January 1601 UTC, as calendar fields and as seconds since 1970 and
// 1980.
#include <ntifs.h>

namespace {

constexpr LONGLONG RtlpTicksPerSecond = 10'000'000;
constexpr LONGLONG RtlpSecondsTo1970 = 11'644'473'600;
constexpr LONGLONG RtlpSecondsTo1980 = 11'960'006'400;
constexpr LONGLONG RtlpSecondsPerDay = 86'400;

BOOLEAN RtlpIsLeapYear(LONG Year)
{
    return (Year % 4 == 0 && Year % 100 != 0) || Year % 400 == 0;
}

LONG RtlpDaysInMonth(LONG Year, LONG Month)
{
    static constexpr UCHAR Days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return Days[Month - 1] + (Month == 2 && RtlpIsLeapYear(Year) ? 1 : 0);
}

/// Days from 1 January 1601 to 1 January of Year.
LONGLONG RtlpDaysToYear(LONG Year)
{
    const LONGLONG Full = Year - 1601;
    return Full * 365 + Full / 4 - Full / 100 + Full / 400;
}

BOOLEAN RtlpToSeconds(PLARGE_INTEGER Time, LONGLONG Epoch, PULONG Seconds)
{
    const LONGLONG Elapsed = Time->QuadPart / RtlpTicksPerSecond - Epoch;
    if (Elapsed < 0 || Elapsed > MAXULONG)
        return FALSE;
    *Seconds = (ULONG)Elapsed;
    return TRUE;
}

} // namespace

extern "C" {

VOID NTAPI RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields)
{
    const LONGLONG Ticks = Time->QuadPart < 0 ? 0 : Time->QuadPart;
    LONGLONG Days = Ticks / RtlpTicksPerSecond / RtlpSecondsPerDay;
    const LONGLONG Seconds = Ticks / RtlpTicksPerSecond % RtlpSecondsPerDay;
    TimeFields->Weekday = (CSHORT)((Days + 1) % 7); // 1 January 1601 was a Monday
    TimeFields->Hour = (CSHORT)(Seconds / 3600);
    TimeFields->Minute = (CSHORT)(Seconds / 60 % 60);
    TimeFields->Second = (CSHORT)(Seconds % 60);
    TimeFields->Milliseconds = (CSHORT)(Ticks / 10'000 % 1000);
    LONG Year = (LONG)(1601 + Days / 366);
    while (RtlpDaysToYear(Year + 1) <= Days)
        Year++;
    Days -= RtlpDaysToYear(Year);
    LONG Month = 1;
    while (Days >= RtlpDaysInMonth(Year, Month))
        Days -= RtlpDaysInMonth(Year, Month++);
    TimeFields->Year = (CSHORT)Year;
    TimeFields->Month = (CSHORT)Month;
    TimeFields->Day = (CSHORT)(Days + 1);
}

BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time)
{
    const TIME_FIELDS& Fields = *TimeFields;
    if (Fields.Year < 1601 || Fields.Month < 1 || Fields.Month > 12 || Fields.Day < 1
        || Fields.Day > RtlpDaysInMonth(Fields.Year, Fields.Month) || Fields.Hour < 0
        || Fields.Hour > 23 || Fields.Minute < 0 || Fields.Minute > 59 || Fields.Second < 0
        || Fields.Second > 59 || Fields.Milliseconds < 0 || Fields.Milliseconds > 999)
        return FALSE;
    LONGLONG Days = RtlpDaysToYear(Fields.Year) + Fields.Day - 1;
    for (LONG Month = 1; Month < Fields.Month; Month++)
        Days += RtlpDaysInMonth(Fields.Year, Month);
    const LONGLONG Seconds
        = Days * RtlpSecondsPerDay + Fields.Hour * 3600 + Fields.Minute * 60 + Fields.Second;
    Time->QuadPart = Seconds * RtlpTicksPerSecond + Fields.Milliseconds * 10'000;
    return TRUE;
}

BOOLEAN NTAPI RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
    return RtlpToSeconds(Time, RtlpSecondsTo1970, ElapsedSeconds);
}

BOOLEAN NTAPI RtlTimeToSecondsSince1980(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
    return RtlpToSeconds(Time, RtlpSecondsTo1980, ElapsedSeconds);
}

VOID NTAPI RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
    Time->QuadPart = (RtlpSecondsTo1970 + ElapsedSeconds) * RtlpTicksPerSecond;
}

VOID NTAPI RtlSecondsSince1980ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
    Time->QuadPart = (RtlpSecondsTo1980 + ElapsedSeconds) * RtlpTicksPerSecond;
}

} // extern "C"
