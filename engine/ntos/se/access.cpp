// access.cpp - access checks: a security descriptor against a subject.
//
// The discretionary access list is walked from its start; an entry that names one of the subject's
// SIDs grants or denies what is still open. A descriptor without a list grants everything, an empty
// list nothing. The owner may always read the descriptor and change its list, unless an OWNER
// RIGHTS entry says otherwise. Source   [MS-DTYP] 2.5.3.2
#include "engine/ntos/se/sei.h"

namespace {

struct CHECK
{
    PSEP_TOKEN Token;
    PSID Owner;
    ACCESS_MASK Remaining; // wanted and not yet granted
    ACCESS_MASK Granted;
    ACCESS_MASK Denied; // for MAXIMUM_ALLOWED
    BOOLEAN Maximum;
    BOOLEAN OwnerRights; // an entry for the owner replaces his implicit rights
};

PSID SepDescriptorOwner(PSECURITY_DESCRIPTOR Descriptor)
{
    PSID Owner = nullptr;
    BOOLEAN Defaulted;
    return NT_SUCCESS(RtlGetOwnerSecurityDescriptor(Descriptor, &Owner, &Defaulted)) ? Owner
                                                                                     : nullptr;
}

BOOLEAN SepIsOwner(const CHECK* Check)
{
    return Check->Owner != nullptr && SepTokenHasSid(Check->Token, Check->Owner, FALSE);
}

BOOLEAN SepNames(CHECK* Check, PSID Sid)
{
    if (RtlEqualSid(Sid, &SepOwnerRightsSid)) {
        Check->OwnerRights = TRUE;
        return SepIsOwner(Check);
    }
    return SepTokenHasSid(Check->Token, Sid, FALSE);
}

void SepWalk(CHECK* Check, PACL Dacl, PGENERIC_MAPPING Mapping)
{
    auto* Ace = reinterpret_cast<PACE_HEADER>(Dacl + 1);

    for (ULONG Index = 0; Index < Dacl->AceCount; ++Index) {
        auto* Entry = reinterpret_cast<PACCESS_ALLOWED_ACE>(Ace);
        Ace = reinterpret_cast<PACE_HEADER>(reinterpret_cast<PUCHAR>(Ace) + Ace->AceSize);
        if ((Entry->Header.AceFlags & INHERIT_ONLY_ACE) != 0
            || (Entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE
                && Entry->Header.AceType != ACCESS_DENIED_ACE_TYPE)
            || !SepNames(Check, &Entry->SidStart)) {
            continue;
        }
        ACCESS_MASK Mask = Entry->Mask;
        RtlMapGenericMask(&Mask, Mapping);
        if (Entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE) {
            Check->Granted |= Mask & ~Check->Denied;
            Check->Remaining &= ~(Mask & ~Check->Denied);
        } else {
            Check->Denied |= Mask & ~Check->Granted;
        }
    }
}

// Fails for what no access list may grant without a privilege.
NTSTATUS SepTakePrivileged(CHECK* Check)
{
    if ((Check->Remaining & ACCESS_SYSTEM_SECURITY) != 0) {
        if (!SepHasPrivilege(Check->Token, RtlConvertUlongToLuid(SE_SECURITY_PRIVILEGE))) {
            return STATUS_PRIVILEGE_NOT_HELD;
        }
        Check->Remaining &= ~ACCESS_SYSTEM_SECURITY;
        Check->Granted |= ACCESS_SYSTEM_SECURITY;
    }
    if ((Check->Remaining & WRITE_OWNER) != 0
        && SepHasPrivilege(Check->Token, RtlConvertUlongToLuid(SE_TAKE_OWNERSHIP_PRIVILEGE))) {
        Check->Remaining &= ~WRITE_OWNER;
        Check->Granted |= WRITE_OWNER;
    }
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// Returns whether access is granted. Kernel mode callers get what they ask for.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   *AccessStatus: STATUS_ACCESS_DENIED, STATUS_PRIVILEGE_NOT_HELD,
/// STATUS_NO_SECURITY_ON_OBJECT
BOOLEAN NTAPI SeAccessCheck(
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
    BOOLEAN SubjectContextLocked,
    ACCESS_MASK DesiredAccess,
    ACCESS_MASK PreviouslyGrantedAccess,
    PPRIVILEGE_SET* Privileges,
    PGENERIC_MAPPING GenericMapping,
    KPROCESSOR_MODE AccessMode,
    PACCESS_MASK GrantedAccess,
    PNTSTATUS AccessStatus)
{
    UNREFERENCED_PARAMETER(SubjectContextLocked);
    if (Privileges != nullptr) {
        *Privileges = nullptr;
    }
    *AccessStatus = STATUS_SUCCESS;
    RtlMapGenericMask(&DesiredAccess, GenericMapping);
    if (AccessMode == KernelMode) {
        *GrantedAccess = PreviouslyGrantedAccess | (DesiredAccess & ~MAXIMUM_ALLOWED);
        if ((DesiredAccess & MAXIMUM_ALLOWED) != 0) {
            *GrantedAccess |= GenericMapping->GenericAll;
        }
        return TRUE;
    }
    *GrantedAccess = 0;
    if (SecurityDescriptor == nullptr) {
        *AccessStatus = STATUS_NO_SECURITY_ON_OBJECT;
        return FALSE;
    }
    CHECK Check {};
    Check.Token = SepEffectiveToken(SubjectSecurityContext);
    Check.Owner = SepDescriptorOwner(SecurityDescriptor);
    Check.Maximum = (DesiredAccess & MAXIMUM_ALLOWED) != 0;
    Check.Remaining = DesiredAccess & ~(MAXIMUM_ALLOWED | PreviouslyGrantedAccess);
    Check.Granted = PreviouslyGrantedAccess;
    if (Check.Token->Type == TokenImpersonation
        && Check.Token->ImpersonationLevel < SecurityImpersonation) {
        *AccessStatus = STATUS_BAD_IMPERSONATION_LEVEL;
        return FALSE;
    }
    *AccessStatus = SepTakePrivileged(&Check);
    if (!NT_SUCCESS(*AccessStatus)) {
        return FALSE;
    }
    PACL Dacl = nullptr;
    BOOLEAN Present = FALSE;
    BOOLEAN Defaulted = FALSE;
    RtlGetDaclSecurityDescriptor(SecurityDescriptor, &Present, &Dacl, &Defaulted);
    if (!Present || Dacl == nullptr) {
        Check.Granted |= Check.Maximum ? GenericMapping->GenericAll : Check.Remaining;
        Check.Remaining = 0;
    } else {
        SepWalk(&Check, Dacl, GenericMapping);
        if (SepIsOwner(&Check) && !Check.OwnerRights) {
            Check.Granted |= READ_CONTROL | WRITE_DAC;
            Check.Remaining &= ~(READ_CONTROL | WRITE_DAC);
        }
    }
    if (Check.Remaining != 0 || (Check.Maximum && Check.Granted == 0)) {
        *AccessStatus = STATUS_ACCESS_DENIED;
        return FALSE;
    }
    *GrantedAccess = Check.Maximum ? Check.Granted : (DesiredAccess | PreviouslyGrantedAccess);
    return TRUE;
}

VOID NTAPI SeFreePrivileges(PPRIVILEGE_SET Privileges)
{
    if (Privileges != nullptr) {
        ExFreePool(Privileges);
    }
}

NTSTATUS NTAPI SeAppendPrivileges(PACCESS_STATE AccessState, PPRIVILEGE_SET Privileges)
{
    // The access state has room for three; which privileges were used is only asked for by audits,
    // and there are none.
    PPRIVILEGE_SET Own = &AccessState->Privileges.PrivilegeSet;
    for (ULONG Index = 0; Index < Privileges->PrivilegeCount && Own->PrivilegeCount < 3; ++Index) {
        AccessState->Privileges.InitialPrivilegeSet.Privilege[Own->PrivilegeCount++]
            = Privileges->Privilege[Index];
    }
    return STATUS_SUCCESS;
}

VOID NTAPI
SeSetAccessStateGenericMapping(PACCESS_STATE AccessState, PGENERIC_MAPPING GenericMapping)
{
    RtlMapGenericMask(&AccessState->RemainingDesiredAccess, GenericMapping);
    RtlMapGenericMask(&AccessState->OriginalDesiredAccess, GenericMapping);
}

// There is no audit log: no event is wanted.
BOOLEAN NTAPI SeAuditingFileEvents(BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    UNREFERENCED_PARAMETER(AccessGranted);
    UNREFERENCED_PARAMETER(SecurityDescriptor);
    return FALSE;
}

BOOLEAN NTAPI SeAuditingFileOrGlobalEvents(
    BOOLEAN AccessGranted,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext)
{
    UNREFERENCED_PARAMETER(SubjectSecurityContext);
    return SeAuditingFileEvents(AccessGranted, SecurityDescriptor);
}

VOID NTAPI SeOpenObjectAuditAlarm(
    PUNICODE_STRING ObjectTypeName,
    PVOID Object,
    PUNICODE_STRING AbsoluteObjectName,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PACCESS_STATE AccessState,
    BOOLEAN ObjectCreated,
    BOOLEAN AccessGranted,
    KPROCESSOR_MODE AccessMode,
    PBOOLEAN GenerateOnClose)
{
    UNREFERENCED_PARAMETER(ObjectTypeName);
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(AbsoluteObjectName);
    UNREFERENCED_PARAMETER(SecurityDescriptor);
    UNREFERENCED_PARAMETER(AccessState);
    UNREFERENCED_PARAMETER(ObjectCreated);
    UNREFERENCED_PARAMETER(AccessGranted);
    UNREFERENCED_PARAMETER(AccessMode);
    *GenerateOnClose = FALSE;
}

} // extern "C"
