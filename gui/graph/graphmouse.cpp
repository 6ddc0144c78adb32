// The object graph under mouse and keys.
#include "gui/graph/graphview.h"
#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

using trace::ObjectId;

namespace {

constexpr double kZoomStep = 1.25;
constexpr int kDragPixels = 4;
constexpr qsizetype kTipLines = 40;

} // namespace

GraphView::Hit GraphView::hitAt(QPointF point) const
{
    Hit hit;
    if (m_scene == nullptr) {
        return hit;
    }
    for (const Hint& hint : m_hints) {
        if (hint.box.contains(point)) {
            hit.hint = &hint;
            return hit;
        }
    }
    for (const GraphPill& pill : m_scene->pills()) {
        if (shown(pill.box).contains(point)) {
            hit.pill = &pill;
            return hit;
        }
    }
    const std::vector<GraphNode>& nodes = m_scene->nodes();
    for (std::size_t i = nodes.size(); i-- > 0;) {
        const QRectF box = shown(nodeBox(i));
        if (!box.contains(point)) {
            continue;
        }
        hit.object = nodes[i].object;
        const double padding = m_scene->layout()->metrics().padding * std::min(1.0, m_zoom);
        const int line = int((point.y() - box.top() - padding) / m_fonts.line)
            - (GraphLayout::hasNameLine(nodes[i].kind) ? 2 : 1);
        const std::vector<GraphLine>& lines = m_scene->linesOf(hit.object);
        if (line >= 0 && std::size_t(line) < lines.size()
            && !lineOf(hit.object, lines[std::size_t(line)].field).isEmpty()) {
            hit.field = lines[std::size_t(line)].field;
        }
        return hit;
    }
    return hit;
}

void GraphView::wheelEvent(QWheelEvent* event)
{
    // As in the timeline: the wheel zooms, with Ctrl it scrolls, with Shift sideways.
    const QPoint delta = event->angleDelta();
    if (event->modifiers() & Qt::ControlModifier) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() - delta.y());
    } else if (event->modifiers() & Qt::ShiftModifier || delta.x() != 0) {
        const int by = delta.x() != 0 ? delta.x() : delta.y();
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - by);
    } else {
        setZoom(m_zoom * std::pow(kZoomStep, delta.y() / 120.0), event->position());
    }
    event->accept();
}

void GraphView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton) {
        m_isPressed = true;
        m_isDragging = event->button() == Qt::MiddleButton;
        m_pressed = m_moved = event->position();
    }
}

void GraphView::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_isPressed) {
        const Hit hit = hitAt(event->position());
        if (hit.object != m_hovered) {
            m_hovered = hit.object;
            viewport()->update();
        }
        const bool isLink = hit.object != 0 || hit.pill != nullptr || hit.hint != nullptr;
        viewport()->setCursor(isLink ? Qt::PointingHandCursor : Qt::ArrowCursor);
        return;
    }
    if (!m_isDragging && (event->position() - m_pressed).manhattanLength() < kDragPixels) {
        return; // still a click
    }
    m_isDragging = true;
    viewport()->setCursor(Qt::ClosedHandCursor);
    const QPointF by = m_moved - event->position();
    m_moved = event->position();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + int(std::lround(by.x())));
    verticalScrollBar()->setValue(verticalScrollBar()->value() + int(std::lround(by.y())));
}

void GraphView::mouseReleaseEvent(QMouseEvent* event)
{
    const bool wasClick = m_isPressed && !m_isDragging && event->button() == Qt::LeftButton;
    m_isPressed = false;
    m_isDragging = false;
    viewport()->unsetCursor();
    if (!wasClick || m_scene == nullptr) {
        return;
    }
    const Hit hit = hitAt(m_pressed);
    if (hit.hint != nullptr) {
        const ObjectId target = hit.hint->target; // painting makes new hints
        reveal(target);
        Q_EMIT picked(target, 0);
    } else if (hit.pill != nullptr) {
        Q_EMIT pillOpened(hit.pill->home, hit.pill->kind);
    } else if (hit.object != 0) {
        Q_EMIT picked(hit.object, hit.field);
    }
}

