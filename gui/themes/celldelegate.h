// Draws the cells of the tables and trees that follow every step.
//
// Qt's own way lays out each text several times for each painting, once to see how large it is,
// which makes up most of the time a step takes. Here the texts of a view are laid out once and
// kept.
#pragma once

#include <QCache>
#include <QFont>
#include <QStaticText>
#include <QStyledItemDelegate>

namespace rdrlab::gui {

/// For cells with one line of text. A cell with an icon, a check box or a font of its own is drawn
/// Qt's way.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    explicit CellDelegate(QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index)
        const override;

private:
    struct Line
    {
        QStaticText text;
        qreal width = 0;
    };
    const Line& lineOf(const QString& text, const QStyleOptionViewItem& option, int room) const;

    mutable QCache<QString, Line> m_lines; // by text and room
    mutable QFont m_font; // they are laid out for
};

} // namespace rdrlab::gui
