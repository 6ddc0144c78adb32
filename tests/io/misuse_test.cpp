// What a driver must not do with an IRP: each stops the machine with a sentence.
#include "localdriver.h"

using namespace iotest;

namespace {

// Sends one read to a device whose read routine is `handler`, and returns the report of the bug
// check it causes.
std::string reportOf(Dispatch handler, ULONG* code = nullptr)
{
    Machine machine;
    auto state = std::make_shared<LocalDriver*>();
    machine.kernel([&] {
        auto* base = new LocalDriver(L"base");
        *state = base;
        base->device(L"\\Device\\Local", DO_BUFFERED_IO);
        base->on(IRP_MJ_READ, handler);
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        IO_STATUS_BLOCK iosb {};
        ULONG value = 0;
        ZwReadFile(file, nullptr, nullptr, nullptr, &iosb, &value, 4, nullptr, nullptr);
    });
    delete *state;
    REQUIRE(machine.world().bugchecked());
    if (code)
        *code = KiBugCheckData.Code;
    return machine.world().bugcheckReport();
}

} // namespace

TEST_CASE("completing an IRP twice stops the machine", "[io]")
{
    ULONG code = 0;
    reportOf(
        [](PDEVICE_OBJECT, PIRP irp) {
            complete(irp, STATUS_SUCCESS, 0);
            return complete(irp, STATUS_SUCCESS, 0);
        },
        &code);
    CHECK(code == 0x44);
}

TEST_CASE("completing an IRP that was freed stops the machine", "[io]")
{
    ULONG code = 0;
    reportOf(
        [](PDEVICE_OBJECT device, PIRP irp) {
            PIRP own = IoAllocateIrp(device->StackSize, FALSE);
            IoFreeIrp(own);
            IoCompleteRequest(own, IO_NO_INCREMENT);
            return complete(irp, STATUS_SUCCESS, 0);
        },
        &code);
    CHECK(code == 0x44);
}

TEST_CASE("a pending status without the mark stops the machine", "[io]")
{
    std::string report = reportOf([](PDEVICE_OBJECT device, PIRP irp) -> NTSTATUS {
        post(device, [irp] { complete(irp, STATUS_SUCCESS, 0); });
        return STATUS_PENDING;
    });
    CHECK(report.find("without IoMarkIrpPending") != std::string::npos);
}

TEST_CASE("a mark without a pending status stops the machine", "[io]")
{
    std::string report = reportOf([](PDEVICE_OBJECT, PIRP irp) {
        IoMarkIrpPending(irp);
        return complete(irp, STATUS_SUCCESS, 0);
    });
    CHECK(report.find("did not return STATUS_PENDING") != std::string::npos);
}

TEST_CASE("a final status without a completion stops the machine", "[io]")
{
    std::string report = reportOf([](PDEVICE_OBJECT, PIRP) -> NTSTATUS { return STATUS_SUCCESS; });
    CHECK(report.find("nobody completed") != std::string::npos);
}

TEST_CASE("completing with STATUS_PENDING stops the machine", "[io]")
{
    std::string report
        = reportOf([](PDEVICE_OBJECT, PIRP irp) { return complete(irp, STATUS_PENDING, 0); });
    CHECK(report.find("completed with STATUS_PENDING") != std::string::npos);
}

TEST_CASE("completing with a cancel routine set stops the machine", "[io]")
{
    std::string report = reportOf([](PDEVICE_OBJECT, PIRP irp) {
        (void)IoSetCancelRoutine(
            irp, +[](PDEVICE_OBJECT, PIRP) {});
        return complete(irp, STATUS_SUCCESS, 0);
    });
    CHECK(report.find("cancel routine set") != std::string::npos);
}

TEST_CASE("an own IRP that nobody takes back stops the machine", "[io]")
{
    std::string report = reportOf([](PDEVICE_OBJECT device, PIRP irp) {
        PIRP own = IoAllocateIrp(device->StackSize, FALSE);
        IoGetNextIrpStackLocation(own)->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
        IoCallDriver(device, own);
        return complete(irp, STATUS_SUCCESS, 0);
    });
    CHECK(report.find("takes it back") != std::string::npos);
}

TEST_CASE("too few stack locations stop the machine", "[io]")
{
    ULONG code = 0;
    reportOf(
        [](PDEVICE_OBJECT device, PIRP irp) {
            IoCopyCurrentIrpStackLocationToNext(irp); // there is none below
            return IoCallDriver(device, irp);
        },
        &code);
    CHECK(code != 0);
}

TEST_CASE("a dispatch routine that returns at another IRQL stops the machine", "[io]")
{
    std::string report = reportOf([](PDEVICE_OBJECT, PIRP irp) {
        KIRQL old;
        NTSTATUS status = complete(irp, STATUS_SUCCESS, 0);
        KeRaiseIrql(DISPATCH_LEVEL, &old);
        return status;
    });
    CHECK(report.find("another IRQL") != std::string::npos);
}

TEST_CASE("giving back a reference that a handle holds stops the machine", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        HANDLE event = nullptr;
        PVOID object = nullptr;
        REQUIRE(
            ZwCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        REQUIRE(
            ObReferenceObjectByHandle(event, 0, nullptr, KernelMode, &object, nullptr)
            == STATUS_SUCCESS);
        ObDereferenceObject(object);
        ObDereferenceObject(object); // the handle's own
    });
    REQUIRE(machine.world().bugchecked());
    CHECK(KiBugCheckData.Code == 0x18);
}
