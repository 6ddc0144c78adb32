// world_host.cpp - boots the parts of the executive in order, runs programs, and takes everything
// down again.
#include "engine/ntos/world_host.h"

#include "engine/cng/cng_host.h"
#include "engine/host/check.h"
#include "engine/host/text.h"
#include "engine/netio/netio_host.h"
#include "engine/ntos/inc/cmp.h"
#include "engine/ntos/inc/exp.h"
#include "engine/ntos/inc/init.h"
#include "engine/ntos/inc/iop.h"
#include "engine/ntos/inc/psp.h"
#include "engine/ntos/inc/sep.h"
#include "engine/ntos/ke/bridge_host.h"
#include "engine/ntos/machineclock_host.h"
#include "engine/recorder/recorder.h"
#include "engine/vnet/network.h"

#include <list>
#include <memory>
#include <optional>
#include <utility>

extern "C" {
void PspInitBootThread(void);
NTSTATUS IopLoadDriver(const char* ModulePath, PCUNICODE_STRING ServiceName) __attribute__((weak));
NTSTATUS IopUnloadDriver(PCUNICODE_STRING ServiceName) __attribute__((weak));
}

namespace rdrlab::netio {
void attachNetwork(vnet::Network* network, const char* clientHost) __attribute__((weak));
}

namespace rdrlab::ntos {

namespace {

World* g_world = nullptr;

// A counted string over UTF-8 text, in the width of the kernel.
class KernelString
{
public:
    explicit KernelString(std::string_view text)
        : m_text(host::toUtf16(text))
    {
        m_string.Buffer = reinterpret_cast<PWCH>(m_text.data());
        m_string.Length = static_cast<USHORT>(m_text.size() * sizeof(char16_t));
        m_string.MaximumLength = m_string.Length;
    }
    PUNICODE_STRING get() { return &m_string; }

private:
    std::u16string m_text;
    UNICODE_STRING m_string;
};

void requireBoot(NTSTATUS status, const char* part)
{
    if (NT_SUCCESS(status))
        return;
    char note[80];
    std::snprintf(
        note, sizeof(note), "%s does not come up: status 0x%08X", part,
        static_cast<unsigned>(status));
    KiBugCheckNote(note, PHASE1_INITIALIZATION_FAILED, static_cast<ULONG>(status), 0, 0, 0);
}

void bootParts()
{
    ExInitSystem();
    if (ObInitSystem)
        ObInitSystem();
    SeInitSystem();
    PsInitSystem();
    ExpStartWorkers();
    CmInitSystem();
    if (MmInitSystem)
        requireBoot(MmInitSystem(), "mm");
    if (IoInitSystem)
        IoInitSystem();
    if (CcInitSystem)
        requireBoot(CcInitSystem(), "cc");
    if (FsRtlInitSystem)
        requireBoot(FsRtlInitSystem(), "fsrtl");
    if (NetioInitSystem)
        requireBoot(NetioInitSystem(), "netio");
    if (MupInitSystem)
        requireBoot(MupInitSystem(), "mup");
}

void shutdownParts()
{
    if (MupShutdownSystem)
        MupShutdownSystem();
    if (NetioShutdownSystem)
        NetioShutdownSystem();
    if (FsRtlShutdownSystem)
        FsRtlShutdownSystem();
    if (CcShutdownSystem)
        CcShutdownSystem();
    if (IoShutdownSystem)
        IoShutdownSystem();
    if (MmShutdownSystem)
        MmShutdownSystem();
    CmShutdownSystem();
    ExpStopWorkers();
    PsShutdownSystem();
    SeShutdownSystem();
    if (ObShutdownSystem)
        ObShutdownSystem();
}

std::string tagText(ULONG tag)
{
    std::string text;
    for (int shift = 0; shift < 32; shift += 8) {
        const char letter = static_cast<char>(tag >> shift & 0x7F);
        text += letter >= ' ' && letter < 0x7F ? letter : '.';
    }
    return text;
}

} // namespace

struct World::State
{
    BootOptions options;
    std::optional<sched::Scheduler> scheduler;
    std::optional<MachineClock> clock;
    std::unique_ptr<vnet::Network> ownNetwork;
    vnet::Network* network = nullptr;
    std::optional<LiveInput> live;
    // Bodies of threads that have not ended. Owned here, because a thread that is abandoned unwinds
    // nothing.
    std::list<std::function<void()>> bodies;
    std::vector<std::string> drivers; // service names in order of loading
    std::optional<Leaks> leaks; // set: shut down
    bool broken = false; // a thread was lost in the middle of what it did: no orderly shutdown

