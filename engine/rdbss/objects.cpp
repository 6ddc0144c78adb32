// Memory of the six structures. Each is one block of nonpaged pool: the structure, the
// mini-redirector's extension when it asked RDBSS to manage one (MRxFlags), and the name.
//
//      SRV_CALL | extension | name
//      FCB | its extension | one SRV_OPEN | its extension | one FOBX | its extension | name +
//      NON_PAGED_FCB apart
//
// The SRV_OPEN and FOBX that come with an FCB serve its first open; most files are opened once at a
// time.
#include "calldown.h"

namespace {

constexpr ULONG RxpAlign(ULONG Bytes)
{
    return (Bytes + 15) & ~15u;
}

struct RxpLayout
{
    ULONG Size;
    ULONG Extension;
    ULONG Tag;
};

RxpLayout RxpLayoutOf(NODE_TYPE_CODE Type, PMINIRDR_DISPATCH Dispatch)
{
    auto Managed = [&](ULONG Flag, ULONG Bytes) {
        return Dispatch != nullptr && FlagOn(Dispatch->MRxFlags, Flag) ? Bytes : 0;
    };
    switch (Type) {
    case RDBSS_NTC_SRVCALL:
        return { sizeof(SRV_CALL),
                 Managed(RDBSS_MANAGE_SRV_CALL_EXTENSION, Dispatch->MRxSrvCallSize),
                 RX_SRVCALL_POOLTAG };
    case RDBSS_NTC_NETROOT:
        return { sizeof(NET_ROOT),
                 Managed(RDBSS_MANAGE_NET_ROOT_EXTENSION, Dispatch->MRxNetRootSize),
                 RX_NETROOT_POOLTAG };
    case RDBSS_NTC_V_NETROOT:
        return { sizeof(V_NET_ROOT),
                 Managed(RDBSS_MANAGE_V_NET_ROOT_EXTENSION, Dispatch->MRxVNetRootSize),
                 RX_V_NETROOT_POOLTAG };
    case RDBSS_NTC_SRVOPEN:
        return { sizeof(SRV_OPEN),
                 Managed(RDBSS_MANAGE_SRV_OPEN_EXTENSION, Dispatch->MRxSrvOpenSize),
                 RX_FCB_POOLTAG };
    case RDBSS_NTC_FOBX:
        return { sizeof(FOBX), Managed(RDBSS_MANAGE_FOBX_EXTENSION, Dispatch->MRxFobxSize),
                 RX_FCB_POOLTAG };
    default:
        return { sizeof(FCB), Managed(RDBSS_MANAGE_FCB_EXTENSION, Dispatch->MRxFcbSize),
                 RX_FCB_POOLTAG };
    }
}

ULONG RxpTagOf(const void* Node)
{
    switch (RxpNodeType(Node)) {
    case RDBSS_NTC_SRVCALL:
        return RX_SRVCALL_POOLTAG;
    case RDBSS_NTC_NETROOT:
        return RX_NETROOT_POOLTAG;
    case RDBSS_NTC_V_NETROOT:
        return RX_V_NETROOT_POOLTAG;
    default:
        return RX_FCB_POOLTAG;
    }
}

} // namespace

