// The whole trace in one strip: where calls are, where failures are, what the timeline shows.
#pragma once

#include "gui/timeline/timeline.h"

#include <QPixmap>
#include <QWidget>

namespace rdrlab::gui {

class Overview : public QWidget, public CanvasItems
{
    Q_OBJECT
public:
    /// Both live as long as the overview.
    explicit Overview(TimelineView& timeline, QWidget* parent = nullptr);
    void setSource(const TraceDocument* document, Focus* focus);

    QSize sizeHint() const override { return { 400, 44 }; }
    std::vector<CanvasItem> canvasItems() const override;
    void activateCanvasItem(std::size_t at) override; // to the timeline

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override; // moves what the timeline shows
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void paintPicture();
    void invalidate();
    Axis wholeAxis() const;
    QRect strip() const;

    TimelineView& m_timeline;
    const TraceDocument* m_document = nullptr;
    Focus* m_focus = nullptr;
    QPixmap m_picture;
    Axis::Kind m_paintedKind = Axis::Kind::Events;
    LaneMode m_paintedMode = LaneMode::Layers;
};

} // namespace rdrlab::gui
