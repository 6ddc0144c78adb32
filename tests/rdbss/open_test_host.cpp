// Opening, collapsing, cleaning up and closing (facts.md SC-21 to SC-25, SC-35, SC-45, SC-46).
#include "lab_host.h"

using namespace rdrlab::test;

namespace {

constexpr ULONG kLease = FCB_STATE_COLLAPSING_ENABLED | FCB_STATE_READCACHING_ENABLED
    | FCB_STATE_READBUFFERING_ENABLED;
constexpr const char* kCloseCalls
    = "MRxCleanupFobx MRxCloseSrvOpen MRxDeallocateForFobx MRxDeallocateForFcb";

Open with(ULONG disposition, ULONG options = 0)
{
    Open how;
    how.disposition = disposition;
    how.options |= options;
    return how;
}

struct Share : Lab
{
    explicit Share(LabOptions labOptions = {})
        : Lab(std::move(labOptions))
    {
        server.files["\\a.txt"] = "hello";
        server.files["\\b.txt"] = "world";
    }
};

} // namespace

TEST_CASE("SC-46 a name below the device goes straight to the redirector", "[rdbss][open]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        REQUIRE(f.status == STATUS_SUCCESS);
        CHECK(f.information == FILE_OPENED);
        CHECK(
            lab.rdr.calls()
            == "MRxCreateSrvCall MRxSrvCallWinnerNotify MRxExtractNetRootName MRxCreateVNetRoot "
               "MRxPreparseName MRxCreate");
        CHECK(app.read(f, 0, 5) == "hello");
        lab.rdr.log.clear();
        CHECK(app.close(f) == STATUS_SUCCESS);
    });
    CHECK(lab.rdr.calls() == kCloseCalls);
}

TEST_CASE(
    "S-T-9 MRxCreate sees the whole request, and its IoStatus.Information reaches the program",
    "[rdbss][open]")
{
    Share lab;
    lab.app([&](App& app) {
        Open how = with(FILE_CREATE, FILE_NON_DIRECTORY_FILE);
        how.share = FILE_SHARE_READ;
        File f = app.open("\\lab\\public\\new.txt", how);
        REQUIRE(f.status == STATUS_SUCCESS);
        CHECK(f.information == FILE_CREATED);
        CHECK(lab.rdr.find("MRxPreparseName")->subject == "\\lab\\public\\new.txt");
        CHECK(lab.rdr.find("MRxCreate")->pendingReturned);
        CHECK(lab.server.files.count("\\new.txt") == 1);
        app.close(f);
        CHECK(app.open("\\lab\\public\\new.txt", how).status == STATUS_OBJECT_NAME_COLLISION);
        CHECK(app.open("\\lab\\public\\gone.txt").status == STATUS_OBJECT_NAME_NOT_FOUND);
    });
}

TEST_CASE(
    "A33 ReturnedCreateInformation wins over IoStatus.Information when it is set", "[rdbss][open]")
{
    Share lab;
    lab.rdr.on("MRxCreate", [](Call& c) {
        RxCreateNetFobx(c.rx, c.rx->pRelevantSrvOpen);
        c.rx->Create.ReturnedCreateInformation = FILE_CREATED;
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        CHECK(f.information == FILE_CREATED);
        app.close(f);
    });
}

TEST_CASE(
    "a failed MRxCreate leaves nothing behind and forces its SRV_OPEN closed", "[rdbss][open]")
{
    Share lab;
    lab.app([&](App& app) {
        File keep = app.open("\\lab\\public\\b.txt");
        CHECK(app.open("\\lab\\public\\gone.txt").status == STATUS_OBJECT_NAME_NOT_FOUND);
        CHECK(lab.rdr.device->NumberOfActiveFcbs == 1);
        CHECK(lab.rdr.count("MRxForceClosed") == 1); // S-T-24: its condition is bad
        app.close(keep);
    });
}

