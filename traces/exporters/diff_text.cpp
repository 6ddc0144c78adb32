#include "traces/exporters/diff_html.h"
#include "traces/exporters/lines.h"
#include "traces/exporters/text.h"
#include "traces/query/diff/describe.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kCauses = 12; // shown unless all are wanted
constexpr std::size_t kLines = 6; // of one kind below a cause
constexpr std::size_t kReordered = 6;
constexpr std::size_t kDurations = 8;

std::string_view sign(DiffOp op, DiffOrder order)
{
    switch (op) {
    case DiffOp::Missing:
        return "-";
    case DiffOp::Extra:
        return "+";
    case DiffOp::Changed:
        return "~";
    default:
        return order == DiffOrder::Kept ? " " : "↕";
    }
}

Colour signColour(DiffOp op)
{
    // Blue and yellow, as red and green are one to many people; the sign says it without colour.
    switch (op) {
    case DiffOp::Missing:
        return Colour::Blue;
    case DiffOp::Extra:
        return Colour::Yellow;
    case DiffOp::Changed:
        return Colour::Magenta;
    default:
        return Colour::Cyan;
    }
}

std::string seqText(Seq a, Seq b)
{
    const auto one = [](Seq seq) { return seq != 0 ? fmt::format("#{}", seq) : std::string("-"); };
    return fmt::format("{:>8} {:>8}", one(a), one(b));
}

class Printer
{
public:
    Printer(const TraceDiff& diff, const DiffTextOptions& options, std::ostream& out)
        : m_diff(diff)
        , m_options(options)
        , m_out(out)
        , m_width(options.width)
    {
    }

    void print()
    {
        header();
        totals();
        sortOut();
        causes();
        reordered();
        if (m_options.durations) {
            durations();
        }
    }

private:
    const Reader& readerOf(DiffSide side) const { return m_diff.reader(side); }
    std::string painted(Colour colour, std::string_view text) const
    {
        return paint(colour, text, m_options.hasColour);
    }

    // `left` and, at the right edge, `right`.
    void line(std::string_view left, std::string_view right = {})
    {
        if (right.empty()) {
            m_out << shorten(left, m_width) << '\n';
            return;
        }
        const std::size_t room = m_width - std::min<std::size_t>(m_width, columns(right) + 1);
        const std::string text = shorten(left, room);
        m_out << text << std::string(room - columns(text) + 1, ' ') << right << '\n';
    }

    void header()
    {
        for (const DiffSide side : { DiffSide::A, DiffSide::B }) {
            const Reader& reader = readerOf(side);
            std::string text = fmt::format(
                "{}  {}   seed {}   driver {}", side == DiffSide::A ? "A" : "B",
                harmless(reader.meta("scenario", "(no scenario)")),
                harmless(reader.meta("seed", "?")), harmless(reader.meta("driver", "?")));
            const std::string server = reader.meta("server");
            text += server.empty() ? "" : "   server " + harmless(server);
            text += fmt::format(
                "   {}   {}", counted(reader.lastSeq(), "event"), harmless(reader.path()));
            text += reader.isComplete() ? "" : "   (incomplete)";
            line(painted(Colour::Bold, text));
        }
        std::string names;
        for (const std::string& category : m_diff.mask().names()) {
            if (m_diff.mask().ignores(category)) {
                names += (names.empty() ? "" : ", ") + category;
            }
        }
        line(painted(Colour::Dim, "left out: " + (names.empty() ? "nothing" : names)));
        m_out << '\n';
    }

