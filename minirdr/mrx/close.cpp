// close.cpp - the end of opens: cleanup, close, forced close, what hangs behind FCB and FOBX.
#include "minirdr/mrx/minirdr.h"

namespace {
NTSTATUS CloseHandle(PMRX_SRV_OPEN SrvOpen)
{
    MINIRDR_SRVOPEN* Open = SrvOpenExtension(SrvOpen);
    if (!Open || !Open->IsOpen)
        return STATUS_SUCCESS;
    Open->IsOpen = FALSE;
    NTSTATUS Status = STATUS_SUCCESS;
    // On a dead connection the server has closed it already.
    if (Smb2TreeIsAlive(Open->Tree))
        Status = Smb2CloseFile(Open->Tree, Open->FileId);
    MinirdrForgetLease(SrvOpen);
    Smb2DereferenceTree(Open->Tree);
    Open->Tree = nullptr;
    return MinirdrMapIoStatus(Status);
}
}

VOID MinirdrDropListing(MINIRDR_FOBX* Fobx)
{
    Smb2ReleaseExchange(Fobx->Listing);
    Fobx->Listing = nullptr;
    Fobx->Entries = nullptr;
    Fobx->EntryBytes = Fobx->Position = 0;
}

/// The handle stays for other file objects or for a delayed close; what only this file object used
/// goes now.
NTSTATUS NTAPI MinirdrCleanupFobx(PRX_CONTEXT RxContext)
{
    if (RxContext->pFobx)
        MinirdrDropListing(FobxExtension(RxContext->pFobx));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MinirdrCloseSrvOpen(PRX_CONTEXT RxContext)
{
    PAGED_CODE();
    PMRX_SRV_OPEN SrvOpen = RelevantSrvOpen(RxContext);
    return SrvOpen ? CloseHandle(SrvOpen) : STATUS_SUCCESS;
}

NTSTATUS NTAPI MinirdrForceClosed(PMRX_SRV_OPEN SrvOpen)
{
    PAGED_CODE();
    CloseHandle(SrvOpen);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MinirdrDeallocateForFcb(PMRX_FCB Fcb)
{
    // The last SRV_OPEN took the lease along.
    NT_ASSERT(FcbExtension(Fcb) == nullptr || FcbExtension(Fcb)->Lease == nullptr);
    UNREFERENCED_PARAMETER(Fcb);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MinirdrDeallocateForFobx(PMRX_FOBX Fobx)
{
    if (FobxExtension(Fobx))
        MinirdrDropListing(FobxExtension(Fobx));
    return STATUS_SUCCESS;
}
