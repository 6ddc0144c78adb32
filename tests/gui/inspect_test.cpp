#include "gui/i18n/languages.h"
#include "gui/inspect/explainpanel.h"
#include "gui/inspect/historychart.h"
#include "gui/inspect/ledgerchart.h"
#include "gui/inspect/tables.h"
#include "gui/models/explainpages.h"
#include "gui/models/texts.h"
#include "tests/gui/opened.h"

#include <QAbstractItemModelTester>
#include <QDockWidget>
#include <QLineEdit>
#include <QTabWidget>
#include <QTest>
#include <QTextBrowser>
#include <QTextDocument>
#include <QToolButton>
#include <QTreeView>
#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace rdrlab;
using namespace rdrlab::gui;
using testing::Opened;
using testing::q;

namespace {

std::string nameOf(const char* shown)
{
    const trace::Explanation* entry = explanationOf(q(shown));
    return entry != nullptr ? std::string(entry->name) : std::string();
}

} // namespace

TEST_CASE("a name is explained as it stands on screen", "[gui][explain]")
{
    CHECK(nameOf("✖ STATUS_ACCESS_DENIED") == "STATUS_ACCESS_DENIED");
    CHECK(nameOf("CREATE") == "IRP_MJ_CREATE");
    CHECK(nameOf("FCB \\lab\\public\\readme.txt") == "FCB");
    CHECK(nameOf("IRP#14") == "IRP");
    CHECK(nameOf("● UncleanCount") == "UncleanCount");
    CHECK(nameOf("(name)") == "(name)");
    CHECK(nameOf("nothing of the kind") == "");
    CHECK(nameOf("") == "");
    CHECK(nameOf("✖ ") == "");
    CHECK(explanationOf(QString(1'000'000, QLatin1Char('x'))) == nullptr);
}

TEST_CASE("a tool tip names each flag of a value, and keeps what stands above it", "[gui][explain]")
{
    const QString flags = explainTip(q("FO_FILE_OPEN|FO_SYNCHRONOUS_IO|0x40"), q("a < b\nsecond"));
    CHECK(flags.contains(q("<b>FO_FILE_OPEN</b>")));
    CHECK(flags.contains(q("<b>FO_SYNCHRONOUS_IO</b>")));
    CHECK(flags.contains(q("a &lt; b<br>second")));
    const QString one = explainTip(q("STATUS_PENDING"));
    CHECK(one.contains(q("[MS-ERREF]")));
    CHECK(Qt::mightBeRichText(one));
    CHECK(explainTip(q("no such name")).isEmpty());
    CHECK(explainTip(q("no such name"), q("a < b")) == q("a < b"));
    CHECK(explainTip(q("<script>|<b>")).isEmpty());
}

TEST_CASE("every explanation is reached by the links of its neighbours", "[gui][explain]")
{
    for (const trace::Explanation& entry : trace::explanations()) {
        const QUrl link = explainpages::linkTo(entry);
        CHECK(link.scheme() == q("explain"));
        const QString name = QUrl::fromPercentEncoding(link.path(QUrl::FullyDecoded).toUtf8());
        CHECK(explanationOf(name) == &entry);
        const QString page = explainpages::entry(entry, nullptr, 0);
        CHECK(page.contains(QString::fromStdString(trace::pageOf(entry)).toHtmlEscaped()));
    }
    // "RDBSS has found or built the FCB and the SRV_OPEN …"
    const QString create = explainpages::entry(*explanationOf(q("MRxCreate")), nullptr, 0);
    CHECK(create.contains(q("explain:SRV_OPEN")));
    CHECK_FALSE(create.contains(q("explain:MRxCreate\"")));
    CHECK(explainpages::entry(*explanationOf(q("SRV_OPEN")), nullptr, 0)
              .contains(q("explain:MRxCreate\"")));
    CHECK(explainpages::linked("a <b> & FCB").startsWith(q("a &lt;b&gt; &amp; <a")));
}

TEST_CASE("a search finds names first, then texts, and nothing for nonsense", "[gui][explain]")
{
    const auto found = explainpages::matches(q("mrxcreate"));
    REQUIRE(found.size() > 2);
    CHECK(found[0]->name == "MRxCreate");
    CHECK(found[1]->name.starts_with("MRxCreate"));
    CHECK(explainpages::matches(q("  ")).empty());
    CHECK(explainpages::search(q("<none>")).contains(q("&lt;none&gt;")));
}

