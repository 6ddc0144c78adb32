// A range of a trace as one page that needs nothing else: to hand in, to print, to keep.
#include "traces/exporters/html.h"

#include "traces/exporters/picture.h"
#include "traces/exporters/sequence.h"
#include "traces/exporters/svgstyle.h"
#include "traces/exporters/text.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kMostSequences = 12;

struct Counts
{
    std::size_t systemCalls = 0;
    std::size_t calldowns = 0;
    std::size_t roundTrips = 0;
    std::size_t failures = 0; // of system calls
};

Counts countsOf(const HtmlRange& range)
{
    Counts counts;
    for (const SpanNode& node : range.tree.nodes()) {
        const Span& span = node.span;
        if (span.id < range.from || span.id > range.until || span.id == 0) {
            continue;
        }
        counts.systemCalls += span.layer == Layer::App;
        counts.calldowns += span.layer == Layer::Mrx;
        counts.roundTrips += span.layer == Layer::Wire;
        counts.failures += span.layer == Layer::App && span.end != 0 && isRefusal(span.status);
    }
    return counts;
}

std::uint64_t timeAt(const Reader& reader, Seq seq)
{
    const auto event = reader.event(seq);
    return event ? event->timeNs : 0;
}

void head(const HtmlRange& range, std::ostream& out, const std::string& title)
{
    const Reader& reader = range.reader;
    out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        << "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" << xmlText(title)
        << "</title>\n<style>" << htmlStyle() << svgStyle()
        << "</style>\n</head>\n<body>\n<header>\n<h1>" << xmlText(title)
        << "</h1>\n<p class=\"by\"><span>Name</span><span>Date</span></p>\n";
    const Counts counts = countsOf(range);
    const std::uint64_t begin = timeAt(reader, range.from);
    const std::uint64_t end = timeAt(reader, range.until);
    out << "<dl class=\"facts\">\n";
    const auto fact = [&](std::string_view name, std::string_view value) {
        out << "<div><dt>" << name << "</dt><dd>" << xmlText(value) << "</dd></div>\n";
    };
    fact(
        "events",
        "#" + std::to_string(range.from) + " to #" + std::to_string(range.until) + " of "
            + std::to_string(reader.lastSeq()));
    fact("virtual time", durationText(end - std::min(begin, end)));
    fact("system calls", std::to_string(counts.systemCalls));
    fact("failed", std::to_string(counts.failures));
    fact("calls into the mini-redirector", std::to_string(counts.calldowns));
    fact("round trips", std::to_string(counts.roundTrips));
    fact("program", reader.meta("version", "unknown"));
    if (!reader.isComplete()) {
        fact("recording", "interrupted");
    }
    out << "</dl>\n<nav><a href=\"#calls\">Calls</a> <a href=\"#requests\">Requests</a> "
        << "<a href=\"#objects\">Objects</a> <a href=\"#changes\">Changes</a> "
        << "<a href=\"#packets\">Packets</a></nav>\n</header>\n";
}

bool figure(const HtmlRange& range, Seq at, std::string_view caption, std::ostream& out)
{
    PictureOptions options;
    options.at = at;
    const auto picture = makePicture(range.reader, options);
    if (!picture) {
        return false;
    }
    out << "<figure>\n<figcaption>" << xmlText(caption) << "</figcaption>\n";
    drawPicture(*picture, out, true);
    out << "</figure>\n";
    return true;
}

// The story of each system call of the range that asked a server.
void requests(const HtmlRange& range, std::ostream& out)
{
    out << "<section id=\"requests\">\n<h2>Requests</h2>\n";
    std::size_t drawn = 0;
    std::size_t others = 0;
    const std::vector<bool> asksServer = reachesLayer(range.tree, Layer::Wire);
    for (std::uint32_t i = 1; i < range.tree.nodes().size(); ++i) {
        const Span& span = range.tree.nodes()[i].span;
        if (span.layer != Layer::App || span.id < range.from || span.id > range.until
            || !asksServer[i]) {
            continue;
        }
        if (drawn == kMostSequences) {
            ++others;
            continue;
        }
        const auto sequence = makeSequence(range.reader, range.tree, range.names, span.id);
        if (sequence) {
            out << "<details open>\n<summary>#" << span.id << " "
                << xmlText(
                       std::string(range.reader.string(span.routine)) + "  "
                       + subjectOf(range.reader, range.names, span))
                << "</summary>\n<figure>\n";
            drawSequence(*sequence, out, true);
            out << "</figure>\n</details>\n";
            ++drawn;
        }
    }
    if (drawn == 0) {
        out << "<p class=\"none\">No system call of this range asked a server.</p>\n";
    }
    if (others != 0) {
        out << "<p class=\"none\">… and " << counted(others, "more request") << ".</p>\n";
    }
    out << "</section>\n";
}

} // namespace

bool exportHtml(const Reader& reader, const HtmlOptions& options, std::ostream& out)
{
    const ObjectNames names(reader);
    const SpanTree tree(reader);
    const Seq last = reader.lastSeq();
    const HtmlRange range { reader, names, tree,
                            std::clamp<Seq>(options.from, 1, std::max<Seq>(last, 1)),
                            std::min(options.until, last) };
    head(range, out, options.title.empty() ? traceTitle(reader) : options.title);
    out << "<main>\n";
    htmlCalls(range, out);
    requests(range, out);
    out << "<section id=\"objects\">\n<h2>Objects</h2>\n";
    const Seq before = range.from - 1;
    bool good = before == 0
        || figure(range, before, "Before: after event #" + std::to_string(before), out);
    const Seq busy = busiestEvent(reader, range.from, range.until);
    if (busy != range.until) {
        good = figure(range, busy, "When most is open: after event #" + std::to_string(busy), out)
            && good;
    }
    good
        = figure(range, range.until, "At the end: after event #" + std::to_string(range.until), out)
        && good;
    htmlObjects(range, out);
    out << "</section>\n";
    htmlChanges(range, out);
    htmlPackets(range, out);
    out << "</main>\n<footer>Made by rdrlab from a recording: export --to html --from "
        << range.from << " --until " << range.until << "</footer>\n</body>\n</html>\n";
    return good && reader.error().empty() && bool(out);
}

} // namespace rdrlab::trace
