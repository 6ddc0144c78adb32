#include "gui/models/visits.h"

namespace rdrlab::gui {

void Visits::enter(std::optional<Place> from, Place to)
{
    if (!m_places.empty()) {
        m_places.resize(m_at + 1);
    }
    if (from && (m_places.empty() || m_places.back() != *from)) {
        m_places.push_back(*from);
    }
    m_places.push_back(to);
    if (m_places.size() > kMost) {
        m_places.erase(m_places.begin(), m_places.end() - std::ptrdiff_t(kMost));
    }
    m_at = m_places.size() - 1;
}

} // namespace rdrlab::gui
