#include "traces/exporters/picture.h"

#include "traces/exporters/telling.h"
#include "traces/exporters/text.h"
#include "traces/query/state.h"

#include <algorithm>
#include <map>
#include <set>

namespace rdrlab::trace {

namespace {

// Lines of a box: fewer where there are many boxes. A box of a pinned drawing is always as high as
// with kMostLines, whatever it holds at the moment.
constexpr std::size_t kMostLines = 6;
constexpr std::size_t kFewLines = 3; // from kManyNodes boxes on
constexpr std::size_t kManyNodes = 60;
constexpr std::uint32_t kGapRows = 1;
constexpr std::uint32_t kFoldedRows = 1;

class Maker
{
public:
    Maker(const Reader& reader, const PictureOptions& options)
        : m_reader(reader)
        , m_options(options)
        , m_cursor(reader)
        , m_names(reader)
    {
        m_options.at = std::min(options.at, reader.lastSeq());
    }

    std::optional<Picture> make();

private:
    struct Step // what the event did to one object
    {
        std::map<StringId, FieldValue> before; // of fields that changed
        std::int32_t references = 0;
    };

    bool readStep();
    void choose();
    void keepAround();
    void fold();
    void makeNode(const LayoutItem& item);
    void makeLines(PictureNode& node, const ObjectState& state);
    void makeEdges();
    void chooseLines(PictureNode& node);
    void place();
    void describe();

    bool isShown(ObjectId object) const { return m_shown.contains(object); }
    std::size_t indexOf(ObjectId object) const
    {
        const auto found = m_index.find(object);
        return found != m_index.end() ? found->second : SIZE_MAX;
    }

