// How the object graph looks; graphview.cpp has what it does.
#include "gui/graph/graphview.h"
#include "gui/models/texts.h"

#include <QElapsedTimer>
#include <QPaintEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

using trace::ObjectId;

namespace {

constexpr double kFewestWords = 34; // pixels of width; narrower boxes have colour and sign only
constexpr double kStripe = 4;
constexpr qsizetype kMostPixmaps = 600;

QColor colourOf(GraphMark mark)
{
    switch (mark) {
    case GraphMark::Born:
        return theme().added;
    case GraphMark::Changed:
        return theme().changed;
    case GraphMark::Died:
        return theme().removed;
    case GraphMark::None:
        break;
    }
    return mixed(theme().dim, theme().base, 0.65);
}

// Each mark has a border of its own beside its colour: thick, double weight, dashed.
QPen borderOf(GraphMark mark)
{
    switch (mark) {
    case GraphMark::Born:
        return QPen(colourOf(mark), 2.6);
    case GraphMark::Changed:
        return QPen(colourOf(mark), 1.8);
    case GraphMark::Died: {
        QPen pen(colourOf(mark), 1.8);
        pen.setDashPattern({ 3, 2 });
        return pen;
    }
    case GraphMark::None:
        break;
    }
    return QPen(colourOf(mark), 1);
}

void drawWords(
    QPainter& painter, const QRectF& box, const QString& text, int align, Qt::TextElideMode mode)
{
    const QFontMetricsF letters(painter.font());
    painter.drawText(
        box, align | Qt::AlignVCenter | Qt::TextSingleLine,
        letters.elidedText(text, mode, box.width()));
}

// An arrow's head at `tip`, coming from `from`.
void drawTip(QPainter& painter, QPointF from, QPointF tip, double size)
{
    const QLineF line(from, tip);
    if (line.length() < 1) {
        return;
    }
    const QPointF along = (tip - from) / line.length() * size;
    const QPointF side(-along.y() * 0.5, along.x() * 0.5);
    painter.setBrush(painter.pen().color());
    QPainterPath head(tip);
    head.lineTo(tip - along + side);
    head.lineTo(tip - along - side);
    head.closeSubpath();
    painter.fillPath(head, painter.pen().color());
    painter.setBrush(Qt::NoBrush);
}

// A capsule with words in it.
void drawCapsule(
    QPainter& painter,
    const QRectF& box,
    const QString& text,
    const QColor& fill,
    const QColor& line,
    const QColor& ink)
{
    painter.setPen(QPen(line, 1.2));
    painter.setBrush(fill);
    const double round = std::min(box.height() / 2, 8.0);
    painter.drawRoundedRect(box, round, round);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(ink);
    drawWords(painter, box.adjusted(5, 0, -5, 0), text, Qt::AlignHCenter, Qt::ElideRight);
}

} // namespace

void GraphView::paintEvent(QPaintEvent*)
{
    QElapsedTimer timer;
    timer.start();
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), theme().base);
    if (m_scene == nullptr || m_scene->nodes().empty()) {
        paintNothing(painter);
    } else {
        paintScene(painter, viewport()->rect(), false);
        paintHints(painter);
    }
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(theme().accent, 1));
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
    m_frameMs = double(timer.nsecsElapsed()) / 1e6;
}

void GraphView::paintNothing(QPainter& painter)
{
    painter.setPen(theme().dim);
    painter.setFont(font());
    painter.drawText(
        viewport()->rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap,
        !m_reason.isEmpty() || m_scene == nullptr
            ? m_reason
            : tr("No object of the kinds shown is alive at this event. Step on, or choose more "
                 "kinds above."));
}

void GraphView::paintScene(QPainter& painter, const QRectF& area, bool isVector)
{
    painter.setRenderHint(QPainter::Antialiasing);
    paintHomes(painter, area);
    paintPointers(painter, area);
    for (std::size_t i = 0; i < m_scene->nodes().size(); ++i) {
        if (area.intersects(shown(nodeBox(i)).adjusted(-6, -6, 6, 6))) {
            paintNode(painter, i, isVector);
        }
    }
    for (const GraphPill& pill : m_scene->pills()) {
        if (area.intersects(shown(pill.box))) {
            paintPill(painter, pill);
        }
    }
    paintWhy(painter, area);
}

