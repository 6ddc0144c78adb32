// fastio.cpp - the fast paths file systems put into their fast I/O tables, and the locks around
// paging I/O.
//
// A routine here answers TRUE when the request is done (with whatever status) and FALSE when the
// caller must send an IRP.
#include "../inc/fsrtlp.h"

extern "C" {

namespace {

PFAST_IO_DISPATCH FastIoOf(PFILE_OBJECT FileObject)
{
    return IoGetRelatedDeviceObject(FileObject)->DriverObject->FastIoDispatch;
}

inline void SetTopLevel(ULONG_PTR Value)
{
    IoSetTopLevelIrp(reinterpret_cast<PIRP>(Value));
}

/// Whether cached I/O may go past the IRP path at all; asks the driver when the header leaves it
/// open.
bool MayGoFast(
    PFILE_OBJECT FileObject,
    PFSRTL_COMMON_FCB_HEADER Header,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    ULONG LockKey,
    BOOLEAN Read,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT DeviceObject)
{
    if (FileObject->PrivateCacheMap == nullptr || Header->IsFastIoPossible == FastIoIsNotPossible) {
        return false;
    }
    if (Header->IsFastIoPossible == FastIoIsPossible) {
        return true;
    }
    PFAST_IO_DISPATCH Dispatch = FastIoOf(FileObject);
    return Dispatch != nullptr && Dispatch->FastIoCheckIfPossible != nullptr
        && Dispatch->FastIoCheckIfPossible(
            FileObject, FileOffset, Length, TRUE, LockKey, Read, IoStatus, DeviceObject);
}

/// CcCopyRead with its exceptions turned into an answer.
BOOLEAN GuardedRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Wait,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus)
{
    volatile BOOLEAN Done = FALSE;
    __try {
        Done = CcCopyRead(FileObject, FileOffset, Length, Wait, Buffer, IoStatus);
    } __except (
        FsRtlIsNtstatusExpected(GetExceptionCode()) ? EXCEPTION_EXECUTE_HANDLER
                                                    : EXCEPTION_CONTINUE_SEARCH) {
        Done = FALSE; // the IRP path meets the error again and reports it
    }
    return Done;
}

BOOLEAN GuardedWrite(
    PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length, BOOLEAN Wait, PVOID Buffer)
{
    volatile BOOLEAN Done = FALSE;
    __try {
        Done = CcCopyWrite(FileObject, FileOffset, Length, Wait, Buffer);
    } __except (
        FsRtlIsNtstatusExpected(GetExceptionCode()) ? EXCEPTION_EXECUTE_HANDLER
                                                    : EXCEPTION_CONTINUE_SEARCH) {
        Done = FALSE;
    }
    return Done;
}

} // namespace

/// Reads from the cache under the file's main resource.
///
/// IRQL     PASSIVE_LEVEL
BOOLEAN NTAPI FsRtlCopyRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Wait,
    ULONG LockKey,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT DeviceObject)
{
    PAGED_CODE();
    if (Length == 0) {
        IoStatus->Status = STATUS_SUCCESS;
        IoStatus->Information = 0;
        return TRUE;
    }
    auto Header = static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
    BOOLEAN Done = FALSE;
    FsRtlEnterFileSystem();
    if (!ExAcquireResourceSharedLite(Header->Resource, Wait)) {
        FsRtlIncrementCcFastReadResourceMiss();
        FsRtlExitFileSystem();
        return FALSE;
    }
    if (Wait) {
        FsRtlIncrementCcFastReadWait();
    } else {
        FsRtlIncrementCcFastReadNoWait();
    }
    if (!MayGoFast(FileObject, Header, FileOffset, Length, LockKey, TRUE, IoStatus, DeviceObject)) {
        FsRtlIncrementCcFastReadNotPossible();
    } else if (FileOffset->QuadPart >= Header->FileSize.QuadPart) {
        IoStatus->Status = STATUS_END_OF_FILE;
        IoStatus->Information = 0;
        Done = TRUE;
    } else {
        const LONGLONG Left = Header->FileSize.QuadPart - FileOffset->QuadPart;
        const ULONG Bytes = Left < Length ? static_cast<ULONG>(Left) : Length;
        SetTopLevel(FSRTL_FAST_IO_TOP_LEVEL_IRP);
        Done = GuardedRead(FileObject, FileOffset, Bytes, Wait, Buffer, IoStatus);
        SetTopLevel(0);
        if (Done) {
            FileObject->Flags |= FO_FILE_FAST_IO_READ;
            FileObject->CurrentByteOffset.QuadPart
                = FileOffset->QuadPart + static_cast<LONGLONG>(IoStatus->Information);
        }
    }
    ExReleaseResourceLite(Header->Resource);
    FsRtlExitFileSystem();
    return Done;
}

