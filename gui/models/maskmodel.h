// What a comparison leaves out, as a list of categories with check marks.
#pragma once

#include "traces/query/diff/mask.h"

#include <QAbstractTableModel>

namespace rdrlab::gui {

class MaskModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name, // checked: left out
        Explanation,
        Columns
    };

    explicit MaskModel(trace::DiffMask mask, QObject* parent = nullptr);

    const trace::DiffMask& mask() const { return m_mask; }
    void setMask(trace::DiffMask mask);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    trace::DiffMask m_mask;
    std::vector<std::string> m_names;
};

} // namespace rdrlab::gui
