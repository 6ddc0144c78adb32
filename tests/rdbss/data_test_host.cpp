// Reading, writing, locking, notifying (facts.md SC-26 to SC-32).
#include "lab_host.h"

using namespace rdrlab::test;

namespace {

constexpr Open kAsync { .options = 0 };

struct Share : Lab
{
    explicit Share(LabOptions labOptions = {})
        : Lab(std::move(labOptions))
    {
        server.files["\\a.txt"] = "hello";
    }
};

Open alone(ULONG options = 0)
{
    Open how;
    how.share = 0; // nobody else may open it, so everything about it may be kept here
    how.options |= options;
    return how;
}

/// An asynchronous request of a program and its end.
struct Async
{
    HANDLE event = nullptr;
    IO_STATUS_BLOCK io {};
    char buffer[64] {};
    LARGE_INTEGER at {};
    LARGE_INTEGER length {};

    Async() { ZwCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE); }
    ~Async() { ZwClose(event); }
    NTSTATUS read(const File& f)
    {
        return ZwReadFile(f.handle, event, nullptr, nullptr, &io, buffer, 5, &at, nullptr);
    }
    NTSTATUS notify(const File& f, BOOLEAN tree)
    {
        return NtNotifyChangeDirectoryFile(
            f.handle, event, nullptr, nullptr, &io, buffer, sizeof buffer,
            FILE_NOTIFY_CHANGE_FILE_NAME, tree);
    }
    NTSTATUS wait()
    {
        ZwWaitForSingleObject(event, FALSE, nullptr);
        return io.Status;
    }
};

void sleepMs(LONGLONG ms)
{
    LARGE_INTEGER interval;
    interval.QuadPart = -ms * 10000;
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

PMRX_FCB fcbOf(const File& f)
{
    PFILE_OBJECT object = nullptr;
    ObReferenceObjectByHandle(
        f.handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&object), nullptr);
    PMRX_FCB fcb = static_cast<PMRX_FCB>(object->FsContext);
    ObDereferenceObject(object);
    return fcb;
}

} // namespace

// ---- reads
// ------------------------------------------------------------------------------------------------------------------------

TEST_CASE("S-T-34 a read that may not be cached goes to the server each time", "[rdbss][data]")
{
    Share lab;
    lab.rdr.on("READ", [](Call& c) {
        auto& io = c.rx->LowIoContext.ParamsFor.ReadWrite;
        CHECK(io.ByteOffset == 1);
        CHECK(io.ByteCount == 3);
        CHECK(io.Flags == 0);
        REQUIRE(io.Buffer != nullptr);
        memcpy(RxLowIoGetBufferAddress(c.rx), "ell", 3);
        c.rx->InformationToReturn = 3;
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        CHECK(app.read(f, 1, 3) == "ell");
        CHECK(app.read(f, 1, 3) == "ell");
        CHECK(lab.rdr.count("READ") == 2);
        app.close(f);
    });
}

TEST_CASE("a read at the end of the file is no success", "[rdbss][data]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        NTSTATUS status;
        CHECK(app.read(f, 3, 10) == "lo");
        app.read(f, 5, 1, &status);
        CHECK(status == STATUS_END_OF_FILE);
        app.close(f);
    });
}

TEST_CASE("a cached read asks the server once, in pages", "[rdbss][data][cache]")
{
    Share lab;
    lab.server.files["\\a.txt"] = std::string(10000, 'x') + "end";
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", alone());
        CHECK(app.read(f, 9998, 5) == "xxend");
        size_t asked = lab.rdr.count("READ");
        CHECK(asked >= 1);
        CHECK(app.read(f, 9999, 4) == "xend");
        CHECK(lab.rdr.count("READ") == asked);
        NTSTATUS status;
        app.read(f, 10003, 1, &status);
        CHECK(status == STATUS_END_OF_FILE);
        app.close(f);
    });
}

