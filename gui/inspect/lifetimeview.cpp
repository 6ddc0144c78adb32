#include "gui/inspect/lifetimeview.h"

#include "gui/inspect/tables.h"
#include "gui/models/listen.h"
#include "gui/models/texts.h"
#include "gui/timeline/lanepainter.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QWheelEvent>
#include <cmath>

namespace rdrlab::gui {

namespace {
constexpr double kZoomStep = 1.25;
constexpr int kTickPixels = 90;
constexpr int kLettersForNumbers = 130;
}

// The heading of the chart: a ruler.
class LifetimeView::Ruler : public QHeaderView
{
public:
    explicit Ruler(LifetimeView& view)
        : QHeaderView(Qt::Horizontal, &view)
        , m_view(view)
    {
        setSectionsClickable(true);
        setHighlightSections(false);
    }

protected:
    void paintSection(QPainter* painter, const QRect& rect, int section) const override
    {
        if (section != LifetimeModel::Life) {
            QHeaderView::paintSection(painter, rect, section);
            return;
        }
        painter->save();
        painter->setClipRect(rect);
        painter->fillRect(rect, theme().window);
        const Axis& axis = m_view.axis();
        const double least = axis.perPixel() * kTickPixels;
        const double step
            = axis.kind() == Axis::Kind::Events ? std::max(1.0, niceStep(least)) : niceStep(least);
        for (double at = std::floor(axis.left() / step) * step; at < axis.right(); at += step) {
            const double x = rect.left() + axis.x(at);
            if (at < 0 || x < rect.left() - kTickPixels) {
                continue;
            }
            painter->setPen(theme().line);
            painter->drawLine(QPointF(x, rect.bottom() - 4), QPointF(x, rect.bottom()));
            painter->setPen(theme().dim);
            painter->drawText(
                QRectF(x + 3, rect.top(), kTickPixels, rect.height()),
                Qt::AlignLeft | Qt::AlignVCenter, tickText(axis.kind(), at, step));
        }
        const double now = m_view.nowUnits();
        if (now >= 0) {
            const double x = rect.left() + axis.x(now);
            painter->setPen(QPen(theme().now, 2));
            painter->drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()));
        }
        painter->restore();
    }

private:
    LifetimeView& m_view;
};

class LifetimeView::Delegate : public QStyledItemDelegate
{
public:
    explicit Delegate(LifetimeView& view)
        : QStyledItemDelegate(&view)
        , m_view(view)
    {
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index)
        const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        if (index.column() != LifetimeModel::Life) {
            return;
        }
        painter->save();
        painter->setClipRect(option.rect);
        const bool isLeaked = index.data(LifetimeModel::LeakRole).toBool();
        const QColor colour = isLeaked
            ? theme().failed
            : theme().ofLayer(trace::layerOf(m_view.m_model.kindOf(index.row())));
        const QRectF bar = m_view.barOf(index.row());
        painter->fillRect(bar, mixed(colour, theme().base, theme().isDark ? 0.55 : 0.45));
        painter->setPen(QPen(colour, 1));
        painter->drawRect(bar);
        if (index.data(LifetimeModel::DeathRole).toULongLong() == 0) {
            // Nothing ends here: an open end instead of an edge.
            const QPointF tip[] = { bar.topRight() - QPointF(6, 0),
                                    { bar.right(), bar.center().y() },
                                    bar.bottomRight() - QPointF(6, 0) };
            painter->setBrush(colour);
            painter->drawPolygon(tip, 3);
        }
        if (isLeaked) {
            QColor hatch = theme().failed;
            hatch.setAlpha(120);
            painter->fillRect(bar, QBrush(hatch, Qt::BDiagPattern));
        }
        painter->restore();
    }

private:
    LifetimeView& m_view;
};

