// bugcheck.cpp - the end of the machine: note what happened, tell who asked to be told, stop.
//
// The run ends with the report; the program lives on. Nothing is unwound and nothing shut down.
#include "engine/ntos/inc/psp.h"

#include <rdrtrace.h>

namespace {

struct KiBugCheckText
{
    ULONG Code;
    const char* Name;
};
#define KI_NAME(Code)                                                                              \
    {                                                                                              \
        Code, #Code                                                                                \
    }
constexpr KiBugCheckText KipNames[] = { KI_NAME(APC_INDEX_MISMATCH),
                                        KI_NAME(IRQL_NOT_DISPATCH_LEVEL),
                                        KI_NAME(IRQL_NOT_GREATER_OR_EQUAL),
                                        KI_NAME(IRQL_NOT_LESS_OR_EQUAL),
                                        KI_NAME(MAXIMUM_WAIT_OBJECTS_EXCEEDED),
                                        KI_NAME(MUTEX_LEVEL_NUMBER_VIOLATION),
                                        KI_NAME(SPIN_LOCK_ALREADY_OWNED),
                                        KI_NAME(SPIN_LOCK_NOT_OWNED),
                                        KI_NAME(THREAD_NOT_MUTEX_OWNER),
                                        KI_NAME(BAD_POOL_HEADER),
                                        KI_NAME(BAD_POOL_CALLER),
                                        KI_NAME(KMODE_EXCEPTION_NOT_HANDLED),
                                        KI_NAME(KERNEL_APC_PENDING_DURING_EXIT),
                                        KI_NAME(SYSTEM_EXIT_OWNED_MUTEX),
                                        KI_NAME(NO_MORE_IRP_STACK_LOCATIONS),
                                        KI_NAME(ATTEMPTED_SWITCH_FROM_DPC),
                                        KI_NAME(DRIVER_IRQL_NOT_LESS_OR_EQUAL),
                                        KI_NAME(RESOURCE_NOT_OWNED),
                                        KI_NAME(OBJECT_INITIALIZATION_FAILED),
                                        KI_NAME(MEMORY_MANAGEMENT),
                                        KI_NAME(CACHE_MANAGER),
                                        KI_NAME(RDR_FILE_SYSTEM),
                                        KI_NAME(MULTIPLE_IRP_COMPLETE_REQUESTS),
                                        KI_NAME(INVALID_PROCESS_ATTACH_ATTEMPT),
                                        KI_NAME(REFERENCE_BY_POINTER),
                                        KI_NAME(PAGE_FAULT_IN_NONPAGED_AREA),
                                        KI_NAME(WORKER_THREAD_RETURNED_AT_BAD_IRQL),
                                        KI_NAME(MANUALLY_INITIATED_CRASH),
                                        KI_NAME(CANCEL_STATE_IN_COMPLETED_IRP) };

// KBUGCHECK_CALLBACK_RECORD.State
constexpr UCHAR kStateEmpty = 0;
constexpr UCHAR kStateInserted = 1;

constinit PKBUGCHECK_CALLBACK_RECORD KipCallbacks[8] {};

} // namespace

extern "C" {

KI_BUGCHECK KiBugCheckData;

const char* KiBugCheckName(ULONG Code)
{
    for (const KiBugCheckText& Text : KipNames) {
        if (Text.Code == Code) {
            return Text.Name;
        }
    }
    return "bug check";
}

void KiBugCheckNote(
    const char* Note, ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4)
{
    if (KiBugCheckData.Happened) {
        // A bug check within the callbacks of a bug check: the first one is what matters.
        KiStopMachine();
    }
    KiBugCheckData.Happened = TRUE;
    KiBugCheckData.Code = Code;
    KiBugCheckData.Parameters[0] = P1;
    KiBugCheckData.Parameters[1] = P2;
    KiBugCheckData.Parameters[2] = P3;
    KiBugCheckData.Parameters[3] = P4;
    KiBugCheckData.Irql = KiIrql();
    PKTHREAD Thread = KiCurrentThread();
    if (Thread != &KiIdleThread) {
        KiBugCheckData.ThreadId = PspThreadNumber(CONTAINING_RECORD(Thread, struct _ETHREAD, Tcb));
        KiBugCheckData.ProcessId
            = PspProcessNumber(CONTAINING_RECORD(Thread->Process, struct _EPROCESS, Pcb));
    }
    rdr_snprintf(
        KiBugCheckData.Note, sizeof(KiBugCheckData.Note), "%s", Note == nullptr ? "" : Note);
    if (RdrTraceActive()) {
        char Text[300];
        rdr_snprintf(
            Text, sizeof(Text), "bug check 0x%08X %s %s", Code, KiBugCheckName(Code),
            KiBugCheckData.Note);
        RdrTraceText(RdrLayerKernel, RdrEventError, "KeBugCheckEx", nullptr, Text);
    }
    KiSetIrql(HIGH_LEVEL);
    for (PKBUGCHECK_CALLBACK_RECORD& Record : KipCallbacks) {
        if (Record != nullptr) {
            PKBUGCHECK_CALLBACK_RECORD Taken = Record;
            Record = nullptr;
            Taken->CallbackRoutine(Taken->Buffer, Taken->Length);
        }
    }
    KiStopMachine();
}

VOID NTAPI KeBugCheckEx(
    ULONG BugCheckCode,
    ULONG_PTR BugCheckParameter1,
    ULONG_PTR BugCheckParameter2,
    ULONG_PTR BugCheckParameter3,
    ULONG_PTR BugCheckParameter4)
{
    KiBugCheckNote(
        "", BugCheckCode, BugCheckParameter1, BugCheckParameter2, BugCheckParameter3,
        BugCheckParameter4);
}

VOID NTAPI KeBugCheck(ULONG BugCheckCode)
{
    KiBugCheckNote("", BugCheckCode, 0, 0, 0, 0);
}

BOOLEAN NTAPI KeRegisterBugCheckCallback(
    PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
    PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine,
    PVOID Buffer,
    ULONG Length,
    PUCHAR Component)
{
    for (PKBUGCHECK_CALLBACK_RECORD& Record : KipCallbacks) {
        if (Record == nullptr) {
            CallbackRecord->CallbackRoutine = CallbackRoutine;
            CallbackRecord->Buffer = Buffer;
            CallbackRecord->Length = Length;
            CallbackRecord->Component = Component;
            CallbackRecord->State = kStateInserted;
            Record = CallbackRecord;
            return TRUE;
        }
    }
    return FALSE;
}

BOOLEAN NTAPI KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)
{
    for (PKBUGCHECK_CALLBACK_RECORD& Record : KipCallbacks) {
        if (Record == CallbackRecord) {
            Record = nullptr;
            CallbackRecord->State = kStateEmpty;
            return TRUE;
        }
    }
    return FALSE;
}

} // extern "C"
