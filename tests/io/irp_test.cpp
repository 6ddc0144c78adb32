// The way of an IRP: down a stack of drivers, up through completion routines, back to its issuer.
#include "localdriver.h"

using namespace iotest;

namespace {

std::vector<std::string>& journal()
{
    static std::vector<std::string> lines;
    return lines;
}

// A filter that notes when it is passed on the way down and up.
struct Filter
{
    LocalDriver driver;
    PDEVICE_OBJECT device;
    PDEVICE_OBJECT lower = nullptr;
    std::string label;
    NTSTATUS answer = STATUS_CONTINUE_COMPLETION; // of the completion routine

    Filter(const wchar_t* service, PDEVICE_OBJECT target, std::string text, bool withRoutine = true)
        : driver(service)
        , device(driver.device(nullptr))
        , label(std::move(text))
    {
        device->Flags |= target->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO);
        REQUIRE(IoAttachDeviceToDeviceStackSafe(device, target, &lower) == STATUS_SUCCESS);
        driver.on(IRP_MJ_READ, [this, withRoutine](PDEVICE_OBJECT, PIRP irp) {
            journal().push_back(label + " down");
            if (!withRoutine) {
                IoSkipCurrentIrpStackLocation(irp);
                return IoCallDriver(lower, irp);
            }
            IoCopyCurrentIrpStackLocationToNext(irp);
            IoSetCompletionRoutine(irp, up, this, TRUE, TRUE, TRUE);
            return IoCallDriver(lower, irp);
        });
        for (int major : { IRP_MJ_CREATE, IRP_MJ_CLEANUP, IRP_MJ_CLOSE })
            driver.on(major, [this](PDEVICE_OBJECT, PIRP irp) {
                IoSkipCurrentIrpStackLocation(irp);
                return IoCallDriver(lower, irp);
            });
    }

    static NTSTATUS NTAPI up(PDEVICE_OBJECT, PIRP irp, PVOID context)
    {
        auto* self = static_cast<Filter*>(context);
        journal().push_back(self->label + " up" + (irp->PendingReturned ? " pending" : ""));
        if (irp->PendingReturned)
            IoMarkIrpPending(irp);
        return STATUS_CONTINUE_COMPLETION;
    }

    void remove()
    {
        IoDetachDevice(lower);
        driver.remove();
    }
};

NTSTATUS readFour(
    HANDLE file,
    IO_STATUS_BLOCK* iosb,
    void* buffer,
    LARGE_INTEGER* offset = nullptr,
    HANDLE event = nullptr)
{
    return ZwReadFile(file, event, nullptr, nullptr, iosb, buffer, 4, offset, nullptr);
}

} // namespace

