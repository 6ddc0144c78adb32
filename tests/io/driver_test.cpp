// Drivers as loadable modules: one that was written against the WDK's words only.
#include "localdriver.h"

using namespace iotest;

namespace {

ULONG readCounter(HANDLE file)
{
    IO_STATUS_BLOCK iosb {};
    ULONG value = 0;
    REQUIRE(
        ZwReadFile(file, nullptr, nullptr, nullptr, &iosb, &value, sizeof(value), nullptr, nullptr)
        == STATUS_SUCCESS);
    REQUIRE(iosb.Information == sizeof(ULONG));
    return value;
}

} // namespace

TEST_CASE("a loaded driver serves open, read, control and close", "[io]")
{
    Machine machine;
    REQUIRE(machine.world().loadDriver(RDRLAB_COUNTER_DRIVER, "counter") == STATUS_SUCCESS);
    machine.kernel([] {
        HANDLE file = nullptr;
        REQUIRE(openFile(&file, L"\\??\\Counter") == STATUS_SUCCESS);
        CHECK(readCounter(file) == 1);
        CHECK(readCounter(file) == 2);
        IO_STATUS_BLOCK iosb {};
        CHECK(
            ZwDeviceIoControlFile(
                file, nullptr, nullptr, nullptr, &iosb,
                CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS), nullptr, 0,
                nullptr, 0)
            == STATUS_SUCCESS);
        CHECK(readCounter(file) == 1);
        CHECK(
            ZwDeviceIoControlFile(
                file, nullptr, nullptr, nullptr, &iosb, 0x222004, nullptr, 0, nullptr, 0)
            == STATUS_INVALID_DEVICE_REQUEST);
        CHECK(ZwClose(file) == STATUS_SUCCESS);
    });
    CHECK(machine.world().unloadDriver("counter") == STATUS_SUCCESS);
    CHECK_FALSE(machine.world().bugchecked());
}

TEST_CASE("a driver loaded a second time starts with fresh globals", "[io]")
{
    Machine machine;
    for (int round = 0; round < 2; round++) {
        REQUIRE(machine.world().loadDriver(RDRLAB_COUNTER_DRIVER, "counter") == STATUS_SUCCESS);
        machine.kernel([] {
            HANDLE file = nullptr;
            REQUIRE(openFile(&file, L"\\Device\\Counter") == STATUS_SUCCESS);
            CHECK(readCounter(file) == 1);
            ZwClose(file);
        });
        REQUIRE(machine.world().unloadDriver("counter") == STATUS_SUCCESS);
        machine.kernel([] {
            HANDLE file = nullptr;
            CHECK(openFile(&file, L"\\Device\\Counter") == STATUS_OBJECT_NAME_NOT_FOUND);
            CHECK(openFile(&file, L"\\??\\Counter") == STATUS_OBJECT_NAME_NOT_FOUND);
        });
    }
}

TEST_CASE("a module that cannot be loaded says why", "[io]")
{
    Machine machine;
    CHECK(
        machine.world().loadDriver("/nowhere/nothing.so", "nothing")
        == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(std::string(IopLastLoadError()).find("/nowhere/nothing.so") != std::string::npos);
    CHECK(machine.world().loadDriver(__FILE__, "text") != STATUS_SUCCESS);
    REQUIRE(machine.world().loadDriver(RDRLAB_COUNTER_DRIVER, "counter") == STATUS_SUCCESS);
    CHECK(
        machine.world().loadDriver(RDRLAB_COUNTER_DRIVER, "counter")
        == STATUS_IMAGE_ALREADY_LOADED);
    CHECK(
        machine.world().loadDriver(RDRLAB_COUNTER_DRIVER, "other") == STATUS_IMAGE_ALREADY_LOADED);
}

TEST_CASE("a driver in use does not unload", "[io]")
{
    Machine machine;
    REQUIRE(machine.world().loadDriver(RDRLAB_COUNTER_DRIVER, "counter") == STATUS_SUCCESS);
    HANDLE file = nullptr;
    machine.kernel([&] { REQUIRE(openFile(&file, L"\\Device\\Counter") == STATUS_SUCCESS); });
    CHECK(machine.world().unloadDriver("counter") == STATUS_DEVICE_BUSY);
    machine.kernel([&] { ZwClose(file); });
    CHECK(machine.world().unloadDriver("counter") == STATUS_SUCCESS);
    CHECK(machine.world().unloadDriver("counter") == STATUS_OBJECT_NAME_NOT_FOUND);
}