LifetimeView::LifetimeView(LifetimeModel& model, QWidget* parent)
    : QTableView(parent)
    , m_model(model)
{
    setHorizontalHeader(new Ruler(*this));
    setModel(&model);
    setItemDelegate(new Delegate(*this));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Lives of the objects"));
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(4);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 2);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    const int letter = fontMetrics().averageCharWidth();
    const int widths[] = { 26, 14, 8, 8, 12 };
    for (int column = 0; column < int(std::size(widths)); ++column) {
        setColumnWidth(column, widths[column] * letter + 8);
    }
    connect(horizontalHeader(), &QHeaderView::sectionResized, this, &LifetimeView::refresh);
    connect(&Themes::instance(), &Themes::changed, this, [this] {
        viewport()->update();
        horizontalHeader()->viewport()->update();
    });
    connect(
        selectionModel(), &QItemSelectionModel::currentChanged, this,
        [this](const QModelIndex& current) {
            if (const Lifetime* life = m_model.lifeOf(current.row())) {
                Q_EMIT chosen(life->object);
            }
        });
    connect(this, &QTableView::activated, this, [this](const QModelIndex& index) {
        goToEnd(index.row(), false);
    });
    tables::makeCopyable(this);
    setContextMenuPolicy(Qt::DefaultContextMenu);
}

void LifetimeView::setPlace(const TraceDocument* document, Focus* focus)
{
    m_document = document;
    listenTo(this, m_focus, focus);
    if (focus != nullptr) {
        connect(focus, &Focus::moved, this, [this] { axisMoved(); });
    }
    refresh();
    m_axis.showAll();
    axisMoved();
}

void LifetimeView::setAxisKind(Axis::Kind kind)
{
    m_kind = kind;
    refresh();
    showAll();
}

void LifetimeView::refresh()
{
    const bool ready = m_document != nullptr && m_document->isReady();
    const bool wasAll = m_axis.showsAll();
    m_axis.setWidth(std::max(1, columnWidth(LifetimeModel::Life)));
    m_axis.setRange(
        m_kind,
        !ready ? 1.0
            : m_kind == Axis::Kind::Events
            ? double(m_document->lastSeq()) + 1
            : double(std::max<std::uint64_t>(1, m_document->index()->endNs)));
    if (wasAll) {
        m_axis.showAll();
    }
    axisMoved();
}

void LifetimeView::showAll()
{
    m_axis.showAll();
    axisMoved();
}

void LifetimeView::axisMoved()
{
    viewport()->update();
    horizontalHeader()->viewport()->update();
}

QRect LifetimeView::chartArea() const
{
    const int left = columnViewportPosition(LifetimeModel::Life);
    return { left, 0, columnWidth(LifetimeModel::Life), viewport()->height() };
}

double LifetimeView::xOf(double units) const
{
    return chartArea().left() + m_axis.x(units);
}

double LifetimeView::nowUnits() const
{
    if (m_focus == nullptr || m_focus->seq() == 0 || m_document == nullptr
        || !m_document->isReady()) {
        return -1;
    }
    const Seq seq = m_focus->seq();
    return m_axis.at(seq, m_kind == Axis::Kind::Time ? m_document->events().event(seq).timeNs : 0);
}

QRectF LifetimeView::barOf(int row) const
{
    constexpr double kLeast = 3;
    const Lifetime* life = m_model.lifeOf(row);
    const int y = rowViewportPosition(row);
    if (life == nullptr || y < 0) {
        return {};
    }
    const QRect area = chartArea();
    const double from = std::clamp(xOf(m_axis.begin(*life)), area.left() - 4.0, area.right() + 4.0);
    const double to = std::clamp(
        std::max(xOf(m_axis.finish(*life)), xOf(m_axis.begin(*life)) + kLeast), area.left() - 4.0,
        area.right() + 4.0);
    return { from, y + 2.5, to - from, double(rowHeight(row) - 5) };
}

void LifetimeView::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    const double now = nowUnits();
    if (now < 0 || m_model.rowCount() == 0) {
        return;
    }
    QPainter painter(viewport());
    painter.setClipRect(chartArea());
    painter.setPen(QPen(theme().now, 1.5));
    painter.drawLine(QPointF(xOf(now), 0), QPointF(xOf(now), viewport()->height()));
}

