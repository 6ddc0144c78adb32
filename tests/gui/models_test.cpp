#include "gui/models/calltreemodel.h"
#include "gui/models/eventmodel.h"
#include "gui/models/stepper.h"
#include "gui/timeline/lanes.h"
#include "tests/gui/guisupport.h"

#include <QAbstractItemModelTester>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

// A sample trace, loaded; the tests read it only.
struct Loaded
{
    Session session;
    explicit Loaded(const char* name = "01-first-open")
    {
        session.document.open(testing::sample(name));
        REQUIRE(testing::waitUntilLoaded(session));
        REQUIRE(session.document.isReady());
    }
    const TraceDocument& document() const { return session.document; }
};

} // namespace

TEST_CASE("the index holds the same calls as the span table", "[gui]")
{
    const Loaded loaded("03-read-write");
    const TraceIndex& index = *loaded.document().index();
    std::size_t at = 0;
    loaded.document().reader().spans([&](const trace::Span& span) {
        REQUIRE(at < index.calls.size());
        const Call& call = index.calls[at++];
        CHECK(call.begin == span.id);
        CHECK(call.end == span.end);
        CHECK(call.beginNs == span.beginNs);
        CHECK(call.routine == span.routine);
        CHECK((span.end == 0 || call.status == span.status));
        CHECK((call.parent == kNoCall ? 0 : index.calls[call.parent].begin) == span.parent);
        return true;
    });
    CHECK(at == index.calls.size());
    CHECK(at > 200);
    CHECK(index.damagedChunks == 0);
    CHECK(index.lifetimes.size() == loaded.document().reader().objects().size());
}

TEST_CASE("the event model is a model and shows every event", "[gui]")
{
    const Loaded loaded;
    EventModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setDocument(&loaded.document());
    REQUIRE(model.rowCount() == int(loaded.document().lastSeq()));
    CHECK(model.rowOf(1) == 0);
    CHECK(model.seqOf(model.rowCount() - 1) == loaded.document().lastSeq());
    std::size_t named = 0;
    loaded.document().reader().events(1, UINT64_MAX, [&](const trace::Event& event) {
        const int row = model.rowOf(event.seq);
        named += model.index(row, EventModel::Routine).data().toString().isEmpty() ? 0U : 1U;
        CHECK(model.index(row, EventModel::Number).data().toString() == QString::number(event.seq));
        return true;
    });
    CHECK(named > 100);
    model.setRows({ 5, 9, 300 });
    CHECK(model.rowCount() == 3);
    CHECK(model.seqOf(1) == 9);
    CHECK(model.rowOf(299) == 1);
    CHECK(model.rowOf(4) == -1);
    model.clearRows();
    model.setDocument(nullptr);
    CHECK(model.rowCount() == 0);
}

TEST_CASE("the call tree is a model and puts calls below their callers", "[gui]")
{
    const Loaded loaded;
    CallTreeModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setDocument(&loaded.document());
    const TraceIndex& index = *loaded.document().index();
    REQUIRE(model.rowCount() == int(index.childrenOf(kNoCall).size()));
    for (CallIndex call = 0; call < index.calls.size(); ++call) {
        const QModelIndex at = model.indexOf(call);
        REQUIRE(at.isValid());
        CHECK(model.callOf(at) == call);
        CHECK(model.callOf(at.parent()) == index.calls[call].parent);
        CHECK_FALSE(at.data().toString().isEmpty());
    }
}

TEST_CASE("stepping over a call leads to its end and back to its begin", "[gui]")
{
    const Loaded loaded;
    const TraceDocument& document = loaded.document();
    const TraceIndex& index = *document.index();
    for (const Call& call : index.calls) {
        if (call.end == 0) {
            continue;
        }
        CHECK(step::overCall(document, call.begin, Direction::Forward) == call.end);
        CHECK(step::overCall(document, call.end, Direction::Backward) == call.begin);
        if (call.parent != kNoCall) {
            CHECK(
                step::outOfCall(document, call.begin, Direction::Backward)
                == index.calls[call.parent].begin);
        }
    }
}

TEST_CASE("stepping by event and by call visits each once and ends", "[gui]")
{
    const Loaded loaded;
    const TraceDocument& document = loaded.document();
    std::size_t calls = 0;
    Seq at = 0;
    for (Seq next = step::byCall(document, at, Direction::Forward); next != 0;
         next = step::byCall(document, at, Direction::Forward)) {
        REQUIRE(next > at);
        CHECK((at == 0 || step::byCall(document, next, Direction::Backward) == at));
        at = next;
        ++calls;
    }
    CHECK(calls == document.index()->calls.size() + document.index()->ends.size());
    CHECK(step::byEvent(document, document.lastSeq(), Direction::Forward) == 0);
    CHECK(step::byEvent(document, 1, Direction::Backward) == 0);
}

TEST_CASE("stepping by change of a field finds what the changes table holds", "[gui]")
{
    const Loaded loaded;
    const TraceDocument& document = loaded.document();
    const trace::Reader& reader = document.reader();
    const auto objects = reader.objectsNamed("FCB:\\lab\\public\\readme.txt");
    REQUIRE_FALSE(objects.empty());
    const trace::StringId field = reader.findString("UncleanCount");
    REQUIRE(field != 0);
    std::vector<Seq> expected;
    reader.fieldChanges(
        objects[0], field, 1, UINT64_MAX, false, [&](const trace::FieldChange& change) {
            expected.push_back(change.seq);
            return true;
        });
    REQUIRE(expected.size() >= 2);
    std::vector<Seq> walked;
    for (Seq at = step::toChange(document, 0, objects[0], field, Direction::Forward); at != 0;
         at = step::toChange(document, at, objects[0], field, Direction::Forward)) {
        walked.push_back(at);
    }
    CHECK(walked == expected);
    CHECK(
        step::toChange(document, expected[1], objects[0], field, Direction::Backward)
        == expected[0]);
    CHECK(step::toChange(document, expected[0], objects[0], field, Direction::Backward) == 0);
}

