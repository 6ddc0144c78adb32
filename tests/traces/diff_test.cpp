// The comparison of two traces, against copies of recordings that differ in known places.
#include "tests/support/edittrace.h"
#include "tests/traces/samples.h"
#include "traces/exporters/diff_html.h"
#include "traces/query/diff/describe.h"
#include "traces/query/diff/diff.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>

using namespace rdrlab;
using trace::DiffOp;
using trace::DiffOrder;
using trace::DiffSide;

namespace {

std::unique_ptr<trace::TraceDiff> compare(
    const trace::Reader& a,
    const trace::Reader& b,
    const trace::DiffMask& mask = trace::DiffMask::standard())
{
    std::string error;
    auto diff = trace::TraceDiff::compare(a, b, mask, error);
    INFO(error);
    REQUIRE(diff != nullptr);
    return diff;
}

// Both readers and what comes of them.
struct Compared
{
    std::unique_ptr<trace::Reader> a;
    std::unique_ptr<trace::Reader> b;
    test::EditTruth truth;
    std::unique_ptr<trace::TraceDiff> diff;
};

Compared compareEdited(const std::string& name, const test::EditOptions& options)
{
    Compared compared;
    compared.a = test::openSample(name);
    const std::string path = test::temporaryPath("edited.rdrtrace");
    compared.truth = test::copyEdited(*compared.a, path, options);
    compared.b = test::openTrace(path);
    compared.diff = compare(*compared.a, *compared.b);
    return compared;
}

// How much of the match table is right, and how much of the truth is in it.
struct Score
{
    std::uint64_t found = 0;
    std::uint64_t right = 0;
    std::uint64_t wanted = 0;
    double precision() const { return double(right) / double(std::max<std::uint64_t>(found, 1)); }
    double recall() const { return double(right) / double(std::max<std::uint64_t>(wanted, 1)); }
};

Score scoreOf(const Compared& compared)
{
    Score score;
    for (trace::Seq seq = 1; seq < compared.truth.partner.size(); ++seq) {
        if (compared.diff->op(DiffSide::A, seq) == DiffOp::LeftOut) {
            continue;
        }
        const trace::Seq wanted = compared.truth.partner[seq];
        const trace::Seq found = compared.diff->partner(DiffSide::A, seq);
        score.wanted += wanted != 0;
        score.found += found != 0;
        score.right += wanted != 0 && wanted == found;
    }
    return score;
}

// The match table and the axis say the same and leave nothing out.
void checkConsistent(const trace::TraceDiff& diff)
{
    const trace::Reader& a = diff.reader(DiffSide::A);
    const trace::Reader& b = diff.reader(DiffSide::B);
    std::uint64_t rowsA = 0;
    std::uint64_t rowsB = 0;
    trace::Seq lastA = 0;
    trace::Seq lastB = 0;
    bool isAscending = true;
    bool isFound = true;
    bool isMutual = true;
    for (std::size_t i = 0; i < diff.rows().size(); ++i) {
        const trace::DiffRow& row = diff.rows()[i];
        isAscending = isAscending && (row.a != 0 || row.b != 0);
        if (row.a != 0) {
            isAscending = isAscending && row.a > lastA;
            isFound = isFound && diff.rowOf(DiffSide::A, row.a) == i;
            lastA = row.a;
            ++rowsA;
        }
        if (row.b != 0) {
            isAscending = isAscending && row.b > lastB;
            isFound = isFound && diff.rowOf(DiffSide::B, row.b) == i;
            lastB = row.b;
            ++rowsB;
        }
        isMutual
            = isMutual && (row.a == 0 || row.b == 0 || diff.partner(DiffSide::A, row.a) == row.b);
    }
    CHECK(rowsA == a.lastSeq());
    CHECK(rowsB == b.lastSeq());
    for (trace::Seq seq = 1; seq <= a.lastSeq(); ++seq) {
        const trace::Seq partner = diff.partner(DiffSide::A, seq);
        isMutual = isMutual && (partner == 0 || diff.partner(DiffSide::B, partner) == seq);
    }
    CHECK(isAscending);
    CHECK(isFound);
    CHECK(isMutual);
    const trace::DiffCounts& counts = diff.counts();
    CHECK(counts.same + counts.changed + counts.missing + counts.leftOutA == a.lastSeq());
    CHECK(counts.same + counts.changed + counts.extra + counts.leftOutB == b.lastSeq());
    std::uint64_t folded = 0;
    for (const trace::DiffCause& cause : diff.causes()) {
        folded += 1 + cause.consequences;
    }
    CHECK(folded == diff.differences().size());
    const std::vector<std::uint32_t> density = diff.density(50);
    CHECK(
        std::accumulate(density.begin(), density.end(), std::size_t(0))
        == diff.differences().size());
}

} // namespace

