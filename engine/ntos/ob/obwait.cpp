// obwait.cpp - event objects and waits on handles.
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/inc/ntframe.h"
#include "engine/ntos/ob/obpriv.h"

static constinit POBJECT_TYPE ObpEventType = nullptr;

extern "C" {
POBJECT_TYPE* ExEventObjectType = &ObpEventType;
}

namespace {

enum class EventAction
{
    Set,
    Reset,
    Clear,
    Pulse
};

NTSTATUS ObpCreateEvent(
    KPROCESSOR_MODE Mode,
    PHANDLE EventHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    EVENT_TYPE EventType,
    BOOLEAN InitialState)
{
    PVOID Object = nullptr;
    HANDLE Local = nullptr;
    NTSTATUS Status = ObpProbeForWrite(Mode, EventHandle, sizeof(HANDLE), alignof(HANDLE));

    if (NT_SUCCESS(Status) && EventType != NotificationEvent && EventType != SynchronizationEvent) {
        Status = STATUS_INVALID_PARAMETER;
    }
    if (NT_SUCCESS(Status)) {
        Status = ObCreateObject(
            Mode, ObpEventType, ObjectAttributes, Mode, nullptr, sizeof(KEVENT), 0, 0, &Object);
    }
    if (NT_SUCCESS(Status)) {
        KeInitializeEvent(static_cast<PRKEVENT>(Object), EventType, InitialState);
        Status = ObInsertObject(Object, nullptr, DesiredAccess, 0, nullptr, &Local);
    }
    if (NT_SUCCESS(Status)) {
        *EventHandle = Local;
    }
    return Status;
}

NTSTATUS
ObpEventOperation(KPROCESSOR_MODE Mode, HANDLE EventHandle, PLONG PreviousState, EventAction Action)
{
    PVOID Object = nullptr;
    LONG Old = 0;
    NTSTATUS Status = STATUS_SUCCESS;

    if (PreviousState != nullptr) {
        Status = ObpProbeForWrite(Mode, PreviousState, sizeof(LONG), alignof(LONG));
    }
    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(
            EventHandle, EVENT_MODIFY_STATE, ObpEventType, Mode, &Object, nullptr);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    auto* Event = static_cast<PRKEVENT>(Object);
    switch (Action) {
    case EventAction::Set:
        Old = KeSetEvent(Event, IO_NO_INCREMENT, FALSE);
        break;
    case EventAction::Reset:
        Old = KeResetEvent(Event);
        break;
    case EventAction::Clear:
        KeClearEvent(Event);
        break;
    case EventAction::Pulse:
        Old = KePulseEvent(Event, IO_NO_INCREMENT, FALSE);
        break;
    }
    ObfDereferenceObject(Object);
    if (PreviousState != nullptr) {
        *PreviousState = Old;
    }
    return Status;
}

NTSTATUS ObpCaptureTimeout(KPROCESSOR_MODE Mode, PLARGE_INTEGER* Timeout, PLARGE_INTEGER Copy)
{
    if (*Timeout == nullptr) {
        return STATUS_SUCCESS;
    }
    NTSTATUS Status = ObpProbeForRead(Mode, *Timeout, sizeof(LARGE_INTEGER), alignof(ULONG));
    if (NT_SUCCESS(Status)) {
        *Copy = **Timeout;
        *Timeout = Copy;
    }
    return Status;
}

NTSTATUS
ObpWaitForSingle(KPROCESSOR_MODE Mode, HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    PVOID Object = nullptr;
    LARGE_INTEGER Copy;
    NTSTATUS Status = ObpCaptureTimeout(Mode, &Timeout, &Copy);

    if (NT_SUCCESS(Status)) {
        Status = ObReferenceObjectByHandle(Handle, SYNCHRONIZE, nullptr, Mode, &Object, nullptr);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    PVOID Wait = ObpWaitObject(Object);
    Status = Wait != nullptr ? KeWaitForSingleObject(Wait, UserRequest, Mode, Alertable, Timeout)
                             : STATUS_OBJECT_TYPE_MISMATCH;
    ObfDereferenceObject(Object);
    return Status;
}

NTSTATUS ObpWaitForMultiple(
    KPROCESSOR_MODE Mode,
    ULONG HandleCount,
    PHANDLE Handles,
    WAIT_TYPE WaitType,
    BOOLEAN Alertable,
    PLARGE_INTEGER Timeout)
{
    PVOID Objects[MAXIMUM_WAIT_OBJECTS];
    PVOID Waits[MAXIMUM_WAIT_OBJECTS];
    LARGE_INTEGER Copy;
    ULONG Count = 0;

    if (HandleCount == 0 || HandleCount > MAXIMUM_WAIT_OBJECTS
        || (WaitType != WaitAll && WaitType != WaitAny)) {
        return HandleCount == 0 || HandleCount > MAXIMUM_WAIT_OBJECTS ? STATUS_INVALID_PARAMETER_1
                                                                      : STATUS_INVALID_PARAMETER_3;
    }
    NTSTATUS Status = ObpCaptureTimeout(Mode, &Timeout, &Copy);
    if (NT_SUCCESS(Status)) {
        Status = ObpProbeForRead(Mode, Handles, HandleCount * sizeof(HANDLE), alignof(HANDLE));
    }
    while (NT_SUCCESS(Status) && Count < HandleCount) {
        Status = ObReferenceObjectByHandle(
            Handles[Count], SYNCHRONIZE, nullptr, Mode, &Objects[Count], nullptr);
        if (NT_SUCCESS(Status)) {
            Waits[Count] = ObpWaitObject(Objects[Count]);
            Status = Waits[Count] != nullptr ? STATUS_SUCCESS : STATUS_OBJECT_TYPE_MISMATCH;
            Count++;
        }
    }
    PKWAIT_BLOCK Blocks = nullptr;
    if (NT_SUCCESS(Status) && HandleCount > THREAD_WAIT_OBJECTS) {
        Blocks = static_cast<PKWAIT_BLOCK>(
            ExAllocatePoolWithTag(NonPagedPool, HandleCount * sizeof(KWAIT_BLOCK), 'tiaW'));
        Status = Blocks != nullptr ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (NT_SUCCESS(Status)) {
        Status = KeWaitForMultipleObjects(
            HandleCount, Waits, WaitType, UserRequest, Mode, Alertable, Timeout, Blocks);
    }
    if (Blocks != nullptr) {
        ExFreePoolWithTag(Blocks, 'tiaW');
    }
    while (Count > 0) {
        ObfDereferenceObject(Objects[--Count]);
    }
    return Status;
}

} // namespace

/// The Event type; ObInitSystem calls it.
void ObpInitEvents()
{
    OB_TYPE_PROCEDURES Procedures {};

    Procedures.GenericMapping
        = { STANDARD_RIGHTS_READ | EVENT_QUERY_STATE, STANDARD_RIGHTS_WRITE | EVENT_MODIFY_STATE,
            STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE, EVENT_ALL_ACCESS };
    Procedures.ValidAccessMask = EVENT_ALL_ACCESS;
    Procedures.WaitOffset = 0;
    Procedures.WaitPointerOffset = OBP_NOT_WAITABLE;
    ObpEventType = ObpCreateType(L"Event", &Procedures);
}

extern "C" {

NTSTATUS NTAPI NtCreateEvent(
    PHANDLE EventHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    EVENT_TYPE EventType,
    BOOLEAN InitialState)
{
    NT_SYSTEM_CALL(CreateEvent);
    return Call.Leave(ObpCreateEvent(
        Call.Mode(), EventHandle, DesiredAccess, ObjectAttributes, EventType, InitialState));
}

NTSTATUS NTAPI ZwCreateEvent(
    PHANDLE EventHandle,
    ACCESS_MASK DesiredAccess,
    POBJECT_ATTRIBUTES ObjectAttributes,
    EVENT_TYPE EventType,
    BOOLEAN InitialState)
{
    ZwScope Scope;
    return NtCreateEvent(EventHandle, DesiredAccess, ObjectAttributes, EventType, InitialState);
}

NTSTATUS NTAPI
NtOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    NT_SYSTEM_CALL(OpenEvent);
    HANDLE Local = nullptr;
    NTSTATUS Status = ObpProbeForWrite(Call.Mode(), EventHandle, sizeof(HANDLE), alignof(HANDLE));
    if (NT_SUCCESS(Status)) {
        Status = ObOpenObjectByName(
            ObjectAttributes, ObpEventType, Call.Mode(), nullptr, DesiredAccess, nullptr, &Local);
    }
    if (NT_SUCCESS(Status)) {
        *EventHandle = Local;
    }
    return Call.Leave(Status);
}

NTSTATUS NTAPI
ZwOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes)
{
    ZwScope Scope;
    return NtOpenEvent(EventHandle, DesiredAccess, ObjectAttributes);
}

NTSTATUS NTAPI NtSetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    NT_SYSTEM_CALL(SetEvent);
    return Call.Leave(ObpEventOperation(Call.Mode(), EventHandle, PreviousState, EventAction::Set));
}

