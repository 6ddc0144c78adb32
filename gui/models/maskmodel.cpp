#include "gui/models/maskmodel.h"

#include "gui/models/texts.h"

namespace rdrlab::gui {

MaskModel::MaskModel(trace::DiffMask mask, QObject* parent)
    : QAbstractTableModel(parent)
    , m_mask(std::move(mask))
    , m_names(m_mask.names())
{
}

void MaskModel::setMask(trace::DiffMask mask)
{
    beginResetModel();
    m_mask = std::move(mask);
    m_names = m_mask.names();
    endResetModel();
}

int MaskModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_names.size());
}

int MaskModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QVariant MaskModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const std::string& name = m_names[std::size_t(index.row())];
    if (role == Qt::CheckStateRole && index.column() == Name) {
        return int(m_mask.ignores(name) ? Qt::Checked : Qt::Unchecked);
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) {
        return {};
    }
    if (index.column() == Name) {
        return texts::foreign(name);
    }
    const std::string_view explanation = trace::DiffMask::explanation(name);
    return explanation.empty() ? tr("a category of your own, see the text")
                               : texts::foreign(explanation);
}

bool MaskModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid() || index.column() != Name || role != Qt::CheckStateRole) {
        return false;
    }
    const std::string& name = m_names[std::size_t(index.row())];
    if (value.toInt() == Qt::Checked) {
        m_mask.ignore(name);
    } else {
        m_mask.compare(name);
    }
    Q_EMIT dataChanged(index, index, { role });
    return true;
}

Qt::ItemFlags MaskModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() && index.column() == Name ? flags | Qt::ItemIsUserCheckable : flags;
}

QVariant MaskModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == Name ? tr("Left out") : tr("What it is");
}

} // namespace rdrlab::gui
