// Starting and stopping (facts.md 1.2, S-ST-*; SC-01 to SC-06, SC-38 to SC-41).
#include "lab_host.h"

#include "engine/mup/mup.h"

using namespace rdrlab::test;

namespace {

constexpr const char* kDevice = "\\Device\\TestRdr";
constexpr ULONG kWithUnc = RX_REGISTERMINI_FLAG_DONT_PROVIDE_MAILSLOTS;

/// An asynchronous read that the redirector pends; finished by the test.
struct PendedRead
{
    PRX_CONTEXT rx = nullptr;
    HANDLE event = nullptr;
    IO_STATUS_BLOCK io {};
    char buffer[16] {};

    NTSTATUS issue(const File& file)
    {
        LARGE_INTEGER at {};
        ZwCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
        return ZwReadFile(
            file.handle, event, nullptr, nullptr, &io, buffer, sizeof buffer, &at, nullptr);
    }
    NTSTATUS wait()
    {
        ZwWaitForSingleObject(event, FALSE, nullptr);
        ZwClose(event);
        return io.Status;
    }
    static void finish(PRX_CONTEXT rx, NTSTATUS status)
    {
        rx->StoredStatus = status;
        rx->InformationToReturn = NT_SUCCESS(status) ? 1 : 0;
        RxLowIoCompletion(rx);
    }
};

void sleepMs(LONGLONG ms)
{
    LARGE_INTEGER interval;
    interval.QuadPart = -ms * 10000;
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

constexpr Open kAsync { .options = 0 };

} // namespace

TEST_CASE("SC-01 registering creates a startable device and calls nothing", "[rdbss][startstop]")
{
    Lab lab({ .start = false });
    REQUIRE(lab.registered == STATUS_SUCCESS);
    CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTABLE);
    CHECK(lab.rdr.device->StartStopContext.Version == 0);
    CHECK(lab.rdr.device->Dispatch == &lab.rdr.dispatch);
    CHECK(lab.rdr.device->pRxNetNameTable == &lab.rdr.device->RxNetNameTableInDeviceObject);
    CHECK(lab.rdr.device->pRxNetNameTable->IsNetNameTable);
    CHECK(lab.rdr.device->pRdbssScavenger != nullptr);
    CHECK_FALSE(lab.rdr.device->RegisterUncProvider);
    CHECK(lab.rdr.device->MupHandle == nullptr);
    CHECK(lab.rdr.log.empty());
}

TEST_CASE(
    "SC-01 registering without a place for the device object is an invalid parameter",
    "[rdbss][startstop]")
{
    Lab lab({ .start = false });
    lab.asSystem([&] {
        Name name("\\Device\\Other");
        CHECK(
            RxRegisterMinirdr(
                nullptr, lab.rdr.driver, &lab.rdr.dispatch, lab.options.controls, name.get(), 0,
                FILE_DEVICE_NETWORK_FILE_SYSTEM, FILE_REMOTE_DEVICE)
            == STATUS_INVALID_PARAMETER);
    });
}

TEST_CASE(
    "SC-02 before the start only the device itself can be opened and controlled",
    "[rdbss][startstop]")
{
    Lab lab({ .start = false });
    lab.app([&](App& app) {
        File device = app.open(kDevice);
        CHECK(device.status == STATUS_SUCCESS);
        CHECK(app.open("\\lab\\public\\a.txt").status == STATUS_REDIRECTOR_NOT_STARTED);
        CHECK(lab.rdr.log.empty());
        CHECK(app.control(device, kIoctlPing) == STATUS_SUCCESS);
        CHECK(app.fsControl(device, kFsctlPing) == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxDevFcbXXXControlFile MRxDevFcbXXXControlFile");
        CHECK(lab.rdr.log[0].major == IRP_MJ_DEVICE_CONTROL);
        CHECK(lab.rdr.log[1].major == IRP_MJ_FILE_SYSTEM_CONTROL);
        app.close(device);
    });
}

TEST_CASE(
    "SC-03 a start from a program is posted to the file system process and calls MRxStart there",
    "[rdbss][startstop]")
{
    Lab lab({ .start = false });
    CHECK(lab.start() == STATUS_SUCCESS);
    REQUIRE(lab.rdr.calls() == "MRxDevFcbXXXControlFile MRxDevFcbXXXControlFile MRxStart");
    CHECK_FALSE(lab.rdr.log[0].inFsp);
    CHECK(lab.rdr.log[1].inFsp);
    CHECK(lab.rdr.log[2].pendingReturned);
    CHECK(lab.rdr.startStatuses == std::vector<NTSTATUS> { STATUS_PENDING, STATUS_SUCCESS });
    CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTED);
    CHECK(lab.rdr.device->StartStopContext.Version == 1);
}