TEST_CASE("a failure is found from both sides and keeps its place in the lanes", "[gui]")
{
    const Loaded loaded("06-failures");
    const TraceIndex& index = *loaded.document().index();
    REQUIRE(index.errors.size() > 5);
    CHECK(index.nextError(0) == index.errors.front());
    CHECK(index.previousError(UINT64_MAX) == index.errors.back());
    CHECK(index.nextError(index.errors.back()) == 0);
    const LaneSet lanes(loaded.document().index(), LaneMode::Layers, loaded.document().reader());
    // However far one zooms out: some run of the application's lane is marked as failed.
    Axis axis;
    axis.setWidth(8);
    axis.setRange(Axis::Kind::Events, double(index.lastSeq) + 1);
    axis.showAll();
    Severity worst = Severity::Fine;
    for (const LaneRow& row : lanes.lanes().front().rows) {
        lanes.runs(lanes.lanes().front(), row, axis, 0, 8, [&](const LaneSet::Run& run) {
            worst = std::max(worst, row.worst.worst(run.first, run.last));
        });
    }
    CHECK(worst == Severity::Failed);
}

TEST_CASE("nothing overlaps within a row of a lane, on either axis", "[gui]")
{
    const Loaded loaded("03-read-write");
    for (const LaneMode mode : { LaneMode::Layers, LaneMode::Threads, LaneMode::Objects }) {
        const LaneSet lanes(loaded.document().index(), mode, loaded.document().reader());
        std::size_t shown = 0;
        for (const Axis::Kind kind : { Axis::Kind::Events, Axis::Kind::Time }) {
            Axis axis;
            axis.setRange(kind, 1e9);
            for (const Lane& lane : lanes.lanes()) {
                for (const LaneRow& row : lane.rows) {
                    double end = 0;
                    for (const std::uint32_t item : row.items) {
                        CHECK(lanes.begin(lane, item, axis) >= end);
                        end = lanes.finish(lane, item, axis);
                        ++shown;
                    }
                }
                CHECK(lane.hidden == 0);
            }
        }
        CHECK(shown > 100);
    }
}

TEST_CASE("the worst of any range equals the worst one by one", "[gui]")
{
    std::vector<std::uint8_t> values(5000);
    std::uint32_t state = 7;
    for (std::uint8_t& value : values) {
        state = state * 1664525U + 1013904223U;
        value = state >> 24 > 250 ? std::uint8_t(state % 4) : 0;
    }
    WorstPyramid pyramid;
    pyramid.build(values);
    for (std::size_t from = 0; from < values.size(); from += 37) {
        for (std::size_t to = from + 1; to <= values.size(); to += 211) {
            const auto expected = *std::max_element(
                values.begin() + std::ptrdiff_t(from), values.begin() + std::ptrdiff_t(to));
            CHECK(std::uint8_t(pyramid.worst(from, to)) == expected);
        }
    }
    CHECK(pyramid.worst(10, 10) == Severity::Fine);
}

TEST_CASE("visits are remembered like pages of a browser", "[gui]")
{
    Focus focus;
    focus.setLast(1000);
    focus.goTo(1, Focus::How::Step);
    focus.goTo(10);
    focus.goTo(20);
    focus.goTo(21, Focus::How::Step);
    focus.goTo(500);
    focus.goBack();
    CHECK(focus.seq() == 21);
    focus.goBack();
    CHECK(focus.seq() == 20);
    focus.goForward();
    CHECK(focus.seq() == 21);
    focus.goTo(70);
    CHECK_FALSE(focus.canGoForward());
    focus.goTo(5000);
    CHECK(focus.seq() == 1000);
}

TEST_CASE("every colour of every theme can be read", "[gui]")
{
    for (const QString& id : Themes::ids()) {
        Themes::instance().choose(id);
        const Theme& theme = gui::theme();
        INFO(id.toStdString());
        for (const QColor& background :
             { theme.window, theme.base, theme.alternate, theme.button }) {
            for (const QColor& text : { theme.text, theme.dim, theme.warned, theme.failed }) {
                INFO(text.name().toStdString() << " on " << background.name().toStdString());
                CHECK(Theme::contrast(text, background) >= 4.5);
            }
            for (const QColor& mark :
                 { theme.added, theme.removed, theme.changed, theme.now, theme.accent }) {
                CHECK(Theme::contrast(mark, background) >= 3.0);
            }
        }
        CHECK(Theme::contrast(theme.accent, theme.accentText) >= 4.5);
        CHECK(Theme::contrast(theme.frame(), theme.base) >= 3.0);
        CHECK(Theme::contrast(theme.frame(), theme.window) >= 3.0);
        for (std::size_t i = 0; i < std::size_t(trace::Layer::Maximum); ++i) {
            INFO("layer " << i);
            CHECK(Theme::contrast(theme.layer[i], theme.base) >= 3.0);
        }
    }
    Themes::instance().choose(QStringLiteral("light"));
}

TEST_CASE("a foreign or damaged file gives one line and no trace", "[gui]")
{
    Session session;
    session.document.open(QStringLiteral(__FILE__));
    REQUIRE(testing::waitUntilLoaded(session));
    CHECK(session.document.state() == TraceDocument::State::Failed);
    CHECK_FALSE(session.document.error().isEmpty());
    CHECK_FALSE(session.document.error().contains(QLatin1Char('\n')));
    CHECK(session.focus.seq() == 0);
}
