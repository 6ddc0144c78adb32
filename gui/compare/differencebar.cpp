#include "gui/compare/differencebar.h"

#include "gui/models/comparetexts.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <cmath>

namespace rdrlab::gui {

namespace {

// From the top; a changed pair and a moved one share a line.
constexpr std::array kLines { RowMark::OnlyA, RowMark::OnlyB, RowMark::Changed };
constexpr int kMargin = 3;
constexpr double kReach = 3; // pixels that a tool tip looks to both sides

std::size_t lineOf(RowMark mark)
{
    return mark == RowMark::OnlyA ? 0 : mark == RowMark::OnlyB ? 1 : 2;
}

} // namespace

DifferenceBar::DifferenceBar(Comparison& comparison, QWidget* parent)
    : QWidget(parent)
    , m_comparison(comparison)
{
    installCanvasAccess();
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Overview of all differences"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&comparison, &Comparison::stateChanged, this, &DifferenceBar::invalidate);
    connect(&comparison, &Comparison::moved, this, [this] {
        update();
        announceCanvas(*this);
    });
    connect(&Themes::instance(), &Themes::changed, this, &DifferenceBar::invalidate);
}

int DifferenceBar::lineHeight() const
{
    return fontMetrics().height() + 1;
}

QSize DifferenceBar::sizeHint() const
{
    return { 400, int(kLines.size()) * lineHeight() + 2 * kMargin };
}

void DifferenceBar::setGutter(int pixels)
{
    if (pixels != m_gutter) {
        m_gutter = pixels;
        invalidate();
    }
}

void DifferenceBar::setShown(double from, double to)
{
    m_from = from;
    m_to = to;
    update();
}

void DifferenceBar::invalidate()
{
    m_picture = {};
    update();
}

QRect DifferenceBar::strip() const
{
    return rect().adjusted(m_gutter, kMargin, -1, -kMargin);
}

double DifferenceBar::xOf(double row) const
{
    const double rows = std::max<double>(1, double(m_comparison.diff().rowCount()));
    return strip().left() + row / rows * strip().width();
}

std::size_t DifferenceBar::rowAt(double x) const
{
    const double share = (x - strip().left()) / std::max(1, strip().width());
    const double rows = double(m_comparison.diff().rowCount());
    return std::size_t(std::clamp(share * rows, 0.0, std::max(0.0, rows - 1)));
}

void DifferenceBar::paintPicture()
{
    const QRect area = strip();
    const qreal ratio = devicePixelRatioF();
    m_picture = QPixmap(area.size() * ratio);
    m_picture.setDevicePixelRatio(ratio);
    m_picture.fill(theme().base);
    QPainter painter(&m_picture);
    // How many differences begin in each pixel; the fuller, the higher.
    const auto width = std::size_t(std::max(1, area.width()));
    const std::uint64_t rows = std::max<std::uint64_t>(1, m_comparison.diff().rowCount());
    std::array<std::vector<std::uint32_t>, kLines.size()> counts;
    for (auto& line : counts) {
        line.resize(width);
    }
    for (const RowMark mark :
         { RowMark::OnlyA, RowMark::OnlyB, RowMark::Changed, RowMark::Moved }) {
        for (const std::uint32_t row : m_comparison.rowsOf(mark)) {
            ++counts[lineOf(mark)][std::size_t(row * std::uint64_t(width) / rows)];
        }
    }
    const double full = std::log2(1 + std::max(1.0, double(rows) / double(width)));
    for (std::size_t line = 0; line < counts.size(); ++line) {
        const int top = int(line) * lineHeight();
        const int height = lineHeight() - 2;
        if (line != 0) {
            painter.fillRect(QRect(0, top - 1, area.width(), 1), theme().line);
        }
        for (std::size_t x = 0; x < width; ++x) {
            if (counts[line][x] == 0) {
                continue;
            }
            const double share = std::min(1.0, std::log2(1.0 + counts[line][x]) / full);
            const double tall = height * (0.45 + 0.55 * share);
            painter.fillRect(
                QRectF(double(x), top + (height - tall), 1.5, tall),
                comparetexts::colour(kLines[line]));
        }
    }
}

void DifferenceBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().window);
    if (!m_comparison.isReady()) {
        return;
    }
    if (m_picture.isNull()) {
        paintPicture();
    }
    const QRect area = strip();
    painter.drawPixmap(area.topLeft(), m_picture);
    if (m_to > m_from) {
        const double left = std::max<double>(area.left(), xOf(m_from));
        const double right = std::min<double>(area.right(), xOf(m_to));
        QColor veil = theme().window;
        veil.setAlpha(110);
        painter.fillRect(QRectF(area.left(), area.top(), left - area.left(), area.height()), veil);
        painter.fillRect(QRectF(right, area.top(), area.right() + 1 - right, area.height()), veil);
        painter.setPen(QPen(theme().accent, hasFocus() ? 3 : 1.5));
        painter.drawRect(QRectF(left, area.top(), std::max(3.0, right - left), area.height()));
    } else if (hasFocus()) {
        painter.setPen(QPen(theme().accent, 2));
        painter.drawRect(area);
    }
    const double now = xOf(double(m_comparison.row()) + 0.5);
    painter.setPen(QPen(theme().now, 1.5));
    painter.drawLine(QPointF(now, area.top()), QPointF(now, area.bottom()));
    for (std::size_t line = 0; line < kLines.size(); ++line) {
        const RowMark mark = kLines[line];
        painter.setPen(comparetexts::colour(mark));
        const QRect box(9, area.top() + int(line) * lineHeight(), m_gutter - 13, lineHeight());
        painter.drawText(
            box, Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(
                comparetexts::sign(mark) + QLatin1Char(' ') + comparetexts::word(mark),
                Qt::ElideRight, box.width()));
    }
}

