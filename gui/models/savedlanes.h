// Lanes that a person adds to the timeline: the events of an answer, each a mark.
#pragma once

#include "gui/models/traceindex.h"

#include <QObject>
#include <QString>

namespace rdrlab::trace {
class Reader;
}

namespace rdrlab::gui {

struct SavedLane
{
    QString title;
    QString explanation; // for its tool tip: the statement, for instance
    std::shared_ptr<const std::vector<Mark>> marks; // by seq; at least one
};

class SavedLanes : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    const std::vector<SavedLane>& all() const { return m_lanes; }
    /// One of the same title is replaced; one without marks is not added.
    void add(const SavedLane& lane);
    void remove(std::size_t at);

Q_SIGNALS:
    void changed();

private:
    std::vector<SavedLane> m_lanes;
};

/// The marks of these events (ascending); those the trace does not have are left out. Null when
/// cancelled.
std::shared_ptr<const std::vector<Mark>> marksOf(
    const trace::Reader& reader,
    const std::vector<Seq>& events,
    const std::function<bool()>& isCancelled);

} // namespace rdrlab::gui
