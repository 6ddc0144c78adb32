// create.cpp - MRxCreate, collapsing, MRxIsValidDirectory.
//
// RDBSS holds the FCB exclusively, so opens of one file come one at a time. Every open asks for the
// FCB's lease by the same key: a second open of ours therefore never breaks the first, which would
// deadlock on the FCB while its CREATE waits.
#include "minirdr/mrx/minirdr.h"

namespace {
// Options that are the client's own business ([MS-SMB2] 2.2.13 tells the server to ignore or refuse
// them).
constexpr ULONG OptionsKeptHere = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT
    | FILE_CREATE_TREE_CONNECTION | FILE_COMPLETE_IF_OPLOCKED | FILE_RESERVE_OPFILTER;

constexpr ULONG DataAccess = FILE_READ_DATA | FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_EXECUTE
    | GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL | MAXIMUM_ALLOWED;
constexpr ULONG AccessToRead = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL | MAXIMUM_ALLOWED;

VOID FillParameters(PRX_CONTEXT RxContext, SMB2_CREATE_PARAMETERS* Parameters)
{
    const NT_CREATE_PARAMETERS* Wanted = &RxContext->Create.NtCreateParameters;
    RtlZeroMemory(Parameters, sizeof *Parameters);
    Parameters->Name = MinirdrServerName(
        GET_ALREADY_PREFIXED_NAME(RxContext->pRelevantSrvOpen, RxContext->pFcb));
    Parameters->DesiredAccess = Wanted->DesiredAccess;
    Parameters->FileAttributes
        = Wanted->FileAttributes & ~static_cast<ULONG>(FILE_ATTRIBUTE_DIRECTORY);
    Parameters->ShareAccess = Wanted->ShareAccess;
    Parameters->Disposition = Wanted->Disposition;
    Parameters->Options = Wanted->CreateOptions & ~OptionsKeptHere;
    Parameters->ImpersonationLevel = static_cast<ULONG>(Wanted->ImpersonationLevel);
    Parameters->EaBuffer = RxContext->Create.EaBuffer;
    Parameters->EaBytes = RxContext->Create.EaBuffer ? RxContext->Create.EaLength : 0;
    PIO_SECURITY_CONTEXT Security = Wanted->SecurityContext;
    if (Security && Security->AccessState && Security->AccessState->SecurityDescriptor
        && Wanted->Disposition != FILE_OPEN && Wanted->Disposition != FILE_OVERWRITE) {
        const auto* Descriptor
            = static_cast<const SECURITY_DESCRIPTOR*>(Security->AccessState->SecurityDescriptor);
        if (Descriptor->Control & SE_SELF_RELATIVE) {
            Parameters->SecurityDescriptor = Descriptor;
            Parameters->SecurityDescriptorBytes
                = RtlLengthSecurityDescriptor(Security->AccessState->SecurityDescriptor);
        }
    }
}

// Times, sizes and type of the file, as the server just told them.
VOID InitializeFcb(PRX_CONTEXT RxContext, const SMB2_CREATE_RESULT* Result, BOOLEAN Directory)
{
    PMRX_FCB Fcb = RxContext->pFcb;
    const BOOLEAN FirstOpen = !(Fcb->FcbState & FCB_STATE_TIME_AND_SIZE_ALREADY_SET);
    const BOOLEAN Overwritten
        = Result->CreateAction == FILE_OVERWRITTEN || Result->CreateAction == FILE_SUPERSEDED;
    LARGE_INTEGER Allocation;
    LARGE_INTEGER Size;
    Allocation.QuadPart = Result->Info.AllocationSize;
    Size.QuadPart = Result->Info.EndOfFile;
    if (FirstOpen) {
        ULONG Attributes = Result->Info.FileAttributes;
        ULONG Links = 1;
        LARGE_INTEGER Times[4];
        Times[0].QuadPart = Result->Info.CreationTime;
        Times[1].QuadPart = Result->Info.LastAccessTime;
        Times[2].QuadPart = Result->Info.LastWriteTime;
        Times[3].QuadPart = Result->Info.ChangeTime;
        FCB_INIT_PACKET Packet;
        RxFormInitPacket(
            Packet, &Attributes, &Links, &Times[0], &Times[1], &Times[2], &Times[3], &Allocation,
            &Size, &Size);
        RxFinishFcbInitialization(
            Fcb,
            static_cast<RX_FILE_TYPE>(
                Directory ? RDBSS_STORAGE_NTC(FileTypeDirectory) : RDBSS_STORAGE_NTC(FileTypeFile)),
            &Packet);
    } else if (
        !Overwritten
        && !(
            Fcb->FcbState & (FCB_STATE_FILESIZECACHEING_ENABLED | FCB_STATE_READCACHING_ENABLED))) {
        // Nobody caches, so what the server says now is newer than what an earlier open was told.
        // (After an overwrite RDBSS sets the sizes itself.)
        Fcb->Header.AllocationSize = Allocation;
        Fcb->Header.FileSize = Size;
        Fcb->Header.ValidDataLength = Size;
    }
}

NTSTATUS CreateOnTree(
    PRX_CONTEXT RxContext, SMB2_TREE* Tree, MINIRDR_SRVOPEN* Open, SMB2_CREATE_RESULT* Result)
{
    SMB2_CREATE_PARAMETERS Parameters;
    FillParameters(RxContext, &Parameters);
    const SMB2_CONNECTION* Connection = Tree->Session->Connection;
    const BOOLEAN MayLease = Connection->Config.Leases && Connection->Dialect >= SMB2_DIALECT_210
        && (Connection->ServerCapabilities & SMB2_GLOBAL_CAP_LEASING)
        && Tree->ShareType == SMB2_SHARE_TYPE_DISK && !(Parameters.Options & FILE_DIRECTORY_FILE)
        && (Parameters.DesiredAccess & DataAccess);
    if (MayLease && NT_SUCCESS(MinirdrPrepareLease(RxContext, Open))) {
        Parameters.OplockLevel = SMB2_OPLOCK_LEVEL_LEASE;
        Parameters.LeaseKey = Open->Lease->Key;
        Parameters.LeaseState
            = SMB2_LEASE_READ_CACHING | SMB2_LEASE_HANDLE_CACHING | SMB2_LEASE_WRITE_CACHING;
    }
    return Smb2CreateFile(Tree, &Parameters, Result);
}
}