NTSTATUS NTAPI ZwSetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    ZwScope Scope;
    return NtSetEvent(EventHandle, PreviousState);
}

NTSTATUS NTAPI NtResetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    NT_SYSTEM_CALL(ResetEvent);
    return Call.Leave(
        ObpEventOperation(Call.Mode(), EventHandle, PreviousState, EventAction::Reset));
}

NTSTATUS NTAPI ZwResetEvent(HANDLE EventHandle, PLONG PreviousState)
{
    ZwScope Scope;
    return NtResetEvent(EventHandle, PreviousState);
}

NTSTATUS NTAPI NtClearEvent(HANDLE EventHandle)
{
    NT_SYSTEM_CALL(ClearEvent);
    return Call.Leave(ObpEventOperation(Call.Mode(), EventHandle, nullptr, EventAction::Clear));
}

NTSTATUS NTAPI ZwClearEvent(HANDLE EventHandle)
{
    ZwScope Scope;
    return NtClearEvent(EventHandle);
}

NTSTATUS NTAPI NtPulseEvent(HANDLE EventHandle, PLONG PreviousState)
{
    NT_SYSTEM_CALL(PulseEvent);
    return Call.Leave(
        ObpEventOperation(Call.Mode(), EventHandle, PreviousState, EventAction::Pulse));
}

