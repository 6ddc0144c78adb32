#include "gui/timeline/lanes.h"

#include "gui/models/texts.h"
#include "gui/timeline/gallop.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

namespace rdrlab::gui {

namespace {

constexpr std::size_t kDeepestRow = 40;
constexpr std::uint8_t kNotShown = 255;

using trace::Layer;
using trace::ObjectKind;

struct LayerText
{
    Layer layer;
    const char* title;
    const char* explanation;
};
constexpr std::array kLayers = {
    LayerText { Layer::App, QT_TRANSLATE_NOOP("Lanes", "Application"),
                QT_TRANSLATE_NOOP("Lanes", "System calls of the processes.") },
    LayerText { Layer::Io, QT_TRANSLATE_NOOP("Lanes", "I/O manager"),
                QT_TRANSLATE_NOOP("Lanes", "IRPs on their way from driver to driver.") },
    LayerText {
        Layer::Mup, QT_TRANSLATE_NOOP("Lanes", "MUP"),
        QT_TRANSLATE_NOOP("Lanes", "The multiple UNC provider: which redirector owns a path?") },
    LayerText {
        Layer::Rdbss, QT_TRANSLATE_NOOP("Lanes", "RDBSS"),
        QT_TRANSLATE_NOOP(
            "Lanes", "The redirected drive buffering subsystem: one RX_CONTEXT per request.") },
    LayerText { Layer::Mrx, QT_TRANSLATE_NOOP("Lanes", "Mini-redirector"),
                QT_TRANSLATE_NOOP("Lanes", "MRx routines that RDBSS calls.") },
    LayerText { Layer::Wire, QT_TRANSLATE_NOOP("Lanes", "Wire"),
                QT_TRANSLATE_NOOP("Lanes", "SMB2 exchanges and the packets that carry them.") },
    LayerText { Layer::Server, QT_TRANSLATE_NOOP("Lanes", "Server"),
                QT_TRANSLATE_NOOP("Lanes", "What the server answers.") },
    LayerText { Layer::Kernel, QT_TRANSLATE_NOOP("Lanes", "Kernel"),
                QT_TRANSLATE_NOOP("Lanes", "Calls of kernel code to itself, workers, timers.") },
};

// Puts things that come in order of their begin into rows where they do not overlap.
class RowPlacer
{
public:
    explicit RowPlacer(Lane& lane)
        : m_lane(lane)
    {
    }

