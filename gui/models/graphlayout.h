// Where every object of a trace stands in the object graph, for its whole life and for every event.
//
// Objects stand in ranks by kind and, inside a rank, in slots (trace::StableLayout). The graph
// grows downwards, with a slot as wide as a box, or to the right, with a slot as high as a line of
// text. Kinds that are not shown take no room; what belongs to one of their objects belongs to that
// object's own home instead. Reading and placing are work for a thread; afterwards a layout is
// asked on the window's thread only.
#pragma once

#include "traces/query/layout.h"

#include <QRectF>
#include <array>
#include <bitset>
#include <memory>

namespace rdrlab::gui {

using GraphKinds = std::bitset<std::size_t(trace::ObjectKind::Maximum)>;

/// What RDBSS is about: who asks, server, share, file, opens, and the requests on them.
GraphKinds usualGraphKinds();

enum class GraphFlow
{
    Down,
    Right
};

/// All objects of a trace, as trace::layoutItems() gives them.
struct GraphSource
{
    std::vector<trace::LayoutItem> items; // by object
    std::vector<trace::ObjectKind> kinds; // beside the items
    bool isComplete = true; // the recording has ended

    /// Reads all changes once; null when `progress` gave up.
    static std::shared_ptr<const GraphSource>
    read(const trace::Reader& reader, const trace::Progress& progress = {});
};

/// Sizes at 100 %, in pixels of the window.
struct GraphMetrics
{
    double boxWidth = 172;
    double line = 14; // of text
    double padding = 4; // inside a box, above and below
    double slotGap = 12; // between neighbours in a rank
    double rankGap = 24;
    double margin = 14; // around everything
};

class GraphLayout
{
public:
    GraphLayout(
        std::shared_ptr<const GraphSource> source,
        const GraphKinds& kinds,
        GraphFlow flow,
        const GraphMetrics& metrics);

    /// Takes what a growing recording brought. What stands keeps its place.
    void extend(const GraphSource& grown);

    GraphFlow flow() const { return m_flow; }
    const GraphKinds& kinds() const { return m_kinds; }
    const GraphMetrics& metrics() const { return m_metrics; }
    const trace::StableLayout& places() const { return m_slots; }
    bool has(trace::ObjectId object) const { return m_slots.of(object).height != 0; }

    /// The nearest shown object that this one belongs to; 0: it stands by itself.
    trace::ObjectId homeOf(trace::ObjectId object) const;
    trace::Place placeOf(trace::ObjectId object) const { return m_slots.of(object); }

    /// The box of an object of this kind in a column and row.
    QRectF box(trace::ObjectKind kind, std::uint32_t column, std::uint32_t row) const;
    /// What the first `rows` rows cover, margins included.
    QSizeF size(std::uint32_t rows) const;
    /// The first row in which roots of a kind may ever stand.
    std::uint32_t rootRow(trace::ObjectKind kind) const;

    /// Lines of text in a box of this kind.
    static int lines(trace::ObjectKind kind);
    /// Whether objects of this kind have a name of their own on a line of its own.
    static bool hasNameLine(trace::ObjectKind kind);

private:
    struct Entry
    {
        trace::ObjectId object = 0;
        trace::ObjectId home = 0; // in the source; may be of a kind not shown
        trace::Seq death = 0; // as far as the slots have been told
        trace::ObjectKind kind = trace::ObjectKind::None;
    };

    const Entry* entry(trace::ObjectId object) const;
    Entry* entry(trace::ObjectId object);
    trace::LayoutItem shownItem(const trace::LayoutItem& item) const;
    void noteRoot(const trace::LayoutItem& item);
    void measure(const GraphSource& source);
    double boxHeight(trace::ObjectKind kind) const;

    GraphFlow m_flow;
    GraphKinds m_kinds;
    GraphMetrics m_metrics;
    std::vector<Entry> m_entries; // all kinds, by object
    trace::StableLayout m_slots;
    std::array<double, 16> m_rankStarts {}; // by column
    std::array<std::uint32_t, std::size_t(trace::ObjectKind::Maximum)> m_rootRows {};
    double m_rankEnd = 0;
};

} // namespace rdrlab::gui