// From the home's edge to the box, with one bend in the gap before its rank.
void GraphView::paintHomes(QPainter& painter, const QRectF& area)
{
    const bool isDown = m_scene->layout()->flow() == GraphFlow::Down;
    painter.setPen(QPen(mixed(theme().dim, theme().base, 0.75), 1.3));
    const double bend = 8 * std::min(1.0, m_zoom);
    for (std::size_t i = 0; i < m_scene->nodes().size(); ++i) {
        const GraphNode& node = m_scene->nodes()[i];
        const std::size_t home = node.home != 0 ? m_scene->indexOf(node.home) : SIZE_MAX;
        if (home == SIZE_MAX) {
            continue;
        }
        const QRectF from = shown(nodeBox(home));
        const QRectF to = shown(nodeBox(i));
        if (!area.intersects(from.united(to))) {
            continue;
        }
        const double head = std::min(to.height() / 2, m_fonts.line * 0.8);
        const QPolygonF line = isDown ? QPolygonF({ QPointF(from.center().x(), from.bottom()),
                                                    QPointF(from.center().x(), to.top() - bend),
                                                    QPointF(to.center().x(), to.top() - bend),
                                                    QPointF(to.center().x(), to.top()) })
                                      : QPolygonF({ QPointF(from.right(), from.top() + head),
                                                    QPointF(to.left() - bend, from.top() + head),
                                                    QPointF(to.left() - bend, to.top() + head),
                                                    QPointF(to.left(), to.top() + head) });
        painter.drawPolyline(line);
    }
}

void GraphView::paintPointers(QPainter& painter, const QRectF& area)
{
    std::vector<const GraphEdge*> strong;
    const ObjectId active = m_hovered != 0 ? m_hovered : m_chosen;
    for (const GraphEdge& edge : m_scene->edges()) {
        const ObjectId from = m_scene->nodes()[edge.from].object;
        const ObjectId to = m_scene->nodes()[edge.to].object;
        if (edge.isChanged || from == active || to == active) {
            strong.push_back(&edge);
        } else if (!edge.isHome) {
            paintPointer(painter, edge, area, false);
        }
    }
    for (const GraphEdge* edge : strong) {
        if (!edge->isHome || edge->isChanged) {
            paintPointer(painter, *edge, area, true);
        }
    }
}

void GraphView::paintPointer(
    QPainter& painter, const GraphEdge& edge, const QRectF& area, bool isStrong)
{
    const QRectF from = shown(nodeBox(edge.from));
    const QRectF to = shown(nodeBox(edge.to));
    if (!area.intersects(from.united(to).adjusted(-40, 0, 40, 0))) {
        return;
    }
    const QColor colour = edge.isChanged ? theme().changed
        : isStrong                       ? theme().accent
                                         : mixed(theme().dim, theme().base, 0.55);
    QPen pen(colour, isStrong ? 2.0 : 1.0);
    if (!edge.isChanged) {
        pen.setDashPattern({ 4, 3 });
    }
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    // From the field's line where it shows, on the side that faces the target.
    const QRectF line = lineOf(m_scene->nodes()[edge.from].object, edge.field);
    const double y = line.isEmpty() ? from.center().y() : line.center().y();
    const bool isRight = to.center().x() > from.center().x() + 1;
    const bool isBeside = std::abs(to.center().x() - from.center().x()) < from.width();
    const QPointF start(isRight || isBeside ? from.right() : from.left(), y);
    const double head = to.top() + std::min(to.height() / 2, m_fonts.line * 0.8);
    const QPointF end(isBeside || !isRight ? to.right() : to.left(), head);
    const double reach = std::clamp(QLineF(start, end).length() / 3, 14.0, 60.0);
    const QPointF out(start.x() + (isRight || isBeside ? reach : -reach), start.y());
    const QPointF in(end.x() + (isBeside || !isRight ? reach : -reach), end.y());
    QPainterPath path(start);
    path.cubicTo(out, in, end);
    painter.drawPath(path);
    drawTip(painter, in, end, isStrong ? 8 : 6);
    if (isStrong && m_zoom > 0.5) {
        painter.setFont(m_fonts.text);
        const QString name = texts::foreign(m_scene->document()->reader().string(edge.field));
        const QSizeF size = QFontMetricsF(m_fonts.text).size(Qt::TextSingleLine, name);
        QRectF label(QPointF(), size + QSizeF(6, 0));
        label.moveCenter(path.pointAtPercent(0.5));
        painter.fillRect(label, theme().base);
        painter.setPen(colour);
        painter.drawText(label, Qt::AlignCenter, name);
    }
}

