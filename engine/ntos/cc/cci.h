// cci.h - private to cc.
#pragma once

#include "../inc/ccp.h"

#ifdef __cplusplus
extern "C" {
#endif

extern KSPIN_LOCK CcpMasterLock; // guards the maps and their lists; rank above MiPageLock
extern LIST_ENTRY CcpSharedMaps;
extern ULONG CcpDirtyThreshold;
extern CCP_COUNTERS CcpCounters;

/// The shared map of a file with a reference, NULL when the file is not cached.
PSHARED_CACHE_MAP CcpReferenceMap(PSECTION_OBJECT_POINTERS Pointers);

/// Drops a reference; deletes the map when nobody has the file open and nothing is dirty. DeleteNow
/// FALSE leaves that to the lazy writer, because the caller may hold locks of the file.
void CcpDereferenceMap(PSHARED_CACHE_MAP Map, BOOLEAN DeleteNow);

/// Wakes the lazy writer: for a pass now, or for one in a second if none is planned.
void CcpWakeLazyWriter(BOOLEAN Now);

/// Writes at most MaximumPages of a map as the lazy writer does, with the file system's callbacks
/// around it.
void CcpWriteBehind(PSHARED_CACHE_MAP Map, ULONG MaximumPages);

/// TRUE while the calling thread is the lazy writer.
BOOLEAN CcpIsLazyWriter(void);

/// Runs the writes that CcDeferWrite kept and that fit now. Called by the lazy writer without
/// locks.
void CcpPostDeferredWrites(void);
BOOLEAN CcpHaveDeferredWrites(void);

/// Data was written up to End: the valid data goal moves there.
void CcpAdvanceGoal(PSHARED_CACHE_MAP Map, LONGLONG End);

/// Copies Length bytes from Buffer (zeros without one) into the cache. The loop behind CcCopyWrite,
/// CcZeroData.
///
/// Returns  STATUS_PENDING without Wait when pages would have to be read; otherwise the first read
/// error
NTSTATUS
CcpWrite(PSHARED_CACHE_MAP Map, LONGLONG Offset, LONGLONG Length, BOOLEAN Wait, const VOID* Buffer);

/// Raises a status of paging I/O as file systems expect it.
DECLSPEC_NORETURN void CcpRaise(NTSTATUS Status);

NTSTATUS CcpStartLazyWriter(void);
void CcpStopLazyWriter(void);

#ifdef __cplusplus
}
#endif
