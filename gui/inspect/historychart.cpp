#include "gui/inspect/historychart.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"
#include "gui/timeline/lanepainter.h"

#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

namespace {
constexpr double kHitPixels = 6;
constexpr int kMargin = 12; // above the highest and below the lowest value
constexpr int kLeastHeight = 40;
}

HistoryChart::HistoryChart(QWidget* parent)
    : Chart(parent)
{
    setAccessibleName(tr("Values of the chosen field over events"));
}

void HistoryChart::show(std::shared_ptr<const FieldHistory> history)
{
    const bool isSame = history != nullptr && m_history != nullptr
        && history->object == m_history->object && history->field == m_history->field;
    m_history = std::move(history);
    m_flags.clear();
    m_least = m_most = 0;
    if (m_history != nullptr && m_history->shape == FieldHistory::Shape::Flags) {
        std::vector<trace::FieldChange>::size_type count = m_history->changes.size();
        QHash<QString, std::size_t> rows;
        for (std::uint32_t i = 0; i < count; ++i) {
            for (const QString& name : flagsOf(valueAt(i))) {
                const auto found = rows.constFind(name);
                const std::size_t row = found != rows.constEnd() ? *found : m_flags.size();
                if (found == rows.constEnd()) {
                    rows.insert(name, row);
                    m_flags.push_back({ name, name, {} });
                }
                auto& set = m_flags[row].set;
                if (!set.empty() && set.back().second == i) {
                    set.back().second = i + 1;
                } else {
                    set.emplace_back(i, i + 1);
                }
            }
        }
    }
    shortenTitles();
    if (m_history != nullptr) {
        for (const trace::FieldChange& change : m_history->changes) {
            m_least = std::min(m_least, double(change.after.number));
            m_most = std::max(m_most, double(change.after.number));
        }
    }
    if (m_history != nullptr && !isSame) {
        showLife(m_history->birth, m_history->death);
    } else {
        refresh();
    }
}

// FCB_STATE_… in every row would leave no room for what differs.
void HistoryChart::shortenTitles()
{
    if (m_flags.size() < 2) {
        return;
    }
    QString common = m_flags[0].name;
    for (const Flag& flag : m_flags) {
        qsizetype same = 0;
        while (same < common.size() && same < flag.name.size() && common[same] == flag.name[same]) {
            ++same;
        }
        common.truncate(same);
    }
    common.truncate(common.lastIndexOf(QLatin1Char('_')) + 1);
    for (Flag& flag : m_flags) {
        flag.title = flag.name.mid(common.size());
    }
}

int HistoryChart::titleLetters() const
{
    int letters = 0;
    for (const Flag& flag : m_flags) {
        letters = std::max(letters, int(flag.title.size()) + 3);
    }
    return letters != 0 ? letters : Chart::titleLetters();
}

QString HistoryChart::valueAt(std::size_t change) const
{
    return texts::foreign(m_history->changes[change].after.print());
}

double HistoryChart::finish(std::size_t change) const
{
    return change + 1 < m_history->changes.size() ? double(m_history->changes[change + 1].seq)
        : m_history->death != 0                   ? double(m_history->death)
                                                  : axis().end();
}

int HistoryChart::rowHeight() const
{
    return QFontMetrics(smallFont()).height() + 4;
}

int HistoryChart::contentHeight() const
{
    return m_history != nullptr && m_history->shape == FieldHistory::Shape::Flags
        ? rowHeight() * int(m_flags.size()) + 4
        : kLeastHeight;
}

double HistoryChart::yOf(double value, const QRect& area) const
{
    const double range = std::max(1.0, m_most - m_least);
    return area.bottom() - kMargin
        - (value - m_least) / range * double(std::max(1, area.height() - 2 * kMargin));
}

void HistoryChart::paintContent(QPainter& painter, const QRect& area)
{
    switch (m_history->shape) {
    case FieldHistory::Shape::Numbers:
        paintNumbers(painter, area);
        break;
    case FieldHistory::Shape::Flags:
        paintFlags(painter, area);
        break;
    case FieldHistory::Shape::Words:
        paintWords(painter, area);
        break;
    }
}

