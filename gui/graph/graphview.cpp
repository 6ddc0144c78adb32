#include "gui/graph/graphview.h"

#include <QEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyle>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

using trace::ObjectId;

namespace {

constexpr double kSmallestLetters = 0.85; // of the font: below that zoom boxes lose lines instead
constexpr int kGlideMs = 150;
constexpr double kLongestBar = 1e9; // of what a scroll bar can count

} // namespace

GraphView::GraphView(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Object graph"));
    setAccessibleDescription(tr("Arrow keys walk along the lines, Enter opens and closes, the menu "
                                "key offers more. The list view shows the same objects."));
    m_gliding.setDuration(kGlideMs);
    m_gliding.setEasingCurve(QEasingCurve::InOutQuad);
    m_gliding.setStartValue(0.0);
    m_gliding.setEndValue(1.0);
    connect(
        &m_gliding, &QVariantAnimation::valueChanged, viewport(), qOverload<>(&QWidget::update));
    connect(&m_gliding, &QVariantAnimation::finished, this, [this] {
        m_lastBoxes.clear();
        viewport()->update();
    });
    m_scrolling.setDuration(kGlideMs);
    m_scrolling.setEasingCurve(QEasingCurve::InOutQuad);
    connect(&m_scrolling, &QVariantAnimation::valueChanged, this, [this](const QVariant& value) {
        horizontalScrollBar()->setValue(int(value.toPointF().x()));
        verticalScrollBar()->setValue(int(value.toPointF().y()));
    });
    connect(&Themes::instance(), &Themes::changed, this, &GraphView::forgetBoxes);
    installCanvasAccess();
    m_fonts = fontsAt(m_zoom);
}

GraphView::~GraphView() = default;

GraphMetrics GraphView::metrics(GraphFlow flow) const
{
    const QFontMetricsF letters(font());
    GraphMetrics metrics;
    metrics.line = std::ceil(letters.height());
    metrics.padding = std::round(metrics.line * 0.3);
    metrics.boxWidth = std::ceil(letters.averageCharWidth() * 25);
    metrics.rankGap = std::round(metrics.line * (flow == GraphFlow::Down ? 1.7 : 3));
    metrics.slotGap = std::round(metrics.line * (flow == GraphFlow::Down ? 0.9 : 1.6));
    metrics.margin = metrics.line * 1.5;
    return metrics;
}

GraphView::Fonts GraphView::fontsAt(double zoom) const
{
    Fonts fonts;
    fonts.text = font();
    const double scale = std::max(zoom, kSmallestLetters);
    if (fonts.text.pointSizeF() > 0) {
        fonts.text.setPointSizeF(fonts.text.pointSizeF() * scale);
    } else {
        fonts.text.setPixelSize(std::max(1, int(fonts.text.pixelSize() * scale)));
    }
    fonts.bold = fonts.text;
    fonts.bold.setBold(true);
    fonts.struck = fonts.text;
    fonts.struck.setStrikeOut(true);
    fonts.line = QFontMetricsF(fonts.text).height();
    return fonts;
}

void GraphView::setScene(const GraphScene* scene, const QString& reason)
{
    m_scene = scene;
    m_reason = reason;
    m_why = {};
    m_hovered = 0;
    m_gliding.stop();
    m_lastBoxes.clear();
    sceneChanged(false);
}

void GraphView::sceneChanged(bool moves)
{
    forgetBoxes();
    m_hints.clear();
    m_gliding.stop();
    QHash<ObjectId, QRectF> before;
    before.swap(m_lastBoxes);
    const bool glides = moves && m_isAnimated && isVisible() && m_scene != nullptr
        && style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) > 0;
    if (glides) {
        // From where each was painted last; what is new appears in its place.
        for (const GraphNode& node : m_scene->nodes()) {
            const auto last = m_painted.constFind(node.object);
            if (last != m_painted.constEnd() && *last != node.box) {
                m_lastBoxes.insert(node.object, *last);
            }
        }
        if (!m_lastBoxes.isEmpty()) {
            m_gliding.start();
        }
    }
    m_painted.clear();
    if (m_scene != nullptr) {
        for (const GraphNode& node : m_scene->nodes()) {
            m_painted.insert(node.object, node.box);
        }
    }
    updateScrollBars();
    viewport()->update();
    announceCanvas(*this);
}

void GraphView::setChosen(ObjectId object, trace::StringId field)
{
    if (object != m_chosen || field != m_field) {
        m_chosen = object;
        m_field = field;
        viewport()->update();
        announceCanvas(*this);
    }
}

void GraphView::setWhy(const WhyOverlay& why)
{
    m_why = why;
    viewport()->update();
}

void GraphView::forgetBoxes()
{
    m_pixmaps.clear();
    viewport()->update();
}