TEST_CASE("completion routines run from the lowest driver to the highest", "[io]")
{
    Machine machine;
    journal().clear();
    machine.kernel([] {
        LocalDriver base(L"base");
        PDEVICE_OBJECT device = base.device(L"\\Device\\Local", DO_BUFFERED_IO);
        base.on(IRP_MJ_READ, [](PDEVICE_OBJECT, PIRP irp) {
            journal().push_back("base");
            return complete(irp, STATUS_SUCCESS, 4);
        });
        Filter middle(L"middle", device, "middle");
        Filter skipping(L"skipping", middle.device, "skipping", false);
        Filter top(L"top", skipping.device, "top");
        CHECK(IoGetAttachedDevice(device) == top.device);
        CHECK(top.device->StackSize == 4);
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        IO_STATUS_BLOCK iosb {};
        ULONG value = 0;
        CHECK(readFour(file, &iosb, &value) == STATUS_SUCCESS);
        CHECK(iosb.Information == 4);
        ZwClose(file);
        top.remove();
        skipping.remove();
        middle.remove();
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
    CHECK(
        journal()
        == std::vector<std::string> { "top down", "skipping down", "middle down", "base",
                                      "middle up", "top up" });
}

TEST_CASE("a request that pends in a worker thread carries its mark up the stack", "[io]")
{
    Machine machine;
    journal().clear();
    machine.kernel([] {
        LocalDriver base(L"base");
        PDEVICE_OBJECT device = base.device(L"\\Device\\Local", DO_BUFFERED_IO);
        base.on(IRP_MJ_READ, [](PDEVICE_OBJECT self, PIRP irp) -> NTSTATUS {
            IoMarkIrpPending(irp);
            post(self, [irp] {
                *static_cast<ULONG*>(irp->AssociatedIrp.SystemBuffer) = 77;
                complete(irp, STATUS_SUCCESS, 4);
            });
            return STATUS_PENDING;
        });
        Filter top(L"top", device, "top");
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        IO_STATUS_BLOCK iosb {};
        ULONG value = 0;
        CHECK(readFour(file, &iosb, &value) == STATUS_SUCCESS); // synchronous file: the call waits
        CHECK(value == 77);
        CHECK(iosb.Status == STATUS_SUCCESS);
        ZwClose(file);
        top.remove();
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
    CHECK(journal() == std::vector<std::string> { "top down", "top up pending" });
}

TEST_CASE("a stopped completion goes on when its owner completes the IRP again", "[io]")
{
    Machine machine;
    bool sawStop = false;
    machine.kernel([&] {
        LocalDriver base(L"base");
        LocalDriver upper(L"upper");
        PDEVICE_OBJECT device = base.device(L"\\Device\\Local", DO_BUFFERED_IO);
        PDEVICE_OBJECT filter = upper.device(nullptr, DO_BUFFERED_IO);
        PDEVICE_OBJECT lower = nullptr;
        REQUIRE(IoAttachDeviceToDeviceStackSafe(filter, device, &lower) == STATUS_SUCCESS);
        for (int major : { IRP_MJ_CREATE, IRP_MJ_CLEANUP, IRP_MJ_CLOSE })
            upper.on(major, [lower](PDEVICE_OBJECT, PIRP irp) {
                IoSkipCurrentIrpStackLocation(irp);
                return IoCallDriver(lower, irp);
            });
        base.on(IRP_MJ_READ, [](PDEVICE_OBJECT self, PIRP irp) -> NTSTATUS {
            IoMarkIrpPending(irp);
            post(self, [irp] { complete(irp, STATUS_SUCCESS, 4); });
            return STATUS_PENDING;
        });
        upper.on(IRP_MJ_READ, [lower, &sawStop](PDEVICE_OBJECT, PIRP irp) {
            CHECK(IoForwardIrpSynchronously(lower, irp));
            sawStop = true;
            return complete(irp, STATUS_DISK_FULL, 0); // the upper driver changes its mind
        });
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        IO_STATUS_BLOCK iosb {};
        ULONG value = 0;
        CHECK(readFour(file, &iosb, &value) == STATUS_DISK_FULL);
        ZwClose(file);
        IoDetachDevice(lower);
        upper.remove();
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
    CHECK(sawStop);
}

TEST_CASE(
    "an asynchronous file returns STATUS_PENDING and signals event and status block later", "[io]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local", DO_BUFFERED_IO);
        base.on(IRP_MJ_READ, [](PDEVICE_OBJECT self, PIRP irp) -> NTSTATUS {
            IoMarkIrpPending(irp);
            post(self, [irp] {
                sleepMs(50);
                complete(irp, STATUS_SUCCESS, 4);
            });
            return STATUS_PENDING;
        });
        HANDLE file = nullptr;
        HANDLE event = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local", 0) == STATUS_SUCCESS);
        REQUIRE(
            NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, TRUE)
            == STATUS_SUCCESS);
        IO_STATUS_BLOCK iosb {};
        iosb.Information = 99;
        ULONG value = 0;
        LARGE_INTEGER offset {};
        CHECK(readFour(file, &iosb, &value, &offset, event) == STATUS_PENDING);
        CHECK(iosb.Information == 99);
        LARGE_INTEGER now {};
        CHECK(
            NtWaitForSingleObject(event, FALSE, &now) == STATUS_TIMEOUT); // the call has cleared it
        CHECK(NtWaitForSingleObject(event, FALSE, nullptr) == STATUS_SUCCESS);
        CHECK(iosb.Information == 4);
        CHECK(
            readFour(file, &iosb, &value)
            == STATUS_INVALID_PARAMETER); // no offset, no current position
        // Without an event the file object itself is the one to wait on.
        CHECK(readFour(file, &iosb, &value, &offset) == STATUS_PENDING);
        CHECK(NtWaitForSingleObject(file, FALSE, nullptr) == STATUS_SUCCESS);
        CHECK(iosb.Status == STATUS_SUCCESS);
        ZwClose(file);
        ZwClose(event);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("a request that fails at once leaves the status block alone", "[io]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local", DO_BUFFERED_IO);
        base.on(IRP_MJ_READ, [](PDEVICE_OBJECT, PIRP irp) {
            return complete(irp, STATUS_DEVICE_NOT_READY, 0);
        });
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        IO_STATUS_BLOCK iosb {};
        iosb.Information = 99;
        ULONG value = 0;
        CHECK(readFour(file, &iosb, &value) == STATUS_DEVICE_NOT_READY);
        CHECK(iosb.Information == 99);
        ZwClose(file);
        base.remove();
    });
}

TEST_CASE("a user APC of a read runs when its thread waits alertably", "[io]")
{
    Machine machine;
    static ULONG_PTR seen;
    seen = 0;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local", DO_BUFFERED_IO);
        base.on(IRP_MJ_READ, [](PDEVICE_OBJECT self, PIRP irp) -> NTSTATUS {
            IoMarkIrpPending(irp);
            post(self, [irp] { complete(irp, STATUS_SUCCESS, 4); });
            return STATUS_PENDING;
        });
    });
    machine.app([] {
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local", 0) == STATUS_SUCCESS);
        User<IO_STATUS_BLOCK> iosb;
        User<ULONG> value;
        User<LARGE_INTEGER> offset;
        auto routine = [](PVOID context, PIO_STATUS_BLOCK result, ULONG) {
            seen = reinterpret_cast<ULONG_PTR>(context) + result->Information;
        };
        CHECK(
            NtReadFile(
                file, nullptr, routine, reinterpret_cast<PVOID>(100), iosb.get(), value.get(), 4,
                offset.get(), nullptr)
            == STATUS_PENDING);
        User<LARGE_INTEGER> wait;
        wait->QuadPart = -10 * 1000 * 1000;
        CHECK(NtDelayExecution(TRUE, wait.get()) == STATUS_USER_APC);
        CHECK(seen == 104);
        NtClose(file);
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("cleanup comes with the last handle, close with the last reference", "[io]")
{
    Machine machine;
    journal().clear();
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local");
        for (auto [major, text] :
             { std::pair(IRP_MJ_CREATE, "create"), std::pair(IRP_MJ_CLEANUP, "cleanup"),
               std::pair(IRP_MJ_CLOSE, "close") })
            base.on(major, [text = std::string(text)](PDEVICE_OBJECT, PIRP irp) {
                journal().push_back(text);
                return complete(irp, STATUS_SUCCESS);
            });
        HANDLE file = nullptr;
        HANDLE second = nullptr;
        PVOID object = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        REQUIRE(
            ObReferenceObjectByHandle(file, 0, *IoFileObjectType, KernelMode, &object, nullptr)
            == STATUS_SUCCESS);
        REQUIRE(
            NtDuplicateObject(
                NtCurrentProcess(), file, NtCurrentProcess(), &second, 0, 0, DUPLICATE_SAME_ACCESS)
            == STATUS_SUCCESS);
        ZwClose(file);
        journal().push_back("first handle closed");
        ZwClose(second);
        journal().push_back("second handle closed");
        ObDereferenceObject(object);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
    CHECK(
        journal()
        == std::vector<std::string> { "create", "first handle closed", "cleanup",
                                      "second handle closed", "close" });
}

TEST_CASE("a failed create leaves no file behind and sends no close", "[io]")
{
    Machine machine;
    journal().clear();
    machine.kernel([] {
        LocalDriver base(L"base");
        PDEVICE_OBJECT device = base.device(L"\\Device\\Local");
        base.on(IRP_MJ_CREATE, [](PDEVICE_OBJECT, PIRP irp) {
            return complete(irp, STATUS_ACCESS_DENIED);
        });
        for (int major : { IRP_MJ_CLEANUP, IRP_MJ_CLOSE })
            base.on(major, [](PDEVICE_OBJECT, PIRP irp) {
                journal().push_back("end");
                return complete(irp, STATUS_SUCCESS);
            });
        HANDLE file = reinterpret_cast<HANDLE>(8);
        LONG irps = IopLiveIrps();
        CHECK(openFile(&file, L"\\Device\\Local\\a\\b") == STATUS_ACCESS_DENIED);
        CHECK(device->ReferenceCount == 0);
        CHECK(IopLiveIrps() == irps);
        base.remove();
    });
    CHECK(journal().empty());
}

TEST_CASE("the buffers of a control code are as its method says", "[io]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local");
        char input[8] = "input";
        char output[8] = "output";
        const void* seenSystem = nullptr;
        const void* seenUser = nullptr;
        const void* seenType3 = nullptr;
        PMDL seenMdl = nullptr;
        std::string seenInput;
        base.on(IRP_MJ_DEVICE_CONTROL, [&](PDEVICE_OBJECT, PIRP irp) {
            PIO_STACK_LOCATION sp = IoGetCurrentIrpStackLocation(irp);
            ULONG method = METHOD_FROM_CTL_CODE(sp->Parameters.DeviceIoControl.IoControlCode);
            seenSystem = irp->AssociatedIrp.SystemBuffer;
            seenUser = irp->UserBuffer;
            seenMdl = irp->MdlAddress;
            seenType3 = method == METHOD_NEITHER ? sp->Parameters.DeviceIoControl.Type3InputBuffer
                                                 : nullptr;
            if (method == METHOD_BUFFERED) {
                seenInput = static_cast<char*>(irp->AssociatedIrp.SystemBuffer);
                RtlCopyMemory(irp->AssociatedIrp.SystemBuffer, "answer", 7);
            } else if (method == METHOD_OUT_DIRECT) {
                seenInput = static_cast<char*>(irp->AssociatedIrp.SystemBuffer);
                RtlCopyMemory(
                    MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority), "direct", 7);
            } else if (method == METHOD_IN_DIRECT) {
                seenInput = static_cast<char*>(
                    MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority));
            }
            return complete(irp, STATUS_SUCCESS, 7);
        });
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        auto control = [&](ULONG method) {
            IO_STATUS_BLOCK iosb {};
            RtlCopyMemory(output, "output", 7);
            CHECK(
                ZwDeviceIoControlFile(
                    file, nullptr, nullptr, nullptr, &iosb,
                    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, method, FILE_ANY_ACCESS), input,
                    sizeof(input), output, sizeof(output))
                == STATUS_SUCCESS);
            CHECK(iosb.Information == 7);
        };
        control(METHOD_BUFFERED);
        CHECK(seenSystem != input);
        CHECK(seenInput == "input");
        CHECK(std::string(output) == "answer");
        CHECK(seenMdl == nullptr);
        control(METHOD_OUT_DIRECT);
        CHECK(seenInput == "input");
        CHECK(seenMdl != nullptr);
        CHECK(std::string(output) == "direct");
        control(METHOD_IN_DIRECT);
        CHECK(seenInput == "output"); // the "output" buffer is read
        CHECK(seenMdl != nullptr);
        control(METHOD_NEITHER);
        CHECK(seenSystem == nullptr);
        CHECK(seenType3 == input);
        CHECK(seenUser == output);
        CHECK(std::string(output) == "output");
        ZwClose(file);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("direct reads lock the caller's pages, buffered ones copy", "[io]")
{
    Machine machine;
    const ULONG flags = GENERATE(DO_BUFFERED_IO, DO_DIRECT_IO, 0);
    bool mdl = false;
    bool systemBuffer = false;
    machine.kernel([&] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local", flags);
        base.on(IRP_MJ_READ, [&](PDEVICE_OBJECT, PIRP irp) {
            mdl = irp->MdlAddress != nullptr;
            systemBuffer = irp->AssociatedIrp.SystemBuffer != nullptr;
            void* target = systemBuffer ? irp->AssociatedIrp.SystemBuffer
                : mdl ? MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority)
                      : irp->UserBuffer;
            RtlCopyMemory(target, "abc", 4);
            return complete(irp, STATUS_SUCCESS, 4);
        });
        base.on(IRP_MJ_WRITE, [&](PDEVICE_OBJECT, PIRP irp) {
            void* source = irp->AssociatedIrp.SystemBuffer ? irp->AssociatedIrp.SystemBuffer
                : irp->MdlAddress
                ? MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority)
                : irp->UserBuffer;
            CHECK(std::string(static_cast<char*>(source)) == "xyz");
            return complete(irp, STATUS_SUCCESS, 4);
        });
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        IO_STATUS_BLOCK iosb {};
        char buffer[8] = "xyz";
        CHECK(
            ZwWriteFile(file, nullptr, nullptr, nullptr, &iosb, buffer, 4, nullptr, nullptr)
            == STATUS_SUCCESS);
        CHECK(readFour(file, &iosb, buffer) == STATUS_SUCCESS);
        CHECK(std::string(buffer) == "abc");
        ZwClose(file);
        base.remove();
    });
    CHECK(mdl == (flags == DO_DIRECT_IO));
    CHECK(systemBuffer == (flags == DO_BUFFERED_IO));
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("a master completes with the last of its associated IRPs", "[io]")
{
    Machine machine;
    journal().clear();
    machine.kernel([] {
        LocalDriver base(L"base");
        LocalDriver lower(L"lower");
        base.device(L"\\Device\\Local");
        PDEVICE_OBJECT disk = lower.device(nullptr);
        lower.on(IRP_MJ_READ, [](PDEVICE_OBJECT self, PIRP irp) -> NTSTATUS {
            IoMarkIrpPending(irp);
            post(self, [irp] {
                journal().push_back("part");
                complete(irp, STATUS_SUCCESS, 2);
            });
            return STATUS_PENDING;
        });
        base.on(IRP_MJ_READ, [disk](PDEVICE_OBJECT, PIRP irp) -> NTSTATUS {
            IoMarkIrpPending(irp);
            irp->AssociatedIrp.IrpCount = 3;
            irp->IoStatus.Status = STATUS_SUCCESS;
            irp->IoStatus.Information = 4;
            for (int part = 0; part < 3; part++) {
                PIRP associated = IoMakeAssociatedIrp(irp, disk->StackSize);
                IoGetNextIrpStackLocation(associated)->MajorFunction = IRP_MJ_READ;
                IoCallDriver(disk, associated);
            }
            return STATUS_PENDING;
        });
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        IO_STATUS_BLOCK iosb {};
        ULONG value = 0;
        CHECK(readFour(file, &iosb, &value) == STATUS_SUCCESS);
        journal().push_back("master");
        CHECK(iosb.Information == 4);
        ZwClose(file);
        base.remove();
        lower.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
    CHECK(journal() == std::vector<std::string> { "part", "part", "part", "master" });
}

TEST_CASE("a driver's own request comes back through IoBuildDeviceIoControlRequest", "[io]")
{
    Machine machine;
    machine.kernel([] {
        LocalDriver base(L"base");
        PDEVICE_OBJECT device = base.device(L"\\Device\\Local");
        base.on(IRP_MJ_INTERNAL_DEVICE_CONTROL, [](PDEVICE_OBJECT self, PIRP irp) -> NTSTATUS {
            IoMarkIrpPending(irp);
            post(self, [irp] {
                *static_cast<ULONG*>(irp->AssociatedIrp.SystemBuffer) += 1;
                complete(irp, STATUS_SUCCESS, sizeof(ULONG));
            });
            return STATUS_PENDING;
        });
        LONG before = IopLiveIrps();
        KEVENT event;
        IO_STATUS_BLOCK iosb {};
        ULONG value = 41;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        PIRP irp = IoBuildDeviceIoControlRequest(
            CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS), device, &value,
            sizeof(value), &value, sizeof(value), TRUE, &event, &iosb);
        REQUIRE(irp != nullptr);
        NTSTATUS status = IoCallDriver(device, irp);
        CHECK(status == STATUS_PENDING);
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
        CHECK(iosb.Status == STATUS_SUCCESS);
        CHECK(value == 42);
        CHECK(IopLiveIrps() == before);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}