NTSTATUS NTAPI ZwPulseEvent(HANDLE EventHandle, PLONG PreviousState)
{
    ZwScope Scope;
    return NtPulseEvent(EventHandle, PreviousState);
}

NTSTATUS NTAPI NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    NT_SYSTEM_CALL(WaitForSingleObject);
    return Call.Leave(ObpWaitForSingle(Call.Mode(), Handle, Alertable, Timeout));
}

NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
    ZwScope Scope;
    return NtWaitForSingleObject(Handle, Alertable, Timeout);
}

NTSTATUS NTAPI NtWaitForMultipleObjects(
    ULONG HandleCount,
    PHANDLE Handles,
    WAIT_TYPE WaitType,
    BOOLEAN Alertable,
    PLARGE_INTEGER Timeout)
{
    NT_SYSTEM_CALL(WaitForMultipleObjects);
    return Call.Leave(
        ObpWaitForMultiple(Call.Mode(), HandleCount, Handles, WaitType, Alertable, Timeout));
}

NTSTATUS NTAPI ZwWaitForMultipleObjects(
    ULONG HandleCount,
    PHANDLE Handles,
    WAIT_TYPE WaitType,
    BOOLEAN Alertable,
    PLARGE_INTEGER Timeout)
{
    ZwScope Scope;
    return NtWaitForMultipleObjects(HandleCount, Handles, WaitType, Alertable, Timeout);
}

NTSTATUS NTAPI NtDelayExecution(BOOLEAN Alertable, PLARGE_INTEGER Interval)
{
    NT_SYSTEM_CALL(DelayExecution);
    LARGE_INTEGER Copy;
    PLARGE_INTEGER Local = Interval;
    NTSTATUS Status = Interval == nullptr ? STATUS_INVALID_PARAMETER
                                          : ObpCaptureTimeout(Call.Mode(), &Local, &Copy);
    if (NT_SUCCESS(Status)) {
        Status = KeDelayExecutionThread(Call.Mode(), Alertable, Local);
    }
    return Call.Leave(Status);
}

/// Source   windows-driver-docs: wdm/iocreatenotificationevent
static PKEVENT
ObpOpenOrCreateEvent(PUNICODE_STRING EventName, PHANDLE EventHandle, EVENT_TYPE Type, BOOLEAN State)
{
    OBJECT_ATTRIBUTES Attributes;
    PVOID Object = nullptr;
    PVOID Found = nullptr;

    InitializeObjectAttributes(
        &Attributes, EventName, OBJ_OPENIF | OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, nullptr,
        nullptr);
    if (!NT_SUCCESS(ObCreateObject(
            KernelMode, ObpEventType, &Attributes, KernelMode, nullptr, sizeof(KEVENT), 0, 0,
            &Object))) {
        return nullptr;
    }
    KeInitializeEvent(static_cast<PRKEVENT>(Object), Type, State);
    if (!NT_SUCCESS(ObInsertObject(Object, nullptr, EVENT_ALL_ACCESS, 1, &Found, EventHandle))) {
        return nullptr;
    }
    // The handle keeps the event alive; the documentation gives the caller the pointer for as long.
    ObfDereferenceObject(Found);
    return static_cast<PKEVENT>(Found);
}

PKEVENT NTAPI IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    return ObpOpenOrCreateEvent(EventName, EventHandle, NotificationEvent, TRUE);
}

PKEVENT NTAPI IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle)
{
    return ObpOpenOrCreateEvent(EventName, EventHandle, SynchronizationEvent, TRUE);
}

} // extern "C"