    /// The row of an item from `begin` to `end` (0: never ends), the first free one from `row` on;
    /// kNotShown when that is deeper than anybody looks.
    std::uint8_t place(std::uint32_t item, Seq begin, Seq end, std::size_t row = 0)
    {
        while (row < m_freeFrom.size() && m_freeFrom[row] > begin) {
            ++row;
        }
        if (row >= kDeepestRow) {
            ++m_lane.hidden;
            return kNotShown;
        }
        if (row >= m_freeFrom.size()) {
            m_freeFrom.resize(row + 1, 0);
            m_lane.rows.resize(row + 1);
        }
        m_freeFrom[row] = end != 0 ? end + 1 : UINT64_MAX;
        m_lane.rows[row].items.push_back(item);
        return std::uint8_t(row);
    }

private:
    Lane& m_lane;
    std::vector<Seq> m_freeFrom; // per row: the first event it is free at
};

} // namespace

void WorstPyramid::build(std::vector<std::uint8_t> severities)
{
    m_levels.clear();
    m_levels.push_back(std::move(severities));
    while (m_levels.back().size() > kFan) {
        const std::vector<std::uint8_t>& below = m_levels.back();
        std::vector<std::uint8_t> level((below.size() + kFan - 1) / kFan);
        for (std::size_t i = 0; i < below.size(); ++i) {
            level[i / kFan] = std::max(level[i / kFan], below[i]);
        }
        m_levels.push_back(std::move(level));
    }
}

Severity WorstPyramid::worst(std::size_t from, std::size_t to) const
{
    std::uint8_t worst = 0;
    for (const std::vector<std::uint8_t>& level : m_levels) {
        to = std::min(to, level.size());
        while (from < to && from % kFan != 0) {
            worst = std::max(worst, level[from++]);
        }
        while (from < to && to % kFan != 0) {
            worst = std::max(worst, level[--to]);
        }
        if (from >= to) {
            break;
        }
        if (&level == &m_levels.back()) {
            worst = std::max(
                worst,
                *std::max_element(
                    level.begin() + std::ptrdiff_t(from), level.begin() + std::ptrdiff_t(to)));
            break;
        }
        from /= kFan;
        to /= kFan;
    }
    return Severity(worst);
}

LaneSet::LaneSet(
    std::shared_ptr<const TraceIndex> index,
    LaneMode mode,
    const trace::Reader& reader,
    const std::vector<SavedLane>& saved)
    : m_index(std::move(index))
    , m_mode(mode)
{
    m_rowOfCall.assign(m_index->calls.size(), kNotShown);
    m_laneOfCall.assign(m_index->calls.size(), UINT16_MAX);
    for (const SavedLane& lane : saved) {
        addSaved(lane);
    }
    switch (mode) {
    case LaneMode::Layers:
        byLayer();
        break;
    case LaneMode::Threads:
        byThread(reader);
        break;
    case LaneMode::Objects:
        byObject(reader);
        break;
    }
    finishLanes();
}

void LaneSet::arrange(Lane& lane, const std::vector<CallIndex>& calls)
{
    const auto laneIndex = std::uint16_t(m_lanes.size());
    RowPlacer rows(lane);
    for (const CallIndex index : calls) {
        const Call& call = m_index->calls[index];
        // Below the nearest call of the same lane that is still running.
        std::size_t row = 0;
        for (CallIndex outer = call.parent; outer != kNoCall;
             outer = m_index->calls[outer].parent) {
            if (m_laneOfCall[outer] == laneIndex) {
                const Seq end = m_index->calls[outer].end;
                row = end == 0 || end > call.begin ? m_rowOfCall[outer] + 1U : 0U;
                break;
            }
        }
        const std::uint8_t placed = rows.place(index, call.begin, call.end, row);
        if (placed == kNotShown) {
            continue;
        }
        m_rowOfCall[index] = placed;
        m_laneOfCall[index] = laneIndex;
    }
}

void LaneSet::addSaved(const SavedLane& saved)
{
    Lane lane;
    lane.title = saved.title;
    lane.explanation = saved.explanation;
    lane.layer = Layer::Maximum;
    lane.ownMarks = saved.marks;
    lane.marks.resize(saved.marks->size());
    std::iota(lane.marks.begin(), lane.marks.end(), 0U);
    m_lanes.push_back(std::move(lane));
}

void LaneSet::byLayer()
{
    std::array<std::vector<CallIndex>, std::size_t(Layer::Maximum) + 1> calls;
    for (CallIndex i = 0; i < m_index->calls.size(); ++i) {
        calls[std::size_t(m_index->calls[i].layer)].push_back(i);
    }
    std::array<std::vector<std::uint32_t>, std::size_t(Layer::Maximum) + 1> marks;
    for (std::uint32_t i = 0; i < m_index->marks.size(); ++i) {
        marks[std::size_t(m_index->marks[i].layer)].push_back(i);
    }
    for (const LayerText& text : kLayers) {
        Lane lane;
        lane.title = QCoreApplication::translate("Lanes", text.title);
        lane.explanation = QCoreApplication::translate("Lanes", text.explanation);
        lane.layer = text.layer;
        arrange(lane, calls[std::size_t(text.layer)]);
        lane.marks = std::move(marks[std::size_t(text.layer)]);
        if (!lane.rows.empty() || !lane.marks.empty()) {
            m_lanes.push_back(std::move(lane));
        }
    }
}

void LaneSet::byThread(const trace::Reader& reader)
{
    std::vector<std::vector<CallIndex>> calls(m_index->threads.size());
    std::vector<std::vector<std::uint32_t>> waits(m_index->threads.size());
    std::vector<std::vector<std::uint32_t>> marks(m_index->threads.size());
    std::vector<std::uint32_t> process(m_index->threads.size(), 0);
    const auto slot = [this](std::uint32_t thread) {
        const auto found
            = std::lower_bound(m_index->threads.begin(), m_index->threads.end(), thread);
        return found != m_index->threads.end() && *found == thread
            ? std::size_t(found - m_index->threads.begin())
            : m_index->threads.size();
    };
    for (CallIndex i = 0; i < m_index->calls.size(); ++i) {
        const std::size_t at = slot(m_index->calls[i].thread);
        if (at < calls.size()) {
            calls[at].push_back(i);
            process[at] = m_index->calls[i].process;
        }
    }
    for (std::uint32_t i = 0; i < m_index->waits.size(); ++i) {
        const std::size_t at = slot(m_index->waits[i].thread);
        if (at < waits.size()) {
            waits[at].push_back(i);
        }
    }
    for (std::uint32_t i = 0; i < m_index->marks.size(); ++i) {
        const std::size_t at = slot(m_index->marks[i].thread);
        if (at < marks.size()) {
            marks[at].push_back(i);
        }
    }
    // Who takes part in the scenario comes first, who only waits comes last.
    const Seq setup = std::strtoull(reader.meta("setup_events", "0").c_str(), nullptr, 10);
    const auto rank = [&](std::size_t i) {
        return calls[i].empty() ? 2 : m_index->calls[calls[i].back()].begin > setup ? 0 : 1;
    };
    std::vector<std::size_t> order(m_index->threads.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(rank(a), process[a] == 4) < std::pair(rank(b), process[b] == 4);
    });
    for (const std::size_t i : order) {
        Lane lane;
        lane.title = texts::threadTitle(reader, process[i], m_index->threads[i]);
        lane.explanation = QCoreApplication::translate(
            "Lanes", "Calls that began on this thread; hatched: the thread waits.");
        lane.layer = Layer::Maximum;
        arrange(lane, calls[i]);
        lane.waits = std::move(waits[i]);
        lane.marks = std::move(marks[i]);
        m_lanes.push_back(std::move(lane));
    }
}

