// subject.cpp - subject contexts, client contexts, privileges.
#include "engine/ntos/se/sei.h"

extern "C" {

/// The tokens the current thread acts with. Before there is a process (early boot) there is none.
///
/// Owns     references that SeReleaseSubjectContext gives back
VOID NTAPI SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    PETHREAD Thread = PsGetCurrentThread();
    PEPROCESS Process = PspCurrentProcess();

    RtlZeroMemory(SubjectContext, sizeof(*SubjectContext));
    if (KiCurrentThread() != &KiIdleThread && Thread->ImpersonationToken != nullptr) {
        BOOLEAN CopyOnOpen;
        BOOLEAN EffectiveOnly;
        SubjectContext->ClientToken = PsReferenceImpersonationToken(
            Thread, &CopyOnOpen, &EffectiveOnly, &SubjectContext->ImpersonationLevel);
    }
    if (Process != nullptr && Process->Token != nullptr) {
        SubjectContext->PrimaryToken = PsReferencePrimaryToken(Process);
        SubjectContext->ProcessAuditId = Process->UniqueProcessId;
    }
}

VOID NTAPI SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    if (SubjectContext->PrimaryToken != nullptr) {
        PsDereferencePrimaryToken(SubjectContext->PrimaryToken);
    }
    PsDereferenceImpersonationToken(SubjectContext->ClientToken);
    SubjectContext->PrimaryToken = nullptr;
    SubjectContext->ClientToken = nullptr;
}

// Tokens do not change after their creation: there is nothing to lock.
VOID NTAPI SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    UNREFERENCED_PARAMETER(SubjectContext);
}

VOID NTAPI SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext)
{
    UNREFERENCED_PARAMETER(SubjectContext);
}

PSEP_TOKEN SepEffectiveToken(PSECURITY_SUBJECT_CONTEXT Context)
{
    return static_cast<PSEP_TOKEN>(
        Context->ClientToken != nullptr ? Context->ClientToken : Context->PrimaryToken);
}

/// Owns     a token reference; release with SeDeleteClientSecurity
/// Errors   STATUS_BAD_IMPERSONATION_LEVEL
NTSTATUS NTAPI SeCreateClientSecurityFromSubjectContext(
    PSECURITY_SUBJECT_CONTEXT SubjectContext,
    PSECURITY_QUALITY_OF_SERVICE ClientSecurityQos,
    BOOLEAN ServerIsRemote,
    PSECURITY_CLIENT_CONTEXT ClientContext)
{
    PSEP_TOKEN Token = SepEffectiveToken(SubjectContext);

    // Looked at as a number: a caller may have put anything there.
    ULONG Level = 0;
    RtlCopyMemory(&Level, &ClientSecurityQos->ImpersonationLevel, sizeof(Level));
    if (Level > SECURITY_MAX_IMPERSONATION_LEVEL) {
        return STATUS_BAD_IMPERSONATION_LEVEL;
    }
    if (Token->Type == TokenImpersonation
        && (ClientSecurityQos->ImpersonationLevel > Token->ImpersonationLevel
            || Token->ImpersonationLevel < SecurityIdentification)) {
        return STATUS_BAD_IMPERSONATION_LEVEL;
    }
    RtlZeroMemory(ClientContext, sizeof(*ClientContext));
    ClientContext->SecurityQos = *ClientSecurityQos;
    ClientContext->SecurityQos.Length = sizeof(SECURITY_QUALITY_OF_SERVICE);
    ClientContext->ServerIsRemote = ServerIsRemote;
    ClientContext->DirectAccessEffectiveOnly
        = Token->Type == TokenImpersonation ? ClientSecurityQos->EffectiveOnly : FALSE;
    if (ClientSecurityQos->ContextTrackingMode == SECURITY_DYNAMIC_TRACKING) {
        ClientContext->DirectlyAccessClientToken = TRUE;
        ObfReferenceObject(Token);
        ClientContext->ClientToken = Token;
        return STATUS_SUCCESS;
    }
    ClientContext->ClientTokenControl.TokenId = Token->TokenId;
    ClientContext->ClientTokenControl.AuthenticationId = Token->AuthenticationId;
    return SepDuplicateToken(
        Token, TokenImpersonation, ClientSecurityQos->ImpersonationLevel,
        &ClientContext->ClientToken);
}