void HistoryChart::paintNumbers(QPainter& painter, const QRect& area)
{
    const double zero = yOf(0, area);
    painter.setPen(QPen(theme().line, 1, Qt::DashLine));
    painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero));
    const QColor colour = theme().accent;
    const QColor below = mixed(colour, theme().base, theme().isDark ? 0.3 : 0.16);
    const auto& changes = m_history->changes;
    std::size_t at = m_history->changeAt(Seq(std::max(0.0, axis().left())));
    at = at == changes.size() ? 0 : at;
    double y = yOf(0, area);
    bool isFirst = true;
    while (at < changes.size()) {
        const double x = xOf(double(changes[at].seq));
        if (x > area.right()) {
            break;
        }
        // What changes within one pixel is one line from the least to the most.
        double low = double(changes[at].after.number);
        double high = low;
        std::size_t last = at;
        while (last + 1 < changes.size() && xOf(double(changes[last + 1].seq)) < x + 1) {
            ++last;
            low = std::min(low, double(changes[last].after.number));
            high = std::max(high, double(changes[last].after.number));
        }
        const double to = std::min(xOf(finish(last)), double(area.right()) + 2);
        const double next = yOf(double(changes[last].after.number), area);
        painter.fillRect(QRectF(QPointF(x, next), QPointF(to, zero)).normalized(), below);
        painter.setPen(QPen(colour, 2));
        if (!isFirst || changes[at].before.type == trace::Value::Type::Integer) {
            painter.drawLine(
                QPointF(x, isFirst ? yOf(double(changes[at].before.number), area) : y),
                QPointF(x, yOf(double(changes[at].after.number), area)));
        }
        if (low != high) {
            painter.drawLine(QPointF(x, yOf(low, area)), QPointF(x, yOf(high, area)));
        }
        painter.drawLine(QPointF(x, next), QPointF(to, next));
        const QString words = valueAt(last);
        const int width = painter.fontMetrics().horizontalAdvance(words);
        if (to - x > width + 6) {
            painter.setPen(theme().text);
            const double left = std::max(x, double(area.left())) + 3;
            painter.drawText(
                QPointF(
                    left,
                    next - 3 > area.top() + painter.fontMetrics().ascent()
                        ? next - 3
                        : next + painter.fontMetrics().ascent() + 1),
                words);
        }
        y = next;
        isFirst = false;
        at = last + 1;
    }
}

void HistoryChart::paintFlags(QPainter& painter, const QRect& area)
{
    const int height = rowHeight();
    const int top = area.top() - verticalScrollBar()->value() + 2;
    const auto& changes = m_history->changes;
    for (std::size_t row = 0; row < m_flags.size(); ++row) {
        const int y = top + int(row) * height;
        if (y + height < area.top() || y > area.bottom()) {
            continue;
        }
        painter.fillRect(
            QRect(area.left(), y, area.width(), height),
            row % 2 != 0 ? theme().alternate : theme().base);
        double drawn = -1e9;
        for (const auto& [first, last] : m_flags[row].set) {
            const double x = xOf(double(changes[first].seq));
            const double to = std::max(xOf(finish(last - 1)), x + 2);
            if (to < area.left() || to < drawn + 1) {
                continue; // what falls into one pixel is drawn once
            }
            if (x > area.right()) {
                break;
            }
            paintBar(
                painter, QRectF(QPointF(x, y + 2), QPointF(to, y + height - 1)), theme().accent,
                {});
            drawn = to;
        }
    }
}

void HistoryChart::paintWords(QPainter& painter, const QRect& area)
{
    const auto& changes = m_history->changes;
    std::size_t at = m_history->changeAt(Seq(std::max(0.0, axis().left())));
    at = at == changes.size() ? 0 : at;
    const int height = std::min(area.height() - 8, rowHeight() * 2);
    const int y = area.top() + 6;
    QHash<QString, int> seen; // each value keeps its colour
    for (std::size_t i = 0; i < at; ++i) {
        if (seen.size() < int(theme().layer.size())) {
            seen.insert(valueAt(i), seen.value(valueAt(i), int(seen.size())));
        }
    }
    while (at < changes.size()) {
        const double x = xOf(double(changes[at].seq));
        if (x > area.right()) {
            break;
        }
        const QString value = valueAt(at);
        if (!seen.contains(value)) {
            seen.insert(value, int(seen.size()));
        }
        const double to = std::max(xOf(finish(at)), x + 1);
        if (!value.isEmpty()) {
            paintBar(
                painter, QRectF(QPointF(x, y), QPointF(to, y + height)),
                theme().layer[std::size_t(seen.value(value)) % (theme().layer.size() - 1)], value);
        }
        while (at < changes.size() && xOf(finish(at)) < x + 1) {
            ++at; // within the same pixel
        }
        ++at;
    }
}