    void totals()
    {
        const DiffCounts& counts = m_diff.counts();
        if (m_diff.isSame() && counts.reordered() == 0) {
            line(
                fmt::format("The traces are the same: {} in both.", counted(counts.same, "event")));
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
        line(fmt::format(
            "{:<10}{:>9} {:>9} {:>9} {:>9} {:>10}", "", "same", "~ changed", "- only A", "+ only B",
            "↕ reordered"));
        line(fmt::format(
            "{:<10}{:>9} {:>9} {:>9} {:>9} {:>10}", "events", counts.same, counts.changed,
            counts.missing, counts.extra, counts.reordered()));
        line(fmt::format(
            "{:<10}{:>9} {:>9} {:>9} {:>9} {:>10}", "requests", requests[0], requests[1],
            requests[2], requests[3], moved));
        line(fmt::format(
            "{:<10}{:>9} {:>9} {:>9} {:>9}", "objects", "", objects[1], objects[2], objects[3]));
        m_out << '\n';
    }

    // The differences of each cause, in order; those of the machine's start behind the others.
    void sortOut()
    {
        m_ofCause.resize(m_diff.causes().size());
        const auto& differences = m_diff.differences();
        for (std::uint32_t i = 0; i < differences.size(); ++i) {
            m_ofCause[differences[i].cause].push_back(i);
        }
        const auto startOf = [&](DiffSide side) -> Seq {
            return std::strtoull(readerOf(side).meta("start", "0").c_str(), nullptr, 10);
        };
        const Seq startA = startOf(DiffSide::A);
        const Seq startB = startOf(DiffSide::B);
        std::vector<std::uint32_t> atBoot;
        for (std::uint32_t i = 0; i < m_diff.causes().size(); ++i) {
            const Difference& first = differences[m_diff.causes()[i].first];
            const bool isBoot = first.a != 0 ? first.a < startA : first.b < startB;
            (isBoot ? atBoot : m_order).push_back(i);
        }
        m_beforeStart = m_order.size();
        m_order.insert(m_order.end(), atBoot.begin(), atBoot.end());
    }

    void causes()
    {
        if (m_order.empty()) {
            if (m_diff.counts().reordered() != 0) {
                line("Nothing differs but the order.");
                m_out << '\n';
            }
            return;
        }
        std::size_t shown = 0;
        for (std::size_t i = 0; i < m_order.size() && m_out; ++i) {
            if (i == m_beforeStart) {
                line(painted(
                    Colour::Bold,
                    fmt::format(
                        "While the machine started: {}",
                        counted(m_order.size() - i, "first divergence"))));
                m_out << '\n';
                shown = i == 0 ? 0 : kCauses - std::min<std::size_t>(kCauses, 3);
            }
            if (!m_options.everything && shown >= kCauses) {
                const std::size_t end = i < m_beforeStart ? m_beforeStart : m_order.size();
                line(painted(
                    Colour::Dim,
                    fmt::format("and {} (all with --all)", counted(end - i, "first divergence"))));
                m_out << '\n';
                i = end - 1;
                continue;
            }
            cause(i + 1, m_order[i]);
            ++shown;
        }
    }

    // Who made the request in B, where that is another process.
    std::string otherProcess(const DiffRequest& request) const
    {
        if (request.a == 0 || request.b == 0) {
            return {};
        }
        const auto process = [&](DiffSide side, Seq seq) {
            const auto event = readerOf(side).event(seq);
            return event ? readerOf(side).processName(event->process) : std::string_view();
        };
        const std::string_view other = process(DiffSide::B, request.b);
        return process(DiffSide::A, request.a) == other
            ? std::string()
            : "   by " + harmless(other.empty() ? "nobody" : other) + " in B";
    }

    std::string requestText(const DiffRequest& request) const
    {
        const DiffSide side = request.a != 0 ? DiffSide::A : DiffSide::B;
        const RequestTitle title = requestTitle(
            readerOf(side), request.a != 0 ? request.a : request.b, request.isOutside);
        return harmless(fmt::format(
            "{}  {}{}{}", title.process, title.routine, title.path.empty() ? "" : "  ",
            title.path));
    }

    std::string differenceText(const Difference& difference) const
    {
        const DiffSide side = difference.a != 0 ? DiffSide::A : DiffSide::B;
        const auto event = readerOf(side).event(difference.a != 0 ? difference.a : difference.b);
        if (!event) {
            return "?";
        }
        const EventTitle title = eventTitle(readerOf(side), *event);
        std::string text
            = fmt::format("{:<7}{} {}", title.layer, harmless(title.kind), harmless(title.routine));
        text += title.object.empty() ? "" : " [" + harmless(title.object) + "]";
        return text;
    }

    void details(const Difference& difference, std::string_view indent)
    {
        std::size_t shown = 0;
        for (const DiffDetail& detail : detailsOf(m_diff, difference)) {
            if (!m_options.everything && shown++ >= kLines) {
                line(fmt::format("{}…", indent));
                break;
            }
            const auto shownAs = [](const std::string& text) {
                return text.empty() ? std::string("-") : harmless(text);
            };
            std::string value = difference.op == DiffOp::Missing ? shownAs(detail.a)
                : difference.op == DiffOp::Extra
                ? shownAs(detail.b)
                : fmt::format("{} → {}", shownAs(detail.a), shownAs(detail.b));
            line(fmt::format("{}{:<14} {}", indent, harmless(detail.what), value));
        }
    }

    void one(const Difference& difference, std::string_view indent)
    {
        const auto mark = sign(difference.op, difference.order);
        std::string text = differenceText(difference);
        if (difference.order == DiffOrder::Elsewhere) {
            text += "   in another request";
        } else if (difference.order == DiffOrder::Inside) {
            text += "   at another point of the request";
        }
        line(
            fmt::format("{}{} {}", indent, painted(signColour(difference.op), mark), text),
            seqText(difference.a, difference.b));
    }

    void cause(std::size_t number, std::uint32_t index)
    {
        const DiffCause& cause = m_diff.causes()[index];
        const std::vector<std::uint32_t>& mine = m_ofCause[index];
        const Difference& first = m_diff.differences()[cause.first];
        const DiffRequest& request = m_diff.requests()[first.request];
        const bool isWhole = request.op == DiffOp::Missing || request.op == DiffOp::Extra;
        line(
            fmt::format(
                "{} {}{}", painted(Colour::Bold, fmt::format("{:>3}", number)),
                isWhole ? painted(signColour(request.op), sign(request.op, DiffOrder::Kept)) + " "
                        : "",
                painted(Colour::Bold, requestText(request))),
            seqText(request.a, request.b));
        if (isWhole) {
            line(fmt::format(
                "      only in {}: {} of its events have no partner",
                request.op == DiffOp::Missing ? "A" : "B", request.missing + request.extra));
        } else {
            one(first, "    ");
            details(first, "              ");
        }
        if (mine.size() > 1) {
            consequences(first, mine);
        }
        m_out << '\n';
    }

    // Whole requests first, then the requests that changed with their results.
    void consequences(const Difference& first, const std::vector<std::uint32_t>& mine)
    {
        const auto& differences = m_diff.differences();
        std::map<std::uint32_t, std::vector<std::uint32_t>> byRequest; // in order of the axis
        for (const std::uint32_t i : mine) {
            if (&differences[i] != &first) {
                byRequest[differences[i].request].push_back(i);
            }
        }
        line(painted(
            Colour::Dim,
            fmt::format(
                "      {} in {}", counted(mine.size() - 1, "consequence"),
                counted(byRequest.size(), "request"))));
        const bool isWhole = isOneSided(m_diff.requests()[first.request]);
        if (const auto own = byRequest.find(first.request); own != byRequest.end()) {
            if (!isWhole) {
                inRequest(m_diff.requests()[first.request], own->second, "      also in it: ");
            }
            byRequest.erase(own);
        }
        std::size_t shown = 0;
        for (const auto& [number, list] : byRequest) {
            if (!m_out) {
                return;
            }
            const DiffRequest& request = m_diff.requests()[number];
            if (!m_options.everything && shown++ >= kLines) {
                line(painted(
                    Colour::Dim,
                    fmt::format("      and {}", counted(byRequest.size() - kLines, "request"))));
                break;
            }
            line(
                fmt::format(
                    "      {} {}", painted(signColour(request.op), sign(request.op, request.order)),
                    requestText(request)),
                seqText(request.a, request.b));
            inRequest(request, list, "          events in it: ");
        }
    }

    static bool isOneSided(const DiffRequest& request)
    {
        return request.op == DiffOp::Missing || request.op == DiffOp::Extra;
    }

    void inRequest(
        const DiffRequest& request, const std::vector<std::uint32_t>& list, std::string_view label)
    {
        const auto& differences = m_diff.differences();
        if (m_options.everything) {
            for (const std::uint32_t i : list) {
                if (!m_out) {
                    return;
                }
                one(differences[i], "          ");
                details(differences[i], "                    ");
            }
            return;
        }
        if (request.op == DiffOp::Missing || request.op == DiffOp::Extra) {
            return;
        }
        // What it came to, and how many smaller things.
        std::size_t small = 0;
        for (const std::uint32_t i : list) {
            if (!m_out) {
                return;
            }
            const Difference& difference = differences[i];
            if (difference.a == 0 || difference.b == 0 || difference.op != DiffOp::Changed
                || !isEndOf(difference, request)) {
                ++small;
                continue;
            }
            for (const DiffDetail& detail : detailsOf(m_diff, difference)) {
                line(fmt::format(
                    "          its {:<12} {} → {}", harmless(detail.what), harmless(detail.a),
                    harmless(detail.b)));
            }
        }
        std::map<std::string, std::size_t> kinds;
        for (const std::uint32_t i : list) {
            const Difference& difference = differences[i];
            kinds
                [difference.op == DiffOp::Same ? std::string("reordered")
                                               : std::string(diffOpName(difference.op))]
                += 1;
        }
        std::string text;
        for (const auto& [name, count] : kinds) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
        }
        if (small != 0) {
            line(painted(Colour::Dim, std::string(label) + text));
        }
    }

