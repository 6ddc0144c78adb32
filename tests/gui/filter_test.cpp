#include "gui/app/eventpanel.h"
#include "gui/models/filter.h"
#include "tests/gui/guisupport.h"

#include <QAbstractItemModelTester>
#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

struct Matcher
{
    std::string error;
    std::unique_ptr<trace::Reader> reader;
    std::unique_ptr<trace::Spine> spine;

    explicit Matcher(const char* name = "06-failures")
        : reader(trace::Reader::open(testing::sample(name).toStdString(), error))
    {
        REQUIRE(reader != nullptr);
        spine = std::make_unique<trace::Spine>(*reader);
    }

    // The events that match, once by walking everything and once by the search that skips chunks.
    std::vector<trace::Seq> all(const char* expression)
    {
        Filter filter = Filter::parse(QString::fromUtf8(expression));
        INFO(expression << ": " << filter.error().toStdString());
        REQUIRE(filter.isValid());
        filter.bind(*reader);
        std::vector<trace::Seq> found;
        for (trace::Seq at = findMatch(*spine, filter, 0, true, {}); at != 0;
             at = findMatch(*spine, filter, at, true, {})) {
            found.push_back(at);
        }
        std::vector<trace::Seq> back;
        for (trace::Seq at = findMatch(*spine, filter, UINT64_MAX, false, {}); at != 0;
             at = findMatch(*spine, filter, at, false, {})) {
            back.push_back(at);
        }
        std::reverse(back.begin(), back.end());
        CHECK(back == found);
        return found;
    }

    std::vector<trace::Seq> sql(const std::string& where)
    {
        std::vector<trace::Seq> found;
        bool isHead = true;
        trace::SqlLimits limits;
        limits.rows = 1'000'000;
        const std::string problem = reader->sql(
            "SELECT seq FROM v_events WHERE " + where + " ORDER BY seq", limits,
            [&](const std::vector<const char*>& row) {
                if (!isHead) {
                    found.push_back(std::strtoull(row[0], nullptr, 10));
                }
                isHead = false;
            });
        CHECK(problem == "");
        return found;
    }
};

} // namespace

TEST_CASE("a filter finds what the same question in SQL finds", "[gui]")
{
    Matcher trace;
    CHECK(trace.all("layer == mrx") == trace.sql("layer = 'mrx'"));
    CHECK(trace.all("layer != mrx && kind == end") == trace.sql("layer <> 'mrx' AND kind = 'end'"));
    CHECK(trace.all("routine ~ create") == trace.sql("routine LIKE '%create%'"));
    CHECK(
        trace.all("status == STATUS_BAD_NETWORK_PATH")
        == trace.sql("status_name = 'STATUS_BAD_NETWORK_PATH'"));
    CHECK(trace.all("object ~ \"RX_CONTEXT#1\"") == trace.sql("object LIKE '%RX_CONTEXT#1%'"));
    CHECK(trace.all("seq >= 100 && seq < 200") == trace.sql("seq >= 100 AND seq < 200"));
    CHECK(
        trace.all("time > 1s and time <= 20s")
        == trace.sql("time > 1000000000 AND time <= 20000000000"));
    CHECK(trace.all("irql == 2 or cpu == 1") == trace.sql("irql = 2 OR cpu = 1"));
    CHECK(
        trace.all("kind == born && !(layer == io)")
        == trace.sql("kind = 'born' AND layer <> 'io'"));
    CHECK(trace.all("failed").size() > 5);
    CHECK(trace.all("").size() == trace.reader->lastSeq());
    CHECK(trace.all("mrxcreate").size() >= trace.sql("routine LIKE '%mrxcreate%'").size());
    CHECK(trace.all("no_such_word_at_all").empty());
}

