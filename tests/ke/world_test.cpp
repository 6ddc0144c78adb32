#include "engine/ntos/inc/kep.h"
#include "engine/ntos/inc/psp.h"
#include "engine/ntos/inc/sep.h"
#include "tests/support/kernelworld.h"

#include <stdexcept>

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("a world boots and shuts down with nothing left over", "[ke][world]")
{
    for (int round = 0; round < 3; ++round)
        onKernel([](ntos::World&) { CHECK(PsGetCurrentProcess() == PsInitialSystemProcess); });
}

TEST_CASE("System is process 4, and programs follow in order of creation", "[ke][world]")
{
    ntos::World world;
    CHECK(PsGetProcessId(PsInitialSystemProcess) == reinterpret_cast<HANDLE>(4));
    ntos::Process* first = world.createProcess("notepad", "alice");
    ntos::Process* second = world.createProcess("word", "bob");
    CHECK(PsGetProcessId(first) < PsGetProcessId(second));
    CHECK(reinterpret_cast<ULONG_PTR>(PsGetProcessId(first)) % 4 == 0);
    CHECK(std::string(reinterpret_cast<char*>(PsGetProcessImageFileName(first))) == "notepad");
}

TEST_CASE("an application thread runs in its process as its user, in user mode", "[ke][world]")
{
    ntos::World world;
    ntos::Process* notepad = world.createProcess("notepad", "LAB\\alice");
    bool ran = false;
    world.createThread(notepad, "main", [&] {
        ran = true;
        CHECK(PsGetCurrentProcess() == notepad);
        CHECK(ExGetPreviousMode() == UserMode);
        CHECK_FALSE(PsIsSystemThread(PsGetCurrentThread()));
        PCUNICODE_STRING user = SepTokenUserName(notepad->Token);
        CHECK(user->Length == 10);
        CHECK(user->Buffer[0] == L'a');
    });
    CHECK_FALSE(ran);
    CHECK(world.run().ok());
    CHECK(ran);
}

TEST_CASE("a program ends with its last thread", "[ke][world]")
{
    ntos::World world;
    ntos::Process* notepad = world.createProcess("notepad", "alice");
    ObReferenceObject(notepad);
    world.createThread(notepad, "one", [] {});
    world.createThread(notepad, "two", [] {
        LARGE_INTEGER pause = relativeMs(10);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
    });
    CHECK(world.run().ok());
    world.runAsSystem([&] {
        CHECK(
            KeWaitForSingleObject(notepad, Executive, KernelMode, FALSE, nullptr)
            == STATUS_SUCCESS);
        ObDereferenceObject(notepad);
    });
    CHECK(world.shutdown().lines.empty());
}

TEST_CASE("a deadlock of two threads ends the run and names both", "[ke][world]")
{
    ntos::World world;
    KMUTEX left, right;
    KeInitializeMutex(&left, 0);
    KeInitializeMutex(&right, 0);
    const auto take = [](KMUTEX& first, KMUTEX& second) {
        LARGE_INTEGER pause = relativeMs(1);
        KeWaitForSingleObject(&first, Executive, KernelMode, FALSE, nullptr);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        KeWaitForSingleObject(&second, Executive, KernelMode, FALSE, nullptr);
    };
    ntos::Process* app = world.createProcess("app", "alice");
    world.createThread(app, "one", [&] { take(left, right); });
    world.createThread(app, "two", [&] { take(right, left); });
    const ntos::RunResult result = world.run();
    CHECK(result.end == sched::RunEnd::Deadlock);
    CHECK(result.report.find("deadlock: no thread can ever run again") == 0);
    CHECK(result.report.find("(one) waits: for a mutex that thread") != std::string::npos);
    CHECK(result.report.find("(two) waits: for a mutex that thread") != std::string::npos);
}

namespace {

// Two programs that log their steps; the order is the schedule.
std::string scheduleOf(
    uint64_t seed,
    std::vector<uint32_t>* choices = nullptr,
    const std::vector<uint32_t>* replay = nullptr)
{
    ntos::World world({ .seed = seed, .replayChoices = replay, .preemptOneIn = 2 });
    std::string order;
    for (char name : { 'a', 'b', 'c' }) {
        ntos::Process* app = world.createProcess("app", "alice");
        world.createThread(app, "main", [&order, name] {
            for (int step = 0; step < 6; ++step) {
                order += name;
                KiSchedulePoint();
            }
        });
    }
    CHECK(world.run().ok());
    if (choices)
        *choices = world.scheduler().choices().recorded();
    return order;
}

} // namespace

TEST_CASE("two runs with one seed give the same schedule and the same choices", "[ke][world]")
{
    std::vector<uint32_t> first, second;
    CHECK(scheduleOf(5, &first) == scheduleOf(5, &second));
    CHECK(first == second);
    CHECK_FALSE(first.empty());
}

TEST_CASE(
    "different seeds give different schedules, and a recorded list replays one", "[ke][world]")
{
    std::vector<uint32_t> choices;
    const std::string recorded = scheduleOf(3, &choices);
    bool differs = false;
    for (uint64_t seed = 10; seed < 16; ++seed)
        differs = differs || scheduleOf(seed) != recorded;
    CHECK(differs);
    CHECK(scheduleOf(77, nullptr, &choices) == recorded);
}

TEST_CASE("runAsSystem works from a thread of the machine too", "[ke][world]")
{
    ntos::World world;
    ntos::Process* app = world.createProcess("app", "alice");
    std::string order;
    world.createThread(app, "main", [&] {
        order += "1";
        world.runAsSystem([&] {
            CHECK(PsGetCurrentProcess() == PsInitialSystemProcess);
            CHECK(ExGetPreviousMode() == KernelMode);
            order += "2";
        });
        order += "3";
    });
    CHECK(world.run().ok());
    CHECK(order == "123");
}

TEST_CASE("an exception of the test leaves the world without harm to the next one", "[ke][world]")
{
    {
        ntos::World world;
        ntos::Process* app = world.createProcess("app", "alice");
        world.createThread(app, "main", [] { throw std::runtime_error("a failed requirement"); });
        CHECK_THROWS_WITH(world.run(), "a failed requirement");
    }
    onKernel([](ntos::World&) {});
}

TEST_CASE("text of DbgPrint reaches the listener", "[ke][world]")
{
    ntos::World world;
    std::string heard;
    world.setPrintListener([&](std::string_view text) { heard += text; });
    world.runAsSystem(
        [] { DbgPrint("%d files, %wZ\n", 3, SepTokenUserName(PsGetCurrentProcess()->Token)); });
    CHECK(heard == "3 files, SYSTEM");
}

TEST_CASE("the world plays Windows 10 or Windows Server 2003", "[ke][world]")
{
    for (const bool old : { false, true })
        onKernel(
            [old](ntos::World&) {
                RTL_OSVERSIONINFOW version {};
                version.dwOSVersionInfoSize = sizeof(version);
                CHECK(RtlGetVersion(&version) == STATUS_SUCCESS);
                CHECK(version.dwMajorVersion == (old ? 5u : 10u));
                CHECK(version.dwBuildNumber == (old ? 3790u : 19041u));
            },
            { .profile2003 = old });
}

TEST_CASE("a failed assertion ends the run with its text", "[ke][world]")
{
    CHECK(
        bugCheckOf([](ntos::World&) { NT_ASSERT(1 == 2); }).find("assertion failed: 1 == 2 (")
        != std::string::npos);
}