TEST_CASE(
    "SC-26 an asynchronous read is posted when the file is busy, and its caller goes on",
    "[rdbss][data]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAsync);
        PMRX_FCB fcb = fcbOf(f);
        KEVENT held, release;
        KeInitializeEvent(&held, NotificationEvent, FALSE);
        KeInitializeEvent(&release, NotificationEvent, FALSE);
        lab.world.createSystemThread("holder", [&] {
            KeEnterCriticalRegion();
            RxAcquireExclusiveFcbResourceInMRx(fcb);
            KeSetEvent(&held, 0, FALSE);
            KeWaitForSingleObject(&release, Executive, KernelMode, FALSE, nullptr);
            RxReleaseFcbResourceInMRx(fcb);
            KeLeaveCriticalRegion();
        });
        KeWaitForSingleObject(&held, Executive, KernelMode, FALSE, nullptr);
        Async read;
        CHECK(read.read(f) == STATUS_PENDING);
        CHECK(lab.rdr.count("READ") == 0);
        KeSetEvent(&release, 0, FALSE);
        CHECK(read.wait() == STATUS_SUCCESS);
        CHECK(read.io.Information == 5);
        CHECK(std::string(read.buffer, 5) == "hello");
        CHECK(lab.rdr.find("READ")->inFsp);
        app.close(f);
    });
}

TEST_CASE(
    "SC-26 a pended read ends when the redirector completes it, on any thread", "[rdbss][data]")
{
    Share lab;
    PRX_CONTEXT held = nullptr;
    lab.rdr.on("READ", [&](Call& c) {
        held = c.rx;
        CHECK(c.rx->LowIoContext.ResourceThreadId == ExGetCurrentResourceThread());
        return STATUS_PENDING;
    });
    lab.app([&](App& app) {
        bool synchronous = GENERATE(true, false);
        File f = app.open("\\lab\\public\\a.txt", synchronous ? Open {} : kAsync);
        lab.world.createSystemThread("server", [&] {
            sleepMs(10);
            RxReleaseFcbResourceForThreadInMRx(
                held, held->pFcb, held->LowIoContext.ResourceThreadId);
            memcpy(RxLowIoGetBufferAddress(held), "later", 5);
            held->StoredStatus = STATUS_SUCCESS;
            held->InformationToReturn = 5;
            CHECK(
                RxLowIoCompletion(held)
                == (synchronous ? STATUS_MORE_PROCESSING_REQUIRED : STATUS_SUCCESS));
        });
        if (synchronous) {
            CHECK(app.read(f, 0, 5) == "later");
        } else {
            Async read;
            CHECK(read.read(f) == STATUS_PENDING);
            CHECK(read.wait() == STATUS_SUCCESS);
            CHECK(std::string(read.buffer, 5) == "later");
        }
        app.close(f);
    });
}

TEST_CASE("SC-27 cancelling a pended read runs the redirector's cancel routine", "[rdbss][data]")
{
    Share lab;
    lab.rdr.on("READ", [&](Call& c) {
        REQUIRE(
            RxSetMinirdrCancelRoutine(
                c.rx,
                [](PRX_CONTEXT rx) -> NTSTATUS {
                    theLab().rdr.log.push_back({ .name = "(cancelled)" });
                    CHECK((rx->Flags & RX_CONTEXT_FLAG_CANCELLED) != 0);
                    rx->StoredStatus = STATUS_CANCELLED;
                    RxLowIoCompletion(rx);
                    return STATUS_SUCCESS;
                })
            == STATUS_SUCCESS);
        return STATUS_PENDING;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAsync);
        Async read;
        CHECK(read.read(f) == STATUS_PENDING);
        IO_STATUS_BLOCK io {};
        CHECK(ZwCancelIoFile(f.handle, &io) == STATUS_SUCCESS);
        CHECK(read.wait() == STATUS_CANCELLED);
        CHECK(read.io.Information == 0);
        CHECK(lab.rdr.count("(cancelled)") == 1);
        app.close(f);
    });
}

