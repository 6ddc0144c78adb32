// One object at the current event: its fields, with what the event changed, and its reference
// count.
#pragma once

#include "gui/models/document.h"

#include <QAbstractTableModel>
#include <vector>

namespace rdrlab::gui {

class FieldModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name,
        Value,
        Before, // what it was, where this event changed it
        Columns
    };
    enum Role
    {
        FieldRole = Qt::UserRole, // the field's StringId; 0: the reference count
        ObjectRole, // the object a pointer points to
        ChangedRole // bool
    };

    explicit FieldModel(QObject* parent = nullptr);

    /// Shows `object` after event `seq`; nothing for 0 or without a document.
    void show(const TraceDocument* document, trace::ObjectId object, Seq seq);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row
    {
        trace::StringId field = 0;
        QString name, value, before;
        trace::ObjectId target = 0;
        bool changed = false;
    };
    std::vector<Row> m_rows;
};

} // namespace rdrlab::gui
