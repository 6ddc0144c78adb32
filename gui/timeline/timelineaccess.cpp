// What a screen reader is told of the timeline and of the overview.
#include "gui/models/stepper.h"
#include "gui/models/texts.h"
#include "gui/timeline/overview.h"

#include <QLocale>
#include <algorithm>

namespace rdrlab::gui {

// The current event, then the calls around, inside, before and behind it: what arrow keys in a tree
// would reach.
std::vector<TimelineView::Reachable> TimelineView::reachable() const
{
    std::vector<Reachable> all;
    if (m_lanes == nullptr || m_focus == nullptr || m_focus->seq() == 0) {
        return all;
    }
    const TraceIndex& index = m_lanes->index();
    const Seq seq = m_focus->seq();
    all.push_back({ m_currentCall, seq, tr("the current event") });
    if (m_currentCall == kNoCall) {
        return all;
    }
    const auto add = [&](CallIndex call, const QString& where) {
        if (call != kNoCall) {
            all.push_back({ call, index.calls[call].begin, where });
        }
    };
    const CallIndex around = index.calls[m_currentCall].parent;
    const std::span<const CallIndex> inside = index.childrenOf(m_currentCall);
    const std::span<const CallIndex> siblings = index.childrenOf(around);
    const auto here = std::lower_bound(siblings.begin(), siblings.end(), m_currentCall);
    add(around, tr("the call around"));
    add(inside.empty() ? kNoCall : inside.front(), tr("the first call inside"));
    add(here != siblings.begin() && here != siblings.end() ? *(here - 1) : kNoCall,
        tr("the call before"));
    add(here != siblings.end() && here + 1 != siblings.end() ? *(here + 1) : kNoCall,
        tr("the call after"));
    return all;
}

std::vector<CanvasItem> TimelineView::canvasItems() const
{
    std::vector<CanvasItem> items;
    for (const Reachable& one : reachable()) {
        CanvasItem item;
        item.description = one.where;
        const trace::Event event = m_document->events().event(one.seq);
        const trace::Reader& reader = m_document->reader();
        QStringList words { tr("event %1").arg(QLocale().toString(qulonglong(one.seq))),
                            texts::kind(event.kind) };
        if (one.call != kNoCall) {
            const Call& call = m_lanes->index().calls[one.call];
            words += texts::layer(call.layer);
            words += texts::call(reader, call);
            words
                += call.end == 0 ? tr("not finished") : texts::duration(call.endNs - call.beginNs);
            if (call.end != 0) {
                words += texts::status(call.status);
            }
            bool visible = false;
            const QPointF from = placeOf(one.call, m_axis.begin(call), visible);
            const QPointF to = placeOf(one.call, m_axis.finish(call), visible);
            if (visible) {
                const QRect bar(
                    QPoint(int(std::clamp(from.x(), 0.0, 1e6)), int(from.y()) - rowHeight() / 2),
                    QSize(
                        int(std::clamp(to.x() - std::max(from.x(), 0.0), 1.0, 1e6)), rowHeight()));
                item.rect = bar & QRect(gutter(), rulerHeight(), viewport()->width(), height());
            }
        }
        words.removeAll(QString());
        item.name = words.join(QStringLiteral(", "));
        if (item.rect.isEmpty() && items.empty()) {
            item.rect = QRect(int(std::clamp(xOf(one.seq), 0.0, 1e6)), 0, 1, height());
        }
        items.push_back(std::move(item));
    }
    return items;
}

void TimelineView::activateCanvasItem(std::size_t at)
{
    const std::vector<Reachable> all = reachable();
    if (at < all.size()) {
        m_focus->goTo(all[at].seq);
    }
}

std::vector<CanvasItem> Overview::canvasItems() const
{
    if (m_timeline.lanes() == nullptr || m_document == nullptr || !m_document->isReady()) {
        return {};
    }
    const QRect area = strip();
    const Axis axis = wholeAxis();
    const double left = std::max(0.0, axis.x(m_timeline.axis().left()));
    const double right = std::min<double>(area.width(), axis.x(m_timeline.axis().right()));
    const auto share
        = [&](double x) { return QLocale().toString(int(100 * x / std::max(1, area.width()))); };
    CanvasItem shown;
    shown.name = tr("The timeline shows %1 % to %2 % of the trace").arg(share(left), share(right));
    shown.description
        = tr("%n failure(s) in the whole trace", nullptr, int(m_document->index()->errors.size()));
    shown.rect = QRect(area.left() + int(left), area.top(), int(right - left), area.height());
    return { shown };
}

void Overview::activateCanvasItem(std::size_t)
{
    m_timeline.setFocus();
}

} // namespace rdrlab::gui
