// status.cpp - statuses a file system may let out, pool that raises, counters of the fast paths.
#include "../inc/fsrtlp.h"

extern "C" {

FSRTLP_COUNTERS FsRtlpCounters;
ULONG CcFastMdlReadWait;

/// FALSE for the statuses that mean a bug or a hardware fault, which a file system must not hide as
/// a mere failure.
BOOLEAN NTAPI FsRtlIsNtstatusExpected(NTSTATUS Ntstatus)
{
    switch (Ntstatus) {
    case STATUS_DATATYPE_MISALIGNMENT:
    case STATUS_ACCESS_VIOLATION:
    case STATUS_ILLEGAL_INSTRUCTION:
    case STATUS_INSTRUCTION_MISALIGNMENT:
        return FALSE;
    default:
        return TRUE;
    }
}

NTSTATUS NTAPI FsRtlNormalizeNtstatus(NTSTATUS Exception, NTSTATUS GenericException)
{
    return FsRtlIsNtstatusExpected(Exception) ? Exception : GenericException;
}

BOOLEAN NTAPI FsRtlIsTotalDeviceFailure(NTSTATUS Status)
{
    // Statuses that concern one request or one sector leave the rest of the device usable.
    if (NT_SUCCESS(Status)) {
        return FALSE;
    }
    switch (Status) {
    case STATUS_CRC_ERROR:
    case STATUS_DEVICE_DATA_ERROR:
        return FALSE;
    default:
        return TRUE;
    }
}

PVOID NTAPI FsRtlAllocatePoolWithTag(POOL_TYPE PoolType, ULONG NumberOfBytes, ULONG Tag)
{
    PVOID Block = ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
    if (Block == nullptr) {
        ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
    }
    return Block;
}

PVOID NTAPI FsRtlAllocatePool(POOL_TYPE PoolType, ULONG NumberOfBytes)
{
    return FsRtlAllocatePoolWithTag(PoolType, NumberOfBytes, 'trSF');
}

// Pool quotas are not kept, so none can be exceeded.
PVOID NTAPI FsRtlAllocatePoolWithQuota(POOL_TYPE PoolType, ULONG NumberOfBytes)
{
    return FsRtlAllocatePoolWithTag(PoolType, NumberOfBytes, 'trSF');
}

PVOID NTAPI FsRtlAllocatePoolWithQuotaTag(POOL_TYPE PoolType, ULONG NumberOfBytes, ULONG Tag)
{
    return FsRtlAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}

VOID NTAPI FsRtlIncrementCcFastReadNotPossible(VOID)
{
    ++FsRtlpCounters.FastReadNotPossible;
}

VOID NTAPI FsRtlIncrementCcFastReadWait(VOID)
{
    ++FsRtlpCounters.FastReadWait;
}

VOID NTAPI FsRtlIncrementCcFastReadNoWait(VOID)
{
    ++FsRtlpCounters.FastReadNoWait;
}

VOID NTAPI FsRtlIncrementCcFastReadResourceMiss(VOID)
{
    ++FsRtlpCounters.FastReadResourceMiss;
}

VOID NTAPI FsRtlIncrementCcFastMdlReadWait(VOID)
{
    ++FsRtlpCounters.FastMdlReadWait;
    ++CcFastMdlReadWait;
}

/// Checks a reparse point's buffer before it is stored or believed.
///
/// Errors   STATUS_IO_REPARSE_DATA_INVALID, STATUS_IO_REPARSE_TAG_INVALID
NTSTATUS NTAPI
FsRtlValidateReparsePointBuffer(ULONG BufferLength, PREPARSE_DATA_BUFFER ReparseBuffer)
{
    if (BufferLength < REPARSE_DATA_BUFFER_HEADER_SIZE
        || BufferLength > MAXIMUM_REPARSE_DATA_BUFFER_SIZE) {
        return STATUS_IO_REPARSE_DATA_INVALID;
    }
    const ULONG DataLength = ReparseBuffer->ReparseDataLength;
    const bool Microsoft = IsReparseTagMicrosoft(ReparseBuffer->ReparseTag) != 0;
    if (Microsoft ? BufferLength != REPARSE_DATA_BUFFER_HEADER_SIZE + DataLength
                  : BufferLength != REPARSE_GUID_DATA_BUFFER_HEADER_SIZE + DataLength) {
        return STATUS_IO_REPARSE_DATA_INVALID;
    }
    if (!IsReparseTagValid(ReparseBuffer->ReparseTag)) {
        return STATUS_IO_REPARSE_TAG_INVALID;
    }
    // The two tags the I/O manager itself follows hold names whose place must lie inside the data.
    ULONG NamesOffset = 0;
    if (ReparseBuffer->ReparseTag == IO_REPARSE_TAG_SYMLINK) {
        NamesOffset = FIELD_OFFSET(REPARSE_DATA_BUFFER, SymbolicLinkReparseBuffer.PathBuffer)
            - REPARSE_DATA_BUFFER_HEADER_SIZE;
    } else if (ReparseBuffer->ReparseTag == IO_REPARSE_TAG_MOUNT_POINT) {
        NamesOffset = FIELD_OFFSET(REPARSE_DATA_BUFFER, MountPointReparseBuffer.PathBuffer)
            - REPARSE_DATA_BUFFER_HEADER_SIZE;
    } else {
        return STATUS_SUCCESS;
    }
    if (DataLength < NamesOffset) {
        return STATUS_IO_REPARSE_DATA_INVALID;
    }
    const ULONG Space = DataLength - NamesOffset;
    const auto& Names
        = ReparseBuffer->MountPointReparseBuffer; // both kinds begin with the same four fields
    const ULONG Ends[2]
        = { static_cast<ULONG>(Names.SubstituteNameOffset) + Names.SubstituteNameLength,
            static_cast<ULONG>(Names.PrintNameOffset) + Names.PrintNameLength };
    if (Ends[0] > Space || Ends[1] > Space
        || ((Names.SubstituteNameOffset | Names.SubstituteNameLength | Names.PrintNameOffset
             | Names.PrintNameLength)
            & 1)
            != 0) {
        return STATUS_IO_REPARSE_DATA_INVALID;
    }
    return STATUS_SUCCESS;
}

LOGICAL NTAPI FsRtlIsPagingFile(PFILE_OBJECT FileObject)
{
    (void)FileObject;
    return FALSE; // the emulated machine has none
}

NTSTATUS NTAPI FsRtlBalanceReads(PDEVICE_OBJECT TargetDevice)
{
    (void)TargetDevice;
    return STATUS_INVALID_DEVICE_REQUEST; // no mirrored volumes
}

PERESOURCE NTAPI FsRtlAllocateResource(VOID)
{
    PERESOURCE Resource = static_cast<PERESOURCE>(
        FsRtlAllocatePoolWithTag(NonPagedPool, sizeof(ERESOURCE), 'rrSF'));
    ExInitializeResourceLite(Resource);
    return Resource;
}

BOOLEAN NTAPI FsRtlAreVolumeStartupApplicationsComplete(VOID)
{
    return TRUE;
}

NTSTATUS FsRtlInitSystem(void)
{
    RtlZeroMemory(&FsRtlpCounters, sizeof(FsRtlpCounters));
    CcFastMdlReadWait = 0;
    FsRtlpInitContexts();
    return STATUS_SUCCESS;
}

void FsRtlShutdownSystem(void) { }

} // extern "C"
