// obhandle.cpp - handle tables: numbers that stand for objects, one table per process.
//
// A handle is (index + 1) * 4. Kernel handles live in the System process' table whoever made them
// and carry the sign bit; user-mode callers cannot name them. Each open handle holds one pointer
// reference and counts in HandleCount; the type's close procedure hears of every close, with the
// counts that were, so that a file can tell its last close in this process (locks) and its last
// close at all (IRP_MJ_CLEANUP).
#include "engine/ntos/inc/psp.h"
#include "engine/ntos/ob/obpriv.h"

namespace {

PHANDLE_TABLE ObpTableOfProcess(PEPROCESS Process)
{
    return static_cast<PHANDLE_TABLE>(*PspObjectTable(Process));
}

OBP_HANDLE_ENTRY* ObpEntryAt(PHANDLE_TABLE Table, ULONG Index)
{
    return &Table->Blocks[Index / kObpEntriesPerBlock][Index % kObpEntriesPerBlock];
}

OBP_HANDLE_ENTRY* ObpAllocateEntry(PHANDLE_TABLE Table, PULONG Index)
{
    if (Table->FirstFree == 0) {
        if (Table->BlockCount == kObpMaximumBlocks) {
            return nullptr;
        }
        auto* Block = static_cast<OBP_HANDLE_ENTRY*>(ExAllocatePoolWithTag(
            NonPagedPool, kObpEntriesPerBlock * sizeof(OBP_HANDLE_ENTRY), OBP_TAG_HANDLES));
        if (Block == nullptr) {
            return nullptr;
        }
        RtlZeroMemory(Block, kObpEntriesPerBlock * sizeof(OBP_HANDLE_ENTRY));
        ULONG First = Table->BlockCount * kObpEntriesPerBlock;
        Table->Blocks[Table->BlockCount++] = Block;
        for (ULONG Slot = 0; Slot < kObpEntriesPerBlock; Slot++) {
            Block[Slot].NextFree = Slot + 1 < kObpEntriesPerBlock ? First + Slot + 2 : 0;
        }
        Table->FirstFree = First + 1;
    }
    *Index = Table->FirstFree - 1;
    OBP_HANDLE_ENTRY* Entry = ObpEntryAt(Table, *Index);
    Table->FirstFree = Entry->NextFree;
    Table->HandleCount++;
    return Entry;
}

void ObpFreeEntry(PHANDLE_TABLE Table, OBP_HANDLE_ENTRY* Entry, ULONG Index)
{
    *Entry = {};
    Entry->NextFree = Table->FirstFree;
    Table->FirstFree = Index + 1;
    Table->HandleCount--;
}

ULONG ObpIndexOf(HANDLE Handle)
{
    return static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(Handle) / 4 - 1);
}

// How many handles of this table name the object: what the close procedure calls
// ProcessHandleCount.
ULONG ObpCountHandles(PHANDLE_TABLE Table, OBP_HEADER* Header)
{
    ULONG Count = 0;

    if (Header->HandleCount == 1) {
        return 1;
    }
    for (ULONG Block = 0; Block < Table->BlockCount; Block++) {
        for (ULONG Slot = 0; Slot < kObpEntriesPerBlock; Slot++) {
            Count += Table->Blocks[Block][Slot].Header == Header ? 1 : 0;
        }
    }
    return Count;
}

// "notepad!4": a handle's place in the trace.
void ObpTraceHandle(PHANDLE_TABLE Table, OBP_HANDLE_ENTRY* Entry, HANDLE Handle)
{
    WCHAR Text[40];
    UNICODE_STRING Name;
    WCHAR Digits[20];
    ULONG Length = 0;
    ULONG Count = 0;
    const char* Image = PspImageName(Table->Process);

    while (*Image != 0 && Length < 16) {
        Text[Length++] = static_cast<WCHAR>(static_cast<unsigned char>(*Image++));
    }
    Text[Length++] = L'!';
    ULONG_PTR Value = reinterpret_cast<ULONG_PTR>(Handle) & 0x7FFFFFFFu;
    do {
        Digits[Count++] = static_cast<WCHAR>(L'0' + Value % 10);
        Value /= 10;
    } while (Value != 0);
    while (Count != 0) {
        Text[Length++] = Digits[--Count];
    }
    Name.Buffer = Text;
    Name.Length = Name.MaximumLength = static_cast<USHORT>(Length * sizeof(WCHAR));
    RdrTraceBorn(RdrObjectHandle, Entry, 0, &Name, ObpBody(Entry->Header));
}

