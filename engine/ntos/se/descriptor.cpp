// descriptor.cpp - security descriptors of objects: assign, query, release; the well-known SIDs by
// name.
#include "engine/ntos/se/sei.h"

namespace {

SE_EXPORTS SepExports;

struct DEFAULT_DACL
{
    ACL Acl;
    UCHAR Aces[96];
};
DEFAULT_DACL SepPublicDacl;
DEFAULT_DACL SepSystemDacl;

LUID SepLuid(ULONG Privilege)
{
    return RtlConvertUlongToLuid(Privilege);
}

// A self-relative copy of a descriptor in pool.
NTSTATUS
SepCopyDescriptor(PSECURITY_DESCRIPTOR Source, POOL_TYPE PoolType, PSECURITY_DESCRIPTOR* Target)
{
    auto* Relative = static_cast<PISECURITY_DESCRIPTOR_RELATIVE>(Source);
    ULONG Bytes = RtlLengthSecurityDescriptor(Source);

    *Target = ExAllocatePoolWithTag(PoolType, Bytes, SE_TAG_ACCESS);
    if (*Target == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if ((Relative->Control & SE_SELF_RELATIVE) != 0) {
        RtlCopyMemory(*Target, Source, Bytes);
        return STATUS_SUCCESS;
    }
    const NTSTATUS Status = RtlAbsoluteToSelfRelativeSD(Source, *Target, &Bytes);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(*Target, SE_TAG_ACCESS);
        *Target = nullptr;
    }
    return Status;
}

} // namespace

