// An IRP and its stack locations as a tree of names and values, as they are at an event.
#pragma once

#include "gui/models/document.h"
#include "gui/models/texttree.h"
#include "traces/query/irp.h"

namespace rdrlab::gui {

class IrpModel : public TextTreeModel
{
    Q_OBJECT
public:
    enum Column
    {
        Name,
        Value
    };

    explicit IrpModel(QObject* parent = nullptr);

    /// Shows the stack after event `at`; nothing without a document, which is only looked at here.
    void show(const TraceDocument* document, const trace::IrpStack& stack, Seq at);
    /// What the whole IRP is doing, in a sentence; "" for none.
    const QString& summary() const { return m_summary; }
    /// The row of the location whose driver has the IRP; invalid when none has.
    QModelIndex current() const;
    /// The row below a location that holds its Parameters; invalid when it has none.
    QModelIndex parametersOf(const QModelIndex& location) const;

private:
    class Builder;

    QString m_summary;
    int m_current = -1; // among the outermost rows
};

} // namespace rdrlab::gui