// The handle is gone from the table when the close procedure runs: it may wait, and the number may
// be used again.
void ObpCloseEntry(PHANDLE_TABLE Table, OBP_HANDLE_ENTRY* Entry, ULONG Index)
{
    OBP_HEADER* Header = Entry->Header;
    POBJECT_TYPE Type = Header->Type;
    ACCESS_MASK Granted = Entry->GrantedAccess;
    ULONG ProcessCount = ObpCountHandles(Table, Header);
    ULONG SystemCount = static_cast<ULONG>(Header->HandleCount);

    if (RdrTraceActive()) {
        RdrTraceDied(Entry);
    }
    // Counted down before the close procedure, so that two closes at once do not both see another
    // handle.
    ObpFreeEntry(Table, Entry, Index);
    Header->HandleCount--;
    Type->TotalNumberOfHandles--;
    if (Type->Procedures.Close != nullptr) {
        Type->Procedures.Close(Table->Process, ObpBody(Header), Granted, ProcessCount, SystemCount);
    }
    ObpDeleteNameCheck(Header);
    ObpDereference(ObpBody(Header), "handle");
}

} // namespace

/// Finds the table a handle belongs to and strips the kernel bit from *Handle. NULL: no such table
/// for this caller.
PHANDLE_TABLE ObpTableOfHandle(HANDLE* Handle, KPROCESSOR_MODE Mode)
{
    LONG_PTR Value = reinterpret_cast<LONG_PTR>(*Handle);

    if (Value < 0) {
        if (Mode != KernelMode || (Value & kObpKernelHandleBit) != kObpKernelHandleBit) {
            return nullptr;
        }
        *Handle = reinterpret_cast<HANDLE>(Value & ~kObpKernelHandleBit);
        return ObpTableOfProcess(PsInitialSystemProcess);
    }
    return ObpTableOfProcess(PspCurrentProcess());
}

OBP_HANDLE_ENTRY* ObpLookupEntry(PHANDLE_TABLE Table, HANDLE Handle)
{
    ULONG_PTR Value = reinterpret_cast<ULONG_PTR>(Handle);

    // The two low bits belong to the application (OBJ_HANDLE_TAGBITS).
    Value &= ~static_cast<ULONG_PTR>(OBJ_HANDLE_TAGBITS);
    if (Table == nullptr || Value == 0
        || Value / 4 > ULONG_PTR { Table->BlockCount } * kObpEntriesPerBlock) {
        return nullptr;
    }
    OBP_HANDLE_ENTRY* Entry = ObpEntryAt(Table, static_cast<ULONG>(Value / 4 - 1));
    return Entry->Header != nullptr ? Entry : nullptr;
}