TEST_CASE("names are made canonical before anybody sees them", "[rdbss][open]")
{
    Share lab;
    lab.server.files["\\dir\\c.txt"] = "deep";
    auto seen = [&](const char* name) {
        std::string path;
        lab.rdr.log.clear();
        lab.app([&](App& app) {
            File f = app.open(name);
            if (f) {
                path = lab.rdr.find("MRxCreate")->subject;
                app.close(f);
            }
        });
        return path;
    };
    CHECK(seen("\\lab\\public\\dir\\..\\a.txt") == "\\a.txt");
    CHECK(seen("\\lab\\public\\.\\dir\\c.txt") == "\\dir\\c.txt");
    CHECK(seen("\\lab\\public\\dir\\") == "\\dir");
    CHECK(seen("\\lab\\public\\a.txt::$DATA") == "\\a.txt");
    CHECK(seen("\\lab\\public") == "\\");
    CHECK(seen("\\lab\\public\\") == "\\");
    lab.app([&](App& app) {
        CHECK(app.open("\\lab\\public\\a*.txt").status == STATUS_OBJECT_NAME_INVALID);
        CHECK(app.open("\\lab\\public\\dir\\\\c.txt").status == STATUS_OBJECT_NAME_INVALID);
        CHECK(app.open("\\lab").status == STATUS_BAD_NETWORK_NAME);
    });
}

TEST_CASE("a file can be opened relative to a directory and to a connection", "[rdbss][open]")
{
    Share lab;
    lab.server.files["\\dir\\c.txt"] = "deep";
    lab.app([&](App& app) {
        File directory = app.open("\\lab\\public\\dir", with(FILE_OPEN, FILE_DIRECTORY_FILE));
        REQUIRE(directory.status == STATUS_SUCCESS);
        Open relative;
        relative.root = directory.handle;
        File f = app.open("c.txt", relative);
        CHECK(f.status == STATUS_SUCCESS);
        CHECK(app.read(f, 0, 4) == "deep");
        app.close(f);
        app.close(directory);
        File drive = app.open("\\;Z:0\\lab\\public", with(FILE_OPEN, FILE_CREATE_TREE_CONNECTION));
        relative.root = drive.handle;
        File g = app.open("a.txt", relative);
        CHECK(g.status == STATUS_SUCCESS);
        CHECK(app.read(g, 0, 5) == "hello");
        app.close(g);
        app.close(drive);
    });
}

// ---- share access
// ---------------------------------------------------------------------------------------------------------------