/// Writes to the cache. A write that extends the file is done here only within its allocation.
///
/// IRQL     PASSIVE_LEVEL
BOOLEAN NTAPI FsRtlCopyWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Wait,
    ULONG LockKey,
    PVOID Buffer,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT DeviceObject)
{
    PAGED_CODE();
    auto Header = static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
    if ((FileObject->Flags & FO_WRITE_THROUGH) != 0 || !CcCanIWrite(FileObject, Length, Wait, FALSE)
        || (!Wait && !CcCopyWriteWontFlush(FileObject, FileOffset, Length))) {
        return FALSE;
    }
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information = Length;
    if (Length == 0) {
        return TRUE;
    }
    const bool Append
        = FileOffset->LowPart == FILE_WRITE_TO_END_OF_FILE && FileOffset->HighPart == -1;
    BOOLEAN Done = FALSE;
    FsRtlEnterFileSystem();
    // Sizes may change: exclusive unless the write stays within the valid data.
    bool Exclusive = Append || FileOffset->QuadPart + Length > Header->ValidDataLength.QuadPart;
    const BOOLEAN Acquired = Exclusive ? ExAcquireResourceExclusiveLite(Header->Resource, Wait)
                                       : ExAcquireResourceSharedLite(Header->Resource, Wait);
    if (!Acquired) {
        FsRtlExitFileSystem();
        return FALSE;
    }
    LARGE_INTEGER Offset = *FileOffset;
    if (Append) {
        Offset = Header->FileSize;
    }
    const LONGLONG End = Offset.QuadPart + Length;
    const bool Extends = End > Header->FileSize.QuadPart;
    if (!Exclusive && End > Header->ValidDataLength.QuadPart) {
        ExReleaseResourceLite(Header->Resource); // cut down between the look and the lock
        FsRtlExitFileSystem();
        return FALSE;
    }
    if (MayGoFast(FileObject, Header, &Offset, Length, LockKey, FALSE, IoStatus, DeviceObject)
        && (!Extends || End <= Header->AllocationSize.QuadPart)) {
        const LARGE_INTEGER OldFileSize = Header->FileSize;
        const LARGE_INTEGER OldValid = Header->ValidDataLength;
        bool Ready = true;
        if (Extends) {
            if (Header->PagingIoResource != nullptr) {
                Ready = ExAcquireResourceExclusiveLite(Header->PagingIoResource, Wait);
            }
            if (Ready) {
                Header->FileSize.QuadPart = End;
                if (Header->PagingIoResource != nullptr) {
                    ExReleaseResourceLite(Header->PagingIoResource);
                }
                *CcGetFileSizePointer(FileObject) = Header->FileSize;
            }
        }
        if (Ready) {
            SetTopLevel(FSRTL_FAST_IO_TOP_LEVEL_IRP);
            Done = TRUE;
            if (Offset.QuadPart > OldValid.QuadPart) {
                LARGE_INTEGER Hole = OldValid;
                volatile BOOLEAN Zeroed = FALSE;
                __try {
                    Zeroed = CcZeroData(FileObject, &Hole, &Offset, Wait);
                } __except (
                    FsRtlIsNtstatusExpected(GetExceptionCode()) ? EXCEPTION_EXECUTE_HANDLER
                                                                : EXCEPTION_CONTINUE_SEARCH) {
                    Zeroed = FALSE;
                }
                Done = Zeroed;
            }
            Done = Done && GuardedWrite(FileObject, &Offset, Length, Wait, Buffer);
            SetTopLevel(0);
        }
        if (Done) {
            if (End > Header->ValidDataLength.QuadPart) {
                Header->ValidDataLength.QuadPart = End;
            }
            FileObject->Flags |= FO_FILE_MODIFIED | (Extends ? FO_FILE_SIZE_CHANGED : 0);
            FileObject->CurrentByteOffset.QuadPart = End;
        } else if (Extends && Ready) {
            Header->FileSize = OldFileSize;
            *CcGetFileSizePointer(FileObject) = OldFileSize;
        }
    }
    ExReleaseResourceLite(Header->Resource);
    FsRtlExitFileSystem();
    return Done;
}

