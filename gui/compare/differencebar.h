// All differences of a comparison in one strip: what only A has, what only B has, what changed,
// each on a line of its own, and what the timelines show of it.
#pragma once

#include "gui/access/canvas.h"
#include "gui/models/comparison.h"
#include "gui/timeline/axis.h"

#include <QPixmap>
#include <QWidget>

namespace rdrlab::gui {

class DifferenceBar : public QWidget, public CanvasItems
{
    Q_OBJECT
public:
    /// The comparison outlives the bar.
    explicit DifferenceBar(Comparison& comparison, QWidget* parent = nullptr);

    /// Pixels at the left for the titles of the lines, as the timelines have.
    void setGutter(int pixels);
    /// The rows that the timelines show, framed.
    void setShown(double from, double to);

    QSize sizeHint() const override;
    std::vector<CanvasItem> canvasItems() const override;
    void activateCanvasItem(std::size_t at) override; // goes there

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool event(QEvent* event) override;

private:
    void invalidate();
    void paintPicture();
    QRect strip() const;
    int lineHeight() const;
    std::size_t rowAt(double x) const;
    double xOf(double row) const;
    QString placeText(std::size_t place) const;

    Comparison& m_comparison;
    int m_gutter = 0;
    double m_from = 0;
    double m_to = 0;
    QPixmap m_picture;
};

/// Visits what is visible of items in ascending order, as stretches [x, end) of pixels that do not
/// overlap, with the first and the last item of each; at most one per pixel, however many items
/// there are. `beginOf` and `endOf` say where an item is on the axis.
template <typename Item, typename Begin, typename End, typename Visit>
void visitStretches(
    const std::vector<Item>& items,
    Begin beginOf,
    End endOf,
    const Axis& axis,
    double width,
    Visit visit)
{
    auto at = std::partition_point(
        items.begin(), items.end(), [&](const Item& item) { return endOf(item) < axis.units(0); });
    while (at != items.end()) {
        const double x = axis.x(beginOf(*at));
        if (x >= width) {
            return;
        }
        // Everything that begins within a pixel of the end of what came before.
        auto last = at;
        double end = std::max(axis.x(endOf(*at)), x + 1);
        for (auto next = std::next(at); next != items.end();) {
            const double begin = axis.x(beginOf(*next));
            if (begin > end || begin >= width || begin > x + 1) {
                break;
            }
            const auto behind = std::partition_point(
                next, items.end(), [&](const Item& item) { return axis.x(beginOf(item)) <= end; });
            last = behind == next ? next : std::prev(behind);
            end = std::max(end, axis.x(endOf(*last)));
            next = std::next(last);
        }
        visit(x, end, *at, *last);
        at = std::next(last);
    }
}

/// The same of rows of the aligned axis.
template <typename Visit>
void visitRows(const std::vector<std::uint32_t>& rows, const Axis& axis, double width, Visit visit)
{
    visitStretches(
        rows, [](std::uint32_t row) { return double(row) + 1; },
        [](std::uint32_t row) { return double(row) + 2; }, axis, width, visit);
}

} // namespace rdrlab::gui
