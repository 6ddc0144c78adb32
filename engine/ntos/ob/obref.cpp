// obref.cpp - references to objects, and what happens when the last one is gone.
//
// A reference is a promise that the memory stays. Taking one from a pointer is only allowed while
// another is held, so a count that leaves zero is a bug of the caller and stops the machine
// (REFERENCE_BY_POINTER), as does one below zero. Deletion runs the type's delete procedure, which
// may send IRPs and wait: it happens at PASSIVE_LEVEL, on a worker thread when the last reference
// goes away at a raised IRQL.
#include "engine/ntos/ob/obpriv.h"

namespace {

constinit WORK_QUEUE_ITEM ObpDeferredItem {};
constinit OBP_HEADER* ObpDeferredHead = nullptr;
constinit OBP_HEADER* ObpDeferredTail = nullptr;
constinit BOOLEAN ObpDeferredQueued = FALSE;

void ObpTraceReference(OBP_HEADER* Header, LONG Delta, const char* Reason)
{
    if (RdrTraceActive() && Header->Type->TraceKind != RdrObjectNone) {
        RdrTraceReference(ObpBody(Header), Delta, Header->PointerCount, Reason);
    }
}

// The object has no reference left: nobody can find it, so nothing here needs protection from
// others.
void ObpDeleteObject(OBP_HEADER* Header)
{
    POBJECT_TYPE Type = Header->Type;

    NT_ASSERT(Header->PointerCount == 0 && Header->HandleCount == 0);
    Header->Flags |= kObpDeleting;
    ObpRemoveName(Header);
    if (Type->Procedures.Delete != nullptr) {
        Type->Procedures.Delete(ObpBody(Header));
    }
    ObpFreeCreate(Header);
    if (RdrTraceActive() && Type->TraceKind != RdrObjectNone) {
        RdrTraceDied(ObpBody(Header));
    }
    RemoveEntryList(&Header->LiveLinks);
    Type->TotalNumberOfObjects--;
    Header->Signature = 0;
    ExFreePoolWithTag(Header, OBP_TAG_OBJECT);
}

VOID NTAPI ObpDeferredWorker(PVOID Parameter)
{
    UNREFERENCED_PARAMETER(Parameter);
    ObpDeferredQueued = FALSE;
    ObpDrainDeferred();
}

void ObpDeferDelete(OBP_HEADER* Header)
{
    Header->NextDeferred = nullptr;
    if (ObpDeferredTail != nullptr) {
        ObpDeferredTail->NextDeferred = Header;
    } else {
        ObpDeferredHead = Header;
    }
    ObpDeferredTail = Header;
    if (!ObpDeferredQueued) {
        ObpDeferredQueued = TRUE;
        ExInitializeWorkItem(&ObpDeferredItem, ObpDeferredWorker, nullptr);
        ExQueueWorkItem(&ObpDeferredItem, CriticalWorkQueue);
    }
}

LONG ObpDereferenceHeader(OBP_HEADER* Header, const char* Reason, BOOLEAN Defer)
{
    if (Header->Signature != kObpSignature || Header->PointerCount <= 0) {
        // Parameter 4: the count before this call.
        KeBugCheckEx(
            REFERENCE_BY_POINTER, reinterpret_cast<ULONG_PTR>(Header->Type),
            reinterpret_cast<ULONG_PTR>(ObpBody(Header)), 2,
            static_cast<ULONG_PTR>(Header->PointerCount));
    }
    LONG Left = --Header->PointerCount;
    ObpTraceReference(Header, -1, Reason);
    if (Left == 0) {
        if (Header->HandleCount != 0) {
            KeBugCheckEx(
                REFERENCE_BY_POINTER, reinterpret_cast<ULONG_PTR>(Header->Type),
                reinterpret_cast<ULONG_PTR>(ObpBody(Header)), 1,
                static_cast<ULONG_PTR>(Header->HandleCount));
        }
        if (Defer || KeGetCurrentIrql() != PASSIVE_LEVEL) {
            ObpDeferDelete(Header);
        } else {
            ObpDeleteObject(Header);
        }
    }
    return Left;
}

} // namespace

/// Deletes what is on the deferred list, on this thread. Shutdown calls it when the workers are
/// gone.
///
/// IRQL     PASSIVE_LEVEL
void ObpDrainDeferred()
{
    while (ObpDeferredHead != nullptr) {
        OBP_HEADER* Header = ObpDeferredHead;
        ObpDeferredHead = Header->NextDeferred;
        if (ObpDeferredHead == nullptr) {
            ObpDeferredTail = nullptr;
        }
        ObpDeleteObject(Header);
    }
}

void ObpReference(PVOID Object, const char* Reason)
{
    OBP_HEADER* Header = ObpHeader(Object);

    if (Header->Signature != kObpSignature || Header->PointerCount <= 0) {
        KeBugCheckEx(
            REFERENCE_BY_POINTER, reinterpret_cast<ULONG_PTR>(Header->Type),
            reinterpret_cast<ULONG_PTR>(Object), 3, static_cast<ULONG_PTR>(Header->PointerCount));
    }
    Header->PointerCount++;
    ObpTraceReference(Header, 1, Reason);
}

