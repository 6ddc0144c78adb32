#include "gui/models/graphwhy.h"

#include "gui/models/texts.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace rdrlab::gui {

using trace::Holder;
using trace::ObjectId;

namespace {

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Why)
public:
    explicit Words(const trace::Reader& reader)
        : m_reader(reader)
    {
    }

    QString holder(const Holder& holder) const
    {
        switch (holder.kind) {
        case Holder::Kind::Object:
            return texts::object(m_reader, holder.object);
        case Holder::Kind::Table:
            return tr("the %1").arg(texts::foreign(m_reader.string(holder.name)));
        case Holder::Kind::Call:
            return tr("the call %1").arg(call(holder.span));
        case Holder::Kind::Nobody:
            return tr("nobody any more");
        case Holder::Kind::Opening:
            return tr("references older than their record");
        }
        return {};
    }

    // The reason of the reference, the member that points there, or that it is the owner.
    QString how(const trace::Hold& hold) const
    {
        QStringList parts;
        if (hold.taken.seq != 0) {
            parts += hold.taken.reason == trace::kCreationReason
                ? tr("reference: its creation")
                : tr("reference: %1").arg(texts::foreign(m_reader.string(hold.taken.reason)));
        }
        if (hold.field != 0) {
            parts += QStringLiteral(".") + texts::foreign(m_reader.string(hold.field));
        }
        if (hold.isOwner) {
            parts += tr("owns it");
        }
        if (hold.count > 1) {
            parts += QStringLiteral("×%1").arg(hold.count);
        }
        return parts.join(QStringLiteral(", "));
    }

    QString shortHow(const trace::Hold& hold) const
    {
        if (hold.taken.seq != 0) {
            return hold.taken.reason == trace::kCreationReason
                ? tr("creation")
                : texts::foreign(m_reader.string(hold.taken.reason));
        }
        return hold.field != 0 ? texts::foreign(m_reader.string(hold.field))
            : hold.isOwner     ? tr("owns")
                               : QString();
    }

    QString call(trace::SpanId span) const
    {
        const std::optional<trace::Span> found = m_reader.span(span);
        return found ? texts::routine(m_reader, found->routine)
                + QStringLiteral(" #%1").arg(QLocale().toString(qulonglong(span)))
                     : QStringLiteral("?");
    }

private:
    const trace::Reader& m_reader;
};

ObjectId objectOf(const Holder& holder)
{
    return holder.kind == Holder::Kind::Object ? holder.object : 0;
}

} // namespace

WhyOverlay overlayOf(const trace::Reader& reader, const trace::Why& why)
{
    const Words words(reader);
    WhyOverlay overlay;
    overlay.object = why.object;
    std::set<std::pair<Holder, ObjectId>> drawn;
    bool isMain = true;
    for (const trace::RetainingPath& path : why.paths) {
        for (std::size_t i = 0; i < path.holds.size(); ++i) {
            const Holder& holder = path.nodes[i];
            const ObjectId held = objectOf(path.nodes[i + 1]);
            overlay.nodes.insert(held);
            if (holder.kind == Holder::Kind::Object) {
                overlay.nodes.insert(holder.object);
            }
            if (!drawn.emplace(holder, held).second) {
                continue;
            }
            WhyOverlay::Step step;
            step.holder = objectOf(holder);
            step.held = held;
            step.words = step.holder != 0 ? words.shortHow(path.holds[i]) : words.holder(holder);
            step.isMain = isMain;
            overlay.steps.push_back(std::move(step));
        }
        isMain = false;
    }
    // What nobody answers for any more is no path's root, and just what one looks for.
    for (const trace::Hold& hold : why.holds) {
        if (hold.holder.kind != Holder::Kind::Object
            && drawn.emplace(hold.holder, why.object).second) {
            overlay.steps.push_back({ 0, why.object, words.holder(hold.holder), false });
        }
    }
    for (const Holder& dominator : why.dominators) {
        if (dominator.kind == Holder::Kind::Object) {
            overlay.dominators.insert(dominator.object);
        }
    }
    return overlay;
}

WhyModel::WhyModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

std::size_t WhyModel::add(std::size_t parent, QString who, QString how, Seq seq, ObjectId object)
{
    Row row;
    row.who = std::move(who);
    row.how = std::move(how);
    row.seq = seq;
    row.object = object;
    row.parent = parent;
    std::vector<std::size_t>& siblings = parent != 0 ? m_rows[parent - 1].children : m_parts;
    row.place = int(siblings.size());
    siblings.push_back(m_rows.size());
    m_rows.push_back(std::move(row));
    return m_rows.size(); // index + 1
}

void WhyModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_parts.clear();
    m_headline.clear();
    endResetModel();
}

void WhyModel::show(const trace::Reader& reader, const trace::Why& why)
{
    beginResetModel();
    m_rows.clear();
    m_parts.clear();
    const Words words(reader);
    const QString name = texts::object(reader, why.object);
    if (!why.isAlive) {
        m_headline = tr("%1 is not alive at this event; nobody holds it.").arg(name);
        endResetModel();
        return;
    }
    m_headline = why.ledger.hasLines ? tr("%1 has %n reference(s).", nullptr, why.count).arg(name)
                                     : tr("%1 is not counted.").arg(name);
    const std::size_t holds = add(0, tr("Held by"), {}, 0, 0);
    for (const trace::Hold& hold : why.holds) {
        const bool isNobody = hold.holder.kind == Holder::Kind::Nobody;
        add(holds, (isNobody ? QStringLiteral("▲ ") : QString()) + words.holder(hold.holder),
            words.how(hold), hold.taken.seq, objectOf(hold.holder));
    }
    if (why.holds.empty()) {
        add(holds, tr("nothing recorded; it stands by itself"), {}, 0, 0);
    }
    if (!why.pointers.empty()) {
        const std::size_t pointers = add(0, tr("Pointing to it, without a reference"), {}, 0, 0);
        for (const trace::Hold& hold : why.pointers) {
            add(pointers, words.holder(hold.holder), words.how(hold), 0, objectOf(hold.holder));
        }
    }
    if (!why.dominators.empty()) {
        const std::size_t part
            = add(0, tr("All paths lead through (who alone could let go)"), {}, 0, 0);
        for (const Holder& dominator : why.dominators) {
            add(part, QStringLiteral("◆ ") + words.holder(dominator), {}, 0, objectOf(dominator));
        }
    }
    std::size_t paths = 0;
    for (const trace::RetainingPath& path : why.paths) {
        if (path.nodes.size() < 2) {
            continue;
        }
        paths = paths != 0 ? paths : add(0, tr("Paths from what stands by itself"), {}, 0, 0);
        const std::size_t root
            = add(paths, words.holder(path.nodes.front()), {}, 0, objectOf(path.nodes.front()));
        for (std::size_t i = 0; i < path.holds.size(); ++i) {
            add(root, QStringLiteral("→ ") + words.holder(path.nodes[i + 1]),
                words.how(path.holds[i]), path.holds[i].taken.seq, objectOf(path.nodes[i + 1]));
        }
    }
    for (const std::vector<ObjectId>& cycle : why.cycles) {
        const std::size_t part = add(0, tr("They hold each other"), {}, 0, 0);
        for (const ObjectId object : cycle) {
            add(part, texts::object(reader, object), {}, 0, object);
        }
    }
    endResetModel();
}

const std::vector<std::size_t>& WhyModel::childrenOf(const QModelIndex& parent) const
{
    return parent.isValid() ? m_rows[std::size_t(parent.internalId())].children : m_parts;
}

QModelIndex WhyModel::index(int row, int column, const QModelIndex& parent) const
{
    if (row < 0 || column < 0 || column >= Columns || parent.column() > 0) {
        return {};
    }
    const std::vector<std::size_t>& children = childrenOf(parent);
    return std::size_t(row) < children.size()
        ? createIndex(row, column, quintptr(children[std::size_t(row)]))
        : QModelIndex();
}

QModelIndex WhyModel::parent(const QModelIndex& child) const
{
    if (!child.isValid()) {
        return {};
    }
    const std::size_t parent = m_rows[std::size_t(child.internalId())].parent;
    return parent != 0 ? createIndex(m_rows[parent - 1].place, 0, quintptr(parent - 1))
                       : QModelIndex();
}

int WhyModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : int(childrenOf(parent).size());
}

int WhyModel::columnCount(const QModelIndex&) const
{
    return Columns;
}

QVariant WhyModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Row& row = m_rows[std::size_t(index.internalId())];
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == Who) {
            return row.who;
        }
        return row.seq == 0
            ? row.how
            : tr("%1, taken at #%2").arg(row.how, QLocale().toString(qulonglong(row.seq)));
    case Qt::ToolTipRole:
        return row.seq != 0   ? tr("Enter or double-click goes to the event that took it.")
            : row.object != 0 ? tr("Enter or double-click selects the object.")
                              : QVariant();
    case SeqRole:
        return QVariant::fromValue<qulonglong>(row.seq);
    case ObjectRole:
        return row.object;
    default:
        return {};
    }
}

QVariant WhyModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == Who ? tr("Who holds it") : tr("How");
}

} // namespace rdrlab::gui