namespace {

// German as long as it lives, and never the desktop's language.
struct InGerman
{
    InGerman() { Languages::instance().choose(q("de")); }
    ~InGerman() { Languages::instance().choose(q("en")); }
};

} // namespace

TEST_CASE("explanations are German in German, in pages, tips and search", "[gui][explain]")
{
    const QString english = explainTip(q("STATUS_PENDING"));
    const InGerman german;
    const QString tip = explainTip(q("STATUS_PENDING"));
    CHECK(english.contains(q("The request is accepted")));
    CHECK(tip.contains(q("<b>STATUS_PENDING</b> <i>Status</i><br>Die Anfrage ist angenommen")));
    CHECK(tip.contains(q("Siehe: [MS-ERREF]")));
    CHECK(explainpages::ofTip(tip).contains(q("Die Anfrage ist angenommen")));

    const QString create = explainpages::entry(*explanationOf(q("MRxCreate")), nullptr, 0);
    CHECK(create.contains(q("<i>Routine</i>")));
    CHECK(create.contains(q("auf dem Server. ")));
    CHECK(create.contains(q("explain:SRV_OPEN")));
    CHECK(explainpages::entry(*explanationOf(q("SRV_OPEN")), nullptr, 0)
              .contains(q("Erwähnt von: ")));

    // What ends in a plain word has a heading of its own, by which the panel finds it under the
    // pointer.
    const QString event = explainTip(q("error event"));
    CHECK(event.contains(q("<b>Ereignis „error“</b>")));
    CHECK(explainpages::ofTip(event).contains(q("explain:error%2520event")));

    const auto found = explainpages::matches(q("zwischenantwort"));
    REQUIRE_FALSE(found.empty());
    CHECK(found[0]->name == "interim response");
    CHECK(explainpages::search(q("SICHERHEITSDESKRIPTOR")).contains(q("MRxQuerySdInfo")));
    CHECK(explainpages::matches(q("security descriptor")).empty());
    // Names are found in any language.
    CHECK(explainpages::matches(q("mrxcreate")).front()->name == "MRxCreate");
    for (const trace::Explanation& entry : trace::explanations()) {
        INFO(entry.name);
        const QString page = explainpages::entry(entry, nullptr, 0);
        CHECK(page.contains(explanationPage(entry).toHtmlEscaped()));
        CHECK_FALSE(page.contains(q(std::string(entry.text).c_str()).toHtmlEscaped()));
    }
}

TEST_CASE("the explanations follow every step and what is chosen", "[gui][explain]")
{
    MainWindow window;
    window.resize(1366, 768);
    window.show();
    Session* session = window.openTrace(testing::sample("06-failures"));
    REQUIRE(testing::waitUntilLoaded(*session));
    window.dock(q("explain"))->show();
    window.dock(q("explain"))->raise();
    auto* panel = static_cast<ExplainPanel*>(window.panel(q("explain")));
    const TraceIndex& index = *session->document.index();
    REQUIRE_FALSE(index.errors.empty());
    session->focus.goTo(index.errors.back());
    const trace::Event event = session->document.events().event(index.errors.back());
    const QString status = QString::fromUtf8(std::string(trace::statusName(event.status)).c_str());
    REQUIRE(QTest::qWaitFor([&] { return panel->shownText().contains(status); }));

    // A flag word is taken apart.
    const trace::Reader& reader = session->document.reader();
    const trace::StringId flags = reader.findString("Flags");
    trace::FieldChange change;
    reader.changes(1, UINT64_MAX, [&](const trace::FieldChange& one) {
        const bool found = one.field == flags && one.after.text.find('|') != std::string::npos;
        change = found ? one : change;
        return !found;
    });
    REQUIRE(change.object != 0);
    session->focus.goTo(change.seq);
    session->focus.choose(change.object, flags);
    const QStringList bits = QString::fromStdString(change.after.text).split(QLatin1Char('|'));
    REQUIRE(bits.size() > 1);
    REQUIRE(QTest::qWaitFor([&] { return panel->shownText().contains(bits.first()); }));
    for (const QString& bit : bits) {
        INFO(bit.toStdString());
        CHECK(panel->shownText().contains(bit));
    }

    // Search, a link, and back.
    auto* search = panel->findChild<QLineEdit*>();
    search->setFocus();
    QTest::keyClicks(search, q("STATUS_PENDING"));
    CHECK(panel->shownText().contains(q("match")));
    QTest::keyClick(search, Qt::Key_Return);
    CHECK(panel->shownText().contains(q("In this trace:")));
    auto* page = panel->findChild<QTextBrowser*>();
    Q_EMIT page->anchorClicked(explainpages::linkTo(*explanationOf(q("IRP"))));
    CHECK(panel->shownText().startsWith(q("IRP")));
    for (QToolButton* button : panel->findChildren<QToolButton*>()) {
        if (button->accessibleName() == q("The explanation before")) {
            REQUIRE(button->isEnabled());
            button->click();
        }
    }
    CHECK(panel->shownText().startsWith(q("STATUS_PENDING")));
    CHECK_FALSE(panel->explain(q("no such name")));
    const Seq before = session->focus.seq();
    Q_EMIT page->anchorClicked(QUrl(q("seq:5")));
    CHECK(session->focus.seq() == 5);
    Q_EMIT page->anchorClicked(QUrl(q("http://example.org")));
    CHECK(before != 5);
}

