#include "gui/models/fieldmodel.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

namespace rdrlab::gui {

FieldModel::FieldModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void FieldModel::show(const TraceDocument* document, trace::ObjectId object, Seq seq)
{
    beginResetModel();
    m_rows.clear();
    if (document != nullptr && document->isReady() && object != 0 && seq != 0) {
        const trace::Reader& reader = document->reader();
        const trace::ObjectState before = document->stateAt(seq - 1).of(object);
        const trace::ObjectState now = document->stateAt(seq).of(object);
        const auto count = [](const trace::ObjectState& state) {
            return state.references ? QString::number(*state.references) : QString();
        };
        if (now.references) {
            m_rows.push_back({ 0, tr("references"), count(now), count(before), 0,
                               now.references != before.references });
        }
        for (const auto& [field, value] : now.fields) {
            Row row;
            row.field = field;
            row.name = texts::foreign(reader.string(field));
            row.value = texts::foreign(value.print());
            row.target = value.object;
            const auto old = before.fields.find(field);
            row.changed = old == before.fields.end() || !(old->second == value);
            row.before
                = old != before.fields.end() ? texts::foreign(old->second.print()) : QString();
            m_rows.push_back(std::move(row));
        }
    }
    endResetModel();
}

int FieldModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int FieldModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QVariant FieldModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Row& row = m_rows[std::size_t(index.row())];
    switch (role) {
    case Qt::ToolTipRole:
        return index.column() == Name ? explainTip(row.name, row.name)
            : index.column() == Value ? explainTip(row.value, row.value)
                                      : explainTip(row.before, row.before);
    case Qt::DisplayRole:
        // A changed field has a sign before its name, not only a colour.
        return index.column() == Name ? (row.changed ? QStringLiteral("● ") : QString()) + row.name
            : index.column() == Value ? row.value
            : row.changed             ? (row.before.isEmpty() ? tr("(new)") : row.before)
                                      : QString();
    case Qt::ForegroundRole:
        return row.changed ? QVariant(theme().changed) : QVariant();
    case FieldRole:
        return row.field;
    case ObjectRole:
        return row.target;
    case ChangedRole:
        return row.changed;
    default:
        return {};
    }
}

QVariant FieldModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == Name ? tr("Field") : section == Value ? tr("Value") : tr("Before");
}

} // namespace rdrlab::gui
