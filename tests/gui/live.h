// A window with its Run panel and a laboratory to run: where tests of live runs begin.
#pragma once

#include "gui/live/livepanel.h"
#include "gui/models/runfolder.h"
#include "gui/models/texts.h"
#include "tests/gui/guisupport.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <catch2/catch.hpp>

namespace rdrlab::gui::testing {

inline constexpr int kLongMs = 30'000;

inline QString lab(const char* name)
{
    return QStringLiteral(RDRLAB_SOURCE "/labs/%1/scenario.lua").arg(QLatin1String(name));
}

// A window with its Run panel, and a folder of its own for what runs record.
struct Live
{
    QTemporaryDir folder;
    MainWindow window;
    LivePanel* panel;

    Live()
    {
        qputenv("RDRLAB_PROGRAM", RDRLAB_PROGRAM);
        QSettings().remove(QStringLiteral("live"));
        setRunFolder(folder.path());
        window.resize(1366, 768);
        window.show();
        panel = qobject_cast<LivePanel*>(window.panel(QStringLiteral("live")));
        REQUIRE(panel != nullptr);
        while (panel->breaks().rowCount() > 0) {
            panel->breaks().remove(0);
        }
    }

    LiveRun& run() { return panel->run(); }
    bool wait(LiveRun::State state)
    {
        return QTest::qWaitFor([&] { return run().state() == state; }, kLongMs);
    }
    void start(const char* name, bool standsAtStart = true, int pace = 0)
    {
        RunRequest request;
        request.scenario = lab(name);
        request.standsAtStart = standsAtStart;
        request.callsPerSecond = pace;
        panel->start(request);
    }
    // The document shows the event where the machine stands.
    bool shows()
    {
        return QTest::qWaitFor(
            [&] {
                return window.current() != nullptr && window.current()->document.isReady()
                    && window.current()->focus.seq() == run().moment().seq;
            },
            kLongMs);
    }
    void press(const char* command) { window.actions().find(QLatin1String(command))->trigger(); }
    QString routine()
    {
        const TraceDocument& document = window.current()->document;
        const CallIndex call = document.index()->callAt(window.current()->focus.seq());
        return call == kNoCall
            ? QString()
            : texts::routine(document.reader(), document.index()->calls[call].routine);
    }
};

} // namespace rdrlab::gui::testing
