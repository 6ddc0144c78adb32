// context.cpp - contexts that filters hang on streams, files and file objects, and extra create
// parameters.
#include "../inc/fsrtlp.h"

struct _ECP_HEADER
{
    LIST_ENTRY Links; // ECP_LIST
    GUID Type;
    PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK Cleanup;
    PECP_LIST List; // NULL while in none
    ULONG Size; // of the context behind the header
    BOOLEAN Acknowledged;
    BOOLEAN FromUserMode;
    PVOID Lookaside; // what it came from, NULL for pool
    ULONG Tag;
};

struct _ECP_LIST
{
    LIST_ENTRY Parameters;
};

namespace {

constexpr ULONG kTagEcpList = 'LcSF';
constexpr ULONG kTagContext = 'xcSF';

// The header is aligned so that the context behind it may hold anything.
constexpr SIZE_T kEcpHeader = (sizeof(_ECP_HEADER) + 15) & ~static_cast<SIZE_T>(15);

inline PECP_HEADER HeaderOf(PVOID Context)
{
    return reinterpret_cast<PECP_HEADER>(static_cast<PUCHAR>(Context) - kEcpHeader);
}

inline PVOID ContextOf(PECP_HEADER Header)
{
    return reinterpret_cast<PUCHAR>(Header) + kEcpHeader;
}

inline bool SameGuid(LPCGUID Left, LPCGUID Right)
{
    return RtlCompareMemory(Left, Right, sizeof(GUID)) == sizeof(GUID);
}

/// Contexts of all three kinds begin with links, owner and instance.
template <typename Context> Context* FindContext(PLIST_ENTRY List, PVOID OwnerId, PVOID InstanceId)
{
    for (PLIST_ENTRY Entry = List->Flink; Entry != List; Entry = Entry->Flink) {
        auto Each = CONTAINING_RECORD(Entry, Context, Links);
        if ((OwnerId == nullptr || Each->OwnerId == OwnerId)
            && (InstanceId == nullptr || Each->InstanceId == InstanceId)) {
            return Each;
        }
    }
    return nullptr;
}

/// Contexts of a file hang from one pointer: a list with a lock.
struct ContextList
{
    FAST_MUTEX Mutex;
    LIST_ENTRY Contexts;
};

ContextList* ListAt(PVOID* Where, bool Make)
{
    if (*Where == nullptr && Make) {
        auto List = static_cast<ContextList*>(
            ExAllocatePoolWithTag(NonPagedPool, sizeof(ContextList), kTagContext));
        if (List != nullptr) {
            ExInitializeFastMutex(&List->Mutex);
            InitializeListHead(&List->Contexts);
            if (InterlockedCompareExchangePointer(Where, List, nullptr) != nullptr) {
                ExFreePoolWithTag(List, kTagContext);
            }
        }
    }
    return static_cast<ContextList*>(*Where);
}

/// Contexts of one file object. Looking one up never blocks, so the list of sets needs no lock on
/// this machine.
struct FileObjectContexts
{
    LIST_ENTRY Links;
    PFILE_OBJECT FileObject;
    LIST_ENTRY Contexts;
};

LIST_ENTRY FileObjectSets;

FileObjectContexts* SetOf(PFILE_OBJECT FileObject, bool Make)
{
    for (PLIST_ENTRY Entry = FileObjectSets.Flink; Entry != &FileObjectSets; Entry = Entry->Flink) {
        auto Each = CONTAINING_RECORD(Entry, FileObjectContexts, Links);
        if (Each->FileObject == FileObject) {
            return Each;
        }
    }
    if (!Make) {
        return nullptr;
    }
    auto Set = static_cast<FileObjectContexts*>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(FileObjectContexts), kTagContext));
    if (Set != nullptr) {
        Set->FileObject = FileObject;
        InitializeListHead(&Set->Contexts);
        InsertTailList(&FileObjectSets, &Set->Links);
    }
    return Set;
}

} // namespace

