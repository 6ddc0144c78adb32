// query.cpp - asking the providers: IOCTL_REDIR_QUERY_PATH_EX, and IOCTL_REDIR_QUERY_PATH for those
// of the older model.
//
// The request is METHOD_NEITHER from kernel mode, with two buffers of nonpaged pool: the provider
// reads the one and writes LengthAccepted into the other. It may change nothing else, so MUP gives
// each provider a fresh copy and looks at it afterwards.
#include "engine/mup/mupp.h"

namespace {

extern "C" NTSTATUS NTAPI MuppQueryCompleted(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (Irp->PendingReturned) {
        KeSetEvent(static_cast<PKEVENT>(Context), IO_NO_INCREMENT, FALSE);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

// How much a refusal tells the opener; the better one wins (the documents do not say; inferred from
// what each is for).
ULONG Rank(NTSTATUS Status)
{
    switch (Status) {
    case STATUS_LOGON_FAILURE:
    case STATUS_ACCESS_DENIED:
        return 5;
    case STATUS_BAD_NETWORK_NAME:
        return 4;
    case STATUS_BAD_NETWORK_PATH:
        return 3;
    case STATUS_INSUFFICIENT_RESOURCES:
        return 2;
    case STATUS_INVALID_PARAMETER:
        return 1;
    default:
        return 0;
    }
}

// Sends one query and waits. *Accepted is what the provider wrote.
NTSTATUS SendQuery(
    PMUP_PROVIDER Provider,
    PVOID Request,
    ULONG RequestLength,
    QUERY_PATH_RESPONSE* Response,
    PIRP CreateIrp)
{
    KEVENT Event;

    PIRP Irp = IoAllocateIrp(Provider->DeviceObject->StackSize, FALSE);
    if (Irp == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp->RequestorMode = KernelMode;
    Irp->Tail.Overlay.Thread = CreateIrp->Tail.Overlay.Thread;
    Irp->UserBuffer = Response;
    PIO_STACK_LOCATION IrpSp = IoGetNextIrpStackLocation(Irp);
    IrpSp->MajorFunction = IRP_MJ_DEVICE_CONTROL;
    IrpSp->Parameters.DeviceIoControl.IoControlCode
        = Provider->Legacy ? IOCTL_REDIR_QUERY_PATH : IOCTL_REDIR_QUERY_PATH_EX;
    IrpSp->Parameters.DeviceIoControl.Type3InputBuffer = Request;
    IrpSp->Parameters.DeviceIoControl.InputBufferLength = RequestLength;
    IrpSp->Parameters.DeviceIoControl.OutputBufferLength = sizeof(QUERY_PATH_RESPONSE);
    IoSetCompletionRoutine(Irp, MuppQueryCompleted, &Event, TRUE, TRUE, TRUE);
    NTSTATUS Status = IoCallDriver(Provider->DeviceObject, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, nullptr);
    }
    Status = Irp->IoStatus.Status;
    IoFreeIrp(Irp);
    return Status;
}

struct Question
{
    PUCHAR Original; // what every provider is to see
    PUCHAR Copy; // what this provider is given
    ULONG Bytes; // of each
    ULONG Sent; // InputBufferLength
    QUERY_PATH_RESPONSE* Response;
};

// Lays the request for Path at Base: the structure, and the path behind it (extended form) or in it
// (plain form).
void WriteRequest(PUCHAR Base, PMUP_PROVIDER Provider, PCUNICODE_STRING Path, PIRP CreateIrp)
{
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(CreateIrp);

    if (Provider->Legacy) {
        auto* Request = reinterpret_cast<PQUERY_PATH_REQUEST>(Base);
        Request->PathNameLength = Path->Length;
        Request->SecurityContext = IrpSp->Parameters.Create.SecurityContext;
        RtlCopyMemory(Request->FilePathName, Path->Buffer, Path->Length);
    } else {
        auto* Request = reinterpret_cast<PQUERY_PATH_REQUEST_EX>(Base);
        Request->pSecurityContext = IrpSp->Parameters.Create.SecurityContext;
        Request->EaLength = IrpSp->Parameters.Create.EaLength;
        Request->pEaBuffer = CreateIrp->AssociatedIrp.SystemBuffer;
        Request->PathName.Length = Path->Length;
        Request->PathName.MaximumLength = Path->Length;
        Request->PathName.Buffer = reinterpret_cast<PWCH>(Base + sizeof(QUERY_PATH_REQUEST_EX));
        RtlCopyMemory(Request->PathName.Buffer, Path->Buffer, Path->Length);
    }
}

BOOLEAN MakeQuestion(Question* Asked, PMUP_PROVIDER Provider, PCUNICODE_STRING Path)
{
    Asked->Sent = Provider->Legacy ? static_cast<ULONG>(sizeof(QUERY_PATH_REQUEST)) + Path->Length
                                   : static_cast<ULONG>(sizeof(QUERY_PATH_REQUEST_EX));
    Asked->Bytes = Provider->Legacy ? Asked->Sent : Asked->Sent + Path->Length;
    Asked->Original
        = static_cast<PUCHAR>(ExAllocatePoolWithTag(NonPagedPool, Asked->Bytes, MUP_TAG_QUERY));
    Asked->Copy
        = static_cast<PUCHAR>(ExAllocatePoolWithTag(NonPagedPool, Asked->Bytes, MUP_TAG_QUERY));
    Asked->Response = static_cast<QUERY_PATH_RESPONSE*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(QUERY_PATH_RESPONSE), MUP_TAG_QUERY));
    if (Asked->Original == nullptr || Asked->Copy == nullptr || Asked->Response == nullptr) {
        return FALSE;
    }
    RtlZeroMemory(Asked->Original, Asked->Bytes);
    RtlZeroMemory(Asked->Copy, Asked->Bytes);
    Asked->Response->LengthAccepted = 0;
    return TRUE;
}

void FreeQuestion(Question* Asked)
{
    const PVOID Blocks[] = { Asked->Original, Asked->Copy, Asked->Response };
    for (PVOID Block : Blocks) {
        if (Block != nullptr) {
            ExFreePoolWithTag(Block, MUP_TAG_QUERY);
        }
    }
}

// The two differ in the pointer to the path, which points into each; everything else must be as it
// was.
BOOLEAN Unchanged(const Question* Asked, PMUP_PROVIDER Provider)
{
    if (!Provider->Legacy) {
        auto* Given = reinterpret_cast<PQUERY_PATH_REQUEST_EX>(Asked->Copy);
        if (Given->PathName.Buffer
            != reinterpret_cast<PWCH>(Asked->Copy + sizeof(QUERY_PATH_REQUEST_EX))) {
            return FALSE;
        }
        Given->PathName.Buffer
            = reinterpret_cast<PQUERY_PATH_REQUEST_EX>(Asked->Original)->PathName.Buffer;
    }
    return RtlEqualMemory(Asked->Original, Asked->Copy, Asked->Bytes);
}

// Asks one provider. STATUS_SUCCESS: it claims the first *Accepted bytes of Path.
NTSTATUS
AskProvider(PMUP_PROVIDER Provider, PCUNICODE_STRING Path, PIRP CreateIrp, PUSHORT Accepted)
{
    Question Asked {};
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;

    if (MakeQuestion(&Asked, Provider, Path)) {
        WriteRequest(Asked.Original, Provider, Path, CreateIrp);
        WriteRequest(Asked.Copy, Provider, Path, CreateIrp);
        RDR_SPAN Span = RdrTraceBegin(
            RdrLayerMup, Provider->Legacy ? "QUERY_PATH" : "QUERY_PATH_EX", Provider->DeviceObject,
            0);
        InterlockedIncrement(reinterpret_cast<volatile LONG*>(&MupCounters.Queries));
        Status = SendQuery(Provider, Asked.Copy, Asked.Sent, Asked.Response, CreateIrp);
        const ULONG Length = Asked.Response->LengthAccepted;
        RdrTraceEnd(Span, Status, Length);
        if (!Unchanged(&Asked, Provider)) {
            MuppNote(
                RdrEventError, "QUERY_PATH_EX", Provider->DeviceObject,
                "%wZ changed the request it was given", &Provider->DeviceName);
        }
        if (NT_SUCCESS(Status)
            && (Length == 0 || Length > Path->Length || Length % sizeof(WCHAR) != 0)) {
            MuppNote(
                RdrEventError, "QUERY_PATH_EX", Provider->DeviceObject,
                "%wZ claimed %u of %u bytes", &Provider->DeviceName, Length, Path->Length);
            Status = STATUS_BAD_NETWORK_PATH;
        }
        *Accepted = static_cast<USHORT>(Length);
    }
    FreeQuestion(&Asked);
    return Status;
}

} // namespace

