#include "gui/models/graphscene.h"

#include "gui/models/texts.h"
#include "traces/exporters/telling.h"
#include "traces/exporters/text.h"

#include <QLocale>
#include <algorithm>

namespace rdrlab::gui {

using trace::ObjectId;
using trace::ObjectKind;

namespace {

QString number(std::uint64_t value)
{
    return QLocale().toString(qulonglong(value));
}

} // namespace

QString graphGlyph(GraphMark mark)
{
    switch (mark) {
    case GraphMark::Born:
        return QStringLiteral("+");
    case GraphMark::Changed:
        return QStringLiteral("~");
    case GraphMark::Died:
        return QStringLiteral("−");
    case GraphMark::None:
        break;
    }
    return {};
}

QString GraphPill::words() const
{
    const QString name = texts::objectKind(kind);
    return count == 1 ? GraphScene::tr("▸ %1 %2").arg(number(count), name)
                      : GraphScene::tr("▸ %1 %2s").arg(number(count), name);
}

void GraphScene::setSource(const TraceDocument* document, const GraphLayout* layout)
{
    if (document != m_document) {
        m_closed.clear();
        m_opened.clear();
        m_autoClosed.clear();
        m_kept.clear();
        m_at = 0;
        m_since = 0;
    }
    m_document = layout != nullptr ? document : nullptr;
    m_layout = layout;
    m_rows.reset();
    m_shownRows.clear();
    m_names.reset();
    if (m_document != nullptr && m_document->reader().isComplete()) {
        m_names = std::make_unique<trace::ObjectNames>(m_document->reader());
    }
    showAgain();
}

void GraphScene::show(Seq at, Seq since)
{
    m_at = at;
    m_since = since < at && at - since <= kLongestStep ? since : at == 0 ? 0 : at - 1;
    showAgain();
}

void GraphScene::showAgain()
{
    m_deltas.clear();
    m_members.clear();
    m_order.clear();
    m_nodes.clear();
    m_pills.clear();
    m_edges.clear();
    m_lines.clear();
    m_size = {};
    m_alive = 0;
    m_hiddenChanges = 0;
    if (m_document == nullptr || !m_document->isReady() || m_at == 0) {
        return;
    }
    readStep();
    collect();
    fold();
    place();
    placePills();
    connect();
}

void GraphScene::readStep()
{
    trace::changesBetween(m_document->reader(), m_since + 1, m_at, 0, m_deltas);
    for (const trace::ObjectDelta& delta : m_deltas) {
        m_hiddenChanges += !m_layout->has(delta.object) && delta.isDifferent();
    }
}

// Who shows if nothing is closed: all alive of the kinds that are shown, and those that the step
// ended, as long as nobody stands in their place.
void GraphScene::collect()
{
    const trace::Reader& reader = m_document->reader();
    const std::vector<ObjectId> alive = m_document->stateAt(m_at).alive();
    m_alive = alive.size();
    using Rows = std::map<std::uint32_t, std::uint32_t>; // first row -> row behind the last
    std::map<std::uint32_t, Rows> taken; // by column
    const auto add = [&](ObjectId id, GraphMark mark) {
        const trace::Object* object = reader.object(id);
        m_members.push_back({ id, kNothing, object != nullptr ? object->kind : ObjectKind::None,
                              mark, false, false });
    };
    for (const ObjectId id : alive) {
        const trace::Place place = m_layout->placeOf(id);
        if (place.height != 0) {
            add(id, GraphMark::None);
            taken[place.column][place.row] = place.row + place.height;
        }
    }
    for (const trace::ObjectDelta& delta : m_deltas) {
        const trace::Place place = m_layout->placeOf(delta.object);
        if (!delta.isDead || delta.isBorn || place.height == 0) {
            continue; // what came and went in one step was never seen
        }
        const Rows& column = taken[place.column];
        const auto behind = column.lower_bound(place.row + place.height);
        const bool isFree = behind == column.begin() || std::prev(behind)->second <= place.row;
        if (isFree) {
            add(delta.object, GraphMark::Died);
        }
    }
    std::sort(m_members.begin(), m_members.end(), [](const Member& a, const Member& b) {
        return a.object < b.object;
    });
    for (Member& member : m_members) {
        const trace::ObjectDelta* delta = deltaOf(member.object);
        if (member.mark == GraphMark::None && delta != nullptr) {
            member.mark = delta->isBorn ? GraphMark::Born
                : delta->isDifferent()  ? GraphMark::Changed
                                        : GraphMark::None;
        }
        ObjectId home = m_layout->homeOf(member.object);
        for (; home != 0 && memberOf(home) == kNothing; home = m_layout->homeOf(home)) { }
        member.home = home != 0 ? memberOf(home) : kNothing;
    }
    std::array<std::vector<std::size_t>, 16> byColumn;
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        byColumn[trace::layoutColumn(m_members[i].kind) % byColumn.size()].push_back(i);
    }
    for (const auto& column : byColumn) {
        m_order.insert(m_order.end(), column.begin(), column.end());
    }
    for (const ObjectId kept : m_kept) {
        for (std::size_t at = memberOf(kept); at != kNothing && !m_members[at].isKept;
             at = m_members[at].home) {
            m_members[at].isKept = true;
        }
    }
}

