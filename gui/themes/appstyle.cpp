#include "gui/themes/appstyle.h"

#include "gui/themes/theme.h"

#include <QPainter>
#include <QStyleOption>

namespace rdrlab::gui {

AppStyle::AppStyle()
    : QProxyStyle(QStringLiteral("fusion"))
{
}

void AppStyle::drawPrimitive(
    PrimitiveElement element,
    const QStyleOption* option,
    QPainter* painter,
    const QWidget* widget) const
{
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    if (!theme().isDark) {
        return;
    }
    const QRectF frame = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    switch (element) {
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
    case PE_IndicatorRadioButton:
    case PE_FrameLineEdit: {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const bool isFocused
            = element == PE_FrameLineEdit && option->state.testFlag(State_HasFocus);
        painter->setPen(isFocused ? theme().accent : theme().frame());
        painter->setBrush(Qt::NoBrush);
        const double radius = element == PE_IndicatorRadioButton ? frame.width() / 2 : 2;
        painter->drawRoundedRect(frame, radius, radius);
        painter->restore();
        break;
    }
    default:
        break;
    }
}

QIcon AppStyle::standardIcon(
    StandardPixmap icon, const QStyleOption* option, const QWidget* widget) const
{
    const auto known = m_icons.constFind(icon);
    if (known != m_icons.constEnd()) {
        return *known;
    }
    return *m_icons.insert(icon, QProxyStyle::standardIcon(icon, option, widget));
}

int AppStyle::pixelMetric(
    PixelMetric metric, const QStyleOption* option, const QWidget* widget) const
{
    const int usual = QProxyStyle::pixelMetric(metric, option, widget);
    return metric == PM_TabBarTabHSpace ? usual / 2 : usual;
}

} // namespace rdrlab::gui
