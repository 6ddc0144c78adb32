/* surface_test.c - a driver's worth of macros and inline routines. The tests compile it with every
 * compiler and language that is present. */
#include <ntifs.h>

#include <bcrypt.h>
#include <ntstrsafe.h>

#include <rx.h>

#include <mrx.h>
#include <rdrtrace.h>
#include <wsk.h>

DECLARE_CONST_UNICODE_STRING(TestDeviceName, L"\\Device\\Test");
static UNICODE_STRING TestName = RTL_CONSTANT_STRING(L"\\??\\Test");

typedef struct _TEST_ENTRY
{
    ULONG Number;
    LIST_ENTRY Links;
} TEST_ENTRY, *PTEST_ENTRY;

#ifdef __cplusplus
extern "C" {
#endif

DRIVER_INITIALIZE DriverEntry;
ULONG TestListSum(ULONG Count);
NTSTATUS TestPass(PDEVICE_OBJECT DeviceObject, PIRP Irp);
NTSTATUS TestCalldown(PRX_CONTEXT RxContext, PMINIRDR_DISPATCH Dispatch);
NTSTATUS TestFormat(PWSTR Buffer, SIZE_T Bytes);
IO_COMPLETION_ROUTINE TestCompleted;

ULONG TestListSum(ULONG Count)
{
    LIST_ENTRY Head;
    TEST_ENTRY Entries[8];
    ULONG Sum = 0;
    ULONG Index;

    InitializeListHead(&Head);
    for (Index = 0; Index < Count && Index < RTL_NUMBER_OF(Entries); Index++) {
        Entries[Index].Number = Index + 1;
        InsertTailList(&Head, &Entries[Index].Links);
    }
    while (!IsListEmpty(&Head)) {
        PTEST_ENTRY Entry = CONTAINING_RECORD(RemoveHeadList(&Head), TEST_ENTRY, Links);
        Sum = Sum * 10 + Entry->Number;
    }
    return Sum;
}

NTSTATUS NTAPI TestCompleted(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (Irp->PendingReturned) {
        IoMarkIrpPending(Irp);
    }
    KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS TestPass(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KEVENT Event;
    NTSTATUS Status;

    PAGED_CODE();
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, TestCompleted, &Event, TRUE, TRUE, TRUE);
    Status = IoCallDriver(DeviceObject, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS TestCalldown(PRX_CONTEXT RxContext, PMINIRDR_DISPATCH Dispatch)
{
    NTSTATUS Status;
    FCB_INIT_PACKET InitPacket;
    LARGE_INTEGER Zero;
    ULONG Attributes = 0;
    ULONG Links = 0;
    RxCaptureFcb;

    Zero.QuadPart = 0;
    RxFormInitPacket(
        InitPacket, &Attributes, &Links, &Zero, &Zero, &Zero, &Zero, &Zero, &Zero, &Zero);
    RxFinishFcbInitialization(
        (PMRX_FCB)capFcb, (RX_FILE_TYPE)RDBSS_STORAGE_NTC(FileTypeFile), &InitPacket);
    MINIRDR_CALL(Status, RxContext, Dispatch, MRxFlush, (RxContext));
    if (RxAcquirePagingIoResourceShared(RxContext, capFcb, TRUE)) {
        RxReleasePagingIoResource(RxContext, capFcb);
    }
    RxReferenceNetRoot((PNET_ROOT)RxContext->Create.pNetRoot);
    RxDereferenceNetRoot((PNET_ROOT)RxContext->Create.pNetRoot, LHS_LockNotHeld);
    return GET_ALREADY_PREFIXED_NAME_FROM_CONTEXT(RxContext)->Length != 0
        ? Status
        : STATUS_OBJECT_NAME_INVALID;
}

NTSTATUS TestFormat(PWSTR Buffer, SIZE_T Bytes)
{
    volatile NTSTATUS Status = STATUS_SUCCESS;

    __try {
        ProbeForWrite(Buffer, Bytes, sizeof(WCHAR));
        if (Bytes < sizeof(WCHAR)) {
            __leave;
        }
        Status = RtlStringCbPrintfW(Buffer, Bytes, L"%wZ %u", &TestDeviceName, 7u);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }
    return Status;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    PRDBSS_DEVICE_OBJECT Device;
    static MINIRDR_DISPATCH Dispatch;
    FAST_MUTEX Mutex;
    LONG Counter = 0;

    UNREFERENCED_PARAMETER(RegistryPath);
    ZeroAndInitializeNodeType(&Dispatch, RDBSS_NTC_MINIRDR_DISPATCH, sizeof(MINIRDR_DISPATCH));
    ExInitializeFastMutex(&Mutex);
    ExAcquireFastMutex(&Mutex);
    InterlockedIncrement(&Counter);
    ExReleaseFastMutex(&Mutex);
    FsRtlEnterFileSystem();
    FsRtlExitFileSystem();
    if (wcslen(TestName.Buffer) == 0 || _wcsnicmp(TestName.Buffer, L"\\??", 3) != 0) {
        return STATUS_UNSUCCESSFUL;
    }
    return RxRegisterMinirdr(
        &Device, DriverObject, &Dispatch, RX_REGISTERMINI_FLAG_DONT_PROVIDE_MAILSLOTS,
        (PUNICODE_STRING)&TestDeviceName, 0, FILE_DEVICE_NETWORK_FILE_SYSTEM, FILE_REMOTE_DEVICE);
}

#ifdef __cplusplus
}
#endif
