#include "gui/models/graphlayout.h"

#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

using trace::LayoutItem;
using trace::ObjectId;
using trace::ObjectKind;

GraphKinds usualGraphKinds()
{
    GraphKinds kinds;
    for (const ObjectKind kind : { ObjectKind::SrvCall, ObjectKind::NetRoot, ObjectKind::VNetRoot,
                                   ObjectKind::Fcb, ObjectKind::SrvOpen, ObjectKind::Fobx,
                                   ObjectKind::File, ObjectKind::Irp, ObjectKind::RxContext }) {
        kinds.set(std::size_t(kind));
    }
    return kinds;
}

std::shared_ptr<const GraphSource>
GraphSource::read(const trace::Reader& reader, const trace::Progress& progress)
{
    auto source = std::make_shared<GraphSource>();
    source->items = trace::layoutItems(reader, progress);
    const std::vector<trace::Object>& objects = reader.objects();
    if (source->items.size() != objects.size()) {
        return nullptr; // it gave up
    }
    source->kinds.reserve(objects.size());
    for (const trace::Object& object : objects) {
        source->kinds.push_back(object.kind < ObjectKind::Maximum ? object.kind : ObjectKind::None);
    }
    source->isComplete = reader.isComplete();
    return source;
}

int GraphLayout::lines(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::Fcb:
        return 6;
    case ObjectKind::NetRoot:
    case ObjectKind::VNetRoot:
    case ObjectKind::SrvOpen:
    case ObjectKind::File:
        return 4;
    case ObjectKind::SrvCall:
    case ObjectKind::RxContext:
        return 3;
    case ObjectKind::Irp:
    case ObjectKind::Exchange:
    case ObjectKind::CacheMap:
        return 1;
    default:
        return 2;
    }
}

bool GraphLayout::hasNameLine(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::SrvOpen:
    case ObjectKind::Fobx:
    case ObjectKind::Irp:
    case ObjectKind::RxContext:
    case ObjectKind::Exchange:
    case ObjectKind::CacheMap:
        return false;
    default:
        return true;
    }
}

GraphLayout::GraphLayout(
    std::shared_ptr<const GraphSource> source,
    const GraphKinds& kinds,
    GraphFlow flow,
    const GraphMetrics& metrics)
    : m_flow(flow)
    , m_kinds(kinds)
    , m_metrics(metrics)
{
    m_entries.reserve(source->items.size());
    for (std::size_t i = 0; i < source->items.size(); ++i) {
        m_entries.push_back({ source->items[i].object, source->items[i].home,
                              source->items[i].death, source->kinds[i] });
    }
    std::vector<LayoutItem> shown;
    for (std::size_t i = 0; i < source->items.size(); ++i) {
        if (m_kinds.test(std::size_t(source->kinds[i]))) {
            shown.push_back(shownItem(source->items[i]));
        }
    }
    m_slots = trace::StableLayout(std::move(shown));
    m_rootRows.fill(UINT32_MAX);
    for (const LayoutItem& item : m_slots.items()) {
        noteRoot(item);
    }
    measure(*source);
}

void GraphLayout::extend(const GraphSource& grown)
{
    std::vector<LayoutItem> news;
    for (std::size_t i = 0; i < grown.items.size(); ++i) {
        const LayoutItem& item = grown.items[i];
        Entry* known = entry(item.object);
        const bool isNew = known == nullptr;
        if (isNew) {
            const auto at = std::lower_bound(
                m_entries.begin(), m_entries.end(), item.object,
                [](const Entry& each, ObjectId wanted) { return each.object < wanted; });
            known = &*m_entries.insert(at, { item.object, item.home, item.death, grown.kinds[i] });
        }
        if (m_kinds.test(std::size_t(known->kind)) && (isNew || known->death != item.death)) {
            news.push_back(shownItem(item));
        }
        known->death = item.death;
    }
    // In order of birth: a slot goes to who comes first.
    std::stable_sort(news.begin(), news.end(), [](const LayoutItem& a, const LayoutItem& b) {
        return a.birth < b.birth;
    });
    m_slots.extend(news);
    for (const LayoutItem& item : news) {
        noteRoot(item);
    }
}

const GraphLayout::Entry* GraphLayout::entry(ObjectId object) const
{
    if (object != 0 && object <= m_entries.size() && m_entries[object - 1].object == object) {
        return &m_entries[object - 1]; // ids usually count from 1 without a gap
    }
    const auto at = std::lower_bound(
        m_entries.begin(), m_entries.end(), object,
        [](const Entry& known, ObjectId wanted) { return known.object < wanted; });
    return at != m_entries.end() && at->object == object ? &*at : nullptr;
}

