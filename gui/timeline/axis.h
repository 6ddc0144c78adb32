// The horizontal axis of every timeline: events by number (each as wide as the next, so that every
// step shows however little time it took) or virtual time.
//
// Events may stand at places of their own instead of at their numbers: so two traces share one
// axis.
//
// Content pixels are whole numbers from the start of the trace, so that tiles painted once fit
// wherever one scrolls to.
#pragma once

#include "gui/models/traceindex.h"

#include <QString>
#include <algorithm>

namespace rdrlab::gui {

class Axis
{
public:
    enum class Kind
    {
        Events,
        Time
    };

    Kind kind() const { return m_kind; }
    /// `end` in units of the kind: last event + 1, or nanoseconds. Keeps what is visible only when
    /// the kind stays.
    void setRange(Kind kind, double end);
    void setWidth(int pixels);
    /// From now on an event stands at `places[seq]` (ascending, none below 1, index 0 unused) and
    /// the axis of events ends at `end`; null: at its number again.
    void setPlaces(std::shared_ptr<const std::vector<std::uint32_t>> places, double end);
    bool hasPlaces() const { return m_places != nullptr; }
    /// Where an event stands on the axis of events, and the last event at or before such a place.
    double place(Seq seq) const
    {
        return m_places == nullptr ? double(seq) : (*m_places)[std::min(seq, m_places->size() - 1)];
    }
    Seq seqAt(double place) const;
    double endOfEvents(Seq last) const
    {
        return m_places == nullptr ? double(last) + 1 : m_placesEnd;
    }

    double end() const { return m_end; }
    double perPixel() const { return m_perPixel; } // units
    int width() const { return m_width; }
    std::int64_t scrolled() const { return m_scrolled; } // content pixel at screen x 0

    double content(double units) const { return units / m_perPixel; }
    double x(double units) const { return content(units) - double(m_scrolled); }
    double units(double x) const { return (x + double(m_scrolled)) * m_perPixel; }
    double left() const { return units(0); }
    double right() const { return units(m_width); }

    // Units of a thing on this axis.
    double begin(const Call& call) const
    {
        return m_kind == Kind::Events ? place(call.begin) : double(call.beginNs);
    }
    double finish(const Call& call) const
    {
        return m_kind == Kind::Time ? double(call.endNs)
            : call.end != 0         ? place(call.end) + 1
                                    : m_end;
    }
    double begin(const Lifetime& life) const
    {
        return m_kind == Kind::Events ? place(life.birth) : double(life.birthNs);
    }
    double finish(const Lifetime& life) const
    {
        return m_kind == Kind::Time ? double(life.deathNs)
            : life.death != 0       ? place(life.death) + 1
                                    : m_end;
    }
    double begin(const Stretch& stretch) const
    {
        return m_kind == Kind::Events ? place(stretch.from) : double(stretch.fromNs);
    }
    double finish(const Stretch& stretch) const
    {
        return m_kind == Kind::Time ? double(stretch.toNs)
            : stretch.to != 0       ? place(stretch.to)
                                    : m_end;
    }
    /// The middle of an event.
    double at(Seq seq, std::uint64_t timeNs) const
    {
        return m_kind == Kind::Events ? place(seq) + 0.5 : double(timeNs);
    }

    /// Zooms by `factor` (below 1: closer) and keeps what is at screen x where it is.
    void zoom(double factor, double x);
    void pan(double pixels);
    void show(double from, double to); // the whole width shows this range
    void showAll();
    bool showsAll() const;
    /// Scrolls as little as needed so that `units` is visible, with a margin.
    bool reveal(double units);

private:
    void settle();
    double fitPerPixel() const;

    Kind m_kind = Kind::Events;
    double m_end = 1;
    double m_perPixel = 1;
    double m_origin = 0; // units at the left edge, exactly: zooming in forty times must not drift
    std::int64_t m_scrolled = 0; // m_origin in whole pixels
    int m_width = 1;
    std::shared_ptr<const std::vector<std::uint32_t>> m_places;
    double m_placesEnd = 1;
};

/// 1, 2 or 5 times a power of ten, at least `least`: the distance between two ticks of a ruler.
double niceStep(double least);
/// What a ruler writes at a tick: "#1200", "2.5 ms"; `step` says how exact it has to be.
QString tickText(Axis::Kind kind, double at, double step);

} // namespace rdrlab::gui