BOOLEAN NTAPI FsRtlMdlReadDev(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    ULONG LockKey,
    PMDL* MdlChain,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT DeviceObject)
{
    PAGED_CODE();
    if (Length == 0) {
        IoStatus->Status = STATUS_SUCCESS;
        IoStatus->Information = 0;
        return TRUE;
    }
    auto Header = static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
    volatile BOOLEAN Done = FALSE;
    FsRtlEnterFileSystem();
    ExAcquireResourceSharedLite(Header->Resource, TRUE);
    FsRtlIncrementCcFastMdlReadWait();
    if (MayGoFast(FileObject, Header, FileOffset, Length, LockKey, TRUE, IoStatus, DeviceObject)) {
        if (FileOffset->QuadPart >= Header->FileSize.QuadPart) {
            IoStatus->Status = STATUS_END_OF_FILE;
            IoStatus->Information = 0;
            Done = TRUE;
        } else {
            SetTopLevel(FSRTL_FAST_IO_TOP_LEVEL_IRP);
            __try {
                CcMdlRead(FileObject, FileOffset, Length, MdlChain, IoStatus);
                Done = TRUE;
            } __except (
                FsRtlIsNtstatusExpected(GetExceptionCode()) ? EXCEPTION_EXECUTE_HANDLER
                                                            : EXCEPTION_CONTINUE_SEARCH) {
                Done = FALSE;
            }
            SetTopLevel(0);
        }
    }
    ExReleaseResourceLite(Header->Resource);
    FsRtlExitFileSystem();
    return Done;
}

BOOLEAN NTAPI
FsRtlMdlReadCompleteDev(PFILE_OBJECT FileObject, PMDL MdlChain, PDEVICE_OBJECT DeviceObject)
{
    (void)DeviceObject;
    CcMdlReadComplete(FileObject, MdlChain);
    return TRUE;
}

BOOLEAN NTAPI FsRtlMdlReadComplete(PFILE_OBJECT FileObject, PMDL MdlChain)
{
    PFAST_IO_DISPATCH Dispatch = FastIoOf(FileObject);
    if (Dispatch != nullptr && Dispatch->MdlReadComplete != nullptr) {
        return Dispatch->MdlReadComplete(
            FileObject, MdlChain, IoGetRelatedDeviceObject(FileObject));
    }
    return FALSE;
}

BOOLEAN NTAPI FsRtlPrepareMdlWriteDev(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    ULONG LockKey,
    PMDL* MdlChain,
    PIO_STATUS_BLOCK IoStatus,
    PDEVICE_OBJECT DeviceObject)
{
    PAGED_CODE();
    auto Header = static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
    if ((FileObject->Flags & FO_WRITE_THROUGH) != 0
        || !CcCanIWrite(FileObject, Length, TRUE, FALSE)) {
        return FALSE;
    }
    volatile BOOLEAN Done = FALSE;
    FsRtlEnterFileSystem();
    ExAcquireResourceSharedLite(Header->Resource, TRUE);
    // Only within the valid data: an extension needs sizes changed, which the IRP path does.
    if (FileOffset->QuadPart >= 0
        && FileOffset->QuadPart + Length <= Header->ValidDataLength.QuadPart
        && MayGoFast(
            FileObject, Header, FileOffset, Length, LockKey, FALSE, IoStatus, DeviceObject)) {
        SetTopLevel(FSRTL_FAST_IO_TOP_LEVEL_IRP);
        __try {
            CcPrepareMdlWrite(FileObject, FileOffset, Length, MdlChain, IoStatus);
            Done = TRUE;
        } __except (
            FsRtlIsNtstatusExpected(GetExceptionCode()) ? EXCEPTION_EXECUTE_HANDLER
                                                        : EXCEPTION_CONTINUE_SEARCH) {
            Done = FALSE;
        }
        SetTopLevel(0);
    }
    ExReleaseResourceLite(Header->Resource);
    FsRtlExitFileSystem();
    return Done;
}

BOOLEAN NTAPI FsRtlMdlWriteCompleteDev(
    PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, PMDL MdlChain, PDEVICE_OBJECT DeviceObject)
{
    (void)DeviceObject;
    if ((FileObject->Flags & FO_WRITE_THROUGH) != 0) {
        return FALSE;
    }
    CcMdlWriteComplete(FileObject, FileOffset, MdlChain);
    return TRUE;
}

BOOLEAN NTAPI
FsRtlMdlWriteComplete(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, PMDL MdlChain)
{
    PFAST_IO_DISPATCH Dispatch = FastIoOf(FileObject);
    if (Dispatch != nullptr && Dispatch->MdlWriteComplete != nullptr) {
        return Dispatch->MdlWriteComplete(
            FileObject, FileOffset, MdlChain, IoGetRelatedDeviceObject(FileObject));
    }
    return FALSE;
}

/// Acquires a file exclusive for the creation of a section, as the memory manager does.
VOID NTAPI FsRtlAcquireFileExclusive(PFILE_OBJECT FileObject)
{
    PAGED_CODE();
    PFAST_IO_DISPATCH Dispatch = FastIoOf(FileObject);
    FsRtlEnterFileSystem();
    if (Dispatch != nullptr && Dispatch->AcquireFileForNtCreateSection != nullptr) {
        Dispatch->AcquireFileForNtCreateSection(FileObject);
        return;
    }
    auto Header = static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
    if (Header != nullptr && Header->Resource != nullptr) {
        ExAcquireResourceExclusiveLite(Header->Resource, TRUE);
    }
}

