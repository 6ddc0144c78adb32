#include "gui/panels/irqlchart.h"

#include "gui/timeline/lanepainter.h"

#include <QHelpEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

namespace {

constexpr Seq kFewest = 20; // events in sight
constexpr double kStep = 1.5; // of a zoom
constexpr int kDispatch = 2;

QString levelName(int irql)
{
    const std::string_view name = trace::irqlName(std::uint8_t(irql));
    return name.empty() ? QString::number(irql)
                        : QString::fromLatin1(name.data(), qsizetype(name.size()));
}

} // namespace

IrqlChart::IrqlChart(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("IRQL of each processor"));
    setToolTip({});
    installCanvasAccess();
    connect(&Themes::instance(), &Themes::changed, this, qOverload<>(&QWidget::update));
}

void IrqlChart::setHistory(std::shared_ptr<const trace::IrqlHistory> history)
{
    m_history = std::move(history);
    m_highest = kDispatch;
    for (std::size_t i = 0; m_history != nullptr && i < m_history->processors.size(); ++i) {
        for (const trace::IrqlChange& change : m_history->processors[i]) {
            m_highest = std::max(m_highest, int(change.irql));
        }
    }
    setRange(
        m_now >= m_left && m_now < m_left + m_span ? double(m_left)
                                                   : double(m_now) - double(m_span) / 2,
        double(m_span));
    update();
}

void IrqlChart::setNow(Seq seq)
{
    m_now = seq;
    if (seq < m_left || seq >= m_left + m_span) {
        setRange(double(seq) - double(m_span) / 2, double(m_span));
    }
    update();
    announceCanvas(*this);
}

void IrqlChart::setRange(double left, double span)
{
    if (m_history == nullptr) {
        return; // whatever was wanted stays so until there is something to see
    }
    const double last = double(m_history->last);
    span = std::clamp(span, double(kFewest), std::max(last, double(kFewest)));
    left = std::clamp(left, 1.0, std::max(1.0, last - span + 1));
    m_left = Seq(std::llround(left));
    m_span = Seq(std::llround(span));
    update();
}

void IrqlChart::zoom(double factor, double at)
{
    const double span = double(m_span) * factor;
    setRange(double(m_left) + at * (double(m_span) - span), span);
}

void IrqlChart::pan(double share)
{
    setRange(double(m_left) + share * double(m_span), double(m_span));
}

QSize IrqlChart::sizeHint() const
{
    return { fontMetrics().averageCharWidth() * 40, fontMetrics().height() * 9 };
}

QSize IrqlChart::minimumSizeHint() const
{
    return { fontMetrics().averageCharWidth() * 24, fontMetrics().height() * 5 };
}

QRect IrqlChart::chart() const
{
    const QFontMetrics letters = fontMetrics();
    return rect().adjusted(
        letters.horizontalAdvance(tr("CPU %1").arg(88)) + 10, 4, -6, -letters.height() - 6);
}

QRect IrqlChart::laneOf(std::size_t processor) const
{
    const int count = std::max(1, int(m_history->processors.size()));
    const QRect all = chart();
    const int height = std::min(all.height() / count, fontMetrics().height() * 5);
    return { all.left(), all.top() + int(processor) * height, all.width(), height - 6 };
}

double IrqlChart::xOf(Seq seq) const
{
    return chart().left() + (double(seq) - double(m_left) + 0.5) / double(m_span) * chart().width();
}

Seq IrqlChart::seqAt(double x) const
{
    const double share = (x - chart().left()) / std::max(1, chart().width());
    const double seq = double(m_left) + std::clamp(share, 0.0, 1.0) * double(m_span);
    const Seq last = m_history != nullptr ? m_history->last : 1;
    return std::clamp<Seq>(Seq(seq), 1, std::max<Seq>(last, 1));
}

QString IrqlChart::sentence(std::size_t processor, Seq seq) const
{
    const auto level = m_history->at(processor, seq);
    return level ? tr("CPU %1 at event %2: %3 (%4)")
                       .arg(processor)
                       .arg(seq)
                       .arg(levelName(*level))
                       .arg(int(*level))
                 : tr("CPU %1 at event %2: nothing ran on it yet").arg(processor).arg(seq);
}

