// How the object graph looks; graphview.cpp has what it does.
#include "gui/graph/graphdraw.h"
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
    // Along a row of boxes a line would run behind them: it swings below instead.
    const bool isLevel = std::abs(start.y() - end.y()) < from.height() && !isBeside
        && QLineF(start, end).length() > from.width();
    const QPointF swing(0, isLevel ? std::max(from.height(), to.height()) * 1.2 : 0);
    QPainterPath path(start);
    path.cubicTo(out + swing, in + swing, end);
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
    // A line is never dropped for some pixels: letters may touch the border of a low box.
    const int room = std::max(linesThatFit(box), box.height() > 0.7 * m_fonts.line ? 1 : 0);
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
    if (room == 1) {
        row.moveCenter(QPointF(row.center().x(), box.center().y()));
    }
    // Head: sign, kind and number, references at the right.
    const QString name = m_scene->nameOf(node.object);
    const QString kind = texts::objectKind(node.kind);
    const bool hasNameLine = GraphLayout::hasNameLine(node.kind);
    double right = row.right();
    if (const auto references = m_scene->referencesOf(node.object)) {
        const trace::ObjectDelta* delta = m_scene->deltaOf(node.object);
        const bool isTold = delta != nullptr && !delta->isBorn && delta->countBefore
            && *delta->countBefore != *references;
        const QString number = isTold
            ? QStringLiteral("%1→%2").arg(*delta->countBefore).arg(*references)
            : QString::number(*references);
        painter.setFont(isTold ? m_fonts.bold : m_fonts.text);
        const QFontMetricsF letters(painter.font());
        // The kind goes before the word.
        const double free = row.width()
            - QFontMetricsF(m_fonts.bold).horizontalAdvance(kind + glyph + QStringLiteral("  "));
        const QString words = tr("refs %1").arg(number);
        const QString& count = letters.horizontalAdvance(words) < free ? words : number;
        const double width = letters.horizontalAdvance(count);
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
    // Where one line must do it has the name as well.
    const QString head
        = room > 1 && hasNameLine && !name.startsWith(QLatin1Char('#')) && !name.startsWith(kind)
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

QRectF GraphView::boundsOfAll() const
{
    QRectF all;
    if (m_scene == nullptr) {
        return all;
    }
    for (const GraphNode& node : m_scene->nodes()) {
        all |= node.box;
    }
    for (const GraphPill& pill : m_scene->pills()) {
        all |= pill.box;
    }
    const double margin = m_scene->layout() != nullptr ? m_scene->layout()->metrics().margin : 0;
    // Holders that are no objects stand above the boxes, pointers swing out at their sides.
    const double above = m_why.object != 0 ? 3 * m_fonts.line : 0;
    return all.adjusted(-margin - 40, -margin - above, margin + 60, margin);
}

void GraphView::paintAll(QPainter& painter)
{
    if (m_scene == nullptr) {
        return;
    }
    // At 100 %, whatever the window shows.
    const QRectF all = boundsOfAll();
    const double zoom = std::exchange(m_zoom, 1.0);
    const Fonts fonts = std::exchange(m_fonts, fontsAt(1));
    const ObjectId hovered = std::exchange(m_hovered, 0);
    painter.fillRect(QRectF(QPointF(), all.size()), theme().base);
    painter.translate(-offset() - all.topLeft());
    paintScene(painter, shown(all), true);
    m_zoom = zoom;
    m_fonts = fonts;
    m_hovered = hovered;
}

} // namespace rdrlab::gui
