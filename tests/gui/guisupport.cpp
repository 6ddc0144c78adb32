#include "tests/gui/guisupport.h"

#include <QEventLoop>
#include <QSet>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

namespace rdrlab::gui::testing {

void useOwnSettings()
{
    static const QTemporaryDir folder;
    // Without an address libdbus looks for a desktop's bus, or starts one, and leaks on the way.
    qputenv("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    qputenv("XDG_RUNTIME_DIR", folder.path().toLocal8Bit());
    QStandardPaths::setTestModeEnabled(true);
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, folder.path());
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
    QCoreApplication::setOrganizationName(QStringLiteral("rdrlab-test"));
    QCoreApplication::setApplicationName(QStringLiteral("rdrlab-gui-test"));
}

QString sample(const char* name)
{
    return QStringLiteral(RDRLAB_SAMPLES "/%1.rdrtrace").arg(QString::fromLatin1(name));
}

bool waitUntilLoaded(Session& session)
{
    constexpr int kLongestMs = 60'000;
    return QTest::qWaitFor(
        [&] {
            return session.document.state() == TraceDocument::State::Ready
                || session.document.state() == TraceDocument::State::Failed;
        },
        kLongestMs);
}

bool waitUntilSharp(const TimelineView& timeline)
{
    constexpr int kLongestMs = 60'000;
    QCoreApplication::processEvents(); // it may not have been painted at all
    if (timeline.isSharp()) {
        return true;
    }
    QEventLoop loop; // qWaitFor looks every ten milliseconds only
    QTimer::singleShot(kLongestMs, &loop, &QEventLoop::quit);
    const auto quitWhenSharp = [&] {
        if (timeline.isSharp()) {
            loop.quit();
        }
    };
    QObject::connect(&timeline, &TimelineView::sharpened, &loop, quitWhenSharp);
    loop.exec();
    return timeline.isSharp();
}

int coloursIn(const QImage& picture, int enough)
{
    const QImage image = picture.convertToFormat(QImage::Format_RGB32);
    QSet<QRgb> seen;
    for (int y = 0; y < image.height() && seen.size() < enough; ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        for (int x = 0; x < image.width() && seen.size() < enough; ++x) {
            seen.insert(line[x]);
        }
    }
    return int(seen.size());
}

} // namespace rdrlab::gui::testing