TEST_CASE("SC-04 an asynchronous start pends and ends with MRxStart's status", "[rdbss][startstop]")
{
    Lab lab({ .start = false });
    lab.app([&](App& app) {
        File device = app.open(kDevice, kAsync);
        HANDLE event;
        ZwCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
        IO_STATUS_BLOCK io {};
        CHECK(
            ZwDeviceIoControlFile(
                device.handle, event, nullptr, nullptr, &io, kIoctlStart, nullptr, 0, nullptr, 0)
            == STATUS_PENDING);
        ZwWaitForSingleObject(event, FALSE, nullptr);
        CHECK(io.Status == STATUS_SUCCESS);
        ZwClose(event);
        app.close(device);
    });
}

TEST_CASE("SC-05 a start that MRxStart refuses is undone", "[rdbss][startstop]")
{
    Lab lab({ .controls = kWithUnc, .start = false });
    lab.rdr.on("MRxStart", [&](Call&) {
        CHECK(lab.rdr.device->MupHandle != nullptr);
        return STATUS_UNSUCCESSFUL;
    });
    CHECK(lab.start() == STATUS_UNSUCCESSFUL);
    CHECK(lab.rdr.device->MupHandle == nullptr);
    CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTABLE);
    CHECK(lab.rdr.device->StartStopContext.Version == 0);
    lab.rdr.handlers.clear();
    CHECK(lab.start() == STATUS_SUCCESS);
}

TEST_CASE("SC-06 a second start is refused without MRxStart", "[rdbss][startstop]")
{
    Lab lab;
    CHECK(lab.start() == STATUS_REDIRECTOR_STARTED);
    CHECK(lab.rdr.count("MRxStart") == 0);
}

TEST_CASE("a redirector without MRxStart cannot be started", "[rdbss][startstop]")
{
    Lab lab({ .start = false, .prepare = [](MINIRDR_DISPATCH& d) { d.MRxStart = nullptr; } });
    CHECK(lab.start() == STATUS_NOT_IMPLEMENTED);
    CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTABLE);
}

TEST_CASE("S-ST-1 RxStopMinirdr stops a redirector that was started", "[rdbss][startstop]")
{
    Lab lab;
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(lab.rdr.count("MRxStop") == 1);
    lab.app([](App& app) {
        CHECK(app.open("\\lab\\public\\a.txt").status == STATUS_REDIRECTOR_NOT_STARTED);
    });
}

TEST_CASE("S-ST-2 a stop takes the UNC registration back from MUP", "[rdbss][startstop][mup]")
{
    Lab lab({ .controls = kWithUnc });
    lab.server.files["\\a.txt"] = "x";
    lab.app([&](App& app) {
        File f = app.open("\\\\lab\\public\\a.txt");
        CHECK(f.status == STATUS_SUCCESS);
        app.close(f);
    });
    CHECK(lab.stop() == STATUS_SUCCESS);
    lab.rdr.log.clear();
    lab.app([&](App& app) {
        CHECK(app.open("\\\\lab\\public\\a.txt").status == STATUS_BAD_NETWORK_PATH);
    });
    CHECK(lab.rdr.log.empty());
}

