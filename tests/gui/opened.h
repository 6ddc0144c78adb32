// A window with one sample open and one panel in front: where tests of panels begin.
#pragma once

#include "tests/gui/guisupport.h"

#include <QDockWidget>
#include <QTest>
#include <catch2/catch.hpp>

namespace rdrlab::gui::testing {

inline QString q(const char* text)
{
    return QString::fromUtf8(text);
}

struct Opened
{
    MainWindow window;
    Session* session = nullptr;
    Panel* panel = nullptr;

    Opened(const char* name, const char* id)
    {
        window.resize(1366, 768);
        window.show();
        session = window.openTrace(sample(name));
        REQUIRE(waitUntilLoaded(*session));
        REQUIRE(session->document.isReady());
        panel = window.panel(q(id));
        window.dock(q(id))->show();
        window.dock(q(id))->raise();
        REQUIRE(QTest::qWaitFor([&] { return panel->isVisible(); }));
    }
    const trace::Reader& reader() const { return session->document.reader(); }
    trace::ObjectId object(const char* name) const
    {
        const auto found = reader().objectsNamed(name);
        REQUIRE_FALSE(found.empty());
        return found[0];
    }
};

} // namespace rdrlab::gui::testing
