/* se.h - Se routines */
#ifndef RDR_NT_API_SE_H
#define RDR_NT_API_SE_H

NTKERNELAPI BOOLEAN NTAPI SeAccessCheck(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
    BOOLEAN SubjectContextLocked, ACCESS_MASK DesiredAccess, ACCESS_MASK PreviouslyGrantedAccess,
    PPRIVILEGE_SET *Privileges, PGENERIC_MAPPING GenericMapping, KPROCESSOR_MODE AccessMode,
    PACCESS_MASK GrantedAccess, PNTSTATUS AccessStatus);
NTKERNELAPI BOOLEAN NTAPI SeAccessCheckFromState(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PTOKEN_ACCESS_INFORMATION PrimaryTokenInformation,
    PTOKEN_ACCESS_INFORMATION ClientTokenInformation, ACCESS_MASK DesiredAccess,
    ACCESS_MASK PreviouslyGrantedAccess, PPRIVILEGE_SET *Privileges, PGENERIC_MAPPING GenericMapping,
    KPROCESSOR_MODE AccessMode, PACCESS_MASK GrantedAccess, PNTSTATUS AccessStatus);
NTKERNELAPI NTSTATUS NTAPI SeAppendPrivileges(PACCESS_STATE AccessState, PPRIVILEGE_SET Privileges);
NTKERNELAPI NTSTATUS NTAPI SeAssignSecurity(
    PSECURITY_DESCRIPTOR ParentDescriptor, PSECURITY_DESCRIPTOR ExplicitDescriptor,
    PSECURITY_DESCRIPTOR *NewDescriptor, BOOLEAN IsDirectoryObject, PSECURITY_SUBJECT_CONTEXT SubjectContext,
    PGENERIC_MAPPING GenericMapping, POOL_TYPE PoolType);
NTKERNELAPI NTSTATUS NTAPI SeAssignSecurityEx(
    PSECURITY_DESCRIPTOR ParentDescriptor, PSECURITY_DESCRIPTOR ExplicitDescriptor,
    PSECURITY_DESCRIPTOR *NewDescriptor, GUID *ObjectType, BOOLEAN IsDirectoryObject, ULONG AutoInheritFlags,
    PSECURITY_SUBJECT_CONTEXT SubjectContext, PGENERIC_MAPPING GenericMapping, POOL_TYPE PoolType);
NTKERNELAPI VOID NTAPI SeAuditHardLinkCreation(PUNICODE_STRING FileName, PUNICODE_STRING LinkName, BOOLEAN bSuccess);
NTKERNELAPI BOOLEAN NTAPI SeAuditingAnyFileEventsWithContext(
    PSECURITY_DESCRIPTOR SecurityDescriptor, PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext);
NTKERNELAPI BOOLEAN NTAPI SeAuditingFileEvents(BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor);
NTKERNELAPI BOOLEAN NTAPI SeAuditingFileEventsWithContext(
    BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext);
NTKERNELAPI BOOLEAN NTAPI SeAuditingFileOrGlobalEvents(
    BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext);
NTKERNELAPI BOOLEAN NTAPI SeAuditingHardLinkEvents(BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor);
NTKERNELAPI BOOLEAN NTAPI SeAuditingHardLinkEventsWithContext(
    BOOLEAN AccessGranted, PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext);
NTKERNELAPI VOID NTAPI SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTKERNELAPI ULONG NTAPI SeComputeAutoInheritByObjectType(
    PVOID ObjectType, PSECURITY_DESCRIPTOR SecurityDescriptor, PSECURITY_DESCRIPTOR ParentSecurityDescriptor);
NTKERNELAPI NTSTATUS NTAPI SeCreateClientSecurity(
    PETHREAD ClientThread, PSECURITY_QUALITY_OF_SERVICE ClientSecurityQos, BOOLEAN RemoteSession,
    PSECURITY_CLIENT_CONTEXT ClientContext);
