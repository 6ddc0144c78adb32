#include "engine/ntos/inc/kep.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("an exception nobody handles is a bug check with its code", "[ex]")
{
    const std::string report
        = bugCheckOf([](ntos::World&) { ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES); });
    CHECK(
        report.find("KMODE_EXCEPTION_NOT_HANDLED: exception 0xc000009a was not handled")
        != std::string::npos);
}

TEST_CASE("each thread has exception frames of its own", "[ex]")
{
    onKernel([](ntos::World& world) {
        PRDR_SEH_STATE own = RdrSehState();
        PRDR_SEH_STATE other = nullptr;
        ntos::Thread* thread = world.createSystemThread("other", [&] { other = RdrSehState(); });
        ObReferenceObject(thread);
        KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
        CHECK(other != nullptr);
        CHECK(other != own);
        ObDereferenceObject(thread);
    });
}

TEST_CASE(
    "an exception in one thread is caught in its own frame while another thread has one open",
    "[ex]")
{
    onKernel([](ntos::World& world) {
        int caught = 0;
        const auto body = [&] {
            for (int round = 0; round < 10; ++round) {
                RDR_SEH_TRY
                {
                    KiYield();
                    ExRaiseStatus(STATUS_ACCESS_VIOLATION);
                }
                RDR_SEH_EXCEPT(EXCEPTION_EXECUTE_HANDLER)
                {
                    if (GetExceptionCode() == STATUS_ACCESS_VIOLATION)
                        ++caught;
                }
            }
        };
        std::vector<ntos::Thread*> threads;
        for (int index = 0; index < 3; ++index) {
            threads.push_back(world.createSystemThread("raiser", body));
            ObReferenceObject(threads.back());
        }
        for (ntos::Thread* thread : threads) {
            KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
            ObDereferenceObject(thread);
        }
        CHECK(caught == 30);
    });
}