TEST_CASE(
    "S-ST-3 the request's context tells the device and whether this is the file system process",
    "[rdbss][startstop]")
{
    Lab lab;
    lab.asSystem([&] {
        App system(lab);
        File device = system.open(kDevice);
        CHECK(system.control(device, kIoctlStop) == STATUS_SUCCESS);
        system.close(device);
    });
    CHECK(lab.rdr.stopStatuses == std::vector<NTSTATUS> { STATUS_SUCCESS });
    CHECK(lab.rdr.count("MRxDevFcbXXXControlFile") == 1);
}

TEST_CASE("S-ST-4 PostToFsp is set exactly when the request must be posted", "[rdbss][startstop]")
{
    Lab lab;
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(lab.rdr.stopStatuses == std::vector<NTSTATUS> { STATUS_PENDING, STATUS_SUCCESS });
    CHECK(lab.rdr.postToFsp == std::vector<bool> { true, false });
}

TEST_CASE("S-ST-5 a stop that finds nothing open succeeds", "[rdbss][startstop]")
{
    Lab lab;
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(lab.rdr.stopStatuses.back() == STATUS_SUCCESS);
}

TEST_CASE("S-ST-6 stopping what is stopped answers STATUS_REDIRECTOR_STOPPED", "[rdbss][startstop]")
{
    Lab lab;
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(lab.stop() == STATUS_REDIRECTOR_STOPPED);
    CHECK(lab.rdr.count("MRxStop") == 1);
}

TEST_CASE(
    "S-ST-7 a stop that finds open files answers STATUS_REDIRECTOR_HAS_OPEN_HANDLES",
    "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        File device = app.open(kDevice);
        CHECK(app.control(device, kIoctlStop) == STATUS_REDIRECTOR_HAS_OPEN_HANDLES);
        app.close(device);
        app.close(f);
    });
}

TEST_CASE("S-ST-8 a stop from another process is posted and pends", "[rdbss][startstop]")
{
    Lab lab;
    CHECK(lab.stop() == STATUS_SUCCESS);
    REQUIRE(lab.rdr.stopStatuses.size() == 2);
    CHECK(lab.rdr.stopStatuses[0] == STATUS_PENDING);
    CHECK_FALSE(lab.rdr.log[0].inFsp);
    CHECK(lab.rdr.log[1].inFsp);
}

TEST_CASE("S-ST-9 a stop that cannot have RDBSS' locks at once pends", "[rdbss][startstop]")
{
    Lab lab;
    lab.asSystem([&] {
        KEVENT held, release;
        KeInitializeEvent(&held, NotificationEvent, FALSE);
        KeInitializeEvent(&release, NotificationEvent, FALSE);
        lab.world.createSystemThread("holder", [&] {
            KeEnterCriticalRegion();
            ExAcquireResourceExclusiveLite(&RxData.Resource, TRUE);
            KeSetEvent(&held, 0, FALSE);
            KeWaitForSingleObject(&release, Executive, KernelMode, FALSE, nullptr);
            ExReleaseResourceLite(&RxData.Resource);
            KeLeaveCriticalRegion();
        });
        KeWaitForSingleObject(&held, Executive, KernelMode, FALSE, nullptr);
        App system(lab);
        File device = system.open(kDevice, kAsync);
        HANDLE event;
        ZwCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
        IO_STATUS_BLOCK io {};
        CHECK(
            ZwDeviceIoControlFile(
                device.handle, event, nullptr, nullptr, &io, kIoctlStop, nullptr, 0, nullptr, 0)
            == STATUS_PENDING);
        // S-ST-16: the caller is in the file system process, so only the locks can have been the
        // reason.
        REQUIRE_FALSE(lab.rdr.stopStatuses.empty());
        CHECK(lab.rdr.stopStatuses[0] == STATUS_PENDING);
        CHECK(lab.rdr.postToFsp[0]);
        CHECK(lab.rdr.log[0].inFsp);
        CHECK(lab.rdr.count("MRxStop") == 0);
        KeSetEvent(&release, 0, FALSE);
        ZwWaitForSingleObject(event, FALSE, nullptr);
        CHECK(io.Status == STATUS_SUCCESS);
        ZwClose(event);
        system.close(device);
    });
    CHECK(lab.rdr.count("MRxStop") == 1);
}

