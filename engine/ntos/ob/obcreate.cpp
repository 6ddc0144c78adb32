// obcreate.cpp - object types, and objects from their allocation to the moment others can find
// them.
#include "engine/ntos/ob/obpriv.h"

constinit LIST_ENTRY ObpLiveObjects {};
constinit POBJECT_TYPE ObpTypeType = nullptr;
constinit BOOLEAN ObpSecurityReady = FALSE;

/// Copies a counted string into pool.
NTSTATUS ObpDuplicateName(PCUNICODE_STRING Source, PUNICODE_STRING Target)
{
    Target->Length = Source->Length;
    Target->MaximumLength = static_cast<USHORT>(Source->Length + sizeof(WCHAR));
    Target->Buffer = static_cast<PWCH>(
        ExAllocatePoolWithTag(NonPagedPool, Target->MaximumLength, OBP_TAG_NAME));
    if (Target->Buffer == nullptr) {
        Target->Length = Target->MaximumLength = 0;
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Target->Buffer, Source->Buffer, Source->Length);
    Target->Buffer[Source->Length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

void ObpFreeName(PUNICODE_STRING Name)
{
    if (Name->Buffer != nullptr) {
        ExFreePoolWithTag(Name->Buffer, OBP_TAG_NAME);
    }
    *Name = {};
}

NTSTATUS ObpReplaceCompleteName(PUNICODE_STRING CompleteName, PCUNICODE_STRING NewName)
{
    UNICODE_STRING Copy;
    NTSTATUS Status = ObpDuplicateName(NewName, &Copy);

    if (NT_SUCCESS(Status)) {
        ObpFreeName(CompleteName);
        *CompleteName = Copy;
    }
    return Status;
}

void ObpFreeCreate(OBP_HEADER* Header)
{
    if (Header->Create != nullptr) {
        ObpFreeName(&Header->Create->FullName);
        ExFreePoolWithTag(Header->Create, OBP_TAG_NAME);
        Header->Create = nullptr;
    }
}

/// The checks every system call makes on OBJECT_ATTRIBUTES before it looks at the name.
///
/// Errors   STATUS_ACCESS_VIOLATION, STATUS_DATATYPE_MISALIGNMENT (user callers),
/// STATUS_INVALID_PARAMETER (length or
///          attributes), STATUS_OBJECT_NAME_INVALID (odd length or no buffer behind a length)
NTSTATUS ObpCheckObjectAttributes(KPROCESSOR_MODE Mode, POBJECT_ATTRIBUTES ObjectAttributes)
{
    if (ObjectAttributes == nullptr) {
        return STATUS_INVALID_PARAMETER;
    }
    NTSTATUS Status
        = ObpProbeForRead(Mode, ObjectAttributes, sizeof(OBJECT_ATTRIBUTES), alignof(PVOID));
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (ObjectAttributes->Length != sizeof(OBJECT_ATTRIBUTES)
        || (ObjectAttributes->Attributes & ~OBJ_VALID_ATTRIBUTES) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    PUNICODE_STRING Name = ObjectAttributes->ObjectName;
    if (Name == nullptr) {
        return STATUS_SUCCESS;
    }
    Status = ObpProbeForRead(Mode, Name, sizeof(UNICODE_STRING), alignof(PVOID));
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Name->Length % sizeof(WCHAR) != 0 || Name->Length > Name->MaximumLength
        || (Name->Length != 0 && Name->Buffer == nullptr)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    return Name->Length == 0 ? STATUS_SUCCESS
                             : ObpProbeForRead(Mode, Name->Buffer, Name->Length, sizeof(WCHAR));
}

POBJECT_TYPE ObpCreateType(PCWSTR Name, const OB_TYPE_PROCEDURES* Procedures)
{
    PVOID Object = nullptr;
    POBJECT_TYPE Type;

    if (!NT_SUCCESS(ObCreateObject(
            KernelMode, ObpTypeType, nullptr, KernelMode, nullptr, sizeof(_OBJECT_TYPE), 0, 0,
            &Object))) {
        KeBugCheckEx(OBJECT_INITIALIZATION_FAILED, reinterpret_cast<ULONG_PTR>(Name), 0, 0, 0);
    }
    Type = static_cast<POBJECT_TYPE>(Object);
    Type->Name = Name;
    Type->Procedures = *Procedures;
    Type->TraceKind = static_cast<RDR_OBJECT_KIND>(Procedures->TraceKind);
    ObpHeader(Type)->Flags |= kObpPermanent;
    if (ObpTypeType == nullptr) {
        // The type of types is its own type: its header was made before it existed.
        ObpTypeType = Type;
        ObpHeader(Type)->Type = Type;
        Type->TotalNumberOfObjects = 1;
    }
    return Type;
}

void ObpMakePermanentObject(PVOID Object)
{
    ObpHeader(Object)->Flags |= kObpPermanent;
}

/// Access a caller asks for, in the words of the type. MAXIMUM_ALLOWED means everything the type
/// knows: objects of the emulator carry no access list of their own, files ask their file system
/// (differs: Windows checks a descriptor).
ACCESS_MASK ObpGrantAccess(POBJECT_TYPE Type, ACCESS_MASK DesiredAccess)
{
    ACCESS_MASK Access = DesiredAccess;

    RtlMapGenericMask(&Access, &Type->Procedures.GenericMapping);
    if ((Access & MAXIMUM_ALLOWED) != 0) {
        Access = (Access & ~MAXIMUM_ALLOWED) | Type->Procedures.GenericMapping.GenericAll;
    }
    return Access & (Type->Procedures.ValidAccessMask | ACCESS_SYSTEM_SECURITY);
}

void ObpInitAccessState(PACCESS_STATE State, POBJECT_TYPE Type, ACCESS_MASK DesiredAccess)
{
    RtlZeroMemory(State, sizeof(*State));
    if (ObpSecurityReady) {
        SeCaptureSubjectContext(&State->SubjectSecurityContext);
    }
    if (Type != nullptr) {
        RtlMapGenericMask(&DesiredAccess, &Type->Procedures.GenericMapping);
    }
    State->OriginalDesiredAccess = DesiredAccess;
    State->RemainingDesiredAccess = DesiredAccess;
}

void ObpDeleteAccessState(PACCESS_STATE State)
{
    if (State->SubjectSecurityContext.PrimaryToken != nullptr) {
        SeReleaseSubjectContext(&State->SubjectSecurityContext);
    }
}

extern "C" {

NTSTATUS NTAPI ObCreateObject(
    KPROCESSOR_MODE ObjectAttributesAccessMode,
    POBJECT_TYPE ObjectType,
    POBJECT_ATTRIBUTES ObjectAttributes,
    KPROCESSOR_MODE AccessMode,
    PVOID ParseContext,
    ULONG ObjectSize,
    ULONG PagedPoolCharge,
    ULONG NonPagedPoolCharge,
    PVOID* Object)
{
    UNREFERENCED_PARAMETER(AccessMode);
    UNREFERENCED_PARAMETER(PagedPoolCharge);
    UNREFERENCED_PARAMETER(NonPagedPoolCharge);

    *Object = nullptr;
    if (ObjectAttributes != nullptr) {
        NTSTATUS Status = ObpCheckObjectAttributes(ObjectAttributesAccessMode, ObjectAttributes);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    auto* Header = static_cast<OBP_HEADER*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(OBP_HEADER) + ObjectSize, OBP_TAG_OBJECT));
    if (Header == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Header, sizeof(OBP_HEADER) + ObjectSize);
    Header->Signature = kObpSignature;
    Header->Type = ObjectType;
    Header->PointerCount = 1;
    InsertTailList(&ObpLiveObjects, &Header->LiveLinks);
    if (ObjectType != nullptr) {
        ObjectType->TotalNumberOfObjects++;
    }
    if (ObjectAttributes != nullptr) {
        auto* Create = static_cast<OBP_CREATE*>(
            ExAllocatePoolWithTag(NonPagedPool, sizeof(OBP_CREATE), OBP_TAG_NAME));
        if (Create == nullptr) {
            ObfDereferenceObject(ObpBody(Header));
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlZeroMemory(Create, sizeof(*Create));
        Header->Create = Create;
        Create->RootDirectory = ObjectAttributes->RootDirectory;
        Create->Attributes = ObjectAttributes->Attributes;
        if (ObjectAttributesAccessMode != KernelMode) {
            Create->Attributes &= ~static_cast<ULONG>(OBJ_KERNEL_HANDLE);
        }
        Create->ProbeMode = ObjectAttributesAccessMode;
        Create->ParseContext = ParseContext;
        Create->SecurityDescriptor = ObjectAttributes->SecurityDescriptor;
        if (ObjectAttributes->ObjectName != nullptr && ObjectAttributes->ObjectName->Length != 0) {
            NTSTATUS Status = ObpDuplicateName(ObjectAttributes->ObjectName, &Create->FullName);
            if (!NT_SUCCESS(Status)) {
                ObfDereferenceObject(ObpBody(Header));
                return Status;
            }
        }
        if ((Create->Attributes & OBJ_PERMANENT) != 0) {
            Header->Flags |= kObpPermanent;
        }
        if ((Create->Attributes & OBJ_EXCLUSIVE) != 0) {
            Header->Flags |= kObpExclusive;
        }
    }
    *Object = ObpBody(Header);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObInsertObject(
    PVOID Object,
    PACCESS_STATE PassedAccessState,
    ACCESS_MASK DesiredAccess,
    ULONG ObjectPointerBias,
    PVOID* NewObject,
    PHANDLE Handle)
{
    OBP_HEADER* Header = ObpHeader(Object);
    OBP_CREATE* Create = Header->Create;
    ULONG Attributes = Create != nullptr ? Create->Attributes : 0;
    KPROCESSOR_MODE Mode
        = Create != nullptr ? Create->ProbeMode : static_cast<KPROCESSOR_MODE>(KernelMode);
    NTSTATUS Status = STATUS_SUCCESS;
    PVOID Target = Object;
    OB_OPEN_REASON Reason = ObCreateHandle;

    PAGED_CODE();
    if (NewObject != nullptr) {
        *NewObject = nullptr;
    }
    if (Handle != nullptr) {
        *Handle = nullptr;
    }
    if (Create != nullptr && Create->FullName.Buffer != nullptr) {
        ACCESS_STATE LocalState;
        PACCESS_STATE AccessState = PassedAccessState;
        if (AccessState == nullptr) {
            ObpInitAccessState(&LocalState, Header->Type, DesiredAccess);
            AccessState = &LocalState;
        }
        OBP_LOOKUP Lookup {};
        Lookup.RootDirectory = Create->RootDirectory;
        Lookup.Name = &Create->FullName;
        Lookup.Attributes = Attributes;
        Lookup.Type = Header->Type;
        Lookup.Mode = Mode;
        Lookup.AccessState = AccessState;
        Lookup.ParseContext = Create->ParseContext;
        Lookup.Insert = Object;
        Status = ObpLookup(&Lookup);
        if (AccessState == &LocalState) {
            ObpDeleteAccessState(&LocalState);
        }
        if (NT_SUCCESS(Status) && Lookup.Object != Object) {
            // The name was taken. OBJ_OPENIF opens what is there, anything else is a collision.
            if ((Attributes & OBJ_OPENIF) == 0) {
                Status = STATUS_OBJECT_NAME_COLLISION;
            } else if (ObpTypeOf(Lookup.Object) != Header->Type) {
                Status = STATUS_OBJECT_TYPE_MISMATCH;
            } else {
                Status = STATUS_OBJECT_NAME_EXISTS;
                Reason = ObOpenHandle;
                ObpReference(Lookup.Object, "ObInsertObject");
                Target = Lookup.Object;
            }
        }
        if (Lookup.Object != nullptr) {
            ObpDereference(Lookup.Object, "lookup");
        }
        if (!NT_SUCCESS(Status)) {
            ObpFreeCreate(Header);
            Header->Flags &= static_cast<UCHAR>(~kObpPermanent);
            ObfDereferenceObject(Object);
            return Status;
        }
    }
    if (Target == Object) {
        ObpFreeCreate(Header);
    } else {
        Header->Flags &= static_cast<UCHAR>(~kObpPermanent);
        ObfDereferenceObject(Object);
    }
    for (ULONG Extra = 0; Extra < ObjectPointerBias; Extra++) {
        ObpReference(Target, "ObInsertObject");
    }
    if (Handle != nullptr) {
        ACCESS_MASK Granted = PassedAccessState != nullptr
            ? (PassedAccessState->PreviouslyGrantedAccess
               | PassedAccessState->RemainingDesiredAccess)
            : DesiredAccess;
        NTSTATUS HandleStatus = ObpCreateHandle(
            Target, Reason, ObpGrantAccess(ObpTypeOf(Target), Granted), Attributes, Mode, Handle);
        if (!NT_SUCCESS(HandleStatus)) {
            for (ULONG Extra = 0; Extra < ObjectPointerBias; Extra++) {
                ObfDereferenceObject(Target);
            }
            ObpDeleteNameCheck(ObpHeader(Target));
            ObpDereference(Target, "ObCreateObject");
            return HandleStatus;
        }
    }
    if (NewObject != nullptr && ObjectPointerBias > 0) {
        *NewObject = Target;
    }
    // The creator's reference turns into the handle's (or the name's); the object may end here when
    // it has neither.
    ObpDereference(Target, "ObCreateObject");
    return Status;
}

VOID NTAPI ObMakeTemporaryObject(PVOID Object)
{
    OBP_HEADER* Header = ObpHeader(Object);

    PAGED_CODE();
    Header->Flags &= static_cast<UCHAR>(~kObpPermanent);
    ObpDeleteNameCheck(Header);
}

NTSTATUS NTAPI ObOpenObjectByName(
    POBJECT_ATTRIBUTES ObjectAttributes,
    POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode,
    PACCESS_STATE AccessState,
    ACCESS_MASK DesiredAccess,
    PVOID ParseContext,
    PHANDLE Handle)
{
    ACCESS_STATE LocalState;
    UNICODE_STRING Name {};
    SECURITY_QUALITY_OF_SERVICE SecurityQos;
    OBP_LOOKUP Lookup {};

    PAGED_CODE();
    *Handle = nullptr;
    NTSTATUS Status = ObpCheckObjectAttributes(AccessMode, ObjectAttributes);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    // The name is captured: a user thread may change it while parse procedures wait.
    if (ObjectAttributes->ObjectName != nullptr && ObjectAttributes->ObjectName->Length != 0) {
        Status = ObpDuplicateName(ObjectAttributes->ObjectName, &Name);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    if (ObjectAttributes->SecurityQualityOfService != nullptr) {
        Status = ObpProbeForRead(
            AccessMode, ObjectAttributes->SecurityQualityOfService, sizeof(SecurityQos),
            alignof(ULONG));
        if (!NT_SUCCESS(Status)) {
            ObpFreeName(&Name);
            return Status;
        }
        SecurityQos = *static_cast<PSECURITY_QUALITY_OF_SERVICE>(
            ObjectAttributes->SecurityQualityOfService);
    }
    if (AccessState == nullptr) {
        ObpInitAccessState(&LocalState, ObjectType, DesiredAccess);
        AccessState = &LocalState;
    }
    ULONG Attributes = ObjectAttributes->Attributes;
    if (AccessMode != KernelMode) {
        Attributes &= ~static_cast<ULONG>(OBJ_KERNEL_HANDLE);
    }
    Lookup.RootDirectory = ObjectAttributes->RootDirectory;
    Lookup.Name = &Name;
    Lookup.Attributes = Attributes;
    Lookup.Type = ObjectType;
    Lookup.Mode = AccessMode;
    Lookup.AccessState = AccessState;
    Lookup.ParseContext = ParseContext;
    Lookup.SecurityQos
        = ObjectAttributes->SecurityQualityOfService != nullptr ? &SecurityQos : nullptr;
    Status = ObpLookup(&Lookup);
    if (NT_SUCCESS(Status)) {
        ACCESS_MASK Granted = ObpGrantAccess(
            ObpTypeOf(Lookup.Object),
            AccessState->PreviouslyGrantedAccess | AccessState->RemainingDesiredAccess);
        NTSTATUS HandleStatus
            = ObpCreateHandle(Lookup.Object, ObOpenHandle, Granted, Attributes, AccessMode, Handle);
        if (!NT_SUCCESS(HandleStatus)) {
            Status = HandleStatus;
        }
        ObpDereference(Lookup.Object, "lookup");
    }
    if (AccessState == &LocalState) {
        ObpDeleteAccessState(&LocalState);
    }
    ObpFreeName(&Name);
    return Status;
}

NTSTATUS NTAPI ObReferenceObjectByName(
    PUNICODE_STRING ObjectName,
    ULONG Attributes,
    PACCESS_STATE PassedAccessState,
    ACCESS_MASK DesiredAccess,
    POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode,
    PVOID ParseContext,
    PVOID* Object)
{
    ACCESS_STATE LocalState;
    OBP_LOOKUP Lookup {};
    UNICODE_STRING Name {};

    PAGED_CODE();
    *Object = nullptr;
    if (ObjectName == nullptr || ObjectName->Length == 0) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    NTSTATUS Status = ObpDuplicateName(ObjectName, &Name);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (PassedAccessState == nullptr) {
        ObpInitAccessState(&LocalState, ObjectType, DesiredAccess);
    }
    Lookup.Name = &Name;
    Lookup.Attributes = Attributes;
    Lookup.Type = ObjectType;
    Lookup.Mode = AccessMode;
    Lookup.AccessState = PassedAccessState != nullptr ? PassedAccessState : &LocalState;
    Lookup.ParseContext = ParseContext;
    Status = ObpLookup(&Lookup);
    if (NT_SUCCESS(Status)) {
        *Object = Lookup.Object;
    }
    if (PassedAccessState == nullptr) {
        ObpDeleteAccessState(&LocalState);
    }
    ObpFreeName(&Name);
    return Status;
}

} // extern "C"
