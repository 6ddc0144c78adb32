#include "gui/models/focus.h"

#include <algorithm>

namespace rdrlab::gui {

Focus::Focus(QObject* parent)
    : QObject(parent)
{
}

void Focus::setLast(Seq last)
{
    m_last = last;
    const auto keep = [last](Seq seq) { return seq <= last ? seq : 0; };
    m_markerA = keep(m_markerA);
    m_markerB = keep(m_markerB);
    Q_EMIT markersMoved();
    moveTo(m_seq);
}

void Focus::moveTo(Seq seq)
{
    seq = m_last == 0 ? 0 : std::clamp<Seq>(seq, 1, m_last);
    if (seq != m_seq) {
        m_seq = seq;
        Q_EMIT moved(seq);
    }
}

void Focus::goTo(Seq seq, How how)
{
    const Seq from = m_seq;
    moveTo(seq);
    if (how == How::Jump && m_seq != 0 && m_seq != from) {
        m_visits.enter(from != 0 ? std::optional(from) : std::nullopt, m_seq);
        Q_EMIT visitsChanged();
    }
}

void Focus::choose(trace::ObjectId object, trace::StringId field)
{
    if (object != m_object || field != m_field) {
        m_object = object;
        m_field = field;
        Q_EMIT chosen(object, field);
    }
}

void Focus::setMarkerA(Seq seq)
{
    m_markerA = seq;
    Q_EMIT markersMoved();
}

void Focus::setMarkerB(Seq seq)
{
    m_markerB = seq;
    Q_EMIT markersMoved();
}

void Focus::goBack()
{
    if (canGoBack()) {
        moveTo(m_visits.goBack());
        Q_EMIT visitsChanged();
    }
}

void Focus::goForward()
{
    if (canGoForward()) {
        moveTo(m_visits.goForward());
        Q_EMIT visitsChanged();
    }
}

} // namespace rdrlab::gui