void LaneSet::byObject(const trace::Reader& reader)
{
    std::array<std::vector<std::uint32_t>, std::size_t(ObjectKind::Maximum) + 1> byKind;
    // Both are in order of id.
    const std::vector<trace::Object>& objects = reader.objects();
    auto object = objects.begin();
    for (std::uint32_t i = 0; i < m_index->lifetimes.size(); ++i) {
        while (object != objects.end() && object->id < m_index->lifetimes[i].object) {
            ++object;
        }
        if (object != objects.end() && object->id == m_index->lifetimes[i].object) {
            byKind[std::size_t(object->kind)].push_back(i);
        }
    }
    for (const ObjectKind kind : objectKindOrder()) {
        std::vector<std::uint32_t>& lives = byKind[std::size_t(kind)];
        if (lives.empty()) {
            continue;
        }
        std::stable_sort(lives.begin(), lives.end(), [this](std::uint32_t a, std::uint32_t b) {
            return m_index->lifetimes[a].birth < m_index->lifetimes[b].birth;
        });
        Lane lane;
        lane.title = texts::objectKind(kind);
        lane.explanation
            = QCoreApplication::translate("Lanes", "Objects of this kind, from birth to death.");
        lane.layer = trace::layerOf(kind);
        lane.isLifetimes = true;
        RowPlacer rows(lane);
        for (const std::uint32_t index : lives) {
            const Lifetime& life = m_index->lifetimes[index];
            rows.place(index, life.birth, life.death);
        }
        m_lanes.push_back(std::move(lane));
    }
}

void LaneSet::finishLanes()
{
    for (Lane& lane : m_lanes) {
        for (LaneRow& row : lane.rows) {
            std::vector<std::uint8_t> severities(row.items.size(), 0);
            if (!lane.isLifetimes) {
                for (std::size_t i = 0; i < row.items.size(); ++i) {
                    severities[i] = std::uint8_t(m_index->calls[row.items[i]].severity);
                }
            }
            row.worst.build(std::move(severities));
        }
        std::vector<std::uint8_t> severities(lane.marks.size());
        for (std::size_t i = 0; i < lane.marks.size(); ++i) {
            severities[i] = std::uint8_t(marksOf(lane)[lane.marks[i]].severity);
        }
        lane.worstMark.build(std::move(severities));
    }
}

std::size_t LaneSet::firstFrom(
    const Lane& lane, const LaneRow& row, const Axis& axis, std::size_t at, double units) const
{
    const auto found = gallop(
        row.items.begin() + std::ptrdiff_t(std::min(at, row.items.size())), row.items.end(),
        [&](std::uint32_t item) { return begin(lane, item, axis) < units; });
    return std::size_t(found - row.items.begin());
}

std::size_t
LaneSet::itemAt(const Lane& lane, const LaneRow& row, const Axis& axis, double units) const
{
    const auto found = std::upper_bound(
        row.items.begin(), row.items.end(), units,
        [&](double wanted, std::uint32_t item) { return wanted < begin(lane, item, axis); });
    return found == row.items.begin() ? row.items.size()
                                      : std::size_t(found - row.items.begin()) - 1;
}

LaneSet::Place LaneSet::placeOfCall(CallIndex call) const
{
    if (m_mode == LaneMode::Objects || call >= m_rowOfCall.size()
        || m_rowOfCall[call] == kNotShown) {
        return {};
    }
    return { m_laneOfCall[call], m_rowOfCall[call] };
}

} // namespace rdrlab::gui
