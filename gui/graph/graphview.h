// The canvas of the object graph: boxes in ranks, lines of ownership, pointers, and over them who
// holds the chosen object.
//
// It shows a GraphScene and tells what the person does; it changes nothing by itself. Boxes keep
// their words readable at any zoom: a smaller box shows fewer lines, not smaller letters. A box is
// painted once and then copied, so that panning costs a copy per box in sight.
#pragma once

#include "gui/access/canvas.h"
#include "gui/models/graphscene.h"
#include "gui/models/graphwhy.h"

#include <QAbstractScrollArea>
#include <QHash>
#include <QPixmap>
#include <QVariantAnimation>

namespace rdrlab::gui {

class GraphView : public QAbstractScrollArea, public CanvasItems
{
    Q_OBJECT
public:
    static constexpr double kSmallest = 0.08;
    static constexpr double kLargest = 3;

    explicit GraphView(QWidget* parent = nullptr);
    ~GraphView() override;

    /// Borrowed; null: nothing to show, and `reason` says why.
    void setScene(const GraphScene* scene, const QString& reason = {});
    /// The scene shows something else now. `moves`: boxes may have moved; they glide.
    void sceneChanged(bool moves);
    void setChosen(trace::ObjectId object, trace::StringId field);
    void setWhy(const WhyOverlay& why);
    void setAnimated(bool animated) { m_isAnimated = animated; }

    double zoom() const { return m_zoom; }
    void setZoom(double zoom, QPointF kept); // `kept`: the point of the viewport that stays
    void zoomBy(double factor);
    /// Everything in sight, if it is readable then; else from the upper left.
    void fit();
    /// When few objects are in sight, or none of those that the step changed, scrolls to where most
    /// are, and one that changed among them: `target` if it did.
    void lookAround(trace::ObjectId target);
    /// Scrolls as little as shows the object; does nothing when it is in sight or not shown.
    void reveal(trace::ObjectId object);
    bool isInSight(trace::ObjectId object) const;

    /// Where an object's box is in the viewport; empty when it is not shown.
    QRectF boxOf(trace::ObjectId object) const;
    /// The line of a field in its box, in the viewport; empty when it is not shown.
    QRectF lineOf(trace::ObjectId object, trace::StringId field) const;

    /// Everything that is shown, at 100 %, onto any painter; the size it takes.
    QSizeF sizeOfAll() const { return boundsOfAll().size(); }
    void paintAll(QPainter& painter);

    /// The metrics that suit the font.
    GraphMetrics metrics(GraphFlow flow) const;
    std::vector<CanvasItem> canvasItems() const override;
    void activateCanvasItem(std::size_t at) override;

    /// Milliseconds that painting took last.
    double lastFrameMs() const { return m_frameMs; }

Q_SIGNALS:
    void picked(rdrlab::trace::ObjectId object, rdrlab::trace::StringId field);
    void
    fieldActivated(rdrlab::trace::ObjectId object, rdrlab::trace::StringId field, bool forwards);
    void toggled(rdrlab::trace::ObjectId object);
    void pillOpened(rdrlab::trace::ObjectId home, rdrlab::trace::ObjectKind kind);
    void
    menuWanted(rdrlab::trace::ObjectId object, rdrlab::trace::StringId field, const QPoint& place);
    void typed(const QString& text);
    void zoomChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void changeEvent(QEvent* event) override;

private:
    struct Hint
    {
        QRectF box;
        trace::ObjectId target = 0;
        int count = 0; // objects there
        int changed = 0; // of them, in this step
    };
    struct Hit
    {
        trace::ObjectId object = 0;
        trace::StringId field = 0;
        const GraphPill* pill = nullptr;
        const Hint* hint = nullptr; // a sign at the edge
    };
    struct Fonts // at the present zoom
    {
        QFont text, bold, struck;
        double line = 14;
    };

    Hit hitAt(QPointF point) const;
    QString nameUnder(const Hit& hit) const;
    void walk(int key);
    void walkFields(int by);
    trace::ObjectId next(trace::ObjectId from, int key) const;
    void updateScrollBars();
    void scrollTo(QPointF corner);
    void endScrolling(); // at once
    std::vector<std::pair<trace::ObjectId, QString>> reachable() const;
    void forgetBoxes();
    Fonts fontsAt(double zoom) const;
    QRectF boundsOfAll() const; // in the scene
    QPointF offset() const; // of the scene's origin in the viewport
    QRectF shown(const QRectF& box) const; // from the scene into the viewport
    QRectF nodeBox(std::size_t node) const; // in the scene, where it is just now

    // graphpaint.cpp, graphoverlay.cpp
    void paintScene(QPainter& painter, const QRectF& area, bool isVector);
    void paintNothing(QPainter& painter);
    void paintHomes(QPainter& painter, const QRectF& area);
    void paintPointers(QPainter& painter, const QRectF& area);
    void paintPointer(QPainter& painter, const GraphEdge& edge, const QRectF& area, bool isStrong);
    void paintNode(QPainter& painter, std::size_t node, bool isVector);
    void paintBox(QPainter& painter, const GraphNode& node, const QRectF& box);
    void paintLine(QPainter& painter, const GraphLine& line, const QRectF& row);
    void paintPill(QPainter& painter, const GraphPill& pill);
    void paintWhy(QPainter& painter, const QRectF& area);
    void paintHints(QPainter& painter);
    int linesThatFit(const QRectF& box) const;

    const GraphScene* m_scene = nullptr;
    QString m_reason;
    WhyOverlay m_why;
    double m_zoom = 1;
    Fonts m_fonts;
    trace::ObjectId m_chosen = 0;
    trace::StringId m_field = 0;
    trace::ObjectId m_hovered = 0;
    bool m_isAnimated = true;
    bool m_settingBars = false;

    QVariantAnimation m_gliding;
    QVariantAnimation m_scrolling;
    QHash<trace::ObjectId, QRectF> m_painted; // where boxes stand
    QHash<trace::ObjectId, QRectF> m_lastBoxes; // where they stood, while they glide
    QHash<trace::ObjectId, QPixmap> m_pixmaps;
    std::vector<Hint> m_hints;

    bool m_isPressed = false;
    bool m_isDragging = false;
    QPointF m_pressed;
    QPointF m_moved;
    double m_frameMs = 0;
};

} // namespace rdrlab::gui
