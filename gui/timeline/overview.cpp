#include "gui/timeline/overview.h"

#include "gui/models/listen.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

namespace rdrlab::gui {

namespace {
constexpr int kErrorHeight = 7;
}

Overview::Overview(TimelineView& timeline, QWidget* parent)
    : QWidget(parent)
    , m_timeline(timeline)
{
    installCanvasAccess();
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Overview of the whole trace"));
    setToolTip(tr("The whole trace; click, drag or press the arrow keys to move what the timeline "
                  "shows."));
    setFixedHeight(std::max(44, fontMetrics().height() * 3));
    connect(&timeline, &TimelineView::viewChanged, this, [this] {
        if (m_paintedKind != m_timeline.axisKind() || m_paintedMode != m_timeline.mode()) {
            invalidate();
        }
        update();
        announceCanvas(*this);
    });
    connect(&Themes::instance(), &Themes::changed, this, &Overview::invalidate);
}

void Overview::setSource(const TraceDocument* document, Focus* focus)
{
    listenTo(this, m_document, document);
    listenTo(this, m_focus, focus);
    if (document != nullptr) {
        connect(document, &TraceDocument::stateChanged, this, &Overview::invalidate);
        connect(document, &TraceDocument::grew, this, &Overview::invalidate);
    }
    if (focus != nullptr) {
        connect(focus, &Focus::moved, this, qOverload<>(&QWidget::update));
        connect(focus, &Focus::markersMoved, this, qOverload<>(&QWidget::update));
    }
    invalidate();
}

void Overview::invalidate()
{
    m_picture = {};
    update();
}

QRect Overview::strip() const
{
    return rect().adjusted(m_timeline.gutter(), 3, -1, -3);
}

Axis Overview::wholeAxis() const
{
    Axis axis;
    axis.setWidth(strip().width());
    axis.setRange(m_timeline.axisKind(), m_timeline.axis().end());
    axis.showAll();
    return axis;
}

void Overview::paintPicture()
{
    const QRect area = strip();
    const qreal ratio = devicePixelRatioF();
    m_picture = QPixmap(area.size() * ratio);
    m_picture.setDevicePixelRatio(ratio);
    m_picture.fill(theme().base);
    m_paintedKind = m_timeline.axisKind();
    m_paintedMode = m_timeline.mode();
    QPainter painter(&m_picture);
    const Axis axis = wholeAxis();
    const LaneSet& lanes = *m_timeline.lanes();
    // One thin line per lane, made of its outermost row.
    const int usable = area.height() - kErrorHeight;
    const double each = double(usable) / double(std::max<std::size_t>(1, lanes.lanes().size()));
    double y = kErrorHeight;
    for (const Lane& lane : lanes.lanes()) {
        const LanePainter words(lanes, axis, theme());
        for (const LaneRow& row : lane.rows) {
            lanes.runs(lane, row, axis, 0, area.width(), [&](const LaneSet::Run& run) {
                painter.fillRect(
                    QRectF(run.from, y, std::max(1.0, run.to - run.from), std::max(1.0, each - 1)),
                    words.colourOf(lane, row.items[run.first]));
            });
            break;
        }
        y += each;
    }
    // Failures on their own line, on top: never hidden by anything.
    const std::vector<Seq>& errors = m_document->index()->errors;
    double drawn = -10;
    for (auto it = errors.begin(); it != errors.end();) {
        const double x = axis.x(m_timeline.unitsOf(*it));
        painter.fillRect(QRectF(x - 1, 0, 2.5, kErrorHeight - 1), theme().failed);
        drawn = x;
        // The next one that is a pixel further: on the event axis a jump, on the time axis a walk.
        if (m_paintedKind == Axis::Kind::Events) {
            const Seq next = Seq(axis.units(drawn + 1));
            it = std::lower_bound(it + 1, errors.end(), next);
        } else {
            const Seq next = m_document->events().at(std::uint64_t(axis.units(drawn + 1)));
            it = std::lower_bound(it + 1, errors.end(), next);
        }
    }
}

void Overview::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().window);
    if (m_timeline.lanes() == nullptr || m_document == nullptr || !m_document->isReady()) {
        return;
    }
    if (m_picture.isNull()) {
        paintPicture();
    }
    const QRect area = strip();
    painter.drawPixmap(area.topLeft(), m_picture);
    const Axis axis = wholeAxis();
    const Axis& shown = m_timeline.axis();
    const double left = area.left() + axis.x(shown.left());
    const double right = area.left() + axis.x(shown.right());
    QColor veil = theme().window;
    veil.setAlpha(170);
    painter.fillRect(QRectF(area.left(), area.top(), left - area.left(), area.height()), veil);
    painter.fillRect(QRectF(right, area.top(), area.right() + 1 - right, area.height()), veil);
    painter.setPen(QPen(theme().accent, hasFocus() ? 3 : 1.5));
    painter.drawRect(QRectF(left, area.top(), std::max(3.0, right - left), area.height()));
    const auto line = [&](Seq seq, const QColor& colour) {
        if (seq != 0) {
            const double x = area.left() + axis.x(m_timeline.unitsOf(seq));
            painter.setPen(QPen(colour, 1.5));
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        }
    };
    if (m_focus != nullptr) {
        line(m_focus->markerA(), theme().markerA);
        line(m_focus->markerB(), theme().markerB);
        line(m_focus->seq(), theme().now);
    }
    QFont small = font();
    small.setPointSizeF(std::max(7.5, small.pointSizeF() * 0.9));
    painter.setFont(small);
    painter.setPen(theme().dim);
    painter.drawText(
        QRect(9, 0, m_timeline.gutter() - 13, height()),
        Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, tr("whole trace"));
}

void Overview::mousePressEvent(QMouseEvent* event)
{
    if (m_timeline.lanes() != nullptr) {
        m_timeline.centreOn(wholeAxis().units(event->position().x() - strip().left()));
    }
}

void Overview::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton) {
        mousePressEvent(event);
    }
}

void Overview::keyPressEvent(QKeyEvent* event)
{
    constexpr double kStep = 0.1; // of what the timeline shows
    switch (event->key()) {
    case Qt::Key_Left:
        return m_timeline.panBy(-kStep);
    case Qt::Key_Right:
        return m_timeline.panBy(kStep);
    case Qt::Key_PageUp:
        return m_timeline.panBy(-1 + kStep);
    case Qt::Key_PageDown:
        return m_timeline.panBy(1 - kStep);
    case Qt::Key_Up:
        return m_timeline.zoomIn();
    case Qt::Key_Down:
        return m_timeline.zoomOut();
    default:
        QWidget::keyPressEvent(event);
    }
}

void Overview::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void Overview::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

void Overview::resizeEvent(QResizeEvent*)
{
    invalidate();
}

} // namespace rdrlab::gui