/// Opens a handle to an object the caller has referenced. The handle takes a reference of its own.
NTSTATUS ObpCreateHandle(
    PVOID Object,
    OB_OPEN_REASON Reason,
    ACCESS_MASK GrantedAccess,
    ULONG Attributes,
    KPROCESSOR_MODE Mode,
    PHANDLE Handle)
{
    OBP_HEADER* Header = ObpHeader(Object);
    BOOLEAN Kernel = (Attributes & OBJ_KERNEL_HANDLE) != 0 && Mode == KernelMode;
    PEPROCESS Process = Kernel ? PsInitialSystemProcess : PspCurrentProcess();
    PHANDLE_TABLE Table = ObpTableOfProcess(Process);
    ULONG Index = 0;

    PAGED_CODE();
    if (Table == nullptr) {
        return STATUS_PROCESS_IS_TERMINATING;
    }
    if ((Header->Flags & kObpExclusive) != 0 && Header->HandleCount != 0) {
        return STATUS_ACCESS_DENIED;
    }
    OBP_HANDLE_ENTRY* Entry = ObpAllocateEntry(Table, &Index);
    if (Entry == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Entry->Header = Header;
    Entry->GrantedAccess = GrantedAccess;
    Entry->Attributes = Attributes & OBJ_INHERIT;
    Header->HandleCount++;
    Header->Type->TotalNumberOfHandles++;
    ObpReference(Object, "handle");
    if (Header->Type->Procedures.Open != nullptr) {
        NTSTATUS Status = Header->Type->Procedures.Open(
            Reason, Process, Object, GrantedAccess, static_cast<ULONG>(Header->HandleCount));
        if (!NT_SUCCESS(Status)) {
            Header->HandleCount--;
            Header->Type->TotalNumberOfHandles--;
            ObpFreeEntry(Table, Entry, Index);
            ObpDereference(Object, "handle");
            return Status;
        }
    }
    LONG_PTR Value = (static_cast<LONG_PTR>(Index) + 1) * 4;
    *Handle = reinterpret_cast<HANDLE>(Kernel ? Value | kObpKernelHandleBit : Value);
    if (RdrTraceActive()) {
        ObpTraceHandle(Table, Entry, *Handle);
    }
    return STATUS_SUCCESS;
}

NTSTATUS ObpCloseHandle(HANDLE Handle, KPROCESSOR_MODE Mode)
{
    HANDLE Local = Handle;
    PHANDLE_TABLE Table = ObpTableOfHandle(&Local, Mode);
    OBP_HANDLE_ENTRY* Entry = ObpLookupEntry(Table, Local);

    if (Entry == nullptr) {
        return STATUS_INVALID_HANDLE;
    }
    if ((Entry->Attributes & OBP_PROTECT_CLOSE) != 0) {
        return STATUS_HANDLE_NOT_CLOSABLE;
    }
    // The System process' table may be reached from any process: its handles are closed as System's
    // own.
    ObpCloseEntry(Table, Entry, ObpIndexOf(Local));
    return STATUS_SUCCESS;
}

NTSTATUS ObInitProcess(PEPROCESS Process)
{
    auto* Table = static_cast<PHANDLE_TABLE>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(HANDLE_TABLE), OBP_TAG_HANDLES));

    if (Table == nullptr) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Table, sizeof(*Table));
    Table->Process = Process;
    *PspObjectTable(Process) = Table;
    return STATUS_SUCCESS;
}

ULONG ObKillProcess(PEPROCESS Process)
{
    PHANDLE_TABLE Table = ObpTableOfProcess(Process);
    ULONG LeftOpen = 0;

    PAGED_CODE();
    if (Table == nullptr) {
        return 0;
    }
    // New handles may be opened by close procedures: go on until a whole pass finds none.
    for (BOOLEAN Found = TRUE; Found;) {
        Found = FALSE;
        for (ULONG Index = 0; Index < Table->BlockCount * kObpEntriesPerBlock; Index++) {
            OBP_HANDLE_ENTRY* Entry = ObpEntryAt(Table, Index);
            if (Entry->Header != nullptr) {
                Found = TRUE;
                LeftOpen++;
                RdrTraceText(
                    RdrLayerKernel, RdrEventNote, "ObKillProcess", Entry,
                    "left open at process exit");
                ObpCloseEntry(Table, Entry, Index);
            }
        }
    }
    *PspObjectTable(Process) = nullptr;
    for (ULONG Block = 0; Block < Table->BlockCount; Block++) {
        ExFreePoolWithTag(Table->Blocks[Block], OBP_TAG_HANDLES);
    }
    ExFreePoolWithTag(Table, OBP_TAG_HANDLES);
    return LeftOpen;
}