void LifetimeView::resizeEvent(QResizeEvent* event)
{
    QTableView::resizeEvent(event);
    // On a small screen the bars tell when; the numbers are in their tool tips.
    const bool isNarrow = width() < fontMetrics().averageCharWidth() * kLettersForNumbers;
    setColumnHidden(LifetimeModel::Born, isNarrow);
    setColumnHidden(LifetimeModel::Died, isNarrow);
    refresh();
}

void LifetimeView::wheelEvent(QWheelEvent* event)
{
    const QPoint delta = event->angleDelta();
    const QRect area = chartArea();
    const bool isInChart = area.contains(event->position().toPoint());
    if (isInChart && event->modifiers() & Qt::ControlModifier) {
        m_axis.zoom(
            std::pow(kZoomStep, -(delta.y() != 0 ? delta.y() : delta.x()) / 120.0),
            event->position().x() - area.left());
    } else if (isInChart && (event->modifiers() & Qt::ShiftModifier || delta.x() != 0)) {
        m_axis.pan(-(delta.x() != 0 ? delta.x() : delta.y()));
    } else {
        QTableView::wheelEvent(event);
        return;
    }
    axisMoved();
    event->accept();
}

void LifetimeView::mousePressEvent(QMouseEvent* event)
{
    m_pressed = m_dragged = event->pos();
    m_isDragging = false;
    QTableView::mousePressEvent(event);
}

void LifetimeView::mouseMoveEvent(QMouseEvent* event)
{
    if (!(event->buttons() & Qt::LeftButton) || !chartArea().contains(m_pressed)) {
        QTableView::mouseMoveEvent(event);
        return;
    }
    m_isDragging = m_isDragging
        || (event->pos() - m_pressed).manhattanLength() > QApplication::startDragDistance();
    if (m_isDragging) {
        m_axis.pan(m_dragged.x() - event->pos().x());
        verticalScrollBar()->setValue(
            verticalScrollBar()->value()
            + (m_dragged.y() - event->pos().y()) / std::max(1, rowHeight(0)));
        axisMoved();
    }
    m_dragged = event->pos();
}

void LifetimeView::mouseReleaseEvent(QMouseEvent* event)
{
    QTableView::mouseReleaseEvent(event);
    m_isDragging = false;
}

void LifetimeView::goToEnd(int row, bool death)
{
    if (const Lifetime* life = m_model.lifeOf(row)) {
        Q_EMIT wanted(death && life->death != 0 ? life->death : life->birth);
    }
}

void LifetimeView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const int row = rowAt(event->pos().y());
    const QRectF bar = barOf(row);
    goToEnd(row, chartArea().contains(event->pos()) && event->pos().x() > bar.center().x());
}

void LifetimeView::keyPressEvent(QKeyEvent* event)
{
    const auto zoom = [this](double factor) {
        const double now = nowUnits();
        m_axis.zoom(factor, now >= 0 ? m_axis.x(now) : m_axis.width() / 2.0);
        axisMoved();
    };
    switch (event->key()) {
    case Qt::Key_Plus:
        zoom(1 / kZoomStep);
        return;
    case Qt::Key_Minus:
        zoom(kZoomStep);
        return;
    case Qt::Key_Left:
    case Qt::Key_Right:
        m_axis.pan((event->key() == Qt::Key_Left ? -1 : 1) * m_axis.width() / 8.0);
        axisMoved();
        return;
    default:
        QTableView::keyPressEvent(event);
    }
}

void LifetimeView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    const int row = event->reason() == QContextMenuEvent::Keyboard ? currentIndex().row()
                                                                   : rowAt(event->pos().y());
    if (const Lifetime* life = m_model.lifeOf(row)) {
        menu.addAction(tr("Go to the birth, #%1").arg(life->birth), this, [this, row] {
            goToEnd(row, false);
        });
        if (life->death != 0) {
            menu.addAction(tr("Go to the death, #%1").arg(life->death), this, [this, row] {
                goToEnd(row, true);
            });
        }
        menu.addActions(actions());
        menu.addSeparator();
    }
    menu.addAction(tr("Show the whole trace"), this, &LifetimeView::showAll);
    menu.exec(event->globalPos());
}

} // namespace rdrlab::gui