TEST_CASE(
    "SC-27 a read that was cancelled first is told so when it names its cancel routine",
    "[rdbss][data]")
{
    Share lab;
    lab.rdr.on("READ", [&](Call& c) {
        IoCancelIrp(c.rx->CurrentIrp);
        return RxSetMinirdrCancelRoutine(c.rx, [](PRX_CONTEXT) -> NTSTATUS {
            FAIL("the routine was refused");
            return STATUS_SUCCESS;
        });
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", kAsync);
        Async read;
        NTSTATUS status = read.read(f);
        CHECK((status == STATUS_PENDING ? read.wait() : status) == STATUS_CANCELLED);
        app.close(f);
    });
}

TEST_CASE("a NULL low I/O slot fails with STATUS_NOT_IMPLEMENTED", "[rdbss][data]")
{
    Share lab(
        { .prepare = [](MINIRDR_DISPATCH& d) { d.MRxLowIOSubmit[LOWIO_OP_READ] = nullptr; } });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        NTSTATUS status;
        app.read(f, 0, 1, &status);
        CHECK(status == STATUS_NOT_IMPLEMENTED);
        app.close(f);
    });
}

// ---- writes
// -------------------------------------------------------------------------------------------------------------------------

TEST_CASE("SC-28 an uncached write beyond the end extends first", "[rdbss][data]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        lab.rdr.on("MRxExtendForNonCache", [](Call& c) {
            CHECK(c.rx->LowIoContext.Operation == LOWIO_OP_WRITE);
            CHECK(
                (c.rx->LowIoContext.ParamsFor.ReadWrite.Flags
                 & LOWIO_READWRITEFLAG_EXTENDING_FILESIZE)
                != 0);
            CHECK(c.sizes[0]->QuadPart == 8);
            c.sizes[1]->QuadPart = 4096;
            return STATUS_SUCCESS;
        });
        lab.rdr.log.clear();
        CHECK(app.write(f, 5, "!!!") == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxExtendForNonCache WRITE");
        CHECK(lab.server.files["\\a.txt"] == "hello!!!");
        lab.rdr.log.clear();
        CHECK(app.write(f, 0, "J") == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "WRITE");
        CHECK(fcbOf(f)->Header.FileSize.QuadPart == 8);
        app.close(f);
    });
}

TEST_CASE(
    "SC-28 a cached write extends through the cache and reaches the server as paging I/O",
    "[rdbss][data][cache]")
{
    Share lab;
    bool paging = false;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", alone());
        lab.rdr.log.clear();
        CHECK(app.write(f, 5, " world") == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxExtendForCache") == 1);
        CHECK(lab.rdr.count("WRITE") == 0);
        CHECK(lab.server.files["\\a.txt"] == "hello");
        CHECK(app.read(f, 0, 11) == "hello world");
        CHECK(app.flush(f) == STATUS_SUCCESS);
        REQUIRE(lab.rdr.count("WRITE") >= 1);
        paging = true;
        CHECK(lab.rdr.position("WRITE") < lab.rdr.position("MRxFlush"));
        app.close(f);
    });
    CHECK(paging);
    CHECK(lab.server.files["\\a.txt"] == "hello world");
}

TEST_CASE("dirty pages reach the server before the last handle's cleanup", "[rdbss][data][cache]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", alone());
        CHECK(app.write(f, 0, "HELLO") == STATUS_SUCCESS);
        CHECK(lab.rdr.count("WRITE") == 0);
        app.close(f);
        CHECK(lab.rdr.position("WRITE") < lab.rdr.position("MRxCleanupFobx"));
    });
    CHECK(lab.server.files["\\a.txt"] == "HELLO");
}

