// mup.h - what MUP offers to the other rooms, beside FsRtlRegisterUncProvider(Ex) and
// FsRtlDeregisterUncProvider.
#pragma once

#include <ntifs.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Makes \Device\Mup. Called once at boot, after the I/O manager and the registry are up. On a
/// machine of the 2003 profile only redirectors of the older model can register:
/// IOCTL_REDIR_QUERY_PATH, a reparse to their own device, no further part of MUP.
///
/// IRQL     PASSIVE_LEVEL, boot thread
/// Errors   what IopCreateDriver, IoCreateDevice said
NTKERNELAPI NTSTATUS MupInitSystem(void);

/// Forgets all; whatever a redirector left registered is dropped with a note in the trace.
NTKERNELAPI void MupShutdownSystem(void);

/// What MUP has done so far, for tests and for `rdrlab` commands.
typedef struct _MUP_COUNTERS
{
    ULONG Creates; // IRP_MJ_CREATE that arrived
    ULONG CacheHits; // of them, answered by the prefix cache
    ULONG Queries; // query-path IRPs sent
    ULONG Expired; // entries dropped because their time was over
    ULONG Evicted; // entries dropped because the cache was full
    ULONG Forwarded; // requests on open files that were passed on
    ULONG FastForwarded; // fast I/O calls that were passed on
    ULONG Prefixes; // entries in the cache now
    ULONG OpenFiles; // files open through MUP now
} MUP_COUNTERS, *PMUP_COUNTERS;
NTKERNELAPI void MupQueryCounters(PMUP_COUNTERS Counters);

/// Calls Report for each entry of the prefix cache, oldest first. Report must not call MUP.
typedef void (*MUP_PREFIX_REPORT)(
    void* Context, PCUNICODE_STRING Prefix, PCUNICODE_STRING DeviceName, ULONG SecondsLeft);
NTKERNELAPI void MupReportPrefixes(MUP_PREFIX_REPORT Report, void* Context);

#ifdef __cplusplus
}
#endif

extern MUP_COUNTERS MupCounters;