    bool isEndOf(const Difference& difference, const DiffRequest& request) const
    {
        const auto event = readerOf(DiffSide::A).event(difference.a);
        return event && event->kind == EventKind::End && event->span == request.a;
    }

    void reordered()
    {
        std::vector<const DiffRequest*> moved;
        for (const DiffRequest& request : m_diff.requests()) {
            if (!request.isOutside && request.order != DiffOrder::Kept) {
                moved.push_back(&request);
            }
        }
        const std::uint64_t between = m_diff.counts().between;
        if (moved.empty() && between == 0) {
            return;
        }
        line(painted(
            Colour::Bold,
            fmt::format(
                "Reordered: {} made at another point or by another process, {} met other "
                "calls at another point",
                counted(moved.size(), "request"), counted(between, "event"))));
        for (std::size_t i = 0; i < moved.size() && m_out; ++i) {
            if (!m_options.everything && i >= kReordered) {
                line(painted(Colour::Dim, fmt::format("  and {} more", moved.size() - i)));
                break;
            }
            line(
                fmt::format("  {} {}", painted(Colour::Cyan, "↕"), requestText(*moved[i])),
                fmt::format(
                    "{} {}", counted(moved[i]->reordered, "event"),
                    seqText(moved[i]->a, moved[i]->b)));
        }
        m_out << '\n';
    }