TEST_CASE("share modes are checked before the server is asked", "[rdbss][open]")
{
    Share lab;
    lab.app([&](App& app) {
        Open reader;
        reader.access = FILE_READ_DATA | SYNCHRONIZE;
        reader.share = FILE_SHARE_READ;
        File first = app.open("\\lab\\public\\a.txt", reader);
        lab.rdr.log.clear();
        CHECK(app.open("\\lab\\public\\a.txt").status == STATUS_SHARING_VIOLATION);
        CHECK(lab.rdr.count("MRxCreate") == 0);
        Open second = reader;
        second.access = FILE_READ_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
        File other = app.open("\\lab\\public\\a.txt", second);
        CHECK(other.status == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxCreate") == 1);
        app.close(other);
        app.close(first);
        File writer = app.open("\\lab\\public\\a.txt");
        CHECK(writer.status == STATUS_SUCCESS);
        app.close(writer);
    });
}

// ---- collapse
// ---------------------------------------------------------------------------------------------------------------------

TEST_CASE(
    "SC-21 a second open with the same access and sharing is collapsed", "[rdbss][open][collapse]")
{
    Share lab;
    lab.app([&](App& app) {
        File first = app.open("\\lab\\public\\a.txt");
        PMRX_SRV_OPEN srvOpen = lab.rdr.find("MRxCreate")->srvOpen;
        lab.rdr.log.clear();
        File second = app.open("\\lab\\public\\a.txt");
        CHECK(second.status == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxPreparseName MRxShouldTryToCollapseThisOpen MRxCollapseOpen");
        CHECK(lab.rdr.find("MRxCollapseOpen")->srvOpen == srvOpen);
        CHECK(srvOpen->OpenCount == 2);
        CHECK(srvOpen->NodeReferenceCount == 2);
        lab.rdr.log.clear();
        app.close(first);
        CHECK(lab.rdr.calls() == "MRxCleanupFobx MRxDeallocateForFobx");
        CHECK(app.read(second, 0, 5) == "hello");
        lab.rdr.log.clear();
        app.close(second);
        CHECK(lab.rdr.calls() == kCloseCalls);
    });
}

TEST_CASE(
    "SC-21 a redirector that does not want to collapse is asked no further",
    "[rdbss][open][collapse]")
{
    Share lab;
    lab.app([&](App& app) {
        File first = app.open("\\lab\\public\\a.txt");
        lab.rdr.on("MRxShouldTryToCollapseThisOpen", [](Call&) {
            return STATUS_MORE_PROCESSING_REQUIRED;
        });
        lab.rdr.log.clear();
        File second = app.open("\\lab\\public\\a.txt");
        CHECK(lab.rdr.calls() == "MRxPreparseName MRxShouldTryToCollapseThisOpen MRxCreate");
        app.close(second);
        lab.rdr.handlers.clear();
        lab.rdr.on("MRxCollapseOpen", [](Call&) { return STATUS_MORE_PROCESSING_REQUIRED; });
        lab.rdr.log.clear();
        File third = app.open("\\lab\\public\\a.txt");
        CHECK(
            lab.rdr.calls()
            == "MRxPreparseName MRxShouldTryToCollapseThisOpen MRxCollapseOpen MRxCreate");
        app.close(third);
        app.close(first);
    });
}

TEST_CASE(
    "SC-21 backup intent, delete on close and other access are never collapsed",
    "[rdbss][open][collapse]")
{
    Share lab;
    lab.app([&](App& app) {
        File first = app.open("\\lab\\public\\a.txt");
        auto creates = [&](Open how) {
            lab.rdr.log.clear();
            File f = app.open("\\lab\\public\\a.txt", how);
            CHECK(f.status == STATUS_SUCCESS);
            std::string calls = lab.rdr.calls();
            app.close(f);
            return calls;
        };
        CHECK(creates(with(FILE_OPEN, FILE_OPEN_FOR_BACKUP_INTENT)) == "MRxPreparseName MRxCreate");
        Open other;
        other.access = FILE_READ_DATA | SYNCHRONIZE;
        CHECK(creates(other) == "MRxPreparseName MRxCreate");
        Open share;
        share.share = FILE_SHARE_READ | FILE_SHARE_WRITE;
        CHECK(creates(share) == "MRxPreparseName MRxCreate");
        CHECK(creates(with(FILE_OVERWRITE_IF)) == "MRxPreparseName MRxCreate");
        Open deletes = with(FILE_OPEN, FILE_DELETE_ON_CLOSE);
        deletes.access |= DELETE;
        CHECK(creates(deletes) == "MRxPreparseName MRxCreate");
        app.close(first);
    });
}

TEST_CASE("a redirector without the collapse routines is never asked", "[rdbss][open][collapse]")
{
    Share lab(
        { .prepare = [](MINIRDR_DISPATCH& d) { d.MRxShouldTryToCollapseThisOpen = nullptr; } });
    lab.app([&](App& app) {
        File first = app.open("\\lab\\public\\a.txt");
        File second = app.open("\\lab\\public\\a.txt");
        CHECK(lab.rdr.count("MRxCreate") == 2);
        CHECK(lab.rdr.count("MRxCollapseOpen") == 0);
        app.close(first);
        app.close(second);
    });
}

// ---- close
// ------------------------------------------------------------------------------------------------------------------------

TEST_CASE(
    "SC-22 a plain close calls cleanup, close and the deallocations in this order",
    "[rdbss][open][close]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        lab.rdr.log.clear();
        app.close(f);
    });
    CHECK(lab.rdr.calls() == kCloseCalls);
    CHECK(lab.rdr.find("MRxCleanupFobx")->major == IRP_MJ_CLEANUP);
    CHECK(lab.rdr.find("MRxCloseSrvOpen")->major == IRP_MJ_CLOSE);
    CHECK(lab.rdr.device->NumberOfActiveFcbs == 0);
}

TEST_CASE("SC-23 a delayed close is taken over by a reopen", "[rdbss][open][close]")
{
    Share lab;
    lab.server.bufferingFlags = kLease;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        PMRX_SRV_OPEN srvOpen = lab.rdr.find("MRxCreate")->srvOpen;
        lab.rdr.log.clear();
        app.close(f);
        CHECK(lab.rdr.calls() == "MRxCleanupFobx");
        CHECK((srvOpen->Flags & SRVOPEN_FLAG_CLOSE_DELAYED) != 0);
        lab.rdr.log.clear();
        File again = app.open("\\lab\\public\\a.txt");
        CHECK(
            lab.rdr.calls({ "MRxDeallocateForFobx" })
            == "MRxPreparseName MRxShouldTryToCollapseThisOpen MRxCollapseOpen");
        CHECK((srvOpen->Flags & SRVOPEN_FLAG_CLOSE_DELAYED) == 0);
        CHECK(srvOpen->OpenCount == 1);
        CHECK(app.read(again, 0, 5) == "hello");
        app.close(again);
    });
}

