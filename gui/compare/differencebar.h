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

/// Visits what is visible of ascending rows, as stretches [x, end) of pixels that do not overlap,
/// with the first and the last row of each; at most one per pixel, however many rows there are.
template <typename Visit>
void visitRows(const std::vector<std::uint32_t>& rows, const Axis& axis, double width, Visit visit)
{
    const auto rowOf = [&](double x) {
        return std::uint32_t(std::clamp(axis.units(x) - 1, 0.0, double(UINT32_MAX)));
    };
    auto at = std::lower_bound(rows.begin(), rows.end(), rowOf(0));
    while (at != rows.end()) {
        const double x = axis.x(double(*at) + 1);
        if (x >= width) {
            return;
        }
        // Everything that begins within a pixel of the end of what came before.
        auto last = at;
        double end = std::max(axis.x(double(*at) + 2), x + 1);
        for (auto next = std::next(at); next != rows.end();) {
            const double begin = axis.x(double(*next) + 1);
            if (begin > end || begin >= width || begin > x + 1) {
                break;
            }
            const auto behind = std::lower_bound(next, rows.end(), rowOf(end) + 1);
            last = behind == next ? next : std::prev(behind);
            end = std::max(end, axis.x(double(*last) + 2));
            next = std::next(last);
        }
        visit(x, end, *at, *last);
        at = std::next(last);
    }
}

} // namespace rdrlab::gui