extern "C" {

// --- Streams: the list is in the FCB header, under its fast mutex.

NTSTATUS NTAPI FsRtlInsertPerStreamContext(
    PFSRTL_ADVANCED_FCB_HEADER PerStreamContext, PFSRTL_PER_STREAM_CONTEXT Ptr)
{
    if (!FlagOn(PerStreamContext->Flags2, FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    ExAcquireFastMutex(PerStreamContext->FastMutex);
    InsertHeadList(&PerStreamContext->FilterContexts, &Ptr->Links);
    ExReleaseFastMutex(PerStreamContext->FastMutex);
    return STATUS_SUCCESS;
}

PFSRTL_PER_STREAM_CONTEXT NTAPI FsRtlLookupPerStreamContextInternal(
    PFSRTL_ADVANCED_FCB_HEADER StreamContext, PVOID OwnerId, PVOID InstanceId)
{
    ExAcquireFastMutex(StreamContext->FastMutex);
    auto Found = FindContext<FSRTL_PER_STREAM_CONTEXT>(
        &StreamContext->FilterContexts, OwnerId, InstanceId);
    ExReleaseFastMutex(StreamContext->FastMutex);
    return Found;
}

PFSRTL_PER_STREAM_CONTEXT NTAPI FsRtlRemovePerStreamContext(
    PFSRTL_ADVANCED_FCB_HEADER StreamContext, PVOID OwnerId, PVOID InstanceId)
{
    if (!FlagOn(StreamContext->Flags2, FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS)) {
        return nullptr;
    }
    ExAcquireFastMutex(StreamContext->FastMutex);
    auto Found = FindContext<FSRTL_PER_STREAM_CONTEXT>(
        &StreamContext->FilterContexts, OwnerId, InstanceId);
    if (Found != nullptr) {
        RemoveEntryList(&Found->Links);
    }
    ExReleaseFastMutex(StreamContext->FastMutex);
    return Found;
}

/// Gives every context back to its owner. The file system calls it when the stream's FCB dies.
VOID NTAPI FsRtlTeardownPerStreamContexts(PFSRTL_ADVANCED_FCB_HEADER AdvancedHeader)
{
    for (;;) {
        ExAcquireFastMutex(AdvancedHeader->FastMutex);
        if (IsListEmpty(&AdvancedHeader->FilterContexts)) {
            ExReleaseFastMutex(AdvancedHeader->FastMutex);
            return;
        }
        auto Context = CONTAINING_RECORD(
            RemoveHeadList(&AdvancedHeader->FilterContexts), FSRTL_PER_STREAM_CONTEXT, Links);
        ExReleaseFastMutex(AdvancedHeader->FastMutex);
        Context->FreeCallback(Context);
    }
}

// --- Files

NTSTATUS NTAPI FsRtlInsertPerFileContext(PVOID* PerFileContextPointer, PFSRTL_PER_FILE_CONTEXT Ptr)
{
    if (PerFileContextPointer == nullptr) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    ContextList* List = ListAt(PerFileContextPointer, true);
    if (List == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ExAcquireFastMutex(&List->Mutex);
    InsertHeadList(&List->Contexts, &Ptr->Links);
    ExReleaseFastMutex(&List->Mutex);
    return STATUS_SUCCESS;
}

PFSRTL_PER_FILE_CONTEXT NTAPI
FsRtlLookupPerFileContext(PVOID* PerFileContextPointer, PVOID OwnerId, PVOID InstanceId)
{
    ContextList* List
        = PerFileContextPointer != nullptr ? ListAt(PerFileContextPointer, false) : nullptr;
    if (List == nullptr) {
        return nullptr;
    }
    ExAcquireFastMutex(&List->Mutex);
    auto Found = FindContext<FSRTL_PER_FILE_CONTEXT>(&List->Contexts, OwnerId, InstanceId);
    ExReleaseFastMutex(&List->Mutex);
    return Found;
}

PFSRTL_PER_FILE_CONTEXT NTAPI
FsRtlRemovePerFileContext(PVOID* PerFileContextPointer, PVOID OwnerId, PVOID InstanceId)
{
    ContextList* List
        = PerFileContextPointer != nullptr ? ListAt(PerFileContextPointer, false) : nullptr;
    if (List == nullptr) {
        return nullptr;
    }
    ExAcquireFastMutex(&List->Mutex);
    auto Found = FindContext<FSRTL_PER_FILE_CONTEXT>(&List->Contexts, OwnerId, InstanceId);
    if (Found != nullptr) {
        RemoveEntryList(&Found->Links);
    }
    ExReleaseFastMutex(&List->Mutex);
    return Found;
}

VOID NTAPI FsRtlTeardownPerFileContexts(PVOID* PerFileContextPointer)
{
    ContextList* List = ListAt(PerFileContextPointer, false);
    if (List == nullptr) {
        return;
    }
    while (!IsListEmpty(&List->Contexts)) {
        auto Context
            = CONTAINING_RECORD(RemoveHeadList(&List->Contexts), FSRTL_PER_FILE_CONTEXT, Links);
        Context->FreeCallback(Context);
    }
    *PerFileContextPointer = nullptr;
    ExFreePoolWithTag(List, kTagContext);
}

// --- File objects: their extension belongs to the I/O manager, so the contexts are kept beside
// them.

NTSTATUS NTAPI
FsRtlInsertPerFileObjectContext(PFILE_OBJECT FileObject, PFSRTL_PER_FILEOBJECT_CONTEXT Ptr)
{
    FileObjectContexts* Set = SetOf(FileObject, true);
    if (Set == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    InsertHeadList(&Set->Contexts, &Ptr->Links);
    return STATUS_SUCCESS;
}

PFSRTL_PER_FILEOBJECT_CONTEXT NTAPI
FsRtlLookupPerFileObjectContext(PFILE_OBJECT FileObject, PVOID OwnerId, PVOID InstanceId)
{
    FileObjectContexts* Set = SetOf(FileObject, false);
    return Set != nullptr
        ? FindContext<FSRTL_PER_FILEOBJECT_CONTEXT>(&Set->Contexts, OwnerId, InstanceId)
        : nullptr;
}

PFSRTL_PER_FILEOBJECT_CONTEXT NTAPI
FsRtlRemovePerFileObjectContext(PFILE_OBJECT FileObject, PVOID OwnerId, PVOID InstanceId)
{
    FileObjectContexts* Set = SetOf(FileObject, false);
    auto Found = Set != nullptr
        ? FindContext<FSRTL_PER_FILEOBJECT_CONTEXT>(&Set->Contexts, OwnerId, InstanceId)
        : nullptr;
    if (Found != nullptr) {
        RemoveEntryList(&Found->Links);
        if (IsListEmpty(&Set->Contexts)) {
            RemoveEntryList(&Set->Links);
            ExFreePoolWithTag(Set, kTagContext);
        }
    }
    return Found;
}

void FsRtlpTeardownFileObjectContexts(PFILE_OBJECT FileObject)
{
    // Owners take their contexts out at IRP_MJ_CLOSE at the latest; what is still there is theirs
    // to have leaked.
    FileObjectContexts* Set = SetOf(FileObject, false);
    if (Set != nullptr) {
        RemoveEntryList(&Set->Links);
        ExFreePoolWithTag(Set, kTagContext);
    }
}

void FsRtlpInitContexts(void)
{
    InitializeListHead(&FileObjectSets);
}

// --- Extra create parameters

NTSTATUS NTAPI FsRtlInitializeExtraCreateParameterList(PECP_LIST EcpList)
{
    InitializeListHead(&EcpList->Parameters);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI
FsRtlAllocateExtraCreateParameterList(FSRTL_ALLOCATE_ECPLIST_FLAGS Flags, PECP_LIST* EcpList)
{
    (void)Flags;
    auto List
        = static_cast<PECP_LIST>(ExAllocatePoolWithTag(PagedPool, sizeof(ECP_LIST), kTagEcpList));
    *EcpList = List;
    return List != nullptr ? FsRtlInitializeExtraCreateParameterList(List)
                           : STATUS_INSUFFICIENT_RESOURCES;
}

VOID NTAPI FsRtlInitializeExtraCreateParameter(
    PECP_HEADER Ecp,
    ULONG EcpFlags,
    PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback,
    ULONG TotalSize,
    LPCGUID EcpType,
    PVOID ListAllocatedFrom)
{
    (void)EcpFlags;
    RtlZeroMemory(Ecp, sizeof(*Ecp));
    InitializeListHead(&Ecp->Links);
    Ecp->Type = *EcpType;
    Ecp->Cleanup = CleanupCallback;
    Ecp->Size = TotalSize > kEcpHeader ? static_cast<ULONG>(TotalSize - kEcpHeader) : 0;
    Ecp->Lookaside = ListAllocatedFrom;
}

NTSTATUS NTAPI FsRtlAllocateExtraCreateParameter(
    LPCGUID EcpType,
    ULONG SizeOfContext,
    FSRTL_ALLOCATE_ECP_FLAGS Flags,
    PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback,
    ULONG PoolTag,
    PVOID* EcpContext)
{
    *EcpContext = nullptr;
    if (SizeOfContext > MAXUSHORT) {
        return STATUS_INVALID_PARAMETER_2;
    }
    const POOL_TYPE Pool
        = (Flags & FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL) != 0 ? NonPagedPool : PagedPool;
    const SIZE_T Bytes = kEcpHeader + SizeOfContext;
    auto Header = static_cast<PECP_HEADER>(ExAllocatePoolWithTag(Pool, Bytes, PoolTag));
    if (Header == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Header, Bytes);
    FsRtlInitializeExtraCreateParameter(
        Header, 0, CleanupCallback, static_cast<ULONG>(Bytes), EcpType, nullptr);
    Header->Tag = PoolTag;
    *EcpContext = ContextOf(Header);
    return STATUS_SUCCESS;
}

// Lookaside lists save nothing over the pool here; they only carry the size and tag.
struct EcpLookaside
{
    SIZE_T Size;
    ULONG Tag;
    FSRTL_ECP_LOOKASIDE_FLAGS Flags;
};

VOID NTAPI FsRtlInitExtraCreateParameterLookasideList(
    PVOID Lookaside, FSRTL_ECP_LOOKASIDE_FLAGS Flags, SIZE_T Size, ULONG Tag)
{
    *static_cast<EcpLookaside*>(Lookaside) = { Size, Tag, Flags };
}

VOID NTAPI
FsRtlDeleteExtraCreateParameterLookasideList(PVOID Lookaside, FSRTL_ECP_LOOKASIDE_FLAGS Flags)
{
    (void)Lookaside;
    (void)Flags;
}

NTSTATUS NTAPI FsRtlAllocateExtraCreateParameterFromLookasideList(
    LPCGUID EcpType,
    ULONG SizeOfContext,
    FSRTL_ALLOCATE_ECP_FLAGS Flags,
    PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK CleanupCallback,
    PVOID LookasideList,
    PVOID* EcpContext)
{
    const auto List = static_cast<EcpLookaside*>(LookasideList);
    if ((List->Flags & FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL) != 0) {
        Flags |= FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL;
    }
    return FsRtlAllocateExtraCreateParameter(
        EcpType, SizeOfContext, Flags, CleanupCallback, List->Tag, EcpContext);
}

VOID NTAPI FsRtlFreeExtraCreateParameter(PVOID EcpContext)
{
    PECP_HEADER Header = HeaderOf(EcpContext);
    NT_ASSERT(Header->List == nullptr);
    if (Header->Cleanup != nullptr) {
        Header->Cleanup(EcpContext, &Header->Type);
    }
    ExFreePoolWithTag(Header, Header->Tag);
}

VOID NTAPI FsRtlFreeExtraCreateParameterList(PECP_LIST EcpList)
{
    while (!IsListEmpty(&EcpList->Parameters)) {
        auto Header = CONTAINING_RECORD(RemoveHeadList(&EcpList->Parameters), ECP_HEADER, Links);
        Header->List = nullptr;
        FsRtlFreeExtraCreateParameter(ContextOf(Header));
    }
    ExFreePoolWithTag(EcpList, kTagEcpList);
}

NTSTATUS NTAPI FsRtlInsertExtraCreateParameter(PECP_LIST EcpList, PVOID EcpContext)
{
    PECP_HEADER Header = HeaderOf(EcpContext);
    if (Header->List != nullptr
        || NT_SUCCESS(FsRtlFindExtraCreateParameter(EcpList, &Header->Type, nullptr, nullptr))) {
        return STATUS_INVALID_PARAMETER; // one of a type, and in one list
    }
    Header->List = EcpList;
    InsertTailList(&EcpList->Parameters, &Header->Links);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI FsRtlFindExtraCreateParameter(
    PECP_LIST EcpList, LPCGUID EcpType, PVOID* EcpContext, ULONG* EcpContextSize)
{
    if (EcpContext != nullptr) {
        *EcpContext = nullptr;
    }
    if (EcpContextSize != nullptr) {
        *EcpContextSize = 0;
    }
    for (PLIST_ENTRY Entry = EcpList->Parameters.Flink; Entry != &EcpList->Parameters;
         Entry = Entry->Flink) {
        auto Header = CONTAINING_RECORD(Entry, ECP_HEADER, Links);
        if (SameGuid(&Header->Type, EcpType)) {
            if (EcpContext != nullptr) {
                *EcpContext = ContextOf(Header);
            }
            if (EcpContextSize != nullptr) {
                *EcpContextSize = Header->Size;
            }
            return STATUS_SUCCESS;
        }
    }
    return STATUS_NOT_FOUND;
}

NTSTATUS NTAPI FsRtlRemoveExtraCreateParameter(
    PECP_LIST EcpList, LPCGUID EcpType, PVOID* EcpContext, ULONG* EcpContextSize)
{
    PVOID Found;
    const NTSTATUS Status = FsRtlFindExtraCreateParameter(EcpList, EcpType, &Found, EcpContextSize);
    *EcpContext = Found;
    if (NT_SUCCESS(Status)) {
        RemoveEntryList(&HeaderOf(Found)->Links);
        HeaderOf(Found)->List = nullptr;
    }
    return Status;
}

NTSTATUS NTAPI FsRtlGetNextExtraCreateParameter(
    PECP_LIST EcpList,
    PVOID CurrentEcpContext,
    LPGUID NextEcpType,
    PVOID* NextEcpContext,
    ULONG* NextEcpContextSize)
{
    PLIST_ENTRY Entry = CurrentEcpContext != nullptr ? HeaderOf(CurrentEcpContext)->Links.Flink
                                                     : EcpList->Parameters.Flink;
    if (Entry == &EcpList->Parameters) {
        if (NextEcpContext != nullptr) {
            *NextEcpContext = nullptr;
        }
        if (NextEcpContextSize != nullptr) {
            *NextEcpContextSize = 0;
        }
        return STATUS_NOT_FOUND;
    }
    auto Header = CONTAINING_RECORD(Entry, ECP_HEADER, Links);
    if (NextEcpType != nullptr) {
        *NextEcpType = Header->Type;
    }
    if (NextEcpContext != nullptr) {
        *NextEcpContext = ContextOf(Header);
    }
    if (NextEcpContextSize != nullptr) {
        *NextEcpContextSize = Header->Size;
    }
    return STATUS_SUCCESS;
}

/// The list a create carries hangs at the IRP's auxiliary pointer, which nothing else uses during a
/// create.
NTSTATUS NTAPI FsRtlGetEcpListFromIrp(PIRP Irp, PECP_LIST* EcpList)
{
    *EcpList = nullptr;
    if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction != IRP_MJ_CREATE) {
        return STATUS_INVALID_PARAMETER;
    }
    *EcpList = reinterpret_cast<PECP_LIST>(Irp->Tail.Overlay.AuxiliaryBuffer);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI FsRtlSetEcpListIntoIrp(PIRP Irp, PECP_LIST EcpList)
{
    if (Irp->Tail.Overlay.AuxiliaryBuffer != nullptr) {
        return STATUS_INVALID_PARAMETER;
    }
    Irp->Tail.Overlay.AuxiliaryBuffer = reinterpret_cast<PCHAR>(EcpList);
    return STATUS_SUCCESS;
}

VOID NTAPI FsRtlAcknowledgeEcp(PVOID EcpContext)
{
    HeaderOf(EcpContext)->Acknowledged = TRUE;
}

BOOLEAN NTAPI FsRtlIsEcpAcknowledged(PVOID EcpContext)
{
    return HeaderOf(EcpContext)->Acknowledged;
}

BOOLEAN NTAPI FsRtlIsEcpFromUserMode(PVOID EcpContext)
{
    return HeaderOf(EcpContext)->FromUserMode;
}

} // extern "C"