TEST_CASE("SC-23 without a reopen the scavenger carries the close out", "[rdbss][open][close]")
{
    Share lab;
    lab.server.bufferingFlags = kLease;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        app.close(f);
    });
    lab.rdr.log.clear();
    lab.passSeconds(8);
    CHECK(lab.rdr.log.empty());
    lab.passSeconds(15);
    CHECK(
        lab.rdr.calls({ "MRxFinalizeVNetRoot", "MRxFinalizeNetRoot", "MRxFinalizeSrvCall" })
        == "MRxCloseSrvOpen MRxDeallocateForFobx MRxDeallocateForFcb");
    CHECK(lab.rdr.find("MRxCloseSrvOpen")->major == IRP_MJ_CLOSE);
    CHECK(lab.rdr.find("MRxCloseSrvOpen")->inFsp);
}

TEST_CASE("an open that a delayed close would block makes it happen first", "[rdbss][open][close]")
{
    Share lab;
    lab.server.bufferingFlags = kLease;
    lab.app([&](App& app) {
        Open reader;
        reader.access = FILE_READ_DATA | SYNCHRONIZE;
        reader.share = FILE_SHARE_READ;
        File f = app.open("\\lab\\public\\a.txt", reader);
        app.close(f);
        lab.rdr.log.clear();
        File writer = app.open("\\lab\\public\\a.txt");
        CHECK(writer.status == STATUS_SUCCESS);
        CHECK(lab.rdr.calls() == "MRxPreparseName MRxCloseSrvOpen MRxDeallocateForFobx MRxCreate");
        app.close(writer);
    });
}

TEST_CASE(
    "an open the server refuses is tried again after delayed closes of the share",
    "[rdbss][open][close]")
{
    Share lab;
    lab.server.bufferingFlags = kLease;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        app.close(f);
        int attempts = 0;
        lab.rdr.on("MRxCreate", [&](Call& c) {
            if (++attempts == 1) {
                return STATUS_SHARING_VIOLATION;
            }
            CHECK(lab.rdr.count("MRxCloseSrvOpen") == 1);
            return RxCreateNetFobx(c.rx, c.rx->pRelevantSrvOpen) != nullptr
                ? STATUS_SUCCESS
                : STATUS_INSUFFICIENT_RESOURCES;
        });
        File g = app.open("\\lab\\public\\b.txt");
        CHECK(g.status == STATUS_SUCCESS);
        CHECK(attempts == 2);
        app.close(g);
    });
}

// ---- cleanup
// ------------------------------------------------------------------------------------------------------------------------

TEST_CASE(
    "SC-24 the last handle of a modified file tells times, then size, then fills the gap, then "
    "cleans up",
    "[rdbss][open][cleanup]")
{
    Share lab;
    lab.app([&](App& app) {
        Open alone;
        alone.share = 0; // opened exclusively: everything is cached
        File f = app.open("\\lab\\public\\a.txt", alone);
        CHECK(app.write(f, 0, "HELLO, longer than before") == STATUS_SUCCESS);
        // A gap between what is valid and the end of the file, as a set end of file leaves behind
        // in a cached file.
        PFILE_OBJECT object = nullptr;
        REQUIRE(NT_SUCCESS(ObReferenceObjectByHandle(
            f.handle, 0, *IoFileObjectType, KernelMode, reinterpret_cast<PVOID*>(&object),
            nullptr)));
        PMRX_FCB fcb = static_cast<PMRX_FCB>(object->FsContext);
        lab.rdr.on("MRxCleanupFobx", [&](Call&) {
            CHECK(fcb->Header.ValidDataLength.QuadPart == fcb->Header.FileSize.QuadPart);
            return STATUS_SUCCESS;
        });
        FILE_END_OF_FILE_INFORMATION end;
        end.EndOfFile.QuadPart = 100000;
        CHECK(app.set(f, FileEndOfFileInformation, &end, sizeof end) == STATUS_SUCCESS);
        CHECK(fcb->Header.ValidDataLength.QuadPart < fcb->Header.FileSize.QuadPart);
        ObDereferenceObject(object);
        lab.rdr.log.clear();
        app.close(f);
    });
    CHECK(
        lab.rdr.calls(
            { "WRITE", "READ", "MRxCloseSrvOpen", "MRxDeallocateForFobx", "MRxDeallocateForFcb" })
        == "MRxSetFileInfoAtCleanup MRxSetFileInfoAtCleanup MRxZeroExtend MRxCleanupFobx");
    CHECK(lab.rdr.find("MRxSetFileInfoAtCleanup", 0)->infoClass == FileBasicInformation);
    CHECK(lab.rdr.find("MRxSetFileInfoAtCleanup", 1)->infoClass == FileEndOfFileInformation);
}

