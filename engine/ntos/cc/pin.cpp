// pin.cpp - mapped and pinned data: file systems address their metadata through it.
//
// A BCB is one borrowed range within one view (256 KiB); ranges that cross views are refused, as
// file systems keep to them.
#include "cci.h"

#include <rdrtrace.h>

extern "C" {

namespace {

constexpr ULONG kTagBcb = 'cBcC';

typedef struct _CCP_BCB
{
    PUBLIC_BCB Public; // first
    PMMP_VIEW View;
    PSHARED_CACHE_MAP Map; // referenced
    LONG References;
    MMP_PAGES Pages;
    BOOLEAN Pinned;
    BOOLEAN Dirty;
} CCP_BCB, *PCCP_BCB;

/// Borrows a range. STATUS_PENDING: not in memory and the caller does not wait.
NTSTATUS Borrow(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    bool Wait,
    bool Read,
    bool Pin,
    PVOID* Bcb,
    PVOID* Buffer)
{
    const LONGLONG Offset = FileOffset->QuadPart;
    if (Length == 0
        || Offset / static_cast<LONGLONG>(MMP_VIEW_BYTES)
            != (Offset + Length - 1) / static_cast<LONGLONG>(MMP_VIEW_BYTES)) {
        return STATUS_INVALID_PARAMETER;
    }
    PSHARED_CACHE_MAP Map = CcpReferenceMap(FileObject->SectionObjectPointer);
    NT_ASSERT(Map != nullptr);
    auto Block
        = static_cast<PCCP_BCB>(ExAllocatePoolWithTag(NonPagedPool, sizeof(CCP_BCB), kTagBcb));
    PMMP_VIEW View = Block != nullptr ? MmpPinView(Map->Segment, Offset) : nullptr;
    NTSTATUS Status = View == nullptr ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    const MMP_PAGES Pages = MmpPagesOf(Offset, Length);
    if (NT_SUCCESS(Status)) {
        if (Read) {
            Status = MmpMakeValid(View, Pages, Wait);
        } else {
            const MMP_PAGES Claimed = MmpClaimPages(View, Pages);
            for (ULONG Page = 0; Page < MMP_VIEW_PAGES; ++Page) {
                if ((Claimed >> Page & 1) != 0) {
                    RtlZeroMemory(
                        MmpViewBase(View) + Page * static_cast<SIZE_T>(PAGE_SIZE), PAGE_SIZE);
                }
            }
            MmpFinishClaim(View, Claimed);
        }
    }
    if (Status != STATUS_SUCCESS) {
        if (View != nullptr) {
            MmpUnpinView(View);
        }
        if (Block != nullptr) {
            ExFreePoolWithTag(Block, kTagBcb);
        }
        CcpDereferenceMap(Map, FALSE);
        return Status;
    }
    RtlZeroMemory(Block, sizeof(*Block));
    Block->Public.NodeTypeCode = CCP_NTC_BCB;
    Block->Public.NodeByteSize = sizeof(*Block);
    Block->Public.MappedLength = Length;
    Block->Public.MappedFileOffset = *FileOffset;
    Block->View = View;
    Block->Map = Map;
    Block->References = 1;
    Block->Pages = Pages;
    Block->Pinned = Pin;
    MmpLendView(View);
    *Bcb = Block;
    *Buffer = MmpViewBase(View) + (Offset - MmpViewOffset(View));
    return STATUS_SUCCESS;
}

void Return(PCCP_BCB Block)
{
    if (InterlockedDecrement(&Block->References) != 0) {
        return;
    }
    MmpReturnView(Block->View);
    CcpDereferenceMap(Block->Map, FALSE);
    ExFreePoolWithTag(Block, kTagBcb);
}

BOOLEAN Answer(NTSTATUS Status)
{
    if (Status == STATUS_PENDING) {
        return FALSE;
    }
    if (!NT_SUCCESS(Status)) {
        CcpRaise(Status);
    }
    return TRUE;
}

} // namespace

BOOLEAN NTAPI CcMapData(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    ULONG Flags,
    PVOID* Bcb,
    PVOID* Buffer)
{
    return Answer(Borrow(
        FileObject, FileOffset, Length, (Flags & MAP_WAIT) != 0, (Flags & MAP_NO_READ) == 0, false,
        Bcb, Buffer));
}

BOOLEAN NTAPI CcPinRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    ULONG Flags,
    PVOID* Bcb,
    PVOID* Buffer)
{
    return Answer(Borrow(
        FileObject, FileOffset, Length, (Flags & PIN_WAIT) != 0, (Flags & PIN_NO_READ) == 0, true,
        Bcb, Buffer));
}

