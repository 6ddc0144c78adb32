// Requests that are asked to come back early.
#include "localdriver.h"

using namespace iotest;

namespace {

// A device that keeps reads in a cancel-safe queue until a device control lets one go.
struct Waiting
{
    LocalDriver driver { L"waiting" };
    PDEVICE_OBJECT device = nullptr;
    IO_CSQ csq {};
    LIST_ENTRY list {};
    KSPIN_LOCK lock {};
    int cancelled = 0;

    static Waiting*& self()
    {
        static Waiting* one;
        return one;
    }

    Waiting()
    {
        self() = this;
        device = driver.device(L"\\Device\\Waiting", DO_BUFFERED_IO);
        InitializeListHead(&list);
        KeInitializeSpinLock(&lock);
        IoCsqInitialize(
            &csq,
            [](PIO_CSQ, PIRP irp) { InsertTailList(&self()->list, &irp->Tail.Overlay.ListEntry); },
            [](PIO_CSQ, PIRP irp) { RemoveEntryList(&irp->Tail.Overlay.ListEntry); },
            [](PIO_CSQ, PIRP irp, PVOID) -> PIRP {
                PLIST_ENTRY next = irp ? irp->Tail.Overlay.ListEntry.Flink : self()->list.Flink;
                return next == &self()->list ? nullptr
                                             : CONTAINING_RECORD(next, IRP, Tail.Overlay.ListEntry);
            },
            [](PIO_CSQ, PKIRQL irql) { KeAcquireSpinLock(&self()->lock, irql); },
            [](PIO_CSQ, KIRQL irql) { KeReleaseSpinLock(&self()->lock, irql); },
            [](PIO_CSQ, PIRP irp) {
                self()->cancelled++;
                complete(irp, STATUS_CANCELLED);
            });
        driver.on(IRP_MJ_READ, [this](PDEVICE_OBJECT, PIRP irp) -> NTSTATUS {
            IoCsqInsertIrp(&csq, irp, nullptr);
            return STATUS_PENDING;
        });
        driver.on(IRP_MJ_DEVICE_CONTROL, [this](PDEVICE_OBJECT, PIRP irp) {
            PIRP waiting = IoCsqRemoveNextIrp(&csq, nullptr);
            if (waiting)
                complete(waiting, STATUS_SUCCESS, 4);
            return complete(irp, waiting ? STATUS_SUCCESS : STATUS_NO_MORE_ENTRIES);
        });
    }
};

struct Read
{
    IO_STATUS_BLOCK iosb {};
    ULONG value = 0;
    LARGE_INTEGER offset {};

    NTSTATUS start(HANDLE file)
    {
        return NtReadFile(
            file, nullptr, nullptr, nullptr, &iosb, &value, sizeof(value), &offset, nullptr);
    }
};

NTSTATUS release(HANDLE file)
{
    IO_STATUS_BLOCK iosb {};
    return NtDeviceIoControlFile(
        file, nullptr, nullptr, nullptr, &iosb,
        CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS), nullptr, 0, nullptr,
        0);
}

} // namespace

