// mmp.h - what the memory manager offers to the other parts of the executive.
//
// One host address space holds everything; three fixed regions give addresses a meaning:
//
//   user region     buffers of application threads. A slice per process; a page is accessible while
//   allocated. Probes tell
//                   user from kernel addresses by this region, so a driver that forgets a probe or
//                   a mapping is caught.
//   user alias      the same pages seen from the system half. A locked user buffer is mapped here,
//   therefore a system
//                   address never equals the user address it maps, as on the real machine.
//   cache region    views of cached files, 256 KiB each.
//
// Addresses in these regions are the same in every run; all other memory is the host's heap and
// counts as system space.
#pragma once

#include <ntifs.h>

#include "init.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMP_USER_BASE 0x200000000000ULL
#define MMP_USER_SLICE 0x1000000000ULL // 64 GiB a process
#define MMP_USER_SLICES 16ULL // processes that may have memory at the same time
#define MMP_USER_END (MMP_USER_BASE + MMP_USER_SLICE * MMP_USER_SLICES)
#define MMP_ALIAS_BASE 0x300000000000ULL
#define MMP_CACHE_BASE 0x400000000000ULL
#define MMP_CACHE_VIEWS 65536ULL // 16 GiB of views
#define MMP_VIEW_BYTES 0x40000ULL
#define MMP_VIEW_PAGES 64U

/// Allocates memory of a process for an application thread, zeroed. The last byte lies at the end
/// of a page, as close as the alignment (16 bytes, 512 for whole sectors) allows: running over the
/// end faults.
///
/// IRQL     <= APC_LEVEL
/// Owns     free with MmpFreeUser; what is left is freed by MmpDeleteProcess
/// Errors   NULL when the slice is full or no slice is free
PVOID MmpAllocateUser(PEPROCESS Process, SIZE_T Bytes);

/// Frees memory of MmpAllocateUser. Pages that an MDL still locks live on until they are unlocked,
/// unreachable by the user address.
void MmpFreeUser(PVOID Address);

/// Frees all user memory of a process that has ended. Returns the bytes that were still allocated.
SIZE_T MmpDeleteProcess(PEPROCESS Process);

/// TRUE when [Address, Address+Length) lies below MmUserProbeAddress.
BOOLEAN MmpIsUserRange(const volatile void* Address, SIZE_T Length);

/// TRUE when every byte of the range is memory that may be touched (and written, with Write).
BOOLEAN MmpIsRangeAccessible(const volatile void* Address, SIZE_T Length, BOOLEAN Write);

/// Raises STATUS_ACCESS_VIOLATION unless the range may be touched. Called before a copy to or from
/// a caller's buffer, in place of the page fault that would occur within it.
void MmpProbeCopy(const volatile void* Address, SIZE_T Length, BOOLEAN Write);

// --- Pages of files (mm/segment.cpp). The segment is what
// SECTION_OBJECT_POINTERS.DataSectionObject points to.

typedef struct _MMP_SEGMENT MMP_SEGMENT, *PMMP_SEGMENT;
typedef struct _MMP_VIEW MMP_VIEW, *PMMP_VIEW;

/// Finds or creates the segment of a file and takes a reference. The segment references FileObject
/// while it lives.
NTSTATUS MmpReferenceSegment(PFILE_OBJECT FileObject, PMMP_SEGMENT* Segment);

/// Drops a reference. The last one discards the pages and dereferences the file object, which may
/// send IRP_MJ_CLOSE.
///
/// IRQL     PASSIVE_LEVEL
void MmpDereferenceSegment(PMMP_SEGMENT Segment);

/// The file object that pages are read and written with.
PFILE_OBJECT MmpSegmentFileObject(PMMP_SEGMENT Segment);

/// From which offset on pages start as zeros instead of being read. MAXLONGLONG: everything is
/// read.
void MmpSetSegmentReadLimit(PMMP_SEGMENT Segment, LONGLONG ReadLimit);

/// Finds or makes the view that holds Offset and pins it, so that its memory stays until
/// MmpUnpinView.
///
/// Errors   NULL: no memory
PMMP_VIEW MmpPinView(PMMP_SEGMENT Segment, LONGLONG Offset);
void MmpUnpinView(PMMP_VIEW View);

/// Turns a pin into a loan to a file system (MDL, BCB), which lasts as long as the borrower likes;
/// a purge does not wait for it.
void MmpLendView(PMMP_VIEW View);
void MmpReturnView(PMMP_VIEW View);
PUCHAR MmpViewBase(PMMP_VIEW View);
LONGLONG MmpViewOffset(PMMP_VIEW View);
PMMP_SEGMENT MmpViewSegment(PMMP_VIEW View);