TEST_CASE("S-ST-16 contended locks post the stop to the file system process", "[rdbss][startstop]")
{
    Lab lab;
    lab.asSystem([&] {
        // The FSP's own thread holds the lock shared: an exclusive acquisition without waiting
        // fails even for itself.
        KeEnterCriticalRegion();
        ExAcquireResourceSharedLite(&RxData.Resource, TRUE);
        PRX_CONTEXT rx = RxCreateRxContext(nullptr, lab.rdr.device, 0);
        rx->Flags &= ~static_cast<ULONG>(RX_CONTEXT_FLAG_WAIT);
        BOOLEAN post = FALSE;
        CHECK(RxStopMinirdr(rx, &post) == STATUS_PENDING);
        CHECK(post);
        RxDereferenceAndDeleteRxContext(rx);
        ExReleaseResourceLite(&RxData.Resource);
        KeLeaveCriticalRegion();
    });
    // Nobody carried that stop out, so the redirector is as started as before.
    CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTED);
}

TEST_CASE(
    "S-ST-10 a stop cancels what can be cancelled and lets the rest run to completion",
    "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    PRX_CONTEXT held = nullptr;
    std::vector<std::string> order;
    lab.rdr.on("READ", [&](Call& c) -> NTSTATUS {
        if (held == nullptr) {
            held = c.rx; // cannot be cancelled
            return STATUS_PENDING;
        }
        return RxSetMinirdrCancelRoutine(
                   c.rx,
                   [](PRX_CONTEXT rx) -> NTSTATUS {
                       theLab().rdr.log.push_back({ .name = "(cancelled)" });
                       PendedRead::finish(rx, STATUS_CANCELLED);
                       return STATUS_SUCCESS;
                   })
                == STATUS_SUCCESS
            ? STATUS_PENDING
            : STATUS_CANCELLED;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAsync);
        PendedRead stubborn, cancellable;
        CHECK(stubborn.issue(f) == STATUS_PENDING);
        CHECK(cancellable.issue(f) == STATUS_PENDING);
        lab.world.createSystemThread("server", [&] {
            sleepMs(50);
            lab.rdr.log.push_back({ .name = "(answered)" });
            PendedRead::finish(held, STATUS_SUCCESS);
        });
        File device = app.open(kDevice);
        lab.rdr.log.clear();
        app.control(device, kIoctlStop);
        CHECK(cancellable.wait() == STATUS_CANCELLED);
        CHECK(stubborn.wait() == STATUS_SUCCESS);
        app.close(device);
        app.close(f);
    });
    CHECK(lab.rdr.position("(cancelled)") < lab.rdr.position("(answered)"));
    CHECK(lab.rdr.position("(answered)") < lab.rdr.position("MRxStop"));
}

TEST_CASE(
    "S-ST-11 MRxStop is held back until the last request in flight has completed",
    "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    PRX_CONTEXT held = nullptr;
    lab.rdr.on("READ", [&](Call& c) {
        held = c.rx;
        return STATUS_PENDING;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAsync);
        PendedRead read;
        CHECK(read.issue(f) == STATUS_PENDING);
        bool stopSeen = true;
        lab.world.createSystemThread("server", [&] {
            sleepMs(5000);
            stopSeen = lab.rdr.count("MRxStop") != 0;
            PendedRead::finish(held, STATUS_SUCCESS);
        });
        File device = app.open(kDevice);
        CHECK(app.control(device, kIoctlStop) == STATUS_REDIRECTOR_HAS_OPEN_HANDLES);
        CHECK_FALSE(stopSeen);
        CHECK(read.wait() == STATUS_SUCCESS);
        app.close(device);
        app.close(f);
    });
    CHECK(lab.rdr.count("MRxStop") == 1);
}