GraphLayout::Entry* GraphLayout::entry(ObjectId object)
{
    return const_cast<Entry*>(std::as_const(*this).entry(object));
}

ObjectId GraphLayout::homeOf(ObjectId object) const
{
    // Homes stand left of what they hold, so this ends; a foreign file is held to it by the bound.
    const Entry* at = entry(object);
    for (int depth = 0; at != nullptr && at->home != 0 && depth < 32; ++depth) {
        const Entry* home = entry(at->home);
        if (home == nullptr) {
            return 0;
        }
        if (m_kinds.test(std::size_t(home->kind))) {
            return home->object;
        }
        at = home;
    }
    return 0;
}

LayoutItem GraphLayout::shownItem(const LayoutItem& item) const
{
    LayoutItem shown = item;
    shown.home = homeOf(item.object);
    // Whoever is never there at the same time may share a slot, whatever it is: the window is
    // small, and a slot kept for one kind is empty most of the time. Only a share's own V_NET_ROOTs
    // stay before its files.
    shown.group = shown.home != 0 && item.column <= trace::layoutColumn(ObjectKind::Fcb)
        ? item.group
        : std::uint8_t(0);
    const Entry* self = entry(item.object);
    shown.height = m_flow == GraphFlow::Down
        ? 1
        : std::uint32_t(
            std::ceil((boxHeight(self->kind) + m_metrics.slotGap) / std::max(1.0, m_metrics.line)));
    return shown;
}

void GraphLayout::noteRoot(const LayoutItem& item)
{
    const Entry* self = entry(item.object);
    if (item.home == 0 && self != nullptr) {
        std::uint32_t& row = m_rootRows[std::size_t(self->kind)];
        row = std::min(row, m_slots.of(item.object).row);
    }
}

std::uint32_t GraphLayout::rootRow(ObjectKind kind) const
{
    const std::uint32_t row
        = kind < ObjectKind::Maximum ? m_rootRows[std::size_t(kind)] : UINT32_MAX;
    return row != UINT32_MAX ? row : 0;
}

double GraphLayout::boxHeight(ObjectKind kind) const
{
    return lines(kind) * m_metrics.line + 2 * m_metrics.padding;
}

// Ranks are as large as the largest kind in them; a rank of kinds that the trace does not have
// takes no room. While it is being recorded any kind may still come.
void GraphLayout::measure(const GraphSource& source)
{
    GraphKinds present = m_kinds;
    if (source.isComplete) {
        GraphKinds seen;
        for (const ObjectKind kind : source.kinds) {
            seen.set(std::size_t(kind));
        }
        present &= seen;
    }
    std::array<double, 16> sizes {};
    for (std::size_t kind = 0; kind < present.size(); ++kind) {
        if (present.test(kind)) {
            double& size = sizes[trace::layoutColumn(ObjectKind(kind)) % sizes.size()];
            size = std::max(
                size, m_flow == GraphFlow::Down ? boxHeight(ObjectKind(kind)) : m_metrics.boxWidth);
        }
    }
    double at = m_metrics.margin;
    for (std::size_t column = 0; column < sizes.size(); ++column) {
        m_rankStarts[column] = at;
        at += sizes[column] > 0 ? sizes[column] + m_metrics.rankGap : 0;
    }
    m_rankEnd = at - m_metrics.rankGap + m_metrics.margin;
}

QRectF GraphLayout::box(ObjectKind kind, std::uint32_t column, std::uint32_t row) const
{
    const double rank = m_rankStarts[column % m_rankStarts.size()];
    if (m_flow == GraphFlow::Down) {
        return { m_metrics.margin + row * (m_metrics.boxWidth + m_metrics.slotGap), rank,
                 m_metrics.boxWidth, boxHeight(kind) };
    }
    return { rank, m_metrics.margin + row * m_metrics.line, m_metrics.boxWidth, boxHeight(kind) };
}

QSizeF GraphLayout::size(std::uint32_t rows) const
{
    const double across = m_flow == GraphFlow::Down
        ? rows * (m_metrics.boxWidth + m_metrics.slotGap) - m_metrics.slotGap
        : rows * m_metrics.line;
    const double along = std::max(0.0, across) + 2 * m_metrics.margin;
    return m_flow == GraphFlow::Down ? QSizeF(along, m_rankEnd) : QSizeF(m_rankEnd, along);
}

} // namespace rdrlab::gui
