// The calls of a trace as a tree: which call was made inside which.
#pragma once

#include "gui/models/document.h"

#include <QAbstractItemModel>

namespace rdrlab::gui {

class CallTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column
    {
        Title,
        Number,
        Duration,
        Columns
    };
    enum Role
    {
        SeqRole = Qt::UserRole,
        LayerRole,
        SeverityRole
    };

    explicit CallTreeModel(QObject* parent = nullptr);
    void setDocument(const TraceDocument* document);

    CallIndex callOf(const QModelIndex& index) const;
    QModelIndex indexOf(CallIndex call) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void reload();

    const TraceDocument* m_document = nullptr;
    std::shared_ptr<const TraceIndex> m_index;
};

} // namespace rdrlab::gui
