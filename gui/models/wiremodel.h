// One decoded unit of the wire as a tree of fields, and its bytes as a table; both know which bytes
// a field stands in.
#pragma once

#include "gui/models/rowtree.h"
#include "traces/query/smb2.h"

#include <QAbstractTableModel>
#include <vector>

namespace rdrlab::gui {

class WireModel : public RowTreeModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name,
        Value,
        Columns
    };

    explicit WireModel(QObject* parent = nullptr);
    void setFields(std::vector<trace::WireField> fields);
    const trace::WireField* field(const QModelIndex& index) const;
    /// The innermost field at a byte; invalid when there is none.
    QModelIndex fieldAt(std::uint32_t offset) const;
    /// The structure that begins there, outermost first.
    QModelIndex structureAt(std::uint32_t offset) const;

    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<trace::WireField> m_fields; // in the order of their numbers as rows
};

/// Rows of bytes: a column for each, then the same as letters.
class HexModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    explicit HexModel(QObject* parent = nullptr);
    void setBytes(std::vector<std::byte> bytes);
    const std::vector<std::byte>& bytes() const { return m_bytes; }
    /// 8, 16 or 32.
    void setBytesPerRow(int bytes);
    int bytesPerRow() const { return m_perRow; }
    /// The bytes that are shown as belonging together.
    void mark(std::uint32_t offset, std::uint32_t length);

    QModelIndex indexOf(std::uint32_t offset) const;
    std::uint32_t offsetOf(const QModelIndex& index) const; // UINT32_MAX: no byte

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<std::byte> m_bytes;
    int m_perRow = 16;
    std::uint32_t m_markBegin = 0;
    std::uint32_t m_markEnd = 0;
};

} // namespace rdrlab::gui