TEST_CASE(
    "a write through a handle that may not cache is seen by one that does", "[rdbss][data][cache]")
{
    Share lab;
    lab.server.bufferingFlags = FCB_STATE_READCACHING_ENABLED | FCB_STATE_READBUFFERING_ENABLED;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        CHECK(app.read(f, 0, 5) == "hello");
        size_t reads = lab.rdr.count("READ");
        CHECK(app.read(f, 0, 5) == "hello");
        CHECK(lab.rdr.count("READ") == reads);
        CHECK(app.write(f, 0, "HELL") == STATUS_SUCCESS);
        CHECK(lab.rdr.count("WRITE") == 1);
        CHECK(app.read(f, 0, 5) == "HELLo");
        app.close(f);
    });
}

TEST_CASE("an end of file that shrinks a cached file cuts the cache too", "[rdbss][data][cache]")
{
    Share lab;
    lab.server.files["\\a.txt"] = std::string(20000, 'x');
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", alone());
        CHECK(app.read(f, 19999, 1) == "x");
        FILE_END_OF_FILE_INFORMATION end;
        end.EndOfFile.QuadPart = 3;
        CHECK(app.set(f, FileEndOfFileInformation, &end, sizeof end) == STATUS_SUCCESS);
        CHECK(app.read(f, 0, 10) == "xxx");
        NTSTATUS status;
        app.read(f, 3, 1, &status);
        CHECK(status == STATUS_END_OF_FILE);
        FILE_STANDARD_INFORMATION standard;
        CHECK(app.query(f, FileStandardInformation, &standard, sizeof standard) == STATUS_SUCCESS);
        CHECK(standard.EndOfFile.QuadPart == 3);
        app.close(f);
    });
}

TEST_CASE("an overwriting open throws the old contents out of the cache", "[rdbss][data][cache]")
{
    Share lab;
    lab.server.bufferingFlags = FCB_STATE_READCACHING_ENABLED;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        CHECK(app.read(f, 0, 5) == "hello");
        Open how;
        how.disposition = FILE_OVERWRITE_IF;
        File g = app.open("\\lab\\public\\a.txt", how);
        CHECK(g.information == FILE_OVERWRITTEN);
        NTSTATUS status;
        app.read(f, 0, 5, &status);
        CHECK(status == STATUS_END_OF_FILE);
        app.close(g);
        app.close(f);
    });
}

// ---- locks
// ----------------------------------------------------------------------------------------------------------------------------

TEST_CASE(
    "SC-29 locks are asked for, submitted, and given back one by one or all at once",
    "[rdbss][data][locks]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        lab.rdr.on("EXCLUSIVELOCK", [](Call& c) {
            auto& locks = c.rx->LowIoContext.ParamsFor.Locks;
            CHECK(locks.ByteOffset == 0);
            CHECK(locks.Length == 2);
            CHECK(locks.Key == 7);
            CHECK((locks.Flags & SL_EXCLUSIVE_LOCK) != 0);
            return STATUS_SUCCESS;
        });
        lab.rdr.log.clear();
        CHECK(app.lock(f, 0, 2, true, 7) == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxIsLockRealizable EXCLUSIVELOCK");
        lab.rdr.log.clear();
        CHECK(app.lock(f, 10, 5, false) == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxIsLockRealizable SHAREDLOCK");
        lab.rdr.log.clear();
        CHECK(app.unlock(f, 0, 2, 7) == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "UNLOCK");
        lab.rdr.log.clear();
        CHECK(app.unlock(f, 0, 2, 7) == STATUS_RANGE_NOT_LOCKED);
        CHECK(lab.rdr.log.empty());
        lab.rdr.on("UNLOCK_MULTIPLE", [](Call& c) {
            PLOWIO_LOCK_LIST list = c.rx->LowIoContext.ParamsFor.Locks.LockList;
            REQUIRE(list != nullptr);
            CHECK(list->ByteOffset == 10);
            CHECK(list->Length == 5);
            CHECK_FALSE(list->ExclusiveLock);
            CHECK(list->Next == nullptr);
            return STATUS_SUCCESS;
        });
        app.close(f);
        CHECK(lab.rdr.position("UNLOCK_MULTIPLE") < lab.rdr.position("MRxCleanupFobx"));
    });
}