NTSTATUS NTAPI SeCreateClientSecurity(
    PETHREAD ClientThread,
    PSECURITY_QUALITY_OF_SERVICE ClientSecurityQos,
    BOOLEAN RemoteSession,
    PSECURITY_CLIENT_CONTEXT ClientContext)
{
    SECURITY_SUBJECT_CONTEXT Context {};
    BOOLEAN CopyOnOpen;
    BOOLEAN EffectiveOnly;

    Context.ClientToken = PsReferenceImpersonationToken(
        ClientThread, &CopyOnOpen, &EffectiveOnly, &Context.ImpersonationLevel);
    Context.PrimaryToken = PsReferencePrimaryToken(ClientThread->ThreadsProcess);
    const NTSTATUS Status = SeCreateClientSecurityFromSubjectContext(
        &Context, ClientSecurityQos, RemoteSession, ClientContext);
    SeReleaseSubjectContext(&Context);
    return Status;
}

NTSTATUS NTAPI SeImpersonateClientEx(PSECURITY_CLIENT_CONTEXT ClientContext, PETHREAD ServerThread)
{
    const BOOLEAN EffectiveOnly = ClientContext->DirectlyAccessClientToken
        ? ClientContext->DirectAccessEffectiveOnly
        : ClientContext->SecurityQos.EffectiveOnly;
    return PsImpersonateClient(
        ServerThread == nullptr ? PsGetCurrentThread() : ServerThread, ClientContext->ClientToken,
        TRUE, EffectiveOnly, ClientContext->SecurityQos.ImpersonationLevel);
}

VOID NTAPI SeImpersonateClient(PSECURITY_CLIENT_CONTEXT ClientContext, PETHREAD ServerThread)
{
    SeImpersonateClientEx(ClientContext, ServerThread);
}

BOOLEAN NTAPI SePrivilegeCheck(
    PPRIVILEGE_SET RequiredPrivileges,
    PSECURITY_SUBJECT_CONTEXT SubjectContext,
    KPROCESSOR_MODE AccessMode)
{
    constexpr ULONG AllNecessary = 1; // PRIVILEGE_SET_ALL_NECESSARY
    constexpr ULONG UsedForAccess = 0x80000000; // SE_PRIVILEGE_USED_FOR_ACCESS
    PSEP_TOKEN Token = SepEffectiveToken(SubjectContext);
    ULONG Held = 0;

    if (AccessMode == KernelMode) {
        return TRUE;
    }
    for (ULONG Index = 0; Index < RequiredPrivileges->PrivilegeCount; ++Index) {
        LUID_AND_ATTRIBUTES* Privilege = &RequiredPrivileges->Privilege[Index];
        if (SepHasPrivilege(Token, Privilege->Luid)) {
            Privilege->Attributes |= UsedForAccess;
            ++Held;
        }
    }
    return (RequiredPrivileges->Control & AllNecessary) != 0
        ? Held == RequiredPrivileges->PrivilegeCount
        : Held != 0;
}

BOOLEAN NTAPI SeSinglePrivilegeCheck(LUID PrivilegeValue, KPROCESSOR_MODE PreviousMode)
{
    SECURITY_SUBJECT_CONTEXT Context;

    if (PreviousMode == KernelMode) {
        return TRUE;
    }
    SeCaptureSubjectContext(&Context);
    const BOOLEAN Held = SepHasPrivilege(SepEffectiveToken(&Context), PrivilegeValue);
    SeReleaseSubjectContext(&Context);
    return Held;
}

} // extern "C"