TEST_CASE(
    "S-ST-12 a stop may come by FSCTL, by IOCTL, or from the redirector itself",
    "[rdbss][startstop]")
{
    Lab lab;
    SECTION("FSCTL")
    {
        lab.app([&](App& app) {
            File device = app.open(kDevice);
            CHECK(app.fsControl(device, kIoctlStop) == STATUS_SUCCESS);
            app.close(device);
        });
    }
    SECTION("IOCTL")
    {
        CHECK(lab.stop() == STATUS_SUCCESS);
    }
    SECTION("the redirector")
    {
        lab.asSystem([&] {
            FsRtlEnterFileSystem();
            PRX_CONTEXT rx = RxCreateRxContext(nullptr, lab.rdr.device, RX_CONTEXT_FLAG_WAIT);
            BOOLEAN post = TRUE;
            CHECK(RxStopMinirdr(rx, &post) == STATUS_SUCCESS);
            CHECK_FALSE(post);
            RxDereferenceAndDeleteRxContext(rx);
            FsRtlExitFileSystem();
        });
    }
    CHECK(lab.rdr.count("MRxStop") == 1);
    CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTABLE);
}

TEST_CASE(
    "S-ST-13 once a stop is issued only cleanup and close reach the redirector",
    "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    PRX_CONTEXT held = nullptr;
    lab.rdr.on("READ", [&](Call& c) {
        held = c.rx;
        // A redirector that waits for its server gives the file up first; here it lets the cleanup
        // through.
        RxReleaseFcbResourceForThreadInMRx(c.rx, c.rx->pFcb, c.rx->LowIoContext.ResourceThreadId);
        return STATUS_PENDING;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAsync);
        File other = app.open("\\lab\\public\\a.txt");
        PendedRead read;
        CHECK(read.issue(f) == STATUS_PENDING);
        File device = app.open(kDevice, kAsync);
        HANDLE event;
        ZwCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
        IO_STATUS_BLOCK io {};
        CHECK(
            ZwDeviceIoControlFile(
                device.handle, event, nullptr, nullptr, &io, kIoctlStop, nullptr, 0, nullptr, 0)
            == STATUS_PENDING);
        lab.rdr.log.clear();
        FILE_BASIC_INFORMATION basic;
        CHECK(app.open("\\lab\\public\\a.txt").status == STATUS_REDIRECTOR_NOT_STARTED);
        CHECK(app.write(other, 0, "y") == STATUS_REDIRECTOR_NOT_STARTED);
        CHECK(
            app.query(other, FileBasicInformation, &basic, sizeof basic)
            == STATUS_REDIRECTOR_NOT_STARTED);
        CHECK(app.flush(other) == STATUS_REDIRECTOR_NOT_STARTED);
        CHECK(app.fsControl(other, kFsctlPing) == STATUS_REDIRECTOR_NOT_STARTED);
        CHECK(app.control(device, kIoctlPing) == STATUS_REDIRECTOR_NOT_STARTED);
        CHECK(lab.rdr.calls({ "MRxDevFcbXXXControlFile" }).empty());
        app.close(other);
        CHECK(lab.rdr.count("MRxCleanupFobx") == 1);
        CHECK(lab.rdr.count("MRxStop") == 0);
        PendedRead::finish(held, STATUS_SUCCESS);
        read.wait();
        ZwWaitForSingleObject(event, FALSE, nullptr);
        CHECK(io.Status == STATUS_REDIRECTOR_HAS_OPEN_HANDLES);
        ZwClose(event);
        app.close(device);
        app.close(f);
    });
}