TEST_CASE("what a tool tip explains is read at length in the panel", "[gui][explain]")
{
    CHECK(explainpages::ofTip(q("plain text")).isEmpty());
    const QString page = explainpages::ofTip(explainTip(q("SMB2 CREATE"), q("above")));
    CHECK(page.contains(q("SMB2 CREATE")));
    CHECK_FALSE(page.contains(q("above")));
}

TEST_CASE("a field's history has every change, by number, and its shape", "[gui][history]")
{
    Session session;
    session.document.open(testing::sample("03-read-write"));
    REQUIRE(testing::waitUntilLoaded(session));
    const trace::Reader& reader = session.document.reader();
    std::map<std::pair<trace::ObjectId, trace::StringId>, std::vector<trace::FieldChange>> all;
    reader.changes(1, UINT64_MAX, [&](const trace::FieldChange& change) {
        all[{ change.object, change.field }].push_back(change);
        return true;
    });
    REQUIRE(all.size() > 100);
    HistoryModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    std::set<FieldHistory::Shape> shapes;
    for (const auto& [key, changes] : all) {
        const auto history = readHistory(reader, key.first, key.second, {});
        REQUIRE(history != nullptr);
        REQUIRE(history->changes.size() == changes.size());
        shapes.insert(history->shape);
        CHECK(history->changeAt(changes.front().seq - 1) == changes.size());
        CHECK(history->changeAt(changes.back().seq) == changes.size() - 1);
        model.show(&session.document, history);
        CHECK(model.rowCount() == int(changes.size()));
        CHECK(
            model.index(0, HistoryModel::Number).data().toString()
            == QString::number(changes.front().seq));
        CHECK(model.rowAt(changes.front().seq) == 0);
        CHECK(model.rowAt(changes.front().seq - 1) == -1);
    }
    CHECK(shapes.size() == 3);
    CHECK(
        readHistory(
            reader, all.begin()->first.first, all.begin()->first.second, [] { return true; })
        == nullptr);
    CHECK(flagsOf(q("A_B|C_D|0")) == QStringList { q("A_B"), q("C_D") });
    CHECK(flagsOf(q("0")).isEmpty());
    model.show(nullptr, nullptr);
    CHECK(model.rowCount() == 0);
}

TEST_CASE("the book pairs each taking with its return, and marks what stayed", "[gui][history]")
{
    Session session;
    session.document.open(testing::sample("network-cut"));
    REQUIRE(testing::waitUntilLoaded(session));
    const trace::Reader& reader = session.document.reader();
    LedgerModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    int open = 0;
    int closed = 0;
    for (const Lifetime& life : session.document.index()->lifetimes) {
        const auto book = readReferences(reader, life.object, {});
        REQUIRE(book != nullptr);
        model.show(&session.document, book);
        REQUIRE(model.rowCount() == int(book->ledger.pairs.size()));
        for (int row = 0; row < model.rowCount(); ++row) {
            const trace::LedgerPair& pair = book->ledger.pairs[std::size_t(row)];
            const QModelIndex taken = model.index(row, LedgerModel::Taken);
            const QModelIndex returned = model.index(row, LedgerModel::Returned);
            CHECK(taken.data(LedgerModel::SeqRole).toULongLong() == pair.taken.seq);
            if (pair.returned.seq == 0) {
                ++open;
                CHECK(returned.data().toString().startsWith(q("✖")));
                CHECK(taken.data(LedgerModel::OpenRole).toBool());
            } else {
                ++closed;
                CHECK(returned.data(LedgerModel::SeqRole).toULongLong() == pair.returned.seq);
            }
        }
    }
    CHECK(open > 0);
    CHECK(closed > 100);
    CHECK(readReferences(reader, 0, {})->ledger.hasLines == false);
}