void GraphView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const Hit hit = hitAt(event->position());
    if (event->button() != Qt::LeftButton || hit.object == 0) {
        return;
    }
    if (hit.field != 0) {
        Q_EMIT fieldActivated(hit.object, hit.field, bool(event->modifiers() & Qt::ShiftModifier));
    } else {
        Q_EMIT toggled(hit.object);
    }
}

void GraphView::contextMenuEvent(QContextMenuEvent* event)
{
    if (event->reason() == QContextMenuEvent::Keyboard) {
        const QRectF box = boxOf(m_chosen);
        if (!box.isEmpty()) {
            const QPoint place = box.center().toPoint();
            Q_EMIT menuWanted(m_chosen, m_field, viewport()->mapToGlobal(place));
            return;
        }
    }
    const Hit hit = hitAt(QPointF(event->pos()));
    Q_EMIT menuWanted(hit.object, hit.field, event->globalPos());
}

// What a tip explains: the field under the pointer, else the kind of object.
QString GraphView::nameUnder(const Hit& hit) const
{
    const std::size_t node = m_scene->indexOf(hit.object);
    const QString kind
        = node != GraphScene::kNothing ? texts::objectKind(m_scene->nodes()[node].kind) : QString();
    if (hit.field == 0) {
        return kind;
    }
    const QString field
        = kind + QLatin1Char('.') + texts::foreign(m_scene->document()->reader().string(hit.field));
    return explanationOf(field) != nullptr ? field : kind;
}

bool GraphView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_scene != nullptr) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const Hit hit = hitAt(QPointF(help->pos()));
        QStringList text = m_scene->describe(hit.object).split(QLatin1Char('\n'));
        if (text.size() > kTipLines) {
            text.erase(text.begin() + kTipLines, text.end());
            text += QStringLiteral("…");
        }
        if (hit.pill != nullptr) {
            text = { tr("%n object(s) in closed sub-trees.", nullptr, int(hit.pill->total)),
                     tr("Click to open.") };
        } else if (hit.hint != nullptr) {
            text = { tr("%n object(s) out of sight there.", nullptr, hit.hint->count) };
            if (hit.hint->changed != 0) {
                text += tr("%n changed in this step.", nullptr, hit.hint->changed);
            }
            text += tr("Click to go there.");
        }
        const std::size_t node = m_scene->indexOf(hit.object);
        const QString plain = text.join(QLatin1Char('\n'));
        QToolTip::showText(
            help->globalPos(),
            node == GraphScene::kNothing ? plain : explainTip(nameUnder(hit), plain), viewport());
        return true;
    }
    if (event->type() == QEvent::Leave && m_hovered != 0) {
        m_hovered = 0;
        viewport()->update();
    }
    return QAbstractScrollArea::viewportEvent(event);
}