TEST_CASE("S-ST-14 the stop is completed in the file system process", "[rdbss][startstop]")
{
    Lab lab;
    CHECK(lab.stop() == STATUS_SUCCESS);
    REQUIRE(lab.rdr.find("MRxStop") != nullptr);
    CHECK(lab.rdr.find("MRxStop")->inFsp);
}

TEST_CASE("S-ST-15 a posted stop keeps its caller's logon id in FsdUid", "[rdbss][startstop]")
{
    Lab lab;
    LUID caller { 0, 0 };
    lab.app(
        [&](App& app) {
            SECURITY_SUBJECT_CONTEXT subject;
            SeCaptureSubjectContext(&subject);
            caller = RxGetUid(&subject);
            SeReleaseSubjectContext(&subject);
            File device = app.open(kDevice);
            CHECK(app.control(device, kIoctlStop) == STATUS_SUCCESS);
            app.close(device);
        },
        "bob");
    REQUIRE(lab.rdr.fsdUids.size() == 2);
    CHECK((caller.LowPart != 0 || caller.HighPart != 0));
    CHECK(lab.rdr.fsdUids[1].LowPart == caller.LowPart);
    CHECK(lab.rdr.fsdUids[1].HighPart == caller.HighPart);
}

TEST_CASE(
    "S-ST-17 the program that asked gets the final status of a posted stop", "[rdbss][startstop]")
{
    Lab lab;
    lab.app([&](App& app) {
        File device = app.open(kDevice, kAsync);
        HANDLE event;
        ZwCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
        IO_STATUS_BLOCK io {};
        io.Status = STATUS_PENDING;
        CHECK(
            ZwDeviceIoControlFile(
                device.handle, event, nullptr, nullptr, &io, kIoctlStop, nullptr, 0, nullptr, 0)
            == STATUS_PENDING);
        ZwWaitForSingleObject(event, FALSE, nullptr);
        CHECK(io.Status == STATUS_SUCCESS);
        ZwClose(event);
        app.close(device);
    });
}

TEST_CASE(
    "S-ST-18 a redirector that provides UNC names is deregistered from MUP under its handle",
    "[rdbss][startstop][mup]")
{
    Lab lab({ .controls = kWithUnc });
    CHECK(lab.rdr.device->RegisterUncProvider);
    CHECK(lab.rdr.device->MupHandle != nullptr);
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(lab.rdr.device->MupHandle == nullptr);
    ULONG32 id = 0;
    lab.asSystem([&] {
        Name name(kDevice);
        // Known to MUP, but no longer registered: it can register again.
        FsRtlMupGetProviderIdFromName(name.get(), &id);
    });
    CHECK(lab.start() == STATUS_SUCCESS);
    CHECK(lab.rdr.device->MupHandle != nullptr);
}

TEST_CASE(
    "S-ST-19 with DONT_PROVIDE_UNCS MUP never hears of the redirector", "[rdbss][startstop][mup]")
{
    Lab lab;
    CHECK_FALSE(lab.rdr.device->RegisterUncProvider);
    CHECK(lab.rdr.device->MupHandle == nullptr);
    lab.asSystem([&] {
        ULONG32 id = 0;
        Name name(kDevice);
        CHECK(FsRtlMupGetProviderIdFromName(name.get(), &id) == STATUS_OBJECT_NAME_NOT_FOUND);
    });
    CHECK(lab.stop() == STATUS_SUCCESS);
}

TEST_CASE(
    "S-ST-21 MRxStop comes after the deregistration, and may be left out", "[rdbss][startstop]")
{
    SECTION("called")
    {
        Lab lab({ .controls = kWithUnc });
        lab.rdr.on("MRxStop", [&](Call& c) {
            CHECK(lab.rdr.device->MupHandle == nullptr);
            CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STOP_IN_PROGRESS);
            CHECK(lab.rdr.device->StartStopContext.pStopContext == c.rx);
            return STATUS_SUCCESS;
        });
        CHECK(lab.stop() == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxStop") == 1);
    }
    SECTION("left out")
    {
        Lab lab({ .prepare = [](MINIRDR_DISPATCH& d) { d.MRxStop = nullptr; } });
        CHECK(lab.stop() == STATUS_SUCCESS);
        CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTABLE);
    }
}

