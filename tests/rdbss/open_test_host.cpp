// Opening, closing, collapsing (facts.md SC-07 to SC-25).
#include "lab_host.h"

using namespace rdrlab::test;

TEST_CASE("SC-46 a name below the device goes straight to the redirector", "[rdbss][open]")
{
    Lab lab;
    lab.server.files["\\a.txt"] = "hello";
    lab.app([&](App& app) {
        File f = app.open("\\lab\\public\\a.txt");
        REQUIRE(f.status == STATUS_SUCCESS);
        CHECK(f.information == FILE_OPENED);
        CHECK(lab.rdr.calls()
            == "MRxCreateSrvCall MRxSrvCallWinnerNotify MRxExtractNetRootName MRxCreateVNetRoot MRxPreparseName MRxCreate");
        CHECK(app.read(f, 0, 5) == "hello");
        lab.rdr.log.clear();
        CHECK(app.close(f) == STATUS_SUCCESS);
    });
    CHECK(lab.rdr.calls() == "MRxCleanupFobx MRxCloseSrvOpen MRxDeallocateForFobx MRxDeallocateForFcb");
}
