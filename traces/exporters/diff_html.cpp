#include "traces/exporters/diff_html.h"

#include "traces/exporters/text.h"
#include "traces/query/diff/describe.h"

#include <algorithm>
#include <array>
#include <map>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kCauses = 60;
constexpr std::size_t kSideBySide = 25; // causes with both traces beside each other
constexpr long kContext = 6; // rows around the first difference
constexpr std::size_t kRequests = 40; // below one cause
constexpr std::size_t kEvents = 12; // below one request
constexpr std::size_t kRows = 300; // of a table
constexpr std::size_t kBuckets = 200;

// Okabe and Ito's colours, which everybody can tell apart; a sign beside each says the same.
constexpr const char* kStyle = R"css(
:root { --ink:#1b1b1b; --dim:#666; --paper:#fff; --panel:#f4f5f7; --line:#d5d8dd;
  --changed:#a34a86; --missing:#0072b2; --extra:#b35900; --moved:#00745a; }
@media (prefers-color-scheme: dark) { :root { --ink:#e8e8e8; --dim:#a0a4aa; --paper:#16181c; --panel:#20242a;
  --line:#3a4048; --changed:#e3a1cc; --missing:#56b4e9; --extra:#f0a23c; --moved:#3cc9a3; } }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 76rem; padding: 0 1.2rem; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
code, .mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .86em; }
.dim { color: var(--dim); } .right { text-align: right; }
table { border-collapse: collapse; } th { font-weight: 600; text-align: left; }
td, th { padding: .22rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.changed { color: var(--changed); } .missing { color: var(--missing); } .extra { color: var(--extra); }
.moved { color: var(--moved); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .6rem 0; background: var(--panel); }
summary { cursor: pointer; padding: .5rem .8rem; } summary b { font-weight: 600; }
details > div { padding: .2rem .9rem .8rem; background: var(--paper); border-radius: 0 0 6px 6px; overflow-x: auto; }
.sides { width: 100%; table-layout: fixed; margin-top: .6rem; } .sides td { white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; padding: .08rem .4rem; border: 0; } .sides td.s { width: 1.8rem; text-align: center; }
.sides tr.here { background: var(--panel); } ul { margin: .3rem 0; padding-left: 1.3rem; }
svg { display: block; width: 100%; height: 46px; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
.same { font-size: 1.1rem; }
@media print { details { break-inside: avoid; } body { max-width: none; margin: 0; } }
)css";

std::string html(std::string_view text)
{
    return xmlText(text);
}

const char* styleOf(DiffOp op)
{
    return op == DiffOp::Changed ? "changed"
        : op == DiffOp::Missing  ? "missing"
        : op == DiffOp::Extra    ? "extra"
                                 : "moved";
}

const char* signOf(DiffOp op)
{
    return op == DiffOp::Changed ? "~"
        : op == DiffOp::Missing  ? "−"
        : op == DiffOp::Extra    ? "+"
                                 : "↕";
}

std::string sign(DiffOp op)
{
    return std::string("<span class=\"") + styleOf(op) + "\">" + signOf(op) + "</span> ";
}

std::string seqs(Seq a, Seq b)
{
    std::string out = "<span class=\"dim mono\">";
    out += a != 0 ? "A&nbsp;#" + std::to_string(a) : "";
    out += a != 0 && b != 0 ? " · " : "";
    out += b != 0 ? "B&nbsp;#" + std::to_string(b) : "";
    return out + "</span>";
}

class Page
{
public:
    Page(const TraceDiff& diff, std::ostream& out)
        : m_diff(diff)
        , m_out(out)
    {
    }

    void write()
    {
        m_out << "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                 "<meta name=\"viewport\" content=\"width=device-width\">"
                 "<title>Two traces compared</title><style>"
              << kStyle << "</style></head><body>\n<h1>Two traces compared</h1>\n";
        sides();
        totals();
        overview();
        causes();
        requests();
        objects();
        durations();
        m_out << "</body></html>\n";
    }

private:
    const Reader& readerOf(DiffSide side) const { return m_diff.reader(side); }

    void sides()
    {
        m_out << "<table><tr><th></th><th>scenario</th><th>seed</th><th>driver</th><th>server</th>"
                 "<th class=\"n\">events</th><th>file</th></tr>\n";
        for (const DiffSide side : { DiffSide::A, DiffSide::B }) {
            const Reader& reader = readerOf(side);
            m_out << "<tr><th>" << (side == DiffSide::A ? "A" : "B") << "</th>";
            for (const char* key : { "scenario", "seed", "driver" }) {
                m_out << "<td>" << html(reader.meta(key, "?")) << "</td>";
            }
            m_out << "<td>" << html(reader.meta("server", "embedded")) << "</td><td class=\"n\">"
                  << reader.lastSeq() << (reader.isComplete() ? "" : " (incomplete)")
                  << "</td><td class=\"mono\">" << html(reader.path()) << "</td></tr>\n";
        }
        m_out << "</table>\n<p class=\"dim\">Not compared: ";
        const char* comma = "";
        for (const std::string& name : m_diff.mask().names()) {
            if (m_diff.mask().ignores(name)) {
                m_out << comma << "<span title=\"" << html(DiffMask::explanation(name)) << "\">"
                      << html(name) << "</span>";
                comma = ", ";
            }
        }
        m_out << ".</p>\n";
    }

    void totals()
    {
        const DiffCounts& counts = m_diff.counts();
        if (m_diff.isSame() && counts.reordered() == 0) {
            m_out << "<p class=\"same\">The traces are the same: " << counts.same
                  << " events in both.</p>\n";
            return;
        }
        std::uint64_t requests[4] = {};
        std::uint64_t moved = 0;
        for (const DiffRequest& request : m_diff.requests()) {
            if (!request.isOutside) {
                ++requests[int(request.op)];
                moved += request.order != DiffOrder::Kept;
            }
        }
        std::uint64_t objects[4] = {};
        for (const DiffObject& object : m_diff.objects()) {
            ++objects[int(object.op)];
        }
        m_out
            << "<table><tr><th></th><th class=\"n\">same</th><th class=\"n changed\">~ changed</th>"
               "<th class=\"n missing\">− only in A</th><th class=\"n extra\">+ only in B</th>"
               "<th class=\"n moved\">↕ reordered</th></tr>\n";
        const auto row = [&](const char* name, auto same, auto changed, auto missing, auto extra,
                             auto reordered) {
            m_out << "<tr><th>" << name << "</th>";
            for (const std::uint64_t value :
                 { std::uint64_t(same), std::uint64_t(changed), std::uint64_t(missing),
                   std::uint64_t(extra), std::uint64_t(reordered) }) {
                m_out << "<td class=\"n\">" << value << "</td>";
            }
            m_out << "</tr>\n";
        };
        row("events", counts.same, counts.changed, counts.missing, counts.extra,
            counts.reordered());
        row("requests", requests[0], requests[1], requests[2], requests[3], moved);
        m_out << "<tr><th>objects</th><td></td><td class=\"n\">" << objects[1]
              << "</td><td class=\"n\">" << objects[2] << "</td><td class=\"n\">" << objects[3]
              << "</td><td></td></tr>\n</table>\n";
    }

    // How dense differences are along the axis: one bar per part, stacked by what they are.
    void overview()
    {
        if (m_diff.differences().empty()) {
            return;
        }
        std::vector<std::array<std::uint32_t, 4>> parts(kBuckets); // moved, changed, missing, extra
        for (const Difference& difference : m_diff.differences()) {
            const std::size_t part = std::size_t(difference.row) * kBuckets
                / std::max<std::size_t>(m_diff.rowCount(), 1);
            ++parts[std::min(part, kBuckets - 1)][std::size_t(difference.op)];
        }
        std::uint32_t most = 1;
        for (const auto& part : parts) {
            most = std::max(most, part[0] + part[1] + part[2] + part[3]);
        }
        m_out
            << "<h2>Where they are</h2>\n<svg viewBox=\"0 0 " << kBuckets
            << " 40\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Differences along the "
               "aligned axis, from start to end\">";
        for (std::size_t i = 0; i < kBuckets; ++i) {
            double bottom = 40;
            for (const DiffOp op :
                 { DiffOp::Changed, DiffOp::Missing, DiffOp::Extra, DiffOp::Same }) {
                const std::uint32_t count = parts[i][std::size_t(op)];
                if (count == 0) {
                    continue;
                }
                // At least visible.
                const double height = std::max(3.0, 38.0 * count / most);
                bottom -= height;
                m_out << "<rect x=\"" << i << "\" y=\"" << fixedText(bottom, 1)
                      << "\" width=\"1\" height=\"" << fixedText(height, 1) << "\" fill=\"var(--"
                      << styleOf(op) << ")\"/>";
            }
        }
        m_out << "</svg>\n<p class=\"dim\">Start to end of the aligned axis; the highest bar is "
              << most << (most == 1 ? " difference" : " differences") << " in one part.</p>\n";
    }

    std::string requestText(const DiffRequest& request) const
    {
        const bool isA = request.a != 0;
        const RequestTitle title = requestTitle(
            readerOf(isA ? DiffSide::A : DiffSide::B), isA ? request.a : request.b,
            request.isOutside);
        return "<b>" + html(title.process) + "</b> " + html(title.routine)
            + " <span class=\"mono\">" + html(title.path) + "</span>";
    }

    std::string eventText(DiffSide side, Seq seq, bool withStatus) const
    {
        const auto event = readerOf(side).event(seq);
        if (!event) {
            return {};
        }
        const EventTitle title = eventTitle(readerOf(side), *event);
        std::string text = "<span class=\"dim\">" + title.layer + "</span> " + title.kind + " "
            + html(title.routine);
        text += title.object.empty() ? "" : " [" + html(title.object) + "]";
        if (withStatus && event->hasStatus && event->kind != EventKind::Begin) {
            text += " " + statusText(event->status);
        }
        return text;
    }

    void difference(const Difference& difference)
    {
        const DiffSide side = difference.a != 0 ? DiffSide::A : DiffSide::B;
        m_out << sign(difference.op) << "<span class=\"mono\">"
              << eventText(side, side == DiffSide::A ? difference.a : difference.b, false)
              << "</span> ";
        m_out
            << (difference.order == DiffOrder::Elsewhere    ? "in another request "
                    : difference.order == DiffOrder::Inside ? "at another point of the request "
                                                            : "")
            << seqs(difference.a, difference.b);
        const std::vector<DiffDetail> details = detailsOf(m_diff, difference);
        if (details.empty()) {
            return;
        }
        m_out << "<ul class=\"mono\">";
        for (const DiffDetail& detail : details) {
            m_out << "<li>" << html(detail.what) << ": ";
            if (difference.op != DiffOp::Extra) {
                m_out << "<span class=\"missing\">" << html(detail.a.empty() ? "-" : detail.a)
                      << "</span>";
            }
            m_out << (difference.op == DiffOp::Changed ? " → " : "");
            if (difference.op != DiffOp::Missing) {
                m_out << "<span class=\"extra\">" << html(detail.b.empty() ? "-" : detail.b)
                      << "</span>";
            }
            m_out << "</li>";
        }
        m_out << "</ul>";
    }

    void causes()
    {
        const auto& all = m_diff.causes();
        if (all.empty()) {
            return;
        }
        std::vector<std::map<std::uint32_t, std::vector<std::uint32_t>>> following(
            std::min(all.size(), kCauses)); // of each cause by request
        for (std::uint32_t i = 0; i < m_diff.differences().size(); ++i) {
            const Difference& entry = m_diff.differences()[i];
            if (entry.cause < following.size() && all[entry.cause].first != i) {
                following[entry.cause][entry.request].push_back(i);
            }
        }
        m_out << "<h2>First divergences: " << all.size() << "</h2>\n";
        for (std::size_t i = 0; i < following.size() && m_out; ++i) {
            const DiffCause& cause = all[i];
            const Difference& first = m_diff.differences()[cause.first];
            const DiffRequest& request = m_diff.requests()[first.request];
            m_out << "<details" << (i < 5 ? " open" : "") << "><summary>" << i + 1 << ". "
                  << sign(request.isOutside ? first.op : request.op) << requestText(request) << " "
                  << seqs(request.a, request.b);
            if (cause.consequences != 0) {
                m_out << " <span class=\"dim\">and " << cause.consequences
                      << (cause.consequences == 1 ? " consequence" : " consequences") << "</span>";
            }
            m_out << "</summary>\n<div><p>";
            difference(first);
            m_out << "</p>\n";
            if (i < kSideBySide) {
                beside(first);
            }
            consequences(first, following[i]);
            m_out << "</div></details>\n";
        }
        if (all.size() > following.size()) {
            m_out << "<p class=\"dim\">and " << all.size() - following.size()
                  << " more, which rdrlab diff --all tells.</p>\n";
        }
    }

    void beside(const Difference& first)
    {
        const std::vector<DiffRow>& rows = m_diff.rows();
        const long here = long(first.row);
        m_out << "<table class=\"sides mono\">";
        long shown = 0;
        // Rows that are left out do not count as context.
        long from = here;
        for (long left = kContext; from > 0 && left > 0; --from) {
            left -= opOf(rows[std::size_t(from - 1)]) != DiffOp::LeftOut;
        }
        for (long i = from; i < long(rows.size()) && shown <= 2 * kContext + 1; ++i) {
            const DiffRow& row = rows[std::size_t(i)];
            const DiffOp op = opOf(row);
            if (op == DiffOp::LeftOut) {
                continue;
            }
            ++shown;
            const DiffSide side = row.a != 0 ? DiffSide::A : DiffSide::B;
            const bool isMoved = m_diff.order(side, row.a != 0 ? row.a : row.b) != DiffOrder::Kept;
            m_out << "<tr" << (i == here ? " class=\"here\"" : "") << "><td>";
            cell(DiffSide::A, row.a);
            m_out << "</td><td class=\"s\">"
                  << (op == DiffOp::Same && !isMoved ? std::string() : sign(op)) << "</td><td>";
            cell(DiffSide::B, row.b);
            m_out << "</td></tr>\n";
        }
        m_out << "</table>\n";
    }

    DiffOp opOf(const DiffRow& row) const
    {
        return row.a != 0 ? m_diff.op(DiffSide::A, row.a) : m_diff.op(DiffSide::B, row.b);
    }

    void cell(DiffSide side, Seq seq)
    {
        if (seq != 0) {
            m_out << "<span class=\"dim\">#" << seq << "</span> " << eventText(side, seq, true);
        }
    }

    void consequences(
        const Difference& first,
        const std::map<std::uint32_t, std::vector<std::uint32_t>>& following)
    {
        if (following.empty()) {
            return;
        }
        m_out << "<p>What follows from it:</p><ul>";
        std::size_t shown = 0;
        for (const auto& [number, list] : following) {
            if (!m_out) {
                break;
            }
            if (shown++ == kRequests) {
                m_out << "<li class=\"dim\">and in " << following.size() - kRequests
                      << " more requests</li>";
                break;
            }
            const DiffRequest& request = m_diff.requests()[number];
            m_out << "<li>";
            if (number == first.request) {
                m_out << "in the same request";
            } else {
                m_out << sign(request.op) << requestText(request) << ' '
                      << seqs(request.a, request.b);
            }
            if (request.op == DiffOp::Missing || request.op == DiffOp::Extra) {
                m_out << " <span class=\"dim\">" << list.size() << " events</span></li>\n";
                continue;
            }
            m_out << "<ul>";
            for (std::size_t i = 0; i < std::min(list.size(), kEvents); ++i) {
                m_out << "<li>";
                difference(m_diff.differences()[list[i]]);
                m_out << "</li>";
            }
            if (list.size() > kEvents) {
                m_out << "<li class=\"dim\">and " << list.size() - kEvents << " more events</li>";
            }
            m_out << "</ul></li>\n";
        }
        m_out << "</ul>\n";
    }

    void more(std::size_t all)
    {
        if (all > kRows) {
            m_out << "<p class=\"dim\">and " << all - kRows << " more</p>\n";
        }
    }

    void requests()
    {
        std::vector<const DiffRequest*> list;
        for (const DiffRequest& request : m_diff.requests()) {
            if (!request.isOutside
                && (request.op != DiffOp::Same || request.order != DiffOrder::Kept)) {
                list.push_back(&request);
            }
        }
        if (list.empty()) {
            return;
        }
        m_out
            << "<h2>Requests that differ</h2>\n<table><tr><th></th><th>request</th><th>events</th>"
               "<th class=\"n\">same</th><th class=\"n changed\">~</th>"
               "<th class=\"n missing\">−</th><th class=\"n extra\">+</th>"
               "<th class=\"n moved\">↕</th><th>divergence</th></tr>\n";
        for (std::size_t i = 0; i < std::min(list.size(), kRows) && m_out; ++i) {
            const DiffRequest& request = *list[i];
            m_out << "<tr><td>" << sign(request.op) << "</td><td>" << requestText(request)
                  << "</td><td>" << seqs(request.a, request.b) << "</td>";
            for (const std::uint32_t count : { request.same, request.changed, request.missing,
                                               request.extra, request.reordered }) {
                m_out << "<td class=\"n\">" << count << "</td>";
            }
            m_out << "<td>";
            if (request.cause != kNoCause) {
                m_out << request.cause + 1;
            } else {
                m_out << "order only";
            }
            m_out << "</td></tr>\n";
        }
        m_out << "</table>\n";
        more(list.size());
    }

    void objects()
    {
        const auto& list = m_diff.objects();
        if (list.empty()) {
            return;
        }
        const auto nameOf = [&](DiffSide side, ObjectId id) {
            const Object* object = readerOf(side).object(id);
            return object != nullptr ? html(readerOf(side).string(object->name)) : std::string();
        };
        m_out << "<h2>Objects that differ</h2>\n<table><tr><th></th><th>in A</th><th>in B</th>"
                 "<th class=\"n\">differences</th><th>the first</th><th>divergence</th></tr>\n";
        for (std::size_t i = 0; i < std::min(list.size(), kRows); ++i) {
            const DiffObject& object = list[i];
            const Difference& first = m_diff.differences()[object.first];
            m_out << "<tr><td>" << sign(object.op) << "</td><td class=\"mono\">"
                  << nameOf(DiffSide::A, object.a) << "</td><td class=\"mono\">"
                  << nameOf(DiffSide::B, object.b) << "</td><td class=\"n\">" << object.differences
                  << "</td><td>" << seqs(first.a, first.b) << "</td><td>" << object.cause + 1
                  << "</td></tr>\n";
        }
        m_out << "</table>\n";
        more(list.size());
    }

    void durations()
    {
        const std::vector<DurationRow> rows
            = compareDurations(m_diff, [this] { return stillWanted(m_out); });
        if (rows.empty()) {
            return;
        }
        m_out << "<h2>How long calls took that both made</h2>\n<table><tr><th>layer</th>"
                 "<th>routine</th><th class=\"n\">calls</th><th class=\"n\">A</th>"
                 "<th class=\"n\">B</th><th class=\"n\">B ∕ A</th></tr>\n";
        for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 25); ++i) {
            const DurationRow& row = rows[i];
            const std::string ratio
                = row.a != 0 ? fixedText(double(row.b) / double(row.a), 2) : "-";
            m_out << "<tr><td>" << layerName(row.layer) << "</td><td class=\"mono\">"
                  << html(row.routine) << "</td><td class=\"n\">" << row.calls
                  << "</td><td class=\"n\">" << durationText(row.a) << "</td><td class=\"n\">"
                  << durationText(row.b) << "</td><td class=\"n\">" << ratio << "</td></tr>\n";
        }
        m_out << "</table>\n";
    }

    const TraceDiff& m_diff;
    std::ostream& m_out;
};

} // namespace

void exportDiffHtml(const TraceDiff& diff, std::ostream& out)
{
    Page(diff, out).write();
}

} // namespace rdrlab::trace
