// The places a person chose, one after the other, to go back and forward among them as in a
// browser.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace rdrlab::gui {

class Visits
{
public:
    using Place = std::uint64_t;
    static constexpr std::size_t kMost = 256; // older ones are forgotten

    /// A jump. What was ahead is forgotten; the place it left is kept as well, where there was one.
    void enter(std::optional<Place> from, Place to);

    bool canGoBack() const { return m_at > 0; }
    bool canGoForward() const { return m_at + 1 < m_places.size(); }
    /// Only while one can.
    Place goBack() { return m_places[--m_at]; }
    Place goForward() { return m_places[++m_at]; }

    const std::vector<Place>& all() const { return m_places; }
    /// Every place becomes what `to` says of it.
    template <typename To> void translate(To to)
    {
        for (Place& place : m_places) {
            place = to(place);
        }
    }

private:
    std::vector<Place> m_places;
    std::size_t m_at = 0;
};

} // namespace rdrlab::gui
