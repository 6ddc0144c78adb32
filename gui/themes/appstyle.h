// The widget style: Fusion, which looks the same everywhere, with frames that dark themes show.
#pragma once

#include <QHash>
#include <QIcon>
#include <QProxyStyle>

namespace rdrlab::gui {

class AppStyle : public QProxyStyle
{
    Q_OBJECT
public:
    AppStyle();

    /// Fusion draws frames darker than the window, which nobody sees where that is dark: check
    /// boxes and fields to type in get a frame of 3:1 there.
    void drawPrimitive(
        PrimitiveElement element,
        const QStyleOption* option,
        QPainter* painter,
        const QWidget* widget = nullptr) const override;

    /// Fusion reads its pictures anew for each of the many frames and fields of a window.
    QIcon standardIcon(
        StandardPixmap icon,
        const QStyleOption* option = nullptr,
        const QWidget* widget = nullptr) const override;

    /// Eight tabs of panels stand side by side on a projector, in German, too.
    int pixelMetric(
        PixelMetric metric,
        const QStyleOption* option = nullptr,
        const QWidget* widget = nullptr) const override;

private:
    mutable QHash<int, QIcon> m_icons;
};

} // namespace rdrlab::gui