QPointF GraphView::offset() const
{
    return { -double(horizontalScrollBar()->value()), -double(verticalScrollBar()->value()) };
}

QRectF GraphView::shown(const QRectF& box) const
{
    return QRectF(box.topLeft() * m_zoom + offset(), box.size() * m_zoom);
}

QRectF GraphView::nodeBox(std::size_t node) const
{
    const GraphNode& at = m_scene->nodes()[node];
    const auto from = m_lastBoxes.constFind(at.object);
    if (from == m_lastBoxes.constEnd()) {
        return at.box;
    }
    const double part = m_gliding.currentValue().toDouble();
    return at.box.translated((from->topLeft() - at.box.topLeft()) * (1 - part));
}

QRectF GraphView::boxOf(ObjectId object) const
{
    const std::size_t node = m_scene != nullptr ? m_scene->indexOf(object) : GraphScene::kNothing;
    return node != GraphScene::kNothing ? shown(m_scene->nodes()[node].box) : QRectF();
}

int GraphView::linesThatFit(const QRectF& box) const
{
    const double padding = m_scene->layout()->metrics().padding * std::min(1.0, m_zoom);
    return int((box.height() - 2 * padding + 1.5) / m_fonts.line);
}

QRectF GraphView::lineOf(ObjectId object, trace::StringId field) const
{
    const QRectF box = boxOf(object);
    if (box.isEmpty() || field == 0) {
        return {};
    }
    const std::size_t node = m_scene->indexOf(object);
    const int head = GraphLayout::hasNameLine(m_scene->nodes()[node].kind) ? 2 : 1;
    const std::vector<GraphLine>& lines = m_scene->linesOf(object);
    const double top = box.top() + m_scene->layout()->metrics().padding * std::min(1.0, m_zoom);
    for (int i = 0; i < int(lines.size()) && i + head < linesThatFit(box); ++i) {
        if (lines[std::size_t(i)].field == field) {
            return { box.left(), top + (i + head) * m_fonts.line, box.width(), m_fonts.line };
        }
    }
    return {};
}

void GraphView::updateScrollBars()
{
    const QSizeF size = m_scene != nullptr ? m_scene->size() * m_zoom : QSizeF();
    m_settingBars = true;
    const auto set = [](QScrollBar* bar, double length, int page) {
        bar->setRange(0, int(std::clamp(length - page, 0.0, kLongestBar)));
        bar->setPageStep(page);
        bar->setSingleStep(std::max(1, page / 12));
    };
    set(horizontalScrollBar(), size.width(), viewport()->width());
    set(verticalScrollBar(), size.height(), viewport()->height());
    m_settingBars = false;
}

void GraphView::setZoom(double zoom, QPointF kept)
{
    zoom = std::clamp(zoom, kSmallest, kLargest);
    if (std::abs(zoom - 1) < 0.03) {
        zoom = 1; // sharp
    }
    if (zoom == m_zoom) {
        return;
    }
    const QPointF scene = (kept - offset()) / m_zoom;
    m_zoom = zoom;
    m_fonts = fontsAt(zoom);
    forgetBoxes();
    updateScrollBars();
    const QPointF scroll = scene * zoom - kept;
    horizontalScrollBar()->setValue(int(std::clamp(scroll.x(), 0.0, kLongestBar)));
    verticalScrollBar()->setValue(int(std::clamp(scroll.y(), 0.0, kLongestBar)));
    Q_EMIT zoomChanged();
}

void GraphView::zoomBy(double factor)
{
    // Around the chosen object, or else the middle.
    QPointF kept = boxOf(m_chosen).center();
    if (!viewport()->rect().contains(kept.toPoint())) {
        kept = QRectF(viewport()->rect()).center();
    }
    setZoom(m_zoom * factor, kept);
}

void GraphView::fit()
{
    if (m_scene == nullptr || m_scene->layout() == nullptr) {
        return;
    }
    constexpr double kReadable = 0.5;
    QRectF all;
    for (const GraphNode& node : m_scene->nodes()) {
        all |= node.box;
    }
    const double margin = m_scene->layout()->metrics().margin;
    all.adjust(-margin, -margin, margin, margin);
    // As much of all the places as is readable, whatever is alive now, so that the zoom stays good
    // when stepping on; all ranks at least.
    const QSizeF places = m_scene->size();
    const QSizeF room = viewport()->size();
    const double across = room.width() / std::max(places.width(), 1.0);
    const double down = room.height() / std::max(places.height(), 1.0);
    const bool isDown = m_scene->layout()->flow() == GraphFlow::Down;
    const double whole = std::min(across, down);
    setZoom(
        std::clamp(
            whole >= kReadable ? whole
                : isDown       ? down
                               : across,
            kReadable, 1.0),
        QRectF(viewport()->rect()).center());
    scrollTo(all.topLeft() * m_zoom);
}

