// iovolume.cpp - NtQueryVolumeInformationFile, NtSetVolumeInformationFile, NtFlushBuffersFile,
// extended attributes and quotas.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/io/iopriv.h"
#include "engine/ntos/io/iotables.h"

namespace {

NTSTATUS IopQueryVolume(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    FS_INFORMATION_CLASS Class)
{
    IOP_REQUEST Request;
    const IOP_CLASS* Entry = IopVolumeClass(Class, FALSE);

    if (Entry == nullptr) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < Entry->Length) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    NTSTATUS Status = ObpProbeForWrite(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, Entry->Access, nullptr, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    DEVICE_TYPE DeviceType = Request.FileObject->DeviceObject->DeviceType;
    if (Class == FileFsDeviceInformation && DeviceType != FILE_DEVICE_NETWORK
        && DeviceType != FILE_DEVICE_NETWORK_FILE_SYSTEM
        && DeviceType != FILE_DEVICE_MULTI_UNC_PROVIDER) {
        // A local device is described by its device object; what is behind a network device only
        // the redirector knows.
        IO_STATUS_BLOCK IoStatus {};
        auto* Device = static_cast<PFILE_FS_DEVICE_INFORMATION>(Buffer);
        Device->DeviceType = DeviceType;
        Device->Characteristics = Request.FileObject->DeviceObject->Characteristics;
        IoStatus.Information = sizeof(*Device);
        return IopDone(&Request, &IoStatus);
    }
    Status = IopBuildRequest(&Request, IRP_MJ_QUERY_VOLUME_INFORMATION, TRUE);
    if (NT_SUCCESS(Status)) {
        Status = IopAttachSystemBuffer(Request.Irp, nullptr, 0, Length);
    }
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    Request.Irp->UserBuffer = Buffer;
    Request.Irp->Flags |= IRP_INPUT_OPERATION;
    Request.IrpSp->Parameters.QueryVolume.Length = Length;
    Request.IrpSp->Parameters.QueryVolume.FsInformationClass = Class;
    return IopSend(&Request);
}

NTSTATUS IopSetVolume(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    FS_INFORMATION_CLASS Class)
{
    IOP_REQUEST Request;
    const IOP_CLASS* Entry = IopVolumeClass(Class, TRUE);

    if (Entry == nullptr) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Length < Entry->Length) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    NTSTATUS Status = ObpProbeForRead(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, Entry->Access, nullptr, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    Status = IopBuildRequest(&Request, IRP_MJ_SET_VOLUME_INFORMATION, TRUE);
    if (NT_SUCCESS(Status)) {
        Status = IopAttachSystemBuffer(Request.Irp, Buffer, Length, Length);
    }
    if (!NT_SUCCESS(Status)) {
        return IopFail(&Request, Status);
    }
    Request.IrpSp->Parameters.SetVolume.Length = Length;
    Request.IrpSp->Parameters.SetVolume.FsInformationClass = Class;
    return IopSend(&Request);
}

NTSTATUS IopFlush(KPROCESSOR_MODE Mode, HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    IOP_REQUEST Request;

    NTSTATUS Status = IopBegin(&Request, Mode, FileHandle, 0, nullptr, IoStatusBlock);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Mode != KernelMode
        && (Request.HandleInformation.GrantedAccess & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == 0) {
        return IopFail(&Request, STATUS_ACCESS_DENIED);
    }
    Status = IopLock(&Request);
    if (Status == STATUS_SUCCESS) {
        Status = IopBuildRequest(&Request, IRP_MJ_FLUSH_BUFFERS, TRUE);
    }
    return Status == STATUS_SUCCESS ? IopSend(&Request) : IopFail(&Request, Status);
}

// EA and quota buffers follow the device's kind of buffering, like data.
NTSTATUS IopQueryEa(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    PVOID EaList,
    ULONG EaListLength,
    PULONG EaIndex,
    BOOLEAN RestartScan)
{
    IOP_REQUEST Request;
    ULONG Index = 0;

    NTSTATUS Status = ObpProbeForWrite(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status) && EaIndex != nullptr) {
        Status = ObpProbeForRead(Mode, EaIndex, sizeof(ULONG), alignof(ULONG));
        Index = NT_SUCCESS(Status) ? *EaIndex : 0;
    }
    if (NT_SUCCESS(Status) && EaList != nullptr) {
        Status = ObpProbeForRead(Mode, EaList, EaListLength, alignof(ULONG));
    }
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, FILE_READ_EA, nullptr, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status == STATUS_SUCCESS) {
        Status = IopBuildRequest(&Request, IRP_MJ_QUERY_EA, TRUE);
    }
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    if (EaList != nullptr && EaListLength != 0) {
        PVOID Copy = ExAllocatePoolWithTag(NonPagedPool, EaListLength, IOP_TAG_BUFFER);
        if (Copy == nullptr) {
            return IopFail(&Request, STATUS_INSUFFICIENT_RESOURCES);
        }
        RtlCopyMemory(Copy, EaList, EaListLength);
        IopIrpHeader(Request.Irp)->Attached = Copy;
        Request.IrpSp->Parameters.QueryEa.EaList = Copy;
        Request.IrpSp->Parameters.QueryEa.EaListLength = EaListLength;
    }
    Request.IrpSp->Parameters.QueryEa.Length = Length;
    Request.IrpSp->Parameters.QueryEa.EaIndex = Index;
    Request.IrpSp->Flags = static_cast<UCHAR>(
        (RestartScan ? SL_RESTART_SCAN : 0) | (ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0)
        | (EaIndex != nullptr ? SL_INDEX_SPECIFIED : 0));
    Status = IopAttachTransfer(&Request, Buffer, Length, FALSE);
    return NT_SUCCESS(Status) ? IopSend(&Request) : IopFail(&Request, Status);
}

