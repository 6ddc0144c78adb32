// SIDs, ACLs and security descriptors as byte structures. Source: [MS-DTYP] 2.4.2, 2.4.5, 2.4.6.
#include <ntifs.h>

#include "rtlp.h"

namespace {

PISID RtlpSid(PSID Sid)
{
    return (PISID)Sid;
}

/// Where the ACEs that are in use end, or NULL when they run over the ACL.
PUCHAR RtlpFirstFree(PACL Acl)
{
    PUCHAR At = (PUCHAR)(Acl + 1);
    const PUCHAR End = (PUCHAR)Acl + Acl->AclSize;
    for (USHORT Index = 0; Index < Acl->AceCount; Index++) {
        if (At + sizeof(ACE_HEADER) > End || ((PACE_HEADER)At)->AceSize < sizeof(ACE_HEADER))
            return nullptr;
        At += ((PACE_HEADER)At)->AceSize;
    }
    return At <= End ? At : nullptr;
}

/// A part of a descriptor, absolute or self-relative.
template <typename Part>
Part* RtlpPart(PISECURITY_DESCRIPTOR Descriptor, PVOID Absolute, ULONG RelativeOffset)
{
    if (!(Descriptor->Control & SE_SELF_RELATIVE))
        return (Part*)Absolute;
    return RelativeOffset ? (Part*)((PUCHAR)Descriptor + RelativeOffset) : nullptr;
}

PISECURITY_DESCRIPTOR_RELATIVE RtlpRelative(PISECURITY_DESCRIPTOR Descriptor)
{
    return (PISECURITY_DESCRIPTOR_RELATIVE)Descriptor;
}

PSID RtlpOwner(PISECURITY_DESCRIPTOR Descriptor)
{
    return RtlpPart<SID>(
        Descriptor, Descriptor->Control & SE_SELF_RELATIVE ? nullptr : Descriptor->Owner,
        RtlpRelative(Descriptor)->Owner);
}

PSID RtlpGroup(PISECURITY_DESCRIPTOR Descriptor)
{
    return RtlpPart<SID>(
        Descriptor, Descriptor->Control & SE_SELF_RELATIVE ? nullptr : Descriptor->Group,
        RtlpRelative(Descriptor)->Group);
}

PACL RtlpDacl(PISECURITY_DESCRIPTOR Descriptor)
{
    return !(Descriptor->Control & SE_DACL_PRESENT)
        ? nullptr
        : RtlpPart<ACL>(
            Descriptor, Descriptor->Control & SE_SELF_RELATIVE ? nullptr : Descriptor->Dacl,
            RtlpRelative(Descriptor)->Dacl);
}

PACL RtlpSacl(PISECURITY_DESCRIPTOR Descriptor)
{
    return !(Descriptor->Control & SE_SACL_PRESENT)
        ? nullptr
        : RtlpPart<ACL>(
            Descriptor, Descriptor->Control & SE_SELF_RELATIVE ? nullptr : Descriptor->Sacl,
            RtlpRelative(Descriptor)->Sacl);
}

ULONG RtlpAlign4(ULONG Bytes)
{
    return (Bytes + 3) & ~3u;
}

ULONG RtlpSidBytes(PSID Sid)
{
    return Sid ? RtlpAlign4(RtlLengthSid(Sid)) : 0;
}

ULONG RtlpAclBytes(PACL Acl)
{
    return Acl ? RtlpAlign4(Acl->AclSize) : 0;
}

/// Appends a part to a self-relative descriptor and returns its offset (0 when there is none).
ULONG RtlpPlace(PUCHAR Base, ULONG* At, const VOID* Part, ULONG Bytes, ULONG PaddedBytes)
{
    if (!Part)
        return 0;
    const ULONG Offset = *At;
    RtlCopyMemory(Base + Offset, Part, Bytes);
    *At += PaddedBytes;
    return Offset;
}

BOOLEAN RtlpIsWholeSid(const UCHAR* Bytes, ULONG Available)
{
    const SID* Sid = (const SID*)Bytes;
    return Available >= 8 && Sid->Revision == SID_REVISION
        && Sid->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES
        && Available >= 8u + 4u * Sid->SubAuthorityCount;
}

BOOLEAN RtlpIsWholeAcl(const UCHAR* Bytes, ULONG Available)
{
    PACL Acl = (PACL)Bytes;
    return Available >= sizeof(ACL) && Acl->AclSize >= sizeof(ACL) && Acl->AclSize <= Available
        && RtlpFirstFree(Acl);
}

} // namespace