void GraphView::scrollTo(QPointF corner)
{
    const QPointF from = -offset();
    const QPointF to(
        std::clamp(corner.x(), 0.0, double(horizontalScrollBar()->maximum())),
        std::clamp(corner.y(), 0.0, double(verticalScrollBar()->maximum())));
    m_scrolling.stop();
    if (!m_isAnimated || !isVisible()
        || style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) == 0) {
        horizontalScrollBar()->setValue(int(to.x()));
        verticalScrollBar()->setValue(int(to.y()));
        return;
    }
    m_scrolling.setStartValue(from);
    m_scrolling.setEndValue(to);
    m_scrolling.start();
}

void GraphView::lookAround(ObjectId target)
{
    if (m_scene == nullptr || m_scene->nodes().empty()) {
        return;
    }
    endScrolling();
    const std::vector<GraphNode>& nodes = m_scene->nodes();
    const QRectF view = viewport()->rect();
    std::size_t seen = 0;
    ObjectId changed = 0;
    bool isChangeSeen = false;
    for (const GraphNode& node : nodes) {
        seen += view.contains(shown(node.box));
        if (node.mark != GraphMark::None) {
            isChangeSeen |= isInSight(node.object);
            changed = changed == 0 || node.object == target ? node.object : changed;
        }
    }
    const bool isBound = changed != 0 && !isChangeSeen; // it must come into sight
    if (!isBound && seen * 2 >= nodes.size()) {
        return;
    }
    // One side after the other: of the windows that begin at a box the one that holds most, of
    // equals the nearest to where we are.
    constexpr std::size_t kMostTried = 400;
    constexpr double kBorder = 10;
    const QRectF wanted = boxOf(changed);
    std::size_t most = 0;
    QPointF by;
    for (const bool isAcross : { true, false }) {
        const auto low = [&](const QRectF& box) { return isAcross ? box.left() : box.top(); };
        const auto high = [&](const QRectF& box) { return isAcross ? box.right() : box.bottom(); };
        const double length = isAcross ? view.width() : view.height();
        double best = isBound ? low(wanted) - kBorder : 0;
        most = 0;
        const auto attempt = [&](double from) {
            if (isBound && (low(wanted) < from || high(wanted) > from + length)) {
                return;
            }
            std::size_t held = 0;
            for (const GraphNode& node : nodes) {
                const QRectF box = shown(node.box);
                const bool isBeside
                    = isAcross || (box.left() >= by.x() && box.right() <= by.x() + view.width());
                held += isBeside && low(box) >= from && high(box) <= from + length;
            }
            if (held > most || (held == most && std::abs(from) < std::abs(best))) {
                most = held;
                best = from;
            }
        };
        attempt(0);
        for (std::size_t i = 0; i < std::min(nodes.size(), kMostTried); ++i) {
            attempt(low(shown(nodes[i].box)) - kBorder);
        }
        (isAcross ? by.rx() : by.ry()) = best;
    }
    // For one more nobody wants to lose their place.
    if (isBound || (most >= seen + 2 && 2 * most >= 3 * seen)) {
        scrollTo(by - offset());
    }
}

void GraphView::endScrolling()
{
    if (m_scrolling.state() == QAbstractAnimation::Running) {
        m_scrolling.setCurrentTime(m_scrolling.duration());
    }
}

bool GraphView::isInSight(ObjectId object) const
{
    const QRectF box = boxOf(object);
    return !box.isEmpty() && QRectF(viewport()->rect()).contains(box.center());
}

void GraphView::reveal(ObjectId object)
{
    endScrolling();
    const QRectF box = boxOf(object);
    if (box.isEmpty()) {
        return;
    }
    const QRectF view = viewport()->rect();
    constexpr double kBorder = 12;
    const double above = object == m_why.object ? kBorder + 3 * m_fonts.line : kBorder;
    const auto shift = [](double low, double high, double from, double to) {
        return high - low > to - from || low < from ? low - from : high > to ? high - to : 0.0;
    };
    const double dx = shift(box.left() - kBorder, box.right() + kBorder, view.left(), view.right());
    const double dy = shift(box.top() - above, box.bottom() + kBorder, view.top(), view.bottom());
    scrollTo(QPointF(dx, dy) - offset());
}

void GraphView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateScrollBars();
}

void GraphView::scrollContentsBy(int, int)
{
    if (!m_settingBars) {
        viewport()->update();
    }
}

void GraphView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) {
        m_fonts = fontsAt(m_zoom);
        forgetBoxes();
    }
}

} // namespace rdrlab::gui
