// V_NET_ROOT: one view of a share, with the credentials it is seen with.
//
// Opens by UNC name share one view per logon, named as the share. A mapped drive has a view of its
// own; when the drive maps a folder below the share, the view's NamePrefix is put before every name
// opened through it:
//
//      \lab\public                    NamePrefix empty       \lab\public\a.txt       -> file \a.txt
//      \;Z:0\lab\public\dir           NamePrefix \dir        \;Z:0\lab\public\dir\b  -> file \dir\b
#include "calldown.h"

namespace {

struct RXP_EA_NAME
{
    const char* Name;
    USHORT Length;
};

PFILE_FULL_EA_INFORMATION RxpFindEa(PVOID EaBuffer, ULONG EaLength, RXP_EA_NAME Wanted)
{
    ULONG Offset = 0;
    while (EaBuffer != nullptr
           && Offset + FIELD_OFFSET(FILE_FULL_EA_INFORMATION, EaName) < EaLength) {
        PFILE_FULL_EA_INFORMATION Ea = (PFILE_FULL_EA_INFORMATION)((PUCHAR)EaBuffer + Offset);
        ULONG End = Offset + FIELD_OFFSET(FILE_FULL_EA_INFORMATION, EaName) + Ea->EaNameLength + 1u
            + Ea->EaValueLength;
        if (End > EaLength) {
            return nullptr;
        }
        if (Ea->EaNameLength == Wanted.Length
            && RtlEqualMemory(Ea->EaName, Wanted.Name, Wanted.Length)) {
            return Ea;
        }
        if (Ea->NextEntryOffset == 0) {
            return nullptr;
        }
        Offset += Ea->NextEntryOffset;
    }
    return nullptr;
}

template <USHORT Size> RXP_EA_NAME RxpEaName(const char (&Name)[Size])
{
    return { Name, (USHORT)(Size - 1) };
}

// A string that the connection keeps: header and characters in one block.
NTSTATUS RxpCopyEaString(PVOID EaBuffer, ULONG EaLength, RXP_EA_NAME Name, PUNICODE_STRING* Copy)
{
    *Copy = nullptr;
    PFILE_FULL_EA_INFORMATION Ea = RxpFindEa(EaBuffer, EaLength, Name);
    if (Ea == nullptr) {
        return STATUS_SUCCESS;
    }
    USHORT Bytes = (USHORT)(Ea->EaValueLength & ~1u);
    PUNICODE_STRING String = (PUNICODE_STRING)ExAllocatePoolWithTag(
        RxpNonPaged, sizeof(UNICODE_STRING) + Bytes, RX_V_NETROOT_POOLTAG);
    if (String == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    String->Buffer = (PWCH)(String + 1);
    String->Length = String->MaximumLength = Bytes;
    RtlCopyMemory(String->Buffer, Ea->EaName + Ea->EaNameLength + 1, Bytes);
    *Copy = String;
    return STATUS_SUCCESS;
}

void RxpFreeString(PUNICODE_STRING String)
{
    if (String != nullptr) {
        RtlZeroMemory(String->Buffer, String->MaximumLength); // may be a password
        ExFreePoolWithTag(String, RX_V_NETROOT_POOLTAG);
    }
}

} // namespace

/// Who a request acts for.
///
/// IRQL     PASSIVE_LEVEL
NTSTATUS RxpCaptureCaller(PRX_CONTEXT RxContext, PLUID LogonId, PULONG SessionId)
{
    PAGED_CODE();
    PIO_SECURITY_CONTEXT SecurityContext = RxContext->MajorFunction == IRP_MJ_CREATE
        ? RxContext->Create.NtCreateParameters.SecurityContext
        : nullptr;
    *SessionId = 0;
    if (SecurityContext != nullptr && SecurityContext->AccessState != nullptr) {
        *LogonId = RxGetUid(&SecurityContext->AccessState->SubjectSecurityContext);
        return STATUS_SUCCESS;
    }
    SECURITY_SUBJECT_CONTEXT SubjectContext;
    SeCaptureSubjectContext(&SubjectContext);
    *LogonId = RxGetUid(&SubjectContext);
    SeReleaseSubjectContext(&SubjectContext);
    return STATUS_SUCCESS;
}

/// The logon id of the token that acts: the impersonation token if there is one, else the
/// process's.
LUID NTAPI RxGetUid(PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext)
{
    LUID LogonId = { 0, 0 };
    PACCESS_TOKEN Token = SeQuerySubjectContextToken(SubjectSecurityContext);
    if (Token != nullptr) {
        SeQueryAuthenticationIdToken(Token, &LogonId);
    }
    return LogonId;
}

ULONG NTAPI RxGetSessionId(PIO_STACK_LOCATION IrpSp)
{
    UNREFERENCED_PARAMETER(IrpSp);
    return 0;
}

/// Reads what a V_NET_ROOT needs to know of its user from a create request: the logon, and the
/// names and the password that an explicit connection brings along in its extended attributes.
///
/// Owns     the three strings, release with RxUninitializeVNetRootParameters
/// Errors   STATUS_INSUFFICIENT_RESOURCES
NTSTATUS NTAPI RxInitializeVNetRootParameters(
    PRX_CONTEXT RxContext,
    LUID* LogonId,
    PULONG SessionId,
    PUNICODE_STRING* UserNamePtr,
    PUNICODE_STRING* UserDomainNamePtr,
    PUNICODE_STRING* PasswordPtr,
    PULONG Flags)
{
    PAGED_CODE();
    *UserNamePtr = *UserDomainNamePtr = *PasswordPtr = nullptr;
    *Flags = 0;
    RxpCaptureCaller(RxContext, LogonId, SessionId);
    PVOID EaBuffer = RxContext->Create.EaBuffer;
    ULONG EaLength = RxContext->Create.EaLength;
    NTSTATUS Status = RxpCopyEaString(EaBuffer, EaLength, RxpEaName("UserName"), UserNamePtr);
    if (NT_SUCCESS(Status)) {
        Status = RxpCopyEaString(EaBuffer, EaLength, RxpEaName("Domain"), UserDomainNamePtr);
    }
    if (NT_SUCCESS(Status)) {
        Status = RxpCopyEaString(EaBuffer, EaLength, RxpEaName("Password"), PasswordPtr);
    }
    if (!NT_SUCCESS(Status)) {
        RxUninitializeVNetRootParameters(*UserNamePtr, *UserDomainNamePtr, *PasswordPtr, Flags);
        *UserNamePtr = *UserDomainNamePtr = *PasswordPtr = nullptr;
    }
    return Status;
}

VOID NTAPI RxUninitializeVNetRootParameters(
    PUNICODE_STRING UserName,
    PUNICODE_STRING UserDomainName,
    PUNICODE_STRING Password,
    PULONG Flags)
{
    UNREFERENCED_PARAMETER(Flags);
    RxpFreeString(UserName);
    RxpFreeString(UserDomainName);
    RxpFreeString(Password);
}

/// A V_NET_ROOT in transition, in the name table.
///
/// CanonicalName is the whole name of the view, LocalNetRootName its drive part (may be empty),
/// FilePath what it maps below the share (may be empty; the tail of CanonicalName).
///
/// Locks    NetName table lock exclusive
/// Owns     count 1, the table's; NetRoot gains one
/// Errors   NULL when there is no memory
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxcreatevnetroot.md
PV_NET_ROOT NTAPI RxCreateVNetRoot(
    PRX_CONTEXT RxContext,
    PNET_ROOT NetRoot,
    PUNICODE_STRING CanonicalName,
    PUNICODE_STRING LocalNetRootName,
    PUNICODE_STRING FilePath,
    PRX_CONNECTION_ID RxConnectionId)
{
    PAGED_CODE();
    PRDBSS_DEVICE_OBJECT RxDeviceObject = RxContext->RxDeviceObject;
    PV_NET_ROOT VNetRoot = (PV_NET_ROOT)RxAllocateObject(
        RDBSS_NTC_V_NETROOT, RxDeviceObject->Dispatch, CanonicalName->Length);
    if (VNetRoot == nullptr) {
        return nullptr;
    }
    NTSTATUS Status = RxInitializeVNetRootParameters(
        RxContext, &VNetRoot->LogonId, &VNetRoot->SessionId, &VNetRoot->pUserName,
        &VNetRoot->pUserDomainName, &VNetRoot->pPassword, &VNetRoot->Flags);
    if (!NT_SUCCESS(Status)) {
        RxFreeObject(VNetRoot);
        return nullptr;
    }
    PUNICODE_STRING Prefix = &VNetRoot->PrefixEntry.Prefix;
    RtlCopyMemory(Prefix->Buffer, CanonicalName->Buffer, CanonicalName->Length);
    VNetRoot->NamePrefix.Length = VNetRoot->NamePrefix.MaximumLength = FilePath->Length;
    VNetRoot->NamePrefix.Buffer
        = (PWCH)((PUCHAR)Prefix->Buffer + Prefix->Length - FilePath->Length);
    VNetRoot->PrefixOffsetInBytes = (ULONG)(Prefix->Length - FilePath->Length);
    VNetRoot->NodeReferenceCount = 1;
    VNetRoot->Condition = Condition_InTransition;
    VNetRoot->ConstructionStatus = STATUS_PENDING;
    InitializeListHead(&VNetRoot->TransitionWaitList);
    InitializeListHead(&VNetRoot->ScavengerFinalizationList);
    RxAddVirtualNetRootToNetRoot(NetRoot, VNetRoot);

    bool FoldedNames
        = FlagOn(NetRoot->pSrvCall->Flags, SRVCALL_FLAG_CASE_INSENSITIVE_FILENAMES) != 0;
    USHORT Folded = FoldedNames
        ? Prefix->Length
        : (USHORT)(LocalNetRootName->Length + NetRoot->PrefixEntry.CaseInsensitiveLength);
    RxPrefixTableInsertName(
        RxpNetNameTable(RxDeviceObject), &VNetRoot->PrefixEntry, VNetRoot,
        (PULONG)&VNetRoot->NodeReferenceCount, Folded, RxConnectionId);
    RdrTraceBorn(RdrObjectVNetRoot, VNetRoot, sizeof(V_NET_ROOT), Prefix, NetRoot);
    RdrTraceReference(VNetRoot, 1, 1, "name table");
    RxpReference(NetRoot, "V_NET_ROOT");
    return VNetRoot;
}

/// Closes a V_NET_ROOT: cuts its opens off when forced, tells the mini-redirector, then frees it
/// when nothing refers to it.
///
/// Locks    NetName table lock exclusive
/// Errors   FALSE: not freed yet, it still has references
/// Source   windows-driver-docs-ddi: fcb/nf-fcb-rxfinalizevnetroot.md
BOOLEAN NTAPI
RxFinalizeVNetRoot(PV_NET_ROOT ThisVNetRoot, BOOLEAN RecursiveFinalize, BOOLEAN ForceFinalize)
{
    PAGED_CODE();
    UNREFERENCED_PARAMETER(RecursiveFinalize);
    PNET_ROOT NetRoot = RxpNetRoot(ThisVNetRoot->pNetRoot);
    PRDBSS_DEVICE_OBJECT RxDeviceObject = NetRoot->pSrvCall->RxDeviceObject;
    PRX_PREFIX_TABLE Table = RxpNetNameTable(RxDeviceObject);
    NT_ASSERT(RxIsPrefixTableLockExclusive(Table));
    if (ThisVNetRoot->NodeReferenceCount != 1 && !ForceFinalize) {
        return FALSE;
    }
    if (!ThisVNetRoot->UpperFinalizationDone) {
        ThisVNetRoot->UpperFinalizationDone = TRUE;
        RxRemovePrefixTableEntry(Table, &ThisVNetRoot->PrefixEntry);
        if (ForceFinalize && ThisVNetRoot->NodeReferenceCount != 1) {
            RxOrphanSrvOpens(ThisVNetRoot);
        }
        if (ThisVNetRoot->Condition == Condition_Good || ThisVNetRoot->Context != nullptr) {
            BOOLEAN Force = FALSE;
            RxpCalldownThrough(
                "MRxFinalizeVNetRoot", ThisVNetRoot, RXP_SLOT(RxDeviceObject, MRxFinalizeVNetRoot),
                RxpMrx(ThisVNetRoot), &Force);
        }
        ThisVNetRoot->ConnectionFinalizationDone = TRUE;
        ThisVNetRoot->Condition = Condition_Closed;
        RdrTraceTouch(ThisVNetRoot);
    }
    if (ThisVNetRoot->NodeReferenceCount != 1) {
        return FALSE;
    }
    RxpUndoScavengerFinalizationMarking(ThisVNetRoot);
    RxRemoveVirtualNetRootFromNetRoot(NetRoot, ThisVNetRoot);
    RxUninitializeVNetRootParameters(
        ThisVNetRoot->pUserName, ThisVNetRoot->pUserDomainName, ThisVNetRoot->pPassword,
        &ThisVNetRoot->Flags);
    RxFreeObject(ThisVNetRoot);
    RxpDereference(NetRoot, LHS_ExclusiveLockHeld, "V_NET_ROOT");
    return TRUE;
}
