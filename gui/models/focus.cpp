#include "gui/models/focus.h"

#include <algorithm>

namespace rdrlab::gui {

namespace {
constexpr std::size_t kVisits = 256;
}

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
        // A new jump forgets what was ahead, as in a browser; the place it left is kept as well.
        if (m_visits.empty() && from != 0) {
            m_visits.push_back(from);
        } else if (!m_visits.empty()) {
            m_visits.resize(m_place + 1);
            if (m_visits.back() != from && from != 0) {
                m_visits.push_back(from);
            }
        }
        m_visits.push_back(m_seq);
        if (m_visits.size() > kVisits) {
            m_visits.erase(m_visits.begin(), m_visits.end() - std::ptrdiff_t(kVisits));
        }
        m_place = m_visits.size() - 1;
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
        moveTo(m_visits[--m_place]);
        Q_EMIT visitsChanged();
    }
}

void Focus::goForward()
{
    if (canGoForward()) {
        moveTo(m_visits[++m_place]);
        Q_EMIT visitsChanged();
    }
}

} // namespace rdrlab::gui
