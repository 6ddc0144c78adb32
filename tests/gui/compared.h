// Two samples compared: where tests of comparisons begin.
#pragma once

#include "gui/compare/comparewindow.h"
#include "tests/gui/guisupport.h"

#include <QTest>
#include <catch2/catch.hpp>

namespace rdrlab::gui::testing {

inline constexpr int kLongestMs = 60'000;

inline bool waitFor(Comparison& comparison)
{
    return QTest::qWaitFor([&] { return !comparison.isRunning(); }, kLongestMs);
}

// Two samples that share most of their calls.
struct Compared
{
    Comparison comparison;

    explicit Compared(const char* a = "01-first-open", const char* b = "02-second-open")
    {
        comparison.start(sample(a), sample(b), std::nullopt);
        REQUIRE(waitFor(comparison));
        INFO(comparison.error().toStdString());
        REQUIRE(comparison.isReady());
    }
    const trace::TraceDiff& diff() const { return comparison.diff(); }
};

// The window as a person has it after "Compare with…".
struct Window
{
    MainWindow main;
    CompareWindow* window = nullptr;

    explicit Window(const char* a = "01-first-open", const char* b = "02-second-open")
    {
        main.compareTraces(sample(a), sample(b));
        REQUIRE(main.comparisons().size() == 1);
        window = main.comparisons().front();
        window->resize(1366, 768);
        REQUIRE(QTest::qWaitFor([&] { return window->comparison().isReady(); }, kLongestMs));
        QTest::qWait(1);
    }
    Comparison& comparison() { return window->comparison(); }
    Seq seq(DiffSide side) { return window->session(side).focus.seq(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(window, key, modifiers);
    }
};

} // namespace rdrlab::gui::testing