NTSTATUS IopSetEa(
    KPROCESSOR_MODE Mode,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length)
{
    IOP_REQUEST Request;
    ULONG ErrorOffset = 0;

    NTSTATUS Status = ObpProbeForRead(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(&Request, Mode, FileHandle, FILE_WRITE_EA, nullptr, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status == STATUS_SUCCESS) {
        Status = IopBuildRequest(&Request, IRP_MJ_SET_EA, TRUE);
    }
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    Status = Length != 0 ? IoCheckEaBufferValidity(
                 static_cast<PFILE_FULL_EA_INFORMATION>(Buffer), Length, &ErrorOffset)
                         : STATUS_SUCCESS;
    if (!NT_SUCCESS(Status)) {
        IoStatusBlock->Status = Status;
        IoStatusBlock->Information = ErrorOffset;
        return IopFail(&Request, Status);
    }
    Request.IrpSp->Parameters.SetEa.Length = Length;
    Status = IopAttachTransfer(&Request, Buffer, Length, TRUE);
    return NT_SUCCESS(Status) ? IopSend(&Request) : IopFail(&Request, Status);
}

NTSTATUS IopQuota(
    KPROCESSOR_MODE Mode,
    UCHAR MajorFunction,
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    PVOID SidList,
    ULONG SidListLength,
    PSID StartSid,
    BOOLEAN RestartScan)
{
    IOP_REQUEST Request;
    BOOLEAN Set = MajorFunction == IRP_MJ_SET_QUOTA;
    ULONG ErrorOffset = 0;

    NTSTATUS Status = Set ? ObpProbeForRead(Mode, Buffer, Length, alignof(ULONG))
                          : ObpProbeForWrite(Mode, Buffer, Length, alignof(ULONG));
    if (NT_SUCCESS(Status) && SidList != nullptr) {
        Status = ObpProbeForRead(Mode, SidList, SidListLength, alignof(ULONG));
    }
    if (NT_SUCCESS(Status)) {
        Status = IopBegin(
            &Request, Mode, FileHandle, Set ? FILE_WRITE_DATA : 0, nullptr, IoStatusBlock);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopLock(&Request);
    if (Status == STATUS_SUCCESS && Set && Length != 0) {
        Status = IoCheckQuotaBufferValidity(
            static_cast<PFILE_QUOTA_INFORMATION>(Buffer), Length, &ErrorOffset);
        if (!NT_SUCCESS(Status)) {
            IoStatusBlock->Status = Status;
            IoStatusBlock->Information = ErrorOffset;
        }
    }
    if (Status == STATUS_SUCCESS) {
        Status = IopBuildRequest(&Request, MajorFunction, TRUE);
    }
    if (Status != STATUS_SUCCESS) {
        return IopFail(&Request, Status);
    }
    Request.IrpSp->Parameters.QueryQuota.Length = Length; // SetQuota begins alike
    if (!Set) {
        ULONG SidBytes = StartSid != nullptr ? RtlLengthSid(StartSid) : 0;
        if (SidListLength + SidBytes != 0) {
            auto* Copy = static_cast<PUCHAR>(
                ExAllocatePoolWithTag(NonPagedPool, SidListLength + SidBytes, IOP_TAG_BUFFER));
            if (Copy == nullptr) {
                return IopFail(&Request, STATUS_INSUFFICIENT_RESOURCES);
            }
            RtlCopyMemory(Copy, SidList, SidListLength);
            RtlCopyMemory(Copy + SidListLength, StartSid, SidBytes);
            IopIrpHeader(Request.Irp)->Attached = Copy;
            if (SidListLength != 0) {
                Request.IrpSp->Parameters.QueryQuota.SidList
                    = reinterpret_cast<PFILE_GET_QUOTA_INFORMATION>(Copy);
                Request.IrpSp->Parameters.QueryQuota.SidListLength = SidListLength;
            }
            Request.IrpSp->Parameters.QueryQuota.StartSid
                = SidBytes != 0 ? Copy + SidListLength : nullptr;
        }
        Request.IrpSp->Flags = static_cast<UCHAR>(
            (RestartScan ? SL_RESTART_SCAN : 0) | (ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0));
    }
    Status = IopAttachTransfer(&Request, Buffer, Length, Set);
    return NT_SUCCESS(Status) ? IopSend(&Request) : IopFail(&Request, Status);
}

} // namespace

extern "C" {

NTSTATUS NTAPI NtQueryVolumeInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FsInformation,
    ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    NT_SYSTEM_CALL(QueryVolumeInformationFile);
    return Call.Leave(
        IopQueryVolume(
            Call.Mode(), FileHandle, IoStatusBlock, FsInformation, Length, FsInformationClass),
        static_cast<ULONG_PTR>(FsInformationClass));
}

NTSTATUS NTAPI ZwQueryVolumeInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FsInformation,
    ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    ZwScope Scope;
    return NtQueryVolumeInformationFile(
        FileHandle, IoStatusBlock, FsInformation, Length, FsInformationClass);
}

