// guiscale WHAT TRACE: what the visualizer costs with a trace, as rows of the benchmark table.
//
// One window of 1920 by 1080 on the offscreen platform: painting is Qt's raster engine as on a
// screen, without the transport to it. "Open" is from the wish to the end of the first full paint.
#include "gui/themes/appstyle.h"
#include "tests/gui/guisupport.h"

#include <QApplication>
#include <QElapsedTimer>
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
        window.repaint();
    });
    std::uint64_t place = 1;
    Times jump = measure(50, [&](int) {
        place = (place * 6364136223846793005ULL + 1442695040888963407ULL);
        session->focus.goTo(place % session->document.lastSeq() + 1, Focus::How::Step);
        window.repaint();
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
    row("step, whole window, p99", step.at(0.99), "ms", "<= 16.6 ms");
    row("jump, whole window, p99", jump.at(0.99), "ms", "<= 16.6 ms");
    row("memory at its highest", memoryMb("VmHWM"), "MB", "<= 120 MB at 635 k");
    row("of this, an empty window", empty, "MB", "");
    return 0;
}
