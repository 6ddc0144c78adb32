// Connecting servers, shares and views (facts.md 1.3, S-VN-*; SC-07 to SC-20, SC-36, SC-37).
#include "lab_host.h"

#include "engine/mup/mup.h"

using namespace rdrlab::test;

namespace {

constexpr ULONG kWithUnc = RX_REGISTERMINI_FLAG_DONT_PROVIDE_MAILSLOTS;

Lab& withFile(Lab& lab)
{
    lab.server.files["\\a.txt"] = "hello";
    lab.server.files["\\b.txt"] = "world";
    lab.server.files["\\dir\\c.txt"] = "deep";
    return lab;
}

/// Opens and closes one file; the status of the open.
NTSTATUS openOnce(
    Lab& lab, const std::string& name = "\\lab\\public\\a.txt", const std::string& user = "alice")
{
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    lab.app(
        [&](App& app) {
            File f = app.open(name);
            status = f.status;
            if (f) {
                app.close(f);
            }
        },
        user);
    return status;
}

/// Ends a MRxCreateVNetRoot with these statuses.
Handler viewFails(NTSTATUS netRoot, NTSTATUS view)
{
    return [=](Call& c) {
        c.netRootContext->NetRootStatus = netRoot;
        c.netRootContext->VirtualNetRootStatus = view;
        c.netRootContext->Callback(c.netRootContext);
        return STATUS_PENDING;
    };
}

} // namespace

TEST_CASE(
    "S-VN-1 RDBSS asks the redirector for a V_NET_ROOT, and for the NET_ROOT when it is new",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(lab.rdr.count("MRxCreateVNetRoot") == 1);
    CHECK(lab.rdr.find("MRxCreateVNetRoot")->subject == "\\lab\\public");
}