NTSTATUS NTAPI NtSetVolumeInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FsInformation,
    ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    NT_SYSTEM_CALL(SetVolumeInformationFile);
    return Call.Leave(
        IopSetVolume(
            Call.Mode(), FileHandle, IoStatusBlock, FsInformation, Length, FsInformationClass),
        static_cast<ULONG_PTR>(FsInformationClass));
}

NTSTATUS NTAPI ZwSetVolumeInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID FsInformation,
    ULONG Length,
    FS_INFORMATION_CLASS FsInformationClass)
{
    ZwScope Scope;
    return NtSetVolumeInformationFile(
        FileHandle, IoStatusBlock, FsInformation, Length, FsInformationClass);
}

NTSTATUS NTAPI NtFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    NT_SYSTEM_CALL(FlushBuffersFile);
    return Call.Leave(IopFlush(Call.Mode(), FileHandle, IoStatusBlock));
}

NTSTATUS NTAPI ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    ZwScope Scope;
    return NtFlushBuffersFile(FileHandle, IoStatusBlock);
}

NTSTATUS NTAPI NtQueryEaFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    PVOID EaList,
    ULONG EaListLength,
    PULONG EaIndex,
    BOOLEAN RestartScan)
{
    NT_SYSTEM_CALL(QueryEaFile);
    return Call.Leave(IopQueryEa(
        Call.Mode(), FileHandle, IoStatusBlock, Buffer, Length, ReturnSingleEntry, EaList,
        EaListLength, EaIndex, RestartScan));
}

NTSTATUS NTAPI ZwQueryEaFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    PVOID EaList,
    ULONG EaListLength,
    PULONG EaIndex,
    BOOLEAN RestartScan)
{
    ZwScope Scope;
    return NtQueryEaFile(
        FileHandle, IoStatusBlock, Buffer, Length, ReturnSingleEntry, EaList, EaListLength, EaIndex,
        RestartScan);
}

NTSTATUS NTAPI
NtSetEaFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length)
{
    NT_SYSTEM_CALL(SetEaFile);
    return Call.Leave(IopSetEa(Call.Mode(), FileHandle, IoStatusBlock, Buffer, Length));
}

NTSTATUS NTAPI
ZwSetEaFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length)
{
    ZwScope Scope;
    return NtSetEaFile(FileHandle, IoStatusBlock, Buffer, Length);
}

NTSTATUS NTAPI NtQueryQuotaInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    PVOID SidList,
    ULONG SidListLength,
    PSID StartSid,
    BOOLEAN RestartScan)
{
    NT_SYSTEM_CALL(QueryQuotaInformationFile);
    return Call.Leave(IopQuota(
        Call.Mode(), IRP_MJ_QUERY_QUOTA, FileHandle, IoStatusBlock, Buffer, Length,
        ReturnSingleEntry, SidList, SidListLength, StartSid, RestartScan));
}

NTSTATUS NTAPI ZwQueryQuotaInformationFile(
    HANDLE FileHandle,
    PIO_STATUS_BLOCK IoStatusBlock,
    PVOID Buffer,
    ULONG Length,
    BOOLEAN ReturnSingleEntry,
    PVOID SidList,
    ULONG SidListLength,
    PSID StartSid,
    BOOLEAN RestartScan)
{
    ZwScope Scope;
    return NtQueryQuotaInformationFile(
        FileHandle, IoStatusBlock, Buffer, Length, ReturnSingleEntry, SidList, SidListLength,
        StartSid, RestartScan);
}

NTSTATUS NTAPI NtSetQuotaInformationFile(
    HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length)
{
    NT_SYSTEM_CALL(SetQuotaInformationFile);
    return Call.Leave(IopQuota(
        Call.Mode(), IRP_MJ_SET_QUOTA, FileHandle, IoStatusBlock, Buffer, Length, FALSE, nullptr, 0,
        nullptr, FALSE));
}

NTSTATUS NTAPI ZwSetQuotaInformationFile(
    HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length)
{
    ZwScope Scope;
    return NtSetQuotaInformationFile(FileHandle, IoStatusBlock, Buffer, Length);
}

} // extern "C"
