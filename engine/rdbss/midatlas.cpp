// MID atlas: gives each request in flight a 16-bit multiplex id and finds the request of an answer.
//
// differs: one flat table instead of the three levels the documentation tells of; nobody can see
// which it is, and a table of ids is small beside the requests it stands for. Guards:  Lock guards
// the table; routines may be called at DISPATCH_LEVEL.
#include "calldown.h"

#include <midatlax.h>

struct _RX_MID_ATLAS
{
    KSPIN_LOCK Lock;
    USHORT MaximumMids;
    USHORT InUse;
    USHORT Next; // where the search for a free id begins, so that an id is not reused at once
    PVOID Contexts[1];
};

namespace {

constexpr ULONG RxpMidTag = RX_MISC_POOLTAG;

} // namespace

/// Source   windows-driver-docs-ddi: midatlax/nf-midatlax-rxcreatemidatlas.md
PRX_MID_ATLAS NTAPI RxCreateMidAtlas(USHORT MaximumNumberOfMids, USHORT MidsAllocatedAtStart)
{
    UNREFERENCED_PARAMETER(MidsAllocatedAtStart);
    if (MaximumNumberOfMids == 0) {
        return nullptr;
    }
    SIZE_T Bytes
        = FIELD_OFFSET(_RX_MID_ATLAS, Contexts) + (SIZE_T)MaximumNumberOfMids * sizeof(PVOID);
    PRX_MID_ATLAS Atlas = (PRX_MID_ATLAS)ExAllocatePoolWithTag(RxpNonPaged, Bytes, RxpMidTag);
    if (Atlas != nullptr) {
        RtlZeroMemory(Atlas, Bytes);
        KeInitializeSpinLock(&Atlas->Lock);
        Atlas->MaximumMids = MaximumNumberOfMids;
    }
    return Atlas;
}

/// Frees the atlas; the destructor is called for each context that still has an id.
VOID NTAPI RxDestroyMidAtlas(PRX_MID_ATLAS pMidAtlas, PCONTEXT_DESTRUCTOR pContextDestructor)
{
    for (ULONG Mid = 0; Mid < pMidAtlas->MaximumMids; Mid += 1) {
        if (pMidAtlas->Contexts[Mid] != nullptr && pContextDestructor != nullptr) {
            pContextDestructor(pMidAtlas->Contexts[Mid]);
        }
    }
    ExFreePoolWithTag(pMidAtlas, RxpMidTag);
}

/// Errors   STATUS_UNSUCCESSFUL: every id is in use
NTSTATUS NTAPI RxAssociateContextWithMid(PRX_MID_ATLAS pMidAtlas, PVOID pContext, PUSHORT pNewMid)
{
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    KIRQL OldIrql;
    KeAcquireSpinLock(&pMidAtlas->Lock, &OldIrql);
    for (ULONG Tried = 0; Tried < pMidAtlas->MaximumMids; Tried += 1) {
        USHORT Mid = pMidAtlas->Next;
        pMidAtlas->Next = (USHORT)((Mid + 1) % pMidAtlas->MaximumMids);
        if (pMidAtlas->Contexts[Mid] == nullptr) {
            pMidAtlas->Contexts[Mid] = pContext;
            pMidAtlas->InUse += 1;
            *pNewMid = Mid;
            Status = STATUS_SUCCESS;
            break;
        }
    }
    KeReleaseSpinLock(&pMidAtlas->Lock, OldIrql);
    return Status;
}

PVOID NTAPI RxMapMidToContext(PRX_MID_ATLAS pMidAtlas, USHORT Mid)
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&pMidAtlas->Lock, &OldIrql);
    PVOID Context = Mid < pMidAtlas->MaximumMids ? pMidAtlas->Contexts[Mid] : nullptr;
    KeReleaseSpinLock(&pMidAtlas->Lock, OldIrql);
    return Context;
}

/// Takes the id back. *pContextPointer is NULL when nobody had it.
NTSTATUS NTAPI
RxMapAndDissociateMidFromContext(PRX_MID_ATLAS pMidAtlas, USHORT Mid, PVOID* pContextPointer)
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&pMidAtlas->Lock, &OldIrql);
    *pContextPointer = Mid < pMidAtlas->MaximumMids ? pMidAtlas->Contexts[Mid] : nullptr;
    if (*pContextPointer != nullptr) {
        pMidAtlas->Contexts[Mid] = nullptr;
        pMidAtlas->InUse -= 1;
    }
    KeReleaseSpinLock(&pMidAtlas->Lock, OldIrql);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RxReassociateMid(PRX_MID_ATLAS pMidAtlas, USHORT Mid, PVOID pNewContext)
{
    KIRQL OldIrql;
    KeAcquireSpinLock(&pMidAtlas->Lock, &OldIrql);
    if (Mid < pMidAtlas->MaximumMids) {
        pMidAtlas->Contexts[Mid] = pNewContext;
    }
    KeReleaseSpinLock(&pMidAtlas->Lock, OldIrql);
    return STATUS_SUCCESS;
}