NTKERNELAPI NTSTATUS NTAPI SeCreateClientSecurityFromSubjectContext(
    PSECURITY_SUBJECT_CONTEXT SubjectContext, PSECURITY_QUALITY_OF_SERVICE ClientSecurityQos,
    BOOLEAN ServerIsRemote, PSECURITY_CLIENT_CONTEXT ClientContext);
NTKERNELAPI NTSTATUS NTAPI SeDeassignSecurity(PSECURITY_DESCRIPTOR *SecurityDescriptor);
NTKERNELAPI VOID NTAPI SeDeleteObjectAuditAlarm(PVOID Object, HANDLE Handle);
NTKERNELAPI VOID NTAPI SeExamineGlobalSacl(
    PUNICODE_STRING ObjectType, PACCESS_TOKEN Token, ACCESS_MASK DesiredAccess, BOOLEAN AccessGranted,
    PBOOLEAN GenerateAudit, PBOOLEAN GenerateAlarm);
NTKERNELAPI VOID NTAPI SeExamineSacl(
    PACL Sacl, PACCESS_TOKEN Token, ACCESS_MASK DesiredAccess, BOOLEAN AccessGranted, PBOOLEAN GenerateAudit,
    PBOOLEAN GenerateAlarm);
NTKERNELAPI NTSTATUS NTAPI SeFilterToken(
    PACCESS_TOKEN ExistingToken, ULONG Flags, PTOKEN_GROUPS SidsToDisable, PTOKEN_PRIVILEGES PrivilegesToDelete,
    PTOKEN_GROUPS RestrictedSids, PACCESS_TOKEN *FilteredToken);
NTKERNELAPI VOID NTAPI SeFreePrivileges(PPRIVILEGE_SET Privileges);
NTKERNELAPI VOID NTAPI SeImpersonateClient(PSECURITY_CLIENT_CONTEXT ClientContext, PETHREAD ServerThread);
NTKERNELAPI NTSTATUS NTAPI SeImpersonateClientEx(PSECURITY_CLIENT_CONTEXT ClientContext, PETHREAD ServerThread);
NTKERNELAPI NTSTATUS NTAPI SeLocateProcessImageName(PEPROCESS Process, PUNICODE_STRING *pImageFileName);
NTKERNELAPI VOID NTAPI SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTKERNELAPI NTSTATUS NTAPI SeMarkLogonSessionForTerminationNotification(PLUID LogonId);
NTKERNELAPI VOID NTAPI SeMaximumAuditMaskFromGlobalSacl(
    PUNICODE_STRING ObjectTypeName, ACCESS_MASK GrantedAccess, PACCESS_TOKEN Token, PACCESS_MASK AuditMask);
NTKERNELAPI ULONG NTAPI SeObjectCreateSaclAccessBits(PSECURITY_DESCRIPTOR SecurityDescriptor);
NTKERNELAPI VOID NTAPI SeOpenObjectAuditAlarm(
    PUNICODE_STRING ObjectTypeName, PVOID Object, PUNICODE_STRING AbsoluteObjectName,
    PSECURITY_DESCRIPTOR SecurityDescriptor, PACCESS_STATE AccessState, BOOLEAN ObjectCreated,
    BOOLEAN AccessGranted, KPROCESSOR_MODE AccessMode, PBOOLEAN GenerateOnClose);
NTKERNELAPI VOID NTAPI SeOpenObjectForDeleteAuditAlarm(
    PUNICODE_STRING ObjectTypeName, PVOID Object, PUNICODE_STRING AbsoluteObjectName,
    PSECURITY_DESCRIPTOR SecurityDescriptor, PACCESS_STATE AccessState, BOOLEAN ObjectCreated,
    BOOLEAN AccessGranted, KPROCESSOR_MODE AccessMode, PBOOLEAN GenerateOnClose);
NTKERNELAPI BOOLEAN NTAPI SePrivilegeCheck(
    PPRIVILEGE_SET RequiredPrivileges, PSECURITY_SUBJECT_CONTEXT SubjectContext, KPROCESSOR_MODE AccessMode);
