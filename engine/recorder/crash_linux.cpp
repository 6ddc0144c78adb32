// A run that ends by a fatal signal still leaves a trace up to its last event: the handler asks the
// writer's thread (which has these signals blocked, and normally is healthy) to commit, waits
// briefly, and lets the previous handler act.
#include "engine/recorder/recorder.h"

#include <array>
#include <csignal>
#include <cstdlib>

namespace rdrlab::recorder {

namespace {

constexpr std::array kFatal = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT, SIGHUP };
struct sigaction g_previous[kFatal.size()];
bool g_installed = false;
volatile std::sig_atomic_t g_flushing = 0;

// A fiber that ran over its stack has none left for the handler.
alignas(16) std::array<std::byte, 64 * 1024> g_stack;

void onFatal(int signal)
{
    for (std::size_t i = 0; i < kFatal.size(); ++i) {
        if (kFatal[i] == signal) {
            sigaction(signal, &g_previous[i], nullptr);
        }
    }
    if (!g_flushing) {
        g_flushing = 1;
        Recorder::flushFromSignal();
        g_flushing = 0;
    }
    // Delivered when this handler returns; a faulting instruction would fault again anyway.
    raise(signal);
}

} // namespace

void installCrashFlush()
{
    if (g_installed) {
        return;
    }
    g_installed = true;
    stack_t before {};
    sigaltstack(nullptr, &before);
    if (before.ss_flags & SS_DISABLE) {
        stack_t own {};
        own.ss_sp = g_stack.data();
        own.ss_size = g_stack.size();
        sigaltstack(&own, nullptr);
    }
    for (std::size_t i = 0; i < kFatal.size(); ++i) {
        struct sigaction action
        {
        };
        action.sa_handler = onFatal;
        action.sa_flags = SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        sigaction(kFatal[i], &action, &g_previous[i]);
    }
}

} // namespace rdrlab::recorder
