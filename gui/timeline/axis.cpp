#include "gui/timeline/axis.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

namespace rdrlab::gui {

namespace {
// The closest zoom: one event, or one nanosecond, this wide.
constexpr double kWidestEvent = 120;
constexpr double kWidestNanosecond = 10;
constexpr double kMargin = 0.02; // of the width, beyond the end
}

double Axis::fitPerPixel() const
{
    return std::max(1e-9, m_end * (1 + kMargin) / std::max(1, m_width));
}

void Axis::setRange(Kind kind, double end)
{
    const bool all = kind != m_kind || showsAll();
    m_kind = kind;
    m_end = std::max(1.0, end);
    if (all) {
        showAll();
    } else {
        settle();
    }
}

void Axis::setWidth(int pixels)
{
    const bool all = showsAll();
    m_width = std::max(1, pixels);
    if (all) {
        showAll();
    } else {
        settle();
    }
}

void Axis::setPlaces(std::shared_ptr<const std::vector<std::uint32_t>> places, double end)
{
    m_places = places != nullptr && places->size() > 1 ? std::move(places) : nullptr;
    m_placesEnd = end;
}

Seq Axis::seqAt(double place) const
{
    if (m_places == nullptr) {
        return Seq(std::max(0.0, place));
    }
    const auto behind = std::upper_bound(m_places->begin() + 1, m_places->end(), place);
    return Seq(behind - m_places->begin()) - 1;
}

void Axis::settle()
{
    const double closest = 1 / (m_kind == Kind::Events ? kWidestEvent : kWidestNanosecond);
    const double fit = fitPerPixel();
    m_perPixel = std::clamp(m_perPixel, std::min(closest, fit), fit);
    const double furthest = m_end * (1 + kMargin) - m_width * m_perPixel;
    m_origin = std::clamp(m_origin, 0.0, std::max(0.0, furthest));
    m_scrolled = std::llround(m_origin / m_perPixel);
}

void Axis::zoom(double factor, double x)
{
    const double kept = m_origin + x * m_perPixel;
    m_perPixel *= factor;
    settle();
    m_origin = kept - x * m_perPixel;
    settle();
}

void Axis::pan(double pixels)
{
    m_origin += pixels * m_perPixel;
    settle();
}

void Axis::show(double from, double to)
{
    m_perPixel = std::max(1e-9, (to - from) / m_width);
    settle();
    m_origin = (from + to) / 2 - m_width * m_perPixel / 2.0;
    settle();
}

void Axis::showAll()
{
    m_perPixel = fitPerPixel();
    m_origin = 0;
    settle();
}

bool Axis::showsAll() const
{
    return m_perPixel >= fitPerPixel() * 0.999;
}

bool Axis::reveal(double units)
{
    const double at = x(units);
    const double margin = std::min(60.0, m_width / 6.0);
    if (at >= margin && at <= m_width - margin) {
        return false;
    }
    const std::int64_t before = m_scrolled;
    // Just outside: scroll a little. Far away: put it in the middle.
    if (at < -m_width || at > 2.0 * m_width) {
        pan(at - m_width / 2.0);
    } else {
        pan(at < margin ? at - m_width / 4.0 : at - m_width * 3.0 / 4.0);
    }
    return m_scrolled != before;
}

double niceStep(double least)
{
    const double power = std::pow(10, std::floor(std::log10(std::max(least, 1e-9))));
    for (const double factor : { 1.0, 2.0, 5.0 }) {
        if (power * factor >= least) {
            return power * factor;
        }
    }
    return power * 10;
}

QString tickText(Axis::Kind kind, double at, double step)
{
    if (kind == Axis::Kind::Events) {
        return QStringLiteral("#%1").arg(qulonglong(at));
    }
    // Far from the start a small unit would need more digits than anybody reads.
    const auto [unit, scale] = step >= 1e8 || at >= 1e10 ? std::pair(QStringLiteral("s"), 1e9)
        : step >= 1e5 || at >= 1e7                       ? std::pair(QStringLiteral("ms"), 1e6)
        : step >= 1e2 || at >= 1e4                       ? std::pair(QStringLiteral("µs"), 1e3)
                                                         : std::pair(QStringLiteral("ns"), 1.0);
    const int digits = std::clamp(int(std::ceil(-std::log10(step / scale) - 1e-9)), 0, 9);
    return QLocale().toString(at / scale, 'f', digits) + QLatin1Char(' ') + unit;
}

} // namespace rdrlab::gui
