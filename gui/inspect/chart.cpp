#include "gui/inspect/chart.h"

#include "gui/models/listen.h"
#include "gui/timeline/lanepainter.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

namespace {
constexpr double kZoomStep = 1.25;
constexpr int kTickPixels = 84;
constexpr double kRoom = 0.04; // of the life's length, on both sides
}

Chart::Chart(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    installCanvasAccess();
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(&Themes::instance(), &Themes::changed, viewport(), qOverload<>(&QWidget::update));
}

void Chart::setPlace(const TraceDocument* document, Focus* focus)
{
    m_document = document;
    listenTo(this, m_focus, focus);
    if (focus != nullptr) {
        connect(focus, &Focus::moved, this, [this] {
            viewport()->update();
            announceCanvas(*this);
        });
    }
    viewport()->update();
}

void Chart::setHint(const QString& hint)
{
    m_hint = hint;
    viewport()->update();
}

Seq Chart::now() const
{
    return m_focus != nullptr ? m_focus->seq() : 0;
}

QFont Chart::smallFont() const
{
    QFont small = font();
    small.setPointSizeF(std::max(7.5, small.pointSizeF() * 0.9));
    return small;
}

int Chart::rulerHeight() const
{
    return QFontMetrics(smallFont()).height() + 6;
}

int Chart::titleWidth() const
{
    return std::clamp(
        fontMetrics().averageCharWidth() * titleLetters(), 60, viewport()->width() * 2 / 5);
}

QRect Chart::contentArea() const
{
    return viewport()->rect().adjusted(titleWidth(), rulerHeight(), 0, 0);
}

double Chart::xOf(double units) const
{
    return m_axis.x(units) + titleWidth();
}

void Chart::showLife(Seq birth, Seq death)
{
    m_birth = birth;
    m_death = death;
    m_isUntouched = true;
    refresh();
}

void Chart::refresh()
{
    const Seq last = m_document != nullptr ? m_document->lastSeq() : 0;
    m_axis.setWidth(std::max(1, contentArea().width()));
    m_axis.setRange(Axis::Kind::Events, double(last) + 1);
    if (m_isUntouched && last != 0) {
        const double to = double(m_death != 0 ? m_death : last) + 1;
        const double room = std::max(3.0, (to - double(m_birth)) * kRoom);
        m_axis.show(std::max(0.0, double(m_birth) - room), to + room);
    }
    updateBars();
    viewport()->update();
    announceCanvas(*this);
}

void Chart::updateBars()
{
    const int seen = contentArea().height();
    verticalScrollBar()->setPageStep(std::max(1, seen));
    verticalScrollBar()->setSingleStep(fontMetrics().height());
    verticalScrollBar()->setRange(0, std::max(0, contentHeight() - seen));
}

void Chart::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    painter.setFont(smallFont());
    painter.fillRect(viewport()->rect(), theme().base);
    if (m_document == nullptr || !m_document->isReady() || isEmpty()) {
        painter.setPen(theme().dim);
        painter.drawText(
            viewport()->rect().adjusted(12, 8, -12, -8), Qt::AlignCenter | Qt::TextWordWrap,
            m_hint);
        return;
    }
    const QRect area = contentArea();
    painter.setClipRect(area);
    paintContent(painter, area);
    painter.setClipping(false);
    painter.fillRect(QRect(0, area.top(), area.left(), area.height()), theme().window);
    painter.setClipRect(QRect(0, area.top(), area.left(), area.height()));
    paintTitles(painter, QRect(0, area.top(), area.left(), area.height()));
    painter.setClipping(false);
    paintRuler(painter, QRect(area.left(), 0, area.width(), area.top()));
    paintNow(painter);
}

void Chart::paintRuler(QPainter& painter, const QRect& area)
{
    painter.fillRect(QRect(0, 0, viewport()->width(), area.height()), theme().window);
    const double step = std::max(1.0, niceStep(m_axis.perPixel() * kTickPixels));
    for (double at = std::floor(m_axis.left() / step) * step; at < m_axis.right(); at += step) {
        const double x = xOf(at + 0.5);
        if (x < area.left() || at < 1) {
            continue;
        }
        painter.setPen(theme().line);
        painter.drawLine(QPointF(x, area.bottom() - 3), QPointF(x, area.bottom()));
        painter.setPen(theme().dim);
        painter.drawText(
            QRectF(x + 3, 0, kTickPixels, area.height() - 2), Qt::AlignLeft | Qt::AlignVCenter,
            tickText(Axis::Kind::Events, at, step));
    }
    painter.setPen(theme().line);
    painter.drawLine(0, area.bottom(), viewport()->width(), area.bottom());
}

