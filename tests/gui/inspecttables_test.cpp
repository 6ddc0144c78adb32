#include "gui/inspect/lifetimepanel.h"
#include "gui/inspect/lifetimeview.h"
#include "gui/inspect/sqleditor.h"
#include "gui/inspect/sqlpanel.h"
#include "gui/inspect/tables.h"
#include "gui/models/texts.h"
#include "tests/gui/opened.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QStandardItemModel>
#include <QTableView>
#include <QTemporaryDir>
#include <set>

using namespace rdrlab;
using namespace rdrlab::gui;
using testing::Opened;
using testing::q;

TEST_CASE("the lives of objects are ordered and chosen, and none is lost", "[gui][lifetimes]")
{
    Session session;
    session.document.open(testing::sample("network-cut"));
    REQUIRE(testing::waitUntilLoaded(session));
    const trace::Reader& reader = session.document.reader();
    const auto table = readLives(reader, session.document.index());
    REQUIRE(table != nullptr);
    const std::vector<Lifetime>& lives = session.document.index()->lifetimes;
    REQUIRE(lives.size() > 100);
    REQUIRE(table->kinds.size() == lives.size());
    LifetimeModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    for (const LifeOrder order :
         { LifeOrder::Kind, LifeOrder::Family, LifeOrder::Birth, LifeOrder::Length }) {
        LifeWish wish;
        wish.order = order;
        const auto rows = arrangeLives(*table, reader, wish, {});
        REQUIRE(rows->rows.size() == lives.size());
        std::vector<std::uint32_t> sorted = rows->rows;
        std::sort(sorted.begin(), sorted.end());
        CHECK(std::unique(sorted.begin(), sorted.end()) == sorted.end());
        model.show(&session.document, table, rows);
        REQUIRE(model.rowCount() == int(lives.size()));
        std::set<trace::ObjectId> seen;
        int placedBelow = 0;
        for (int row = 0; row < model.rowCount(); ++row) {
            const Lifetime& life = *model.lifeOf(row);
            CHECK(model.rowOf(life.object) == row);
            const trace::Object& object = *reader.object(life.object);
            CHECK(model.kindOf(row) == object.kind);
            if (row > 0 && order == LifeOrder::Birth) {
                CHECK(model.lifeOf(row - 1)->birth <= life.birth);
            }
            if (row > 0 && order == LifeOrder::Length) {
                const Lifetime& above = *model.lifeOf(row - 1);
                CHECK(above.deathNs - above.birthNs >= life.deathNs - life.birthNs);
            }
            if (order == LifeOrder::Family && session.document.index()->lifetimeOf(object.owner)
                && object.owner < life.object) {
                CHECK(seen.contains(object.owner));
                ++placedBelow;
            }
            seen.insert(life.object);
        }
        CHECK((order != LifeOrder::Family || placedBelow > 10));
    }
    LifeWish wish;
    wish.words = q("JOURnal.txt");
    const auto found = arrangeLives(*table, reader, wish, {});
    CHECK_FALSE(found->rows.empty());
    for (const std::uint32_t row : found->rows) {
        CHECK(texts::object(reader, lives[row].object).contains(q("journal.txt")));
    }
    wish = {};
    wish.choice = LifeChoice::AliveAtEnd;
    const auto alive = arrangeLives(*table, reader, wish, {});
    CHECK(
        std::ptrdiff_t(alive->rows.size())
        == std::count_if(
            lives.begin(), lives.end(), [](const Lifetime& life) { return life.death == 0; }));
    wish.hidden.set();
    CHECK(arrangeLives(*table, reader, wish, {})->rows.empty());
    CHECK(arrangeLives(*table, reader, {}, [] { return true; }) == nullptr);
    CHECK_FALSE(table->areLeaksKnown);
    const auto known = findLeaks(*table, reader, {});
    REQUIRE(known != nullptr);
    CHECK(known->areLeaksKnown);
    CHECK(known->kinds == table->kinds);
    CHECK(findLeaks(*table, reader, [](auto, auto) { return false; }) == nullptr);
    model.show(nullptr, nullptr, nullptr);
    CHECK(model.rowCount() == 0);
    CHECK(model.rowOf(1) == -1);
}