TEST_CASE("a trace is the same as itself", "[diff]")
{
    const auto a = test::openSample("busy-minute");
    const auto b = test::openSample("busy-minute");
    const auto diff = compare(*a, *b);
    CHECK(diff->isSame());
    CHECK(diff->differences().empty());
    CHECK(diff->counts().same > 20'000);
    CHECK(diff->counts().reordered() == 0);
    checkConsistent(*diff);
}

TEST_CASE("names that differ by their ordinals only are the same", "[diff]")
{
    const Compared compared = compareEdited("05-sharing", { .ordinals = 1000 });
    CHECK(compared.b->objectsNamed("IRP#1014").size() == 1);
    CHECK(compared.diff->isSame());
    CHECK(compared.diff->counts().reordered() == 0);
    CHECK(scoreOf(compared).recall() == 1.0);
    // Object by object, not only event by event.
    for (const trace::Object& object : compared.a->objects()) {
        CHECK(compared.diff->partnerOf(DiffSide::A, object.id) == object.id);
    }
}

TEST_CASE("events left out, added and failed are told as such", "[diff]")
{
    for (const unsigned seed : { 1u, 2u }) {
        const Compared compared = compareEdited(
            "busy-minute", { .seed = seed, .dropped = 10, .failed = 10, .added = 5 });
        const Score score = scoreOf(compared);
        INFO(
            "seed " << seed << ": precision " << score.precision() << " recall " << score.recall());
        CHECK(score.precision() > 0.999);
        CHECK(score.recall() > 0.999);
        const trace::DiffCounts& counts = compared.diff->counts();
        CHECK(compared.truth.dropped > 10);
        CHECK(counts.missing == compared.truth.dropped);
        CHECK(counts.extra == compared.truth.added.size());
        CHECK(counts.changed == compared.truth.failed.size());
        for (const trace::Seq seq : compared.truth.failed) {
            CHECK(compared.diff->op(DiffSide::A, seq) == DiffOp::Changed);
        }
        for (const trace::Seq seq : compared.truth.added) {
            CHECK(compared.diff->op(DiffSide::B, seq) == DiffOp::Extra);
        }
        checkConsistent(*compared.diff);
    }
}

TEST_CASE("another interleaving of requests is told as reordered", "[diff]")
{
    const Compared compared = compareEdited("busy-minute", { .swappedRequests = 1000 });
    REQUIRE(compared.truth.swappedRequests > 3);
    const trace::DiffCounts& counts = compared.diff->counts();
    CHECK(counts.changed == 0);
    CHECK(counts.missing == 0);
    CHECK(counts.extra == 0);
    CHECK(counts.between > 0);
    CHECK(scoreOf(compared).recall() == 1.0);
    CHECK_FALSE(compared.diff->isSame());
    // One request of each pair of neighbours, not both and nobody else.
    const auto& requests = compared.diff->requests();
    CHECK(
        std::uint64_t(std::count_if(
            requests.begin(), requests.end(),
            [](const trace::DiffRequest& request) { return request.order != DiffOrder::Kept; }))
        == compared.truth.swappedRequests);
    trace::DiffMask mask = trace::DiffMask::standard();
    mask.ignore("order");
    CHECK(compare(*compared.a, *compared.b, mask)->isSame());
    checkConsistent(*compared.diff);
}

TEST_CASE("requests that one side did not make are missing as a whole", "[diff]")
{
    const Compared compared = compareEdited("busy-minute", { .droppedRequests = 200 });
    REQUIRE(compared.truth.droppedRequests > 20);
    const auto& requests = compared.diff->requests();
    CHECK(
        std::uint64_t(std::count_if(
            requests.begin(), requests.end(),
            [](const trace::DiffRequest& request) { return request.op == DiffOp::Missing; }))
        == compared.truth.droppedRequests);
    CHECK(compared.diff->counts().extra == 0);
    CHECK(compared.diff->counts().changed == 0);
    const Score score = scoreOf(compared);
    INFO("precision " << score.precision() << " recall " << score.recall());
    CHECK(score.precision() > 0.98); // of equal neighbours any may be the missing one
    CHECK(score.recall() > 0.98);
    checkConsistent(*compared.diff);
}

TEST_CASE("everything at once is still put in its place", "[diff]")
{
    const Compared compared = compareEdited(
        "busy-minute",
        { .seed = 7,
          .dropped = 30,
          .failed = 30,
          .added = 20,
          .droppedRequests = 50,
          .swappedRequests = 300,
          .ordinals = 5 });
    const Score score = scoreOf(compared);
    INFO("precision " << score.precision() << " recall " << score.recall());
    CHECK(score.precision() > 0.97);
    CHECK(score.recall() > 0.97);
    checkConsistent(*compared.diff);
}

TEST_CASE("a file of another name is one divergence, whatever is done with it", "[diff]")
{
    const Compared compared
        = compareEdited("03-read-write", { .from = "new.bin", .to = "other.bin" });
    const trace::DiffCounts& counts = compared.diff->counts();
    CHECK(counts.missing == 0);
    CHECK(counts.extra == 0);
    CHECK(counts.changed > 0);
    CHECK(counts.changed < 20);
    CHECK(compared.diff->causes().size() == 1);
    CHECK(scoreOf(compared).recall() == 1.0);
}

TEST_CASE("what follows from a failed call is folded under it", "[diff]")
{
    const auto a = test::openSample("05-sharing");
    const Compared compared = compareEdited("05-sharing", { .seed = 3, .failed = 5 });
    REQUIRE(!compared.truth.failed.empty());
    const auto& causes = compared.diff->causes();
    REQUIRE(!causes.empty());
    CHECK(causes.size() <= compared.truth.failed.size());
    const trace::Difference& first = compared.diff->differences()[causes[0].first];
    CHECK(first.a == compared.truth.failed[0]);
    const auto details = trace::detailsOf(*compared.diff, first);
    REQUIRE(details.size() == 1);
    CHECK(details[0].what == "status");
    CHECK(details[0].a == "STATUS_SUCCESS");
    CHECK(details[0].b == "STATUS_UNSUCCESSFUL");
}

TEST_CASE("swapping the traces swaps missing and extra", "[diff]")
{
    const Compared compared
        = compareEdited("05-sharing", { .dropped = 100, .failed = 50, .added = 30 });
    const auto back = compare(*compared.b, *compared.a);
    CHECK(back->counts().missing == compared.diff->counts().extra);
    CHECK(back->counts().extra == compared.diff->counts().missing);
    CHECK(back->counts().changed == compared.diff->counts().changed);
}

TEST_CASE("traces of different scenarios are compared without a fault", "[diff]")
{
    for (const auto& [first, second] :
         { std::pair("01-first-open", "busy-minute"), std::pair("network-cut", "06-failures"),
           std::pair("04-directory", "03-read-write") }) {
        const auto a = test::openSample(first);
        const auto b = test::openSample(second);
        const auto diff = compare(*a, *b);
        CHECK_FALSE(diff->isSame());
        CHECK(diff->counts().same > 0); // the machine's start
        checkConsistent(*diff);
    }
}

TEST_CASE("an empty trace misses everything", "[diff]")
{
    const std::string path = test::temporaryPath("empty.rdrtrace");
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    REQUIRE(writer->finish());
    const auto empty = test::openTrace(path);
    const auto a = test::openSample("01-first-open");
    const auto diff = compare(*a, *empty);
    CHECK(diff->counts().same == 0);
    CHECK(diff->counts().missing + diff->counts().leftOutA == a->lastSeq());
    checkConsistent(*diff);
    CHECK(compare(*empty, *empty)->isSame());
}

TEST_CASE("a comparison can be stopped", "[diff]")
{
    const auto a = test::openSample("busy-minute");
    for (const double limit : { 0.0, 0.4, 0.8 }) {
        std::string error;
        CHECK(
            trace::TraceDiff::compare(
                *a, *a, trace::DiffMask::standard(), error,
                [&](double done) { return done <= limit; })
            == nullptr);
        CHECK(error == "stopped");
    }
}

TEST_CASE("what the mask compares decides what is the same", "[diff][mask]")
{
    const auto a = test::openSample("05-sharing");
    const std::string path = test::temporaryPath("notes.rdrtrace");
    const test::EditTruth truth = test::copyEdited(*a, path, { .dropped = 200 });
    const auto b = test::openTrace(path);
    REQUIRE(truth.dropped > 0);
    trace::DiffMask mask = trace::DiffMask::standard();
    CHECK_FALSE(compare(*a, *b, mask)->isSame());
    std::string error;
    const auto own = trace::DiffMask::parse(mask.print() + "\n", error);
    REQUIRE(own);
    CHECK(own->print() == mask.print());
    const auto wide = trace::DiffMask::parse(
        "ignore = ['words', 'locks', 'times', 'waits']\n[events]\nwords = ['* note *']\n"
        "locks = ['* lock *', '* unlock *']\nwaits = ['* wait *', '* wake *', '* signal *']\n",
        error);
    INFO(error);
    REQUIRE(wide);
    CHECK(compare(*a, *b, *wide)->isSame());
}

TEST_CASE("masks that make no sense are refused in one line", "[diff][mask]")
{
    for (const char* text :
         { "ignore = 5", "ignore = [5]", "ignore = ['nonsense']", "[fields]\ntimes = 'x'",
           "[nothing]\na = ['b']", "ignore = [", "times = ['x']" }) {
        INFO(text);
        std::string error;
        CHECK_FALSE(trace::DiffMask::parse(text, error));
        CHECK_FALSE(error.empty());
        CHECK(error.find('\n') == std::string::npos);
    }
}

TEST_CASE("a pattern's star stands for anything", "[diff][mask]")
{
    CHECK(trace::matchesPattern("*.*Time", "FCB.LastWriteTime"));
    CHECK_FALSE(trace::matchesPattern("*.*Time", "FCB.LastWriteTimes"));
    CHECK(trace::matchesPattern("* wait *", "kernel wait "));
    CHECK(trace::matchesPattern("a*b*c", "a1b2b3c"));
    CHECK_FALSE(trace::matchesPattern("a*b*c", "a1b2b3"));
    CHECK(trace::matchesPattern("", ""));
    CHECK_FALSE(trace::matchesPattern("", "x"));
    CHECK(trace::matchesPattern("**", ""));
}

TEST_CASE("the JSON of a comparison is complete and well-formed", "[diff]")
{
    const Compared compared
        = compareEdited("05-sharing", { .dropped = 100, .failed = 50, .added = 30 });
    std::ostringstream text;
    trace::exportDiffJson(*compared.diff, true, text);
    const nlohmann::json json = nlohmann::json::parse(text.str());
    const trace::DiffCounts& counts = compared.diff->counts();
    CHECK(json["same"] == false);
    CHECK(json["events"]["changed"] == counts.changed);
    CHECK(json["differences"].size() == compared.diff->differences().size());
    CHECK(json["causes"].size() == compared.diff->causes().size());
    std::uint64_t matched = 0;
    for (const auto& pair : json["matches"]) {
        matched += compared.diff->partner(DiffSide::A, pair[0]) == pair[1];
    }
    CHECK(matched == counts.same + counts.changed);
}

TEST_CASE("the page of a comparison is self-contained and escapes what a trace says", "[diff]")
{
    const Compared compared = compareEdited(
        "05-sharing", { .failed = 50, .from = "plan.txt", .to = "<script>alert(1)</script>" });
    std::ostringstream text;
    trace::exportDiffHtml(*compared.diff, text);
    const std::string page = text.str();
    CHECK(page.starts_with("<!doctype html>"));
    CHECK(page.ends_with("</html>\n"));
    CHECK(page.find("&lt;script&gt;alert(1)") != std::string::npos);
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("http") == std::string::npos);
    for (const char* tag : { "table", "details", "ul", "li", "div", "tr", "td", "span", "p" }) {
        const auto count = [&](const std::string& what) {
            std::size_t found = 0;
            for (std::size_t at = 0; (at = page.find(what, at)) != page.npos; ++at) {
                ++found;
            }
            return found;
        };
        INFO(tag);
        CHECK(
            count(std::string("<") + tag + ">") + count(std::string("<") + tag + " ")
            == count(std::string("</") + tag + ">"));
    }
}