TEST_CASE("SC-29 a lock that is not realizable is not submitted", "[rdbss][data][locks]")
{
    Share lab;
    lab.rdr.on("MRxIsLockRealizable", [](Call&) { return STATUS_NOT_SUPPORTED; });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        lab.rdr.log.clear();
        CHECK(app.lock(f, 0, 2, true) == STATUS_NOT_SUPPORTED);
        CHECK(lab.rdr.calls() == "MRxIsLockRealizable");
        app.close(f);
    });
}

TEST_CASE("a lock of one handle stops reads and writes of another here", "[rdbss][data][locks]")
{
    Share lab;
    lab.app([&](App& app) {
        File owner = app.open("\\lab\\public\\a.txt");
        File other = app.open("\\lab\\public\\a.txt");
        CHECK(app.lock(owner, 0, 3, true) == STATUS_SUCCESS);
        NTSTATUS status;
        app.read(other, 0, 1, &status);
        CHECK(status == STATUS_FILE_LOCK_CONFLICT);
        CHECK(app.write(other, 1, "x") == STATUS_FILE_LOCK_CONFLICT);
        CHECK(app.read(other, 3, 2) == "lo");
        CHECK(app.read(owner, 0, 2) == "he");
        app.close(owner);
        CHECK(app.read(other, 0, 1) == "h");
        app.close(other);
    });
}

TEST_CASE("locks of a file that is ours alone stay here", "[rdbss][data][locks]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", alone());
        CHECK((fcbOf(f)->FcbState & FCB_STATE_LOCK_BUFFERING_ENABLED) != 0);
        lab.rdr.log.clear();
        CHECK(app.lock(f, 0, 2, true) == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxIsLockRealizable");
        CHECK(app.unlock(f, 0, 2) == STATUS_SUCCESS);
        CHECK(lab.rdr.count("UNLOCK") == 0);
        app.close(f);
    });
}

// ---- directories
// ------------------------------------------------------------------------------------------------------------------------

TEST_CASE(
    "SC-30 an enumeration keeps its pattern and tells which query is the first",
    "[rdbss][data][directory]")
{
    Share lab;
    lab.server.files["\\b.txt"] = "";
    lab.app([&](App& app) {
        Open how;
        how.options |= FILE_DIRECTORY_FILE;
        File d = app.open("\\lab\\public", how);
        REQUIRE(d.status == STATUS_SUCCESS);
        char buffer[256];
        Name pattern("*.txt");
        std::string names;
        lab.rdr.log.clear();
        for (;;) {
            IO_STATUS_BLOCK io {};
            NTSTATUS status = ZwQueryDirectoryFile(
                d.handle, nullptr, nullptr, nullptr, &io, buffer, sizeof buffer,
                FileNamesInformation, TRUE, pattern.get(), FALSE);
            if (status != STATUS_SUCCESS) {
                CHECK(status == STATUS_NO_MORE_FILES);
                break;
            }
            auto* entry = reinterpret_cast<PFILE_NAMES_INFORMATION>(buffer);
            CHECK(
                io.Information
                == FIELD_OFFSET(FILE_NAMES_INFORMATION, FileName) + entry->FileNameLength);
            UNICODE_STRING name { static_cast<USHORT>(entry->FileNameLength),
                                  static_cast<USHORT>(entry->FileNameLength), entry->FileName };
            names += narrow(&name) + " ";
        }
        CHECK(names == "a.txt b.txt ");
        REQUIRE(lab.rdr.count("MRxQueryDirectory") == 3);
        CHECK(lab.rdr.find("MRxQueryDirectory", 0)->flag);
        CHECK_FALSE(lab.rdr.find("MRxQueryDirectory", 1)->flag);
        app.close(d);
    });
}

