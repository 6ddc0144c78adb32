#include "engine/sched/scheduler.h"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>

using namespace rdrlab::sched;

namespace {

constexpr uint64_t kSecondNs = 1000000000ull;

ThreadOptions named(const char* name, uint32_t id = 8, bool daemon = false)
{
    return { .name = name,
             .threadId = id,
             .processId = 4,
             .daemon = daemon,
             .owner = nullptr,
             .ended = {} };
}

void sleepNs(Scheduler& machine, uint64_t ns)
{
    Thread& self = *machine.current();
    machine.setTimer(machine.nowNs() + ns, [&machine, &self] { machine.wake(self); });
    machine.block({ .what = "sleep", .timed = true });
}

// Three threads of four steps each; the string tells who ran when.
std::string interleaving(
    uint64_t seed, std::vector<uint32_t> replay = {}, std::vector<uint32_t>* choices = nullptr)
{
    Scheduler machine({ .seed = seed, .replayChoices = std::move(replay), .preemptOneIn = 2 });
    std::string order;
    for (char name : { 'a', 'b', 'c' }) {
        machine.spawn(named("t"), [&order, &machine, name] {
            for (int step = 0; step < 4; ++step) {
                order += name;
                machine.schedulePoint();
            }
        });
    }
    CHECK(machine.run() == RunEnd::Finished);
    if (choices)
        *choices = machine.choices().recorded();
    return order;
}

} // namespace

TEST_CASE("two runs with one seed interleave alike and record the same choices", "[sched]")
{
    std::vector<uint32_t> first, second;
    CHECK(interleaving(7, {}, &first) == interleaving(7, {}, &second));
    CHECK(first == second);
    CHECK_FALSE(first.empty());
}

TEST_CASE("different seeds interleave differently", "[sched]")
{
    bool differs = false;
    for (uint64_t seed = 2; seed < 10; ++seed)
        differs = differs || interleaving(seed) != interleaving(1);
    CHECK(differs);
}

TEST_CASE("a recorded list of choices replays another seed's run", "[sched]")
{
    std::vector<uint32_t> choices;
    const std::string recorded = interleaving(3, {}, &choices);
    CHECK(interleaving(99, choices) == recorded);
}

TEST_CASE("a list of choices that does not fit ends the run with a word", "[sched]")
{
    Scheduler machine({ .seed = 1, .replayChoices = { 7 } });
    machine.spawn(named("one"), [] {});
    machine.spawn(named("two"), [] {});
    CHECK(machine.run() == RunEnd::ReplayMismatch);
    CHECK(machine.choices().mismatch().find("choice 0 (dispatch) has 2 alternatives") == 0);
}

TEST_CASE("a timeout of an hour ends when nothing else can run", "[sched]")
{
    Scheduler machine;
    machine.spawn(named("sleeper"), [&] { sleepNs(machine, 3600 * kSecondNs); });
    CHECK(machine.run() == RunEnd::Finished);
    CHECK(machine.nowNs() >= 3600 * kSecondNs);
    CHECK(machine.nowNs() < 3601 * kSecondNs);
}

TEST_CASE("timers fire in order of deadline, equal deadlines in order of arming", "[sched]")
{
    Scheduler machine;
    std::string order;
    machine.spawn(named("main"), [&] {
        machine.setTimer(3000000, [&] { order += "c"; });
        machine.setTimer(2000000, [&] { order += "a"; });
        machine.setTimer(2000000, [&] { order += "b"; });
        const TimerId gone = machine.setTimer(2500000, [&] { order += "x"; });
        CHECK(machine.cancelTimer(gone));
        CHECK_FALSE(machine.cancelTimer(gone));
        sleepNs(machine, 10000000);
    });
    CHECK(machine.run() == RunEnd::Finished);
    CHECK(order == "abc");
}

TEST_CASE("a deadlock is told with who waits for what", "[sched]")
{
    Scheduler machine;
    static const int lock = 5;
    machine.spawn(named("taker", 12), [&] {
        machine.block({ .what = "resource", .object = &lock, .describe = [](const void* object) {
                           return "number " + std::to_string(*static_cast<const int*>(object));
                       } });
    });
    machine.spawn(named("worker", 16, true), [&] { machine.block({ .what = "work" }); });
    CHECK(machine.run() == RunEnd::Deadlock);
    CHECK(
        machine.describeThreads()
        == "  thread 12 (taker) waits: resource number 5\n  thread 16 (worker) waits: work "
           "[daemon]\n");
}

TEST_CASE("daemons that keep the clock running do not hide a deadlock", "[sched]")
{
    Scheduler machine;
    machine.spawn(named("stuck"), [&] { machine.block({ .what = "something that never comes" }); });
    machine.spawn(named("scanner", 12, true), [&] {
        while (true)
            sleepNs(machine, kSecondNs);
    });
    CHECK(machine.run() == RunEnd::Deadlock);
}

