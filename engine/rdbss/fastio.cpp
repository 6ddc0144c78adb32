// Fast I/O: reads and writes of cached files without an IRP, and the resource callbacks of the
// memory manager and the cache manager.
#include "calldown.h"

namespace {

FAST_IO_DISPATCH RxFastIoDispatch;

BOOLEAN NTAPI RxFastIoCheckIfPossible(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Wait,
    ULONG LockKey,
    BOOLEAN CheckForReadOperation,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT DeviceObject)
{
    UNREFERENCED_PARAMETER(Wait);
    UNREFERENCED_PARAMETER(IoStatus);
    UNREFERENCED_PARAMETER(DeviceObject);
    PFCB Fcb = (PFCB)FileObject->FsContext;
    PVOID Second = FileObject->FsContext2;
    if (Fcb == nullptr || Second == nullptr || RxpNodeType(Second) != RDBSS_NTC_FOBX
        || !RxpIsFile(Fcb)) {
        return FALSE;
    }
    LARGE_INTEGER Range;
    Range.QuadPart = Length;
    PFOBX Fobx = (PFOBX)Second;
    if (CheckForReadOperation) {
        return RxpMayCacheReads(Fcb, Fobx, FileObject)
            && FsRtlFastCheckLockForRead(
                   &Fcb->FileLock, FileOffset, &Range, LockKey, FileObject, PsGetCurrentProcess());
    }
    LONGLONG FileSize;
    RxGetFileSizeWithLock(Fcb, &FileSize);
    // A write beyond the end asks the mini-redirector, which takes an IRP.
    return RxpMayCacheWrites(Fcb, Fobx, FileObject) && FileOffset->QuadPart + Length <= FileSize
        && FsRtlFastCheckLockForWrite(
               &Fcb->FileLock, FileOffset, &Range, LockKey, FileObject, PsGetCurrentProcess());
}

} // namespace

void RxpInstallFastIo(PDRIVER_OBJECT DriverObject)
{
    RtlZeroMemory(&RxFastIoDispatch, sizeof(RxFastIoDispatch));
    RxFastIoDispatch.SizeOfFastIoDispatch = sizeof(RxFastIoDispatch);
    RxFastIoDispatch.FastIoCheckIfPossible = RxFastIoCheckIfPossible;
    DriverObject->FastIoDispatch = &RxFastIoDispatch;
}

/// Gives a redirector that is not linked with RDBSS a copy of its fast I/O table. In one that is,
/// the table is in place.
///
/// Source   windows-driver-docs-ddi: mrx/nf-mrx-__rxfillandinstallfastiodispatch.md
VOID NTAPI __RxFillAndInstallFastIoDispatch(
    PRDBSS_DEVICE_OBJECT RxDeviceObject, PFAST_IO_DISPATCH FastIoDispatch, ULONG FastIoDispatchSize)
{
    UNREFERENCED_PARAMETER(RxDeviceObject);
    ULONG Bytes = FastIoDispatchSize < sizeof(RxFastIoDispatch) ? FastIoDispatchSize
                                                                : (ULONG)sizeof(RxFastIoDispatch);
    RtlCopyMemory(FastIoDispatch, &RxFastIoDispatch, Bytes);
    FastIoDispatch->SizeOfFastIoDispatch = Bytes;
}