TEST_CASE("S-VN-2 the callback context carries the request's RX_CONTEXT", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    PRX_CONTEXT inView = nullptr, inCreate = nullptr;
    lab.rdr.on("MRxCreateVNetRoot", [&](Call& c) {
        inView = c.netRootContext->RxContext;
        CHECK(inView->NodeTypeCode == RDBSS_NTC_RX_CONTEXT);
        CHECK(inView->MajorFunction == IRP_MJ_CREATE);
        return viewFails(STATUS_SUCCESS, STATUS_SUCCESS)(c);
    });
    lab.rdr.on("MRxPreparseName", [&](Call& c) {
        inCreate = c.rx;
        return STATUS_SUCCESS;
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(inView != nullptr);
    CHECK(inView == inCreate);
}

TEST_CASE("S-VN-3 the V_NET_ROOT to construct is there already", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", [&](Call& c) {
        PV_NET_ROOT view = c.netRootContext->pVNetRoot;
        REQUIRE(view != nullptr);
        CHECK(view->NodeTypeCode == RDBSS_NTC_V_NETROOT);
        CHECK(view->Condition == Condition_InTransition);
        return viewFails(STATUS_SUCCESS, STATUS_SUCCESS)(c);
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

TEST_CASE(
    "S-VN-4 the V_NET_ROOT leads to its NET_ROOT and that to its SRV_CALL", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", [&](Call& c) {
        PMRX_V_NET_ROOT view = reinterpret_cast<PMRX_V_NET_ROOT>(c.netRootContext->pVNetRoot);
        REQUIRE(view->pNetRoot != nullptr);
        REQUIRE(view->pNetRoot->pSrvCall != nullptr);
        CHECK(narrow(view->pNetRoot->pNetRootName) == "\\lab\\public");
        CHECK(narrow(view->pNetRoot->pSrvCall->pSrvCallName) == "\\lab");
        return viewFails(STATUS_SUCCESS, STATUS_SUCCESS)(c);
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

TEST_CASE(
    "S-VN-5 MRxCreateVNetRoot returns STATUS_PENDING whether it succeeds or fails",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(lab.rdr.find("MRxCreateVNetRoot")->status == STATUS_PENDING);
    lab.rdr.on("MRxCreateVNetRoot", viewFails(STATUS_BAD_NETWORK_NAME, STATUS_BAD_NETWORK_NAME));
    CHECK(openOnce(lab, "\\lab\\nothere\\a.txt") == STATUS_BAD_NETWORK_NAME);
}

TEST_CASE(
    "S-VN-6 a redirector that answers STATUS_SUCCESS after its callback is served all the same",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", [](Call& c) {
        viewFails(STATUS_SUCCESS, STATUS_SUCCESS)(c);
        return STATUS_SUCCESS;
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

TEST_CASE(
    "S-VN-7 both statuses hold STATUS_SUCCESS when the redirector is called", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", [](Call& c) {
        CHECK(c.netRootContext->NetRootStatus == STATUS_SUCCESS);
        CHECK(c.netRootContext->VirtualNetRootStatus == STATUS_SUCCESS);
        c.netRootContext->Callback(c.netRootContext);
        return STATUS_PENDING;
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

TEST_CASE("S-VN-8 the statuses of the context count, not the return value", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", viewFails(STATUS_IO_TIMEOUT, STATUS_SUCCESS));
    CHECK(openOnce(lab) == STATUS_IO_TIMEOUT);
}

TEST_CASE("S-VN-9 both statuses STATUS_SUCCESS mean success", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", viewFails(STATUS_SUCCESS, STATUS_SUCCESS));
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

TEST_CASE("S-VN-10 a NET_ROOT's failure reaches the opener unchanged", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    for (NTSTATUS status :
         { STATUS_CONNECTION_RESET, STATUS_IO_TIMEOUT, STATUS_UNEXPECTED_NETWORK_ERROR }) {
        lab.rdr.on("MRxCreateVNetRoot", viewFails(status, STATUS_SUCCESS));
        CHECK(openOnce(lab) == status);
    }
}

TEST_CASE("S-VN-11 a V_NET_ROOT's failure reaches the opener unchanged", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    for (NTSTATUS status : { STATUS_INVALID_HANDLE, STATUS_UNEXPECTED_NETWORK_ERROR }) {
        lab.rdr.on("MRxCreateVNetRoot", viewFails(STATUS_SUCCESS, status));
        CHECK(openOnce(lab) == status);
    }
}

TEST_CASE("S-VN-12 any other status is handed on too", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", viewFails(STATUS_LOGON_FAILURE, STATUS_LOGON_FAILURE));
    CHECK(openOnce(lab) == STATUS_LOGON_FAILURE);
    lab.rdr.on("MRxCreateVNetRoot", viewFails(STATUS_SUCCESS, STATUS_NETWORK_ACCESS_DENIED));
    CHECK(openOnce(lab) == STATUS_NETWORK_ACCESS_DENIED);
}

TEST_CASE(
    "S-VN-13 server, share and view are one SRV_CALL, one NET_ROOT, one V_NET_ROOT",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        File a = app.open("\\lab\\public\\a.txt");
        File b = app.open("\\lab\\public\\b.txt");
        CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
        CHECK(lab.rdr.count("MRxCreateVNetRoot") == 1);
        app.close(a);
        app.close(b);
    });
}

TEST_CASE("S-VN-14 a slow connection only delays its opener", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.postConnects = true;
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

TEST_CASE(
    "S-VN-15 each calldown is answered by one callback; a second one changes nothing",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", [](Call& c) {
        c.netRootContext->Callback(c.netRootContext);
        c.netRootContext->NetRootStatus = STATUS_SUCCESS;
        c.netRootContext->Callback(c.netRootContext);
        return STATUS_PENDING;
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

TEST_CASE("S-VN-16 the waiting request goes on only when the callback was made", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    PMRX_CREATENETROOT_CONTEXT pending = nullptr;
    lab.rdr.on("MRxCreateVNetRoot", [&](Call& c) {
        pending = c.netRootContext;
        return STATUS_PENDING;
    });
    bool opened = false;
    lab.another([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        opened = true;
        CHECK(f.status == STATUS_SUCCESS);
        app.close(f);
    });
    lab.world.runFor(5'000'000'000);
    REQUIRE(pending != nullptr);
    CHECK_FALSE(opened);
    lab.asSystem([&] { pending->Callback(pending); });
    lab.run();
    CHECK(opened);
}

TEST_CASE(
    "S-VN-17 a new view of a known share is asked for without a new share", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        File first = app.open("\\lab\\public\\a.txt");
        File second = app.open("\\;Z:0\\lab\\public\\a.txt");
        CHECK(second.status == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxCreateVNetRoot") == 2);
        CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
        CHECK(lab.rdr.find("MRxCreateVNetRoot", 0)->flag);
        CHECK_FALSE(lab.rdr.find("MRxCreateVNetRoot", 1)->flag);
        app.close(first);
        app.close(second);
    });
}

TEST_CASE("S-VN-18 the NET_ROOT's context tells the two cases apart", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    std::vector<bool> fresh;
    int context = 0;
    lab.rdr.on("MRxCreateVNetRoot", [&](Call& c) {
        PMRX_NET_ROOT share
            = reinterpret_cast<PMRX_V_NET_ROOT>(c.netRootContext->pVNetRoot)->pNetRoot;
        fresh.push_back(share->Context == nullptr);
        if (share->Context != nullptr) {
            CHECK(share->Context == &context); // RDBSS has not touched it
        }
        share->Context = &context;
        c.netRootContext->Callback(c.netRootContext);
        return STATUS_PENDING;
    });
    lab.app([&](App& app) {
        File first = app.open("\\lab\\public\\a.txt");
        File second = app.open("\\;Z:0\\lab\\public\\a.txt");
        app.close(first);
        app.close(second);
    });
    CHECK(fresh == std::vector<bool> { true, false });
}

TEST_CASE("S-VN-19 the callback to call is the context's Callback member", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", [](Call& c) {
        REQUIRE(c.netRootContext->Callback != nullptr);
        c.netRootContext->Callback(c.netRootContext);
        return STATUS_PENDING;
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

TEST_CASE("S-VN-20 a share survives the failure of one of its views", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", [](Call& c) {
        reinterpret_cast<PMRX_V_NET_ROOT>(c.netRootContext->pVNetRoot)->pNetRoot->Context
            = c.netRootContext;
        return viewFails(STATUS_SUCCESS, STATUS_ACCESS_DENIED)(c);
    });
    lab.app([&](App& app) {
        CHECK(app.open("\\lab\\public\\a.txt").status == STATUS_ACCESS_DENIED);
        lab.rdr.handlers.clear();
        File f = app.open("\\lab\\public\\a.txt");
        CHECK(f.status == STATUS_SUCCESS);
        if (f) {
            app.close(f);
        }
    });
    CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
}

TEST_CASE(
    "S-VN-21 a handle opened in the file system process outlives the program that caused it",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    HANDLE inFsp = nullptr, inApp = nullptr;
    bool posted = false;
    lab.rdr.on("MRxCreateVNetRoot", [&](Call& c) -> NTSTATUS {
        ZwCreateEvent(&inApp, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
        struct Later
        {
            PMRX_CREATENETROOT_CONTEXT context;
            HANDLE* handle;
        };
        auto* later = new Later { c.netRootContext, &inFsp };
        posted = PsGetCurrentProcess() != RxGetRDBSSProcess();
        return NT_SUCCESS(RxDispatchToWorkerThread(
                   lab.rdr.device, DelayedWorkQueue,
                   [](PVOID parameter) {
                       std::unique_ptr<Later> work(static_cast<Later*>(parameter));
                       ZwCreateEvent(
                           work->handle, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
                       work->context->Callback(work->context);
                   },
                   later))
            ? STATUS_PENDING
            : STATUS_INSUFFICIENT_RESOURCES;
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(posted);
    lab.asSystem([&] {
        LARGE_INTEGER now {};
        CHECK(ZwWaitForSingleObject(inFsp, FALSE, &now) == STATUS_TIMEOUT);
        CHECK(ZwClose(inFsp) == STATUS_SUCCESS);
    });
}

TEST_CASE("S-VN-22 one connection serves any number of later requests", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        for (int i = 0; i < 20; ++i) {
            File f = app.open(i % 2 == 0 ? "\\lab\\public\\a.txt" : "\\lab\\public\\b.txt");
            CHECK(f.status == STATUS_SUCCESS);
            app.close(f);
        }
    });
    CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
    CHECK(lab.rdr.count("MRxCreateVNetRoot") == 1);
}

TEST_CASE("S-VN-23 called in the RDBSS process the redirector works at once", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.postConnects = true;
    lab.asSystem([&] {
        App system(lab);
        File f = system.open("\\lab\\public\\a.txt");
        CHECK(f.status == STATUS_SUCCESS);
        system.close(f);
    });
    CHECK(lab.rdr.find("MRxCreateVNetRoot")->inFsp);
    CHECK(lab.rdr.count("(connect share)") == 0);
}

TEST_CASE(
    "S-VN-24 called in another process it posts, and a thread of RDBSS runs it", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.postConnects = true;
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK_FALSE(lab.rdr.find("MRxCreateVNetRoot")->inFsp);
    REQUIRE(lab.rdr.count("(connect share)") == 1);
    CHECK(lab.rdr.find("(connect share)")->inFsp);
    CHECK(lab.rdr.find("(connect share)")->thread != lab.rdr.find("MRxCreateVNetRoot")->thread);
}

TEST_CASE(
    "S-VN-25 RxGetRDBSSProcess and IoGetCurrentProcess tell where a call runs", "[rdbss][connect]")
{
    Lab lab;
    lab.asSystem([&] { CHECK(RxGetRDBSSProcess() == IoGetCurrentProcess()); });
    lab.app([&](App&) { CHECK(RxGetRDBSSProcess() != IoGetCurrentProcess()); });
}

TEST_CASE("S-VN-26 a redirector that posts returns STATUS_PENDING", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.postConnects = true;
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(lab.rdr.find("MRxCreateVNetRoot")->status == STATUS_PENDING);
    CHECK(lab.rdr.find("MRxCreateSrvCall")->status == STATUS_PENDING);
}

TEST_CASE("S-VN-27 the delayed work queue takes such work", "[rdbss][connect]")
{
    Lab lab;
    lab.asSystem([&] {
        KEVENT ran;
        KeInitializeEvent(&ran, NotificationEvent, FALSE);
        auto set = [](PVOID event) { KeSetEvent(static_cast<PKEVENT>(event), 0, FALSE); };
        for (WORK_QUEUE_TYPE queue :
             { CriticalWorkQueue, DelayedWorkQueue, HyperCriticalWorkQueue }) {
            KeClearEvent(&ran);
            REQUIRE(RxDispatchToWorkerThread(lab.rdr.device, queue, set, &ran) == STATUS_SUCCESS);
            KeWaitForSingleObject(&ran, Executive, KernelMode, FALSE, nullptr);
        }
    });
}

TEST_CASE(
    "S-VN-28 working synchronously or asynchronously is the redirector's choice",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    bool posts = GENERATE(false, true);
    lab.rdr.postConnects = posts;
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(
        lab.rdr.calls({ "(connect server)", "(connect share)" })
        == "MRxCreateSrvCall MRxSrvCallWinnerNotify MRxExtractNetRootName MRxCreateVNetRoot "
           "MRxPreparseName MRxCreate "
           "MRxCleanupFobx MRxCloseSrvOpen MRxDeallocateForFobx MRxDeallocateForFcb");
}

TEST_CASE(
    "S-VN-29 a redirector may accept a share it cannot reach and connect it later",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", [](Call& c) {
        PMRX_NET_ROOT share
            = reinterpret_cast<PMRX_V_NET_ROOT>(c.netRootContext->pVNetRoot)->pNetRoot;
        share->MRxNetRootState = MRX_NET_ROOT_STATE_DISCONNECTED;
        c.netRootContext->Callback(c.netRootContext);
        return STATUS_PENDING;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        REQUIRE(f.status == STATUS_SUCCESS);
        CHECK(lab.rdr.find("MRxCreate")->status == STATUS_SUCCESS);
        app.close(f);
    });
}

TEST_CASE(
    "S-VN-30 after completion the create sees what the redirector put into share and view",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    int viewContext = 0;
    lab.rdr.on("MRxCreateVNetRoot", [&](Call& c) {
        PMRX_V_NET_ROOT view = reinterpret_cast<PMRX_V_NET_ROOT>(c.netRootContext->pVNetRoot);
        view->Context = &viewContext;
        view->pNetRoot->Type = NET_ROOT_PRINT;
        c.netRootContext->Callback(c.netRootContext);
        return STATUS_PENDING;
    });
    lab.rdr.on("MRxPreparseName", [&](Call& c) {
        CHECK(c.rx->Create.pVNetRoot->Context == &viewContext);
        CHECK(c.rx->Create.pNetRoot->Type == NET_ROOT_PRINT);
        CHECK(reinterpret_cast<PV_NET_ROOT>(c.rx->Create.pVNetRoot)->Condition == Condition_Good);
        return STATUS_SUCCESS;
    });
    openOnce(lab);
    CHECK(lab.rdr.count("MRxPreparseName") == 1);
}

TEST_CASE("S-VN-31 the neighbouring routines are called in their order", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(lab.rdr.position("MRxCreateSrvCall") < lab.rdr.position("MRxSrvCallWinnerNotify"));
    CHECK(lab.rdr.position("MRxSrvCallWinnerNotify") < lab.rdr.position("MRxExtractNetRootName"));
    CHECK(lab.rdr.position("MRxExtractNetRootName") < lab.rdr.position("MRxCreateVNetRoot"));
    CHECK(lab.rdr.position("MRxCreateVNetRoot") < lab.rdr.position("MRxPreparseName"));
    lab.rdr.log.clear();
    lab.unload();
    CHECK(lab.rdr.calls() == "MRxFinalizeVNetRoot MRxFinalizeNetRoot MRxFinalizeSrvCall");
}

// ---- the SRV_CALL
// ----------------------------------------------------------------------------------------------------------

TEST_CASE("S-T-10 MRxCreateSrvCall starts from STATUS_BAD_NETWORK_PATH", "[rdbss][connect]")
{
    Lab lab;
    lab.rdr.on("MRxCreateSrvCall", [](Call& c) {
        CHECK(c.srvCallback->Status == STATUS_BAD_NETWORK_PATH);
        CHECK(c.srvCallback->SrvCalldownStructure->SrvCall == c.srvCall);
        c.srvCallback->SrvCalldownStructure->CallBack(c.srvCallback);
        return STATUS_PENDING;
    });
    CHECK(openOnce(lab) == STATUS_BAD_NETWORK_PATH);
}

TEST_CASE(
    "S-T-57 MRxSrvCallWinnerNotify follows each successful MRxCreateSrvCall with its context",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    int marker = 0;
    lab.rdr.on("MRxCreateSrvCall", [&](Call& c) {
        c.srvCallback->Status = STATUS_SUCCESS;
        c.srvCallback->RecommunicateContext = &marker;
        c.srvCallback->SrvCalldownStructure->CallBack(c.srvCallback);
        return STATUS_PENDING;
    });
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    const Call* notify = lab.rdr.find("MRxSrvCallWinnerNotify");
    REQUIRE(notify != nullptr);
    CHECK(notify->context == &marker);
    CHECK(notify->flag);
    CHECK(notify->srvCall == lab.rdr.find("MRxCreateSrvCall")->srvCall);
    CHECK(lab.rdr.position("MRxCreateSrvCall") < lab.rdr.position("MRxSrvCallWinnerNotify"));
}

TEST_CASE(
    "SC-13 an unreachable server is neither notified nor asked for a share", "[rdbss][connect]")
{
    Lab lab;
    lab.rdr.on("MRxCreateSrvCall", [](Call& c) {
        c.srvCallback->Status = STATUS_NETWORK_UNREACHABLE;
        c.srvCallback->SrvCalldownStructure->CallBack(c.srvCallback);
        return STATUS_PENDING;
    });
    CHECK(openOnce(lab) == STATUS_NETWORK_UNREACHABLE);
    CHECK(lab.rdr.calls() == "MRxCreateSrvCall");
    // Nothing of it is remembered.
    CHECK(openOnce(lab) == STATUS_NETWORK_UNREACHABLE);
    CHECK(lab.rdr.count("MRxCreateSrvCall") == 2);
}

TEST_CASE("A45 a redirector that fails without its callback has the last word", "[rdbss][connect]")
{
    Lab lab;
    lab.rdr.on("MRxCreateSrvCall", [](Call&) { return STATUS_INSUFFICIENT_RESOURCES; });
    CHECK(openOnce(lab) == STATUS_INSUFFICIENT_RESOURCES);
    lab.rdr.handlers.clear();
    lab.rdr.on("MRxCreateVNetRoot", [](Call&) { return STATUS_NETWORK_NAME_DELETED; });
    CHECK(openOnce(lab) == STATUS_NETWORK_NAME_DELETED);
}

TEST_CASE(
    "SC-14 a share that does not exist is torn down and may be tried again", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.on("MRxCreateVNetRoot", viewFails(STATUS_BAD_NETWORK_NAME, STATUS_BAD_NETWORK_NAME));
    CHECK(openOnce(lab) == STATUS_BAD_NETWORK_NAME);
    CHECK(lab.rdr.count("MRxFinalizeVNetRoot") == 0); // the redirector had put nothing into it
    lab.rdr.handlers.clear();
    CHECK(openOnce(lab) == STATUS_SUCCESS);
}

// ---- several opens
// -----------------------------------------------------------------------------------------------------------

TEST_CASE("SC-08 a second file of a share needs no connecting", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        File a = app.open("\\lab\\public\\a.txt");
        lab.rdr.log.clear();
        File b = app.open("\\lab\\public\\b.txt");
        CHECK(lab.rdr.calls() == "MRxPreparseName MRxCreate");
        app.close(a);
        app.close(b);
    });
}

TEST_CASE("SC-10 another share of a server needs no second server connection", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        File a = app.open("\\lab\\public\\a.txt");
        lab.rdr.log.clear();
        File b = app.open("\\lab\\marketing\\b.txt");
        CHECK(
            lab.rdr.calls() == "MRxExtractNetRootName MRxCreateVNetRoot MRxPreparseName MRxCreate");
        CHECK(lab.rdr.find("MRxCreateVNetRoot")->flag);
        app.close(a);
        app.close(b);
    });
}

TEST_CASE("SC-11 another logon gets a view of its own on the same share", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.another([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        LARGE_INTEGER second;
        second.QuadPart = -10'000'000;
        KeDelayExecutionThread(KernelMode, FALSE, &second);
        app.close(f);
    });
    lab.app(
        [&](App& app) {
            LARGE_INTEGER moment;
            moment.QuadPart = -1'000'000;
            KeDelayExecutionThread(KernelMode, FALSE, &moment);
            File f = app.open("\\lab\\public\\a.txt");
            CHECK(f.status == STATUS_SUCCESS);
            app.close(f);
        },
        "bob");
    CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
    REQUIRE(lab.rdr.count("MRxCreateVNetRoot") == 2);
    CHECK(lab.rdr.find("MRxCreateVNetRoot", 0)->flag);
    CHECK_FALSE(lab.rdr.find("MRxCreateVNetRoot", 1)->flag);
}

TEST_CASE(
    "SC-12 a different connection id makes a second set of connection structures",
    "[rdbss][connect]")
{
    Lab lab({ .prepare = [](MINIRDR_DISPATCH& d) { d.MRxGetConnectionId = testGetConnectionId; } });
    withFile(lab);
    ULONG id = 1;
    lab.rdr.on("MRxGetConnectionId", [&](Call& c) {
        c.connectionId->SessionID = id;
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File first = app.open("\\lab\\public\\a.txt");
        CHECK(lab.rdr.position("MRxGetConnectionId") < lab.rdr.position("MRxCreateSrvCall"));
        id = 2;
        lab.rdr.log.clear();
        File second = app.open("\\lab\\public\\a.txt");
        CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
        CHECK(lab.rdr.count("MRxSrvCallWinnerNotify") == 1);
        CHECK(lab.rdr.count("MRxCreateVNetRoot") == 1);
        id = 1;
        lab.rdr.log.clear();
        File third = app.open("\\lab\\public\\b.txt");
        CHECK(lab.rdr.calls() == "MRxGetConnectionId MRxPreparseName MRxCreate");
        app.close(first);
        app.close(second);
        app.close(third);
    });
}

TEST_CASE(
    "SC-17 a posted connection resumes the create in the program's thread", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.rdr.postConnects = true;
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(lab.rdr.find("MRxCreate")->thread == lab.rdr.find("MRxCreateSrvCall")->thread);
}

TEST_CASE("SC-18 concurrent first opens connect once", "[rdbss][connect]")
{
    for (uint64_t seed = 1; seed <= 25; ++seed) {
        Lab lab({ .seed = seed });
        INFO("seed " << seed);
        withFile(lab);
        lab.rdr.postConnects = true;
        auto open = [&](const char* name) {
            return [&lab, name](App& app) {
                File f = app.open(name);
                CHECK(f.status == STATUS_SUCCESS);
                app.close(f);
            };
        };
        lab.another(open("\\lab\\public\\a.txt"));
        lab.another(open("\\lab\\public\\b.txt"));
        lab.run();
        CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
        CHECK(lab.rdr.count("MRxSrvCallWinnerNotify") == 1);
        CHECK(lab.rdr.count("MRxCreateVNetRoot") <= 2); // one per program's logon
        CHECK(lab.rdr.count("MRxCreate") == 2);
    }
}

TEST_CASE(
    "SC-18 when the first of concurrent opens fails, the others fail with the same status",
    "[rdbss][connect]")
{
    for (uint64_t seed = 1; seed <= 25; ++seed) {
        Lab lab({ .seed = seed });
        INFO("seed " << seed);
        lab.rdr.on("MRxCreateSrvCall", [](Call& c) {
            LARGE_INTEGER second;
            second.QuadPart = -10'000'000;
            KeDelayExecutionThread(KernelMode, FALSE, &second);
            c.srvCallback->Status = STATUS_IO_TIMEOUT;
            c.srvCallback->SrvCalldownStructure->CallBack(c.srvCallback);
            return STATUS_PENDING;
        });
        for (const char* name :
             { "\\lab\\public\\a.txt", "\\lab\\other\\b.txt", "\\LAB\\public\\c.txt" }) {
            lab.another([name](App& app) { CHECK(app.open(name).status == STATUS_IO_TIMEOUT); });
        }
        lab.run();
        CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
    }
}

// ---- tree connections
// -----------------------------------------------------------------------------------------------------------

TEST_CASE("SC-19 a tree connection builds the view and opens no file", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        Open connect;
        connect.options = FILE_CREATE_TREE_CONNECTION | FILE_SYNCHRONOUS_IO_NONALERT;
        File f = app.open("\\;Z:0\\lab\\public", connect);
        REQUIRE(f.status == STATUS_SUCCESS);
        CHECK(
            lab.rdr.calls()
            == "MRxCreateSrvCall MRxSrvCallWinnerNotify MRxExtractNetRootName MRxCreateVNetRoot");
        app.close(f);
        // The mapping stays when the handle that made it is gone.
        lab.rdr.log.clear();
        File g = app.open("\\;Z:0\\lab\\public\\a.txt");
        CHECK(g.status == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxPreparseName MRxCreate");
        app.close(g);
    });
}

TEST_CASE(
    "SC-19 a tree connection below the share asks whether the folder exists", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        Open connect;
        connect.options = FILE_CREATE_TREE_CONNECTION | FILE_SYNCHRONOUS_IO_NONALERT;
        File good = app.open("\\;Y:0\\lab\\public\\dir", connect);
        CHECK(good.status == STATUS_SUCCESS);
        REQUIRE(lab.rdr.count("MRxIsValidDirectory") == 1);
        CHECK(lab.rdr.find("MRxIsValidDirectory")->subject == "\\dir");
        CHECK(app.open("\\;X:0\\lab\\public\\nothere", connect).status == STATUS_BAD_NETWORK_PATH);
        // What is opened through the drive lies below the folder it maps.
        lab.rdr.log.clear();
        File f = app.open("\\;Y:0\\lab\\public\\dir\\c.txt");
        CHECK(f.status == STATUS_SUCCESS);
        CHECK(lab.rdr.find("MRxCreate")->subject == "\\dir\\c.txt");
        app.close(f);
        app.close(good);
    });
}