void IrqlChart::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    const Theme& colours = theme();
    painter.fillRect(rect(), colours.base);
    if (m_history == nullptr || m_history->processors.empty()) {
        painter.setPen(colours.dim);
        painter.drawText(
            rect(), Qt::AlignCenter | Qt::TextWordWrap, tr("No IRQL is recorded yet."));
        return;
    }
    const int letterHeight = fontMetrics().height();
    const int most = m_highest;
    for (std::size_t processor = 0; processor < m_history->processors.size(); ++processor) {
        const QRect lane = laneOf(processor);
        painter.setPen(colours.text);
        painter.drawText(
            QRect(4, lane.top(), chart().left() - 8, lane.height()),
            Qt::AlignLeft | Qt::AlignVCenter, tr("CPU %1").arg(processor));
        // The levels, one line each; named where there is room.
        const bool isRoomy = lane.height() >= letterHeight * (kDispatch + 1);
        for (int level = 0; level <= most; ++level) {
            if (level > kDispatch && level != most) {
                continue;
            }
            const int y = lane.bottom() - (lane.height() - 2) * level / (most + 1);
            painter.setPen(colours.line);
            painter.drawLine(lane.left(), y, lane.right(), y);
        }
        // One column for each pixel: the highest level of its events, so that none is lost.
        for (int x = lane.left(); x <= lane.right(); ++x) {
            const auto level = m_history->highest(processor, seqAt(x), seqAt(x + 1));
            if (!level) {
                continue;
            }
            const int height = (lane.height() - 2) * (int(*level) + 1) / (most + 1);
            const QColor colour = *level == 0 ? mixed(colours.dim, colours.base, 0.35)
                : *level >= kDispatch         ? colours.warned
                                              : colours.accent;
            const int top = *level == 0 ? lane.bottom() - 2 : lane.bottom() - height + 1;
            painter.fillRect(QRect(x, top, 1, 2), colour);
            painter.fillRect(
                QRect(x, top + 2, 1, std::max(0, lane.bottom() - top - 1)),
                mixed(colour, colours.base, *level == 0 ? 1 : 0.35));
        }
        // The names of the levels, over what is drawn.
        for (int level = 1; isRoomy && level <= most; ++level) {
            if (level > kDispatch && level != most) {
                continue;
            }
            const QString name = levelName(level);
            const int y = lane.bottom() - (lane.height() - 2) * level / (most + 1);
            const QRect place(
                lane.right() - fontMetrics().horizontalAdvance(name) - 6, y - letterHeight + 2,
                fontMetrics().horizontalAdvance(name) + 4, letterHeight - 3);
            painter.fillRect(place, colours.base);
            painter.setPen(colours.dim);
            painter.drawText(place, Qt::AlignCenter, name);
        }
    }
    const QRect ruler(
        chart().left(), height() - letterHeight - 4, chart().width(), letterHeight + 2);
    painter.setPen(colours.dim);
    const QLocale locale;
    painter.drawText(
        ruler, Qt::AlignLeft | Qt::AlignVCenter,
        QLatin1Char('#') + locale.toString(qulonglong(m_left)));
    painter.drawText(
        ruler, Qt::AlignRight | Qt::AlignVCenter,
        QLatin1Char('#')
            + locale.toString(qulonglong(std::min(m_left + m_span - 1, m_history->last))));
    if (m_now >= m_left && m_now < m_left + m_span) {
        const double x = xOf(m_now);
        painter.setPen(QPen(colours.now, 2));
        painter.drawLine(QPointF(x, chart().top()), QPointF(x, ruler.top()));
        painter.drawText(
            ruler, Qt::AlignHCenter | Qt::AlignVCenter,
            tr("now #%1").arg(locale.toString(qulonglong(m_now))));
    }
    if (hasFocus()) {
        painter.setPen(colours.accent);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void IrqlChart::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && m_history != nullptr) {
        Q_EMIT wanted(seqAt(event->position().x()));
    } else if (event->button() == Qt::MiddleButton) {
        m_grip = event->pos();
        m_gripLeft = m_left;
    }
}

void IrqlChart::mouseMoveEvent(QMouseEvent* event)
{
    if ((event->buttons() & Qt::LeftButton) != 0 && m_history != nullptr) {
        Q_EMIT wanted(seqAt(event->position().x()));
    } else if ((event->buttons() & Qt::MiddleButton) != 0) {
        const double moved = double(m_grip.x() - event->pos().x()) / std::max(1, chart().width());
        setRange(double(m_gripLeft) + moved * double(m_span), double(m_span));
    }
}

void IrqlChart::wheelEvent(QWheelEvent* event)
{
    constexpr double kNotch = 120;
    const double turns = event->angleDelta().y() / kNotch;
    if ((event->modifiers() & Qt::ShiftModifier) != 0) {
        pan(-turns / 4);
    } else {
        const double at = (event->position().x() - chart().left()) / std::max(1, chart().width());
        zoom(std::pow(kStep, -turns), std::clamp(at, 0.0, 1.0));
    }
    event->accept();
}

void IrqlChart::keyPressEvent(QKeyEvent* event)
{
    const double now = m_now >= m_left && m_now < m_left + m_span
        ? double(m_now - m_left) / double(m_span)
        : 0.5;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_W:
        zoom(1 / kStep, now);
        break;
    case Qt::Key_Minus:
    case Qt::Key_S:
        zoom(kStep, now);
        break;
    case Qt::Key_Left:
    case Qt::Key_A:
        pan(-0.25);
        break;
    case Qt::Key_Right:
    case Qt::Key_D:
        pan(0.25);
        break;
    case Qt::Key_F:
        setRange(1, m_history != nullptr ? double(m_history->last) : 1);
        break;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    event->accept();
}

bool IrqlChart::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_history != nullptr) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (std::size_t i = 0; i < m_history->processors.size(); ++i) {
            if (laneOf(i).adjusted(-chart().left(), -3, 0, 3).contains(help->pos())) {
                QToolTip::showText(help->globalPos(), sentence(i, seqAt(help->pos().x())), this);
                return true;
            }
        }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

std::vector<CanvasItem> IrqlChart::canvasItems() const
{
    constexpr std::size_t kMost = 10;
    std::vector<CanvasItem> items;
    if (m_history != nullptr && m_now != 0) {
        const std::size_t count = std::min(m_history->processors.size(), kMost);
        for (std::size_t i = 0; i < count; ++i) {
            items.push_back({ sentence(i, m_now), tr("processor"), laneOf(i) });
        }
    }
    return items;
}

void IrqlChart::activateCanvasItem(std::size_t at)
{
    // Where the processor's level changed last.
    if (m_history == nullptr || at >= m_history->processors.size()) {
        return;
    }
    const auto& changes = m_history->processors[at];
    const auto behind = std::partition_point(
        changes.begin(), changes.end(), [&](const auto& change) { return change.seq <= m_now; });
    if (behind != changes.begin()) {
        Q_EMIT wanted(std::prev(behind)->seq);
    }
}

} // namespace rdrlab::gui
