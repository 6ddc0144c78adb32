// The timeline: lanes of calls over events or virtual time, a ruler, the current event, markers.
//
// Painting is two layers: tiles of bars that survive panning and selecting, and on top what moves
// with the person (words, arrows, outline of the current call, cursor). Everything it shows is also
// in the call tree and the event table, which a screen reader can read.
#pragma once

#include "gui/access/canvas.h"
#include "gui/models/document.h"
#include "gui/models/focus.h"
#include "gui/timeline/tiles.h"

#include <QAbstractScrollArea>
#include <QHash>
#include <QImage>
#include <set>

namespace rdrlab::gui {

class TimelineView : public QAbstractScrollArea, public CanvasItems
{
    Q_OBJECT
public:
    /// The width of the lanes' titles, in pixels.
    int gutter() const;

    explicit TimelineView(QWidget* parent = nullptr);
    ~TimelineView() override;

    /// Borrows both until it is called again; both null: nothing to show.
    void setSource(const TraceDocument* document, Focus* focus);

    /// Lanes of a person's own above the others. Borrows them until it is called again; may be
    /// null.
    void setSavedLanes(const SavedLanes* lanes);

    LaneMode mode() const { return m_mode; }
    void setMode(LaneMode mode);
    Axis::Kind axisKind() const { return m_axisKind; }
    void setAxisKind(Axis::Kind kind);
    const Axis& axis() const { return m_axis; }
    const LaneSet* lanes() const { return m_lanes.get(); }

    void zoomIn();
    void zoomOut();
    void showAll();
    void showCall(); // the current call fills the width
    void showMarkers(); // from A to B
    void panBy(double share); // of the width; negative: to the left
    /// Scrolls so that the range is in the middle; used by the overview.
    void centreOn(double units);
    void showRange(double from, double to);
    /// Nobody has zoomed or scrolled since the trace was opened.
    bool isUntouched() const { return m_isUntouched; }
    /// Shows this range now, or once the trace is loaded; of another kind than the axis it is
    /// forgotten.
    void startWith(Axis::Kind kind, double from, double to);
    void setArrowsShown(bool shown);
    bool areArrowsShown() const { return m_arrowsShown; }

    /// Events stand at places of their own, as Axis::setPlaces() says: two timelines on one axis.
    void setPlaces(std::shared_ptr<const std::vector<std::uint32_t>> places, double end);
    /// By time the axis goes at least this far: two traces at one scale. 0: as far as the trace.
    void setLongestTime(std::uint64_t ns) { m_longestNs = ns; }
    /// What stands in the corner instead of the axis' kind, to tell two timelines apart.
    void setName(const QString& name);
    /// Painted below the lanes, into the rectangle of the viewport where they are.
    void setUnderlay(std::function<void(QPainter&, const QRect& lanes)> underlay);

    /// Events with a flag on the ruler, ascending.
    void setFlags(std::vector<Seq> flags);

    /// What is shown, as a file; one line when it cannot be written, else "".
    QString savePng(const QString& path);
    QString saveSvg(const QString& path);
    /// The same onto any painter, without tiles, so that lines stay lines.
    void paintVectors(QPainter& painter);

    /// Screen x of an event in the viewport, and back.
    double xOf(Seq seq) const;
    Seq seqAt(double x) const;
    double unitsOf(Seq seq) const;

    std::vector<CanvasItem> canvasItems() const override;
    void activateCanvasItem(std::size_t at) override;

    /// What is on the screen is all that there is to be seen: no tile is still being painted.
    bool isSharp() const;

    /// Milliseconds that painting took last, for the benchmark and the status bar.
    double lastFrameMs() const { return m_frameMs; }

Q_SIGNALS:
    void viewChanged();
    /// A picture without stand-ins is on the screen, after one with them or of another trace.
    void sharpened();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void changeEvent(QEvent* event) override;

private:
    // What lies under a point.
    struct Hit
    {
        int lane = -1;
        bool inGutter = false;
        bool inRuler = false;
        CallIndex call = kNoCall;
        const Lifetime* life = nullptr;
        const Mark* mark = nullptr;
    };
    // For screen readers: an event worth going to, its call, and how it lies to the current one.
    struct Reachable
    {
        CallIndex call = kNoCall;
        Seq seq = 0;
        QString where;
    };
    enum class Drag
    {
        None,
        Pan,
        Scrub,
        Zoom
    };

    void reload(bool keepView);
    void showScenario();
    void takeStart();
    void rebuildLanes();
    double axisEnd() const; // of the loaded trace
    void arrange(); // vertical places of the lanes
    void updateScrollBars();
    void axisMoved();
    void focusMoved();
    void forgetTiles();
    Hit hitAt(QPoint point) const;
    QString describe(const Hit& hit) const;
    std::vector<Reachable> reachable() const;
    void activate(const Hit& hit);
    void toggleLane(int lane);

    int rulerHeight() const;
    int rowHeight() const;
    QFont smallFont() const;

    void paintAll(QPainter& painter);
    void paintLanes(QPainter& painter, const QRect& area);
    void paintFlags(QPainter& painter, const QRect& area);
    void paintBand(QPainter& painter, const QRect& area); // of a zoom by dragging
    void paintNothing(QPainter& painter);
    void paintGutter(QPainter& painter, const QRect& area);
    void paintRuler(QPainter& painter, const QRect& area);
    void paintArrows(QPainter& painter, const QRect& area);
    void paintCurrentCall(QPainter& painter, const QRect& area);
    void paintLine(
        QPainter& painter,
        const QRect& area,
        Seq seq,
        const QColor& colour,
        const QString& flag,
        int flagY);
    QPointF placeOf(CallIndex call, double units, bool& visible) const;

    const TraceDocument* m_document = nullptr;
    Focus* m_focus = nullptr;
    const SavedLanes* m_saved = nullptr;
    std::shared_ptr<const LaneSet> m_lanes;
    LaneMode m_mode = LaneMode::Layers;
    Axis::Kind m_axisKind = Axis::Kind::Events;
    Axis m_axis;
    std::vector<LaneShape> m_shapes;
    std::vector<int> m_tops; // of the lanes, from the top of the content
    std::set<QString> m_collapsed; // titles
    int m_contentHeight = 0;
    bool m_arrowsShown = true;
    bool m_isUntouched
        = true; // nobody has zoomed or scrolled yet: the first range follows the width
    struct
    {
        Axis::Kind kind = Axis::Kind::Events;
        double from = 0;
        double to = 0;
    } m_start; // shown first when to > from
    CallIndex m_currentCall = kNoCall;
    std::vector<Seq> m_flags;
    std::function<void(QPainter&, const QRect&)> m_underlay;
    QString m_name;
    std::uint64_t m_longestNs = 0;
    bool m_asVectors = false;

    TileCache m_tiles;
    bool m_tilesAreStale = true;
    bool m_wasSharp = false; // the last picture
    double m_tilePerPixel = 0; // the zoom they were painted at
    Axis::Kind m_tileKind = Axis::Kind::Events;

    Drag m_drag = Drag::None;
    QPoint m_pressed;
    QPoint m_moved;
    bool m_settingBars = false;
    double m_frameMs = 0;
};

} // namespace rdrlab::gui