TEST_CASE(
    "SC-36 a connection in use is not deleted unless forced, an idle one is", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        Open connect;
        connect.options = FILE_CREATE_TREE_CONNECTION | FILE_SYNCHRONOUS_IO_NONALERT;
        File drive = app.open("\\;Z:0\\lab\\public", connect);
        File f = app.open("\\;Z:0\\lab\\public\\a.txt");
        PFILE_OBJECT object = nullptr;
        REQUIRE(NT_SUCCESS(ObReferenceObjectByHandle(
            drive.handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&object),
            nullptr)));
        PV_NET_ROOT view = static_cast<PV_NET_ROOT>(object->FsContext2);
        REQUIRE(NodeType(view) == RDBSS_NTC_V_NETROOT);
        lab.rdr.log.clear();
        CHECK(RxFinalizeConnection(view->NetRoot, view, FALSE) == STATUS_FILES_OPEN);
        CHECK(lab.rdr.log.empty());
        app.close(f);
        lab.rdr.log.clear();
        CHECK(RxFinalizeConnection(view->NetRoot, view, FALSE) == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxFinalizeVNetRoot");
        ObDereferenceObject(object);
        app.close(drive);
    });
    lab.passSeconds(30);
    CHECK(
        lab.rdr.calls({ "MRxCleanupFobx", "MRxCloseSrvOpen" })
            .find("MRxFinalizeNetRoot MRxFinalizeSrvCall")
        != std::string::npos);
}

