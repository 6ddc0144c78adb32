// Where the person is: the current event, what is selected, the two markers, and where they came
// from. Every view shows this and changes it; nothing else links the views.
#pragma once

#include "gui/models/traceindex.h"
#include "gui/models/visits.h"

#include <QObject>
#include <vector>

namespace rdrlab::gui {

class Focus : public QObject
{
    Q_OBJECT
public:
    enum class How
    {
        Step, // a small move: it does not enter the visit history
        Jump // a place the person chose: it does
    };

    explicit Focus(QObject* parent = nullptr);

    /// The events are 1 … `last`; the position stays where it was as far as possible.
    void setLast(Seq last);
    Seq last() const { return m_last; }

    Seq seq() const { return m_seq; } // 0 only in an empty trace
    trace::ObjectId object() const { return m_object; }
    trace::StringId field() const { return m_field; } // of object(); 0: none
    Seq markerA() const { return m_markerA; } // 0: not set
    Seq markerB() const { return m_markerB; }

    void goTo(Seq seq, How how = How::Jump);
    void choose(trace::ObjectId object, trace::StringId field = 0);
    void setMarkerA(Seq seq);
    void setMarkerB(Seq seq);

    bool canGoBack() const { return m_visits.canGoBack(); }
    bool canGoForward() const { return m_visits.canGoForward(); }
    void goBack();
    void goForward();
    const std::vector<Seq>& visits() const { return m_visits.all(); }

Q_SIGNALS:
    void moved(rdrlab::trace::Seq seq);
    void chosen(rdrlab::trace::ObjectId object, rdrlab::trace::StringId field);
    void markersMoved();
    void visitsChanged();

private:
    void moveTo(Seq seq);

    Seq m_last = 0;
    Seq m_seq = 0;
    trace::ObjectId m_object = 0;
    trace::StringId m_field = 0;
    Seq m_markerA = 0;
    Seq m_markerB = 0;
    Visits m_visits;
};

} // namespace rdrlab::gui