std::size_t GraphScene::memberOf(ObjectId object) const
{
    const auto found = std::lower_bound(
        m_members.begin(), m_members.end(), object,
        [](const Member& member, ObjectId wanted) { return member.object < wanted; });
    return found != m_members.end() && found->object == object
        ? std::size_t(found - m_members.begin())
        : kNothing;
}

GraphScene::Group GraphScene::groupOf(const Member& member) const
{
    return { member.home != kNothing ? m_members[member.home].object : 0, member.kind };
}

// Returns how many are left.
std::size_t GraphScene::hide(const std::set<Group>& closed)
{
    std::size_t left = 0;
    for (const std::size_t i : m_order) {
        Member& member = m_members[i];
        const bool isInside = member.home != kNothing && m_members[member.home].isHidden;
        member.isHidden
            = !member.isKept && (isInside || (!closed.empty() && closed.contains(groupOf(member))));
        left += !member.isHidden;
    }
    return left;
}

// What closed itself stays closed until there is clearly room for all, so that nothing opens and
// closes from step to step.
void GraphScene::fold()
{
    const std::size_t wanted = hide(m_closed);
    if (wanted <= kFewNodes) {
        m_autoClosed.clear();
        return;
    }
    std::set<Group> closed = m_closed;
    closed.insert(m_autoClosed.begin(), m_autoClosed.end());
    std::size_t left = hide(closed);
    for (std::size_t least = 1024; left > kMostNodes && least >= 2; least /= 2) {
        std::map<Group, std::size_t> sizes;
        for (const Member& member : m_members) {
            if (!member.isHidden) {
                ++sizes[groupOf(member)];
            }
        }
        for (const auto& [group, size] : sizes) {
            if (size >= least && !m_opened.contains(group)) {
                m_autoClosed.insert(group);
                closed.insert(group);
            }
        }
        left = hide(closed);
    }
}