TEST_CASE(
    "SC-30 a query the redirector wants posted runs again in the file system process",
    "[rdbss][data][directory]")
{
    Share lab;
    lab.rdr.on("MRxQueryDirectory", [](Call& c) {
        CHECK(c.rx->QueryDirectory.InitialQuery);
        CHECK(narrow(&c.rx->pFobx->UnicodeQueryTemplate) == "x*");
        if (!c.inFsp) {
            c.rx->PostRequest = TRUE;
            return STATUS_PENDING;
        }
        return STATUS_NO_SUCH_FILE;
    });
    lab.app([&](App& app) {
        Open how;
        how.options |= FILE_DIRECTORY_FILE;
        File d = app.open("\\lab\\public", how);
        char buffer[256];
        IO_STATUS_BLOCK io {};
        Name pattern("x*");
        CHECK(
            ZwQueryDirectoryFile(
                d.handle, nullptr, nullptr, nullptr, &io, buffer, sizeof buffer,
                FileNamesInformation, TRUE, pattern.get(), FALSE)
            == STATUS_NO_SUCH_FILE);
        CHECK(lab.rdr.count("MRxQueryDirectory") == 2);
        app.close(d);
    });
}

TEST_CASE(
    "SC-31 a pending notification ends when its directory handle is closed",
    "[rdbss][data][directory]")
{
    Share lab;
    lab.asSystem([&] {
        App app(lab);
        Open how;
        how.options = FILE_DIRECTORY_FILE;
        how.access = FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES;
        File d = app.open("\\lab\\public", how);
        REQUIRE(d.status == STATUS_SUCCESS);
        Async notify;
        CHECK(notify.notify(d, TRUE) == STATUS_PENDING);
        const Call* call = lab.rdr.find("NOTIFY");
        REQUIRE(call != nullptr);
        lab.rdr.log.clear();
        app.close(d);
        CHECK(notify.wait() == STATUS_NOTIFY_CLEANUP);
        CHECK(lab.rdr.position("(cancel notify)") < lab.rdr.position("MRxCleanupFobx"));
    });
}

// ---- buffering state
// ----------------------------------------------------------------------------------------------------------------------

TEST_CASE(
    "SC-32 a break computes the new state, writes what is dirty, and is answered",
    "[rdbss][data][buffering]")
{
    Share lab;
    lab.server.bufferingFlags = FCB_STATE_WRITECACHING_ENABLED | FCB_STATE_WRITEBUFFERING_ENABLED
        | FCB_STATE_READCACHING_ENABLED | FCB_STATE_READBUFFERING_ENABLED
        | FCB_STATE_COLLAPSING_ENABLED;
    lab.rdr.on("MRxComputeNewBufferingState", [](Call& c) {
        CHECK((c.fcb->FcbState & FCB_STATE_BUFFERSTATE_CHANGING) != 0);
        CHECK(RxIsFcbAcquiredExclusive(c.fcb));
        CHECK(c.context == reinterpret_cast<PVOID>(0x77));
        *c.newState = 0;
        return STATUS_SUCCESS;
    });
    lab.rdr.on("MRxCompleteBufferingStateChangeRequest", [](Call& c) {
        CHECK((c.fcb->FcbState & FCB_STATE_BUFFERSTATE_CHANGING) != 0);
        CHECK(RxIsFcbAcquiredExclusive(c.fcb));
        CHECK(c.rx->pRelevantSrvOpen == c.srvOpen);
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        PMRX_SRV_OPEN srvOpen = lab.rdr.find("MRxCreate")->srvOpen;
        CHECK(app.write(f, 0, "HELLO") == STATUS_SUCCESS);
        lab.rdr.log.clear();
        bool byKey = GENERATE(false, true);
        PMRX_SRV_CALL server = srvOpen->pFcb->pNetRoot->pSrvCall;
        if (byKey) {
            RxIndicateChangeOfBufferingState(server, srvOpen->Key, reinterpret_cast<PVOID>(0x77));
        } else {
            RxIndicateChangeOfBufferingStateForSrvOpen(
                server, srvOpen, srvOpen->Key, reinterpret_cast<PVOID>(0x77));
        }
        sleepMs(100);
        CHECK(
            lab.rdr.calls()
            == "MRxComputeNewBufferingState WRITE MRxCompleteBufferingStateChangeRequest");
        CHECK(lab.server.files["\\a.txt"] == "HELLO");
        CHECK((fcbOf(f)->FcbState & FCB_STATE_BUFFERING_STATE_MASK) == 0);
        lab.rdr.log.clear();
        CHECK(app.read(f, 0, 5) == "HELLO");
        CHECK(lab.rdr.count("READ") == 1);
        app.close(f);
    });
}

