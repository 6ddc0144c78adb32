// fastio.cpp - fast I/O on files of MUP: the call goes to the provider's driver, with the
// provider's device.
//
// A provider without the routine is as good as one that answers "use an IRP". The acquire routines
// have no such answer: where the provider has none, the caller's own rule (the resources of the
// file's header) applies, as it would without MUP.
#include "engine/mup/mupp.h"

namespace {

struct Target
{
    PDEVICE_OBJECT DeviceObject;
    PFAST_IO_DISPATCH Dispatch;
};

Target FindTarget(PFILE_OBJECT FileObject)
{
    PMUP_FILE File = MuppFindFile(FileObject);
    if (File == nullptr || File->Provider == nullptr) {
        return { nullptr, nullptr };
    }
    PDEVICE_OBJECT DeviceObject = File->Provider->DeviceObject;
    return { DeviceObject, DeviceObject->DriverObject->FastIoDispatch };
}

// Calls Member of the provider with Arguments and the device; FALSE when there is nobody to call.
#define MUP_FAST(FileObject, Member, ...)                                                          \
    const Target To = FindTarget(FileObject);                                                      \
    if (To.Dispatch == nullptr || To.Dispatch->Member == nullptr) {                                \
        return FALSE;                                                                              \
    }                                                                                              \
    InterlockedIncrement(reinterpret_cast<volatile LONG*>(&MupCounters.FastForwarded));            \
    return To.Dispatch->Member(__VA_ARGS__, To.DeviceObject)

extern "C" {

BOOLEAN NTAPI MupFastCheck(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Wait,
    ULONG LockKey,
    BOOLEAN CheckForReadOperation,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(
        FileObject, FastIoCheckIfPossible, FileObject, FileOffset, Length, Wait, LockKey,
        CheckForReadOperation, IoStatus);
}

BOOLEAN NTAPI MupFastRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Wait,
    ULONG LockKey,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(
        FileObject, FastIoRead, FileObject, FileOffset, Length, Wait, LockKey, Buffer, IoStatus);
}

BOOLEAN NTAPI MupFastWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Wait,
    ULONG LockKey,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(
        FileObject, FastIoWrite, FileObject, FileOffset, Length, Wait, LockKey, Buffer, IoStatus);
}

BOOLEAN NTAPI MupFastQueryBasic(
    PFILE_OBJECT FileObject,
    BOOLEAN Wait,
    PFILE_BASIC_INFORMATION Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(FileObject, FastIoQueryBasicInfo, FileObject, Wait, Buffer, IoStatus);
}

BOOLEAN NTAPI MupFastQueryStandard(
    PFILE_OBJECT FileObject,
    BOOLEAN Wait,
    PFILE_STANDARD_INFORMATION Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(FileObject, FastIoQueryStandardInfo, FileObject, Wait, Buffer, IoStatus);
}

BOOLEAN NTAPI MupFastQueryNetworkOpen(
    PFILE_OBJECT FileObject,
    BOOLEAN Wait,
    PFILE_NETWORK_OPEN_INFORMATION Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(FileObject, FastIoQueryNetworkOpenInfo, FileObject, Wait, Buffer, IoStatus);
}

BOOLEAN NTAPI MupFastLock(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    PLARGE_INTEGER Length,
    PEPROCESS Process,
    ULONG Key,
    BOOLEAN FailImmediately,
    BOOLEAN ExclusiveLock,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(
        FileObject, FastIoLock, FileObject, FileOffset, Length, Process, Key, FailImmediately,
        ExclusiveLock, IoStatus);
}

BOOLEAN NTAPI MupFastUnlockSingle(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    PLARGE_INTEGER Length,
    PEPROCESS Process,
    ULONG Key,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(
        FileObject, FastIoUnlockSingle, FileObject, FileOffset, Length, Process, Key, IoStatus);
}

BOOLEAN NTAPI MupFastUnlockAll(
    PFILE_OBJECT FileObject, PEPROCESS Process, PIO_STATUS_BLOCK IoStatus, PDEVICE_OBJECT)
{
    MUP_FAST(FileObject, FastIoUnlockAll, FileObject, Process, IoStatus);
}

BOOLEAN NTAPI MupFastUnlockAllByKey(
    PFILE_OBJECT FileObject, PVOID Process, ULONG Key, PIO_STATUS_BLOCK IoStatus, PDEVICE_OBJECT)
{
    MUP_FAST(FileObject, FastIoUnlockAllByKey, FileObject, Process, Key, IoStatus);
}

BOOLEAN NTAPI MupFastDeviceControl(
    PFILE_OBJECT FileObject,
    BOOLEAN Wait,
    PVOID InputBuffer,
    ULONG InputBufferLength,
    PVOID OutputBuffer,
    ULONG OutputBufferLength,
    ULONG IoControlCode,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(
        FileObject, FastIoDeviceControl, FileObject, Wait, InputBuffer, InputBufferLength,
        OutputBuffer, OutputBufferLength, IoControlCode, IoStatus);
}

BOOLEAN NTAPI MupMdlRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    ULONG LockKey,
    PMDL* MdlChain,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(FileObject, MdlRead, FileObject, FileOffset, Length, LockKey, MdlChain, IoStatus);
}

