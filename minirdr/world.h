// world.h - the world the driver is built for.
//
// The only file of the mini-redirector that differs between the emulator and a real kernel:
// everything else includes this and sees the same names. RDRLAB_REAL_KERNEL is set by builds that
// link against ntoskrnl.exe (mingw-w64 or the WDK).
#pragma once

#ifdef RDRLAB_REAL_KERNEL
#ifndef RDR_NO_TRACE
#define RDR_NO_TRACE 1
#endif
#endif

#include <ntifs.h>

#include <bcrypt.h>
#include <rdrtrace.h>

#ifndef STATUS_AUTH_TAG_MISMATCH
#define STATUS_AUTH_TAG_MISMATCH ((NTSTATUS)0xC000A002L)
#endif

// Every allocation names its pool and this tag (or a variant of it): !poolused and the emulator's
// leak report show it.
constexpr ULONG MINIRDR_POOL_TAG = 'rdRm';

/// Nonpaged, zeroed memory; released with MinirdrFree. Callable at DISPATCH_LEVEL.
inline PVOID MinirdrAllocate(SIZE_T Bytes)
{
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPool, Bytes, MINIRDR_POOL_TAG);
    if (Memory)
        RtlZeroMemory(Memory, Bytes);
    return Memory;
}

/// The same without clearing: for buffers that are filled at once.
inline PVOID MinirdrAllocateRaw(SIZE_T Bytes)
{
    return ExAllocatePoolWithTag(NonPagedPool, Bytes, MINIRDR_POOL_TAG);
}

inline VOID MinirdrFree(PVOID Memory)
{
    if (Memory)
        ExFreePoolWithTag(Memory, MINIRDR_POOL_TAG);
}

template <typename T> T* MinirdrAllocateObject()
{
    return static_cast<T*>(MinirdrAllocate(sizeof(T)));
}

// A spin lock held for a block. Nothing in this driver nests two of these.
class SPIN_GUARD
{
public:
    explicit SPIN_GUARD(PKSPIN_LOCK Lock)
        : m_Lock(Lock)
    {
        KeAcquireSpinLock(m_Lock, &m_Irql);
    }
    ~SPIN_GUARD() { KeReleaseSpinLock(m_Lock, m_Irql); }
    SPIN_GUARD(const SPIN_GUARD&) = delete;
    SPIN_GUARD& operator=(const SPIN_GUARD&) = delete;

private:
    PKSPIN_LOCK m_Lock;
    KIRQL m_Irql;
};

// A sleeping lock that stays at PASSIVE_LEVEL (a fast mutex would raise to APC_LEVEL, where sockets
// cannot be opened). It is an event, so the thread that releases it need not be the one that took
// it.
struct SLEEP_LOCK
{
    KEVENT Event;
};

inline VOID SleepLockInitialize(SLEEP_LOCK* Lock)
{
    KeInitializeEvent(&Lock->Event, SynchronizationEvent, TRUE);
}

class SLEEP_GUARD
{
public:
    explicit SLEEP_GUARD(SLEEP_LOCK* Lock)
        : m_Lock(Lock)
    {
        KeWaitForSingleObject(&m_Lock->Event, Executive, KernelMode, FALSE, nullptr);
    }
    ~SLEEP_GUARD() { KeSetEvent(&m_Lock->Event, IO_NO_INCREMENT, FALSE); }
    SLEEP_GUARD(const SLEEP_GUARD&) = delete;
    SLEEP_GUARD& operator=(const SLEEP_GUARD&) = delete;

private:
    SLEEP_LOCK* m_Lock;
};

// 100 ns ticks of the clock that never jumps.
inline LONGLONG MinirdrNow()
{
    return static_cast<LONGLONG>(KeQueryInterruptTime());
}

constexpr LONGLONG TICKS_PER_MS = 10000;