NTKERNELAPI NTSTATUS NTAPI SeQueryAuthenticationIdToken(PACCESS_TOKEN Token, PLUID AuthenticationId);
NTKERNELAPI NTSTATUS NTAPI SeQueryInformationToken(
    PACCESS_TOKEN Token, TOKEN_INFORMATION_CLASS TokenInformationClass, PVOID *TokenInformation);
NTKERNELAPI NTSTATUS NTAPI SeQuerySecurityDescriptorInfo(
    PSECURITY_INFORMATION SecurityInformation, PSECURITY_DESCRIPTOR SecurityDescriptor, PULONG Length,
    PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor);
NTKERNELAPI NTSTATUS NTAPI SeQuerySessionIdToken(PACCESS_TOKEN Token, PULONG SessionId);
NTKERNELAPI VOID NTAPI SeQueryTokenIntegrity(PACCESS_TOKEN Token, PSID_AND_ATTRIBUTES IntegritySA);
NTKERNELAPI NTSTATUS NTAPI SeRegisterLogonSessionTerminatedRoutine(
    PSE_LOGON_SESSION_TERMINATED_ROUTINE CallbackRoutine);
NTKERNELAPI VOID NTAPI SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTKERNELAPI NTSTATUS NTAPI SeReportSecurityEvent(
    ULONG Flags, PUNICODE_STRING SourceName, PSID UserSid, PSE_ADT_PARAMETER_ARRAY AuditParameters);
NTKERNELAPI NTSTATUS NTAPI SeReportSecurityEventWithSubCategory(
    ULONG Flags, PUNICODE_STRING SourceName, PSID UserSid, PSE_ADT_PARAMETER_ARRAY AuditParameters,
    ULONG AuditSubcategoryId);
NTKERNELAPI VOID NTAPI SeSetAccessStateGenericMapping(PACCESS_STATE AccessState, PGENERIC_MAPPING GenericMapping);
NTKERNELAPI NTSTATUS NTAPI SeSetAuditParameter(
    PSE_ADT_PARAMETER_ARRAY AuditParameters, SE_ADT_PARAMETER_TYPE Type, ULONG Index, PVOID Data);
NTKERNELAPI NTSTATUS NTAPI SeSetSecurityDescriptorInfo(
    PVOID Object, PSECURITY_INFORMATION SecurityInformation, PSECURITY_DESCRIPTOR SecurityDescriptor,
    PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor, POOL_TYPE PoolType, PGENERIC_MAPPING GenericMapping);
NTKERNELAPI NTSTATUS NTAPI SeSetSecurityDescriptorInfoEx(
    PVOID Object, PSECURITY_INFORMATION SecurityInformation, PSECURITY_DESCRIPTOR ModificationDescriptor,
    PSECURITY_DESCRIPTOR *ObjectsSecurityDescriptor, ULONG AutoInheritFlags, POOL_TYPE PoolType,
    PGENERIC_MAPPING GenericMapping);
NTKERNELAPI NTSTATUS NTAPI SeSetSessionIdToken(PACCESS_TOKEN Token, ULONG SessionId);
NTKERNELAPI BOOLEAN NTAPI SeSinglePrivilegeCheck(LUID PrivilegeValue, KPROCESSOR_MODE PreviousMode);
NTKERNELAPI BOOLEAN NTAPI SeTokenIsAdmin(PACCESS_TOKEN Token);
NTKERNELAPI BOOLEAN NTAPI SeTokenIsRestricted(PACCESS_TOKEN Token);
NTKERNELAPI BOOLEAN NTAPI SeTokenIsWriteRestricted(PACCESS_TOKEN Token);
NTKERNELAPI TOKEN_TYPE NTAPI SeTokenType(PACCESS_TOKEN Token);
NTKERNELAPI VOID NTAPI SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext);
NTKERNELAPI NTSTATUS NTAPI SeUnregisterLogonSessionTerminatedRoutine(
    PSE_LOGON_SESSION_TERMINATED_ROUTINE CallbackRoutine);
NTKERNELAPI BOOLEAN NTAPI SeValidSecurityDescriptor(ULONG Length, PSECURITY_DESCRIPTOR SecurityDescriptor);

#endif