TEST_CASE(
    "SC-37 a forced disconnect orphans open files, which can still be closed", "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        Open connect;
        connect.options = FILE_CREATE_TREE_CONNECTION | FILE_SYNCHRONOUS_IO_NONALERT;
        File drive = app.open("\\;Z:0\\lab\\public", connect);
        File f = app.open("\\;Z:0\\lab\\public\\a.txt");
        PFILE_OBJECT object = nullptr;
        REQUIRE(NT_SUCCESS(ObReferenceObjectByHandle(
            drive.handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&object),
            nullptr)));
        PV_NET_ROOT view = static_cast<PV_NET_ROOT>(object->FsContext2);
        lab.rdr.log.clear();
        CHECK(RxFinalizeConnection(view->NetRoot, view, TRUE) == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxForceClosed MRxFinalizeVNetRoot");
        ObDereferenceObject(object);
        lab.rdr.log.clear();
        NTSTATUS status;
        app.read(f, 0, 1, &status);
        CHECK(status == STATUS_FILE_CLOSED);
        CHECK(lab.rdr.count("READ") == 0);
        CHECK(app.close(f) == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxCloseSrvOpen") == 0);
        app.close(drive);
    });
}

TEST_CASE(
    "an idle connection is finalized by the scavenger, in the file system process",
    "[rdbss][connect]")
{
    Lab lab;
    withFile(lab);
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    lab.rdr.log.clear();
    lab.passSeconds(5);
    CHECK(lab.rdr.log.empty());
    lab.passSeconds(30);
    CHECK(lab.rdr.calls() == "MRxFinalizeVNetRoot MRxFinalizeNetRoot MRxFinalizeSrvCall");
    CHECK(lab.rdr.find("MRxFinalizeSrvCall")->inFsp);
    CHECK(openOnce(lab) == STATUS_SUCCESS);
    CHECK(lab.rdr.count("MRxCreateSrvCall") == 1);
}

