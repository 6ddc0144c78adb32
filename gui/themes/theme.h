// The colours of the visualizer: one theme is in force, every view asks it, none has colours of its
// own.
//
// Layers use the Okabe-Ito palette, which colour-blind people can tell apart; a colour is never the
// only cue (severity also has a glyph, waiting a hatch). The themes are JSON files in this folder;
// a test holds them to contrast 4.5:1 for text and 3:1 for marks.
#pragma once

#include "traces/model/kinds.h"

#include <QColor>
#include <QObject>
#include <QPalette>
#include <QString>
#include <array>

namespace rdrlab::gui {

/// How bad a result is; the order is the order of alarm.
enum class Severity : std::uint8_t
{
    Fine,
    Informed, // STATUS_PENDING, STATUS_MORE_PROCESSING_REQUIRED and the like
    Warned, // 0x8…
    Failed // 0xC…
};
Severity severityOf(std::int32_t status);
/// The second cue beside the colour: "", "·", "▲", "✖".
QString severityGlyph(Severity severity);

struct Theme
{
    QString id;
    QColor window, base, alternate, text, dim, line, button, accent, accentText;
    QColor now, markerA, markerB, selection, hover;
    QColor warned, failed, added, removed, changed;
    std::array<QColor, std::size_t(trace::Layer::Maximum) + 1> layer;
    bool isDark = false;

    QColor ofLayer(trace::Layer layer) const;
    QColor ofSeverity(Severity severity) const;
    /// Of check boxes and fields: 3:1 on base and window.
    QColor frame() const;
    /// Black or white, whichever reads better on `background`.
    static QColor readableOn(const QColor& background);
    /// WCAG contrast ratio, 1 to 21.
    static double contrast(const QColor& one, const QColor& other);
    QPalette palette() const;
};

/// `share` of one, the rest of the other.
QColor mixed(const QColor& one, const QColor& other, double share);

/// Reads a theme file; false and one line in `error` when something in it is missing or no colour.
bool parseTheme(const QByteArray& json, Theme& theme, QString& error);

/// Holds the theme in force. "system" follows the desktop between light and dark.
class Themes : public QObject
{
    Q_OBJECT
public:
    static Themes& instance();
    static QStringList ids(); // light, dark, contrast

    const Theme& current() const { return m_current; }
    QString wish() const { return m_wish; }
    /// "system" or one of ids(); anything else counts as "system".
    void choose(const QString& wish);

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    Themes();
    void apply(const QString& id);

    Theme m_current;
    QString m_wish;
    QPalette m_desktop;
};

inline const Theme& theme()
{
    return Themes::instance().current();
}

} // namespace rdrlab::gui
