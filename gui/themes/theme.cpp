#include "gui/themes/theme.h"

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QToolTip>
#include <cmath>

// Resources of a static library are only linked in when asked for, outside any namespace.
static void loadThemeFiles()
{
    Q_INIT_RESOURCE(themes);
}

namespace rdrlab::gui {

Severity severityOf(std::int32_t status)
{
    const auto value = std::uint32_t(status);
    // An error by its number, a normal turn of the conversation by its meaning.
    if (value == 0xC0000016 /* STATUS_MORE_PROCESSING_REQUIRED */ || value == 0x103) {
        return Severity::Informed;
    }
    switch (value >> 30) {
    case 3:
        return Severity::Failed;
    case 2:
        return Severity::Warned;
    default:
        return Severity::Fine;
    }
}

QString severityGlyph(Severity severity)
{
    switch (severity) {
    case Severity::Fine:
        return {};
    case Severity::Informed:
        return QStringLiteral("·");
    case Severity::Warned:
        return QStringLiteral("▲");
    case Severity::Failed:
        return QStringLiteral("✖");
    }
    return {};
}

QColor Theme::ofLayer(trace::Layer which) const
{
    return layer[std::min(std::size_t(which), layer.size() - 1)];
}

QColor Theme::ofSeverity(Severity severity) const
{
    return severity == Severity::Failed ? failed : severity == Severity::Warned ? warned : dim;
}

namespace {

double luminance(const QColor& colour)
{
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF());
}

} // namespace

double Theme::contrast(const QColor& one, const QColor& other)
{
    const double a = luminance(one) + 0.05;
    const double b = luminance(other) + 0.05;
    return std::max(a, b) / std::min(a, b);
}

QColor Theme::frame() const
{
    constexpr double kShare = 0.8;
    return mixed(dim, base, kShare);
}

QColor Theme::readableOn(const QColor& background)
{
    return contrast(background, Qt::black) >= contrast(background, Qt::white) ? QColor(Qt::black)
                                                                              : QColor(Qt::white);
}

QPalette Theme::palette() const
{
    QPalette palette;
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, alternate);
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, dim);
    palette.setColor(QPalette::Button, button);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, failed);
    palette.setColor(QPalette::ToolTipBase, base);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, accentText);
    palette.setColor(QPalette::Link, accent);
    palette.setColor(QPalette::LinkVisited, accent);
    palette.setColor(QPalette::Light, isDark ? button.lighter(120) : QColor(Qt::white));
    palette.setColor(QPalette::Mid, line);
    palette.setColor(QPalette::Dark, isDark ? window.darker(150) : line.darker(130));
    palette.setColor(QPalette::Shadow, isDark ? QColor(Qt::black) : line.darker(160));
    for (const QPalette::ColorRole role :
         { QPalette::WindowText, QPalette::Text, QPalette::ButtonText }) {
        palette.setColor(QPalette::Disabled, role, dim);
    }
    return palette;
}

QColor mixed(const QColor& one, const QColor& other, double share)
{
    const auto part
        = [share](int a, int b) { return int(std::lround(a * share + b * (1 - share))); };
    return { part(one.red(), other.red()), part(one.green(), other.green()),
             part(one.blue(), other.blue()) };
}

bool parseTheme(const QByteArray& json, Theme& theme, QString& error)
{
    QJsonParseError problem;
    const QJsonObject object = QJsonDocument::fromJson(json, &problem).object();
    if (problem.error != QJsonParseError::NoError) {
        error = problem.errorString();
        return false;
    }
    error.clear();
    const auto read = [&](const QString& name) {
        const QColor colour(object.value(name).toString());
        if (!colour.isValid() && error.isEmpty()) {
            error = QStringLiteral("'%1' is not a colour").arg(name);
        }
        return colour;
    };
    theme.id = object.value(QStringLiteral("id")).toString();
    theme.isDark = object.value(QStringLiteral("dark")).toBool();
    const std::pair<const char*, QColor*> roles[] = {
        { "window", &theme.window },
        { "base", &theme.base },
        { "alternate", &theme.alternate },
        { "text", &theme.text },
        { "dim", &theme.dim },
        { "line", &theme.line },
        { "button", &theme.button },
        { "accent", &theme.accent },
        { "accentText", &theme.accentText },
        { "now", &theme.now },
        { "markerA", &theme.markerA },
        { "markerB", &theme.markerB },
        { "selection", &theme.selection },
        { "hover", &theme.hover },
        { "warned", &theme.warned },
        { "failed", &theme.failed },
        { "added", &theme.added },
        { "removed", &theme.removed },
        { "changed", &theme.changed },
    };
    for (const auto& [name, colour] : roles) {
        *colour = read(QString::fromLatin1(name));
    }
    for (std::size_t i = 0; i < std::size_t(trace::Layer::Maximum); ++i) {
        const auto name = trace::layerName(trace::Layer(i));
        theme.layer[i] = read(
            QStringLiteral("layer.") + QString::fromUtf8(name.data(), qsizetype(name.size())));
    }
    theme.layer.back() = theme.dim;
    return error.isEmpty();
}

Themes& Themes::instance()
{
    static Themes themes;
    return themes;
}

QStringList Themes::ids()
{
    return { QStringLiteral("light"), QStringLiteral("dark"), QStringLiteral("contrast") };
}

Themes::Themes()
    : m_wish(QStringLiteral("system"))
    , m_desktop(QGuiApplication::palette())
{
    loadThemeFiles();
    apply(QStringLiteral("light"));
    if (qApp != nullptr) {
        qApp->installEventFilter(this);
    }
}

void Themes::choose(const QString& wish)
{
    m_wish = ids().contains(wish) ? wish : QStringLiteral("system");
    QString id = m_wish;
    if (m_wish == QLatin1String("system")) {
        const bool dark = m_desktop.color(QPalette::Window).lightness()
            < m_desktop.color(QPalette::WindowText).lightness();
        id = dark ? QStringLiteral("dark") : QStringLiteral("light");
    }
    apply(id);
    if (auto* application = qobject_cast<QApplication*>(qApp)) {
        application->setPalette(m_current.palette());
        QToolTip::setPalette(m_current.palette());
    }
    Q_EMIT changed();
}

void Themes::apply(const QString& id)
{
    QFile file(QStringLiteral(":/themes/%1.json").arg(id));
    QString error;
    Theme theme;
    if (!file.open(QIODevice::ReadOnly) || !parseTheme(file.readAll(), theme, error)) {
        qFatal("theme %s: %s", qPrintable(id), qPrintable(error)); // built in, and tested
    }
    m_current = theme;
}

bool Themes::eventFilter(QObject* object, QEvent* event)
{
    // Qt 6.4 tells of a change of the desktop's scheme only by a new palette.
    if (event->type() == QEvent::ThemeChange && object == qApp) {
        m_desktop = QGuiApplication::palette();
        if (m_wish == QLatin1String("system")) {
            choose(m_wish);
        }
    }
    return QObject::eventFilter(object, event);
}

} // namespace rdrlab::gui