extern "C" {

BOOLEAN NTAPI ObIsKernelHandle(HANDLE Handle)
{
    LONG_PTR Value = reinterpret_cast<LONG_PTR>(Handle);

    return Value < -2 && (Value & kObpKernelHandleBit) == kObpKernelHandleBit;
}

/// Source   windows-driver-docs: wdm/obreferenceobjectbyhandle
NTSTATUS NTAPI ObReferenceObjectByHandle(
    HANDLE Handle,
    ACCESS_MASK DesiredAccess,
    POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode,
    PVOID* Object,
    POBJECT_HANDLE_INFORMATION HandleInformation)
{
    PVOID Body;
    ACCESS_MASK Granted;
    ULONG Attributes = 0;

    PAGED_CODE();
    *Object = nullptr;
    if (Handle == NtCurrentProcess()) {
        Body = PspCurrentProcess();
        Granted = PROCESS_ALL_ACCESS;
    } else if (Handle == NtCurrentThread()) {
        Body = PsGetCurrentThread();
        Granted = THREAD_ALL_ACCESS;
    } else {
        HANDLE Local = Handle;
        PHANDLE_TABLE Table = ObpTableOfHandle(&Local, AccessMode);
        OBP_HANDLE_ENTRY* Entry = ObpLookupEntry(Table, Local);
        if (Entry == nullptr) {
            return STATUS_INVALID_HANDLE;
        }
        Body = ObpBody(Entry->Header);
        Granted = Entry->GrantedAccess;
        Attributes = Entry->Attributes;
    }
    if (ObjectType != nullptr && ObpTypeOf(Body) != ObjectType) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    if (AccessMode != KernelMode && (DesiredAccess & ~Granted) != 0) {
        return STATUS_ACCESS_DENIED;
    }
    if (HandleInformation != nullptr) {
        HandleInformation->HandleAttributes = Attributes;
        HandleInformation->GrantedAccess = Granted;
    }
    ObpReference(Body, "ObReferenceObjectByHandle");
    *Object = Body;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObReferenceObjectByHandleWithTag(
    HANDLE Handle,
    ACCESS_MASK DesiredAccess,
    POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode,
    ULONG Tag,
    PVOID* Object,
    POBJECT_HANDLE_INFORMATION HandleInformation)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObReferenceObjectByHandle(
        Handle, DesiredAccess, ObjectType, AccessMode, Object, HandleInformation);
}

NTSTATUS NTAPI ObOpenObjectByPointer(
    PVOID Object,
    ULONG HandleAttributes,
    PACCESS_STATE PassedAccessState,
    ACCESS_MASK DesiredAccess,
    POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode,
    PHANDLE Handle)
{
    PAGED_CODE();
    *Handle = nullptr;
    if (ObjectType != nullptr && ObpTypeOf(Object) != ObjectType) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    ACCESS_MASK Granted = PassedAccessState != nullptr
        ? (PassedAccessState->PreviouslyGrantedAccess | PassedAccessState->RemainingDesiredAccess)
        : DesiredAccess;
    return ObpCreateHandle(
        Object, ObOpenHandle, ObpGrantAccess(ObpTypeOf(Object), Granted), HandleAttributes,
        AccessMode, Handle);
}

NTSTATUS NTAPI ObOpenObjectByPointerWithTag(
    PVOID Object,
    ULONG HandleAttributes,
    PACCESS_STATE PassedAccessState,
    ACCESS_MASK DesiredAccess,
    POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode,
    ULONG Tag,
    PHANDLE Handle)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObOpenObjectByPointer(
        Object, HandleAttributes, PassedAccessState, DesiredAccess, ObjectType, AccessMode, Handle);
}

/// ObCloseHandle is the documented kernel routine behind ZwClose.
NTSTATUS NTAPI ObCloseHandle(HANDLE Handle, KPROCESSOR_MODE PreviousMode)
{
    return ObpCloseHandle(Handle, PreviousMode);
}

} // extern "C"