/// The view an address in the cache region belongs to (CcMdlReadComplete has only the MDL).
PMMP_VIEW MmpViewFromAddress(PVOID Address);

/// A set of pages of one view, bit N is page N.
typedef ULONGLONG MMP_PAGES;

/// The pages that [Offset, Offset+Length) touches within the view that holds Offset.
MMP_PAGES MmpPagesOf(LONGLONG Offset, SIZE_T Length);

/// Makes pages valid: those that are missing are read (or zeroed beyond the read limit). Pages
/// another thread is reading are waited for. Without Wait nothing is read and STATUS_PENDING tells
/// that pages are missing.
///
/// IRQL     PASSIVE_LEVEL; the view is pinned
/// Errors   what the file system answered to the paging read
NTSTATUS MmpMakeValid(PMMP_VIEW View, MMP_PAGES Pages, BOOLEAN Wait);

/// Takes pages for complete overwriting instead of reading them. Reads under way are waited for
/// first, otherwise these would overwrite the new data. Until MmpFinishClaim other users of the
/// pages wait as for a read.
///
/// Returns  the pages that were not valid; pass them to MmpFinishClaim after the copy
MMP_PAGES MmpClaimPages(PMMP_VIEW View, MMP_PAGES Pages);
void MmpFinishClaim(PMMP_VIEW View, MMP_PAGES Claimed);

/// Pages that are valid now.
MMP_PAGES MmpValidPages(PMMP_VIEW View);

/// Marks pages (valid ones) as changed.
void MmpMarkDirty(PMMP_VIEW View, MMP_PAGES Pages);

/// Pages of one segment, or of all (NULL), that wait to be written.
ULONG MmpDirtyPages(PMMP_SEGMENT Segment);

/// Dirty pages and those being written: what memory pressure is measured by.
ULONG MmpUncleanPages(void);

/// Reads ahead: makes the missing pages of a range valid with several paging reads under way at
/// once. Errors are dropped, the pages simply stay missing.
void MmpPrefetch(PMMP_SEGMENT Segment, LONGLONG Offset, ULONG Length);

/// Writes the dirty pages of a range (Length 0: to the end), at most MaximumPages of them, several
/// paging writes under way at once. The pages are written up to FileSize (MAXLONGLONG: whole
/// pages). Pages whose write failed are dirty again with KeepOnError, otherwise their change is
/// lost.
///
/// IRQL     PASSIVE_LEVEL; the caller holds the file system's locks for the paging write
/// Returns  the first error; *BytesWritten tells how much went out, *EndOffset where the last
/// written byte lies
NTSTATUS MmpFlushSegment(
    PMMP_SEGMENT Segment,
    LONGLONG Offset,
    LONGLONG Length,
    LONGLONG FileSize,
    ULONG MaximumPages,
    BOOLEAN KeepOnError,
    PULONGLONG BytesWritten,
    PLONGLONG EndOffset);

/// Discards the pages of a range (Length 0: to the end), dirty ones too. Waits for I/O and copies
/// on them.
///
/// Returns  FALSE when a page is lent out or mapped by an application; such pages stay
BOOLEAN MmpPurgeSegment(PMMP_SEGMENT Segment, LONGLONG Offset, LONGLONG Length);

/// Zeroes what is cached of [Offset, end of its page): after a truncation old bytes must not come
/// back.
void MmpZeroTail(PMMP_SEGMENT Segment, LONGLONG Offset);

/// Limits the memory for views (default 96 MiB); beyond it clean unpinned views are given up,
/// oldest use first.
void MmpSetViewLimit(ULONG Views);

typedef struct _MMP_COUNTERS
{
    ULONGLONG PageReads; // paging read IRPs
    ULONGLONG PageReadBytes;
    ULONGLONG PageWrites; // paging write IRPs
    ULONGLONG PageWriteBytes;
    ULONG Segments;
    ULONG Views;
    ULONG LockedMdls;
    ULONG UserAllocations;
} MMP_COUNTERS, *PMMP_COUNTERS;
void MmpQueryCounters(PMMP_COUNTERS Counters);

/// Called when dirty pages were made (lazy writer) and when some were cleaned (throttled writers).
/// Set by the cache manager.
typedef void (*MMP_DIRTY_NOTIFY)(BOOLEAN MoreDirty);
extern MMP_DIRTY_NOTIFY MmpDirtyPagesChanged;

#ifdef __cplusplus
}
#endif
