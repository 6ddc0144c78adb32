// guiscale WHAT TRACE: what the visualizer costs with a trace, as rows of the benchmark table.
//
// One window of 1920 by 1080 on the offscreen platform: painting is Qt's raster engine as on a
// screen, without the transport to it. "Open" is from the wish to the end of the first full paint.
#include "gui/graph/graphpanel.h"
#include "gui/themes/appstyle.h"
#include "tests/gui/guisupport.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>

using namespace rdrlab::gui;

namespace {

double memoryMb(const char* what)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(what)) {
            return std::strtod(line.c_str() + line.find(':') + 1, nullptr) / 1024;
        }
    }
    return 0;
}

struct Times
{
    std::vector<double> ms;
    double at(double share)
    {
        std::sort(ms.begin(), ms.end());
        return ms[std::min(ms.size() - 1, std::size_t(share * double(ms.size())))];
    }
};

template <typename Work> Times measure(int rounds, Work work)
{
    Times times;
    for (int i = 0; i < rounds; ++i) {
        QElapsedTimer timer;
        timer.start();
        work(i);
        QApplication::processEvents();
        times.ms.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    return times;
}

// The event at which most objects are alive.
Seq fullestEvent(const TraceIndex& index)
{
    std::vector<std::pair<Seq, int>> turns;
    for (const Lifetime& life : index.lifetimes) {
        turns.emplace_back(life.birth, 1);
        if (life.death != 0) {
            turns.emplace_back(life.death, -1);
        }
    }
    std::sort(turns.begin(), turns.end());
    Seq fullest = 1;
    int alive = 0;
    int most = 0;
    for (const auto& [seq, by] : turns) {
        alive += by;
        if (alive > most) {
            most = alive;
            fullest = seq;
        }
    }
    return fullest;
}

// Paints what has changed, as the window does at the next beat of the screen, but now.
void paintChanges(QWidget& window)
{
    QApplication::sendPostedEvents();
    QEvent wish(QEvent::UpdateRequest);
    QApplication::sendEvent(&window, &wish);
}

} // namespace

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    testing::useOwnSettings();
    QApplication application(argc, argv);
    QApplication::setStyle(new AppStyle);
    if (argc != 3) {
        std::fputs("usage: guiscale WHAT TRACE\n", stderr);
        return 2;
    }
    const char* what = argv[1];
    MainWindow window;
    window.resize(1920, 1080);
    window.show();
    QApplication::processEvents();
    const double empty = memoryMb("VmRSS");

    QElapsedTimer timer;
    timer.start();
    Session* session = window.openTrace(QString::fromLocal8Bit(argv[2]));
    if (!testing::waitUntilLoaded(*session) || !session->document.isReady()) {
        std::fprintf(stderr, "guiscale: %s\n", qPrintable(session->document.error()));
        return 1;
    }
    const double loadedMs = double(timer.nsecsElapsed()) / 1e6;
    window.timeline().showAll();
    window.repaint();
    testing::waitUntilSharp(window.timeline());
    const double openMs = double(timer.nsecsElapsed()) / 1e6;

    auto* graph = qobject_cast<GraphPanel*>(window.panel(QStringLiteral("graph")));
    const auto waitForGraph = [&] {
        while (graph->isBusy()) {
            QTest::qWait(1);
        }
    };
    waitForGraph();
    const double placedMs = double(timer.nsecsElapsed()) / 1e6;

    TimelineView& timeline = window.timeline();
    // A person who turns the wheel: as quick as frames come. Then the same with every frame waited
    // for until nothing in it is a stand-in any more.
    const auto zoomed = [&](int i) {
        i % 60 < 30 ? timeline.zoomIn() : timeline.zoomOut();
        timeline.viewport()->repaint();
    };
    Times zoom = measure(240, zoomed);
    testing::waitUntilSharp(timeline);
    Times sharp = measure(60, [&](int i) {
        zoomed(i);
        testing::waitUntilSharp(timeline);
    });
    timeline.showAll();
    for (int i = 0; i < 6; ++i) {
        timeline.zoomIn();
    }
    Times pan = measure(200, [&](int i) {
        timeline.panBy(i < 100 ? 0.02 : -0.02);
        timeline.viewport()->repaint();
    });
    Times step = measure(200, [&](int) {
        session->focus.goTo(session->focus.seq() + 1, Focus::How::Step);
        paintChanges(window);
    });
    std::uint64_t place = 1;
    Times jump = measure(300, [&](int) {
        place = (place * 6364136223846793005ULL + 1442695040888963407ULL);
        session->focus.goTo(place % session->document.lastSeq() + 1, Focus::How::Step);
        paintChanges(window);
    });
    // Every pixel of it, with the frame and the tool bar, which no step does.
    Times whole = measure(50, [&](int) { window.repaint(); });
    // As many boxes as there can be: every kind, where most of them are alive, stepping there.
    graph->setKinds(GraphKinds().set());
    waitForGraph();
    const Seq fullest = fullestEvent(*session->document.index());
    session->focus.goTo(fullest, Focus::How::Step);
    const auto boxes = graph->scene().nodes().size();
    Times boxed = measure(100, [&](int i) {
        session->focus.goTo(fullest - (i % 2 == 0 ? 1 : 0), Focus::How::Step);
        graph->view().viewport()->repaint();
    });
    const auto row = [&](const char* name, double value, const char* unit, const char* goal) {
        std::printf("gui, %s: %s | %.2f %s | | | %s\n", what, name, value, unit, goal);
    };
    row("open to full paint", openMs, "ms", "< 1 s at 10 M");
    row("of this, reading", loadedMs, "ms", "");
    row("frame while panning, p50", pan.at(0.5), "ms", "<= 16.6 ms");
    row("frame while panning, p99", pan.at(0.99), "ms", "<= 16.6 ms");
    row("frame while zooming, p99", zoom.at(0.99), "ms", "<= 16.6 ms");
    row("zoomed until all is sharp, p99", sharp.at(0.99), "ms", "");
    row("step until all it changed is painted, p99", step.at(0.99), "ms", "<= 16.6 ms");
    row("jump to anywhere, likewise, p50", jump.at(0.5), "ms", "");
    row("jump to anywhere, likewise, p99", jump.at(0.99), "ms", "<= 16.6 ms");
    const std::string graphRow
        = "graph of " + std::to_string(boxes) + " boxes, a step and its picture, p99";
    row("objects placed in the graph, since the wish", placedMs, "ms", "");
    row(graphRow.c_str(), boxed.at(0.99), "ms", "<= 16.6 ms");
    row("the whole window painted anew, p99", whole.at(0.99), "ms", "");
    row("memory at its highest", memoryMb("VmHWM"), "MB", "<= 120 MB at 635 k");
    row("of this, an empty window", empty, "MB", "");
    return 0;
}