void GraphView::paintNode(QPainter& painter, std::size_t index, bool isVector)
{
    const GraphNode& node = m_scene->nodes()[index];
    const QRectF box = shown(nodeBox(index));
    constexpr double kAround = 4; // borders and signs reach out of the box
    if (isVector) {
        paintBox(painter, node, box);
    } else {
        QPixmap& pixmap = m_pixmaps[node.object];
        if (pixmap.isNull()) {
            const qreal ratio = devicePixelRatioF();
            const QSizeF size = box.size() + QSizeF(2 * kAround, 2 * kAround);
            pixmap = QPixmap((size * ratio).toSize() + QSize(1, 1));
            pixmap.setDevicePixelRatio(ratio);
            pixmap.fill(Qt::transparent);
            QPainter into(&pixmap);
            into.setRenderHint(QPainter::Antialiasing);
            paintBox(into, node, QRectF(QPointF(kAround, kAround), box.size()));
        }
        painter.drawPixmap(
            QPointF(std::round(box.left()) - kAround, std::round(box.top()) - kAround), pixmap);
        if (m_pixmaps.size() > kMostPixmaps) {
            m_pixmaps.clear();
        }
    }
    if (node.object == m_chosen) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().selection, 2.4));
        painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 6, 6);
        const QRectF line = lineOf(node.object, m_field);
        if (!line.isEmpty()) {
            painter.setPen(QPen(theme().selection, 1));
            painter.drawRect(line.adjusted(kStripe + 2, 0, -2, 0));
        }
    } else if (node.object == m_hovered) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().hover, 1.2));
        painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 5, 5);
    }
}