void GraphScene::place()
{
    m_nodes.reserve(m_members.size());
    for (const Member& member : m_members) {
        if (!member.isHidden) {
            GraphNode node;
            node.object = member.object;
            node.home = member.home != kNothing ? m_members[member.home].object : 0;
            node.kind = member.kind;
            node.mark = member.mark;
            m_nodes.push_back(node);
        }
    }
    std::uint32_t rows = m_layout->places().rows();
    if (m_isCompact) {
        // Only the difference to the last event: the rows of a long trace are many.
        std::vector<ObjectId> shown;
        for (const GraphNode& node : m_nodes) {
            shown.push_back(node.object);
        }
        if (m_rows == nullptr || m_rowsOf != rows) {
            m_rows = std::make_unique<trace::CompactRows>(m_layout->places());
            m_rowsOf = rows;
            m_shownRows.clear();
        }
        std::vector<ObjectId> changed;
        std::set_difference(
            m_shownRows.begin(), m_shownRows.end(), shown.begin(), shown.end(),
            std::back_inserter(changed));
        for (const ObjectId object : changed) {
            m_rows->hide(object);
        }
        changed.clear();
        std::set_difference(
            shown.begin(), shown.end(), m_shownRows.begin(), m_shownRows.end(),
            std::back_inserter(changed));
        for (const ObjectId object : changed) {
            m_rows->show(object);
        }
        m_shownRows = std::move(shown);
        rows = m_rows->rows();
    }
    for (GraphNode& node : m_nodes) {
        const trace::Place place = m_layout->placeOf(node.object);
        node.box = m_layout->box(
            node.kind, place.column, m_isCompact ? m_rows->rowOf(place.row) : place.row);
    }
    m_size = m_layout->size(rows);
}

void GraphScene::placePills()
{
    std::map<Group, GraphPill> pills;
    std::vector<Group> pillOf(m_members.size()); // which one a hidden member is in
    for (const std::size_t i : m_order) {
        const Member& member = m_members[i];
        if (!member.isHidden) {
            continue;
        }
        const bool isInside = member.home != kNothing && m_members[member.home].isHidden;
        pillOf[i] = isInside ? pillOf[member.home] : groupOf(member);
        GraphPill& pill = pills[pillOf[i]];
        pill.home = pillOf[i].first;
        pill.kind = pillOf[i].second;
        pill.count += !isInside;
        ++pill.total;
        pill.marked += member.mark != GraphMark::None;
    }
    std::map<ObjectId, int> perHome;
    for (const auto& [group, pill] : pills) {
        ++perHome[group.first];
    }
    const GraphMetrics& metrics = m_layout->metrics();
    const double height = metrics.line + 3;
    std::map<ObjectId, int> used;
    for (auto& [group, pill] : pills) {
        const std::size_t home = group.first != 0 ? indexOf(group.first) : kNothing;
        if (home != kNothing) { // below its home, side by side
            const QRectF& box = m_nodes[home].box;
            const double width = box.width() / perHome[group.first];
            pill.box = QRectF(
                box.left() + width * used[group.first]++, box.bottom() + 2, width - 3, height);
        } else { // above where the first of them would stand
            const QRectF box = m_layout->box(
                pill.kind, trace::layoutColumn(pill.kind),
                m_isCompact ? m_rows->rowOf(m_layout->rootRow(pill.kind))
                            : m_layout->rootRow(pill.kind));
            pill.box = QRectF(box.left(), box.top() - height - 1, box.width() / 2, height);
        }
        m_size = m_size.expandedTo(
            { pill.box.right() + metrics.margin, pill.box.bottom() + metrics.margin });
        m_pills.push_back(pill);
    }
}

void GraphScene::connect()
{
    const trace::StateCursor& cursor = m_document->stateAt(m_at);
    for (std::size_t from = 0; from < m_nodes.size(); ++from) {
        const trace::ObjectDelta* delta = deltaOf(m_nodes[from].object);
        for (const trace::FieldState& known : cursor.packed(m_nodes[from].object).fields) {
            if (known.value.type != trace::Value::Type::Object) {
                continue;
            }
            const std::size_t to = indexOf(ObjectId(known.value.number));
            if (to == kNothing || to == from) {
                continue;
            }
            GraphEdge edge;
            edge.from = from;
            edge.to = to;
            edge.field = known.field;
            edge.isHome = m_nodes[from].home == m_nodes[to].object
                || m_nodes[to].home == m_nodes[from].object;
            edge.isChanged = delta != nullptr && !delta->isBorn
                && std::any_of(delta->fields.begin(), delta->fields.end(),
                               [&](const trace::FieldDelta& field) {
                                   return field.field == known.field && field.before != field.after;
                               });
            m_edges.push_back(edge);
        }
    }
}

