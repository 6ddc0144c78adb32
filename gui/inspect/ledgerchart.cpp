#include "gui/inspect/ledgerchart.h"

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
#include <queue>

namespace rdrlab::gui {

namespace {
constexpr double kBalanceShare = 0.36; // of the height
constexpr int kLeastBalance = 34;
constexpr int kMargin = 8;
constexpr double kHitPixels = 5;
constexpr double kNarrow = 2; // bars below this are merged

Seq atLeastZero(double units)
{
    return Seq(std::max(0.0, units));
}

}

LedgerChart::LedgerChart(QWidget* parent)
    : Chart(parent)
{
    setAccessibleName(tr("References of the selected object over events"));
}

void LedgerChart::show(std::shared_ptr<const ReferenceBook> book)
{
    const bool isSame = book != nullptr && m_book != nullptr && book->object == m_book->object;
    m_book = std::move(book);
    placeRows();
    if (m_book != nullptr && !isSame) {
        showLife(m_book->birth, m_book->death);
    } else {
        refresh();
    }
}

// Each pair into the first row that is free again where it was taken.
void LedgerChart::placeRows()
{
    m_rows.clear();
    m_rowOf.clear();
    m_reasons.clear();
    m_most = 1;
    if (m_book == nullptr) {
        return;
    }
    const trace::Ledger& ledger = m_book->ledger;
    for (const trace::Reference& line : ledger.lines) {
        m_most = std::max(m_most, line.count);
    }
    using FreeRow = std::uint32_t;
    std::priority_queue<FreeRow, std::vector<FreeRow>, std::greater<>> free;
    std::priority_queue<
        std::pair<Seq, FreeRow>, std::vector<std::pair<Seq, FreeRow>>, std::greater<>>
        taken; // by when the row is free again
    m_rowOf.resize(ledger.pairs.size());
    for (std::uint32_t i = 0; i < ledger.pairs.size(); ++i) {
        const trace::LedgerPair& pair = ledger.pairs[i];
        while (!taken.empty() && taken.top().first <= pair.taken.seq) {
            free.push(taken.top().second);
            taken.pop();
        }
        if (free.empty()) {
            free.push(FreeRow(m_rows.size()));
            m_rows.emplace_back();
        }
        const FreeRow row = free.top();
        free.pop();
        taken.emplace(pair.returned.seq != 0 ? pair.returned.seq + 1 : UINT64_MAX, row);
        m_rows[row].push_back(i);
        m_rowOf[i] = row;
        const trace::StringId reason = pair.taken.reason;
        if (m_reasons.size() < theme().layer.size()
            && std::find(m_reasons.begin(), m_reasons.end(), reason) == m_reasons.end()) {
            m_reasons.push_back(reason);
        }
    }
}

int LedgerChart::rowHeight() const
{
    return QFontMetrics(smallFont()).height() + 4;
}

QRect LedgerChart::balanceArea() const
{
    QRect area = contentArea();
    area.setHeight(std::max(kLeastBalance, int(area.height() * kBalanceShare)));
    return area;
}

QRect LedgerChart::pairArea() const
{
    QRect area = contentArea();
    area.setTop(balanceArea().bottom() + 2);
    return area;
}

int LedgerChart::contentHeight() const
{
    return balanceArea().height() + int(m_rows.size()) * rowHeight() + 6;
}

double LedgerChart::finish(const trace::LedgerPair& pair) const
{
    // One that nobody gave back is held beyond the life of the object, to where one can see.
    return pair.returned.seq != 0 ? double(pair.returned.seq) + 1 : axis().end();
}

QColor LedgerChart::colourOf(const trace::LedgerPair& pair) const
{
    if (m_book->isOpen(pair)) {
        return theme().failed;
    }
    const auto found = std::find(m_reasons.begin(), m_reasons.end(), pair.taken.reason);
    return theme().layer[std::size_t(found - m_reasons.begin()) % (theme().layer.size() - 1)];
}

QRectF LedgerChart::barOf(std::size_t at) const
{
    const trace::LedgerPair& pair = m_book->ledger.pairs[at];
    const QRect area = pairArea();
    const double y = area.top() + 2 + int(m_rowOf[at]) * rowHeight() - verticalScrollBar()->value();
    const double x = xOf(double(pair.taken.seq));
    return { x, y, std::max(2.0, xOf(finish(pair)) - x), double(rowHeight() - 3) };
}

std::size_t LedgerChart::lineAt(Seq at) const
{
    const auto& lines = m_book->ledger.lines;
    const auto after = std::upper_bound(
        lines.begin(), lines.end(), at,
        [](Seq wanted, const trace::Reference& line) { return wanted < line.seq; });
    return after == lines.begin() ? lines.size() : std::size_t(after - lines.begin()) - 1;
}

void LedgerChart::paintContent(QPainter& painter, const QRect& area)
{
    painter.setClipRect(pairArea());
    paintPairs(painter, pairArea());
    paintUnmatched(painter);
    painter.setClipRect(area);
    paintBalance(painter, balanceArea());
}

void LedgerChart::paintBalance(QPainter& painter, const QRect& area)
{
    const auto& lines = m_book->ledger.lines;
    painter.fillRect(area, theme().base);
    const auto yOf = [&](std::int32_t count) {
        return area.bottom() - 2
            - double(std::max(0, count)) / double(m_most) * (area.height() - kMargin - 2);
    };
    const QColor below = mixed(theme().accent, theme().base, theme().isDark ? 0.3 : 0.16);
    std::size_t at = lineAt(atLeastZero(axis().left()));
    double y = yOf(m_book->ledger.opening);
    double x = area.left();
    at = at == lines.size() ? 0 : at;
    for (; at < lines.size(); ++at) {
        const double begin = xOf(double(lines[at].seq));
        if (begin > area.right()) {
            break;
        }
        double low = yOf(lines[at].count);
        double high = low;
        while (at + 1 < lines.size() && xOf(double(lines[at + 1].seq)) < begin + 1) {
            ++at;
            low = std::max(low, yOf(lines[at].count));
            high = std::min(high, yOf(lines[at].count));
        }
        const double next = yOf(lines[at].count);
        const double to = at + 1 < lines.size() ? xOf(double(lines[at + 1].seq))
            : m_book->death != 0                ? xOf(double(m_book->death) + 1)
                                                : xOf(axis().end());
        painter.fillRect(
            QRectF(QPointF(begin, next), QPointF(to, area.bottom() - 1)).normalized(), below);
        painter.setPen(QPen(theme().accent, 2));
        if (begin >= x) {
            painter.drawLine(QPointF(begin, y), QPointF(begin, next));
        }
        painter.drawLine(QPointF(begin, low), QPointF(begin, high));
        painter.drawLine(QPointF(begin, next), QPointF(to, next));
        y = next;
        x = begin;
    }
    painter.setPen(theme().line);
    painter.drawLine(area.left(), area.bottom(), area.right(), area.bottom());
    // The count at the current event, where the line meets it.
    const double here = xOf(double(now()) + 0.5);
    if (now() != 0 && here > area.left() && here < area.right()) {
        const std::int32_t count = m_book->ledger.countAt(now());
        painter.setBrush(theme().now);
        painter.setPen(Qt::NoPen);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.drawEllipse(QPointF(here, yOf(count)), 4, 4);
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
}

void LedgerChart::paintPairs(QPainter& painter, const QRect& area)
{
    const auto& pairs = m_book->ledger.pairs;
    const trace::Reader& reader = document()->reader();
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        const double y = area.top() + 2 + int(row) * rowHeight() - verticalScrollBar()->value();
        if (y + rowHeight() < area.top() || y > area.bottom()) {
            continue;
        }
        // The last one that begins left of the view may reach into it.
        const double left = axis().left();
        auto it = std::upper_bound(
            m_rows[row].begin(), m_rows[row].end(), left, [&](double wanted, std::uint32_t pair) {
                return wanted < double(pairs[pair].taken.seq);
            });
        it = it == m_rows[row].begin() ? it : std::prev(it);
        double drawn = -1e9;
        for (; it != m_rows[row].end(); ++it) {
            const QRectF bar = barOf(*it);
            if (bar.left() > area.right()) {
                break;
            }
            if (bar.width() <= kNarrow && bar.right() < drawn + kNarrow) {
                continue;
            }
            const bool isOpen = m_book->isOpen(pairs[*it]);
            const QString reason = texts::reason(reader, pairs[*it].taken.reason);
            paintBar(
                painter, bar, colourOf(pairs[*it]),
                isOpen ? tr("✖ %1, not given back").arg(reason) : reason);
            if (isOpen) {
                QColor hatch = theme().failed;
                hatch.setAlpha(70);
                painter.fillRect(bar.intersected(QRectF(area)), QBrush(hatch, Qt::BDiagPattern));
            }
            drawn = bar.right();
        }
    }
}

// Lines that gave back what none took: a cross at the foot of the balance.
void LedgerChart::paintUnmatched(QPainter& painter)
{
    painter.setPen(theme().failed);
    for (const trace::Reference& line : m_book->ledger.unmatched) {
        const double x = xOf(double(line.seq) + 0.5);
        if (x > contentArea().left() && x < contentArea().right()) {
            painter.drawText(
                QRectF(x - 10, pairArea().top(), 20, rowHeight()), Qt::AlignCenter,
                QStringLiteral("✖"));
        }
    }
}

void LedgerChart::paintTitles(QPainter& painter, const QRect& area)
{
    const QRect balance = balanceArea();
    const int line = painter.fontMetrics().height();
    const auto write = [&](int y, const QString& words, const QColor& colour) {
        painter.setPen(colour);
        painter.drawText(
            QRectF(4, y, area.width() - 8, line), Qt::AlignRight | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(words, Qt::ElideRight, area.width() - 8));
    };
    write(balance.top() + kMargin - line / 2, QString::number(m_most), theme().dim);
    if (balance.height() > 3 * line) {
        write(
            balance.center().y() - line / 2, tr("count: %1").arg(m_book->ledger.countAt(now())),
            theme().text);
    }
    write(balance.bottom() - line, QStringLiteral("0"), theme().dim);
    std::size_t open = 0;
    for (const trace::LedgerPair& pair : m_book->ledger.pairs) {
        open += m_book->isOpen(pair) ? std::size_t(pair.count) : 0;
    }
    const QRect pairs = pairArea();
    write(pairs.top() + 3, tr("%n taken", "", int(m_book->ledger.pairs.size())), theme().text);
    if (pairs.height() > 2 * line + 6) {
        write(
            pairs.top() + 3 + line,
            open == 0 ? tr("all given back") : tr("✖ %n not given back", "", int(open)),
            open == 0 ? theme().dim : theme().failed);
    }
}

int LedgerChart::pairAt(QPoint point) const
{
    const QRect area = pairArea();
    if (isEmpty() || !area.contains(point)) {
        return -1;
    }
    const int row = (point.y() - area.top() - 2 + verticalScrollBar()->value()) / rowHeight();
    if (row < 0 || row >= int(m_rows.size())) {
        return -1;
    }
    const auto& pairs = m_book->ledger.pairs;
    const auto& items = m_rows[std::size_t(row)];
    const double units = axis().units(point.x() - titleWidth());
    auto it = std::upper_bound(
        items.begin(), items.end(), units + kHitPixels * axis().perPixel(),
        [&](double wanted, std::uint32_t pair) { return wanted < double(pairs[pair].taken.seq); });
    if (it == items.begin()) {
        return -1;
    }
    --it;
    return barOf(*it).right() + kHitPixels >= point.x() ? int(*it) : -1;
}

Seq LedgerChart::seqAt(QPoint point, bool isDouble) const
{
    const int pair = pairAt(point);
    if (pair >= 0) {
        const trace::LedgerPair& found = m_book->ledger.pairs[std::size_t(pair)];
        return isDouble && found.returned.seq != 0 ? found.returned.seq : found.taken.seq;
    }
    const double units = axis().units(point.x() - titleWidth());
    const std::size_t line = lineAt(atLeastZero(units + kHitPixels * axis().perPixel()));
    if (line < m_book->ledger.lines.size()) {
        const Seq seq = m_book->ledger.lines[line].seq;
        if (std::abs(double(seq) - units) <= kHitPixels * axis().perPixel()) {
            return seq;
        }
    }
    return 0;
}

QString LedgerChart::describe(const trace::LedgerPair& pair) const
{
    const trace::Reader& reader = document()->reader();
    QString text
        = tr("%1: taken at #%2 in %3")
              .arg(
                  texts::reason(reader, pair.taken.reason), QString::number(pair.taken.seq),
                  texts::callAround(*document(), pair.taken.seq));
    text += QLatin1Char('\n')
        + (pair.returned.seq != 0 ? tr("given back at #%1 (%2) in %3")
                                        .arg(
                                            QString::number(pair.returned.seq),
                                            texts::reason(reader, pair.returned.reason),
                                            texts::callAround(*document(), pair.returned.seq))
                                  : tr("✖ nobody gave it back in this trace"));
    return text;
}

QString LedgerChart::tipAt(QPoint point) const
{
    const int pair = pairAt(point);
    if (pair >= 0) {
        const trace::LedgerPair& found = m_book->ledger.pairs[std::size_t(pair)];
        return explainTip(
            texts::reason(document()->reader(), found.taken.reason) + QStringLiteral(" reference"),
            describe(found) + QLatin1Char('\n')
                + tr("Click goes to the taking, double-click to the return."));
    }
    if (!balanceArea().contains(point)) {
        return {};
    }
    const std::size_t at = lineAt(atLeastZero(axis().units(point.x() - titleWidth())));
    if (at >= m_book->ledger.lines.size()) {
        return {};
    }
    const trace::Reference& line = m_book->ledger.lines[at];
    return tr("count %1 since #%2: %3 in %4")
        .arg(
            QString::number(line.count), QString::number(line.seq),
            texts::reason(document()->reader(), line.reason),
            texts::callAround(*document(), line.seq));
}

Seq LedgerChart::neighbour(Seq seq, bool forward) const
{
    const auto& lines = m_book->ledger.lines;
    const std::size_t at = lineAt(seq);
    if (forward) {
        const std::size_t next = at == lines.size() ? 0 : at + 1;
        return next < lines.size() ? lines[next].seq : 0;
    }
    if (at == lines.size()) {
        return 0;
    }
    return lines[at].seq < seq ? lines[at].seq : at > 0 ? lines[at - 1].seq : 0;
}

void LedgerChart::addMenu(QMenu& menu, QPoint point)
{
    const int pair = pairAt(point);
    if (pair < 0) {
        return;
    }
    const trace::LedgerPair found = m_book->ledger.pairs[std::size_t(pair)];
    menu.addAction(tr("Go to the taking, #%1").arg(found.taken.seq), this, [this, found] {
        Q_EMIT wanted(found.taken.seq);
    });
    if (found.returned.seq != 0) {
        menu.addAction(tr("Go to the return, #%1").arg(found.returned.seq), this, [this, found] {
            Q_EMIT wanted(found.returned.seq);
        });
    }
    menu.addAction(
        tr("Copy"), this, [text = describe(found)] { QApplication::clipboard()->setText(text); });
}

std::vector<CanvasItem> LedgerChart::canvasItems() const
{
    std::vector<CanvasItem> items;
    if (isEmpty() || document() == nullptr || !document()->isReady()) {
        return items;
    }
    items.push_back(
        { tr("%n reference(s) at event %1", "", m_book->ledger.countAt(now())).arg(now()),
          {},
          balanceArea() });
    for (const bool forward : { true, false }) {
        const Seq seq = neighbour(now(), forward);
        if (seq == 0) {
            if (forward) {
                items.push_back({ tr("no further line"), tr("the next line"), {} });
            }
            continue;
        }
        const trace::Reference& line = m_book->ledger.lines[lineAt(seq)];
        items.push_back(
            { tr("event %1: %2, count %3")
                  .arg(
                      QString::number(seq), texts::reason(document()->reader(), line.reason),
                      QString::number(line.count)),
              forward ? tr("the next line") : tr("the line before"),
              QRect(int(xOf(double(seq))), contentArea().top(), 3, contentArea().height()) });
    }
    return items;
}

} // namespace rdrlab::gui