TEST_CASE("the lifetimes chart chooses on a click and goes on a double-click", "[gui][lifetimes]")
{
    Opened w("01-first-open", "lifetimes");
    auto* panel = static_cast<LifetimePanel*>(w.panel);
    auto* view = panel->findChild<LifetimeView*>();
    const auto settled = [&] { return !panel->isArranging() && panel->model().rowCount() > 0; };
    REQUIRE(QTest::qWaitFor(settled));
    const trace::ObjectId fcb = w.object("FCB:\\lab\\public\\readme.txt");
    w.session->focus.choose(fcb);
    const int row = view->currentIndex().row();
    REQUIRE(panel->model().lifeOf(row) != nullptr);
    CHECK(panel->model().lifeOf(row)->object == fcb);
    const QRectF bar = view->barOf(row);
    REQUIRE(bar.width() > 6);
    QTest::mouseDClick(
        view->viewport(), Qt::LeftButton, {}, QPoint(int(bar.left()) + 1, int(bar.center().y())));
    CHECK(w.session->focus.seq() == panel->model().lifeOf(row)->birth);
    QTest::mouseDClick(
        view->viewport(), Qt::LeftButton, {}, QPoint(int(bar.right()) - 1, int(bar.center().y())));
    CHECK(w.session->focus.seq() == panel->model().lifeOf(row)->death);

    // Another row chooses another object.
    view->setFocus();
    QTest::keyClick(view, Qt::Key_Down);
    CHECK(w.session->focus.object() == panel->model().lifeOf(row + 1)->object);

    // Zooming keeps the current event in place.
    const double before = view->axis().x(view->nowUnits());
    QTest::keyClick(view, Qt::Key_Plus);
    CHECK(std::abs(view->axis().x(view->nowUnits()) - before) < 2);
    view->showAll();

    auto* words = panel->findChild<QLineEdit*>();
    const int all = panel->model().rowCount();
    words->setText(q("readme"));
    REQUIRE(QTest::qWaitFor([&] { return settled() && panel->model().rowCount() < all; }));
    words->setText(q("no such object"));
    REQUIRE(
        QTest::qWaitFor([&] { return !panel->isArranging() && panel->model().rowCount() == 0; }));
    view->grab();
    w.window.closeTrace(0);
    CHECK(panel->model().rowCount() == 0);
}

TEST_CASE("an answer keeps types, meanings and problems", "[gui][sql]")
{
    Session session;
    session.document.open(testing::sample("03-read-write"));
    REQUIRE(testing::waitUntilLoaded(session));
    const trace::Reader& reader = session.document.reader();
    SqlModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto answer = runStatement(
        reader,
        q("SELECT e.seq, o.name AS object, 1.5 AS real, NULL AS empty, x'00FF' AS bytes "
          "FROM events e JOIN v_objects o ON o.id = e.object ORDER BY e.seq DESC LIMIT 5"),
        nullptr);
    CHECK(answer->problem.isEmpty());
    REQUIRE(answer->rows.size() == 5);
    model.show(&reader, answer);
    CHECK(model.columnCount() == 5);
    CHECK(answer->eventColumn() == 0);
    const auto events = answer->eventsOf(0);
    REQUIRE(events.size() == 5);
    CHECK(std::is_sorted(events.begin(), events.end()));
    CHECK(model.index(0, 0).data(SqlModel::SeqRole).toULongLong() == events.back());
    const trace::ObjectId object = model.index(0, 1).data(SqlModel::ObjectRole).toUInt();
    REQUIRE(object != 0);
    CHECK(
        q(std::string(reader.string(reader.object(object)->name)).c_str())
        == model.index(0, 1).data().toString());
    CHECK(model.index(0, 2).data(SqlModel::SortRole).toDouble() == 1.5);
    CHECK(model.index(0, 3).data().toString() == q("NULL"));
    CHECK(model.index(0, 4).data().toString() == q("00 ff"));

    CHECK_FALSE(runStatement(reader, q("DELETE FROM events"), nullptr)->problem.isEmpty());
    CHECK_FALSE(runStatement(reader, q("SELEC"), nullptr)->problem.isEmpty());
    CHECK_FALSE(runStatement(reader, {}, nullptr)->problem.isEmpty());
    CHECK_FALSE(runStatement(reader, q("SELECT 1; SELECT 2"), nullptr)->problem.isEmpty());
    const std::atomic<bool> cancelled = true;
    CHECK_FALSE(runStatement(
                    reader,
                    q("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
                      "max(i) FROM n"),
                    &cancelled)
                    ->problem.isEmpty());
    model.show(nullptr, nullptr);
    CHECK(model.rowCount() == 0);
    CHECK(model.columnCount() == 0);
}

TEST_CASE("translators see the title of every worked query", "[gui][sql]")
{
    QStringList titles;
    for (const trace::WorkedQuery& query : trace::workedQueries()) {
        titles += QString::fromStdString(query.title);
    }
    CHECK(titlesForTranslators() == titles);
}