void GraphScene::setClosed(ObjectId home, ObjectKind kind, bool closed)
{
    const Group group(home, kind);
    if (closed) {
        m_closed.insert(group);
        m_opened.erase(group);
    } else {
        m_closed.erase(group);
        m_autoClosed.erase(group);
        m_opened.insert(group);
    }
}

bool GraphScene::toggle(ObjectId home)
{
    std::map<ObjectKind, bool> kinds; // whether some of this kind show
    for (const Member& member : m_members) {
        if (member.home != kNothing && m_members[member.home].object == home) {
            kinds[member.kind] |= !member.isHidden;
        }
    }
    const bool isOpen
        = std::any_of(kinds.begin(), kinds.end(), [](const auto& kind) { return kind.second; });
    for (const auto& [kind, shows] : kinds) {
        setClosed(home, kind, isOpen);
    }
    return !kinds.empty();
}

void GraphScene::openAll()
{
    m_closed.clear();
    m_autoClosed.clear();
    m_opened.clear();
}

std::size_t GraphScene::indexOf(ObjectId object) const
{
    const auto found = std::lower_bound(
        m_nodes.begin(), m_nodes.end(), object,
        [](const GraphNode& node, ObjectId wanted) { return node.object < wanted; });
    return found != m_nodes.end() && found->object == object ? std::size_t(found - m_nodes.begin())
                                                             : kNothing;
}

const trace::ObjectDelta* GraphScene::deltaOf(ObjectId object) const
{
    const auto found = std::lower_bound(
        m_deltas.begin(), m_deltas.end(), object,
        [](const trace::ObjectDelta& delta, ObjectId wanted) { return delta.object < wanted; });
    return found != m_deltas.end() && found->object == object ? &*found : nullptr;
}

std::size_t GraphScene::count(GraphMark mark) const
{
    return std::size_t(std::count_if(m_members.begin(), m_members.end(), [&](const Member& member) {
        return member.mark == mark;
    }));
}

const trace::ObjectState& GraphScene::stateOf(ObjectId object) const
{
    return m_document->stateAt(m_at).of(object);
}

std::optional<std::int32_t> GraphScene::referencesOf(ObjectId object) const
{
    return m_document->stateAt(m_at).packed(object).references;
}

const std::vector<GraphLine>& GraphScene::linesOf(ObjectId object) const
{
    const auto [at, isNew] = m_lines.try_emplace(object);
    std::vector<GraphLine>& lines = at->second;
    if (!isNew || m_document == nullptr) {
        return lines;
    }
    const trace::Reader& reader = m_document->reader();
    const trace::ObjectDelta* delta = deltaOf(object);
    const ObjectId home = m_layout->homeOf(object);
    for (const auto& [field, value] : stateOf(object).fields) {
        const std::string_view name = reader.string(field);
        GraphLine line;
        line.field = field;
        line.key = texts::foreign(name);
        line.full = texts::foreign(value.print());
        line.value = texts::foreign(trace::shortValue(value));
        line.target = value.object;
        if (delta != nullptr) {
            const auto change = std::find_if(
                delta->fields.begin(), delta->fields.end(),
                [field = field](const trace::FieldDelta& each) { return each.field == field; });
            const bool isTold = change != delta->fields.end() && change->before != change->after;
            line.isNew = isTold && change->before.type == trace::Value::Type::None;
            line.isChanged = isTold && !(line.isNew && delta->isBorn);
            if (isTold && !line.isNew) {
                line.before = texts::foreign(trace::shortValue(change->before));
                line.fullBefore = texts::foreign(change->before.print());
            }
        }
        // References stand in the box's head, and the line of ownership says where it belongs.
        const bool isSaid = name == "NodeReferenceCount" || name == "ReferenceCount"
            || (value.object != 0 && value.object == home);
        const bool isEmpty = line.value.isEmpty() || line.value == QLatin1String("0")
            || line.value == QLatin1String("FALSE");
        const std::size_t last = trace::tellingFields();
        const std::size_t telling = trace::tellingRank(name);
        line.rank = line.isChanged && !isSaid ? 0
            : isSaid                          ? last + 4
            : isEmpty                         ? last + 3
            : telling < last                  ? telling + 1
            : value.object != 0               ? last + 1
                                              : last + 2;
        lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end(), [](const GraphLine& a, const GraphLine& b) {
        return a.rank != b.rank ? a.rank < b.rank : a.key < b.key;
    });
    return lines;
}

