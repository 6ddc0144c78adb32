#include "gui/inspect/explainpanel.h"
#include "gui/models/explainpages.h"
#include "tests/gui/guisupport.h"

#include <QDockWidget>
#include <QLineEdit>
#include <QTest>
#include <QTextBrowser>
#include <QTextDocument>
#include <QToolButton>
#include <catch2/catch.hpp>

using namespace rdrlab;
using namespace rdrlab::gui;

namespace {

QString q(const char* text)
{
    return QString::fromUtf8(text);
}

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
