// IRP_MJ_CREATE.
//
//      no name, no related file                  a handle on the device itself (device FCB)
//      FILE_CREATE_TREE_CONNECTION               a connection: FsContext = device FCB, FsContext2 =
//      V_NET_ROOT SL_OPEN_TARGET_DIRECTORY                  the target of a rename: an FCB that no
//      server knows of everything else                           V_NET_ROOT -> FCB -> collapse or
//      MRxCreate (opens.cpp)
//
// The FCB is held exclusive from the moment it is found until the open is linked or undone.
#include "calldown.h"

namespace {

NTSTATUS RxpOpenDevice(PRX_CONTEXT RxContext, PIRP Irp)
{
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    FileObject->FsContext = &RxDeviceFCB;
    FileObject->FsContext2 = nullptr;
    RxpIncrement(&RxDeviceFCB.NodeReferenceCount);
    InterlockedIncrement((volatile LONG*)&RxDeviceFCB.OpenCount);
    Irp->IoStatus.Information = FILE_OPENED;
    return STATUS_SUCCESS;
}

NTSTATUS RxCreateTreeConnect(PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING RemainingName)
{
    PV_NET_ROOT VNetRoot = RxpVNetRoot(RxContext->Create.pVNetRoot);
    PUNICODE_STRING Directory = RemainingName->Length != 0 ? RemainingName : &VNetRoot->NamePrefix;
    if (Directory->Length != 0) {
        auto Slot = RXP_SLOT(RxContext->RxDeviceObject, MRxIsValidDirectory);
        NTSTATUS Status
            = RxpCalldown(RxContext, "MRxIsValidDirectory", VNetRoot, Slot, RxContext, Directory);
        if (Slot != nullptr && Status != STATUS_SUCCESS) {
            return Status;
        }
    }
    // A connection stays until it is deleted, also when the handle that made it is closed.
    if (InterlockedCompareExchange(&VNetRoot->AdditionalReferenceForDeleteFsctlTaken, 1, 0) == 0) {
        RxpReference(VNetRoot, "explicit connection");
    }
    VNetRoot->IsExplicitConnection = TRUE;
    InterlockedIncrement((volatile LONG*)&VNetRoot->NumberOfOpens);
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    FileObject->FsContext = &RxDeviceFCB;
    FileObject->FsContext2 = VNetRoot;
    RxpIncrement(&RxDeviceFCB.NodeReferenceCount);
    InterlockedIncrement((volatile LONG*)&RxDeviceFCB.OpenCount);
    RxpReference(VNetRoot, "connection handle");
    Irp->IoStatus.Information = FILE_OPENED;
    RdrTraceTouch(VNetRoot);
    return STATUS_SUCCESS;
}

/// The target of a rename: remembers the path, knows no server.
NTSTATUS RxpOpenTargetDirectory(PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING RemainingName)
{
    PV_NET_ROOT VNetRoot = RxpVNetRoot(RxContext->Create.pVNetRoot);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    ULONG NameBytes = (ULONG)VNetRoot->NamePrefix.Length + RemainingName->Length;
    if (NameBytes == 0 || NameBytes > UNICODE_STRING_MAX_BYTES) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    PFCB Fcb = (PFCB)RxAllocateFcbObject(
        RxDeviceObject, RDBSS_NTC_OPENTARGETDIR_FCB, RxpNonPaged, NameBytes, nullptr);
    if (Fcb == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    PUNICODE_STRING Path = &Fcb->PrivateAlreadyPrefixedName;
    RtlCopyMemory(Path->Buffer, VNetRoot->NamePrefix.Buffer, VNetRoot->NamePrefix.Length);
    RtlCopyMemory(
        (PUCHAR)Path->Buffer + VNetRoot->NamePrefix.Length, RemainingName->Buffer,
        RemainingName->Length);
    Path->Length = (USHORT)NameBytes;
    Fcb->FcbTableEntry.Path = *Path;
    Fcb->FcbState = FCB_STATE_FAKEFCB | FCB_STATE_NAME_ALREADY_REMOVED;
    Fcb->NodeReferenceCount = 1;
    Fcb->RxDeviceObject = RxDeviceObject;
    Fcb->pNetRoot = VNetRoot->pNetRoot;
    Fcb->VNetRoot = VNetRoot;
    Fcb->Header.Resource = &Fcb->NonPaged->HeaderResource;
    Fcb->Header.PagingIoResource = &Fcb->NonPaged->PagingIoResource;
    Fcb->Header.IsFastIoPossible = FastIoIsNotPossible;
    InitializeListHead(&Fcb->SrvOpenList);
    RxpReference(VNetRoot, "rename target");
    PFILE_OBJECT FileObject = RxContext->CurrentIrpSp->FileObject;
    FileObject->FsContext = Fcb;
    FileObject->FsContext2 = nullptr;
    // Nobody asked the server whether the target exists; the rename will find out.
    Irp->IoStatus.Information = FILE_DOES_NOT_EXIST;
    return STATUS_SUCCESS;
}

/// The FCB of a path, held exclusive and referenced; found or new.
NTSTATUS RxFindOrCreateFcb(PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING RemainingName)
{
    PV_NET_ROOT VNetRoot = RxpVNetRoot(RxContext->Create.pVNetRoot);
    PRX_FCB_TABLE Table = &RxpNetRoot(VNetRoot->pNetRoot)->FcbTable;
    static constinit WCHAR Root = L'\\';
    UNICODE_STRING Path = *RemainingName;
    UNICODE_STRING Whole = { 0, 0, nullptr };
    if (VNetRoot->NamePrefix.Length != 0) {
        ULONG Bytes = (ULONG)VNetRoot->NamePrefix.Length + RemainingName->Length;
        if (Bytes > UNICODE_STRING_MAX_BYTES) {
            return STATUS_OBJECT_NAME_INVALID;
        }
        Whole.Buffer = (PWCH)ExAllocatePoolWithTag(RxpPaged, Bytes, RX_MISC_POOLTAG);
        if (Whole.Buffer == nullptr) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlCopyMemory(Whole.Buffer, VNetRoot->NamePrefix.Buffer, VNetRoot->NamePrefix.Length);
        RtlCopyMemory(
            (PUCHAR)Whole.Buffer + VNetRoot->NamePrefix.Length, RemainingName->Buffer,
            RemainingName->Length);
        Whole.Length = Whole.MaximumLength = (USHORT)Bytes;
        Path = Whole;
    } else if (Path.Length == 0) {
        Path.Buffer = &Root;
        Path.Length = Path.MaximumLength = sizeof(WCHAR);
    }
    NTSTATUS Status = STATUS_SUCCESS;
    PFCB Fcb = nullptr;
    for (;;) {
        RxAcquireFcbTableLockShared(Table, TRUE);
        Fcb = RxFcbTableLookupFcb(Table, &Path);
        RxReleaseFcbTableLock(Table);
        if (Fcb == nullptr) {
            RxAcquireFcbTableLockExclusive(Table, TRUE);
            Fcb = RxFcbTableLookupFcb(Table, &Path);
            if (Fcb == nullptr) {
                Fcb = RxCreateNetFcb(RxContext, Irp, VNetRoot, RemainingName);
                if (Fcb != nullptr) {
                    RxpReferenceFcb(Fcb, "create");
                }
            }
            RxReleaseFcbTableLock(Table);
        }
        if (Fcb == nullptr) {
            Status = STATUS_INSUFFICIENT_RESOURCES;
            break;
        }
        Status = RxAcquireExclusiveFcb(RxContext, Fcb);
        if (Status != STATUS_SUCCESS) {
            RxpDereferenceNetFcb(Fcb);
            break;
        }
        if (!FlagOn(Fcb->FcbState, FCB_STATE_NAME_ALREADY_REMOVED)) {
            break;
        }
        // It lost its name while we waited for it: the file of this name is another one now.
        RxpReleaseAndDereferenceFcb(RxContext, Fcb, "create");
    }
    if (Whole.Buffer != nullptr) {
        ExFreePoolWithTag(Whole.Buffer, RX_MISC_POOLTAG);
    }
    if (Status == STATUS_SUCCESS) {
        RxContext->pFcb = RxpMrx(Fcb);
        RxContext->NonPagedFcb = Fcb->NonPaged;
        RxContext->FcbResourceAcquired = TRUE;
        RxContext->Create.FcbAcquired = TRUE;
    }
    return Status;
}

NTSTATUS RxpCheckWanted(PRX_CONTEXT RxContext, PFCB Fcb)
{
    if (Fcb->OpenCount == 0) {
        return STATUS_SUCCESS;
    }
    ULONG Options = RxContext->Create.NtCreateParameters.CreateOptions;
    if (FlagOn(Fcb->FcbState, FCB_STATE_DELETE_ON_CLOSE) && Fcb->UncleanCount != 0) {
        return STATUS_DELETE_PENDING;
    }
    if (RxpIsDirectory(Fcb) && FlagOn(Options, FILE_NON_DIRECTORY_FILE)) {
        return STATUS_FILE_IS_A_DIRECTORY;
    }
    if (RxpIsFile(Fcb) && FlagOn(Options, FILE_DIRECTORY_FILE)) {
        return STATUS_NOT_A_DIRECTORY;
    }
    return RxpCheckFcbShareAccess(RxContext, Fcb);
}

NTSTATUS RxCreateFromNetRoot(PRX_CONTEXT RxContext, PIRP Irp, PUNICODE_STRING RemainingName)
{
    NTSTATUS Status = RxFindOrCreateFcb(RxContext, Irp, RemainingName);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    Status = RxpCheckWanted(RxContext, Fcb);
    if (Status == STATUS_SUCCESS) {
        Status = RxpOpenOnFcb(RxContext, Irp);
    }
    if (Status == STATUS_SUCCESS) {
        RxpLinkOpen(RxContext, Irp);
    }
    RxContext->Create.FcbAcquired = FALSE;
    RxContext->FcbResourceAcquired = FALSE;
    RxContext->pFcb = nullptr;
    RxContext->pFobx = nullptr;
    RxContext->pRelevantSrvOpen = nullptr;
    RxContext->NonPagedFcb = nullptr;
    RxpReleaseAndDereferenceFcb(RxContext, Fcb, "create");
    return Status;
}

bool RxpWorthScavenging(NTSTATUS Status)
{
    return Status == STATUS_SHARING_VIOLATION || Status == STATUS_ACCESS_DENIED
        || Status == STATUS_DELETE_PENDING || Status == STATUS_RETRY;
}

NTSTATUS RxpOpenByName(PRX_CONTEXT RxContext, PIRP Irp)
{
    UNICODE_STRING CanonicalName;
    NTSTATUS Status = RxpBuildCanonicalName(RxContext, Irp, &CanonicalName);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    UNICODE_STRING RemainingName;
    Status = RxFindOrConstructVirtualNetRoot(
        RxContext, Irp, &CanonicalName, NET_ROOT_WILD, &RemainingName);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    PV_NET_ROOT VNetRoot = RxpVNetRoot(RxContext->Create.pVNetRoot);
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    if (RxContext->Create.ThisIsATreeConnectOpen) {
        Status = RxCreateTreeConnect(RxContext, Irp, &RemainingName);
    } else if (FlagOn(IrpSp->Flags, SL_OPEN_TARGET_DIRECTORY)) {
        Status = RxpOpenTargetDirectory(RxContext, Irp, &RemainingName);
    } else {
        RxpCalldown(
            RxContext, "MRxPreparseName", VNetRoot,
            RXP_SLOT(RxContext->RxDeviceObject, MRxPreparseName), RxContext, &CanonicalName);
        Status = RxCreateFromNetRoot(RxContext, Irp, &RemainingName);
        if (RxpWorthScavenging(Status) && !RxContext->Create.ScavengingAlreadyTried) {
            // Files whose close is still to come may be in the way (facts.md V-2).
            RxContext->Create.ScavengingAlreadyTried = TRUE;
            PNET_ROOT NetRoot = RxpNetRoot(VNetRoot->pNetRoot);
            bool Closed = NT_SUCCESS(
                RxPurgeRelatedFobxs(NetRoot, RxContext, ATTEMPT_FINALIZE_ON_PURGE, nullptr));
            if (Closed || Status == STATUS_RETRY) {
                RxScavengeFobxsForNetRoot(NetRoot, nullptr, TRUE);
                Irp->IoStatus.Information = 0;
                Status = RxCreateFromNetRoot(RxContext, Irp, &RemainingName);
            }
        }
    }
    RxpDereference(VNetRoot, LHS_LockNotHeld, "lookup");
    RxContext->Create.pVNetRoot = nullptr;
    return Status == STATUS_RETRY ? STATUS_SHARING_VIOLATION : Status;
}

} // namespace

/// Fills Create.* from the IRP.
void RxpCopyCreateParameters(PRX_CONTEXT RxContext, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PIO_SECURITY_CONTEXT SecurityContext = IrpSp->Parameters.Create.SecurityContext;
    PNT_CREATE_PARAMETERS Parameters = &RxContext->Create.NtCreateParameters;
    RtlZeroMemory(&RxContext->Create, sizeof(RxContext->Create));
    Parameters->SecurityContext = SecurityContext;
    Parameters->ImpersonationLevel = SecurityImpersonation;
    if (SecurityContext != nullptr) {
        Parameters->DesiredAccess = SecurityContext->DesiredAccess;
        if (SecurityContext->SecurityQos != nullptr) {
            Parameters->ImpersonationLevel = SecurityContext->SecurityQos->ImpersonationLevel;
        }
    }
    Parameters->AllocationSize = Irp->Overlay.AllocationSize;
    Parameters->FileAttributes
        = FlagOn(IrpSp->Parameters.Create.FileAttributes, FILE_ATTRIBUTE_VALID_FLAGS);
    Parameters->ShareAccess = IrpSp->Parameters.Create.ShareAccess;
    Parameters->Disposition = (IrpSp->Parameters.Create.Options >> 24) & 0xFF;
    Parameters->CreateOptions = FlagOn(IrpSp->Parameters.Create.Options, FILE_VALID_OPTION_FLAGS);
    RxContext->Create.EaLength = IrpSp->Parameters.Create.EaLength;
    RxContext->Create.EaBuffer
        = RxContext->Create.EaLength != 0 ? Irp->AssociatedIrp.SystemBuffer : nullptr;
    RxContext->Create.Type = NET_ROOT_WILD;
    RxContext->Create.ThisIsATreeConnectOpen
        = BooleanFlagOn(Parameters->CreateOptions, FILE_CREATE_TREE_CONNECTION);
}

/// Makes a posted create start over.
VOID NTAPI RxpPrepareCreateContextForReuse(PRX_CONTEXT RxContext)
{
    RxpFreeCanonicalName(RxContext);
    RtlZeroMemory(&RxContext->Create, sizeof(RxContext->Create));
    RxContext->pFcb = nullptr;
    RxContext->pFobx = nullptr;
    RxContext->pRelevantSrvOpen = nullptr;
}

NTSTATUS NTAPI RxCommonCreate(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFILE_OBJECT FileObject = IrpSp->FileObject;
    if (FlagOn(IrpSp->Parameters.Create.Options, FILE_OPEN_BY_FILE_ID)) {
        return STATUS_NOT_IMPLEMENTED;
    }
    if (FlagOn(IrpSp->Flags, SL_OPEN_PAGING_FILE)) {
        return STATUS_NOT_IMPLEMENTED; // paging files do not live on servers
    }
    if (FileObject->FileName.Length == 0 && FileObject->RelatedFileObject == nullptr) {
        return RxpOpenDevice(RxContext, Irp);
    }
    RxpCopyCreateParameters(RxContext, Irp);
    NTSTATUS Status = RxpOpenByName(RxContext, Irp);
    RxpFreeCanonicalName(RxContext);
    if (Status == STATUS_REPARSE) {
        Irp->IoStatus.Information = 0; // IO_REPARSE: go and look the new name up
    } else if (!NT_SUCCESS(Status)) {
        Irp->IoStatus.Information = 0;
    }
    return Status;
}

/// Makes the open of a symbolic link start over with the name it leads to; for use in MRxCreate,
/// which must then answer STATUS_REPARSE.
///
/// Errors   STATUS_INVALID_PARAMETER (not a create), STATUS_ACCESS_DENIED (the link itself shall be
/// deleted, with other access
///          besides), STATUS_INSUFFICIENT_RESOURCES
/// Source   windows-driver-docs-ddi: rxprocs/nf-rxprocs-rxpreparetoreparsesymboliclink.md; facts.md
/// A29
NTSTATUS NTAPI RxPrepareToReparseSymbolicLink(
    PRX_CONTEXT RxContext,
    BOOLEAN SymbolicLinkEmbeddedInOldPath,
    PUNICODE_STRING NewPath,
    BOOLEAN NewPathIsAbsolute,
    PBOOLEAN ReparseRequired)
{
    PAGED_CODE();
    *ReparseRequired = FALSE;
    if (RxContext->MajorFunction != IRP_MJ_CREATE) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!SymbolicLinkEmbeddedInOldPath) {
        ACCESS_MASK Access = RxContext->Create.NtCreateParameters.DesiredAccess;
        if (FlagOn(Access, DELETE)) {
            return FlagOn(Access, ~(ACCESS_MASK)(DELETE | SYNCHRONIZE)) ? STATUS_ACCESS_DENIED
                                                                        : STATUS_SUCCESS;
        }
    }
    UNICODE_STRING Mup;
    RtlInitUnicodeString(&Mup, (PCWSTR)L"\\Device\\Mup");
    ULONG Bytes = (ULONG)NewPath->Length + (NewPathIsAbsolute ? 0 : Mup.Length);
    if (Bytes == 0 || Bytes > UNICODE_STRING_MAX_BYTES) {
        return STATUS_INVALID_PARAMETER;
    }
    PWCH Buffer = (PWCH)ExAllocatePoolWithTag(RxpPaged, Bytes, RX_MISC_POOLTAG);
    if (Buffer == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    USHORT Used = 0;
    if (!NewPathIsAbsolute) {
        RtlCopyMemory(Buffer, Mup.Buffer, Mup.Length);
        Used = Mup.Length;
    }
    RtlCopyMemory((PUCHAR)Buffer + Used, NewPath->Buffer, NewPath->Length);
    PUNICODE_STRING FileName = &RxContext->CurrentIrpSp->FileObject->FileName;
    if (FileName->Buffer != nullptr) {
        ExFreePool(FileName->Buffer); // the I/O manager's, whatever its tag
    }
    FileName->Buffer = Buffer;
    FileName->Length = FileName->MaximumLength = (USHORT)Bytes;
    SetFlag(RxContext->Create.Flags, RX_CONTEXT_CREATE_FLAG_REPARSE);
    *ReparseRequired = TRUE;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RxIsThisACscAgentOpen(PRX_CONTEXT RxContext)
{
    UNREFERENCED_PARAMETER(RxContext);
    return FALSE; // there is no client-side caching agent here
}