VOID NTAPI FsRtlReleaseFile(PFILE_OBJECT FileObject)
{
    PAGED_CODE();
    PFAST_IO_DISPATCH Dispatch = FastIoOf(FileObject);
    if (Dispatch != nullptr && Dispatch->ReleaseFileForNtCreateSection != nullptr) {
        Dispatch->ReleaseFileForNtCreateSection(FileObject);
    } else {
        auto Header = static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
        if (Header != nullptr && Header->Resource != nullptr) {
            ExReleaseResourceLite(Header->Resource);
        }
    }
    FsRtlExitFileSystem();
}

NTSTATUS FsRtlpAcquireFileForCcFlush(PFILE_OBJECT FileObject)
{
    PFAST_IO_DISPATCH Dispatch = FastIoOf(FileObject);
    FsRtlEnterFileSystem();
    if (Dispatch != nullptr
        && Dispatch->SizeOfFastIoDispatch
            >= RTL_SIZEOF_THROUGH_FIELD(FAST_IO_DISPATCH, ReleaseForCcFlush)
        && Dispatch->AcquireForCcFlush != nullptr) {
        const NTSTATUS Status
            = Dispatch->AcquireForCcFlush(FileObject, IoGetRelatedDeviceObject(FileObject));
        if (Status != STATUS_INVALID_DEVICE_REQUEST) {
            if (!NT_SUCCESS(Status)) {
                FsRtlExitFileSystem();
            }
            return Status;
        }
    }
    auto Header = static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
    if (Header != nullptr) {
        if (Header->Resource != nullptr) {
            // A holder of the exclusive lock gets it once more; everyone else shares.
            if (ExIsResourceAcquiredExclusiveLite(Header->Resource)) {
                ExAcquireResourceExclusiveLite(Header->Resource, TRUE);
            } else {
                ExAcquireResourceSharedLite(Header->Resource, TRUE);
            }
        }
        if (Header->PagingIoResource != nullptr) {
            ExAcquireResourceSharedLite(Header->PagingIoResource, TRUE);
        }
    }
    return STATUS_SUCCESS;
}

void FsRtlpReleaseFileForCcFlush(PFILE_OBJECT FileObject)
{
    PFAST_IO_DISPATCH Dispatch = FastIoOf(FileObject);
    if (Dispatch != nullptr
        && Dispatch->SizeOfFastIoDispatch
            >= RTL_SIZEOF_THROUGH_FIELD(FAST_IO_DISPATCH, ReleaseForCcFlush)
        && Dispatch->ReleaseForCcFlush != nullptr && Dispatch->AcquireForCcFlush != nullptr
        && Dispatch->ReleaseForCcFlush(FileObject, IoGetRelatedDeviceObject(FileObject))
            != STATUS_INVALID_DEVICE_REQUEST) {
        FsRtlExitFileSystem();
        return;
    }
    auto Header = static_cast<PFSRTL_COMMON_FCB_HEADER>(FileObject->FsContext);
    if (Header != nullptr) {
        if (Header->PagingIoResource != nullptr) {
            ExReleaseResourceLite(Header->PagingIoResource);
        }
        if (Header->Resource != nullptr) {
            ExReleaseResourceLite(Header->Resource);
        }
    }
    FsRtlExitFileSystem();
}

/// Size of a file: from its header when the file system keeps one, otherwise by
/// FileStandardInformation.
NTSTATUS NTAPI FsRtlGetFileSize(PFILE_OBJECT FileObject, PLARGE_INTEGER FileSize)
{
    PAGED_CODE();
    FILE_STANDARD_INFORMATION Standard;
    IO_STATUS_BLOCK IoStatus;
    PDEVICE_OBJECT Device = IoGetRelatedDeviceObject(FileObject);
    PFAST_IO_DISPATCH Dispatch = Device->DriverObject->FastIoDispatch;
    FsRtlEnterFileSystem();
    const bool Fast = Dispatch != nullptr && Dispatch->FastIoQueryStandardInfo != nullptr
        && Dispatch->FastIoQueryStandardInfo(FileObject, TRUE, &Standard, &IoStatus, Device);
    FsRtlExitFileSystem();
    NTSTATUS Status;
    if (Fast) {
        Status = IoStatus.Status;
    } else {
        ULONG Returned;
        Status = IoQueryFileInformation(
            FileObject, FileStandardInformation, sizeof(Standard), &Standard, &Returned);
    }
    if (NT_SUCCESS(Status)) {
        if (Standard.Directory) {
            return STATUS_FILE_IS_A_DIRECTORY;
        }
        *FileSize = Standard.EndOfFile;
    }
    return Status;
}

} // extern "C"
