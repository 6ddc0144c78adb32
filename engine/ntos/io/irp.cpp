// irp.cpp - life of an IRP: allocation, reuse, the list of its thread, freeing.
//
// Freed IRPs rest for a while before their memory is used again, filled with a pattern: a driver
// that completes or touches an IRP it no longer owns meets the pattern and is stopped with a
// report, instead of hurting the next request.
#include "engine/ntos/io/iopriv.h"

namespace {

constexpr LONG kRestingIrps = 64; // freed IRPs kept before the oldest is given back to pool
constexpr UCHAR kFreedPattern = 0xFE;
constexpr CCHAR kReuseStack = 4; // IRPs up to this many stack locations are interchangeable

struct IOP_IRPS
{
    LIST_ENTRY Live; // in order of allocation
    LIST_ENTRY Resting; // oldest first
    LONG LiveCount;
    LONG RestingCount;
};

constinit IOP_IRPS IopIrps {};

void IopInitializeIrpBody(PIRP Irp, USHORT PacketSize, CCHAR StackSize)
{
    RtlZeroMemory(Irp, PacketSize);
    Irp->Type = IO_TYPE_IRP;
    Irp->Size = PacketSize;
    Irp->StackCount = StackSize;
    Irp->CurrentLocation = static_cast<CHAR>(StackSize + 1);
    Irp->Tail.Overlay.CurrentStackLocation
        = reinterpret_cast<PIO_STACK_LOCATION>(Irp + 1) + StackSize;
    InitializeListHead(&Irp->ThreadListEntry);
}

void IopGiveBackOldest()
{
    auto* Header = CONTAINING_RECORD(RemoveHeadList(&IopIrps.Resting), IOP_IRP_HEADER, LiveLinks);
    IopIrps.RestingCount--;
    ExFreePoolWithTag(Header, IOP_TAG_IRP);
}

} // namespace

void IopInitIrps()
{
    InitializeListHead(&IopIrps.Live);
    InitializeListHead(&IopIrps.Resting);
    IopIrps.LiveCount = 0;
    IopIrps.RestingCount = 0;
}

void IopShutdownIrps()
{
    while (!IsListEmpty(&IopIrps.Resting)) {
        IopGiveBackOldest();
    }
}

LONG IopLiveIrps(void)
{
    return IopIrps.LiveCount;
}

/// Puts the IRP on its issuer's list, where CancelIo and thread exit find it.
void IopQueueIrp(PIRP Irp, PETHREAD Thread)
{
    Irp->Tail.Overlay.Thread = Thread;
    InsertTailList(&Thread->IrpList, &Irp->ThreadListEntry);
    if (IopIsAllocated(Irp)) {
        IopIrpHeader(Irp)->Queued = TRUE;
    }
}

void IopUnqueueIrp(PIRP Irp)
{
    RemoveEntryList(&Irp->ThreadListEntry);
    InitializeListHead(&Irp->ThreadListEntry);
    if (IopIsAllocated(Irp)) {
        IopIrpHeader(Irp)->Queued = FALSE;
    }
}

/// The oldest unfinished IRP of a file (NotCancelled: that nobody cancelled yet). UserIosb and
/// Thread narrow the search when they are not NULL.
PIRP IopFindIrp(
    PFILE_OBJECT FileObject, PIO_STATUS_BLOCK UserIosb, PETHREAD Thread, BOOLEAN NotCancelled)
{
    for (PLIST_ENTRY Link = IopIrps.Live.Flink; Link != &IopIrps.Live; Link = Link->Flink) {
        auto* Header = CONTAINING_RECORD(Link, IOP_IRP_HEADER, LiveLinks);
        auto* Irp = reinterpret_cast<PIRP>(Header + 1);
        if (Header->Queued && !Header->FinalStage
            && Irp->Tail.Overlay.OriginalFileObject == FileObject && (!NotCancelled || !Irp->Cancel)
            && (UserIosb == nullptr || Irp->UserIosb == UserIosb)
            && (Thread == nullptr || Irp->Tail.Overlay.Thread == Thread)) {
            return Irp;
        }
    }
    return nullptr;
}

