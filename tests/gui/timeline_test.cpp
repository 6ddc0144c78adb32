#include "gui/timeline/gallop.h"
#include "tests/gui/guisupport.h"

#include <QTest>
#include <catch2/catch.hpp>
#include <numeric>

using namespace rdrlab::gui;

TEST_CASE("galloping finds what a search of everything finds", "[gui]")
{
    std::vector<int> numbers(300);
    std::iota(numbers.begin(), numbers.end(), 0);
    for (const std::size_t first : { 0U, 1U, 17U, 299U, 300U }) {
        for (int limit = -1; limit <= 301; ++limit) {
            const auto begin = numbers.begin() + std::ptrdiff_t(first);
            const auto isBefore = [limit](int number) { return number < limit; };
            REQUIRE(
                gallop(begin, numbers.end(), isBefore)
                == std::partition_point(begin, numbers.end(), isBefore));
        }
    }
}

TEST_CASE("however one came to a view of the timeline, it shows the same", "[gui]")
{
    MainWindow window;
    window.resize(1366, 768);
    window.show();
    Session* session = window.openTrace(testing::sample("busy-minute"));
    REQUIRE(testing::waitUntilLoaded(*session));
    REQUIRE(session->document.isReady());
    TimelineView& timeline = window.timeline();
    const auto shown = [&] {
        timeline.viewport()->repaint();
        REQUIRE(testing::waitUntilSharp(timeline));
        return timeline.viewport()->grab().toImage();
    };
    QTest::qWait(50); // the window finds its layout
    timeline.showRange(1000, 9000);
    const QImage near = shown();
    // In haste, so that tiles of one zoom stand in for those of the next.
    for (int i = 0; i < 12; ++i) {
        i < 6 ? timeline.zoomIn() : timeline.zoomOut();
        timeline.viewport()->repaint();
    }
    timeline.showAll();
    const QImage all = shown();
    CHECK(all != near);
    timeline.showRange(1000, 9000);
    CHECK(shown() == near);
    timeline.showAll();
    CHECK(shown() == all);
}

TEST_CASE("the ruler tells times in a unit that a person reads", "[gui]")
{
    const QLocale before;
    QLocale::setDefault(QLocale::c());
    const auto text = [](double at, double step) { return tickText(Axis::Kind::Time, at, step); };
    CHECK(text(0, 100) == QStringLiteral("0.0 µs"));
    CHECK(text(40, 20) == QStringLiteral("40 ns"));
    CHECK(text(2.5e6, 5e5) == QStringLiteral("2.5 ms"));
    CHECK(text(10'001'263'960.0, 20) == QStringLiteral("10.00126396 s"));
    CHECK(text(60e9, 5e9) == QStringLiteral("60 s"));
    QLocale::setDefault(QLocale(QLocale::German));
    CHECK(text(2.5e6, 5e5) == QStringLiteral("2,5 ms"));
    QLocale::setDefault(before);
}
