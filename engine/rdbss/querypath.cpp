// Prefix resolution: MUP asks whether a path is ours (IOCTL_REDIR_QUERY_PATH_EX, or
// IOCTL_REDIR_QUERY_PATH from an older MUP).
//
// The answer comes from connecting: the request is turned into a tree connection create, and the
// path is claimed up to its share if server, share and view could be built. Nothing of the request
// is changed but LengthAccepted in the response, and that only on success. Statuses that MUP does
// not know are put into the nearest words it does (facts.md U-28).
#include "calldown.h"

namespace {

NTSTATUS RxpMupStatus(NTSTATUS Status)
{
    switch (Status) {
    case STATUS_SUCCESS:
    case STATUS_BAD_NETWORK_NAME:
    case STATUS_BAD_NETWORK_PATH:
    case STATUS_INSUFFICIENT_RESOURCES:
    case STATUS_INVALID_DEVICE_REQUEST:
    case STATUS_INVALID_PARAMETER:
    case STATUS_LOGON_FAILURE:
    case STATUS_ACCESS_DENIED:
        return Status;
    case STATUS_NETWORK_ACCESS_DENIED:
        return STATUS_ACCESS_DENIED;
    case STATUS_WRONG_PASSWORD:
    case STATUS_NO_SUCH_USER:
    case STATUS_ACCOUNT_RESTRICTION:
    case STATUS_ACCOUNT_DISABLED:
    case STATUS_ACCOUNT_LOCKED_OUT:
    case STATUS_PASSWORD_EXPIRED:
    case STATUS_LOGON_TYPE_NOT_GRANTED:
    case STATUS_LOGIN_WKSTA_RESTRICTION:
    case STATUS_NETWORK_CREDENTIAL_CONFLICT:
    case STATUS_DOWNGRADE_DETECTED:
        return STATUS_LOGON_FAILURE;
    case STATUS_NO_MEMORY:
    case STATUS_INSUFF_SERVER_RESOURCES:
        return STATUS_INSUFFICIENT_RESOURCES;
    case STATUS_BAD_DEVICE_TYPE:
    case STATUS_OBJECT_NAME_NOT_FOUND:
    case STATUS_NETWORK_NAME_DELETED:
        return STATUS_BAD_NETWORK_NAME;
    default:
        return STATUS_BAD_NETWORK_PATH; // the server could not be reached, whatever the reason
    }
}

struct RxpClaim
{
    UNICODE_STRING PathName;
    PIO_SECURITY_CONTEXT SecurityContext;
    PVOID EaBuffer;
    ULONG EaLength;
    PQUERY_PATH_RESPONSE Response;
};

NTSTATUS RxpReadClaim(PRX_CONTEXT RxContext, PIRP Irp, BOOLEAN Extended, RxpClaim* Claim)
{
    PIO_STACK_LOCATION IrpSp = RxContext->CurrentIrpSp;
    ULONG InputLength = IrpSp->Parameters.DeviceIoControl.InputBufferLength;
    PVOID Input = IrpSp->Parameters.DeviceIoControl.Type3InputBuffer;
    Claim->Response = (PQUERY_PATH_RESPONSE)Irp->UserBuffer;
    if (Input == nullptr || Claim->Response == nullptr
        || IrpSp->Parameters.DeviceIoControl.OutputBufferLength < sizeof(QUERY_PATH_RESPONSE)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Extended) {
        if (InputLength < FIELD_OFFSET(QUERY_PATH_REQUEST_EX, PathName) + sizeof(UNICODE_STRING)) {
            return STATUS_INVALID_PARAMETER;
        }
        PQUERY_PATH_REQUEST_EX Request = (PQUERY_PATH_REQUEST_EX)Input;
        if (Request->PathName.Length > UNICODE_STRING_MAX_BYTES
            || Request->PathName.Buffer == nullptr) {
            return STATUS_INVALID_PARAMETER;
        }
        Claim->PathName = Request->PathName;
        Claim->SecurityContext = Request->pSecurityContext;
        Claim->EaBuffer = Request->pEaBuffer;
        Claim->EaLength = Request->EaLength;
        return STATUS_SUCCESS;
    }
    PQUERY_PATH_REQUEST Request = (PQUERY_PATH_REQUEST)Input;
    if (InputLength < FIELD_OFFSET(QUERY_PATH_REQUEST, FilePathName)
        || Request->PathNameLength > UNICODE_STRING_MAX_BYTES
        || Request->PathNameLength > InputLength - FIELD_OFFSET(QUERY_PATH_REQUEST, FilePathName)) {
        return STATUS_INVALID_PARAMETER;
    }
    Claim->PathName.Buffer = Request->FilePathName;
    Claim->PathName.Length = Claim->PathName.MaximumLength = (USHORT)Request->PathNameLength;
    Claim->SecurityContext = Request->SecurityContext;
    Claim->EaBuffer = nullptr;
    Claim->EaLength = 0;
    return STATUS_SUCCESS;
}

} // namespace