void ObpDereference(PVOID Object, const char* Reason)
{
    ObpDereferenceHeader(ObpHeader(Object), Reason, FALSE);
}

extern "C" {

LONG_PTR NTAPI ObfReferenceObject(PVOID Object)
{
    ObpReference(Object, "ObReferenceObject");
    return ObpHeader(Object)->PointerCount;
}

LONG_PTR NTAPI ObfReferenceObjectWithTag(PVOID Object, ULONG Tag)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObfReferenceObject(Object);
}

LONG_PTR NTAPI ObfDereferenceObject(PVOID Object)
{
    return ObpDereferenceHeader(ObpHeader(Object), "ObDereferenceObject", FALSE);
}

LONG_PTR NTAPI ObfDereferenceObjectWithTag(PVOID Object, ULONG Tag)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObfDereferenceObject(Object);
}

VOID NTAPI ObDereferenceObjectDeferDelete(PVOID Object)
{
    ObpDereferenceHeader(ObpHeader(Object), "ObDereferenceObjectDeferDelete", TRUE);
}

VOID NTAPI ObDereferenceObjectDeferDeleteWithTag(PVOID Object, ULONG Tag)
{
    UNREFERENCED_PARAMETER(Tag);
    ObDereferenceObjectDeferDelete(Object);
}

/// Takes a reference through a pointer the caller may use already.
///
/// IRQL     <= DISPATCH_LEVEL
/// Errors   STATUS_OBJECT_TYPE_MISMATCH. A kernel-mode caller may leave ObjectType out; a symbolic
/// link always has to match. Source   windows-driver-docs: wdm/obreferenceobjectbypointer
NTSTATUS NTAPI ObReferenceObjectByPointer(
    PVOID Object, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode)
{
    UNREFERENCED_PARAMETER(DesiredAccess);
    if (ObpHeader(Object)->Type != ObjectType
        && (AccessMode != KernelMode || ObjectType != nullptr)) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    ObpReference(Object, "ObReferenceObjectByPointer");
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObReferenceObjectByPointerWithTag(
    PVOID Object,
    ACCESS_MASK DesiredAccess,
    POBJECT_TYPE ObjectType,
    KPROCESSOR_MODE AccessMode,
    ULONG Tag)
{
    UNREFERENCED_PARAMETER(Tag);
    return ObReferenceObjectByPointer(Object, DesiredAccess, ObjectType, AccessMode);
}

ULONG NTAPI ObGetObjectPointerCount(PVOID Object)
{
    return static_cast<ULONG>(ObpHeader(Object)->PointerCount);
}

} // extern "C"

POBJECT_TYPE ObpTypeOf(PVOID Object)
{
    return ObpHeader(Object)->Type;
}

PCWSTR ObpTypeName(POBJECT_TYPE Type)
{
    return Type->Name;
}

LONG ObpPointerCount(PVOID Object)
{
    return ObpHeader(Object)->PointerCount;
}

LONG ObpHandleCount(PVOID Object)
{
    return ObpHeader(Object)->HandleCount;
}

PVOID ObpWaitObject(PVOID Object)
{
    const OB_TYPE_PROCEDURES& Procedures = ObpHeader(Object)->Type->Procedures;

    if (Procedures.WaitOffset != OBP_NOT_WAITABLE) {
        return static_cast<PUCHAR>(Object) + Procedures.WaitOffset;
    }
    if (Procedures.WaitPointerOffset != OBP_NOT_WAITABLE) {
        return *reinterpret_cast<PVOID*>(
            static_cast<PUCHAR>(Object) + Procedures.WaitPointerOffset);
    }
    return nullptr;
}

NTSTATUS ObpSecurity(
    PVOID Object,
    OB_SECURITY_OPERATION Operation,
    SECURITY_INFORMATION SecurityInformation,
    PSECURITY_DESCRIPTOR SecurityDescriptor,
    PULONG Length,
    KPROCESSOR_MODE AccessMode)
{
    OB_SECURITY_METHOD Security = ObpHeader(Object)->Type->Procedures.Security;

    return Security != nullptr
        ? Security(Object, Operation, SecurityInformation, SecurityDescriptor, Length, AccessMode)
        : STATUS_NOT_SUPPORTED;
}

ULONG ObpReportLiveObjects(OBP_REPORT Report, PVOID Context)
{
    static const UNICODE_STRING Nameless {};
    ULONG Count = 0;

    for (PLIST_ENTRY Link = ObpLiveObjects.Flink; Link != &ObpLiveObjects; Link = Link->Flink) {
        OBP_HEADER* Header = CONTAINING_RECORD(Link, OBP_HEADER, LiveLinks);
        if (Report != nullptr) {
            Report(
                Context, Header->Type->Name,
                Header->Name != nullptr ? &Header->Name->Name : &Nameless, Header->PointerCount,
                Header->HandleCount);
        }
        Count++;
    }
    return Count;
}