TEST_CASE(
    "S-ST-22 without active FCBs the stop succeeds whatever MRxStop says", "[rdbss][startstop]")
{
    Lab lab;
    lab.rdr.on("MRxStop", [](Call&) { return STATUS_UNSUCCESSFUL; });
    CHECK(lab.rdr.device->NumberOfActiveFcbs == 0);
    CHECK(lab.stop() == STATUS_SUCCESS);
}

TEST_CASE(
    "S-ST-23 with active FCBs the stop answers HAS_OPEN_HANDLES, and a delayed close is none",
    "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    lab.server.bufferingFlags = FCB_STATE_COLLAPSING_ENABLED | FCB_STATE_READCACHING_ENABLED;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        app.close(f);
    });
    CHECK(lab.rdr.count("MRxCloseSrvOpen") == 0); // delayed
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(lab.rdr.position("MRxCloseSrvOpen") < lab.rdr.position("MRxStop"));
}

TEST_CASE("S-ST-24 a stop spins the redirector's dispatcher down", "[rdbss][startstop]")
{
    Lab lab;
    auto dispatch = [&] {
        NTSTATUS status = STATUS_UNSUCCESSFUL;
        lab.asSystem([&] {
            KEVENT ran;
            KeInitializeEvent(&ran, NotificationEvent, FALSE);
            status = RxDispatchToWorkerThread(
                lab.rdr.device, DelayedWorkQueue,
                [](PVOID context) { KeSetEvent(static_cast<PKEVENT>(context), 0, FALSE); }, &ran);
            if (NT_SUCCESS(status)) {
                KeWaitForSingleObject(&ran, Executive, KernelMode, FALSE, nullptr);
            }
        });
        return status;
    };
    CHECK(dispatch() == STATUS_SUCCESS);
    lab.rdr.on("MRxStop", [&](Call&) {
        CHECK(lab.rdr.device->DispatcherContext.NumberOfWorkerThreads > 0);
        return STATUS_SUCCESS;
    });
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(lab.rdr.device->DispatcherContext.NumberOfWorkerThreads == 0);
    CHECK_FALSE(NT_SUCCESS(dispatch()));
    CHECK(lab.start() == STATUS_SUCCESS);
    CHECK(dispatch() == STATUS_SUCCESS);
}

TEST_CASE(
    "S-ST-25 the state is RDBSS_STARTABLE after a stop, also when handles are open",
    "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        File device = app.open(kDevice);
        CHECK(app.control(device, kIoctlStop) == STATUS_REDIRECTOR_HAS_OPEN_HANDLES);
        CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTABLE);
        CHECK(lab.rdr.device->StartStopContext.pStopContext == nullptr);
        app.close(device);
        app.close(f);
    });
}

TEST_CASE("S-ST-26 a stop deregisters first and calls MRxStop then", "[rdbss][startstop]")
{
    Lab lab({ .controls = kWithUnc });
    std::vector<std::string> order;
    lab.rdr.on("MRxStop", [&](Call&) {
        order.push_back(lab.rdr.device->MupHandle == nullptr ? "deregistered" : "registered");
        order.push_back(
            lab.rdr.device->DispatcherContext.NumberOfWorkerThreads > 0 ? "workers" : "no workers");
        return STATUS_SUCCESS;
    });
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(order == std::vector<std::string> { "deregistered", "workers" });
}

