// Who holds which lock, who waits, for what and for whom, as a tree: the deadlocks, the locks, and
// the blocked threads with their reasons.
#pragma once

#include "gui/models/document.h"
#include "gui/models/texttree.h"
#include "traces/query/waits.h"

namespace rdrlab::gui {

class WaitModel : public TextTreeModel
{
    Q_OBJECT
public:
    enum Column
    {
        What,
        How, // shared, exclusive; what a thread waits for
        Since, // the event
        For, // how long already
        Where // the call it happens in
    };

    explicit WaitModel(QObject* parent = nullptr);

    /// Shows the waits after an event; nothing without a document, which is only looked at here.
    void show(const TraceDocument* document, const trace::Waits& waits);
    int deadlocks() const { return m_deadlocks; }

private:
    class Builder;

    int m_deadlocks = 0;
};

} // namespace rdrlab::gui