    void durations()
    {
        const std::vector<DurationRow> rows
            = compareDurations(m_diff, [this] { return stillWanted(m_out); });
        line(painted(Colour::Bold, "Where the time of calls that both made went"));
        line(fmt::format(
            "  {:<7} {:<40} {:>7} {:>11} {:>11} {:>7}", "layer", "routine", "calls", "A", "B",
            "B / A"));
        std::size_t shown = 0;
        for (const DurationRow& row : rows) {
            if (!m_options.everything && shown++ >= kDurations) {
                break;
            }
            const std::string ratio
                = row.a != 0 ? fmt::format("{:.2f}", double(row.b) / double(row.a)) : "-";
            line(fmt::format(
                "  {:<7} {:<40} {:>7} {:>11} {:>11} {:>7}", layerName(row.layer),
                shorten(harmless(row.routine), 40), row.calls, durationText(row.a),
                durationText(row.b), ratio));
        }
        m_out << '\n';
    }

    const TraceDiff& m_diff;
    const DiffTextOptions& m_options;
    std::ostream& m_out;
    std::size_t m_width;
    std::vector<std::vector<std::uint32_t>> m_ofCause;
    std::vector<std::uint32_t> m_order;
    std::size_t m_beforeStart = 0;
};

} // namespace

void exportDiffText(const TraceDiff& diff, const DiffTextOptions& options, std::ostream& out)
{
    Printer(diff, options, out).print();
}

void exportDiffAligned(
    const TraceDiff& diff, long context, const DiffTextOptions& options, std::ostream& out)
{
    const std::vector<DiffRow>& rows = diff.rows();
    // Rows to print: those near a difference.
    std::vector<bool> wanted(rows.size(), context < 0);
    for (const Difference& difference : diff.differences()) {
        const long row = long(difference.row);
        for (long i = std::max(0L, row - context); i <= row + context && i < long(rows.size());
             ++i) {
            wanted[std::size_t(i)] = true;
        }
    }
    const auto titleOf = [&](DiffSide side, Seq seq) {
        const auto event = seq != 0 ? diff.reader(side).event(seq) : std::optional<Event>();
        if (!event) {
            return std::string();
        }
        const EventTitle title = eventTitle(diff.reader(side), *event);
        std::string text
            = fmt::format("#{} {} {} {}", seq, title.layer, title.kind, harmless(title.routine));
        text += title.object.empty() ? "" : " [" + harmless(title.object) + "]";
        if (event->hasStatus && event->kind != EventKind::Begin) {
            text += " " + statusText(event->status);
        }
        return text;
    };
    const std::size_t half = (options.width - 5) / 2;
    bool isGap = false;
    for (std::size_t i = 0; i < rows.size() && out; ++i) {
        const DiffSide side = rows[i].a != 0 ? DiffSide::A : DiffSide::B;
        const Seq seq = rows[i].a != 0 ? rows[i].a : rows[i].b;
        const DiffOp op = diff.op(side, seq);
        if (!wanted[i]) {
            isGap = true;
            continue;
        }
        if (op == DiffOp::LeftOut) {
            continue;
        }
        if (isGap) {
            out << paint(Colour::Dim, "  …", options.hasColour) << '\n';
            isGap = false;
        }
        const std::string left = shorten(titleOf(DiffSide::A, rows[i].a), half);
        const std::string right = shorten(titleOf(DiffSide::B, rows[i].b), half);
        const auto mark = sign(op, diff.order(side, seq));
        out << left << std::string(half - columns(left), ' ') << "  "
            << paint(signColour(op), mark, options.hasColour) << "  " << right << '\n';
    }
}

} // namespace rdrlab::trace
