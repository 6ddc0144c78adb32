// mdl.cpp - cached pages lent out as MDLs (servers use them to send and receive without a copy).
//
// Each MDL of a chain describes a part of one view, which stays pinned until the chain comes back.
#include "cci.h"

namespace {

constexpr LONGLONG kView = static_cast<LONGLONG>(MMP_VIEW_BYTES);

/// Appends an MDL for a part of a pinned view.
PMDL Describe(PMMP_VIEW View, LONGLONG Offset, SIZE_T Length, bool Write)
{
    PMDL Mdl = IoAllocateMdl(
        MmpViewBase(View) + (Offset - MmpViewOffset(View)), static_cast<ULONG>(Length), FALSE,
        FALSE, nullptr);
    if (Mdl != nullptr) {
        MmProbeAndLockPages(Mdl, KernelMode, Write ? IoWriteAccess : IoReadAccess);
    }
    return Mdl;
}

void ReturnChain(PMDL Mdl)
{
    while (Mdl != nullptr) {
        PMDL Next = Mdl->Next;
        PMMP_VIEW View = MmpViewFromAddress(MmGetMdlVirtualAddress(Mdl));
        MmUnlockPages(Mdl);
        IoFreeMdl(Mdl);
        MmpReturnView(View);
        Mdl = Next;
    }
}

/// Builds the chain for a range whose pages Prepare has made usable.
template <typename Prepare>
NTSTATUS BuildChain(
    PSHARED_CACHE_MAP Map,
    LONGLONG Offset,
    LONGLONG End,
    bool Write,
    PMDL* Chain,
    const Prepare& PreparePages)
{
    PMDL* Link = Chain;
    while (*Link != nullptr) {
        Link = &(*Link)->Next;
    }
    PMDL* const First = Link;
    while (Offset < End) {
        const LONGLONG ViewEnd = (Offset / kView + 1) * kView;
        const LONGLONG Stop = End < ViewEnd ? End : ViewEnd;
        const SIZE_T Piece = static_cast<SIZE_T>(Stop - Offset);
        PMMP_VIEW View = MmpPinView(Map->Segment, Offset);
        NTSTATUS Status
            = View == nullptr ? STATUS_INSUFFICIENT_RESOURCES : PreparePages(View, Offset, Stop);
        if (NT_SUCCESS(Status)) {
            *Link = Describe(View, Offset, Piece, Write);
            Status = *Link == nullptr ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
        }
        if (!NT_SUCCESS(Status)) {
            if (View != nullptr) {
                MmpUnpinView(View);
            }
            ReturnChain(*First);
            *First = nullptr;
            return Status;
        }
        MmpLendView(View);
        Link = &(*Link)->Next;
        Offset = Stop;
    }
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// Lends the pages of a range for reading; they are appended to *MdlChain.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     CcMdlReadComplete takes the chain back
/// Errors   raises the status of a failed paging read
VOID NTAPI CcMdlRead(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    PMDL* MdlChain,
    PIO_STATUS_BLOCK IoStatus)
{
    PAGED_CODE();
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    NT_ASSERT(Map != nullptr);
    LONGLONG End = FileOffset->QuadPart + Length;
    End = End < Map->FileSize.QuadPart ? End : Map->FileSize.QuadPart;
    if (FileObject->PrivateCacheMap != nullptr) {
        CcScheduleReadAhead(FileObject, FileOffset, Length);
    }
    const NTSTATUS Status = BuildChain(
        Map, FileOffset->QuadPart, End, false, MdlChain,
        [](PMMP_VIEW View, LONGLONG Offset, LONGLONG Stop) {
            return MmpMakeValid(View, MmpPagesOf(Offset, static_cast<SIZE_T>(Stop - Offset)), TRUE);
        });
    if (!NT_SUCCESS(Status)) {
        CcpRaise(Status);
    }
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information
        = End > FileOffset->QuadPart ? static_cast<ULONG_PTR>(End - FileOffset->QuadPart) : 0;
}

VOID NTAPI CcMdlReadComplete(PFILE_OBJECT FileObject, PMDL MdlChain)
{
    (void)FileObject;
    ReturnChain(MdlChain);
}

/// Lends the pages of a range for writing. Pages that are not wholly in the range keep their old
/// data around it.
///
/// IRQL     PASSIVE_LEVEL
/// Owns     CcMdlWriteComplete or CcMdlWriteAbort takes the chain back
VOID NTAPI CcPrepareMdlWrite(
    PFILE_OBJECT FileObject,
    PLARGE_INTEGER FileOffset,
    ULONG Length,
    PMDL* MdlChain,
    PIO_STATUS_BLOCK IoStatus)
{
    PAGED_CODE();
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    NT_ASSERT(Map != nullptr);
    const LONGLONG Goal = Map->ValidDataGoal.QuadPart < Map->FileSize.QuadPart
        ? Map->ValidDataGoal.QuadPart
        : Map->FileSize.QuadPart;
    const auto Prepare = [Goal](PMMP_VIEW View, LONGLONG Offset, LONGLONG Stop) -> NTSTATUS {
        const MMP_PAGES All = MmpPagesOf(Offset, static_cast<SIZE_T>(Stop - Offset));
        MMP_PAGES Needed = 0;
        const LONGLONG FirstPage = Offset & ~static_cast<LONGLONG>(PAGE_SIZE - 1);
        if (FirstPage < Offset && FirstPage < Goal) {
            Needed |= MmpPagesOf(Offset, 1);
        }
        if ((Stop & (PAGE_SIZE - 1)) != 0 && Stop < Goal) {
            Needed |= MmpPagesOf(Stop - 1, 1);
        }
        const NTSTATUS Status = Needed != 0 ? MmpMakeValid(View, Needed, TRUE) : STATUS_SUCCESS;
        if (NT_SUCCESS(Status)) {
            // What the client leaves unwritten must be zeros, not what the memory held before.
            const MMP_PAGES Claimed = MmpClaimPages(View, All);
            for (ULONG Page = 0; Page < MMP_VIEW_PAGES; ++Page) {
                if ((Claimed >> Page & 1) != 0) {
                    RtlZeroMemory(
                        MmpViewBase(View) + Page * static_cast<SIZE_T>(PAGE_SIZE), PAGE_SIZE);
                }
            }
            MmpFinishClaim(View, Claimed);
        }
        return Status;
    };
    const NTSTATUS Status = BuildChain(
        Map, FileOffset->QuadPart, FileOffset->QuadPart + Length, true, MdlChain, Prepare);
    if (!NT_SUCCESS(Status)) {
        CcpRaise(Status);
    }
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information = Length;
}

VOID NTAPI CcMdlWriteComplete(PFILE_OBJECT FileObject, PLARGE_INTEGER FileOffset, PMDL MdlChain)
{
    PAGED_CODE();
    auto Map = static_cast<PSHARED_CACHE_MAP>(FileObject->SectionObjectPointer->SharedCacheMap);
    LONGLONG Offset = FileOffset->QuadPart;
    for (PMDL Mdl = MdlChain; Mdl != nullptr; Mdl = Mdl->Next) {
        PMMP_VIEW View = MmpViewFromAddress(MmGetMdlVirtualAddress(Mdl));
        MmpMarkDirty(View, MmpPagesOf(Offset, Mdl->ByteCount));
        Offset += Mdl->ByteCount;
    }
    ReturnChain(MdlChain);
    CcpAdvanceGoal(Map, Offset);
    FileObject->Flags |= FO_FILE_MODIFIED;
    if ((FileObject->Flags & FO_WRITE_THROUGH) != 0) {
        const NTSTATUS Status = MmpFlushSegment(
            Map->Segment, FileOffset->QuadPart, Offset - FileOffset->QuadPart,
            Map->FileSize.QuadPart, MAXULONG, TRUE, nullptr, nullptr);
        if (!NT_SUCCESS(Status)) {
            CcpRaise(Status);
        }
    }
}

VOID NTAPI CcMdlWriteAbort(PFILE_OBJECT FileObject, PMDL MdlChain)
{
    (void)FileObject;
    ReturnChain(MdlChain);
}

} // extern "C"