/// Prefix resolution: asks the providers one after the other until one claims the path; remembers
/// the claim.
///
/// When nobody claims it, the refusal that tells the opener most is returned; a status outside the
/// documented list becomes the nearest of it, STATUS_BAD_NETWORK_PATH.
///
/// IRQL     PASSIVE_LEVEL
/// Locks    none held; the providers' routines run and may block
/// Owns     on success *Provider holds one reference
/// Errors   STATUS_LOGON_FAILURE, STATUS_ACCESS_DENIED, STATUS_BAD_NETWORK_NAME,
/// STATUS_BAD_NETWORK_PATH,
///          STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER, STATUS_CANCELLED (the opener
///          gave up)
/// Source   S-QP-6, S-QP-13 to S-QP-31; ifs/support-for-unc-naming-and-mup.md (serial, in
/// ProviderOrder)
NTSTATUS MuppResolvePrefix(PIRP Irp, PCUNICODE_STRING Path, PMUP_PROVIDER* Provider)
{
    PMUP_PROVIDER Order[MUP_MAXIMUM_PROVIDERS];
    NTSTATUS Best = STATUS_BAD_NETWORK_PATH;
    ULONG BestRank = 0;

    PAGED_CODE();
    *Provider = nullptr;
    const ULONG Count = MuppOrderProviders(Order, MUP_MAXIMUM_PROVIDERS);
    for (ULONG Index = 0; Index < Count; ++Index) {
        if (*Provider == nullptr && Irp->Cancel) {
            Best = STATUS_CANCELLED;
            BestRank = MAXULONG;
        }
        if (*Provider == nullptr && BestRank != MAXULONG) {
            USHORT Accepted = 0;
            NTSTATUS Status = AskProvider(Order[Index], Path, Irp, &Accepted);
            if (NT_SUCCESS(Status)) {
                MuppRememberPrefix(Path, Accepted, Order[Index]);
                *Provider = Order[Index];
                continue; // its reference goes to the caller
            }
            if (Rank(Status) > BestRank) {
                Best = Status;
                BestRank = Rank(Status);
            }
        }
        MuppDereferenceProvider(Order[Index]);
    }
    return *Provider != nullptr ? STATUS_SUCCESS : Best;
}