NTSTATUS NTAPI MinirdrCreate(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    PMRX_SRV_OPEN SrvOpen = RxContext->pRelevantSrvOpen;
    MINIRDR_SRVOPEN* Open = SrvOpenExtension(SrvOpen);
    RtlZeroMemory(Open, sizeof *Open);
    InitializeListHead(&Open->LeaseLinks);

    SMB2_CREATE_RESULT Result;
    SMB2_TREE* Tree = nullptr;
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    for (ULONG Attempt = 0; Attempt < 2; ++Attempt) {
        // A server that forgot us gets one more try on a fresh session.
        Status = MinirdrGetTree(SrvOpen->pVNetRoot, &Tree);
        if (!NT_SUCCESS(Status)) {
            Status = MinirdrMapTreeStatus(Status);
            Tree = nullptr;
            break;
        }
        Status = CreateOnTree(RxContext, Tree, Open, &Result);
        if (NT_SUCCESS(Status))
            break;
        MinirdrForgetLease(SrvOpen);
        Smb2DereferenceTree(Tree);
        Tree = nullptr;
        if (!MinirdrTreeWasLost(Status))
            break;
    }
    if (!NT_SUCCESS(Status))
        return MinirdrMapIoStatus(Status);

    const BOOLEAN Directory = (Result.Info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    Open->Tree = Tree; // the reference moves
    Open->FileId = Result.FileId;
    Open->IsOpen = TRUE;
    Open->WasDirectory = Directory;
    // Write-behind and caching reads need to read what surrounds the caller's bytes, with a handle
    // that may.
    if (!(RxContext->Create.NtCreateParameters.DesiredAccess & AccessToRead))
        SrvOpen->Flags |= SRVOPEN_FLAG_DONTUSE_READ_CACHING | SRVOPEN_FLAG_DONTUSE_WRITE_CACHING;
    MinirdrAdoptLease(RxContext, Open, &Result);
    InitializeFcb(RxContext, &Result, Directory);
    RxContext->pFobx = RxCreateNetFobx(RxContext, SrvOpen);
    if (!RxContext->pFobx) {
        MinirdrForceClosed(SrvOpen);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RxContext->Create.ReturnedCreateInformation = Result.CreateAction;
    RxContext->CurrentIrp->IoStatus.Information = Result.CreateAction;
    return STATUS_SUCCESS;
}

/// A handle may serve one more file object while the server lets us keep it (handle caching): RDBSS
/// has compared access and share modes already.
NTSTATUS NTAPI MinirdrShouldTryToCollapseThisOpen(PRX_CONTEXT RxContext)
{
    PMRX_SRV_OPEN SrvOpen = RxContext->pRelevantSrvOpen;
    if (!SrvOpen)
        return STATUS_MORE_PROCESSING_REQUIRED;
    const MINIRDR_SRVOPEN* Open = SrvOpenExtension(SrvOpen);
    const BOOLEAN MayShare = Open->IsOpen && !Open->WasDirectory && Smb2TreeIsAlive(Open->Tree)
        && (RxContext->pFcb->FcbState & FCB_STATE_COLLAPSING_ENABLED)
        && RxContext->Create.EaLength == 0;
    return MayShare ? STATUS_SUCCESS : STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS NTAPI MinirdrCollapseOpen(PRX_CONTEXT RxContext)
{
    PMRX_SRV_OPEN SrvOpen = RxContext->pRelevantSrvOpen;
    RxContext->pFobx = RxCreateNetFobx(RxContext, SrvOpen);
    if (!RxContext->pFobx)
        return STATUS_INSUFFICIENT_RESOURCES;
    RxContext->Create.ReturnedCreateInformation = FILE_OPENED;
    RxContext->CurrentIrp->IoStatus.Information = FILE_OPENED;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MinirdrIsValidDirectory(PRX_CONTEXT RxContext, PUNICODE_STRING DirectoryName)
{
    PAGED_CODE();
    SMB2_TREE* Tree;
    NTSTATUS Status = MinirdrGetTree(RxContext->Create.pVNetRoot, &Tree);
    if (!NT_SUCCESS(Status))
        return MinirdrMapTreeStatus(Status);
    SMB2_CREATE_PARAMETERS Parameters = {};
    Parameters.Name = MinirdrServerName(DirectoryName);
    Parameters.DesiredAccess = FILE_READ_ATTRIBUTES;
    Parameters.ShareAccess = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    Parameters.Disposition = FILE_OPEN;
    Parameters.Options = FILE_DIRECTORY_FILE;
    Parameters.ImpersonationLevel = SecurityImpersonation;
    SMB2_CREATE_RESULT Result;
    Status = Smb2CreateFile(Tree, &Parameters, &Result);
    if (NT_SUCCESS(Status))
        Smb2CloseFile(Tree, Result.FileId);
    Smb2DereferenceTree(Tree);
    return NT_SUCCESS(Status) ? STATUS_SUCCESS : STATUS_BAD_NETWORK_PATH;
}