void GraphView::paintBox(QPainter& painter, const GraphNode& node, const QRectF& box)
{
    const QColor family = theme().ofLayer(trace::layerOf(node.kind));
    const bool isGhost = node.mark == GraphMark::Died;
    painter.setPen(borderOf(node.mark));
    painter.setBrush(
        isGhost ? theme().base : mixed(family, theme().base, theme().isDark ? 0.2 : 0.09));
    painter.drawRoundedRect(box, 4, 4);
    painter.fillRect(
        QRectF(
            box.left() + 1.5, box.top() + 2, kStripe * std::min(1.0, m_zoom * 1.2),
            box.height() - 4),
        family);
    painter.setBrush(Qt::NoBrush);
    const QString glyph = graphGlyph(node.mark);
    const int room = linesThatFit(box);
    if (box.width() < kFewestWords || room < 1) {
        if (!glyph.isEmpty() && box.height() > 6) {
            painter.setFont(m_fonts.bold);
            painter.setPen(colourOf(node.mark));
            painter.drawText(box.adjusted(-20, -20, 20, 20), Qt::AlignCenter, glyph);
        }
        return;
    }
    const double padding = m_scene->layout()->metrics().padding * std::min(1.0, m_zoom);
    QRectF row(
        box.left() + kStripe + 4, box.top() + padding, box.width() - kStripe - 8, m_fonts.line);
    // Head: sign, kind and number, references at the right.
    const QString name = m_scene->nameOf(node.object);
    const QString kind = texts::objectKind(node.kind);
    const bool hasNameLine = GraphLayout::hasNameLine(node.kind);
    double right = row.right();
    if (const auto references = m_scene->referencesOf(node.object)) {
        const trace::ObjectDelta* delta = m_scene->deltaOf(node.object);
        const bool isTold = delta != nullptr && !delta->isBorn && delta->countBefore
            && *delta->countBefore != *references;
        const QString count = isTold ? tr("refs %1→%2").arg(*delta->countBefore).arg(*references)
                                     : tr("refs %1").arg(*references);
        painter.setFont(isTold ? m_fonts.bold : m_fonts.text);
        const double width = QFontMetricsF(painter.font()).horizontalAdvance(count);
        if (width < row.width() * 0.45) {
            painter.setPen(isTold ? theme().changed : theme().dim);
            painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, count);
            right -= width + 6;
        }
    }
    painter.setFont(m_fonts.bold);
    if (!glyph.isEmpty()) {
        painter.setPen(colourOf(node.mark));
        painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, glyph);
        row.setLeft(row.left() + QFontMetricsF(m_fonts.bold).horizontalAdvance(glyph) + 4);
    }
    painter.setPen(theme().text);
    const QString head = hasNameLine && !name.startsWith(QLatin1Char('#')) && !name.startsWith(kind)
        ? kind
        : m_scene->titleOf(node.object);
    row.setRight(right);
    drawWords(painter, row, head, Qt::AlignLeft, Qt::ElideMiddle);
    row = QRectF(box.left() + kStripe + 4, row.bottom(), box.width() - kStripe - 8, m_fonts.line);
    int line = 1;
    if (hasNameLine && line < room) {
        painter.setFont(m_fonts.text);
        drawWords(painter, row, head == kind ? name : QString(), Qt::AlignLeft, Qt::ElideMiddle);
        row.translate(0, m_fonts.line);
        ++line;
    }
    const std::vector<GraphLine>& fields = m_scene->linesOf(node.object);
    for (std::size_t i = 0; i < fields.size() && line < room; ++i, ++line) {
        paintLine(painter, fields[i], row);
        row.translate(0, m_fonts.line);
    }
}

// Key on the left, value on the right; a change: the old value struck out, then the new one.
void GraphView::paintLine(QPainter& painter, const GraphLine& line, const QRectF& row)
{
    const QFontMetricsF letters(m_fonts.text);
    QString value = line.value.isEmpty() ? QStringLiteral("–") : line.value;
    const QString key = line.isChanged ? QStringLiteral("~ ") + line.key : line.key;
    const double keyWidth = std::min(
        letters.horizontalAdvance(key), line.isChanged ? row.width() * 0.45 : row.width() * 0.62);
    if (line.isChanged) {
        painter.fillRect(
            row.adjusted(-2, 0, 2, 0),
            mixed(theme().changed, theme().base, theme().isDark ? 0.3 : 0.14));
    }
    painter.setFont(m_fonts.text);
    painter.setPen(line.isChanged ? theme().text : theme().dim);
    drawWords(
        painter, QRectF(row.left(), row.top(), keyWidth, row.height()), key, Qt::AlignLeft,
        Qt::ElideRight);
    QRectF rest(row.left() + keyWidth + 6, row.top(), row.width() - keyWidth - 6, row.height());
    if (rest.width() < 8) {
        return;
    }
    painter.setPen(theme().text);
    if (!line.isChanged) {
        drawWords(painter, rest, value, Qt::AlignRight, Qt::ElideMiddle);
        return;
    }
    painter.setFont(m_fonts.bold);
    const QFontMetricsF bold(m_fonts.bold);
    const QString fresh
        = bold.elidedText(value, Qt::ElideMiddle, line.isNew ? rest.width() : rest.width() * 0.6);
    painter.drawText(rest, Qt::AlignRight | Qt::AlignVCenter, fresh);
    rest.setRight(rest.right() - bold.horizontalAdvance(fresh) - 3);
    if (line.isNew) {
        return;
    }
    painter.setFont(m_fonts.text);
    const QString arrow = QStringLiteral("→");
    painter.drawText(rest, Qt::AlignRight | Qt::AlignVCenter, arrow);
    rest.setRight(rest.right() - letters.horizontalAdvance(arrow) - 3);
    painter.setFont(m_fonts.struck);
    painter.setPen(theme().dim);
    if (rest.width() > 8) {
        drawWords(
            painter, rest, line.before.isEmpty() ? QStringLiteral("–") : line.before,
            Qt::AlignRight, Qt::ElideMiddle);
    }
}

