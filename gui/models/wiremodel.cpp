#include "gui/models/wiremodel.h"

#include "gui/models/explain.h"
#include "gui/models/texts.h"

#include <QColor>
#include <algorithm>

namespace rdrlab::gui {

WireModel::WireModel(QObject* parent)
    : RowTreeModel(parent)
{
}

void WireModel::setFields(std::vector<trace::WireField> fields)
{
    beginResetModel();
    m_fields = std::move(fields);
    clearRows();
    for (const trace::WireField& field : m_fields) {
        addRow(field.parent);
    }
    endResetModel();
}

const trace::WireField* WireModel::field(const QModelIndex& index) const
{
    return index.isValid() ? &m_fields[std::size_t(numberOf(index))] : nullptr;
}

QModelIndex WireModel::fieldAt(std::uint32_t offset) const
{
    // Children come after their parents: the last one that covers the byte, and the shortest of
    // those, is the innermost.
    std::size_t found = m_fields.size();
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        const trace::WireField& field = m_fields[i];
        if (offset >= field.offset && offset - field.offset < field.length
            && (found == m_fields.size() || field.length <= m_fields[found].length)) {
            found = i;
        }
    }
    return found < m_fields.size() ? indexOf(int(found)) : QModelIndex();
}

QModelIndex WireModel::structureAt(std::uint32_t offset) const
{
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        if (m_fields[i].offset == offset && !childrenOf(int(i)).empty()) {
            return indexOf(int(i));
        }
    }
    return {};
}

int WireModel::columnCount(const QModelIndex& /*parent*/) const
{
    return int(Columns);
}

QVariant WireModel::data(const QModelIndex& index, int role) const
{
    const trace::WireField* own = field(index);
    if (own == nullptr) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == Name
            ? texts::foreign(own->name)
            : (own->isWrong ? QStringLiteral("✖ ") : QString()) + texts::foreign(own->value);
    case Qt::ToolTipRole:
        return explainTip(
            texts::foreign(own->value).section(QLatin1String(" ("), 0, 0).remove(QLatin1Char(' ')),
            tr("%1: %2\nbytes %3 to %4 of the unit")
                .arg(texts::foreign(own->name), texts::foreign(own->value))
                .arg(own->offset)
                .arg(own->offset + std::max(own->length, 1u) - 1));
    case Qt::ForegroundRole:
        return own->isWrong ? QVariant(theme().failed) : QVariant();
    default:
        return {};
    }
}

QVariant WireModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == Name ? tr("Field") : tr("Value");
}

HexModel::HexModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void HexModel::setBytes(std::vector<std::byte> bytes)
{
    beginResetModel();
    m_bytes = std::move(bytes);
    m_markBegin = m_markEnd = 0;
    endResetModel();
}

void HexModel::setBytesPerRow(int bytes)
{
    if (bytes != m_perRow) {
        beginResetModel();
        m_perRow = bytes;
        endResetModel();
    }
}

void HexModel::mark(std::uint32_t offset, std::uint32_t length)
{
    m_markBegin = offset;
    m_markEnd = offset + length;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(
            index(0, 0), index(rowCount() - 1, m_perRow),
            { Qt::BackgroundRole, Qt::ForegroundRole });
    }
}

QModelIndex HexModel::indexOf(std::uint32_t offset) const
{
    return offset < m_bytes.size() ? index(int(offset) / m_perRow, int(offset) % m_perRow)
                                   : QModelIndex();
}

std::uint32_t HexModel::offsetOf(const QModelIndex& index) const
{
    if (!index.isValid()) {
        return UINT32_MAX;
    }
    const auto offset
        = std::uint32_t(index.row() * m_perRow + std::min(index.column(), m_perRow - 1));
    return index.column() == m_perRow ? std::uint32_t(index.row() * m_perRow)
        : offset < m_bytes.size()     ? offset
                                      : UINT32_MAX;
}

int HexModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : (int(m_bytes.size()) + m_perRow - 1) / m_perRow;
}

int HexModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_perRow + 1;
}

QVariant HexModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const std::size_t begin = std::size_t(index.row()) * std::size_t(m_perRow);
    const bool isText = index.column() == m_perRow;
    const std::size_t at = begin + (isText ? 0 : std::size_t(index.column()));
    if (at >= m_bytes.size()) {
        return {};
    }
    if (role == Qt::DisplayRole && !isText) {
        return QStringLiteral("%1").arg(unsigned(m_bytes[at]), 2, 16, QLatin1Char('0'));
    }
    if (role == Qt::DisplayRole) {
        QString text;
        const std::size_t end = std::min(begin + std::size_t(m_perRow), m_bytes.size());
        for (std::size_t i = begin; i < end; ++i) {
            const auto letter = char16_t(m_bytes[i]);
            text += letter >= 0x20 && letter < 0x7F ? QChar(letter) : QChar(u'·');
        }
        return text;
    }
    if (role == Qt::TextAlignmentRole) {
        return isText ? QVariant(Qt::AlignLeft | Qt::AlignVCenter) : QVariant(Qt::AlignCenter);
    }
    const bool isMarked = !isText && at >= m_markBegin && at < m_markEnd;
    if (isMarked && role == Qt::BackgroundRole) {
        return theme().accent;
    }
    if (isMarked && role == Qt::ForegroundRole) {
        return theme().accentText;
    }
    if (role == Qt::AccessibleTextRole && !isText) {
        return tr("byte %1: %2").arg(at).arg(unsigned(m_bytes[at]), 2, 16, QLatin1Char('0'));
    }
    return {};
}

QVariant HexModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole) {
        return {};
    }
    if (orientation == Qt::Vertical) {
        return QStringLiteral("%1").arg(section * m_perRow, 4, 16, QLatin1Char('0'));
    }
    return section == m_perRow ? tr("Text") : QStringLiteral("%1").arg(section, 1, 16);
}

} // namespace rdrlab::gui
