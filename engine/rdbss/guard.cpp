// The one file with structured exceptions: every routine that may raise is called from here and
// answers a status instead.
//
// What raises: probing and touching user buffers, and the cache manager where its pages cannot be
// read or memory is short.
#include "rdbssp.h"

#include <rdrseh.h>

namespace {

LONG RxpFilter(NTSTATUS Code)
{
    return FsRtlIsNtstatusExpected(Code) ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
}

template <typename Body> __attribute__((noinline)) NTSTATUS RxpGuarded(Body Guarded)
{
    volatile NTSTATUS Status = STATUS_SUCCESS;
    __try {
        Guarded();
    } __except (RxpFilter(GetExceptionCode())) {
        Status = GetExceptionCode();
    }
    return Status;
}

} // namespace

NTSTATUS RxpProbeAndLock(PMDL Mdl, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation)
{
    return RxpGuarded([&] { MmProbeAndLockPages(Mdl, AccessMode, Operation); });
}

NTSTATUS RxpCcInitialize(PFILE_OBJECT FileObject, PFCB Fcb)
{
    return RxpGuarded([&] {
        CcInitializeCacheMap(
            FileObject, (PCC_FILE_SIZES) & ((PMRX_FCB)Fcb)->Header.AllocationSize, FALSE,
            &RxData.CacheManagerCallbacks, Fcb);
    });
}

/// *Done is FALSE when the data is not in memory and Wait is FALSE.
NTSTATUS RxpCcCopyRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER Offset,
    ULONG Length,
    BOOLEAN Wait,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PBOOLEAN Done)
{
    *Done = FALSE;
    return RxpGuarded(
        [&] { *Done = CcCopyRead(FileObject, Offset, Length, Wait, Buffer, IoStatus); });
}

NTSTATUS RxpCcCopyWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER Offset,
    ULONG Length,
    BOOLEAN Wait,
    PVOID Buffer,
    PBOOLEAN Done)
{
    *Done = FALSE;
    return RxpGuarded([&] { *Done = CcCopyWrite(FileObject, Offset, Length, Wait, Buffer); });
}

NTSTATUS RxpCcMdlRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER Offset,
    ULONG Length,
    PMDL* Mdl,
    PIO_STATUS_BLOCK IoStatus)
{
    return RxpGuarded([&] { CcMdlRead(FileObject, Offset, Length, Mdl, IoStatus); });
}

NTSTATUS RxpCcPrepareMdlWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER Offset,
    ULONG Length,
    PMDL* Mdl,
    PIO_STATUS_BLOCK IoStatus)
{
    return RxpGuarded([&] { CcPrepareMdlWrite(FileObject, Offset, Length, Mdl, IoStatus); });
}

NTSTATUS RxpCcZeroData(
    PFILE_OBJECT FileObject, PLARGE_INTEGER From, PLARGE_INTEGER To, BOOLEAN Wait, PBOOLEAN Done)
{
    *Done = FALSE;
    return RxpGuarded([&] { *Done = CcZeroData(FileObject, From, To, Wait); });
}

NTSTATUS RxpCcSetFileSizes(PFILE_OBJECT FileObject, PFCB Fcb)
{
    return RxpGuarded([&] {
        CcSetFileSizes(FileObject, (PCC_FILE_SIZES) & ((PMRX_FCB)Fcb)->Header.AllocationSize);
    });
}
