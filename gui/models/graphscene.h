// The object graph at one event: which objects show, what stands in each, what points to what, and
// what the step to this event did to them.
//
// No widgets: the canvas, its twin for screen readers and the exports show the same scene. One
// window, one thread. Costs the objects alive at the event; what stands in a box is only looked up
// when it is asked for.
#pragma once

#include "gui/models/document.h"
#include "gui/models/graphlayout.h"
#include "traces/query/changes.h"

#include <QCoreApplication>
#include <map>
#include <set>
#include <unordered_map>

namespace rdrlab::gui {

enum class GraphMark : std::uint8_t
{
    None,
    Born,
    Changed,
    Died // in this step: it is shown for the last time
};

/// "+", "~", "−" or nothing: the cue beside the colour.
QString graphGlyph(GraphMark mark);

struct GraphNode
{
    trace::ObjectId object = 0;
    trace::ObjectId home = 0; // the shown object it belongs to; 0: none
    trace::ObjectKind kind = trace::ObjectKind::None;
    GraphMark mark = GraphMark::None;
    QRectF box; // at 100 %
};

/// Closed sub-trees of one kind at one home.
struct GraphPill
{
    trace::ObjectId home = 0; // 0: of those that stand by themselves
    trace::ObjectKind kind = trace::ObjectKind::None;
    std::uint32_t count = 0; // objects of this kind that it stands for
    std::uint32_t total = 0; // with what belongs to them
    std::uint32_t marked = 0; // of those, born, changed or dead in this step
    QRectF box;

    QString words() const; // "37 FCBs"
};

struct GraphEdge
{
    std::size_t from = 0; // index of a node: who has the field
    std::size_t to = 0;
    trace::StringId field = 0;
    bool isHome = false; // the two stand side by side; the line of ownership says it
    bool isChanged = false;
};

struct GraphLine
{
    trace::StringId field = 0;
    QString key;
    QString value; // short
    QString before; // short; only when it changed
    QString full; // the value as recorded
    QString fullBefore;
    trace::ObjectId target = 0;
    bool isChanged = false;
    bool isNew = false; // it had no value before
    std::size_t rank = 0; // how well it tells the object's story; 0 the best
};

class GraphScene
{
    Q_DECLARE_TR_FUNCTIONS(GraphScene)
public:
    static constexpr std::size_t kMostNodes = 300; // of more, sub-trees close by themselves
    static constexpr std::size_t kFewNodes = 200; // from here down they open again
    static constexpr Seq kLongestStep = 4096; // events; beyond that only the last one is told

    /// Both borrowed until the next call; the document must be ready. Null: nothing to show.
    void setSource(const TraceDocument* document, const GraphLayout* layout);

    /// Shows the objects after event `at`, and what the events behind `since` did; a step that is
    /// longer than kLongestStep or goes backwards counts as the last event alone.
    void show(Seq at, Seq since);
    /// The same event once more, after something below changed.
    void showAgain();

    void setCompact(bool compact) { m_isCompact = compact; }
    bool isCompact() const { return m_isCompact; }
    /// These and what they belong to are shown even inside closed sub-trees.
    void setKept(std::set<trace::ObjectId> kept) { m_kept = std::move(kept); }
    void setClosed(trace::ObjectId home, trace::ObjectKind kind, bool closed);
    /// Closes or opens all that belongs to an object; returns false when nothing does.
    bool toggle(trace::ObjectId home);
    void openAll();

    Seq at() const { return m_at; }
    Seq since() const { return m_since; } // the step is the events behind it
    const std::vector<GraphNode>& nodes() const { return m_nodes; } // by object
    const std::vector<GraphPill>& pills() const { return m_pills; }
    const std::vector<GraphEdge>& edges() const { return m_edges; }
    QSizeF size() const { return m_size; }
    std::size_t alive() const { return m_alive; } // of all kinds
    std::size_t hiddenChanges() const { return m_hiddenChanges; } // to kinds not shown

    static constexpr std::size_t kNothing = SIZE_MAX;
    std::size_t indexOf(trace::ObjectId object) const; // among nodes(); kNothing: not shown
    const trace::ObjectDelta*
    deltaOf(trace::ObjectId object) const; // null: this step left it alone
    std::size_t count(GraphMark mark) const; // of nodes and in pills

    /// Its fields, those that changed first, then the telling ones. Valid until the next show().
    const std::vector<GraphLine>& linesOf(trace::ObjectId object) const;
    std::optional<std::int32_t> referencesOf(trace::ObjectId object) const;
    /// "\lab\public\readme.txt", "#14": the name at this event, without its kind.
    QString nameOf(trace::ObjectId object) const;
    /// Kind and name.
    QString titleOf(trace::ObjectId object) const;
    /// All that is known, one fact a line: for tips and for the clipboard.
    QString describe(trace::ObjectId object) const;
    /// What the step did, in one line.
    QString summary() const;

    const TraceDocument* document() const { return m_document; }
    const GraphLayout* layout() const { return m_layout; }

private:
    using Group = std::pair<trace::ObjectId, trace::ObjectKind>; // home, kind
    struct Member
    {
        trace::ObjectId object = 0;
        std::size_t home = kNothing; // index of a member
        trace::ObjectKind kind = trace::ObjectKind::None;
        GraphMark mark = GraphMark::None;
        bool isKept = false;
        bool isHidden = false;
    };

    void readStep();
    void collect();
    std::size_t memberOf(trace::ObjectId object) const;
    Group groupOf(const Member& member) const;
    std::size_t hide(const std::set<Group>& closed);
    void fold();
    void place();
    void placePills();
    void connect();
    const trace::ObjectState& stateOf(trace::ObjectId object) const;

    const TraceDocument* m_document = nullptr;
    const GraphLayout* m_layout = nullptr;
    std::unique_ptr<trace::ObjectNames> m_names; // of a finished recording only
    Seq m_at = 0;
    Seq m_since = 0;
    bool m_isCompact = false;
    std::set<trace::ObjectId> m_kept;
    std::set<Group> m_closed; // by the person
    std::set<Group> m_opened; // by the person
    std::set<Group> m_autoClosed;

    std::vector<trace::ObjectDelta> m_deltas; // by object
    std::vector<Member> m_members; // by object
    std::vector<std::size_t> m_order; // of members, homes first
    std::vector<GraphNode> m_nodes;
    std::vector<GraphPill> m_pills;
    std::vector<GraphEdge> m_edges;
    QSizeF m_size;
    std::unique_ptr<trace::CompactRows> m_rows; // of the event before
    std::uint32_t m_rowsOf = 0; // rows of the layout they were made for
    std::vector<trace::ObjectId> m_shownRows; // whose rows are counted, by id
    std::size_t m_alive = 0;
    std::size_t m_hiddenChanges = 0;
    mutable std::unordered_map<trace::ObjectId, std::vector<GraphLine>> m_lines; // looked up only
};

} // namespace rdrlab::gui
