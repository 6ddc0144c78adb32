#include "gui/themes/textline.h"

#include <QHelpEvent>
#include <QPainter>
#include <QStyle>
#include <QStyleOption>
#include <QToolTip>

namespace rdrlab::gui {

TextLine::TextLine(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TextLine::setText(const QString& text)
{
    if (text == m_text) {
        return;
    }
    m_text = text;
    setAccessibleName(text);
    update();
    if (m_takesRoom && fontMetrics().horizontalAdvance(text) > m_widest) {
        m_widest = fontMetrics().horizontalAdvance(text);
        updateGeometry();
    }
}

void TextLine::setTakesRoom(bool takes)
{
    m_takesRoom = takes;
    setSizePolicy(takes ? QSizePolicy::Preferred : QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize TextLine::sizeHint() const
{
    const QMargins margins = contentsMargins();
    return { m_widest + margins.left() + margins.right(),
             fontMetrics().height() + margins.top() + margins.bottom() };
}

QSize TextLine::minimumSizeHint() const
{
    return { 0, sizeHint().height() };
}

void TextLine::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        m_widest = m_takesRoom ? fontMetrics().horizontalAdvance(m_text) : 0;
        updateGeometry();
    }
}

bool TextLine::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && toolTip().isEmpty()
        && fontMetrics().horizontalAdvance(m_text) > contentsRect().width()) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), m_text, this);
        return true;
    }
    return QWidget::event(event);
}

void TextLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    style()->drawItemText(
        &painter, contentsRect(), Qt::AlignVCenter | Qt::AlignLeading, palette(), isEnabled(),
        fontMetrics().elidedText(m_text, Qt::ElideRight, contentsRect().width()),
        QPalette::WindowText);
}

} // namespace rdrlab::gui
