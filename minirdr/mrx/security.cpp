// security.cpp - security descriptors and extended attributes.
#include "minirdr/mrx/minirdr.h"

namespace {
// [MS-FSCC] 2.4.15: the index of the first attribute to return may precede the list; 1 stands for
// the first.
constexpr ULONG SL_EA_RESTART = 0x00000001;
constexpr ULONG SL_EA_SINGLE = 0x00000002;
constexpr ULONG SL_EA_INDEX = 0x00000004;
}

NTSTATUS NTAPI MinirdrQuerySdInfo(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    ULONG Bytes = static_cast<ULONG>(RxContext->Info.LengthRemaining);
    Status = Smb2QueryFileInfo(
        Open->Tree, Open->FileId, SMB2_0_INFO_SECURITY, 0,
        RxContext->QuerySecurity.SecurityInformation, nullptr, 0, RxContext->Info.Buffer, &Bytes);
    if (NT_SUCCESS(Status))
        RxContext->Info.LengthRemaining -= static_cast<LONG>(Bytes);
    RxContext->InformationToReturn
        = Bytes; // also the size that would do, with STATUS_BUFFER_TOO_SMALL
    // The I/O manager's word for "call again with this much".
    return Status == STATUS_BUFFER_TOO_SMALL ? STATUS_BUFFER_OVERFLOW : MinirdrMapIoStatus(Status);
}

NTSTATUS NTAPI MinirdrSetSdInfo(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    PSECURITY_DESCRIPTOR Given = RxContext->SetSecurity.SecurityDescriptor;
    ULONG Bytes = 0;
    // The wire wants one stretch of memory.
    Status = RtlAbsoluteToSelfRelativeSD(Given, nullptr, &Bytes);
    PVOID Relative = nullptr;
    if (Status == STATUS_BUFFER_TOO_SMALL) {
        Relative = MinirdrAllocate(Bytes);
        if (!Relative)
            return STATUS_INSUFFICIENT_RESOURCES;
        Status = RtlAbsoluteToSelfRelativeSD(Given, Relative, &Bytes);
        Given = Relative;
    } else {
        // STATUS_BAD_DESCRIPTOR_FORMAT: it is self-relative already.
        Bytes = RtlLengthSecurityDescriptor(Given);
        Status = STATUS_SUCCESS;
    }
    if (NT_SUCCESS(Status))
        Status = Smb2SetFileInfo(
            Open->Tree, Open->FileId, SMB2_0_INFO_SECURITY, 0,
            RxContext->SetSecurity.SecurityInformation, Given, Bytes);
    MinirdrFree(Relative);
    return MinirdrMapIoStatus(Status);
}

NTSTATUS NTAPI MinirdrQueryEaInfo(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    ULONG Flags = 0;
    if (RxContext->QueryEa.RestartScan)
        Flags |= SL_EA_RESTART;
    if (RxContext->QueryEa.ReturnSingleEntry)
        Flags |= SL_EA_SINGLE;
    if (RxContext->QueryEa.IndexSpecified)
        Flags |= SL_EA_INDEX;
    ULONG Bytes = static_cast<ULONG>(RxContext->Info.LengthRemaining);
    Status = Smb2QueryFileInfo(
        Open->Tree, Open->FileId, SMB2_0_INFO_FILE,
        15, // FileFullEaInformation, which ntifs.h does not name
        RxContext->QueryEa.IndexSpecified ? RxContext->QueryEa.UserEaIndex : 0,
        RxContext->QueryEa.UserEaList,
        RxContext->QueryEa.UserEaList ? RxContext->QueryEa.UserEaListLength : 0,
        RxContext->Info.Buffer, &Bytes, Flags);
    if (NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW)
        RxContext->Info.LengthRemaining -= static_cast<LONG>(Bytes);
    else if (Status == STATUS_BUFFER_TOO_SMALL)
        RxContext->InformationToReturn = Bytes;
    return MinirdrMapIoStatus(Status);
}

NTSTATUS NTAPI MinirdrSetEaInfo(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    MINIRDR_SRVOPEN* Open;
    const NTSTATUS Status = MinirdrGetHandle(RxContext, &Open);
    if (!NT_SUCCESS(Status))
        return Status;
    return MinirdrMapIoStatus(Smb2SetFileInfo(
        Open->Tree, Open->FileId, SMB2_0_INFO_FILE, 15, 0, RxContext->Info.Buffer,
        static_cast<ULONG>(RxContext->Info.LengthRemaining)));
}