TEST_CASE(
    "S-T-63 a file without a gap is not zero-extended, one without changes tells nothing",
    "[rdbss][open][cleanup]")
{
    Share lab;
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        lab.rdr.log.clear();
        app.close(f);
    });
    CHECK(lab.rdr.count("MRxZeroExtend") == 0);
    CHECK(lab.rdr.count("MRxSetFileInfoAtCleanup") == 0);
}

TEST_CASE("SC-25 TRUNCATE_ON_CLOSE truncates at the last cleanup only", "[rdbss][open][cleanup]")
{
    Share lab;
    lab.app([&](App& app) {
        File first = app.open("\\lab\\public\\a.txt");
        File second = app.open("\\lab\\public\\a.txt");
        PMRX_FCB fcb = lab.rdr.find("MRxCreate")->srvOpen->pFcb;
        fcb->FcbState |= FCB_STATE_TRUNCATE_ON_CLOSE;
        lab.rdr.log.clear();
        app.close(first);
        CHECK(lab.rdr.count("MRxTruncate") == 0);
        lab.rdr.log.clear();
        app.close(second);
        CHECK(lab.rdr.calls().rfind("MRxTruncate MRxCleanupFobx", 0) == 0);
    });
}

// ---- delete and rename
// ------------------------------------------------------------------------------------------------------------

TEST_CASE("a file whose deletion is pending cannot be opened again", "[rdbss][open]")
{
    Share lab;
    lab.app([&](App& app) {
        Open how;
        how.access |= DELETE;
        File f = app.open("\\lab\\public\\a.txt", how);
        CHECK(app.remove(f) == STATUS_SUCCESS);
        CHECK(lab.rdr.find("MRxSetFileInfo")->infoClass == FileDispositionInformation);
        CHECK(app.open("\\lab\\public\\a.txt").status == STATUS_DELETE_PENDING);
        app.close(f);
        CHECK(lab.rdr.device->NumberOfActiveFcbs == 0);
    });
}

TEST_CASE("a renamed file loses its name here, so that both names start afresh", "[rdbss][open]")
{
    Share lab;
    lab.app([&](App& app) {
        Open how;
        how.access |= DELETE;
        File f = app.open("\\lab\\public\\a.txt", how);
        CHECK(app.rename(f, "c.txt") == STATUS_SUCCESS);
        CHECK(lab.server.files.count("\\c.txt") == 1);
        lab.rdr.log.clear();
        CHECK(app.open("\\lab\\public\\a.txt").status == STATUS_OBJECT_NAME_NOT_FOUND);
        File g = app.open("\\lab\\public\\c.txt");
        CHECK(g.status == STATUS_SUCCESS);
        CHECK(lab.rdr.count("MRxCreate") == 2);
        app.close(g);
        app.close(f);
    });
    CHECK(lab.rdr.device->NumberOfActiveFcbs == 0);
}

TEST_CASE(
    "a rename to a full name reaches the redirector as a path below the share", "[rdbss][open]")
{
    Share lab;
    std::string target;
    lab.rdr.on("MRxSetFileInfo", [&](Call& c) {
        auto* rename = static_cast<PFILE_RENAME_INFORMATION>(c.rx->Info.Buffer);
        UNICODE_STRING name { static_cast<USHORT>(rename->FileNameLength),
                              static_cast<USHORT>(rename->FileNameLength), rename->FileName };
        target = narrow(&name);
        CHECK(c.rx->Info.ReplaceIfExists);
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        Open how;
        how.access |= DELETE;
        File f = app.open("\\lab\\public\\a.txt", how);
        CHECK(
            app.rename(f, "\\Device\\TestRdr\\lab\\public\\dir\\moved.txt", true)
            == STATUS_SUCCESS);
        CHECK(target == "\\dir\\moved.txt");
        CHECK(app.rename(f, "\\Device\\TestRdr\\lab\\other\\moved.txt") == STATUS_NOT_SAME_DEVICE);
        app.close(f);
    });
}