extern "C" {

BOOLEAN NTAPI RtlValidSid(PSID Sid)
{
    return Sid && RtlpSid(Sid)->Revision == SID_REVISION
        && RtlpSid(Sid)->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

ULONG NTAPI RtlLengthRequiredSid(ULONG SubAuthorityCount)
{
    return 8 + 4 * SubAuthorityCount;
}

ULONG NTAPI RtlLengthSid(PSID Sid)
{
    return RtlLengthRequiredSid(RtlpSid(Sid)->SubAuthorityCount);
}

BOOLEAN NTAPI RtlEqualSid(PSID Sid1, PSID Sid2)
{
    return RtlLengthSid(Sid1) == RtlLengthSid(Sid2) && memcmp(Sid1, Sid2, RtlLengthSid(Sid1)) == 0;
}

/// Equal but for the last subauthority.
BOOLEAN NTAPI RtlEqualPrefixSid(PSID Sid1, PSID Sid2)
{
    const ULONG Length = RtlLengthSid(Sid1);
    return Length == RtlLengthSid(Sid2)
        && memcmp(Sid1, Sid2, Length > 8 ? Length - 4 : Length) == 0;
}

NTSTATUS NTAPI
RtlInitializeSid(PSID Sid, PSID_IDENTIFIER_AUTHORITY IdentifierAuthority, UCHAR SubAuthorityCount)
{
    if (SubAuthorityCount > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_PARAMETER;
    RtlpSid(Sid)->Revision = SID_REVISION;
    RtlpSid(Sid)->SubAuthorityCount = SubAuthorityCount;
    RtlpSid(Sid)->IdentifierAuthority = *IdentifierAuthority;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAllocateAndInitializeSid(
    PSID_IDENTIFIER_AUTHORITY IdentifierAuthority,
    UCHAR SubAuthorityCount,
    ULONG SubAuthority0,
    ULONG SubAuthority1,
    ULONG SubAuthority2,
    ULONG SubAuthority3,
    ULONG SubAuthority4,
    ULONG SubAuthority5,
    ULONG SubAuthority6,
    ULONG SubAuthority7,
    PSID* Sid)
{
    if (SubAuthorityCount > 8)
        return STATUS_INVALID_SID;
    const ULONG Parts[] = { SubAuthority0, SubAuthority1, SubAuthority2, SubAuthority3,
                            SubAuthority4, SubAuthority5, SubAuthority6, SubAuthority7 };
    *Sid = ExAllocatePoolWithTag(
        PagedPool, RtlLengthRequiredSid(SubAuthorityCount), RTLP_SECURITY_TAG);
    if (!*Sid)
        return STATUS_NO_MEMORY;
    RtlInitializeSid(*Sid, IdentifierAuthority, SubAuthorityCount);
    RtlCopyMemory(RtlSubAuthoritySid(*Sid, 0), Parts, SubAuthorityCount * sizeof(ULONG));
    return STATUS_SUCCESS;
}

PVOID NTAPI RtlFreeSid(PSID Sid)
{
    ExFreePool(Sid);
    return nullptr;
}

NTSTATUS NTAPI RtlCopySid(ULONG Length, PSID Destination, PSID Source)
{
    if (RtlLengthSid(Source) > Length)
        return STATUS_BUFFER_TOO_SMALL;
    RtlCopyMemory(Destination, Source, RtlLengthSid(Source));
    return STATUS_SUCCESS;
}

PULONG NTAPI RtlSubAuthoritySid(PSID Sid, ULONG SubAuthority)
{
    return (PULONG)((PUCHAR)Sid + 8) + SubAuthority;
}

PUCHAR NTAPI RtlSubAuthorityCountSid(PSID Sid)
{
    return &RtlpSid(Sid)->SubAuthorityCount;
}

PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID Sid)
{
    return &RtlpSid(Sid)->IdentifierAuthority;
}

/// "S-1-5-21-..."
NTSTATUS NTAPI RtlConvertSidToUnicodeString(
    PUNICODE_STRING UnicodeString, PSID Sid, BOOLEAN AllocateDestinationString)
{
    if (!RtlValidSid(Sid))
        return STATUS_INVALID_SID;
    CHAR Text[256];
    ULONGLONG Authority = 0;
    for (UCHAR Byte : RtlpSid(Sid)->IdentifierAuthority.Value)
        Authority = Authority << 8 | Byte;
    int Length = _snprintf(Text, sizeof Text, "S-%u-%I64u", RtlpSid(Sid)->Revision, Authority);
    for (ULONG Index = 0; Index < RtlpSid(Sid)->SubAuthorityCount; Index++)
        Length += _snprintf(
            Text + Length, sizeof Text - Length, "-%u", *RtlSubAuthoritySid(Sid, Index));
    const NTSTATUS Status
        = RtlpMakeRoom(UnicodeString, Length * sizeof(WCHAR), AllocateDestinationString);
    if (NT_SUCCESS(Status))
        for (int Index = 0; Index < Length; Index++)
            UnicodeString->Buffer[Index] = (UCHAR)Text[Index];
    return Status;
}

VOID NTAPI RtlCopyLuid(PLUID DestinationLuid, PLUID SourceLuid)
{
    *DestinationLuid = *SourceLuid;
}

VOID NTAPI RtlMapGenericMask(PACCESS_MASK AccessMask, PGENERIC_MAPPING GenericMapping)
{
    const ACCESS_MASK Mask = *AccessMask;
    *AccessMask = (Mask & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL))
        | (Mask & GENERIC_READ ? GenericMapping->GenericRead : 0)
        | (Mask & GENERIC_WRITE ? GenericMapping->GenericWrite : 0)
        | (Mask & GENERIC_EXECUTE ? GenericMapping->GenericExecute : 0)
        | (Mask & GENERIC_ALL ? GenericMapping->GenericAll : 0);
}

NTSTATUS NTAPI RtlCreateAcl(PACL Acl, ULONG AclLength, ULONG AclRevision)
{
    if (AclLength < sizeof(ACL))
        return STATUS_BUFFER_TOO_SMALL;
    if (AclRevision < ACL_REVISION || AclRevision > ACL_REVISION_DS || AclLength > MAXUSHORT)
        return STATUS_INVALID_PARAMETER;
    *Acl = {};
    Acl->AclRevision = (UCHAR)AclRevision;
    Acl->AclSize = (USHORT)(AclLength & ~3u);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedAceEx(
    PACL Acl, ULONG AceRevision, ULONG AceFlags, ACCESS_MASK AccessMask, PSID Sid)
{
    if (!RtlValidSid(Sid))
        return STATUS_INVALID_SID;
    PUCHAR At = RtlpFirstFree(Acl);
    if (!At || AceRevision > ACL_REVISION_DS)
        return STATUS_INVALID_ACL;
    const ULONG Bytes = FIELD_OFFSET(ACCESS_ALLOWED_ACE, SidStart) + RtlLengthSid(Sid);
    if (At + Bytes > (PUCHAR)Acl + Acl->AclSize)
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    PACCESS_ALLOWED_ACE Ace = (PACCESS_ALLOWED_ACE)At;
    Ace->Header.AceType = ACCESS_ALLOWED_ACE_TYPE;
    Ace->Header.AceFlags = (UCHAR)AceFlags;
    Ace->Header.AceSize = (USHORT)Bytes;
    Ace->Mask = AccessMask;
    RtlCopyMemory(&Ace->SidStart, Sid, RtlLengthSid(Sid));
    Acl->AceCount++;
    if (AceRevision > Acl->AclRevision)
        Acl->AclRevision = (UCHAR)AceRevision;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL Acl, ULONG AceRevision, ACCESS_MASK AccessMask, PSID Sid)
{
    return RtlAddAccessAllowedAceEx(Acl, AceRevision, 0, AccessMask, Sid);
}

NTSTATUS NTAPI RtlGetAce(PACL Acl, ULONG AceIndex, PVOID* Ace)
{
    if (AceIndex >= Acl->AceCount || !RtlpFirstFree(Acl))
        return STATUS_INVALID_PARAMETER;
    PUCHAR At = (PUCHAR)(Acl + 1);
    while (AceIndex--)
        At += ((PACE_HEADER)At)->AceSize;
    *Ace = At;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteAce(PACL Acl, ULONG AceIndex)
{
    PVOID Ace;
    const NTSTATUS Status = RtlGetAce(Acl, AceIndex, &Ace);
    if (!NT_SUCCESS(Status))
        return Status;
    PUCHAR Next = (PUCHAR)Ace + ((PACE_HEADER)Ace)->AceSize;
    RtlMoveMemory(Ace, Next, RtlpFirstFree(Acl) - Next);
    Acl->AceCount--;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Revision)
{
    if (Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *(PISECURITY_DESCRIPTOR)SecurityDescriptor = {};
    ((PISECURITY_DESCRIPTOR)SecurityDescriptor)->Revision = SECURITY_DESCRIPTOR_REVISION;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    if (!Descriptor || Descriptor->Revision != SECURITY_DESCRIPTOR_REVISION)
        return FALSE;
    PSID Owner = RtlpOwner(Descriptor);
    PSID Group = RtlpGroup(Descriptor);
    PACL Dacl = RtlpDacl(Descriptor);
    PACL Sacl = RtlpSacl(Descriptor);
    return (!Owner || RtlValidSid(Owner)) && (!Group || RtlValidSid(Group))
        && (!Dacl || RtlpFirstFree(Dacl)) && (!Sacl || RtlpFirstFree(Sacl));
}

BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptorInput,
    ULONG SecurityDescriptorLength,
    SECURITY_INFORMATION RequiredInformation)
{
    const UCHAR* Base = (const UCHAR*)SecurityDescriptorInput;
    PISECURITY_DESCRIPTOR_RELATIVE Descriptor
        = (PISECURITY_DESCRIPTOR_RELATIVE)SecurityDescriptorInput;
    const ULONG Length = SecurityDescriptorLength;
    if (Length < sizeof(SECURITY_DESCRIPTOR_RELATIVE)
        || Descriptor->Revision != SECURITY_DESCRIPTOR_REVISION
        || !(Descriptor->Control & SE_SELF_RELATIVE))
        return FALSE;
    const struct
    {
        ULONG Offset;
        SECURITY_INFORMATION Bit;
        BOOLEAN IsAcl;
    } Parts[] = { { Descriptor->Owner, OWNER_SECURITY_INFORMATION, FALSE },
                  { Descriptor->Group, GROUP_SECURITY_INFORMATION, FALSE },
                  { Descriptor->Control & SE_DACL_PRESENT ? Descriptor->Dacl : 0,
                    DACL_SECURITY_INFORMATION, TRUE },
                  { Descriptor->Control & SE_SACL_PRESENT ? Descriptor->Sacl : 0,
                    SACL_SECURITY_INFORMATION, TRUE } };
    for (const auto& Part : Parts) {
        if (Part.Offset == 0) {
            if (!Part.IsAcl && (RequiredInformation & Part.Bit))
                return FALSE;
            continue;
        }
        if (Part.Offset < sizeof(SECURITY_DESCRIPTOR_RELATIVE) || Part.Offset >= Length
            || Part.Offset % 4)
            return FALSE;
        const ULONG Available = Length - Part.Offset;
        if (!(Part.IsAcl ? RtlpIsWholeAcl(Base + Part.Offset, Available)
                         : RtlpIsWholeSid(Base + Part.Offset, Available)))
            return FALSE;
    }
    return TRUE;
}

ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR SecurityDescriptor)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    const ULONG Head = Descriptor->Control & SE_SELF_RELATIVE ? sizeof(SECURITY_DESCRIPTOR_RELATIVE)
                                                              : sizeof(SECURITY_DESCRIPTOR);
    return Head + RtlpSidBytes(RtlpOwner(Descriptor)) + RtlpSidBytes(RtlpGroup(Descriptor))
        + RtlpAclBytes(RtlpDacl(Descriptor)) + RtlpAclBytes(RtlpSacl(Descriptor));
}

NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(
    PSECURITY_DESCRIPTOR AbsoluteSecurityDescriptor,
    PSECURITY_DESCRIPTOR SelfRelativeSecurityDescriptor,
    PULONG BufferLength)
{
    PISECURITY_DESCRIPTOR Source = (PISECURITY_DESCRIPTOR)AbsoluteSecurityDescriptor;
    if (Source->Control & SE_SELF_RELATIVE)
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    PSID Owner = RtlpOwner(Source);
    PSID Group = RtlpGroup(Source);
    PACL Dacl = RtlpDacl(Source);
    PACL Sacl = RtlpSacl(Source);
    const ULONG Needed = sizeof(SECURITY_DESCRIPTOR_RELATIVE) + RtlpSidBytes(Owner)
        + RtlpSidBytes(Group) + RtlpAclBytes(Dacl) + RtlpAclBytes(Sacl);
    if (*BufferLength < Needed) {
        *BufferLength = Needed;
        return STATUS_BUFFER_TOO_SMALL;
    }
    PISECURITY_DESCRIPTOR_RELATIVE Target
        = (PISECURITY_DESCRIPTOR_RELATIVE)SelfRelativeSecurityDescriptor;
    PUCHAR Base = (PUCHAR)Target;
    RtlZeroMemory(Base, Needed);
    Target->Revision = Source->Revision;
    Target->Sbz1 = Source->Sbz1;
    Target->Control = Source->Control | SE_SELF_RELATIVE;
    ULONG At = sizeof(SECURITY_DESCRIPTOR_RELATIVE);
    Target->Sacl = RtlpPlace(Base, &At, Sacl, Sacl ? Sacl->AclSize : 0, RtlpAclBytes(Sacl));
    Target->Dacl = RtlpPlace(Base, &At, Dacl, Dacl ? Dacl->AclSize : 0, RtlpAclBytes(Dacl));
    Target->Owner
        = RtlpPlace(Base, &At, Owner, Owner ? RtlLengthSid(Owner) : 0, RtlpSidBytes(Owner));
    Target->Group
        = RtlpPlace(Base, &At, Group, Group ? RtlLengthSid(Group) : 0, RtlpSidBytes(Group));
    *BufferLength = Needed;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID* Owner, PBOOLEAN OwnerDefaulted)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    *Owner = RtlpOwner(Descriptor);
    *OwnerDefaulted = (Descriptor->Control & SE_OWNER_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID* Group, PBOOLEAN GroupDefaulted)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    *Group = RtlpGroup(Descriptor);
    *GroupDefaulted = (Descriptor->Control & SE_GROUP_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PBOOLEAN DaclPresent,
    PACL* Dacl,
    PBOOLEAN DaclDefaulted)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    *DaclPresent = (Descriptor->Control & SE_DACL_PRESENT) != 0;
    *Dacl = RtlpDacl(Descriptor);
    *DaclDefaulted = (Descriptor->Control & SE_DACL_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PBOOLEAN SaclPresent,
    PACL* Sacl,
    PBOOLEAN SaclDefaulted)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    *SaclPresent = (Descriptor->Control & SE_SACL_PRESENT) != 0;
    *Sacl = RtlpSacl(Descriptor);
    *SaclDefaulted = (Descriptor->Control & SE_SACL_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

// The Set routines serve absolute descriptors only.

NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Owner, BOOLEAN OwnerDefaulted)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    if (Descriptor->Control & SE_SELF_RELATIVE)
        return STATUS_INVALID_SECURITY_DESCR;
    Descriptor->Owner = Owner;
    Descriptor->Control
        = (USHORT)((Descriptor->Control & ~SE_OWNER_DEFAULTED) | (OwnerDefaulted ? SE_OWNER_DEFAULTED : 0));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSID Group, BOOLEAN GroupDefaulted)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    if (Descriptor->Control & SE_SELF_RELATIVE)
        return STATUS_INVALID_SECURITY_DESCR;
    Descriptor->Group = Group;
    Descriptor->Control
        = (USHORT)((Descriptor->Control & ~SE_GROUP_DEFAULTED) | (GroupDefaulted ? SE_GROUP_DEFAULTED : 0));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN DaclPresent, PACL Dacl, BOOLEAN DaclDefaulted)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    if (Descriptor->Control & SE_SELF_RELATIVE)
        return STATUS_INVALID_SECURITY_DESCR;
    Descriptor->Dacl = DaclPresent ? Dacl : nullptr;
    Descriptor->Control
        = (USHORT)((Descriptor->Control & ~(SE_DACL_PRESENT | SE_DACL_DEFAULTED)) | (DaclPresent ? SE_DACL_PRESENT : 0) | (DaclPresent && DaclDefaulted ? SE_DACL_DEFAULTED : 0));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(
    PSECURITY_DESCRIPTOR SecurityDescriptor, BOOLEAN SaclPresent, PACL Sacl, BOOLEAN SaclDefaulted)
{
    PISECURITY_DESCRIPTOR Descriptor = (PISECURITY_DESCRIPTOR)SecurityDescriptor;
    if (Descriptor->Control & SE_SELF_RELATIVE)
        return STATUS_INVALID_SECURITY_DESCR;
    Descriptor->Sacl = SaclPresent ? Sacl : nullptr;
    Descriptor->Control
        = (USHORT)((Descriptor->Control & ~(SE_SACL_PRESENT | SE_SACL_DEFAULTED)) | (SaclPresent ? SE_SACL_PRESENT : 0) | (SaclPresent && SaclDefaulted ? SE_SACL_DEFAULTED : 0));
    return STATUS_SUCCESS;
}

} // extern "C"
