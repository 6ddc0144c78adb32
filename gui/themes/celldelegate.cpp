#include "gui/themes/celldelegate.h"

#include <QApplication>
#include <QPainter>
#include <cmath>

namespace rdrlab::gui {

namespace {
constexpr int kMostLines = 4096;
constexpr QChar kEnd(0); // between text and room in a key
}

CellDelegate::CellDelegate(QObject* parent)
    : QStyledItemDelegate(parent)
    , m_lines(kMostLines)
{
}

const CellDelegate::Line&
CellDelegate::lineOf(const QString& text, const QStyleOptionViewItem& option, int room) const
{
    if (option.font != m_font) {
        m_lines.clear();
        m_font = option.font;
    }
    const QString key = text + kEnd + QString::number(room) + kEnd
        + QString::number(int(option.textElideMode)) + QString::number(int(option.direction));
    Line* line = m_lines.object(key);
    if (line == nullptr) {
        line = new Line;
        QTextOption layout;
        layout.setWrapMode(QTextOption::NoWrap);
        layout.setTextDirection(option.direction);
        line->text.setTextFormat(Qt::PlainText);
        line->text.setTextOption(layout);
        line->text.setText(option.fontMetrics.elidedText(text, option.textElideMode, room));
        line->text.prepare({}, option.font);
        line->width = line->text.size().width();
        m_lines.insert(key, line);
    }
    return *line;
}

void CellDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const QStyle* style = cell.widget != nullptr ? cell.widget->style() : QApplication::style();
    const bool isPlain = !cell.features.testAnyFlags(
        QStyleOptionViewItem::HasCheckIndicator | QStyleOptionViewItem::HasDecoration
        | QStyleOptionViewItem::WrapText);
    if (!isPlain || cell.text.contains(QChar::LineSeparator) || cell.font != option.font) {
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    painter->save();
    painter->setClipRect(cell.rect);
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
    const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, &cell, cell.widget) + 1;
    const QRect room = cell.rect.adjusted(margin, 0, -margin, 0);
    if (!cell.text.isEmpty() && room.width() > 0) {
        const Line& line = lineOf(cell.text, cell, room.width());
        const auto group = !cell.state.testFlag(QStyle::State_Enabled) ? QPalette::Disabled
            : cell.state.testFlag(QStyle::State_Active)                ? QPalette::Normal
                                                                       : QPalette::Inactive;
        painter->setPen(cell.palette.color(
            group,
            cell.state.testFlag(QStyle::State_Selected) ? QPalette::HighlightedText
                                                        : QPalette::Text));
        painter->setFont(cell.font);
        const QRect place = QStyle::alignedRect(
            cell.direction, cell.displayAlignment,
            QSize(int(std::ceil(line.width)), cell.fontMetrics.height()), room);
        painter->drawStaticText(place.topLeft(), line.text);
    }
    if (cell.state.testFlag(QStyle::State_HasFocus)) {
        QStyleOptionFocusRect focus;
        focus.QStyleOption::operator=(cell);
        focus.rect = cell.rect;
        focus.state |= QStyle::State_KeyboardFocusChange | QStyle::State_Item;
        focus.backgroundColor = cell.palette.color(
            cell.state.testFlag(QStyle::State_Selected) ? QPalette::Highlight : QPalette::Window);
        style->drawPrimitive(QStyle::PE_FrameFocusRect, &focus, painter, cell.widget);
    }
    painter->restore();
}

} // namespace rdrlab::gui