void GraphView::paintPill(QPainter& painter, const GraphPill& pill)
{
    const QRectF box = shown(pill.box);
    if (box.width() < kFewestWords / 2) {
        painter.fillRect(box, theme().ofLayer(trace::layerOf(pill.kind)));
        return;
    }
    QString words = pill.words();
    if (pill.marked != 0) {
        words += QStringLiteral(" ~%1").arg(pill.marked);
    }
    painter.setFont(pill.marked != 0 ? m_fonts.bold : m_fonts.text);
    drawCapsule(
        painter, box, words, mixed(theme().ofLayer(trace::layerOf(pill.kind)), theme().base, 0.2),
        pill.marked != 0 ? theme().changed : theme().dim, theme().text);
}

void GraphView::paintWhy(QPainter& painter, const QRectF& area)
{
    if (m_why.object == 0) {
        return;
    }
    const QColor ink = theme().now;
    std::map<ObjectId, int> capsules; // so many stand above a box
    for (const WhyOverlay::Step& step : m_why.steps) {
        const QRectF held = boxOf(step.held);
        if (held.isEmpty()) {
            continue;
        }
        QPen pen(ink, step.isMain ? 3.0 : 1.6);
        if (!step.isMain) {
            pen.setDashPattern({ 5, 2 });
        }
        const QRectF holder = boxOf(step.holder);
        QPointF from, to;
        if (holder.isEmpty()) {
            // Not an object, or one that is not shown: a capsule above what it holds.
            painter.setFont(m_fonts.text);
            const QFontMetricsF letters(m_fonts.text);
            const double width
                = std::min(letters.horizontalAdvance(step.words) + 14, held.width() * 1.6);
            const int level = capsules[step.held]++;
            const QRectF box(
                held.left() + 10, held.top() - (level + 1) * (m_fonts.line + 5) - 2, width,
                m_fonts.line + 2);
            if (area.intersects(box)) {
                painter.setPen(pen);
                painter.drawLine(
                    QPointF(box.left() + 8, box.bottom()), QPointF(box.left() + 8, held.top()));
                drawCapsule(painter, box, step.words, theme().base, ink, theme().text);
            }
            continue;
        }
        if (!area.intersects(holder.united(held))) {
            continue;
        }
        const bool isDown = m_scene->layout()->flow() == GraphFlow::Down;
        const auto side = [&](const QRectF& of, const QRectF& towards) {
            if (isDown) {
                return QPointF(
                    of.center().x() + of.width() * 0.18,
                    towards.center().y() > of.center().y() ? of.bottom() : of.top());
            }
            return QPointF(
                towards.center().x() > of.center().x() ? of.right() : of.left(),
                of.center().y() + of.height() * 0.18);
        };
        from = side(holder, held);
        to = side(held, holder);
        painter.setPen(pen);
        painter.drawLine(from, to);
        drawTip(painter, from, to, step.isMain ? 11 : 8);
        if (step.isMain && m_zoom > 0.4 && !step.words.isEmpty()) {
            painter.setFont(m_fonts.text);
            const QSizeF size = QFontMetricsF(m_fonts.text).size(Qt::TextSingleLine, step.words);
            QRectF label(QPointF(), size + QSizeF(8, 2));
            label.moveCenter((from + to) / 2);
            label.moveLeft(std::max(label.left(), (from.x() + to.x()) / 2 + 4));
            painter.setPen(QPen(ink, 1));
            painter.setBrush(theme().base);
            painter.drawRoundedRect(label, 4, 4);
            painter.setBrush(Qt::NoBrush);
            painter.setPen(theme().text);
            painter.drawText(label, Qt::AlignCenter, step.words);
        }
    }
    painter.setBrush(Qt::NoBrush);
    for (const ObjectId node : m_why.nodes) {
        const QRectF box = boxOf(node);
        if (box.isEmpty() || !area.intersects(box)) {
            continue;
        }
        painter.setPen(QPen(ink, 2));
        painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 5, 5);
        if (m_why.dominators.contains(node)) {
            // A second line and words: nothing reaches the object but through this one.
            painter.drawRoundedRect(box.adjusted(-5, -5, 5, 5), 7, 7);
            painter.setFont(m_fonts.bold);
            const QString words = tr("◆ all paths");
            const double width = QFontMetricsF(m_fonts.bold).horizontalAdvance(words) + 14;
            drawCapsule(
                painter,
                QRectF(
                    box.right() - width, box.top() - m_fonts.line * 0.8, width, m_fonts.line + 2),
                words, ink, ink, Theme::readableOn(ink));
        }
    }
}