    struct Start
    {
        State* state;
        std::list<std::function<void()>>::iterator body;
    };
    std::list<Start> starts;

    static void threadStart(PVOID context)
    {
        auto* start = static_cast<Start*>(context);
        (*start->body)();
        // Destroyed on its own thread, where what it captured was used.
        State* state = start->state;
        state->bodies.erase(start->body);
        state->starts.remove_if([start](const Start& one) { return &one == start; });
    }

    Thread* spawn(
        PEPROCESS process,
        std::string_view name,
        bool user,
        bool daemon,
        std::function<void()> body)
    {
        bodies.push_back(std::move(body));
        starts.push_back({ this, std::prev(bodies.end()) });
        PETHREAD thread = nullptr;
        const NTSTATUS status = PspCreateThread(
            process, std::string(name).c_str(), user, daemon, threadStart, &starts.back(), &thread);
        RDRLAB_CHECK_NOTE(NT_SUCCESS(status), "a thread could not be created");
        // The running thread keeps itself alive; whoever wants it longer takes a reference.
        ObfDereferenceObject(thread);
        return thread;
    }

    // Runs on the boot thread, which is no object and may run before and after there are any.
    sched::RunEnd runOnBootThread(const char* name, std::function<void()> body)
    {
        bool done = false;
        sched::ThreadOptions thread;
        thread.name = name;
        thread.threadId = 8;
        thread.processId = 4;
        thread.owner = &PspBootThread.Tcb;
        PspBootThread.Tcb.SchedThread = &scheduler->spawn(std::move(thread), [&] {
            body();
            done = true;
        });
        const sched::RunEnd end = pump([&] { return done; });
        PspBootThread.Tcb.SchedThread = nullptr;
        return end;
    }