TEST_CASE(
    "the inspector shows the history of the chosen field, and a click goes there", "[gui][history]")
{
    Opened w("01-first-open", "object");
    auto* tabs = w.panel->findChild<QTabWidget*>();
    auto* chart = w.panel->findChild<HistoryChart*>();
    const trace::ObjectId fcb = w.object("FCB:\\lab\\public\\readme.txt");
    const trace::StringId field = w.reader().findString("UncleanCount");
    const auto history = readHistory(w.reader(), fcb, field, {});
    REQUIRE(history->changes.size() >= 2);
    const Seq second = history->changes[1].seq;
    w.session->focus.goTo(history->changes[0].seq);
    w.session->focus.choose(fcb, field);
    REQUIRE(QTest::qWaitFor([&] { return chart->canvasItems().size() >= 2; }));
    CHECK(chart->canvasItems()[0].name.contains(q("UncleanCount is ")));
    CHECK(chart->canvasItems()[1].name.contains(QString::number(second)));
    chart->setFocus();
    QTest::keyClick(chart, Qt::Key_Right);
    CHECK(w.session->focus.seq() == second);
    QTest::keyClick(chart, Qt::Key_Left);
    CHECK(w.session->focus.seq() == history->changes[0].seq);
    const QRect place = chart->canvasItems()[1].rect;
    QTest::mouseClick(chart->viewport(), Qt::LeftButton, {}, place.center());
    CHECK(w.session->focus.seq() == second);
    QTest::keyClick(chart, Qt::Key_Plus);
    QTest::keyClick(chart, Qt::Key_Home);

    tabs->setCurrentIndex(1);
    auto* changes = qobject_cast<QTreeView*>(tabs->currentWidget());
    REQUIRE(changes != nullptr);
    CHECK(changes->model()->rowCount() == int(history->changes.size()));
    changes->setCurrentIndex(changes->model()->index(0, 0));
    CHECK(w.session->focus.seq() == history->changes[0].seq);
    CHECK(tables::selectedText(*changes).contains(QString::number(history->changes[0].seq)));
}

TEST_CASE("the ledger chart draws a bar from taking to return", "[gui][history]")
{
    Opened w("01-first-open", "object");
    auto* tabs = w.panel->findChild<QTabWidget*>();
    auto* chart = w.panel->findChild<LedgerChart*>();
    const trace::ObjectId fcb = w.object("FCB:\\lab\\public\\readme.txt");
    tabs->setCurrentIndex(2);
    w.session->focus.choose(fcb);
    const auto book = readReferences(w.reader(), fcb, {});
    REQUIRE(book->ledger.pairs.size() >= 2);
    REQUIRE(QTest::qWaitFor([&] { return !chart->canvasItems().empty(); }));
    for (std::size_t i = 0; i < 2; ++i) {
        const QRectF bar = chart->barOf(i);
        CHECK(bar.width() >= 2);
        const QPoint middle = bar.intersected(QRectF(chart->viewport()->rect())).center().toPoint();
        CHECK(chart->pairAt(middle) == int(i));
        QTest::mouseClick(chart->viewport(), Qt::LeftButton, {}, middle);
        CHECK(w.session->focus.seq() == book->ledger.pairs[i].taken.seq);
        if (book->ledger.pairs[i].returned.seq != 0) {
            QTest::mouseDClick(chart->viewport(), Qt::LeftButton, {}, middle);
            CHECK(w.session->focus.seq() == book->ledger.pairs[i].returned.seq);
        }
    }
    CHECK(chart->pairAt(QPoint(1, 1)) == -1);
    // Another object, then none: nothing of the first stays.
    w.session->focus.choose(w.object("SRV_CALL:\\lab"));
    w.window.closeTrace(0);
    CHECK(chart->canvasItems().empty());
}
