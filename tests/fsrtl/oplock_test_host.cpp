// Oplocks: who gets one, what breaks it, and who waits for whom.
#include "tests/support/ntworld.h"

#include <ntifs.h>

using namespace rdrlab;
using test::inWorld;

namespace {

NTSTATUS NTAPI keep(PDEVICE_OBJECT, PIRP, PVOID context)
{
    *static_cast<bool*>(context) = true;
    return STATUS_MORE_PROCESSING_REQUIRED;
}

struct Irp
{
    PIRP irp;
    bool done = false;
    IO_SECURITY_CONTEXT security {};

    Irp(PFILE_OBJECT file, UCHAR major)
    {
        irp = IoAllocateIrp(2, FALSE);
        IoSetCompletionRoutine(irp, keep, &done, TRUE, TRUE, TRUE);
        IoSetNextIrpStackLocation(irp);
        irp->Tail.Overlay.Thread = PsGetCurrentThread();
        stack()->MajorFunction = major;
        stack()->FileObject = file;
    }
    ~Irp() { IoFreeIrp(irp); }
    Irp(const Irp&) = delete;
    Irp& operator=(const Irp&) = delete;
    PIO_STACK_LOCATION stack() { return IoGetCurrentIrpStackLocation(irp); }

    NTSTATUS control(POPLOCK oplock, ULONG code, ULONG count)
    {
        stack()->Parameters.FileSystemControl.FsControlCode = code;
        return FsRtlOplockFsctrl(oplock, irp, count);
    }
    Irp& create(ACCESS_MASK access, ULONG disposition = FILE_OPEN, ULONG options = 0)
    {
        security.DesiredAccess = access;
        stack()->Parameters.Create.SecurityContext = &security;
        stack()->Parameters.Create.Options = disposition << 24 | options;
        return *this;
    }
};

int s_resumed;
VOID NTAPI resumed(PVOID, PIRP)
{
    ++s_resumed;
}

} // namespace

TEST_CASE(
    "an exclusive oplock breaks to level 2 when another opens, who goes on after the "
    "acknowledgement",
    "[fsrtl]")
{
    inWorld([] {
        OPLOCK oplock;
        FsRtlInitializeOplock(&oplock);
        FILE_OBJECT holder {};
        FILE_OBJECT other {};
        Irp promise(&holder, IRP_MJ_FILE_SYSTEM_CONTROL);
        CHECK(promise.control(&oplock, FSCTL_REQUEST_BATCH_OPLOCK, 2) == STATUS_OPLOCK_NOT_GRANTED);
        Irp again(&holder, IRP_MJ_FILE_SYSTEM_CONTROL);
        CHECK(again.control(&oplock, FSCTL_REQUEST_BATCH_OPLOCK, 1) == STATUS_PENDING);
        CHECK(FsRtlCurrentBatchOplock(&oplock));

        Irp looks(&other, IRP_MJ_CREATE);
        CHECK(
            FsRtlCheckOplock(
                &oplock, looks.create(FILE_READ_ATTRIBUTES).irp, nullptr, resumed, nullptr)
            == STATUS_SUCCESS);
        Irp polite(&other, IRP_MJ_CREATE);
        s_resumed = 0;
        Irp opens(&other, IRP_MJ_CREATE);
        CHECK(
            FsRtlCheckOplock(&oplock, opens.create(FILE_READ_DATA).irp, nullptr, resumed, nullptr)
            == STATUS_PENDING);
        CHECK(again.done);
        CHECK(again.irp->IoStatus.Information == FILE_OPLOCK_BROKEN_TO_LEVEL_2);
        CHECK(
            FsRtlCheckOplock(
                &oplock, polite.create(FILE_READ_DATA, FILE_OPEN, FILE_COMPLETE_IF_OPLOCKED).irp,
                nullptr, resumed, nullptr)
            == STATUS_OPLOCK_BREAK_IN_PROGRESS);
        CHECK(s_resumed == 0);
        Irp acknowledge(&holder, IRP_MJ_FILE_SYSTEM_CONTROL);
        CHECK(acknowledge.control(&oplock, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE, 0) == STATUS_PENDING);
        CHECK(s_resumed == 1);
        CHECK(FsRtlCurrentOplock(&oplock));

        // What is left is level 2: a write ends it without asking.
        Irp writes(&other, IRP_MJ_WRITE);
        CHECK(FsRtlCheckOplock(&oplock, writes.irp, nullptr, resumed, nullptr) == STATUS_SUCCESS);
        CHECK(acknowledge.done);
        CHECK(acknowledge.irp->IoStatus.Information == FILE_OPLOCK_BROKEN_TO_NONE);
        CHECK_FALSE(FsRtlCurrentOplock(&oplock));
        FsRtlUninitializeOplock(&oplock);
    });
}

TEST_CASE("overwriting breaks to nothing, and closing answers a break as well", "[fsrtl]")
{
    inWorld([] {
        OPLOCK oplock;
        FsRtlInitializeOplock(&oplock);
        FILE_OBJECT holder {};
        FILE_OBJECT other {};
        Irp promise(&holder, IRP_MJ_FILE_SYSTEM_CONTROL);
        CHECK(promise.control(&oplock, FSCTL_REQUEST_OPLOCK_LEVEL_1, 1) == STATUS_PENDING);
        s_resumed = 0;
        Irp opens(&other, IRP_MJ_CREATE);
        CHECK(
            FsRtlCheckOplock(
                &oplock, opens.create(FILE_WRITE_DATA, FILE_OVERWRITE).irp, nullptr, resumed,
                nullptr)
            == STATUS_PENDING);
        CHECK(promise.irp->IoStatus.Information == FILE_OPLOCK_BROKEN_TO_NONE);
        Irp strange(&other, IRP_MJ_FILE_SYSTEM_CONTROL);
        CHECK(
            strange.control(&oplock, FSCTL_OPLOCK_BREAK_ACKNOWLEDGE, 0)
            == STATUS_INVALID_OPLOCK_PROTOCOL);
        Irp cleanup(&holder, IRP_MJ_CLEANUP);
        CHECK(FsRtlCheckOplock(&oplock, cleanup.irp, nullptr, nullptr, nullptr) == STATUS_SUCCESS);
        CHECK(s_resumed == 1);
        CHECK_FALSE(FsRtlCurrentOplock(&oplock));
        FsRtlUninitializeOplock(&oplock);
    });
}

TEST_CASE("a cancelled oplock is given up and frees who waits for it", "[fsrtl]")
{
    inWorld([] {
        OPLOCK oplock;
        FsRtlInitializeOplock(&oplock);
        FILE_OBJECT holder {};
        FILE_OBJECT other {};
        Irp promise(&holder, IRP_MJ_FILE_SYSTEM_CONTROL);
        CHECK(promise.control(&oplock, FSCTL_REQUEST_OPLOCK_LEVEL_1, 1) == STATUS_PENDING);
        CHECK(IoCancelIrp(promise.irp));
        CHECK(promise.irp->IoStatus.Status == STATUS_CANCELLED);
        Irp opens(&other, IRP_MJ_CREATE);
        CHECK(
            FsRtlCheckOplock(&oplock, opens.create(FILE_READ_DATA).irp, nullptr, resumed, nullptr)
            == STATUS_SUCCESS);
        FsRtlUninitializeOplock(&oplock);
    });
}