QString GraphScene::nameOf(ObjectId object) const
{
    if (m_document == nullptr) {
        return {};
    }
    if (m_names == nullptr) {
        return texts::shortObject(m_document->reader(), object);
    }
    const std::string canonical = m_names->at(object, m_at);
    const trace::NameParts parts = trace::nameParts(canonical);
    return texts::foreign(parts.name.empty() ? parts.kind : parts.name);
}

QString GraphScene::titleOf(ObjectId object) const
{
    const trace::Object* known
        = m_document != nullptr ? m_document->reader().object(object) : nullptr;
    if (known == nullptr) {
        return {};
    }
    const QString kind = texts::objectKind(known->kind);
    const QString name = nameOf(object);
    return name.startsWith(kind)            ? name
        : name.startsWith(QLatin1Char('#')) ? kind + name
                                            : kind + QLatin1Char(' ') + name;
}

QString GraphScene::describe(ObjectId object) const
{
    const trace::Object* known
        = m_document != nullptr ? m_document->reader().object(object) : nullptr;
    if (known == nullptr) {
        return {};
    }
    QStringList facts { titleOf(object) };
    facts += known->death != 0
        ? tr("born #%1, dies #%2").arg(number(known->birth), number(known->death))
        : tr("born #%1, alive at the end").arg(number(known->birth));
    if (const auto references = referencesOf(object)) {
        const trace::ObjectDelta* delta = deltaOf(object);
        const bool isTold
            = delta != nullptr && delta->countBefore && delta->countBefore != references;
        facts += isTold ? tr("~ references: %1 → %2").arg(*delta->countBefore).arg(*references)
                        : tr("references: %1").arg(*references);
    }
    std::vector<GraphLine> lines = linesOf(object);
    std::sort(lines.begin(), lines.end(), [](const GraphLine& a, const GraphLine& b) {
        return a.isChanged != b.isChanged ? a.isChanged : a.key < b.key;
    });
    for (const GraphLine& line : lines) {
        const QString value = line.full.isEmpty() ? QStringLiteral("–") : line.full;
        facts += !line.isChanged ? line.key + QStringLiteral(": ") + value
            : line.isNew         ? tr("~ %1: (new) → %2").arg(line.key, value)
                                 : tr("~ %1: %2 → %3").arg(line.key, line.fullBefore, value);
    }
    return facts.join(QLatin1Char('\n'));
}

QString GraphScene::summary() const
{
    if (m_document == nullptr || m_at == 0) {
        return {};
    }
    QStringList parts;
    const auto part = [&](GraphMark mark, auto words) {
        const auto n = int(count(mark));
        if (n != 0) {
            parts += graphGlyph(mark) + words(n);
        }
    };
    part(GraphMark::Born, [](int n) { return tr("%n born", nullptr, n); });
    part(GraphMark::Changed, [](int n) { return tr("%n changed", nullptr, n); });
    part(GraphMark::Died, [](int n) { return tr("%n died", nullptr, n); });
    if (m_hiddenChanges != 0) {
        parts += tr("%n on kinds not shown", nullptr, int(m_hiddenChanges));
    }
    const QString where = m_since + 1 == m_at
        ? tr("#%1").arg(number(m_at))
        : tr("#%1–#%2").arg(number(m_since + 1), number(m_at));
    return tr("%1: %2").arg(
        where, parts.isEmpty() ? tr("changes no object") : parts.join(QStringLiteral(", ")));
}

} // namespace rdrlab::gui