BOOLEAN NTAPI MupMdlReadComplete(PFILE_OBJECT FileObject, PMDL MdlChain, PDEVICE_OBJECT)
{
    MUP_FAST(FileObject, MdlReadComplete, FileObject, MdlChain);
}

BOOLEAN NTAPI MupPrepareMdlWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    ULONG LockKey,
    PMDL* MdlChain,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT)
{
    MUP_FAST(
        FileObject, PrepareMdlWrite, FileObject, FileOffset, Length, LockKey, MdlChain, IoStatus);
}

BOOLEAN NTAPI MupMdlWriteComplete(
    PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, PMDL MdlChain, PDEVICE_OBJECT)
{
    MUP_FAST(FileObject, MdlWriteComplete, FileObject, FileOffset, MdlChain);
}

// FSRTL_COMMON_FCB_HEADER is what FsContext begins with for every file that is cached or mapped.
PFSRTL_COMMON_FCB_HEADER Header(PFILE_OBJECT FileObject)
{
    return static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
}

VOID NTAPI MupAcquireFile(PFILE_OBJECT FileObject)
{
    const Target To = FindTarget(FileObject);
    if (To.Dispatch != nullptr && To.Dispatch->AcquireFileForNtCreateSection != nullptr) {
        To.Dispatch->AcquireFileForNtCreateSection(FileObject);
    } else if (Header(FileObject) != nullptr && Header(FileObject)->Resource != nullptr) {
        ExAcquireResourceExclusiveLite(Header(FileObject)->Resource, TRUE);
    }
}

VOID NTAPI MupReleaseFile(PFILE_OBJECT FileObject)
{
    const Target To = FindTarget(FileObject);
    if (To.Dispatch != nullptr && To.Dispatch->ReleaseFileForNtCreateSection != nullptr) {
        To.Dispatch->ReleaseFileForNtCreateSection(FileObject);
    } else if (Header(FileObject) != nullptr && Header(FileObject)->Resource != nullptr) {
        ExReleaseResourceLite(Header(FileObject)->Resource);
    }
}

NTSTATUS NTAPI MupAcquireForModWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER EndingOffset,
    PERESOURCE* ResourceToRelease,
    PDEVICE_OBJECT)
{
    const Target To = FindTarget(FileObject);
    if (To.Dispatch == nullptr || To.Dispatch->AcquireForModWrite == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return To.Dispatch->AcquireForModWrite(
        FileObject, EndingOffset, ResourceToRelease, To.DeviceObject);
}

NTSTATUS NTAPI
MupReleaseForModWrite(PFILE_OBJECT FileObject, PERESOURCE ResourceToRelease, PDEVICE_OBJECT)
{
    const Target To = FindTarget(FileObject);
    if (To.Dispatch == nullptr || To.Dispatch->ReleaseForModWrite == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return To.Dispatch->ReleaseForModWrite(FileObject, ResourceToRelease, To.DeviceObject);
}

NTSTATUS NTAPI MupAcquireForCcFlush(PFILE_OBJECT FileObject, PDEVICE_OBJECT)
{
    const Target To = FindTarget(FileObject);
    if (To.Dispatch == nullptr || To.Dispatch->AcquireForCcFlush == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return To.Dispatch->AcquireForCcFlush(FileObject, To.DeviceObject);
}

NTSTATUS NTAPI MupReleaseForCcFlush(PFILE_OBJECT FileObject, PDEVICE_OBJECT)
{
    const Target To = FindTarget(FileObject);
    if (To.Dispatch == nullptr || To.Dispatch->ReleaseForCcFlush == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    return To.Dispatch->ReleaseForCcFlush(FileObject, To.DeviceObject);
}

} // extern "C"

} // namespace

constinit FAST_IO_DISPATCH MupFastIoDispatch {
    .SizeOfFastIoDispatch = sizeof(FAST_IO_DISPATCH),
    .FastIoCheckIfPossible = MupFastCheck,
    .FastIoRead = MupFastRead,
    .FastIoWrite = MupFastWrite,
    .FastIoQueryBasicInfo = MupFastQueryBasic,
    .FastIoQueryStandardInfo = MupFastQueryStandard,
    .FastIoLock = MupFastLock,
    .FastIoUnlockSingle = MupFastUnlockSingle,
    .FastIoUnlockAll = MupFastUnlockAll,
    .FastIoUnlockAllByKey = MupFastUnlockAllByKey,
    .FastIoDeviceControl = MupFastDeviceControl,
    .AcquireFileForNtCreateSection = MupAcquireFile,
    .ReleaseFileForNtCreateSection = MupReleaseFile,
    .FastIoQueryNetworkOpenInfo = MupFastQueryNetworkOpen,
    .AcquireForModWrite = MupAcquireForModWrite,
    .MdlRead = MupMdlRead,
    .MdlReadComplete = MupMdlReadComplete,
    .PrepareMdlWrite = MupPrepareMdlWrite,
    .MdlWriteComplete = MupMdlWriteComplete,
    .ReleaseForModWrite = MupReleaseForModWrite,
    .AcquireForCcFlush = MupAcquireForCcFlush,
    .ReleaseForCcFlush = MupReleaseForCcFlush,
};