extern "C" {

/// Source   windows-driver-docs: wdm/ioallocateirp
PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)
{
    CCHAR Capacity = StackSize < kReuseStack ? kReuseStack : StackSize;
    IOP_IRP_HEADER* Header = nullptr;

    UNREFERENCED_PARAMETER(ChargeQuota);
    NT_ASSERT(StackSize >= 0);
    if (IopIrps.RestingCount > kRestingIrps / 2) {
        auto* Oldest = CONTAINING_RECORD(IopIrps.Resting.Flink, IOP_IRP_HEADER, LiveLinks);
        if (Oldest->StackCapacity == Capacity) {
            RemoveEntryList(&Oldest->LiveLinks);
            IopIrps.RestingCount--;
            Header = Oldest;
        }
    }
    if (Header == nullptr) {
        Header = static_cast<IOP_IRP_HEADER*>(ExAllocatePoolWithTag(
            NonPagedPool, sizeof(IOP_IRP_HEADER) + IoSizeOfIrp(Capacity), IOP_TAG_IRP));
        if (Header == nullptr) {
            return nullptr;
        }
    }
    RtlZeroMemory(Header, sizeof(*Header));
    Header->Signature = kIopIrpSignature;
    Header->StackCapacity = Capacity;
    InsertTailList(&IopIrps.Live, &Header->LiveLinks);
    IopIrps.LiveCount++;
    auto* Irp = reinterpret_cast<PIRP>(Header + 1);
    IopInitializeIrpBody(Irp, IoSizeOfIrp(StackSize), StackSize);
    Irp->AllocationFlags = IRP_ALLOCATED_FIXED_SIZE;
    if (RdrTraceActive()) {
        RdrTraceBorn(RdrObjectIrp, Irp, sizeof(IRP), nullptr, nullptr);
    }
    return Irp;
}

VOID NTAPI IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)
{
    IopInitializeIrpBody(Irp, PacketSize, StackSize);
}

/// Makes an IRP of IoAllocateIrp ready for another trip.
VOID NTAPI IoReuseIrp(PIRP Irp, NTSTATUS Status)
{
    UCHAR AllocationFlags = Irp->AllocationFlags;

    NT_ASSERT(Irp->CancelRoutine == nullptr && IsListEmpty(&Irp->ThreadListEntry));
    IopInitializeIrpBody(Irp, IoSizeOfIrp(Irp->StackCount), Irp->StackCount);
    Irp->AllocationFlags = AllocationFlags;
    Irp->IoStatus.Status = Status;
}

VOID NTAPI IoFreeIrp(PIRP Irp)
{
    if (Irp->Type != IO_TYPE_IRP || !IopIsAllocated(Irp)
        || IopIrpHeader(Irp)->Signature != kIopIrpSignature) {
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, reinterpret_cast<ULONG_PTR>(Irp), 0, 0, 0);
    }
    IOP_IRP_HEADER* Header = IopIrpHeader(Irp);
    if (Header->Queued) {
        IopMisuse(
            kMisuseFreedQueuedIrp, Irp, nullptr, "IoFreeIrp: the IRP is on its thread's list");
    }
    if (RdrTraceActive()) {
        RdrTraceDied(Irp);
    }
    RemoveEntryList(&Header->LiveLinks);
    IopIrps.LiveCount--;
    if (Header->Attached != nullptr) {
        ExFreePool(Header->Attached);
        Header->Attached = nullptr;
    }
    Header->Signature = 0;
    RtlFillMemory(Irp, Irp->Size, kFreedPattern);
    InsertTailList(&IopIrps.Resting, &Header->LiveLinks);
    if (++IopIrps.RestingCount > kRestingIrps) {
        IopGiveBackOldest();
    }
}

/// Source   windows-driver-docs: ntddk/iomakeassociatedirp
PIRP NTAPI IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize)
{
    PIRP Associated = IoAllocateIrp(StackSize, FALSE);

    if (Associated != nullptr) {
        Associated->Flags |= IRP_ASSOCIATED_IRP;
        Associated->AssociatedIrp.MasterIrp = Irp;
        Associated->Tail.Overlay.Thread = Irp->Tail.Overlay.Thread;
    }
    return Associated;
}

VOID NTAPI IoQueueThreadIrp(PIRP Irp)
{
    IopQueueIrp(Irp, PsGetCurrentThread());
}

} // extern "C"