TEST_CASE("CancelIo cancels every request of this thread on the file and no other", "[io]")
{
    Machine machine;
    machine.kernel([] {
        Waiting waiting;
        HANDLE file = nullptr;
        HANDLE other = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Waiting", 0) == STATUS_SUCCESS);
        REQUIRE(openFile(&other, L"\\Device\\Waiting", 0) == STATUS_SUCCESS);
        Read first;
        Read second;
        Read elsewhere;
        CHECK(first.start(file) == STATUS_PENDING);
        CHECK(second.start(file) == STATUS_PENDING);
        CHECK(elsewhere.start(other) == STATUS_PENDING);
        IO_STATUS_BLOCK iosb {};
        CHECK(NtCancelIoFile(file, &iosb) == STATUS_SUCCESS);
        CHECK(first.iosb.Status == STATUS_CANCELLED);
        CHECK(second.iosb.Status == STATUS_CANCELLED);
        CHECK(waiting.cancelled == 2);
        CHECK(release(other) == STATUS_SUCCESS);
        CHECK(elsewhere.iosb.Information == 4);
        CHECK(NtCancelIoFile(file, &iosb) == STATUS_SUCCESS); // nothing left is fine
        ZwClose(file);
        ZwClose(other);
        waiting.driver.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("CancelIoEx cancels one request by its status block", "[io]")
{
    Machine machine;
    machine.kernel([] {
        Waiting waiting;
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Waiting", 0) == STATUS_SUCCESS);
        Read first;
        Read second;
        first.start(file);
        second.start(file);
        IO_STATUS_BLOCK iosb {};
        CHECK(NtCancelIoFileEx(file, &second.iosb, &iosb) == STATUS_SUCCESS);
        CHECK(second.iosb.Status == STATUS_CANCELLED);
        CHECK(NtCancelIoFileEx(file, &second.iosb, &iosb) == STATUS_NOT_FOUND);
        CHECK(release(file) == STATUS_SUCCESS);
        CHECK(first.iosb.Status == STATUS_SUCCESS);
        CHECK(NtCancelIoFileEx(file, nullptr, &iosb) == STATUS_NOT_FOUND);
        ZwClose(file);
        waiting.driver.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("a request cancelled before it is queued comes back cancelled", "[io]")
{
    Machine machine;
    machine.kernel([] {
        Waiting waiting;
        PIRP irp = IoAllocateIrp(waiting.device->StackSize, FALSE);
        IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_READ;
        static bool came;
        came = false;
        IoSetCompletionRoutine(
            irp,
            [](PDEVICE_OBJECT, PIRP back, PVOID) -> NTSTATUS {
                came = true;
                CHECK(back->IoStatus.Status == STATUS_CANCELLED);
                return STATUS_MORE_PROCESSING_REQUIRED;
            },
            nullptr, TRUE, TRUE, TRUE);
        CHECK_FALSE(IoCancelIrp(irp)); // nobody holds it yet
        CHECK(IoCallDriver(waiting.device, irp) == STATUS_PENDING);
        CHECK(came);
        IoFreeIrp(irp);
        waiting.driver.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("a thread that exits takes its requests back", "[io]")
{
    Machine machine;
    std::unique_ptr<Waiting> waiting;
    machine.kernel([&] { waiting = std::make_unique<Waiting>(); });
    LONG before = IopLiveIrps();
    auto result = machine.app([] {
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Waiting", 0) == STATUS_SUCCESS);
        User<IO_STATUS_BLOCK> iosb;
        User<ULONG> value;
        User<LARGE_INTEGER> offset;
        CHECK(
            NtReadFile(
                file, nullptr, nullptr, nullptr, iosb.get(), value.get(), 4, offset.get(), nullptr)
            == STATUS_PENDING);
        // The thread ends here with its request pending and its handle open.
    });
    CHECK(result.report == "");
    CHECK(waiting->cancelled == 1);
    CHECK(IopLiveIrps() == before);
    machine.kernel([&] {
        CHECK(waiting->device->ReferenceCount == 0);
        waiting->driver.remove();
    });
}

TEST_CASE("a cancelled wait on a synchronous file ends with STATUS_CANCELLED", "[io]")
{
    Machine machine;
    machine.kernel([&] {
        Waiting waiting;
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Waiting") == STATUS_SUCCESS);
        PVOID object = nullptr;
        REQUIRE(
            ObReferenceObjectByHandle(file, 0, *IoFileObjectType, KernelMode, &object, nullptr)
            == STATUS_SUCCESS);
        NTSTATUS seen = STATUS_SUCCESS;
        machine.world().createSystemThread("reader", [&] {
            Read read;
            seen = read.start(file);
        });
        sleepMs(20);
        IO_STATUS_BLOCK iosb {};
        CHECK(NtCancelIoFileEx(file, nullptr, &iosb) == STATUS_SUCCESS);
        sleepMs(20);
        CHECK(seen == STATUS_CANCELLED);
        ObDereferenceObject(object);
        ZwClose(file);
        waiting.driver.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}
