// Handles: numbers per process, access, duplication, what is left open.
#include "localdriver.h"

using namespace iotest;

namespace {

std::vector<std::string>& journal()
{
    static std::vector<std::string> lines;
    return lines;
}

HANDLE newEvent(ACCESS_MASK access = EVENT_ALL_ACCESS)
{
    HANDLE event = nullptr;
    REQUIRE(ZwCreateEvent(&event, access, nullptr, NotificationEvent, FALSE) == STATUS_SUCCESS);
    return event;
}

} // namespace

TEST_CASE("a process counts its handles from 4 and uses a closed number again", "[ob]")
{
    Machine machine;
    auto result = machine.app([] {
        User<HANDLE> a;
        User<HANDLE> b;
        REQUIRE(
            NtCreateEvent(a.get(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        REQUIRE(
            NtCreateEvent(b.get(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        CHECK(*a == reinterpret_cast<HANDLE>(4));
        CHECK(*b == reinterpret_cast<HANDLE>(8));
        CHECK(NtClose(*a) == STATUS_SUCCESS);
        REQUIRE(
            NtCreateEvent(a.get(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        CHECK(*a == reinterpret_cast<HANDLE>(4));
        CHECK(NtClose(*a) == STATUS_SUCCESS);
        CHECK(NtClose(*b) == STATUS_SUCCESS);
        CHECK(NtClose(*b) == STATUS_INVALID_HANDLE);
        CHECK(NtClose(nullptr) == STATUS_INVALID_HANDLE);
    });
    CHECK(result.report == "");
}

TEST_CASE("many handles of one process stay distinct", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        std::vector<HANDLE> handles;
        for (int i = 0; i < 500; i++)
            handles.push_back(newEvent());
        std::vector<HANDLE> sorted = handles;
        std::sort(sorted.begin(), sorted.end());
        CHECK(std::unique(sorted.begin(), sorted.end()) == sorted.end());
        for (HANDLE handle : handles)
            REQUIRE(ZwClose(handle) == STATUS_SUCCESS);
    });
}

TEST_CASE("a handle gives no more access than it was opened with", "[ob]")
{
    Machine machine;
    auto result = machine.app([] {
        User<HANDLE> event;
        User<HANDLE> copy;
        User<LARGE_INTEGER> now;
        REQUIRE(
            NtCreateEvent(event.get(), SYNCHRONIZE, nullptr, NotificationEvent, TRUE)
            == STATUS_SUCCESS);
        CHECK(NtWaitForSingleObject(*event, FALSE, now.get()) == STATUS_SUCCESS);
        CHECK(NtSetEvent(*event, nullptr) == STATUS_ACCESS_DENIED);
        CHECK(
            NtDuplicateObject(
                NtCurrentProcess(), *event, NtCurrentProcess(), copy.get(), 0, 0,
                DUPLICATE_SAME_ACCESS)
            == STATUS_SUCCESS);
        CHECK(NtSetEvent(*copy, nullptr) == STATUS_ACCESS_DENIED);
        NtClose(*copy);
        CHECK(
            NtDuplicateObject(
                NtCurrentProcess(), *event, NtCurrentProcess(), copy.get(), EVENT_MODIFY_STATE, 0,
                DUPLICATE_CLOSE_SOURCE)
            == STATUS_SUCCESS);
        CHECK(NtSetEvent(*copy, nullptr) == STATUS_SUCCESS);
        CHECK(NtWaitForSingleObject(*copy, FALSE, now.get()) == STATUS_ACCESS_DENIED);
        NtClose(*copy);
    });
    CHECK(result.report == "");
}

TEST_CASE("kernel handles are closed by the kernel only", "[ob]")
{
    Machine machine;
    HANDLE handle = nullptr;
    machine.kernel([&] {
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, nullptr, OBJ_KERNEL_HANDLE, nullptr, nullptr);
        REQUIRE(
            ZwCreateEvent(&handle, EVENT_ALL_ACCESS, &attributes, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        CHECK(ObIsKernelHandle(handle));
        CHECK_FALSE(ObIsKernelHandle(reinterpret_cast<HANDLE>(4)));
    });
    machine.app([&] {
        CHECK(NtClose(handle) == STATUS_INVALID_HANDLE);
        CHECK(ZwClose(handle) == STATUS_SUCCESS); // a driver, in the context of an application
    });
}

TEST_CASE("what a process leaves open is closed at its exit", "[ob]")
{
    Machine machine;
    journal().clear();
    std::unique_ptr<LocalDriver> driver;
    machine.kernel([&] {
        driver = std::make_unique<LocalDriver>(L"base");
        driver->device(L"\\Device\\Local");
        for (auto [major, text] :
             { std::pair(IRP_MJ_CLEANUP, "cleanup"), std::pair(IRP_MJ_CLOSE, "close") })
            driver->on(major, [text = std::string(text)](PDEVICE_OBJECT, PIRP irp) {
                journal().push_back(text);
                return complete(irp, STATUS_SUCCESS);
            });
    });
    ULONG live = ObpReportLiveObjects(nullptr, nullptr);
    auto result = machine.app([] {
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        User<HANDLE> event;
        REQUIRE(
            NtCreateEvent(event.get(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE)
            == STATUS_SUCCESS);
        journal().push_back("exit");
    });
    CHECK(result.report == "");
    machine.kernel([] { sleepMs(100); });
    CHECK(journal() == std::vector<std::string> { "exit", "cleanup", "close" });
    CHECK(ObpReportLiveObjects(nullptr, nullptr) <= live + 1); // but for the thread that asks
    machine.kernel([&] { driver->remove(); });
}

TEST_CASE(
    "a reference given back at DISPATCH_LEVEL deletes the object later, at PASSIVE_LEVEL", "[ob]")
{
    Machine machine;
    static KIRQL closeIrql;
    static bool closed;
    closed = false;
    machine.kernel([] {
        LocalDriver base(L"base");
        base.device(L"\\Device\\Local");
        base.on(IRP_MJ_CLOSE, [](PDEVICE_OBJECT, PIRP irp) {
            closed = true;
            closeIrql = KeGetCurrentIrql();
            return complete(irp, STATUS_SUCCESS);
        });
        HANDLE file = nullptr;
        PVOID object = nullptr;
        REQUIRE(openFile(&file, L"\\Device\\Local") == STATUS_SUCCESS);
        REQUIRE(
            ObReferenceObjectByHandle(file, 0, *IoFileObjectType, KernelMode, &object, nullptr)
            == STATUS_SUCCESS);
        ZwClose(file);
        CHECK_FALSE(closed);
        KIRQL irql;
        KeRaiseIrql(DISPATCH_LEVEL, &irql);
        ObDereferenceObject(object);
        CHECK_FALSE(closed);
        KeLowerIrql(irql);
        sleepMs(10);
        CHECK(closed);
        CHECK(closeIrql == PASSIVE_LEVEL);
        base.remove();
    });
    CHECK(machine.world().bugcheckReport() == "");
}

TEST_CASE("a wait for several objects ends with the first or with all", "[ob]")
{
    Machine machine;
    machine.kernel([] {
        HANDLE handles[3] = { newEvent(), newEvent(), newEvent() };
        LARGE_INTEGER now {};
        CHECK(NtWaitForMultipleObjects(3, handles, WaitAny, FALSE, &now) == STATUS_TIMEOUT);
        ZwSetEvent(handles[1], nullptr);
        CHECK(NtWaitForMultipleObjects(3, handles, WaitAny, FALSE, nullptr) == STATUS_WAIT_1);
        CHECK(NtWaitForMultipleObjects(3, handles, WaitAll, FALSE, &now) == STATUS_TIMEOUT);
        ZwSetEvent(handles[0], nullptr);
        LONG old = 7;
        ZwSetEvent(handles[2], &old);
        CHECK(old == 0);
        CHECK(NtWaitForMultipleObjects(3, handles, WaitAll, FALSE, nullptr) == STATUS_SUCCESS);
        CHECK(
            NtWaitForMultipleObjects(0, handles, WaitAny, FALSE, nullptr)
            == STATUS_INVALID_PARAMETER_1);
        for (HANDLE handle : handles)
            ZwClose(handle);
    });
}