TEST_CASE("a wrong filter says what is wrong and where", "[gui]")
{
    const std::pair<const char*, const char*> wrong[] = {
        { "layer == nowhere", "no layer" },
        { "kind == nonsense", "no kind" },
        { "seq == many", "no number" },
        { "time > 3 ", "" },
        { "time > soon", "no time" },
        { "layer < mrx", "is a name" },
        { "seq ~ 3", "is a number" },
        { "colour == red", "no field" },
        { "(layer == mrx", "closing bracket" },
        { "layer == mrx)", "not expected" },
        { "layer ==", "value is missing" },
        { "&& layer == mrx", "not expected" },
        { "\"open", "not closed" },
        { "!", "missing at the end" },
    };
    for (const auto& [expression, why] : wrong) {
        const Filter filter = Filter::parse(QString::fromUtf8(expression));
        INFO(expression << ": " << filter.error().toStdString());
        CHECK(filter.isValid() == (*why == '\0'));
        CHECK(filter.error().contains(QString::fromUtf8(why)));
    }
    CHECK_FALSE(Filter::parse(QString(5000, QLatin1Char('('))).isValid());
    CHECK_FALSE(Filter::parse(QString(50'000, QLatin1Char('a'))).isValid());
}

TEST_CASE("the event table shows only what the filter matches, and finds from there", "[gui]")
{
    MainWindow window;
    window.resize(1200, 700);
    window.show();
    Session* session = window.openTrace(testing::sample("06-failures"));
    REQUIRE(testing::waitUntilLoaded(*session));
    auto* panel = qobject_cast<EventPanel*>(window.panel(QStringLiteral("events")));
    REQUIRE(panel != nullptr);
    panel->setFilter(QStringLiteral("layer == mrx && kind == end"));
    REQUIRE(QTest::qWaitFor([&] { return !panel->isFiltering(); }, 30'000));
    Matcher trace;
    const std::vector<trace::Seq> expected = trace.sql("layer = 'mrx' AND kind = 'end'");
    REQUIRE(panel->model().rowCount() == int(expected.size()));
    CHECK(panel->model().seqOf(0) == expected.front());
    session->focus.goTo(expected[0]);
    window.actions().find(QStringLiteral("find.next"))->trigger();
    REQUIRE(QTest::qWaitFor([&] { return session->focus.seq() == expected[1]; }, 30'000));
    window.actions().find(QStringLiteral("find.previous"))->trigger();
    REQUIRE(QTest::qWaitFor([&] { return session->focus.seq() == expected[0]; }, 30'000));
    panel->setFilter({});
    CHECK(panel->model().rowCount() == int(session->document.lastSeq()));
}

TEST_CASE("bookmarks and breakpoints are kept beside the trace", "[gui]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.rdrtrace"));
    REQUIRE(QFile::copy(testing::sample("01-first-open"), path));
    {
        Notes notes;
        BookmarkModel bookmarks;
        BreakpointModel breakpoints;
        QAbstractItemModelTester first(
            &bookmarks, QAbstractItemModelTester::FailureReportingMode::Fatal);
        QAbstractItemModelTester second(
            &breakpoints, QAbstractItemModelTester::FailureReportingMode::Fatal);
        bookmarks.setNotes(&notes);
        breakpoints.setNotes(&notes);
        CHECK(notes.load(path).isEmpty());
        notes.toggleBookmark(300);
        notes.toggleBookmark(20);
        notes.toggleBookmark(100);
        notes.toggleBookmark(100);
        CHECK(bookmarks.setData(
            bookmarks.index(1, 1), QStringLiteral("here it begins"), Qt::EditRole));
        CHECK(notes.addBreakpoint(QStringLiteral("layer == mrx")).isEmpty());
        CHECK_FALSE(notes.addBreakpoint(QStringLiteral("layer == ")).isEmpty());
        CHECK_FALSE(notes.addBreakpoint({}).isEmpty());
        CHECK(notes.addBreakpoint(QStringLiteral("failed")).isEmpty());
        CHECK(breakpoints.setData(breakpoints.index(1, 0), Qt::Unchecked, Qt::CheckStateRole));
        CHECK(notes.condition() == QStringLiteral("(layer == mrx)"));
        CHECK(notes.nextBookmark(20) == 300);
        CHECK(notes.previousBookmark(20) == 0);
    }
    Notes again;
    CHECK(again.load(path).isEmpty());
    REQUIRE(again.bookmarks().size() == 2);
    CHECK(again.bookmarks()[0].seq == 20);
    CHECK(again.bookmarks()[1].words == QStringLiteral("here it begins"));
    REQUIRE(again.breakpoints().size() == 2);
    CHECK_FALSE(again.breakpoints()[1].isEnabled);

    QFile damaged(path + QStringLiteral(".notes.json"));
    REQUIRE(damaged.open(QIODevice::WriteOnly));
    damaged.write("{ \"bookmarks\": [");
    damaged.close();
    CHECK_FALSE(again.load(path).isEmpty());
    CHECK(again.bookmarks().empty());
}

TEST_CASE("running stops where a breakpoint's condition holds, in both directions", "[gui]")
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.rdrtrace"));
    REQUIRE(QFile::copy(testing::sample("01-first-open"), path));
    MainWindow window;
    window.show();
    Session* session = window.openTrace(path);
    REQUIRE(testing::waitUntilLoaded(*session));
    REQUIRE(
        session->notes.addBreakpoint(QStringLiteral("kind == begin && layer == mrx")).isEmpty());
    std::vector<Seq> expected;
    for (const Call& call : session->document.index()->calls) {
        if (call.layer == trace::Layer::Mrx && call.begin > session->focus.seq()) {
            expected.push_back(call.begin);
        }
    }
    REQUIRE(expected.size() > 3);
    for (std::size_t i = 0; i < 3; ++i) {
        QTest::keyClick(&window, Qt::Key_F5);
        REQUIRE(QTest::qWaitFor([&] { return session->focus.seq() == expected[i]; }, 30'000));
    }
    QTest::keyClick(&window, Qt::Key_F5, Qt::ShiftModifier);
    CHECK(QTest::qWaitFor([&] { return session->focus.seq() == expected[1]; }, 30'000));
    session->play(1000);
    CHECK(QTest::qWaitFor([&] { return session->focus.seq() > expected[1] + 3; }, 30'000));
    session->stopPlaying();
    CHECK_FALSE(session->isPlaying());
}

TEST_CASE("the timeline is written as PNG and as SVG", "[gui]")
{
    const QTemporaryDir folder;
    MainWindow window;
    window.resize(1366, 768); // room for words in the bars
    window.show();
    Session* session = window.openTrace(testing::sample("01-first-open"));
    REQUIRE(testing::waitUntilLoaded(*session));
    QTest::qWait(1);
    const QString png = folder.filePath(QStringLiteral("t.png"));
    const QString svg = folder.filePath(QStringLiteral("t.svg"));
    CHECK(window.timeline().savePng(png).isEmpty());
    CHECK(window.timeline().saveSvg(svg).isEmpty());
    CHECK(testing::coloursIn(QImage(png), 20) == 20);
    QFile file(svg);
    REQUIRE(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    CHECK(text.contains("NtCreateFile"));
    CHECK_FALSE(text.contains("<image")); // lines stay lines
    CHECK_FALSE(
        window.timeline().savePng(folder.filePath(QStringLiteral("no/such/t.png"))).isEmpty());
}
