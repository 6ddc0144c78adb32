// The widget style: Fusion, which looks the same everywhere, with frames that dark themes show.
#pragma once

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
};

} // namespace rdrlab::gui