bool RxpIsQueryPath(PIO_STACK_LOCATION IrpSp)
{
    if (IrpSp == nullptr || IrpSp->MajorFunction != IRP_MJ_DEVICE_CONTROL) {
        return false;
    }
    ULONG Code = IrpSp->Parameters.DeviceIoControl.IoControlCode;
    return Code == IOCTL_REDIR_QUERY_PATH || Code == IOCTL_REDIR_QUERY_PATH_EX;
}

/// Answers one question of MUP's.
///
/// IRQL     PASSIVE_LEVEL
/// Errors   those of the IOCTL_REDIR_QUERY_PATH_EX page, no others
/// Source   the IOCTL_REDIR_QUERY_PATH_EX page (seed), facts.md S-QP-13 to S-QP-32, U-22 to U-28
NTSTATUS RxpPrefixClaim(PRX_CONTEXT RxContext, PIRP Irp, BOOLEAN Extended)
{
    PAGED_CODE();
    Irp->IoStatus.Information = 0;
    if (Irp->RequestorMode != KernelMode) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    RxpClaim Claim;
    NTSTATUS Status = RxpReadClaim(RxContext, Irp, Extended, &Claim);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    bool DoubleBackslash = Claim.PathName.Length >= 2 * sizeof(WCHAR)
        && Claim.PathName.Buffer[0] == L'\\' && Claim.PathName.Buffer[1] == L'\\';
    RtlZeroMemory(&RxContext->Create, sizeof(RxContext->Create));
    RxContext->MajorFunction = IRP_MJ_CREATE;
    RxContext->PrefixClaim.SuppliedPathName = Claim.PathName;
    RxContext->Create.ThisIsATreeConnectOpen = TRUE;
    RxContext->Create.NtCreateParameters.SecurityContext = Claim.SecurityContext;
    RxContext->Create.NtCreateParameters.ImpersonationLevel = SecurityImpersonation;
    RxContext->Create.EaBuffer = Claim.EaBuffer;
    RxContext->Create.EaLength = Claim.EaLength;
    RxContext->Create.Flags = RX_CONTEXT_CREATE_FLAG_UNC_NAME;
    RxContext->Create.Type = NET_ROOT_WILD;

    UNICODE_STRING CanonicalName;
    Status = RxpBuildClaimName(RxContext, &CanonicalName);
    if (Status == STATUS_SUCCESS) {
        UNICODE_STRING RemainingName;
        Status = RxFindOrConstructVirtualNetRoot(
            RxContext, Irp, &CanonicalName, NET_ROOT_WILD, &RemainingName);
    }
    if (Status == STATUS_SUCCESS) {
        PV_NET_ROOT VNetRoot = RxpVNetRoot(RxContext->Create.pVNetRoot);
        ULONG Accepted
            = VNetRoot->PrefixEntry.Prefix.Length + (DoubleBackslash ? sizeof(WCHAR) : 0);
        Claim.Response->LengthAccepted = Accepted;
        RdrTraceEvent(
            RdrLayerRdbss, RdrEventNote, "RxPrefixClaim", VNetRoot, STATUS_SUCCESS, Accepted);
        // The open that MUP asks for comes next; until then the view is kept by the scavenger's
        // patience.
        RxpDereference(VNetRoot, LHS_LockNotHeld, "lookup");
    }
    RxpFreeCanonicalName(RxContext);
    RxContext->MajorFunction = RxContext->CurrentIrpSp->MajorFunction;
    return RxpMupStatus(Status);
}

NTSTATUS NTAPI RxPrefixClaim(PRX_CONTEXT RxContext)
{
    bool Extended = RxContext->CurrentIrpSp->Parameters.DeviceIoControl.IoControlCode
        == IOCTL_REDIR_QUERY_PATH_EX;
    return RxpPrefixClaim(RxContext, RxContext->CurrentIrp, Extended);
}