BOOLEAN NTAPI CcPinMappedData(
    PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, ULONG Length, ULONG Flags, PVOID* Bcb)
{
    (void)FileObject;
    (void)FileOffset;
    (void)Length;
    (void)Flags;
    static_cast<PCCP_BCB>(*Bcb)->Pinned = TRUE;
    return TRUE;
}

BOOLEAN NTAPI CcPreparePinWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    BOOLEAN Zero,
    ULONG Flags,
    PVOID* Bcb,
    PVOID* Buffer)
{
    const bool Whole = ((FileOffset->QuadPart | Length) & (PAGE_SIZE - 1)) == 0;
    const NTSTATUS Status = Borrow(
        FileObject, FileOffset, Length, (Flags & PIN_WAIT) != 0, !Whole, true, Bcb, Buffer);
    if (Status == STATUS_SUCCESS) {
        if (Zero) {
            RtlZeroMemory(*Buffer, Length);
        }
        CcSetDirtyPinnedData(*Bcb, nullptr);
    }
    return Answer(Status);
}

VOID NTAPI CcSetDirtyPinnedData(PVOID BcbVoid, PLARGE_INTEGER Lsn)
{
    (void)Lsn;
    auto Block = static_cast<PCCP_BCB>(BcbVoid);
    NT_ASSERT(Block->Pinned);
    Block->Dirty = TRUE;
    MmpMarkDirty(Block->View, Block->Pages);
    CcpAdvanceGoal(
        Block->Map, Block->Public.MappedFileOffset.QuadPart + Block->Public.MappedLength);
}

VOID NTAPI CcUnpinData(PVOID Bcb)
{
    Return(static_cast<PCCP_BCB>(Bcb));
}

VOID NTAPI CcUnpinDataForThread(PVOID Bcb, ERESOURCE_THREAD ResourceThreadId)
{
    (void)ResourceThreadId;
    Return(static_cast<PCCP_BCB>(Bcb));
}

VOID NTAPI CcSetBcbOwnerPointer(PVOID Bcb, PVOID OwnerPointer)
{
    (void)Bcb;
    (void)OwnerPointer;
}

VOID NTAPI CcRepinBcb(PVOID Bcb)
{
    InterlockedIncrement(&static_cast<PCCP_BCB>(Bcb)->References);
}

PVOID NTAPI CcRemapBcb(PVOID Bcb)
{
    CcRepinBcb(Bcb);
    return Bcb;
}

VOID NTAPI CcUnpinRepinnedBcb(PVOID Bcb, BOOLEAN WriteThrough, PIO_STATUS_BLOCK IoStatus)
{
    auto Block = static_cast<PCCP_BCB>(Bcb);
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information = 0;
    if (WriteThrough && Block->Dirty) {
        IoStatus->Status = MmpFlushSegment(
            Block->Map->Segment, Block->Public.MappedFileOffset.QuadPart,
            Block->Public.MappedLength, Block->Map->FileSize.QuadPart, MAXULONG, TRUE, nullptr,
            nullptr);
        Block->Dirty = FALSE;
    }
    Return(Block);
}

PFILE_OBJECT NTAPI CcGetFileObjectFromBcb(PVOID Bcb)
{
    return static_cast<PCCP_BCB>(Bcb)->Map->FileObject;
}

} // extern "C"