// What this step changed out of sight: a sign at the edge that leads there.
void GraphView::paintHints(QPainter& painter)
{
    m_hints.clear();
    const QRectF view = viewport()->rect();
    struct Side
    {
        int count = 0;
        double nearest = 1e18;
        ObjectId target = 0;
    };
    std::array<Side, 4> sides; // left, right, top, bottom
    for (const GraphNode& node : m_scene->nodes()) {
        const QRectF box = shown(node.box);
        if (node.mark == GraphMark::None || view.intersects(box)) {
            continue;
        }
        const std::size_t side = box.right() < view.left() ? 0
            : box.left() > view.right()                    ? 1
            : box.bottom() < view.top()                    ? 2
                                                           : 3;
        const double distance = QLineF(box.center(), view.center()).length();
        ++sides[side].count;
        if (distance < sides[side].nearest) {
            sides[side].nearest = distance;
            sides[side].target = node.object;
        }
    }
    static constexpr std::array<const char*, 4> kArrows { "◀ %1", "%1 ▶", "▲ %1", "▼ %1" };
    painter.setFont(m_fonts.bold);
    for (std::size_t i = 0; i < sides.size(); ++i) {
        if (sides[i].count == 0) {
            continue;
        }
        const QString words = QString::fromUtf8(kArrows[i]).arg(sides[i].count);
        QRectF box(
            0, 0, QFontMetricsF(m_fonts.bold).horizontalAdvance(words) + 16, m_fonts.line + 6);
        box.moveCenter(view.center());
        i == 0       ? box.moveLeft(4)
            : i == 1 ? box.moveRight(view.right() - 4)
            : i == 2 ? box.moveTop(4)
                     : box.moveBottom(view.bottom() - 4);
        drawCapsule(
            painter, box, words, theme().changed, theme().base, Theme::readableOn(theme().changed));
        m_hints.push_back({ box, sides[i].target });
    }
}

QSizeF GraphView::sizeOfAll() const
{
    return m_scene != nullptr ? m_scene->size() : QSizeF();
}

void GraphView::paintAll(QPainter& painter)
{
    if (m_scene == nullptr) {
        return;
    }
    // Painted from the scene's corner at 100 %, whatever the window shows.
    const double zoom = std::exchange(m_zoom, 1.0);
    const Fonts fonts = std::exchange(m_fonts, fontsAt(1));
    const ObjectId hovered = std::exchange(m_hovered, 0);
    const QPointF scrolled(
        double(horizontalScrollBar()->value()), double(verticalScrollBar()->value()));
    painter.fillRect(QRectF(QPointF(), sizeOfAll()), theme().base);
    painter.translate(scrolled);
    paintScene(painter, QRectF(-scrolled, sizeOfAll()), true);
    m_zoom = zoom;
    m_fonts = fonts;
    m_hovered = hovered;
}

} // namespace rdrlab::gui