void Chart::paintNow(QPainter& painter)
{
    if (now() == 0) {
        return;
    }
    const QRect area = contentArea();
    const double x = xOf(double(now()) + 0.5);
    const QString flag = QStringLiteral("#%1").arg(now());
    const QFontMetrics metrics(smallFont());
    const int width = metrics.horizontalAdvance(flag) + 8;
    const bool isLeft = x < area.left();
    const bool isRight = x > area.right();
    if (!isLeft && !isRight) {
        painter.setPen(QPen(theme().now, 2));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
    // Out of sight it says in which direction.
    const QString words = isLeft ? QStringLiteral("◀ ") + flag
        : isRight                ? flag + QStringLiteral(" ▶")
                                 : flag;
    const double w
        = width + (isLeft || isRight ? metrics.horizontalAdvance(QStringLiteral("◀ ")) : 0);
    const QRectF box(
        std::clamp(x - w / 2, double(area.left()), double(area.right()) - w), 0, w,
        metrics.height() + 2);
    painter.fillRect(box, theme().now);
    painter.setPen(Theme::readableOn(theme().now));
    painter.drawText(box, Qt::AlignCenter, words);
}

void Chart::paintBar(
    QPainter& painter, const QRectF& bar, const QColor& colour, const QString& words) const
{
    constexpr double kLeastForWords = 14;
    const QRectF seen = bar.intersected(QRectF(contentArea()).adjusted(-2, -1e6, 2, 1e6));
    painter.fillRect(seen, mixed(colour, theme().base, theme().isDark ? 0.35 : 0.22));
    painter.setPen(QPen(colour, 1));
    painter.drawRect(seen.adjusted(0.5, 0.5, -0.5, -0.5));
    if (seen.width() > kLeastForWords && !words.isEmpty()) {
        painter.setPen(theme().text);
        const QRectF room = seen.adjusted(4, 0, -3, 0);
        painter.drawText(
            room, Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(words, Qt::ElideRight, int(room.width())));
    }
}

void Chart::resizeEvent(QResizeEvent*)
{
    refresh();
}

void Chart::wheelEvent(QWheelEvent* event)
{
    const QPoint delta = event->angleDelta();
    const double x = event->position().x() - titleWidth();
    if (x < 0 || event->modifiers() & Qt::ControlModifier) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() - delta.y() / 2);
    } else if (event->modifiers() & Qt::ShiftModifier || delta.x() != 0) {
        m_axis.pan(-(delta.x() != 0 ? delta.x() : delta.y()));
    } else {
        m_axis.zoom(std::pow(kZoomStep, -delta.y() / 120.0), x);
    }
    m_isUntouched = false;
    viewport()->update();
    event->accept();
}

void Chart::mousePressEvent(QMouseEvent* event)
{
    m_pressed = m_dragged = event->pos();
    m_isDragging = false;
}

void Chart::mouseMoveEvent(QMouseEvent* event)
{
    if (!(event->buttons() & Qt::LeftButton)) {
        return;
    }
    m_isDragging = m_isDragging
        || (event->pos() - m_pressed).manhattanLength() > QApplication::startDragDistance();
    if (m_isDragging) {
        m_axis.pan(m_dragged.x() - event->pos().x());
        verticalScrollBar()->setValue(
            verticalScrollBar()->value() + m_dragged.y() - event->pos().y());
        m_isUntouched = false;
        viewport()->update();
    }
    m_dragged = event->pos();
}

void Chart::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_isDragging || isEmpty() || m_document == nullptr
        || event->pos().x() < titleWidth()) {
        return;
    }
    const Seq seq = seqAt(event->pos(), false);
    const double units = m_axis.units(event->pos().x() - titleWidth());
    Q_EMIT wanted(seq != 0 ? seq : Seq(std::max(1.0, units)));
}

void Chart::mouseDoubleClickEvent(QMouseEvent* event)
{
    const Seq seq = isEmpty() ? 0 : seqAt(event->pos(), true);
    if (seq != 0) {
        Q_EMIT wanted(seq);
    }
    m_isDragging = true; // the release that follows is no click
}

void Chart::keyPressEvent(QKeyEvent* event)
{
    const auto zoom = [this](double factor) {
        m_axis.zoom(factor, m_axis.x(double(now())));
        m_isUntouched = false;
        viewport()->update();
    };
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const Seq to = isEmpty() ? 0 : neighbour(now(), event->key() == Qt::Key_Right);
        if (to != 0) {
            Q_EMIT wanted(to);
            m_axis.reveal(double(to));
            viewport()->update();
        }
        return;
    }
    case Qt::Key_Plus:
        zoom(1 / kZoomStep);
        return;
    case Qt::Key_Minus:
        zoom(kZoomStep);
        return;
    case Qt::Key_Home:
        showLife(m_birth, m_death);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void Chart::addMenu(QMenu&, QPoint) { }

void Chart::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    if (!isEmpty()) {
        addMenu(menu, event->pos());
        menu.addSeparator();
        menu.addAction(tr("Show the whole life"), this, [this] { showLife(m_birth, m_death); });
    }
    menu.addAction(tr("Copy the picture"), this, &Chart::copyPicture);
    menu.exec(event->globalPos());
}

void Chart::copyPicture()
{
    QApplication::clipboard()->setPixmap(viewport()->grab());
}

bool Chart::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = isEmpty() || m_document == nullptr || !m_document->isReady()
            ? QString()
            : tipAt(help->pos());
        if (text.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(help->globalPos(), text, viewport());
        }
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void Chart::scrollContentsBy(int, int)
{
    viewport()->update();
}

void Chart::activateCanvasItem(std::size_t at)
{
    const Seq to = isEmpty() || at == 0 ? 0 : neighbour(now(), at == 1);
    if (to != 0) {
        Q_EMIT wanted(to);
    }
}

} // namespace rdrlab::gui