TEST_CASE("SC-32 a break waits for those who hold the file", "[rdbss][data][buffering]")
{
    Share lab;
    lab.server.bufferingFlags = FCB_STATE_READCACHING_ENABLED;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        PMRX_SRV_OPEN srvOpen = lab.rdr.find("MRxCreate")->srvOpen;
        PMRX_FCB fcb = srvOpen->pFcb;
        KeEnterCriticalRegion();
        RxAcquireSharedFcbResourceInMRx(fcb);
        RxIndicateChangeOfBufferingStateForSrvOpen(
            fcb->pNetRoot->pSrvCall, srvOpen, srvOpen->Key, nullptr);
        sleepMs(100);
        CHECK(lab.rdr.count("MRxComputeNewBufferingState") == 0);
        RxReleaseFcbResourceInMRx(fcb);
        KeLeaveCriticalRegion();
        sleepMs(100);
        CHECK(lab.rdr.count("MRxComputeNewBufferingState") == 1);
        CHECK(lab.rdr.count("MRxCompleteBufferingStateChangeRequest") == 1);
        app.close(f);
    });
}

TEST_CASE(
    "S-T-7 locks that were kept here are listed when the state changes", "[rdbss][data][buffering]")
{
    Share lab;
    lab.server.bufferingFlags = FCB_STATE_LOCK_BUFFERING_ENABLED | FCB_STATE_READCACHING_ENABLED;
    int listed = 0;
    lab.rdr.on("MRxCompleteBufferingStateChangeRequest", [&](Call& c) {
        for (PLOWIO_LOCK_LIST lock = c.rx->LowIoContext.ParamsFor.Locks.LockList; lock != nullptr;
             lock = lock->Next) {
            CHECK(lock->ByteOffset == 2);
            CHECK(lock->ExclusiveLock);
            listed++;
        }
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        PMRX_SRV_OPEN srvOpen = lab.rdr.find("MRxCreate")->srvOpen;
        CHECK(app.lock(f, 2, 3, true) == STATUS_SUCCESS);
        CHECK(lab.rdr.count("EXCLUSIVELOCK") == 0);
        RxIndicateChangeOfBufferingStateForSrvOpen(
            srvOpen->pFcb->pNetRoot->pSrvCall, srvOpen, srvOpen->Key, nullptr);
        sleepMs(100);
        CHECK(listed == 1);
        app.close(f);
    });
}

TEST_CASE(
    "FCB_STATE_DISABLE_LOCAL_BUFFERING keeps everything at the server", "[rdbss][data][buffering]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt", alone());
        PMRX_SRV_OPEN srvOpen = lab.rdr.find("MRxCreate")->srvOpen;
        PMRX_FCB fcb = srvOpen->pFcb;
        KeEnterCriticalRegion();
        RxAcquireExclusiveFcbResourceInMRx(fcb);
        fcb->FcbState |= FCB_STATE_DISABLE_LOCAL_BUFFERING;
        CHECK(
            RxChangeBufferingState(reinterpret_cast<PSRV_OPEN>(srvOpen), nullptr, FALSE)
            == STATUS_SUCCESS);
        CHECK((fcb->FcbState & FCB_STATE_BUFFERING_STATE_MASK) == 0);
        RxReleaseFcbResourceInMRx(fcb);
        KeLeaveCriticalRegion();
        app.close(f);
    });
}
