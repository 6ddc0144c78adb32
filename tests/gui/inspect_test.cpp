#include "gui/models/explain.h"
#include "tests/gui/guisupport.h"

#include <QTextDocument>
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