void DifferenceBar::mousePressEvent(QMouseEvent* event)
{
    if (!m_comparison.isReady() || event->position().x() < strip().left()) {
        return;
    }
    // The nearest difference within reach, else the row itself.
    const double x = event->position().x();
    const std::size_t from = rowAt(x - kReach);
    const std::size_t to = rowAt(x + kReach);
    const auto& places = m_comparison.places();
    const auto found = std::lower_bound(
        places.begin(), places.end(), from,
        [](const Comparison::Place& place, std::size_t row) { return place.last < row; });
    const std::size_t row = found != places.end() && found->first <= to
        ? std::max<std::size_t>(found->first, from)
        : rowAt(x);
    // Dragging passes through rows; where it began is what one comes back from.
    if (event->type() == QEvent::MouseButtonPress) {
        m_comparison.visit(row);
    } else {
        m_comparison.goTo(row);
    }
}

void DifferenceBar::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton) {
        mousePressEvent(event);
    }
}

void DifferenceBar::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Up:
        m_comparison.goToPlace(false);
        break;
    case Qt::Key_Right:
    case Qt::Key_Down:
        m_comparison.goToPlace(true);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool DifferenceBar::event(QEvent* event)
{
    // The arrows are also keys of the window, for rows.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->modifiers() == Qt::NoModifier
            && (key->key() == Qt::Key_Left || key->key() == Qt::Key_Right)) {
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::ToolTip && m_comparison.isReady()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::size_t from = rowAt(help->pos().x() - kReach);
        const std::size_t to = rowAt(help->pos().x() + kReach);
        std::array<std::uint64_t, kRowMarks> counts {};
        for (const RowMark mark :
             { RowMark::OnlyA, RowMark::OnlyB, RowMark::Changed, RowMark::Moved }) {
            const auto& rows = m_comparison.rowsOf(mark);
            counts[std::size_t(mark)] = std::uint64_t(
                std::upper_bound(rows.begin(), rows.end(), to)
                - std::lower_bound(rows.begin(), rows.end(), from));
        }
        const QString tally = comparetexts::tally(counts);
        const QLocale locale;
        QToolTip::showText(
            help->globalPos(),
            tr("rows %1 to %2")
                    .arg(locale.toString(qulonglong(from + 1)), locale.toString(qulonglong(to + 1)))
                + QLatin1Char('\n') + (tally.isEmpty() ? tr("nothing differs") : tally),
            this);
        return true;
    }
    return QWidget::event(event);
}

QString DifferenceBar::placeText(std::size_t place) const
{
    const Comparison::Place& where = m_comparison.places()[place];
    std::array<std::uint64_t, kRowMarks> counts {};
    for (const RowMark mark :
         { RowMark::OnlyA, RowMark::OnlyB, RowMark::Changed, RowMark::Moved }) {
        const auto& rows = m_comparison.rowsOf(mark);
        counts[std::size_t(mark)] = std::uint64_t(
            std::upper_bound(rows.begin(), rows.end(), where.last)
            - std::lower_bound(rows.begin(), rows.end(), where.first));
    }
    return tr("difference %1 of %2: %3")
        .arg(place + 1)
        .arg(m_comparison.places().size())
        .arg(comparetexts::tally(counts));
}

std::vector<CanvasItem> DifferenceBar::canvasItems() const
{
    std::vector<CanvasItem> items;
    if (!m_comparison.isReady()) {
        return items;
    }
    const auto& places = m_comparison.places();
    if (places.empty()) {
        items.push_back({ comparetexts::summary(m_comparison), {}, rect() });
        return items;
    }
    const std::size_t at = m_comparison.placeIndex();
    const auto add = [&](std::size_t place, const QString& how) {
        const double left = xOf(places[place].first);
        items.push_back(
            { placeText(place), how,
              QRectF(left, 0, std::max(2.0, xOf(places[place].last + 1.0) - left), height())
                  .toAlignedRect() });
    };
    const std::size_t here = at == places.size() ? 0 : at;
    add(here, m_comparison.isInPlace() ? tr("here") : tr("near"));
    if (here > 0) {
        add(here - 1, tr("before"));
    }
    if (here + 1 < places.size()) {
        add(here + 1, tr("after"));
    }
    return items;
}

void DifferenceBar::activateCanvasItem(std::size_t at)
{
    if (!m_comparison.isReady() || m_comparison.places().empty()) {
        return;
    }
    const std::size_t index = m_comparison.placeIndex();
    const std::size_t here = index == m_comparison.places().size() ? 0 : index;
    const std::size_t to = at == 0 ? here : at == 1 && here > 0 ? here - 1 : here + 1;
    if (to < m_comparison.places().size()) {
        m_comparison.visit(m_comparison.places()[to].first);
    }
}

void DifferenceBar::resizeEvent(QResizeEvent*)
{
    invalidate();
}

void DifferenceBar::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void DifferenceBar::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace rdrlab::gui