TEST_CASE("completion knows the tables and columns of the trace", "[gui][sql]")
{
    Session session;
    session.document.open(testing::sample("01-first-open"));
    REQUIRE(testing::waitUntilLoaded(session));
    const SqlWords words = wordsOf(session.document.reader());
    const QStringList all = words.all();
    for (const char* word : { "v_events", "spine", "status_name", "SELECT", "count", "srv_open" }) {
        INFO(word);
        CHECK(all.contains(q(word)));
    }
    CHECK(words.tables.front().first.startsWith(q("v_")));
}

TEST_CASE("the console runs a statement, goes where one clicks, and marks its events", "[gui][sql]")
{
    Opened w("06-failures", "sql");
    auto* panel = static_cast<SqlPanel*>(w.panel);
    auto* table = panel->findChild<QTableView*>();
    const auto ran = [&] { return !panel->isRunning(); };
    panel->setStatement(q("SELECT seq FROM spine WHERE status < 0 ORDER BY seq DESC"));
    auto* editor = panel->findChild<SqlEditor*>();
    editor->setFocus();
    QTest::keyClick(editor, Qt::Key_Return, Qt::ControlModifier);
    REQUIRE(QTest::qWaitFor(ran));
    const SqlModel& model = panel->model();
    REQUIRE(model.rowCount() > 3);
    const Seq seq = model.index(1, 0).data(SqlModel::SeqRole).toULongLong();
    Q_EMIT table->clicked(table->model()->index(1, 0));
    CHECK(w.session->focus.seq() == seq);
    // Sorting moves rows, not what they mean.
    table->sortByColumn(0, Qt::AscendingOrder);
    const QModelIndex first = table->model()->index(0, 0);
    CHECK(first.data().toULongLong() == model.answer()->eventsOf(0).front());

    const std::size_t lanes = w.window.timeline().lanes()->lanes().size();
    REQUIRE(panel->saveAsLane(q("failures")));
    REQUIRE(QTest::qWaitFor([&] { return !w.session->lanes.all().empty(); }));
    const LaneSet& now = *w.window.timeline().lanes();
    REQUIRE(now.lanes().size() == lanes + 1);
    const Lane& lane = now.lanes()[0];
    CHECK(lane.title == q("failures"));
    REQUIRE(lane.marks.size() == model.answer()->eventsOf(0).size());
    CHECK(now.marksOf(lane)[lane.marks[0]].seq == model.answer()->eventsOf(0).front());
    w.window.timeline().grab();
    // The calls of the other lanes still stand where they are drawn.
    for (CallIndex call = 0; call < w.session->document.index()->calls.size(); ++call) {
        const LaneSet::Place place = now.placeOfCall(call);
        if (place.lane >= 0) {
            REQUIRE(place.lane > 0);
            const auto& items
                = now.lanes()[std::size_t(place.lane)].rows[std::size_t(place.row)].items;
            CHECK(std::binary_search(items.begin(), items.end(), call));
        }
    }
    w.session->lanes.remove(0);
    CHECK(w.window.timeline().lanes()->lanes().size() == lanes);

    QTemporaryDir folder;
    const QString path = folder.filePath(q("answer.csv"));
    CHECK(panel->saveCsv(path).isEmpty());
    QFile file(path);
    REQUIRE(file.open(QIODevice::ReadOnly));
    CHECK(file.readAll().startsWith("seq\r\n"));
    CHECK_FALSE(panel->saveCsv(folder.filePath(q("none/answer.csv"))).isEmpty());

    // What is wrong is one line; nothing of the answer before stays.
    panel->setStatement(q("SELECT nonsense"));
    panel->run();
    REQUIRE(QTest::qWaitFor(ran));
    CHECK(model.rowCount() == 0);
    CHECK_FALSE(panel->saveAsLane(q("none")));
    bool isTold = false;
    for (const QLabel* label : panel->findChildren<QLabel*>()) {
        isTold = isTold || label->text().startsWith(q("✖ "));
    }
    CHECK(isTold);

    // A statement without an end can be left.
    panel->setStatement(
        q("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"));
    panel->run();
    CHECK(panel->isRunning());
    w.window.closeTrace(0);
    CHECK_FALSE(panel->isRunning());
}

TEST_CASE("a comma or a quotation mark in a cell survives CSV", "[gui][sql]")
{
    QStandardItemModel model(1, 2);
    model.setHorizontalHeaderLabels({ q("a,b"), q("c") });
    model.setItem(0, 0, new QStandardItem(q("say \"x\"")));
    model.setItem(0, 1, new QStandardItem(q("two\nlines")));
    CHECK(tables::toCsv(model) == "\"a,b\",c\r\n\"say \"\"x\"\"\",\"two\nlines\"\r\n");
}
