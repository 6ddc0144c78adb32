// Recording: what a run leaves in its trace, and that the run is the same without it.
#include "localdriver.h"

#include "engine/recorder/recorder.h"
#include "traces/store/reader.h"
#include "traces/store/writer.h"

#include <cstdio>
#include <unistd.h>

using namespace iotest;

namespace {

// A scene with two readers, pending requests and a cancellation: enough for schedules to differ if
// anything disturbed them.
std::string playScene(rdrlab::recorder::Recorder* recorder, uint64_t seed)
{
    std::string story;
    rdrlab::ntos::BootOptions options;
    options.seed = seed;
    options.recorder = recorder;
    options.preemptOneIn = 2;
    Machine machine(options);
    std::unique_ptr<LocalDriver> driver;
    machine.kernel([&] {
        driver = std::make_unique<LocalDriver>(L"base");
        driver->device(L"\\Device\\Local", DO_BUFFERED_IO);
        driver->on(IRP_MJ_READ, [](PDEVICE_OBJECT self, PIRP irp) -> NTSTATUS {
            IoMarkIrpPending(irp);
            post(self, [irp] {
                sleepMs(3);
                complete(irp, STATUS_SUCCESS, 4);
            });
            return STATUS_PENDING;
        });
    });
    auto& world = machine.world();
    for (char label : { 'a', 'b', 'c' })
        world.createThread(
            world.createProcess(std::string(1, label), "alice"), "main", [&story, label] {
                HANDLE file = nullptr;
                REQUIRE(openFile(&file, L"\\Device\\Local\\x") == STATUS_SUCCESS);
                User<IO_STATUS_BLOCK> iosb;
                User<ULONG> value;
                for (int i = 0; i < 4; i++) {
                    REQUIRE(
                        NtReadFile(
                            file, nullptr, nullptr, nullptr, iosb.get(), value.get(), 4, nullptr,
                            nullptr)
                        == STATUS_SUCCESS);
                    story += label;
                }
                NtClose(file);
            });
    auto result = world.run();
    CHECK(result.report == "");
    story += "|" + std::to_string(result.virtualNs) + "|"
        + std::to_string(world.scheduler().dispatches());
    machine.kernel([&] { driver->remove(); });
    return story;
}

} // namespace

TEST_CASE("a run is the same with recording on and off, and another with another seed", "[io]")
{
    std::string path = "/tmp/rdrlab-io-test-" + std::to_string(getpid()) + ".rdrtrace";
    std::string silent = playScene(nullptr, 5);
    std::string recorded;
    {
        std::string error;
        auto writer = rdrlab::trace::Writer::create(path, error);
        REQUIRE(error == "");
        rdrlab::recorder::Recorder recorder(std::move(writer));
        recorded = playScene(&recorder, 5);
    }
    std::remove(path.c_str());
    CHECK(recorded == silent);
    CHECK(playScene(nullptr, 6) != silent);
}

TEST_CASE("a trace holds the system call, the IRP of each driver, and the file", "[io]")
{
    std::string path = "/tmp/rdrlab-io-trace-" + std::to_string(getpid()) + ".rdrtrace";
    {
        std::string error;
        auto writer = rdrlab::trace::Writer::create(path, error);
        REQUIRE(error == "");
        rdrlab::recorder::Recorder recorder(std::move(writer));
        std::vector<std::string> calls;
        recorder.setObserver([&](const rdrlab::recorder::Recorder::Moment& moment) {
            if (moment.kind == rdrlab::trace::EventKind::Begin)
                calls.push_back(std::string(moment.routine) + " " + std::string(moment.object));
        });
        playScene(&recorder, 1);
        auto has = [&](const char* routine, const char* object) {
            return std::any_of(calls.begin(), calls.end(), [&](const std::string& call) {
                return call.find(routine) == 0 && call.find(object) != std::string::npos;
            });
        };
        CHECK(has("NtCreateFile", ""));
        CHECK(has("NtReadFile", ""));
        CHECK(has("IRP_MJ_CREATE", "\\Device\\Local"));
        CHECK(has("IRP_MJ_READ", "\\Device\\Local"));
        CHECK(has("IRP_MJ_CLEANUP", "\\Device\\Local"));
        CHECK(has("IRP_MJ_CLOSE", "\\Device\\Local"));
    }
    std::remove(path.c_str());
}
