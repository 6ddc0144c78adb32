// misc.cpp - time zones, UUIDs, processor features, previous mode.
#include "engine/ntos/inc/psp.h"

extern "C" {

/// The machine's time zone is UTC.
VOID NTAPI ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)
{
    LocalTime->QuadPart = SystemTime->QuadPart;
}

VOID NTAPI ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)
{
    SystemTime->QuadPart = LocalTime->QuadPart;
}

/// A version 4 UUID from the seed. differs: Windows makes version 1 from clock and network address.
NTSTATUS NTAPI ExUuidCreate(UUID* Uuid)
{
    KiEntropy(Uuid, sizeof(*Uuid));
    Uuid->Data3 = static_cast<USHORT>((Uuid->Data3 & 0x0FFF) | 0x4000);
    Uuid->Data4[0] = static_cast<UCHAR>((Uuid->Data4[0] & 0x3F) | 0x80);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI ExIsProcessorFeaturePresent(ULONG ProcessorFeature)
{
    // What every x86-64 processor has: CMPXCHG8B, MMX, SSE, RDTSC, PAE, SSE2, NX, CMPXCHG16B.
    constexpr ULONG Present
        = 1u << 2 | 1u << 3 | 1u << 6 | 1u << 8 | 1u << 9 | 1u << 10 | 1u << 12 | 1u << 14;
    return ProcessorFeature < 32 && (Present >> ProcessorFeature & 1) != 0;
}

BOOLEAN NTAPI ExVerifySuite(SUITE_TYPE SuiteType)
{
    UNREFERENCED_PARAMETER(SuiteType);
    return FALSE;
}

KPROCESSOR_MODE NTAPI ExGetPreviousMode(VOID)
{
    return KiCurrentThread()->PreviousMode;
}

ULONG NTAPI ExSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution)
{
    UNREFERENCED_PARAMETER(DesiredTime);
    UNREFERENCED_PARAMETER(SetResolution);
    return KI_TICK_100NS;
}

} // extern "C"