TEST_CASE("SC-35 a directory rename may close what is only delayed below it", "[rdbss][open]")
{
    Share lab;
    lab.server.bufferingFlags = kLease;
    lab.server.files["\\dir\\c.txt"] = "deep";
    lab.rdr.on("MRxSetFileInfo", [&](Call& c) {
        PNET_ROOT share = reinterpret_cast<PNET_ROOT>(c.rx->pFcb->pNetRoot);
        RxPurgeRelatedFobxs(share, c.rx, DONT_ATTEMPT_FINALIZE_ON_PURGE, nullptr);
        CHECK(lab.rdr.count("MRxAreFilesAliased") == 0);
        RxScavengeFobxsForNetRoot(share, nullptr, TRUE);
        return STATUS_SUCCESS;
    });
    lab.app([&](App& app) {
        File inside = app.open("\\lab\\public\\dir\\c.txt");
        app.close(inside);
        Open how = with(FILE_OPEN, FILE_DIRECTORY_FILE);
        how.access = DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
        File directory = app.open("\\lab\\public\\dir", how);
        REQUIRE(directory.status == STATUS_SUCCESS);
        lab.rdr.log.clear();
        CHECK(app.rename(directory, "renamed") == STATUS_SUCCESS);
        CHECK(
            lab.rdr.calls().find("MRxCloseSrvOpen MRxDeallocateForFobx MRxDeallocateForFcb")
            != std::string::npos);
        app.close(directory);
    });
}

TEST_CASE("S-T-1 only the redirector knows whether two names are one file", "[rdbss][open]")
{
    Share lab;
    lab.server.bufferingFlags = kLease;
    lab.server.files["\\longname.txt"] = "x";
    lab.server.files["\\LONGNA~1.TXT"] = "x";
    lab.app([&](App& app) {
        File shortName = app.open("\\lab\\public\\LONGNA~1.TXT");
        app.close(shortName);
        File other = app.open("\\lab\\public\\b.txt");
        app.close(other);
        File longName = app.open("\\lab\\public\\longname.txt");
        PFCB fcb = reinterpret_cast<PFCB>(lab.rdr.find("MRxCreate", 2)->srvOpen->pFcb);
        lab.rdr.on("MRxAreFilesAliased", [](Call& c) {
            return c.subject == "\\LONGNA~1.TXT" ? STATUS_MORE_PROCESSING_REQUIRED : STATUS_SUCCESS;
        });
        lab.rdr.log.clear();
        RxScavengeFobxsForNetRoot(fcb->NetRoot, fcb, TRUE);
        REQUIRE(lab.rdr.count("MRxCloseSrvOpen") == 1);
        CHECK(lab.rdr.find("MRxCloseSrvOpen")->subject == "\\LONGNA~1.TXT");
        app.close(longName);
    });
}

TEST_CASE("SC-45 a symbolic link makes the open start over", "[rdbss][open]")
{
    Share lab;
    BOOLEAN required = FALSE;
    auto link = [&](Call& c) -> NTSTATUS {
        if (c.subject != "\\link.txt") {
            RxCreateNetFobx(c.rx, c.rx->pRelevantSrvOpen);
            return STATUS_SUCCESS;
        }
        Name target("\\Device\\TestRdr\\lab\\public\\a.txt");
        NTSTATUS status
            = RxPrepareToReparseSymbolicLink(c.rx, FALSE, target.get(), TRUE, &required);
        return status != STATUS_SUCCESS ? status
            : required                  ? STATUS_REPARSE
                                        : STATUS_OBJECT_NAME_NOT_FOUND;
    };
    lab.rdr.on("MRxCreate", link);
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\link.txt");
        CHECK(f.status == STATUS_SUCCESS);
        CHECK(required);
        CHECK(lab.rdr.count("MRxCreate") == 2);
        CHECK(lab.rdr.find("MRxCreate", 1)->subject == "\\a.txt");
        app.close(f);
        Open deletes;
        deletes.access = DELETE | FILE_READ_DATA | SYNCHRONIZE;
        CHECK(app.open("\\lab\\public\\link.txt", deletes).status == STATUS_ACCESS_DENIED);
    });
}

TEST_CASE("SC-45 STATUS_REPARSE without the preparation is no success", "[rdbss][open]")
{
    Share lab;
    lab.rdr.on("MRxCreate", [](Call&) { return STATUS_REPARSE; });
    lab.app([&](App& app) { CHECK_FALSE(NT_SUCCESS(app.open("\\lab\\public\\a.txt").status)); });
    CHECK(lab.rdr.device->NumberOfActiveFcbs == 0);
}