extern "C" {

PSE_EXPORTS SeExports = &SepExports;
PACL SePublicDefaultDacl = &SepPublicDacl.Acl;
PACL SeSystemDefaultDacl = &SepSystemDacl.Acl;

void SepInitExports(void)
{
    SepExports.SeTcbPrivilege = SepLuid(SE_TCB_PRIVILEGE);
    SepExports.SeSecurityPrivilege = SepLuid(SE_SECURITY_PRIVILEGE);
    SepExports.SeTakeOwnershipPrivilege = SepLuid(SE_TAKE_OWNERSHIP_PRIVILEGE);
    SepExports.SeLoadDriverPrivilege = SepLuid(SE_LOAD_DRIVER_PRIVILEGE);
    SepExports.SeBackupPrivilege = SepLuid(SE_BACKUP_PRIVILEGE);
    SepExports.SeRestorePrivilege = SepLuid(SE_RESTORE_PRIVILEGE);
    SepExports.SeDebugPrivilege = SepLuid(SE_DEBUG_PRIVILEGE);
    SepExports.SeChangeNotifyPrivilege = SepLuid(SE_CHANGE_NOTIFY_PRIVILEGE);
    SepExports.SeManageVolumePrivilege = SepLuid(SE_MANAGE_VOLUME_PRIVILEGE);
    SepExports.SeImpersonatePrivilege = SepLuid(SE_IMPERSONATE_PRIVILEGE);
    SepExports.SeWorldSid = &SepWorldSid;
    SepExports.SeCreatorOwnerSid = &SepCreatorOwnerSid;
    SepExports.SeNetworkSid = &SepNetworkSid;
    SepExports.SeInteractiveSid = &SepInteractiveSid;
    SepExports.SeLocalSystemSid = &SepLocalSystemSid;
    SepExports.SeAliasAdminsSid = &SepAliasAdminsSid;
    SepExports.SeAliasUsersSid = &SepAliasUsersSid;
    SepExports.SeAuthenticatedUsersSid = &SepAuthenticatedUsersSid;
    SepExports.SeAnonymousLogonSid = &SepAnonymousSid;
    SepExports.SeOwnerRightsSid = &SepOwnerRightsSid;
    RtlCreateAcl(&SepPublicDacl.Acl, sizeof(SepPublicDacl), ACL_REVISION);
    RtlAddAccessAllowedAce(
        &SepPublicDacl.Acl, ACL_REVISION, GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE,
        &SepWorldSid);
    RtlAddAccessAllowedAce(&SepPublicDacl.Acl, ACL_REVISION, GENERIC_ALL, &SepLocalSystemSid);
    RtlAddAccessAllowedAce(&SepPublicDacl.Acl, ACL_REVISION, GENERIC_ALL, &SepAliasAdminsSid);
    RtlCreateAcl(&SepSystemDacl.Acl, sizeof(SepSystemDacl), ACL_REVISION);
    RtlAddAccessAllowedAce(&SepSystemDacl.Acl, ACL_REVISION, GENERIC_ALL, &SepLocalSystemSid);
    RtlAddAccessAllowedAce(
        &SepSystemDacl.Acl, ACL_REVISION, GENERIC_READ | GENERIC_EXECUTE | READ_CONTROL,
        &SepAliasAdminsSid);
}

/// The descriptor of a new object: the explicit one, else the parent's, else the creator as owner
/// and the public list. differs: inheritable entries of the parent are not merged entry by entry;
/// the parent's descriptor is taken whole.
///
/// Owns     *NewDescriptor, release with SeDeassignSecurity
NTSTATUS NTAPI SeAssignSecurity(
    PSECURITY_DESCRIPTOR ParentDescriptor,
    PSECURITY_DESCRIPTOR ExplicitDescriptor,
    PSECURITY_DESCRIPTOR* NewDescriptor,
    BOOLEAN IsDirectoryObject,
    PSECURITY_SUBJECT_CONTEXT SubjectContext,
    PGENERIC_MAPPING GenericMapping,
    POOL_TYPE PoolType)
{
    UNREFERENCED_PARAMETER(IsDirectoryObject);
    UNREFERENCED_PARAMETER(GenericMapping);
    if (ExplicitDescriptor != nullptr || ParentDescriptor != nullptr) {
        return SepCopyDescriptor(
            ExplicitDescriptor != nullptr ? ExplicitDescriptor : ParentDescriptor, PoolType,
            NewDescriptor);
    }
    SECURITY_DESCRIPTOR Absolute;
    PSEP_TOKEN Token = SepEffectiveToken(SubjectContext);
    RtlCreateSecurityDescriptor(&Absolute, SECURITY_DESCRIPTOR_REVISION);
    RtlSetOwnerSecurityDescriptor(&Absolute, Token->UserSid, FALSE);
    RtlSetGroupSecurityDescriptor(&Absolute, Token->UserSid, FALSE);
    RtlSetDaclSecurityDescriptor(&Absolute, TRUE, SePublicDefaultDacl, FALSE);
    return SepCopyDescriptor(&Absolute, PoolType, NewDescriptor);
}

NTSTATUS NTAPI SeAssignSecurityEx(
    PSECURITY_DESCRIPTOR ParentDescriptor,
    PSECURITY_DESCRIPTOR ExplicitDescriptor,
    PSECURITY_DESCRIPTOR* NewDescriptor,
    GUID* ObjectType,
    BOOLEAN IsDirectoryObject,
    ULONG AutoInheritFlags,
    PSECURITY_SUBJECT_CONTEXT SubjectContext,
    PGENERIC_MAPPING GenericMapping,
    POOL_TYPE PoolType)
{
    UNREFERENCED_PARAMETER(ObjectType);
    UNREFERENCED_PARAMETER(AutoInheritFlags);
    return SeAssignSecurity(
        ParentDescriptor, ExplicitDescriptor, NewDescriptor, IsDirectoryObject, SubjectContext,
        GenericMapping, PoolType);
}

NTSTATUS NTAPI SeDeassignSecurity(PSECURITY_DESCRIPTOR* SecurityDescriptor)
{
    if (*SecurityDescriptor != nullptr) {
        ExFreePool(*SecurityDescriptor);
        *SecurityDescriptor = nullptr;
    }
    return STATUS_SUCCESS;
}

/// Copies the parts that SecurityInformation asks for into a caller's buffer, self-relative.
///
/// Errors   STATUS_BUFFER_TOO_SMALL with *Length set to what is needed
NTSTATUS NTAPI SeQuerySecurityDescriptorInfo(
    PSECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PULONG Length,
    PSECURITY_DESCRIPTOR* ObjectsSecurityDescriptor)
{
    SECURITY_DESCRIPTOR Wanted;
    PSECURITY_DESCRIPTOR Source = *ObjectsSecurityDescriptor;
    PSID Sid = nullptr;
    PACL Acl = nullptr;
    BOOLEAN Present = FALSE;
    BOOLEAN Defaulted = FALSE;

    RtlCreateSecurityDescriptor(&Wanted, SECURITY_DESCRIPTOR_REVISION);
    if (Source != nullptr) {
        if ((*SecurityInformation & OWNER_SECURITY_INFORMATION) != 0) {
            RtlGetOwnerSecurityDescriptor(Source, &Sid, &Defaulted);
            RtlSetOwnerSecurityDescriptor(&Wanted, Sid, Defaulted);
        }
        if ((*SecurityInformation & GROUP_SECURITY_INFORMATION) != 0) {
            RtlGetGroupSecurityDescriptor(Source, &Sid, &Defaulted);
            RtlSetGroupSecurityDescriptor(&Wanted, Sid, Defaulted);
        }
        if ((*SecurityInformation & DACL_SECURITY_INFORMATION) != 0) {
            RtlGetDaclSecurityDescriptor(Source, &Present, &Acl, &Defaulted);
            RtlSetDaclSecurityDescriptor(&Wanted, Present, Acl, Defaulted);
        }
        if ((*SecurityInformation & SACL_SECURITY_INFORMATION) != 0) {
            RtlGetSaclSecurityDescriptor(Source, &Present, &Acl, &Defaulted);
            RtlSetSaclSecurityDescriptor(&Wanted, Present, Acl, Defaulted);
        }
    }
    return RtlAbsoluteToSelfRelativeSD(&Wanted, SecurityDescriptor, Length);
}

/// Replaces the parts of an object's descriptor that SecurityInformation names by those of
/// SecurityDescriptor.
///
/// Owns     the new *ObjectsSecurityDescriptor; the old one stays the caller's
/// Errors   STATUS_NO_SECURITY_ON_OBJECT, STATUS_INVALID_OWNER (the new owner is missing),
/// STATUS_INSUFFICIENT_RESOURCES
NTSTATUS NTAPI SeSetSecurityDescriptorInfo(
    PVOID Object,
    PSECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_DESCRIPTOR* ObjectsSecurityDescriptor,
    POOL_TYPE PoolType,
    PGENERIC_MAPPING GenericMapping)
{
    SECURITY_DESCRIPTOR Merged;
    PSID Sid = nullptr;
    PACL Acl = nullptr;
    BOOLEAN Present = FALSE;
    BOOLEAN Defaulted = FALSE;

    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(GenericMapping);
    if (*ObjectsSecurityDescriptor == nullptr) {
        return STATUS_NO_SECURITY_ON_OBJECT;
    }
    const auto Source = [&](ULONG Part) {
        return (*SecurityInformation & Part) != 0 ? SecurityDescriptor : *ObjectsSecurityDescriptor;
    };
    RtlCreateSecurityDescriptor(&Merged, SECURITY_DESCRIPTOR_REVISION);
    RtlGetOwnerSecurityDescriptor(Source(OWNER_SECURITY_INFORMATION), &Sid, &Defaulted);
    if (Sid == nullptr && (*SecurityInformation & OWNER_SECURITY_INFORMATION) != 0) {
        return STATUS_INVALID_OWNER;
    }
    RtlSetOwnerSecurityDescriptor(&Merged, Sid, Defaulted);
    Sid = nullptr;
    RtlGetGroupSecurityDescriptor(Source(GROUP_SECURITY_INFORMATION), &Sid, &Defaulted);
    RtlSetGroupSecurityDescriptor(&Merged, Sid, Defaulted);
    RtlGetDaclSecurityDescriptor(Source(DACL_SECURITY_INFORMATION), &Present, &Acl, &Defaulted);
    RtlSetDaclSecurityDescriptor(&Merged, Present, Present ? Acl : nullptr, Defaulted);
    RtlGetSaclSecurityDescriptor(Source(SACL_SECURITY_INFORMATION), &Present, &Acl, &Defaulted);
    RtlSetSaclSecurityDescriptor(&Merged, Present, Present ? Acl : nullptr, Defaulted);
    return SepCopyDescriptor(&Merged, PoolType, ObjectsSecurityDescriptor);
}

NTSTATUS NTAPI SeSetSecurityDescriptorInfoEx(
    PVOID Object,
    PSECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR ModificationDescriptor,
    PSECURITY_DESCRIPTOR* ObjectsSecurityDescriptor,
    ULONG AutoInheritFlags,
    POOL_TYPE PoolType,
    PGENERIC_MAPPING GenericMapping)
{
    UNREFERENCED_PARAMETER(AutoInheritFlags);
    return SeSetSecurityDescriptorInfo(
        Object, SecurityInformation, ModificationDescriptor, ObjectsSecurityDescriptor, PoolType,
        GenericMapping);
}

BOOLEAN NTAPI SeValidSecurityDescriptor(ULONG Length, PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    return RtlValidRelativeSecurityDescriptor(SecurityDescriptor, Length, 0);
}

} // extern "C"
