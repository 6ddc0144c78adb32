#include "engine/ntos/inc/psp.h"
#include "engine/ntos/inc/sep.h"
#include "tests/support/kernelworld.h"

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("PsCreateSystemThread gives a handle that becomes signalled when the thread ends", "[ps]")
{
    onKernel([](ntos::World&) {
        static bool ran;
        ran = false;
        HANDLE handle = nullptr;
        CLIENT_ID id {};
        const NTSTATUS status = PsCreateSystemThread(
            &handle, THREAD_ALL_ACCESS, nullptr, nullptr, &id,
            [](PVOID) {
                LARGE_INTEGER pause = relativeMs(5);
                KeDelayExecutionThread(KernelMode, FALSE, &pause);
                ran = true;
                PsTerminateSystemThread(STATUS_SUCCESS);
                ran = false; // never comes here
            },
            nullptr);
        REQUIRE(status == STATUS_SUCCESS);
        CHECK(id.UniqueProcess == reinterpret_cast<HANDLE>(4));
        CHECK(ZwWaitForSingleObject(handle, FALSE, nullptr) == STATUS_SUCCESS);
        CHECK(ran);
        CHECK(ZwClose(handle) == STATUS_SUCCESS);
    });
}

TEST_CASE("threads and processes are found by their ids while they live", "[ps]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* app = world.createProcess("app", "alice");
        HANDLE appId = PsGetProcessId(app);
        HANDLE threadId = nullptr;
        KEVENT go;
        KeInitializeEvent(&go, NotificationEvent, FALSE);
        ntos::Thread* thread = world.createThread(app, "main", [&] {
            KeWaitForSingleObject(&go, Executive, KernelMode, FALSE, nullptr);
        });
        ObReferenceObject(thread);
        threadId = PsGetThreadId(thread);
        PEPROCESS foundProcess = nullptr;
        PETHREAD foundThread = nullptr;
        CHECK(PsLookupProcessByProcessId(appId, &foundProcess) == STATUS_SUCCESS);
        CHECK(foundProcess == app);
        ObDereferenceObject(foundProcess);
        CHECK(PsLookupThreadByThreadId(threadId, &foundThread) == STATUS_SUCCESS);
        CHECK(foundThread == thread);
        ObDereferenceObject(foundThread);
        KeSetEvent(&go, 0, FALSE);
        KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
        ObDereferenceObject(thread);
        LARGE_INTEGER pause = relativeMs(1);
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
        CHECK(PsLookupProcessByProcessId(appId, &foundProcess) == STATUS_INVALID_CID);
        CHECK(PsLookupThreadByThreadId(threadId, &foundThread) == STATUS_INVALID_CID);
    });
}

TEST_CASE("a thread that impersonates acts as that user until it reverts", "[ps][se]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* app = world.createProcess("app", "bob");
        PACCESS_TOKEN bob = PsReferencePrimaryToken(app);
        SECURITY_SUBJECT_CONTEXT context;
        LUID systemId, bobId, actingId;
        SeQueryAuthenticationIdToken(PsGetCurrentProcess()->Token, &systemId);
        SeQueryAuthenticationIdToken(bob, &bobId);
        CHECK(systemId.LowPart == 0x3e7);
        CHECK(bobId.LowPart >= 0x10000);
        CHECK(
            PsImpersonateClient(PsGetCurrentThread(), bob, FALSE, FALSE, SecurityImpersonation)
            == STATUS_SUCCESS);
        SeCaptureSubjectContext(&context);
        REQUIRE(context.ClientToken != nullptr);
        CHECK(SeTokenType(context.ClientToken) == TokenImpersonation);
        SeQueryAuthenticationIdToken(SeQuerySubjectContextToken(&context), &actingId);
        CHECK(RtlEqualLuid(&actingId, &bobId));
        SeReleaseSubjectContext(&context);

        SE_IMPERSONATION_STATE saved;
        CHECK(PsDisableImpersonation(PsGetCurrentThread(), &saved));
        SeCaptureSubjectContext(&context);
        CHECK(context.ClientToken == nullptr);
        SeReleaseSubjectContext(&context);
        PsRestoreImpersonation(PsGetCurrentThread(), &saved);
        CHECK(PsGetCurrentThread()->ImpersonationToken != nullptr);

        PsRevertToSelf();
        CHECK(PsGetCurrentThread()->ImpersonationToken == nullptr);
        PsDereferencePrimaryToken(bob);
    });
}

TEST_CASE("a thread attached to a process is in it until it detaches", "[ps][ke]")
{
    onKernel([](ntos::World& world) {
        ntos::Process* app = world.createProcess("app", "alice");
        KAPC_STATE state;
        KeStackAttachProcess(reinterpret_cast<PKPROCESS>(app), &state);
        CHECK(PsGetCurrentProcess() == app);
        CHECK(PsGetCurrentProcessId() == PsGetProcessId(app));
        KeUnstackDetachProcess(&state);
        CHECK(PsGetCurrentProcess() == PsInitialSystemProcess);
    });
}

TEST_CASE("drivers are told of processes and threads that come and go", "[ps]")
{
    onKernel([](ntos::World& world) {
        static std::string order;
        order.clear();
        const auto onProcess = [](HANDLE, HANDLE, BOOLEAN create) { order += create ? "P" : "p"; };
        const auto onThread = [](HANDLE, HANDLE, BOOLEAN create) { order += create ? "T" : "t"; };
        CHECK(PsSetCreateProcessNotifyRoutine(onProcess, FALSE) == STATUS_SUCCESS);
        CHECK(PsSetCreateThreadNotifyRoutine(onThread) == STATUS_SUCCESS);
        ntos::Process* app = world.createProcess("app", "alice");
        ntos::Thread* thread = world.createThread(app, "main", [] {});
        ObReferenceObject(thread);
        KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
        ObDereferenceObject(thread);
        CHECK(order == "PTtp");
        CHECK(PsSetCreateProcessNotifyRoutine(onProcess, TRUE) == STATUS_SUCCESS);
        CHECK(PsRemoveCreateThreadNotifyRoutine(onThread) == STATUS_SUCCESS);
        CHECK(PsRemoveCreateThreadNotifyRoutine(onThread) == STATUS_PROCEDURE_NOT_FOUND);
    });
}