// ---- through MUP
// ------------------------------------------------------------------------------------------------------------------

TEST_CASE(
    "SC-07 the first open by UNC name resolves, connects and creates", "[rdbss][connect][mup]")
{
    Lab lab({ .controls = kWithUnc });
    withFile(lab);
    lab.app([&](App& app) {
        File f = app.open("\\\\lab\\public\\a.txt");
        REQUIRE(f.status == STATUS_SUCCESS);
        CHECK(
            lab.rdr.calls()
            == "MRxCreateSrvCall MRxSrvCallWinnerNotify MRxExtractNetRootName MRxCreateVNetRoot "
               "MRxPreparseName MRxCreate");
        CHECK(lab.rdr.find("MRxCreateSrvCall")->major == IRP_MJ_CREATE);
        CHECK(app.read(f, 0, 5) == "hello");
        app.close(f);
    });
}

TEST_CASE(
    "SC-20 a file on a mapped drive is opened without a query and leaves no prefix",
    "[rdbss][connect][mup]")
{
    Lab lab({ .controls = kWithUnc });
    withFile(lab);
    lab.asSystem([] {
        // As the network provider makes it: the drive letter leads to the redirector's own device.
        Name link("\\??\\X:");
        Name target("\\Device\\TestRdr\\;X:0\\lab\\public");
        REQUIRE(IoCreateSymbolicLink(link.get(), target.get()) == STATUS_SUCCESS);
    });
    lab.app([&](App& app) {
        Open connect;
        connect.options = FILE_CREATE_TREE_CONNECTION | FILE_SYNCHRONOUS_IO_NONALERT;
        File drive = app.open("\\;X:0\\lab\\public", connect);
        REQUIRE(drive.status == STATUS_SUCCESS);
        lab.rdr.log.clear();
        MUP_COUNTERS before {};
        MUP_COUNTERS after {};
        MupQueryCounters(&before);
        File f = app.open("\\??\\X:\\a.txt");
        MupQueryCounters(&after);
        REQUIRE(f.status == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxPreparseName MRxCreate");
        CHECK(lab.rdr.find("MRxCreate")->subject == "\\a.txt");
        CHECK(after.Creates == before.Creates + 1); // through MUP
        CHECK(after.Queries == before.Queries);
        CHECK(after.Prefixes == before.Prefixes);
        CHECK(app.read(f, 0, 5) == "hello");
        app.close(f);
        app.close(drive);
    });
}

TEST_CASE("S-QP-26 a refused connection reaches MUP as a bad network path", "[rdbss][connect][mup]")
{
    Lab lab({ .controls = kWithUnc });
    lab.rdr.on("MRxCreateSrvCall", [](Call& c) {
        CHECK(c.rx->Create.ThisIsATreeConnectOpen);
        CHECK((c.rx->Create.Flags & RX_CONTEXT_CREATE_FLAG_UNC_NAME) != 0);
        c.srvCallback->Status = STATUS_CONNECTION_REFUSED;
        c.srvCallback->SrvCalldownStructure->CallBack(c.srvCallback);
        return STATUS_PENDING;
    });
    CHECK(openOnce(lab, "\\\\lab\\public\\a.txt") == STATUS_BAD_NETWORK_PATH);
}

TEST_CASE(
    "SC-15 bad credentials reach the opener exactly as the server told them",
    "[rdbss][connect][mup]")
{
    Lab lab({ .controls = kWithUnc });
    for (NTSTATUS status :
         { STATUS_LOGON_FAILURE, STATUS_ACCESS_DENIED, STATUS_BAD_NETWORK_NAME }) {
        lab.rdr.on("MRxCreateVNetRoot", viewFails(status, status));
        CHECK(openOnce(lab, "\\\\lab\\public\\a.txt") == status);
    }
}

namespace {

struct Asked
{
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    ULONG accepted = 0xABCD;
    bool unchanged = false;
};

/// Sends one query-path request to the redirector, as MUP does.
Asked askPath(
    Lab& lab, const std::string& path, KPROCESSOR_MODE mode = KernelMode, USHORT length = 0)
{
    Asked result;
    lab.asSystem([&] {
        Name name(path);
        QUERY_PATH_REQUEST_EX request {};
        request.PathName = *name.get();
        if (length != 0) {
            request.PathName.Length = length;
        }
        const QUERY_PATH_REQUEST_EX before = request;
        const std::u16string text = wide(path);
        QUERY_PATH_RESPONSE response { 0xABCD };
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        IO_STATUS_BLOCK io {};
        PDEVICE_OBJECT device = reinterpret_cast<PDEVICE_OBJECT>(lab.rdr.device);
        PIRP irp = IoBuildDeviceIoControlRequest(
            IOCTL_REDIR_QUERY_PATH_EX, device, &request, sizeof request, &response, sizeof response,
            FALSE, &event, &io);
        irp->RequestorMode = mode;
        result.status = IoCallDriver(device, irp);
        if (result.status == STATUS_PENDING) {
            KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
            result.status = io.Status;
        }
        result.accepted = response.LengthAccepted;
        result.unchanged = memcmp(&before, &request, sizeof request) == 0
            && memcmp(text.data(), name.get()->Buffer, text.size() * 2) == 0;
    });
    return result;
}

} // namespace

TEST_CASE(
    "S-QP-29 a claim tells its length in bytes and changes nothing else",
    "[rdbss][connect][querypath]")
{
    Lab lab;
    Asked asked = askPath(lab, "\\lab\\public\\dir\\file.txt");
    CHECK(asked.status == STATUS_SUCCESS);
    CHECK(asked.accepted == 2 * sizeof("\\lab\\public") - 2);
    CHECK(asked.unchanged);
    CHECK(
        lab.rdr.calls()
        == "MRxCreateSrvCall MRxSrvCallWinnerNotify MRxExtractNetRootName MRxCreateVNetRoot");
}

TEST_CASE("S-QP-30 a refusal leaves LengthAccepted alone", "[rdbss][connect][querypath]")
{
    Lab lab;
    lab.rdr.on("MRxCreateVNetRoot", viewFails(STATUS_BAD_NETWORK_NAME, STATUS_BAD_NETWORK_NAME));
    Asked asked = askPath(lab, "\\lab\\nothere\\x");
    CHECK(asked.status == STATUS_BAD_NETWORK_NAME);
    CHECK(asked.accepted == 0xABCD);
    CHECK(asked.unchanged);
}

TEST_CASE(
    "SC-43 a query from user mode is an invalid device request and calls nothing",
    "[rdbss][connect][querypath]")
{
    Lab lab;
    Asked asked = askPath(lab, "\\lab\\public", UserMode);
    CHECK(asked.status == STATUS_INVALID_DEVICE_REQUEST);
    CHECK(asked.accepted == 0xABCD);
    CHECK(lab.rdr.log.empty());
}

TEST_CASE(
    "SC-44 a path too long is an invalid parameter and calls nothing",
    "[rdbss][connect][querypath]")
{
    Lab lab;
    Asked asked = askPath(lab, "\\lab\\public", KernelMode, 0xFFFF);
    CHECK(asked.status == STATUS_INVALID_PARAMETER);
    CHECK(lab.rdr.log.empty());
}

TEST_CASE(
    "SC-09 a claim of what is connected is answered from the name table",
    "[rdbss][connect][querypath]")
{
    Lab lab;
    withFile(lab);
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        app.close(f);
    });
    lab.asSystem([&] {
        App system(lab);
        File f = system.open("\\lab\\public\\a.txt");
        system.close(f);
    });
    lab.rdr.log.clear();
    CHECK(askPath(lab, "\\lab\\public\\b.txt").status == STATUS_SUCCESS);
    CHECK(lab.rdr.log.empty());
}
