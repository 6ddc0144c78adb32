#include "engine/ntos/inc/kep.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

namespace {

struct Trace
{
    std::string order;
    KIRQL irql = 0;
};

VOID note(PKDPC, PVOID context, PVOID argument, PVOID)
{
    auto* trace = static_cast<Trace*>(context);
    trace->order += static_cast<char>(reinterpret_cast<ULONG_PTR>(argument));
    trace->irql = KeGetCurrentIrql();
}

PVOID letter(char value)
{
    return reinterpret_cast<PVOID>(static_cast<ULONG_PTR>(value));
}

} // namespace

TEST_CASE("a DPC queued at PASSIVE_LEVEL runs at once at DISPATCH_LEVEL", "[ke]")
{
    onKernel([](ntos::World&) {
        Trace trace;
        KDPC dpc;
        KeInitializeDpc(&dpc, note, &trace);
        CHECK(KeInsertQueueDpc(&dpc, letter('a'), nullptr));
        CHECK(trace.order == "a");
        CHECK(trace.irql == DISPATCH_LEVEL);
        CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    });
}

TEST_CASE(
    "a DPC queued at DISPATCH_LEVEL waits until the IRQL is lowered, and is queued once", "[ke]")
{
    onKernel([](ntos::World&) {
        Trace trace;
        KDPC first, second, urgent;
        KIRQL old;
        KeInitializeDpc(&first, note, &trace);
        KeInitializeDpc(&second, note, &trace);
        KeInitializeDpc(&urgent, note, &trace);
        KeSetImportanceDpc(&urgent, HighImportance);
        KeRaiseIrql(DISPATCH_LEVEL, &old);
        CHECK(KeInsertQueueDpc(&first, letter('a'), nullptr));
        CHECK_FALSE(KeInsertQueueDpc(&first, letter('x'), nullptr));
        CHECK(KeInsertQueueDpc(&second, letter('b'), nullptr));
        CHECK(KeInsertQueueDpc(&urgent, letter('u'), nullptr));
        CHECK(trace.order.empty());
        CHECK(KeRemoveQueueDpc(&second));
        KeLowerIrql(old);
        CHECK(trace.order == "ua");
    });
}

TEST_CASE("a timer's DPC runs when it expires, without a wait for it", "[ke]")
{
    onKernel([](ntos::World&) {
        Trace trace;
        KDPC dpc;
        KTIMER timer;
        KeInitializeDpc(&dpc, note, &trace);
        KeInitializeTimer(&timer);
        KeSetTimer(&timer, relativeMs(5), &dpc);
        LARGE_INTEGER pause = relativeMs(4);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        CHECK(trace.order.empty());
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        CHECK(trace.order.size() == 1);
        CHECK(trace.irql == DISPATCH_LEVEL);
        CHECK(KeReadStateTimer(&timer));
    });
}

TEST_CASE("a wait in a DPC is a bug check", "[ke]")
{
    const std::string report = bugCheckOf([](ntos::World&) {
        KDPC dpc;
        KTIMER timer;
        KeInitializeTimer(&timer);
        KeInitializeDpc(
            &dpc,
            [](PKDPC, PVOID, PVOID, PVOID) {
                KEVENT event;
                KeInitializeEvent(&event, NotificationEvent, FALSE);
                KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
            },
            nullptr);
        KeSetTimer(&timer, relativeMs(1), &dpc);
        LARGE_INTEGER pause = relativeMs(10);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
    });
    CHECK(report.find("ATTEMPTED_SWITCH_FROM_DPC") != std::string::npos);
}