TEST_CASE("S-ST-27 the routines the page refers to exist", "[rdbss][startstop]")
{
    const void* routines[] = { reinterpret_cast<const void*>(&RxRegisterMinirdr),
                               reinterpret_cast<const void*>(&RxStartMinirdr),
                               reinterpret_cast<const void*>(&RxUnregisterMinirdr),
                               reinterpret_cast<const void*>(&RxpUnregisterMinirdr),
                               reinterpret_cast<const void*>(&FsRtlDeregisterUncProvider),
                               reinterpret_cast<const void*>(&IoUnregisterFileSystem) };
    for (const void* routine : routines) {
        CHECK(routine != nullptr);
    }
}

TEST_CASE("SC-38 a stop from a program goes its way step by step", "[rdbss][startstop][mup]")
{
    Lab lab({ .controls = kWithUnc });
    lab.server.files["\\a.txt"] = "x";
    std::vector<std::string> atStop;
    lab.rdr.on("MRxStop", [&](Call&) {
        atStop.push_back(lab.rdr.device->MupHandle == nullptr ? "deregistered" : "registered");
        atStop.push_back(
            lab.rdr.device->StartStopContext.State == RDBSS_STOP_IN_PROGRESS ? "stopping" : "else");
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File f = app.open("\\\\lab\\public\\a.txt");
        CHECK(app.read(f, 0, 1) == "x");
        app.close(f);
        File device = app.open(kDevice, kAsync);
        HANDLE event;
        ZwCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE);
        IO_STATUS_BLOCK io {};
        CHECK(
            ZwDeviceIoControlFile(
                device.handle, event, nullptr, nullptr, &io, kIoctlStop, nullptr, 0, nullptr, 0)
            == STATUS_PENDING);
        ZwWaitForSingleObject(event, FALSE, nullptr);
        CHECK(io.Status == STATUS_SUCCESS);
        ZwClose(event);
        app.close(device);
    });
    CHECK(atStop == std::vector<std::string> { "deregistered", "stopping" });
    REQUIRE(lab.rdr.find("MRxStop") != nullptr);
    CHECK(lab.rdr.find("MRxStop")->inFsp);
    CHECK(lab.rdr.device->StartStopContext.State == RDBSS_STARTABLE);
    CHECK(lab.rdr.device->DispatcherContext.NumberOfWorkerThreads == 0);
    lab.rdr.log.clear();
    lab.app([&](App& app) {
        CHECK(app.open("\\lab\\public\\a.txt").status == STATUS_REDIRECTOR_NOT_STARTED);
    });
    CHECK(lab.rdr.log.empty());
}

TEST_CASE("SC-39 after a stop with open files old handles can only be closed", "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        File device = app.open(kDevice);
        app.control(device, kIoctlStop);
        lab.rdr.log.clear();
        NTSTATUS status;
        app.read(f, 0, 1, &status);
        CHECK(status == STATUS_REDIRECTOR_NOT_STARTED);
        CHECK(lab.rdr.log.empty());
        app.close(f);
        CHECK(
            lab.rdr.calls()
            == "MRxCleanupFobx MRxCloseSrvOpen MRxDeallocateForFobx MRxDeallocateForFcb");
        app.close(device);
    });
}

TEST_CASE("SC-40 a stopped redirector starts again with the next version", "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    CHECK(lab.stop() == STATUS_SUCCESS);
    CHECK(lab.start() == STATUS_SUCCESS);
    CHECK(lab.rdr.device->StartStopContext.Version == 2);
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        CHECK(f.status == STATUS_SUCCESS);
        app.close(f);
    });
}

TEST_CASE(
    "SC-41 unregistering finalizes view, share and server in this order", "[rdbss][startstop]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "x";
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        app.close(f);
    });
    lab.rdr.log.clear();
    lab.unload();
    CHECK(lab.rdr.calls() == "MRxFinalizeVNetRoot MRxFinalizeNetRoot MRxFinalizeSrvCall");
    CHECK(lab.rdr.find("MRxFinalizeSrvCall")->inFsp);
}