    const Reader& m_reader;
    PictureOptions m_options;
    StateCursor m_cursor;
    ObjectNames m_names;
    std::map<ObjectId, Step> m_steps;
    std::vector<LayoutItem> m_items; // all of the trace, in order of object
    std::map<ObjectId, const LayoutItem*> m_shown;
    std::map<ObjectId, std::uint32_t> m_folded; // the first of a fold -> how many
    std::map<ObjectId, std::size_t> m_index;
    std::set<std::pair<std::size_t, std::size_t>> m_homeEdges;
    Picture m_picture;
};

bool Maker::readStep()
{
    const Seq at = m_options.at;
    m_picture.at = at;
    if (!m_cursor.moveTo(at)) {
        return false;
    }
    return m_reader.changes(at, at, [&](const FieldChange& change) {
        m_steps[change.object].before[change.field] = change.before;
        return true;
    }) && m_reader.references(at, at, [&](const Reference& reference) {
        m_steps[reference.object].references += reference.delta;
        return true;
    });
}

void Maker::choose()
{
    m_items = layoutItems(m_reader);
    std::map<ObjectId, const LayoutItem*> hidden;
    for (const LayoutItem& item : m_items) {
        const Object* object = m_reader.object(item.object);
        const bool lives = object != nullptr && object->birth <= m_options.at
            && (object->death == 0 || object->death >= m_options.at);
        if (lives) {
            const bool isWanted
                = m_options.everything || m_options.around != 0 || isPicturedKind(object->kind);
            (isWanted ? m_shown : hidden).emplace(item.object, &item);
        }
    }
    if (m_shown.empty()) {
        m_shown.swap(hidden); // the time before the first file: drivers start
    }
    m_picture.leftOut = hidden.size();
    if (m_options.around != 0) {
        keepAround();
    }
}

void Maker::keepAround()
{
    std::set<ObjectId> kept { m_options.around };
    const auto homeOf = [&](ObjectId object) -> ObjectId {
        const auto found = m_shown.find(object);
        return found != m_shown.end() ? found->second->home : 0;
    };
    const auto keepUp = [&](ObjectId object) { // columns fall, so this ends
        for (ObjectId home = object; home != 0 && isShown(home); home = homeOf(home)) {
            kept.insert(home);
        }
    };
    keepUp(m_options.around);
    std::vector<ObjectId> byColumn;
    for (const auto& [object, item] : m_shown) {
        byColumn.push_back(object);
    }
    std::stable_sort(byColumn.begin(), byColumn.end(), [&](ObjectId a, ObjectId b) {
        return m_shown[a]->column < m_shown[b]->column;
    });
    std::set<ObjectId> inside { m_options.around };
    for (const ObjectId object : byColumn) {
        if (inside.contains(homeOf(object))) {
            inside.insert(object);
        }
    }
    std::set<ObjectId> near;
    for (const auto& [object, item] : m_shown) {
        for (const auto& [field, value] : m_cursor.of(object).fields) {
            if (value.object != 0 && inside.contains(object)) {
                near.insert(value.object);
            } else if (value.object == m_options.around) {
                near.insert(object);
            }
        }
    }
    kept.insert(inside.begin(), inside.end());
    for (const ObjectId object : near) {
        const Object* known = m_reader.object(object);
        if (known != nullptr && isPicturedKind(known->kind)) {
            keepUp(object);
        }
    }
    std::erase_if(m_shown, [&](const auto& each) { return !kept.contains(each.first); });
    m_picture.leftOut = 0;
}

// Of those alike at one home only the first few stay, so that the whole is a picture.
void Maker::fold()
{
    for (std::size_t few = 32; m_shown.size() > m_options.most && few != 0; few /= 2) {
        std::map<std::pair<ObjectId, ObjectKind>, std::vector<ObjectId>> alike;
        for (const auto& [object, item] : m_shown) {
            const ObjectKind kind = m_reader.object(object)->kind;
            alike[{ isShown(item->home) ? item->home : 0, kind }].push_back(object);
        }
        std::set<ObjectId> gone;
        m_folded.clear();
        for (const auto& [key, objects] : alike) {
            if (objects.size() > few + 1) {
                gone.insert(objects.begin() + long(few), objects.end());
                m_folded[objects[few]] = std::uint32_t(objects.size() - few);
            }
        }
        std::vector<const LayoutItem*> byColumn;
        for (const auto& [object, item] : m_shown) {
            byColumn.push_back(item);
        }
        std::stable_sort(byColumn.begin(), byColumn.end(), [](const auto* a, const auto* b) {
            return a->column < b->column;
        });
        for (const LayoutItem* item : byColumn) {
            if (gone.contains(item->home)) {
                gone.insert(item->object);
                m_folded.erase(item->object);
            }
        }
        std::map<ObjectId, const LayoutItem*> left;
        for (const auto& [object, item] : m_shown) {
            if (!gone.contains(object) || m_folded.contains(object)) {
                left.emplace(object, item);
            }
        }
        if (left.size() <= m_options.most || few == 1) {
            m_shown.swap(left);
            return;
        }
    }
}

void Maker::makeLines(PictureNode& node, const ObjectState& state)
{
    const auto step = m_steps.find(node.object);
    for (const auto& [field, value] : state.fields) {
        PictureLine line;
        line.key = m_reader.string(field);
        line.value = shortValue(value);
        line.target = value.object;
        if (step != m_steps.end()) {
            const auto before = step->second.before.find(field);
            line.isChanged = before != step->second.before.end();
            if (line.isChanged) {
                line.value = valueDifference(shortValue(before->second), line.value);
            }
        }
        node.all.push_back(std::move(line));
    }
    std::sort(node.all.begin(), node.all.end(), [](const PictureLine& a, const PictureLine& b) {
        return a.key < b.key;
    });
}

void Maker::makeNode(const LayoutItem& item)
{
    const Object& object = *m_reader.object(item.object);
    PictureNode node;
    node.object = item.object;
    node.kind = object.kind;
    node.canonical = m_names.at(item.object, m_options.at);
    const auto folded = m_folded.find(item.object);
    if (folded != m_folded.end()) {
        node.folded = folded->second;
    } else {
        const NameParts parts = nameParts(node.canonical);
        node.name = parts.name.empty() ? parts.kind : parts.name;
        const ObjectState& state = m_cursor.of(item.object);
        node.references = state.references;
        const auto step = m_steps.find(item.object);
        node.referencesDelta = step != m_steps.end() ? step->second.references : 0;
        node.mark = object.death == m_options.at && object.death != 0 ? PictureNode::Mark::Died
            : object.birth == m_options.at                            ? PictureNode::Mark::Born
            : step != m_steps.end()                                   ? PictureNode::Mark::Changed
                                                                      : PictureNode::Mark::None;
        makeLines(node, state);
    }
    m_index.emplace(item.object, m_picture.nodes.size());
    m_picture.nodes.push_back(std::move(node));
}

void Maker::makeEdges()
{
    std::vector<PictureEdge>& edges = m_picture.edges;
    for (const auto& [object, item] : m_shown) {
        const std::size_t from = indexOf(object);
        const std::size_t home = indexOf(item->home);
        const Object& known = *m_reader.object(object);
        // A file object stands beside its FOBX before it points to it.
        const bool isOwned = known.owner == item->home || known.kind == ObjectKind::Irp;
        if (home != SIZE_MAX && (isOwned || m_picture.nodes[from].folded != 0)) {
            edges.push_back({ from, home, {}, SIZE_MAX, true, false, false });
            m_homeEdges.emplace(from, home);
        }
    }
    for (std::size_t from = 0; from < m_picture.nodes.size(); ++from) {
        for (const PictureLine& line : m_picture.nodes[from].all) {
            const std::size_t to = line.target != 0 ? indexOf(line.target) : SIZE_MAX;
            if (to == SIZE_MAX || to == from || m_picture.nodes[to].folded != 0) {
                continue;
            }
            const auto item = m_shown.find(m_picture.nodes[from].object);
            const bool isHome = item->second->home == line.target;
            if (m_homeEdges.contains({ from, to }) || m_homeEdges.contains({ to, from })) {
                continue; // drawn already; the field says so in the list of all fields
            }
            // Both directions of a pair that stands side by side need one line only.
            const bool isBack
                = std::any_of(edges.begin(), edges.end(), [&](const PictureEdge& edge) {
                      return edge.isHome && edge.from == to && edge.to == from;
                  });
            if (isBack) {
                continue;
            }
            edges.push_back({ from, to, line.key, SIZE_MAX, isHome, true, line.isChanged });
        }
    }
    // FOBX.AssociatedFileObject beside FILE_OBJECT.FsContext2: keep the one that belongs.
    std::set<std::pair<std::size_t, std::size_t>> homes;
    for (const PictureEdge& edge : edges) {
        if (edge.isHome) {
            homes.emplace(edge.from, edge.to);
        }
    }
    std::erase_if(edges, [&](const PictureEdge& edge) {
        return !edge.isHome && homes.contains({ edge.to, edge.from });
    });
}

// The lines a box shows: pointers that are drawn, what changed, what tells most.
void Maker::chooseLines(PictureNode& node)
{
    const std::size_t self = indexOf(node.object);
    const auto isDrawn = [&](const PictureLine& line) {
        return std::any_of(
            m_picture.edges.begin(), m_picture.edges.end(), [&](const PictureEdge& edge) {
                return edge.from == self && edge.isPointer && edge.field == line.key;
            });
    };
    std::vector<std::pair<std::size_t, const PictureLine*>> ranked;
    for (const PictureLine& line : node.all) {
        const bool isCount = line.key == "NodeReferenceCount" || line.key == "ReferenceCount";
        const std::size_t rank = m_options.everything ? 0
            : line.isChanged && !isCount              ? 0
            : isDrawn(line)                           ? tellingFields()
                                                      : 1 + tellingRank(line.key);
        const bool isEmpty = line.value.empty() || line.value == "0" || line.value == "FALSE";
        if (rank <= tellingFields() && (!isEmpty || line.isChanged || m_options.everything)) {
            ranked.emplace_back(rank, &line);
        }
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    const bool isDense = m_picture.nodes.size() >= kManyNodes && !m_options.isPinned;
    const std::size_t most = isDense ? kFewLines : kMostLines;
    if (!m_options.everything && ranked.size() > most) {
        // What changed stays, and where there is room the pointers: their lines are where the
        // arrows begin.
        for (std::size_t i = ranked.size(); i-- > 0 && ranked.size() > most;) {
            if (ranked[i].first != 0 && (isDense || ranked[i].first != tellingFields())) {
                ranked.erase(ranked.begin() + long(i));
            }
        }
        ranked.resize(std::min(ranked.size(), 2 * kMostLines));
    }
    if (m_options.isPinned) {
        ranked.resize(std::min(ranked.size(), kMostLines));
    }
    for (const auto& [rank, line] : ranked) {
        node.lines.push_back(*line);
    }
    for (PictureEdge& edge : m_picture.edges) {
        for (std::size_t i = 0; edge.from == self && i < node.lines.size(); ++i) {
            if (edge.isPointer && node.lines[i].key == edge.field) {
                edge.line = i;
            }
        }
    }
}

void Maker::place()
{
    std::map<ObjectId, std::uint32_t> heights;
    for (const PictureNode& node : m_picture.nodes) {
        const std::size_t name = node.name.empty() || node.name.starts_with("#") ? 0 : 1;
        heights[node.object] = kGapRows
            + (node.folded != 0 ? kFoldedRows : std::uint32_t(1 + name + node.lines.size()));
    }
    for (LayoutItem& item : m_items) {
        const auto height = heights.find(item.object);
        item.height = m_options.isPinned ? std::uint32_t(kGapRows + 2 + kMostLines)
            : height != heights.end()    ? height->second
                                         : 1;
    }
    const StableLayout layout(m_items);
    CompactRows compact(layout);
    for (const PictureNode& node : m_picture.nodes) {
        compact.show(node.object);
    }
    for (PictureNode& node : m_picture.nodes) {
        node.place = layout.of(node.object);
        if (!m_options.isPinned) {
            node.place.row = compact.rowOf(node.place.row);
        }
        node.place.height = heights[node.object] - kGapRows;
    }
    m_picture.rows = m_options.isPinned ? layout.rows() : compact.rows();
}

void Maker::describe()
{
    m_picture.title = traceTitle(m_reader);
    m_reader.events(m_options.at, m_options.at, [&](const Event& event) {
        m_picture.event = eventLine(m_reader, m_names, event);
        m_picture.timeNs = event.timeNs;
        return false;
    });
}

std::optional<Picture> Maker::make()
{
    if (!readStep()) {
        return std::nullopt;
    }
    choose();
    fold();
    for (const auto& [object, item] : m_shown) {
        makeNode(*item);
    }
    makeEdges();
    for (PictureNode& node : m_picture.nodes) {
        chooseLines(node);
    }
    place();
    describe();
    if (!m_reader.error().empty()) {
        return std::nullopt;
    }
    return std::move(m_picture);
}

} // namespace

std::optional<Picture> makePicture(const Reader& reader, const PictureOptions& options)
{
    return Maker(reader, options).make();
}

Seq busiestEvent(const Reader& reader, Seq from, Seq until)
{
    until = std::min(until, reader.lastSeq());
    std::map<Seq, int> steps; // how many more are open from here on
    for (const Object& object : reader.objects()) {
        if (pictureFamily(object.kind) == "file" || object.kind == ObjectKind::File) {
            const Seq death = object.death != 0 ? object.death : UINT64_MAX;
            if (object.birth <= until && death > from) {
                ++steps[std::max(object.birth, from)];
                --steps[death];
            }
        }
    }
    // The last event of the time in which most is open: by then all is told about it.
    int open = 0;
    int most = 0;
    Seq best = until;
    for (auto step = steps.begin(); step != steps.end() && step->first <= until; ++step) {
        open += step->second;
        if (open > most) {
            most = open;
            const auto next = std::next(step);
            best = next != steps.end() ? std::min(next->first - 1, until) : until;
        }
    }
    return best;
}

std::string_view pictureFamily(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::SrvCall:
    case ObjectKind::NetRoot:
    case ObjectKind::VNetRoot:
        return "server";
    case ObjectKind::Fcb:
    case ObjectKind::SrvOpen:
    case ObjectKind::Fobx:
        return "file";
    case ObjectKind::File:
    case ObjectKind::Handle:
    case ObjectKind::CacheMap:
        return "handle";
    case ObjectKind::Irp:
    case ObjectKind::RxContext:
        return "request";
    case ObjectKind::Connection:
    case ObjectKind::Session:
    case ObjectKind::Tree:
    case ObjectKind::Exchange:
        return "wire";
    case ObjectKind::MupPrefix:
    case ObjectKind::MupFile:
        return "mup";
    default:
        return "kernel";
    }
}

std::string traceTitle(const Reader& reader)
{
    std::string title = reader.meta("scenario", "recording");
    title.resize(std::min(title.find('\n'), title.size()));
    if (!reader.meta("seed").empty()) {
        title += " · seed " + reader.meta("seed");
    }
    return title;
}

std::string spacedName(std::string canonical)
{
    const std::size_t colon = canonical.find(':');
    if (colon != canonical.npos) {
        canonical[colon] = ' ';
    }
    return canonical;
}

std::string subjectOf(const Reader& reader, const ObjectNames& names, const Span& call)
{
    constexpr Seq kFar = 40; // events to look at
    std::string subject;
    reader.events(call.id + 1, call.id + kFar, [&](const Event& event) {
        const Object* object = reader.object(event.object);
        if (event.span == call.id && object != nullptr && object->kind == ObjectKind::File) {
            subject = nameParts(names.at(event.object, event.seq)).name;
        }
        return subject.empty();
    });
    return subject;
}

bool isRefusal(std::int32_t status)
{
    constexpr std::uint32_t kMoreProcessingRequired = 0xC0000016;
    return status < 0 && std::uint32_t(status) != kMoreProcessingRequired;
}

std::string eventLine(const Reader& reader, const ObjectNames& names, const Event& event)
{
    std::string line;
    const auto add = [&](std::string_view words) {
        line += words.empty() ? "" : (line.empty() ? "" : " · ") + std::string(words);
    };
    add(reader.processName(event.process));
    add(layerName(event.layer));
    add(eventKindName(event.kind));
    add(event.routine != 0 ? reader.string(event.routine) : std::string_view());
    add(event.object != 0 ? names.at(event.object, event.seq) : std::string());
    add(event.text != 0 ? reader.string(event.text) : std::string_view());
    add(event.hasStatus ? statusText(event.status) : std::string());
    return line;
}

} // namespace rdrlab::trace