// Which box an arrow key leads to: along the line of ownership, or to the neighbour in the rank;
// where there is no such line, along a pointer that leads that way.
ObjectId GraphView::next(ObjectId from, int key) const
{
    const std::vector<GraphNode>& nodes = m_scene->nodes();
    const std::size_t at = m_scene->indexOf(from);
    if (at == GraphScene::kNothing) {
        const auto inSight = std::find_if(nodes.begin(), nodes.end(), [&](const GraphNode& node) {
            return isInSight(node.object);
        });
        return inSight != nodes.end() ? inSight->object : nodes.empty() ? 0 : nodes.front().object;
    }
    const bool isDown = m_scene->layout()->flow() == GraphFlow::Down;
    const bool toHome = key == (isDown ? Qt::Key_Up : Qt::Key_Left);
    const bool toHeld = key == (isDown ? Qt::Key_Down : Qt::Key_Right);
    const auto rank
        = [&](const GraphNode& node) { return isDown ? node.box.top() : node.box.left(); };
    const auto slot
        = [&](const GraphNode& node) { return isDown ? node.box.left() : node.box.top(); };
    const GraphNode& self = nodes[at];
    if (toHome && self.home != 0) {
        return self.home;
    }
    ObjectId best = 0;
    double nearest = 1e18;
    const auto consider = [&](const GraphNode& node, double distance) {
        if (distance < nearest) {
            nearest = distance;
            best = node.object;
        }
    };
    if (toHome || toHeld) {
        for (const GraphNode& node : nodes) {
            if (toHeld && node.home == from) {
                consider(node, std::abs(slot(node) - slot(self)) + rank(node) - rank(self));
            }
        }
        for (const GraphEdge& edge : m_scene->edges()) {
            if (best == 0 && (edge.from == at || edge.to == at)) {
                const GraphNode& other = nodes[edge.from == at ? edge.to : edge.from];
                if (toHome ? rank(other) < rank(self) : rank(other) > rank(self)) {
                    best = other.object;
                }
            }
        }
        return best;
    }
    const bool isBack = key == (isDown ? Qt::Key_Left : Qt::Key_Up);
    for (const GraphNode& node : nodes) {
        const double by = isBack ? slot(self) - slot(node) : slot(node) - slot(self);
        if (by > 0 && trace::layoutColumn(node.kind) == trace::layoutColumn(self.kind)) {
            consider(node, by);
        }
    }
    return best;
}

void GraphView::walk(int key)
{
    if (m_scene == nullptr) {
        return;
    }
    const ObjectId to = next(m_chosen, key);
    if (to != 0) {
        Q_EMIT picked(to, 0);
        reveal(to);
    }
}

void GraphView::walkFields(int by)
{
    if (m_scene == nullptr || m_scene->indexOf(m_chosen) == GraphScene::kNothing) {
        return;
    }
    const std::vector<GraphLine>& lines = m_scene->linesOf(m_chosen);
    const auto at = std::find_if(
        lines.begin(), lines.end(), [&](const GraphLine& line) { return line.field == m_field; });
    const auto count = std::ptrdiff_t(lines.size());
    const std::ptrdiff_t to = at != lines.end() ? at - lines.begin() + by : by > 0 ? 0 : count - 1;
    if (to >= 0 && to < count) {
        Q_EMIT picked(m_chosen, lines[std::size_t(to)].field);
    } else if (to < 0) {
        Q_EMIT picked(m_chosen, 0); // back to the box itself
    }
}

void GraphView::keyPressEvent(QKeyEvent* event)
{
    const bool isPlain = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    const bool isShifted = (event->modifiers() & ~Qt::KeypadModifier) == Qt::ShiftModifier;
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_Down:
        if (isShifted) {
            walkFields(event->key() == Qt::Key_Down ? 1 : -1);
            return;
        }
        [[fallthrough]];
    case Qt::Key_Left:
    case Qt::Key_Right:
        if (isPlain) {
            walk(event->key());
            return;
        }
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_chosen != 0 && m_field != 0) {
            Q_EMIT fieldActivated(m_chosen, m_field, isShifted);
        } else if (m_chosen != 0) {
            Q_EMIT toggled(m_chosen);
        }
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoomBy(kZoomStep);
        return;
    case Qt::Key_Minus:
        zoomBy(1 / kZoomStep);
        return;
    case Qt::Key_0:
        fit();
        return;
    case Qt::Key_PageUp:
    case Qt::Key_PageDown: {
        QScrollBar* bar = isShifted ? horizontalScrollBar() : verticalScrollBar();
        bar->setValue(
            bar->value() + (event->key() == Qt::Key_PageDown ? bar->pageStep() : -bar->pageStep()));
        return;
    }
    default:
        break;
    }
    // Letters that no command has begin a search.
    if ((isPlain || isShifted) && !event->text().isEmpty() && event->text()[0].isPrint()
        && event->key() != Qt::Key_Space) {
        Q_EMIT typed(event->text());
        return;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

} // namespace rdrlab::gui