void HistoryChart::paintTitles(QPainter& painter, const QRect& area)
{
    painter.setPen(theme().text);
    const QFontMetrics metrics = painter.fontMetrics();
    const auto write = [&](double y, const QString& words) {
        painter.drawText(
            QRectF(4, y, area.width() - 8, metrics.height()), Qt::AlignRight | Qt::AlignVCenter,
            metrics.elidedText(words, Qt::ElideMiddle, area.width() - 8));
    };
    switch (m_history->shape) {
    case FieldHistory::Shape::Numbers:
        write(yOf(m_most, area) - metrics.height() / 2.0, QString::number(qint64(m_most)));
        if (yOf(m_least, area) - yOf(m_most, area) > metrics.height()) {
            write(yOf(m_least, area) - metrics.height() / 2.0, QString::number(qint64(m_least)));
        }
        break;
    case FieldHistory::Shape::Flags:
        for (std::size_t row = 0; row < m_flags.size(); ++row) {
            painter.drawText(
                QRectF(
                    4, area.top() - verticalScrollBar()->value() + 2 + int(row) * rowHeight(),
                    area.width() - 8, rowHeight()),
                Qt::AlignRight | Qt::AlignVCenter,
                metrics.elidedText(m_flags[row].title, Qt::ElideMiddle, area.width() - 8));
        }
        break;
    case FieldHistory::Shape::Words:
        write(area.top() + 6, tr("Value"));
        break;
    }
}

Seq HistoryChart::seqAt(QPoint point, bool) const
{
    const double units = axis().units(point.x() - titleWidth());
    const double reach = kHitPixels * axis().perPixel();
    Seq best = 0;
    double nearest = reach;
    for (const double probe : { units, units + reach }) {
        const std::size_t at = m_history->changeAt(Seq(std::max(0.0, probe)));
        if (at < m_history->changes.size()) {
            const double distance = std::abs(double(m_history->changes[at].seq) - units);
            if (distance <= nearest) {
                nearest = distance;
                best = m_history->changes[at].seq;
            }
        }
    }
    return best;
}

QString HistoryChart::tipAt(QPoint point) const
{
    const double units = axis().units(point.x() - titleWidth());
    if (point.x() < titleWidth()) {
        const int row
            = (point.y() - contentArea().top() + verticalScrollBar()->value()) / rowHeight();
        const bool isFlag = m_history->shape == FieldHistory::Shape::Flags && row >= 0
            && row < int(m_flags.size());
        return isFlag ? explainTip(m_flags[std::size_t(row)].name, m_flags[std::size_t(row)].name)
                      : QString();
    }
    const std::size_t at = m_history->changeAt(Seq(std::max(0.0, units)));
    if (at >= m_history->changes.size()) {
        return tr("Not known yet: the first value is recorded at event #%1.")
            .arg(m_history->changes.front().seq);
    }
    const QString value = valueAt(at);
    return explainTip(
        value,
        tr("%1\nsince event #%2, %3")
            .arg(
                value.isEmpty() ? tr("(none)") : value, QString::number(m_history->changes[at].seq),
                texts::callAround(*document(), m_history->changes[at].seq)));
}

Seq HistoryChart::neighbour(Seq seq, bool forward) const
{
    const auto& changes = m_history->changes;
    const std::size_t at = m_history->changeAt(seq);
    if (forward) {
        const std::size_t next = at == changes.size() ? 0 : at + 1;
        return next < changes.size() ? changes[next].seq : 0;
    }
    if (at == changes.size()) {
        return 0;
    }
    return changes[at].seq < seq ? changes[at].seq : at > 0 ? changes[at - 1].seq : 0;
}

void HistoryChart::addMenu(QMenu& menu, QPoint point)
{
    const std::size_t at
        = m_history->changeAt(Seq(std::max(0.0, axis().units(point.x() - titleWidth()))));
    if (at < m_history->changes.size()) {
        const Seq seq = m_history->changes[at].seq;
        menu.addAction(
            tr("Go to the change at #%1").arg(seq), this, [this, seq] { Q_EMIT wanted(seq); });
        menu.addAction(tr("Copy the value"), this, [value = valueAt(at)] {
            QApplication::clipboard()->setText(value);
        });
    }
}

std::vector<CanvasItem> HistoryChart::canvasItems() const
{
    std::vector<CanvasItem> items;
    if (isEmpty() || document() == nullptr || !document()->isReady()) {
        return items;
    }
    const QString field = texts::foreign(document()->reader().string(m_history->field));
    const std::size_t at = m_history->changeAt(now());
    items.push_back(
        { at < m_history->changes.size()
              ? tr("%1 is %2 since event %3")
                    .arg(field, valueAt(at), QString::number(m_history->changes[at].seq))
              : tr("%1 is not known yet").arg(field),
          {},
          contentArea() });
    for (const bool forward : { true, false }) {
        const Seq seq = neighbour(now(), forward);
        if (seq != 0) {
            const QString value = valueAt(m_history->changeAt(seq));
            items.push_back(
                { tr("event %1: %2").arg(seq).arg(value),
                  forward ? tr("the next change") : tr("the change before"),
                  QRect(int(xOf(double(seq))), contentArea().top(), 3, contentArea().height()) });
        } else if (forward) {
            items.push_back({ tr("no further change"), tr("the next change"), {} });
        }
    }
    return items;
}

} // namespace rdrlab::gui