TEST_CASE("a run ends when its last thread that is no daemon ends", "[sched]")
{
    Scheduler machine;
    machine.spawn(named("daemon", 12, true), [&] { machine.block({ .what = "work" }); });
    machine.spawn(named("app"), [] {});
    CHECK(machine.run() == RunEnd::Finished);
}

TEST_CASE("an interrupt runs without a thread at DISPATCH_LEVEL", "[sched]")
{
    Scheduler machine;
    bool ran = false;
    machine.spawn(named("main", 20), [&] {
        CHECK(currentContext().threadId == 20);
        CHECK(currentContext().irql == 0);
        machine.postEvent([&] {
            ran = true;
            CHECK(machine.inInterrupt());
            CHECK(machine.current() == nullptr);
            CHECK(currentContext().threadId == 0);
            CHECK(currentContext().irql == kDispatchIrql);
        });
        machine.schedulePoint();
        CHECK(ran);
        CHECK(currentContext().threadId == 20);
    });
    CHECK(machine.run() == RunEnd::Finished);
    CHECK(ran);
}

TEST_CASE(
    "a thread at DISPATCH_LEVEL is not preempted and keeps its IRQL across a switch", "[sched]")
{
    Scheduler machine({ .preemptOneIn = 1 });
    std::string order;
    machine.spawn(named("a"), [&] {
        machine.setIrql(kDispatchIrql);
        for (int step = 0; step < 20; ++step) {
            order += "a";
            machine.schedulePoint();
        }
        machine.setIrql(1);
        machine.schedulePoint();
        CHECK(machine.irql() == 1);
    });
    machine.spawn(named("b"), [&] {
        CHECK(machine.irql() == 0);
        order += "b";
    });
    CHECK(machine.run() == RunEnd::Finished);
    CHECK(order.find(std::string(20, 'a')) != std::string::npos);
}

TEST_CASE("stop ends the run from a thread and from an interrupt", "[sched]")
{
    for (const bool fromInterrupt : { false, true }) {
        Scheduler machine;
        bool ranOn = false;
        machine.spawn(named("main"), [&] {
            if (fromInterrupt) {
                machine.postEvent([&] {
                    machine.stop();
                    ranOn = true;
                });
                machine.yieldNow();
            } else {
                machine.stop();
            }
            ranOn = true;
        });
        CHECK(machine.run() == RunEnd::Stopped);
        CHECK(machine.run() == RunEnd::Stopped);
        CHECK_FALSE(ranOn);
    }
}

TEST_CASE("an exception in a thread reaches whoever runs the machine", "[sched]")
{
    Scheduler machine;
    machine.spawn(named("thrower"), [] { throw std::runtime_error("failed requirement"); });
    CHECK_THROWS_WITH(machine.run(), "failed requirement");
    CHECK(machine.run() == RunEnd::Finished);
}

TEST_CASE("a yielding thread lets every other one go first", "[sched]")
{
    Scheduler machine({ .preemptOneIn = 1000000 });
    bool flag = false;
    machine.spawn(named("poller"), [&] {
        for (int turn = 0; turn < 3 && !flag; ++turn)
            machine.yieldNow();
        CHECK(flag);
    });
    machine.spawn(named("setter"), [&] { flag = true; });
    CHECK(machine.run() == RunEnd::Finished);
}

TEST_CASE("virtual CPUs take turns", "[sched]")
{
    Scheduler machine({ .cpus = 2 });
    bool seen[2] = {};
    machine.spawn(named("main"), [&] {
        for (int turn = 0; turn < 4; ++turn) {
            seen[currentContext().cpu] = true;
            machine.yieldNow();
        }
    });
    CHECK(machine.run() == RunEnd::Finished);
    CHECK((seen[0] && seen[1]));
}

namespace {

// Delivers one message at a fixed time, as a live socket would.
class OneMessage : public IdleSource
{
public:
    OneMessage(Scheduler& machine, Thread*& waiter)
        : m_machine(machine)
        , m_waiter(waiter)
    {
    }
    IdleOutcome wait(uint64_t nowNs, uint64_t nextDeadlineNs) override
    {
        if (m_sent || nextDeadlineNs < 5000000)
            return {};
        m_sent = true;
        m_machine.postEvent([this] { m_machine.wake(*m_waiter); });
        return { true, nowNs + 2000000 };
    }

private:
    Scheduler& m_machine;
    Thread*& m_waiter;
    bool m_sent = false;
};

} // namespace

TEST_CASE("input from outside is taken when nobody is ready, at the time it arrived", "[sched]")
{
    Scheduler machine;
    Thread* waiter = nullptr;
    OneMessage source(machine, waiter);
    machine.setIdleSource(&source);
    uint64_t wokenNs = 0;
    waiter = &machine.spawn(named("reader"), [&] {
        machine.block({ .what = "input" });
        wokenNs = machine.nowNs();
    });
    CHECK(machine.run() == RunEnd::Finished);
    CHECK(wokenNs >= 2000000);
    CHECK(wokenNs < 3000000);
}
