// impersonate.cpp - primary and impersonation tokens of processes and threads.
#include "engine/ntos/ps/psi.h"

extern "C" {

/// Owns     one reference, release with PsDereferencePrimaryToken
HANDLE NTAPI PsReferencePrimaryToken(PEPROCESS Process)
{
    ObfReferenceObject(Process->Token);
    return Process->Token;
}

VOID NTAPI PsDereferencePrimaryToken(PACCESS_TOKEN PrimaryToken)
{
    ObfDereferenceObject(PrimaryToken);
}

/// NULL when the thread does not impersonate.
///
/// Owns     one reference, release with PsDereferenceImpersonationToken
PACCESS_TOKEN NTAPI PsReferenceImpersonationToken(
    PETHREAD Thread,
    PBOOLEAN CopyOnOpen,
    PBOOLEAN EffectiveOnly,
    PSECURITY_IMPERSONATION_LEVEL ImpersonationLevel)
{
    if (Thread->ImpersonationToken == nullptr) {
        return nullptr;
    }
    ObfReferenceObject(Thread->ImpersonationToken);
    *CopyOnOpen = Thread->CopyOnOpen;
    *EffectiveOnly = Thread->EffectiveOnly;
    *ImpersonationLevel = Thread->ImpersonationLevel;
    return Thread->ImpersonationToken;
}

VOID NTAPI PsDereferenceImpersonationToken(PACCESS_TOKEN ImpersonationToken)
{
    if (ImpersonationToken != nullptr) {
        ObfDereferenceObject(ImpersonationToken);
    }
}

/// Makes the thread act as the owner of Token (NULL: as its process again). A primary token is
/// copied.
NTSTATUS NTAPI PsImpersonateClient(
    PETHREAD Thread,
    PACCESS_TOKEN Token,
    BOOLEAN CopyOnOpen,
    BOOLEAN EffectiveOnly,
    SECURITY_IMPERSONATION_LEVEL ImpersonationLevel)
{
    PACCESS_TOKEN New = nullptr;
    PACCESS_TOKEN Old = Thread->ImpersonationToken;

    if (Token != nullptr) {
        if (Thread->DisableImpersonation) {
            return STATUS_ACCESS_DENIED;
        }
        if (SeTokenType(Token) == TokenPrimary) {
            const NTSTATUS Status
                = SepDuplicateToken(Token, TokenImpersonation, ImpersonationLevel, &New);
            if (!NT_SUCCESS(Status)) {
                return Status;
            }
        } else {
            ObfReferenceObject(Token);
            New = Token;
        }
    }
    Thread->ImpersonationToken = New;
    Thread->CopyOnOpen = CopyOnOpen;
    Thread->EffectiveOnly = EffectiveOnly;
    Thread->ImpersonationLevel = ImpersonationLevel;
    if (Old != nullptr) {
        ObfDereferenceObject(Old);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PsAssignImpersonationToken(PETHREAD Thread, HANDLE Token)
{
    PVOID Object = nullptr;

    if (Token == nullptr) {
        return PsImpersonateClient(Thread, nullptr, FALSE, FALSE, SecurityAnonymous);
    }
    NTSTATUS Status = ObReferenceObjectByHandle(
        Token, TOKEN_IMPERSONATE, SepTokenType, ExGetPreviousMode(), &Object, nullptr);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = SeTokenType(Object) == TokenImpersonation ? PsImpersonateClient(
                 Thread, Object, FALSE, FALSE, static_cast<PSEP_TOKEN>(Object)->ImpersonationLevel)
                                                       : STATUS_BAD_TOKEN_TYPE;
    ObfDereferenceObject(Object);
    return Status;
}

VOID NTAPI PsRevertToSelf(VOID)
{
    PsImpersonateClient(PsGetCurrentThread(), nullptr, FALSE, FALSE, SecurityAnonymous);
}

/// Saves what the thread impersonates and makes it act as its process until PsRestoreImpersonation.
BOOLEAN NTAPI PsDisableImpersonation(PETHREAD Thread, PSE_IMPERSONATION_STATE ImpersonationState)
{
    RtlZeroMemory(ImpersonationState, sizeof(*ImpersonationState));
    if (Thread->ImpersonationToken == nullptr) {
        return FALSE;
    }
    // The reference moves into the saved state.
    ImpersonationState->Token = Thread->ImpersonationToken;
    ImpersonationState->CopyOnOpen = Thread->CopyOnOpen;
    ImpersonationState->EffectiveOnly = Thread->EffectiveOnly;
    ImpersonationState->Level = Thread->ImpersonationLevel;
    Thread->ImpersonationToken = nullptr;
    return TRUE;
}

VOID NTAPI PsRestoreImpersonation(PETHREAD Thread, PSE_IMPERSONATION_STATE ImpersonationState)
{
    PsImpersonateClient(
        Thread, ImpersonationState->Token, ImpersonationState->CopyOnOpen,
        ImpersonationState->EffectiveOnly, ImpersonationState->Level);
    PsDereferenceImpersonationToken(ImpersonationState->Token);
    ImpersonationState->Token = nullptr;
}

} // extern "C"