    sched::RunEnd pump(const std::function<bool()>& done)
    {
        try {
            const sched::RunEnd end = scheduler->run(done);
            if (end != sched::RunEnd::Finished)
                broken = true;
            return end;
        } catch (...) {
            broken = true;
            throw;
        }
    }
};

World::World(BootOptions options)
    : m_state(new State)
{
    RDRLAB_CHECK_NOTE(!g_world, "two worlds at once");
    State& state = *m_state;
    state.options = std::move(options);
    sched::SchedulerOptions machine;
    machine.seed = state.options.seed;
    cng::seed(state.options.seed);
    if (state.options.replayChoices)
        machine.replayChoices = *state.options.replayChoices;
    machine.cpus = state.options.cpus;
    machine.preemptOneIn = state.options.preemptOneIn;
    machine.dispatchLimit = state.options.dispatchLimit;
    state.scheduler.emplace(std::move(machine));
    state.clock.emplace(*state.scheduler);
    if (state.options.makeNetwork) {
        state.network = state.options.makeNetwork(*state.scheduler);
    } else if (state.options.network) {
        state.network = state.options.network;
    } else {
        state.ownNetwork = std::make_unique<vnet::Network>(*state.clock);
        state.network = state.ownNetwork.get();
        state.live.emplace(*state.scheduler, *state.network);
        state.scheduler->setIdleSource(&*state.live);
    }

    g_world = this;
    KiProcessorCount = state.options.cpus;
    KiNtVersion
        = state.options.profile2003 ? KI_NT_VERSION { 5, 2, 3790 } : KI_NT_VERSION { 10, 0, 19041 };
    attachScheduler(&*state.scheduler);
    if (netio::attachNetwork)
        netio::attachNetwork(state.network, "client");
    if (state.options.recorder)
        state.options.recorder->setContext(&sched::currentContext());
    KiInitSystem();
    PspInitBootThread();
    state.runOnBootThread("boot", bootParts);
}

World::~World()
{
    shutdown();
    State& state = *m_state;
    if (netio::attachNetwork)
        netio::attachNetwork(nullptr, "client");
    if (state.options.recorder)
        state.options.recorder->setContext(nullptr);
    state.scheduler->setIdleSource(nullptr);
    state.live.reset();
    state.ownNetwork.reset();
    attachScheduler(nullptr);
    g_world = nullptr;
    delete m_state;
}

sched::Scheduler& World::scheduler()
{
    return *m_state->scheduler;
}

vnet::Network& World::network()
{
    return *m_state->network;
}

World* World::current()
{
    return g_world;
}

const BootOptions& World::options() const
{
    return m_state->options;
}

Process* World::createProcess(std::string_view name, std::string_view user)
{
    KernelString userName(user);
    PACCESS_TOKEN token = nullptr;
    PEPROCESS process = nullptr;
    NTSTATUS status = SepCreateUserToken(userName.get(), &token);
    RDRLAB_CHECK_NOTE(NT_SUCCESS(status), "a token could not be created");
    status = PspCreateProcess(std::string(name).c_str(), token, &process);
    RDRLAB_CHECK_NOTE(NT_SUCCESS(status), "a process could not be created");
    ObfDereferenceObject(token);
    return process;
}

Thread* World::createThread(Process* process, std::string_view name, std::function<void()> body)
{
    return m_state->spawn(process, name, true, false, std::move(body));
}

Thread* World::createSystemThread(std::string_view name, std::function<void()> body, bool daemon)
{
    return m_state->spawn(PsInitialSystemProcess, name, false, daemon, std::move(body));
}

void World::runAsSystem(std::function<void()> fn)
{
    State& state = *m_state;
    if (state.scheduler->current()) {
        Thread* thread = state.spawn(PsInitialSystemProcess, "system", false, false, std::move(fn));
        ObfReferenceObject(thread);
        KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
        ObfDereferenceObject(thread);
        return;
    }
    if (state.scheduler->stopped() || state.leaks)
        return;
    bool done = false;
    state.spawn(PsInitialSystemProcess, "system", false, false, [&] {
        fn();
        done = true;
    });
    state.pump([&] { return done; });
}

Status World::loadDriver(const std::string& modulePath, std::string_view serviceName)
{
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    KernelString service(serviceName);
    runAsSystem([&] {
        status = IopLoadDriver ? IopLoadDriver(modulePath.c_str(), service.get())
                               : STATUS_NOT_IMPLEMENTED;
    });
    if (NT_SUCCESS(status))
        m_state->drivers.emplace_back(serviceName);
    return status;
}

Status World::unloadDriver(std::string_view serviceName)
{
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    KernelString service(serviceName);
    runAsSystem([&] {
        status = IopUnloadDriver ? IopUnloadDriver(service.get()) : STATUS_NOT_IMPLEMENTED;
    });
    if (NT_SUCCESS(status))
        std::erase(m_state->drivers, serviceName);
    return status;
}

namespace {

void setValue(
    std::string_view path, std::string_view name, ULONG type, const void* data, size_t bytes)
{
    KernelString key(path);
    KernelString value(name);
    const NTSTATUS status
        = CmSetValueByPath(key.get(), value.get(), type, data, static_cast<ULONG>(bytes));
    RDRLAB_CHECK_NOTE(NT_SUCCESS(status), "a registry value could not be set");
}

} // namespace

void World::setRegistry(std::string_view path, std::string_view name, uint32_t value)
{
    setValue(path, name, REG_DWORD, &value, sizeof(value));
}

void World::setRegistry(std::string_view path, std::string_view name, std::string_view value)
{
    const std::u16string text = host::toUtf16(value);
    setValue(path, name, REG_SZ, text.c_str(), (text.size() + 1) * sizeof(char16_t));
}

void World::setRegistry(
    std::string_view path, std::string_view name, const std::vector<std::string>& value)
{
    std::u16string text;
    for (const std::string& one : value) {
        text += host::toUtf16(one);
        text += u'\0';
    }
    setValue(path, name, REG_MULTI_SZ, text.c_str(), (text.size() + 1) * sizeof(char16_t));
}

namespace {

std::string describeEnd(sched::RunEnd end, World& world)
{
    switch (end) {
    case sched::RunEnd::Finished:
        return {};
    case sched::RunEnd::Deadlock:
        return "deadlock: no thread can ever run again\n" + world.scheduler().describeThreads();
    case sched::RunEnd::Stopped:
        return world.bugcheckReport();
    case sched::RunEnd::ReplayMismatch:
        return "the recording does not fit this run: " + world.scheduler().choices().mismatch();
    case sched::RunEnd::Limit:
        return "the run was stopped after " + std::to_string(world.scheduler().dispatches())
            + " dispatches\n" + world.scheduler().describeThreads();
    }
    return {};
}

RunResult resultOf(sched::RunEnd end, World& world)
{
    RunResult result;
    result.end = end;
    result.bugcheck = world.bugchecked();
    result.bugcheckCode = result.bugcheck ? KiBugCheckData.Code : 0;
    result.virtualNs = world.scheduler().nowNs();
    result.report = describeEnd(end, world);
    return result;
}

} // namespace

RunResult World::run()
{
    State& state = *m_state;
    return resultOf(state.pump([&] { return state.scheduler->workingThreads() == 0; }), *this);
}

RunResult World::runFor(uint64_t ns)
{
    State& state = *m_state;
    const uint64_t until = state.scheduler->nowNs() + ns;
    // The timer makes the clock stop there when nobody else needs it.
    state.scheduler->setTimer(until, [] {});
    return resultOf(state.pump([&] { return state.scheduler->nowNs() >= until; }), *this);
}

RunResult World::runUntil(const std::function<bool()>& done)
{
    return resultOf(m_state->pump(done), *this);
}

bool World::bugchecked() const
{
    return KiBugCheckData.Happened != 0;
}

std::string World::bugcheckReport() const
{
    if (!bugchecked())
        return {};
    char head[96];
    std::snprintf(head, sizeof(head), "bug check 0x%08X ", KiBugCheckData.Code);
    std::string text = head;
    text += KiBugCheckName(KiBugCheckData.Code);
    if (KiBugCheckData.Note[0] != 0)
        text += std::string(": ") + KiBugCheckData.Note;
    text += " (thread " + std::to_string(KiBugCheckData.ThreadId) + ", IRQL "
        + std::to_string(KiBugCheckData.Irql) + ")";
    return text;
}

void World::setPrintListener(std::function<void(std::string_view)> listener)
{
    ntos::setPrintListener(std::move(listener));
}

World::Leaks World::shutdown()
{
    State& state = *m_state;
    if (state.leaks)
        return *state.leaks;
    Leaks leaks;
    if (!state.broken && !bugchecked()) {
        while (!state.drivers.empty()) {
            const std::string driver = state.drivers.back();
            const Status status = unloadDriver(driver);
            if (!NT_SUCCESS(status)) {
                char text[64];
                std::snprintf(
                    text, sizeof(text), " was not unloaded: 0x%08X", static_cast<unsigned>(status));
                leaks.lines.push_back("driver " + driver + text);
                state.drivers.pop_back();
            }
        }
    }
    if (!state.broken && !bugchecked()) {
        state.runOnBootThread("shutdown", shutdownParts);
        // Threads that have just ended give back what they hold.
        if (!state.broken) {
            leaks.poolBytes = ExpPoolBytes(0);
            leaks.poolBlocks = ExpReportPool(
                [](PVOID context, ULONG tag, ULONGLONG blocks, ULONGLONG bytes) {
                    static_cast<Leaks*>(context)->lines.push_back(
                        "pool '" + tagText(tag) + "': " + std::to_string(blocks) + " blocks, "
                        + std::to_string(bytes) + " bytes");
                },
                &leaks);
        }
    }
    for (const std::string& line : leaks.lines)
        KiPrint(("not given back: " + line).c_str());
    if (state.broken || bugchecked())
        ExpTakeBackPool();
    else
        ExShutdownSystem();
    KiShutdownSystem();
    state.leaks = leaks;
    return leaks;
}

} // namespace rdrlab::ntos
