// rdrlab-gui [TRACE…]: the visualizer. `rdrlab gui` starts it.
#include "gui/app/mainwindow.h"
#include "gui/i18n/languages.h"
#include "gui/themes/appstyle.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QSettings>
#include <cstdio>
#include <cstdlib>

namespace {

// Without a display Qt prints a page and dumps core; a person needs one line.
void beforeTheWindow(QtMsgType type, const QMessageLogContext&, const QString&)
{
    if (type == QtFatalMsg) {
        std::fputs(
            "rdrlab: cannot reach a display; set DISPLAY (over ssh: ssh -X), or use rdrlab show\n",
            stderr);
        std::_Exit(1);
    }
}

bool hasDisplay()
{
    const auto isSet = [](const char* name) {
        const char* value = std::getenv(name);
        return value != nullptr && *value != '\0';
    };
    return isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") || isSet("QT_QPA_PLATFORM");
}

} // namespace

int main(int argc, char** argv)
{
    using namespace rdrlab::gui;
    bool onlyText = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument(argv[i]);
        onlyText = onlyText || argument == "--help" || argument == "-h";
    }
    if (onlyText) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    if (!hasDisplay()) {
        std::fputs(
            "rdrlab: no display; set DISPLAY (over ssh: ssh -X), or use rdrlab show\n", stderr);
        return 1;
    }
    const QtMessageHandler usual = qInstallMessageHandler(beforeTheWindow);
    QApplication application(argc, argv);
    qInstallMessageHandler(usual);
    QApplication::setOrganizationName(QStringLiteral("rdrlab"));
    QApplication::setApplicationName(QStringLiteral("rdrlab-gui"));
    QApplication::setStyle(new AppStyle);

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Steps through recorded kernel time."));
    parser.addHelpOption();
    const QCommandLineOption at(
        QStringLiteral("at"), QStringLiteral("Start at this event of the first trace."),
        QStringLiteral("SEQ"));
    const QCommandLineOption themeOption(
        QStringLiteral("theme"), QStringLiteral("system, light, dark or contrast."),
        QStringLiteral("THEME"));
    const QCommandLineOption language(
        QStringLiteral("language"), QStringLiteral("system, en or de."),
        QStringLiteral("LANGUAGE"));
    const QCommandLineOption compare(
        QStringLiteral("compare"), QStringLiteral("Compare the two traces that follow."));
    parser.addOption(at);
    parser.addOption(compare);
    parser.addOption(themeOption);
    parser.addOption(language);
    const QCommandLineOption fresh(
        QStringLiteral("fresh"),
        QStringLiteral("Start without the traces of the last time, and keep none for the next."));
    parser.addOption(fresh);
    parser.addPositionalArgument(
        QStringLiteral("TRACE"),
        QStringLiteral("Traces to open; TRACE#seq=N&object=ID is a place in one."),
        QStringLiteral("[TRACE...]"));
    if (!parser.parse(QApplication::arguments())) {
        std::fprintf(
            stderr, "rdrlab: %s (see rdrlab gui --help)\n", qPrintable(parser.errorText()));
        return 2;
    }
    if (parser.isSet(QStringLiteral("help"))) {
        std::fputs(qPrintable(parser.helpText()), stdout);
        return 0;
    }

    Languages::instance().choose(
        parser.isSet(language) ? parser.value(language)
                               : QSettings().value(QStringLiteral("language")).toString());
    const QStringList traces = parser.positionalArguments();
    const bool comparing = parser.isSet(compare);
    if (comparing && traces.size() != 2) {
        std::fputs("rdrlab: --compare takes two traces (see rdrlab gui --help)\n", stderr);
        return 2;
    }

    // The trace that will be in front is read while the window is built.
    std::unique_ptr<Session> early;
    if (Link link; !comparing && !traces.isEmpty()) {
        QString error;
        if (Link::parse(traces[0], link, error) && QFileInfo(link.path).isFile()
            && !link.path.endsWith(QLatin1String(".rdrsession"))) {
            early = std::make_unique<Session>();
            early->document.open(QFileInfo(link.path).absoluteFilePath());
        }
    }
    auto window = std::make_unique<MainWindow>();
    window->expect(std::move(early));
    window->resize(1280, 720);
    window->restoreLayout();
    if (parser.isSet(themeOption)) {
        Themes::instance().choose(parser.value(themeOption));
    }
    if (comparing) {
        // The main window shows itself when the person wants one of the traces in it.
        window->compareTraces(traces[0], traces[1]);
        return QApplication::exec();
    }
    if (!parser.isSet(fresh)) {
        if (traces.isEmpty() && QFileInfo::exists(MainWindow::keptSession())
            && QSettings().value(QStringLiteral("restoreSession"), true).toBool()) {
            window->openSession(MainWindow::keptSession());
        }
        window->keepSession();
    }
    for (qsizetype i = traces.size(); i-- > 0;) {
        Session* session
            = window->openLink(traces[i]); // the first one last, so that it is in front
        if (i == 0 && session != nullptr && parser.isSet(at)) {
            Place place;
            place.seq = parser.value(at).toULongLong();
            session->startAt(place);
        }
    }
    // In another language the window is built anew; not while a command of the old one runs.
    std::function<void()> listen = [&] {
        QObject::connect(
            window.get(), &MainWindow::languageChosen, &application,
            [&](const QString& wish) {
                Languages::instance().choose(wish);
                auto other = MainWindow::rebuilt(*window);
                other->show();
                window = std::move(other);
                listen();
            },
            Qt::QueuedConnection);
    };
    listen();
    window->show();
    return QApplication::exec();
}