/// A SRV_CALL, NET_ROOT or V_NET_ROOT with its extension and room for NameLength bytes of name, all
/// zero but the type, the size, Context (the managed extension, if any) and the buffer of
/// PrefixEntry.Prefix.
///
/// Errors   NULL when there is no memory
PVOID NTAPI
RxAllocateObject(NODE_TYPE_CODE NodeTypeCode, PMINIRDR_DISPATCH MRxDispatch, ULONG NameLength)
{
    RxpLayout Layout = RxpLayoutOf(NodeTypeCode, MRxDispatch);
    ULONG Total = RxpAlign(Layout.Size) + RxpAlign(Layout.Extension) + NameLength;
    PUCHAR Block = (PUCHAR)ExAllocatePoolWithTag(RxpNonPaged, Total, Layout.Tag);
    if (Block == nullptr) {
        return nullptr;
    }
    RtlZeroMemory(Block, Total);
    PVOID Extension = Layout.Extension != 0 ? Block + RxpAlign(Layout.Size) : nullptr;
    PWCH Name = (PWCH)(Block + RxpAlign(Layout.Size) + RxpAlign(Layout.Extension));
    PNODE_TYPE_AND_SIZE Header = (PNODE_TYPE_AND_SIZE)Block;
    Header->NodeTypeCode = NodeTypeCode;
    Header->NodeByteSize = (NODE_BYTE_SIZE)Layout.Size;
    PRX_PREFIX_ENTRY PrefixEntry = nullptr;
    switch (NodeTypeCode) {
    case RDBSS_NTC_SRVCALL:
        ((PSRV_CALL)Block)->Context = Extension;
        PrefixEntry = &((PSRV_CALL)Block)->PrefixEntry;
        break;
    case RDBSS_NTC_NETROOT:
        ((PNET_ROOT)Block)->Context = Extension;
        PrefixEntry = &((PNET_ROOT)Block)->PrefixEntry;
        break;
    case RDBSS_NTC_V_NETROOT:
        ((PV_NET_ROOT)Block)->Context = Extension;
        PrefixEntry = &((PV_NET_ROOT)Block)->PrefixEntry;
        break;
    default:
        ExFreePoolWithTag(Block, Layout.Tag);
        return nullptr;
    }
    PrefixEntry->Prefix.Buffer = Name;
    PrefixEntry->Prefix.Length = PrefixEntry->Prefix.MaximumLength = (USHORT)NameLength;
    return Block;
}

VOID NTAPI RxFreeObject(PVOID pObject)
{
    ULONG Tag = RxpTagOf(pObject);
    RdrTraceDied(pObject);
    ((PNODE_TYPE_AND_SIZE)pObject)->NodeTypeCode = 0;
    ExFreePoolWithTag(pObject, Tag);
}

PNON_PAGED_FCB RxpAllocateNonPagedFcb(PFCB Fcb)
{
    PNON_PAGED_FCB NonPaged = (PNON_PAGED_FCB)ExAllocatePoolWithTag(
        RxpNonPaged, sizeof(NON_PAGED_FCB), RX_NONPAGEDFCB_POOLTAG);
    if (NonPaged == nullptr) {
        return nullptr;
    }
    RtlZeroMemory(NonPaged, sizeof(*NonPaged));
    NonPaged->NodeTypeCode = RDBSS_NTC_NONPAGED_FCB;
    NonPaged->NodeByteSize = sizeof(NON_PAGED_FCB);
    ExInitializeResourceLite(&NonPaged->HeaderResource);
    ExInitializeResourceLite(&NonPaged->PagingIoResource);
    ExInitializeResourceLite(&NonPaged->BufferedLocksResource);
    ExInitializeFastMutex(&NonPaged->FileSizeLock);
    ExInitializeFastMutex(&NonPaged->AdvancedFcbHeaderMutex);
    InitializeListHead(&NonPaged->TransitionWaitList);
    KeInitializeEvent(&NonPaged->TheActualEvent, NotificationEvent, TRUE);
#if DBG
    NonPaged->FcbBackPointer = Fcb;
#else
    UNREFERENCED_PARAMETER(Fcb);
#endif
    return NonPaged;
}

void RxpFreeNonPagedFcb(PNON_PAGED_FCB NonPaged)
{
    ExDeleteResourceLite(&NonPaged->BufferedLocksResource);
    ExDeleteResourceLite(&NonPaged->PagingIoResource);
    ExDeleteResourceLite(&NonPaged->HeaderResource);
    NonPaged->NodeTypeCode = 0;
    ExFreePoolWithTag(NonPaged, RX_NONPAGEDFCB_POOLTAG);
}

