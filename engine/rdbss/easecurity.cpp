// Extended attributes, security descriptors and quota: the requests whose buffers the
// mini-redirector fills or reads directly.
//
// Buffers: EA, security and quota requests come with a user address (neither I/O) or, from a layer
// above that buffered them, with a system buffer or MDL. A request that will run in another process
// has its buffer locked. Completion: a query's Information is the length asked for minus
// Info.LengthRemaining; quota and security answer in InformationToReturn (facts.md A12).
#include "calldown.h"

namespace {

enum class RxpAnswer
{
    None, // a set: no data comes back
    Remaining, // Length - Info.LengthRemaining
    Returned // InformationToReturn
};

struct RxpRequest
{
    const char* Routine;
    PMRX_CALLDOWN Slot;
    ULONG Length;
    LOCK_OPERATION Access;
    BOOLEAN Exclusive;
    RxpAnswer Answer;
};

NTSTATUS RxpMapBuffer(PRX_CONTEXT RxContext, PIRP Irp, const RxpRequest& Request, PVOID* Buffer)
{
    *Buffer = nullptr;
    if (Request.Length == 0) {
        return STATUS_SUCCESS;
    }
    if (Irp->AssociatedIrp.SystemBuffer != nullptr) {
        *Buffer = Irp->AssociatedIrp.SystemBuffer;
        return STATUS_SUCCESS;
    }
    NTSTATUS Status = RxpLockUserBuffer(RxContext, Irp, Request.Access, Request.Length);
    if (NT_SUCCESS(Status)) {
        *Buffer = RxpMapUserBuffer(RxContext, Irp);
        Status = *Buffer != nullptr ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    return Status;
}

template <typename Prepare>
NTSTATUS RxpRunInfo(PRX_CONTEXT RxContext, PIRP Irp, const RxpRequest& Request, Prepare Fill)
{
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    Irp->IoStatus.Information = 0;
    if (RxContext->pFobx == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    PVOID Buffer;
    NTSTATUS Status = RxpMapBuffer(RxContext, Irp, Request, &Buffer);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = RxpAcquireForIo(RxContext, Fcb, Request.Exclusive);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    RxContext->InformationToReturn = 0;
    RxContext->Info.Buffer = Buffer;
    RxContext->Info.LengthRemaining = (LONG)Request.Length;
    Fill();
    Status = RxpCalldown(RxContext, Request.Routine, RxContext->pFobx, Request.Slot, RxContext);
    LONG Remaining = RxContext->Info.LengthRemaining;
    RxContext->FcbResourceAcquired = FALSE;
    RxReleaseFcb(RxContext, Fcb);
    if (RxContext->PostRequest) {
        return RxFsdPostRequest(RxContext);
    }
    bool HasData = !NT_ERROR(Status) || Status == STATUS_BUFFER_TOO_SMALL;
    if (Request.Answer == RxpAnswer::Returned
        || (Request.Answer == RxpAnswer::Remaining && Status == STATUS_BUFFER_TOO_SMALL)) {
        Irp->IoStatus.Information = HasData ? RxContext->InformationToReturn : 0;
    } else if (
        Request.Answer == RxpAnswer::Remaining && HasData && Remaining >= 0
        && Remaining <= (LONG)Request.Length) {
        Irp->IoStatus.Information = (ULONG_PTR)(Request.Length - (ULONG)Remaining);
    }
    return Status;
}

} // namespace

NTSTATUS NTAPI RxCommonQueryEa(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    RxpRequest Request = { "MRxQueryEaInfo",
                           RXP_SLOT(RxContext->RxDeviceObject, MRxQueryEaInfo),
                           IrpSp->Parameters.QueryEa.Length,
                           IoWriteAccess,
                           TRUE,
                           RxpAnswer::Remaining };
    return RxpRunInfo(RxContext, Irp, Request, [&] {
        RxContext->QueryEa.UserEaList = (PUCHAR)IrpSp->Parameters.QueryEa.EaList;
        RxContext->QueryEa.UserEaListLength = IrpSp->Parameters.QueryEa.EaListLength;
        RxContext->QueryEa.UserEaIndex = IrpSp->Parameters.QueryEa.EaIndex;
        RxContext->QueryEa.RestartScan = BooleanFlagOn(IrpSp->Flags, SL_RESTART_SCAN);
        RxContext->QueryEa.ReturnSingleEntry = BooleanFlagOn(IrpSp->Flags, SL_RETURN_SINGLE_ENTRY);
        RxContext->QueryEa.IndexSpecified = BooleanFlagOn(IrpSp->Flags, SL_INDEX_SPECIFIED);
    });
}

NTSTATUS NTAPI RxCommonSetEa(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    PFCB Fcb = RxpFcb(RxContext->pFcb);
    RxpRequest Request = { "MRxSetEaInfo",
                           RXP_SLOT(RxContext->RxDeviceObject, MRxSetEaInfo),
                           IrpSp->Parameters.SetEa.Length,
                           IoReadAccess,
                           TRUE,
                           RxpAnswer::None };
    NTSTATUS Status = RxpRunInfo(RxContext, Irp, Request, [] {});
    if (NT_SUCCESS(Status) && Status != STATUS_PENDING) {
        Fcb->EaModificationCount += 1;
    }
    return Status;
}

NTSTATUS NTAPI RxCommonQuerySecurity(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    RxpRequest Request = { "MRxQuerySdInfo",
                           RXP_SLOT(RxContext->RxDeviceObject, MRxQuerySdInfo),
                           IrpSp->Parameters.QuerySecurity.Length,
                           IoWriteAccess,
                           FALSE,
                           RxpAnswer::Returned };
    NTSTATUS Status = RxpRunInfo(RxContext, Irp, Request, [&] {
        RxContext->QuerySecurity.SecurityInformation
            = IrpSp->Parameters.QuerySecurity.SecurityInformation;
        RxContext->QuerySecurity.Length = IrpSp->Parameters.QuerySecurity.Length;
    });
    if (Status == STATUS_BUFFER_TOO_SMALL) {
        // The caller asks how much it needs; a warning keeps the length that an error would lose.
        Status = STATUS_BUFFER_OVERFLOW;
    }
    return Status;
}

NTSTATUS NTAPI RxCommonSetSecurity(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    RxpRequest Request = {
        "MRxSetSdInfo", RXP_SLOT(RxContext->RxDeviceObject, MRxSetSdInfo), 0, IoReadAccess, TRUE,
        RxpAnswer::None
    };
    return RxpRunInfo(RxContext, Irp, Request, [&] {
        RxContext->SetSecurity.SecurityInformation
            = IrpSp->Parameters.SetSecurity.SecurityInformation;
        RxContext->SetSecurity.SecurityDescriptor
            = IrpSp->Parameters.SetSecurity.SecurityDescriptor;
    });
}

NTSTATUS NTAPI RxCommonQueryQuotaInformation(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    RxpRequest Request = { "MRxQueryQuotaInfo",
                           RXP_SLOT(RxContext->RxDeviceObject, MRxQueryQuotaInfo),
                           IrpSp->Parameters.QueryQuota.Length,
                           IoWriteAccess,
                           TRUE,
                           RxpAnswer::Returned };
    return RxpRunInfo(RxContext, Irp, Request, [&] {
        RxContext->QueryQuota.Length = IrpSp->Parameters.QueryQuota.Length;
        RxContext->QueryQuota.StartSid = IrpSp->Parameters.QueryQuota.StartSid;
        RxContext->QueryQuota.SidList = IrpSp->Parameters.QueryQuota.SidList;
        RxContext->QueryQuota.SidListLength = IrpSp->Parameters.QueryQuota.SidListLength;
        RxContext->QueryQuota.RestartScan = BooleanFlagOn(IrpSp->Flags, SL_RESTART_SCAN);
        RxContext->QueryQuota.ReturnSingleEntry
            = BooleanFlagOn(IrpSp->Flags, SL_RETURN_SINGLE_ENTRY);
        RxContext->QueryQuota.IndexSpecified = BooleanFlagOn(IrpSp->Flags, SL_INDEX_SPECIFIED);
    });
}

NTSTATUS NTAPI RxCommonSetQuotaInformation(PRX_CONTEXT RxContext, PIRP Irp)
{
    PAGED_CODE();
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    RxpRequest Request = { "MRxSetQuotaInfo",
                           RXP_SLOT(RxContext->RxDeviceObject, MRxSetQuotaInfo),
                           IrpSp->Parameters.SetQuota.Length,
                           IoReadAccess,
                           TRUE,
                           RxpAnswer::None };
    return RxpRunInfo(RxContext, Irp, Request, [&] {
        RxContext->SetQuota.Length = IrpSp->Parameters.SetQuota.Length;
    });
}