/// An FCB with its nonpaged part, its SRV_OPEN and FOBX; or a SRV_OPEN with its FOBX; or a FOBX.
/// AlreadyAllocatedObject is unused.
///
/// Errors   NULL when there is no memory
PVOID NTAPI RxAllocateFcbObject(
    PRDBSS_DEVICE_OBJECT RxDeviceObject,
    NODE_TYPE_CODE NodeTypeCode,
    POOL_TYPE PoolType,
    ULONG NameSize,
    PVOID AlreadyAllocatedObject)
{
    UNREFERENCED_PARAMETER(AlreadyAllocatedObject);
    PMINIRDR_DISPATCH Dispatch = RxDeviceObject->Dispatch;
    RxpLayout FcbLayout = RxpLayoutOf(RDBSS_NTC_FCB, Dispatch);
    RxpLayout SrvOpenLayout = RxpLayoutOf(RDBSS_NTC_SRVOPEN, Dispatch);
    RxpLayout FobxLayout = RxpLayoutOf(RDBSS_NTC_FOBX, Dispatch);
    bool WantsFobx = NodeTypeCode != 0;
    bool WantsSrvOpen = WantsFobx && NodeTypeCode != RDBSS_NTC_FOBX;
    bool WantsFcb = WantsSrvOpen && NodeTypeCode != RDBSS_NTC_SRVOPEN;

    ULONG Total = 0;
    auto Place = [&Total](bool Wanted, const RxpLayout& Layout) {
        ULONG Offset = Total;
        Total += Wanted ? RxpAlign(Layout.Size) + RxpAlign(Layout.Extension) : 0;
        return Offset;
    };
    ULONG FcbAt = Place(WantsFcb, FcbLayout);
    ULONG SrvOpenAt = Place(WantsSrvOpen, SrvOpenLayout);
    ULONG FobxAt = Place(WantsFobx, FobxLayout);
    ULONG NameAt = Total;
    Total += WantsFcb ? NameSize : 0;

    PUCHAR Block = (PUCHAR)ExAllocatePoolWithTag(PoolType, Total, RX_FCB_POOLTAG);
    if (Block == nullptr) {
        return nullptr;
    }
    RtlZeroMemory(Block, Total);
    auto Extension = [Block](ULONG At, const RxpLayout& Layout) -> PVOID {
        return Layout.Extension != 0 ? Block + At + RxpAlign(Layout.Size) : nullptr;
    };

    PFOBX Fobx = (PFOBX)(Block + FobxAt);
    Fobx->NodeTypeCode = RDBSS_NTC_FOBX;
    Fobx->NodeByteSize = sizeof(FOBX);
    Fobx->Context = Extension(FobxAt, FobxLayout);
    if (!WantsSrvOpen) {
        return Fobx;
    }
    Fobx->Flags = FOBX_FLAG_ENCLOSED_ALLOCATED;
    PSRV_OPEN SrvOpen = (PSRV_OPEN)(Block + SrvOpenAt);
    SrvOpen->NodeTypeCode = RDBSS_NTC_SRVOPEN;
    SrvOpen->NodeByteSize = sizeof(SRV_OPEN);
    SrvOpen->Context = Extension(SrvOpenAt, SrvOpenLayout);
    SrvOpen->InternalFobx = Fobx;
    if (!WantsFcb) {
        return SrvOpen;
    }
    SrvOpen->Flags = SRVOPEN_FLAG_ENCLOSED_ALLOCATED;
    PFCB Fcb = (PFCB)Block;
    Fcb->Header.NodeTypeCode = (CSHORT)NodeTypeCode;
    Fcb->Header.NodeByteSize = sizeof(FCB);
    Fcb->Context = Extension(FcbAt, FcbLayout);
    Fcb->InternalSrvOpen = SrvOpen;
    Fcb->InternalFobx = Fobx;
    Fcb->PrivateAlreadyPrefixedName.Buffer = (PWCH)(Block + NameAt);
    Fcb->PrivateAlreadyPrefixedName.MaximumLength = (USHORT)NameSize;
    Fcb->NonPaged = RxpAllocateNonPagedFcb(Fcb);
    if (Fcb->NonPaged == nullptr) {
        ExFreePoolWithTag(Block, RX_FCB_POOLTAG);
        return nullptr;
    }
    return Fcb;
}

VOID NTAPI RxFreeFcbObject(PVOID Object)
{
    RdrTraceDied(Object);
    NODE_TYPE_CODE Type = RxpNodeType(Object);
    if (RxpIsFcb(Object)) {
        PFCB Fcb = (PFCB)Object;
        RxpFreeNonPagedFcb(Fcb->NonPaged);
        Fcb->NonPaged = nullptr;
    } else if (
        (Type == RDBSS_NTC_FOBX && FlagOn(((PFOBX)Object)->Flags, FOBX_FLAG_ENCLOSED_ALLOCATED))
        || (Type == RDBSS_NTC_SRVOPEN
            && FlagOn(((PSRV_OPEN)Object)->Flags, SRVOPEN_FLAG_ENCLOSED_ALLOCATED))) {
        return; // goes with the block it lies in
    }
    *(PNODE_TYPE_CODE)Object = 0;
    ExFreePoolWithTag(Object, RX_FCB_POOLTAG);
}
