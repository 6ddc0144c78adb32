// rdrlab spans: every request, and where its time went.
#include "traces/query/spans.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/progress.h"
#include "engine/cli/words.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

using trace::TimeKind;

constexpr std::size_t kKinds = std::size_t(TimeKind::Maximum);
constexpr std::size_t kBarColumns = 24;
constexpr std::size_t kDeepest = 16; // deeper calls are not indented further
constexpr std::size_t kPacketsShown = 8; // of one exchange; a large write has hundreds

struct Options
{
    std::string trace;
    std::string request;
    trace::Seq from = 0;
    trace::Seq to = UINT64_MAX;
    std::size_t slowest = 0;
    bool everything = false;
    bool json = false;
};

struct Look
{
    const char* glyph;
    Colour colour;
    const char* meaning;
};

// A second cue beside the colour: each kind has a mark of its own.
constexpr Look kLooks[kKinds] = {
    { "█", Colour::Green, "a thread runs it" },
    { "▒", Colour::Plain, "a thread could go on, and does not run yet" },
    { "S", Colour::Magenta, "the server holds it back" },
    { "─", Colour::Blue, "on the wire" },
    { "L", Colour::Red, "waits for a lock" },
    { "·", Colour::Yellow, "waits for something else" },
    { "q", Colour::Cyan, "stands in a queue" },
    { " ", Colour::Dim, "nothing recorded tells" },
};

const Look& lookOf(TimeKind kind)
{
    return kLooks[std::min(std::size_t(kind), kKinds - 1)];
}

// The duration as a row of marks, each for the kind that has most of its stretch.
std::string bar(const trace::Request& request)
{
    const std::uint64_t duration = request.durationNs();
    std::string text;
    std::size_t at = 0;
    TimeKind kind = TimeKind::Maximum;
    std::string run;
    for (std::size_t column = 0; column < kBarColumns; ++column) {
        const std::uint64_t begin = request.root().span.beginNs + duration * column / kBarColumns;
        const std::uint64_t end
            = request.root().span.beginNs + duration * (column + 1) / kBarColumns;
        trace::TimeSplit here;
        while (at < request.slices.size() && request.slices[at].endNs <= begin) {
            ++at;
        }
        for (std::size_t i = at; i < request.slices.size() && request.slices[i].beginNs < end;
             ++i) {
            const trace::TimeSlice& slice = request.slices[i];
            here.ns[std::size_t(slice.kind)]
                += std::min(slice.endNs, end) - std::max(slice.beginNs, begin);
        }
        const auto most = std::max_element(here.ns.begin(), here.ns.end());
        const TimeKind mark = *most == 0 ? TimeKind::Other : TimeKind(most - here.ns.begin());
        if (mark != kind) {
            text += kind == TimeKind::Maximum ? "" : paint(lookOf(kind).colour, run);
            run.clear();
            kind = mark;
        }
        run += lookOf(mark).glyph;
    }
    return text + paint(lookOf(kind).colour, run);
}

// "wire 2.00 ms, running 12.3 µs", the largest first.
std::string splitText(const trace::TimeSplit& split)
{
    std::vector<std::size_t> kinds;
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        if (split.ns[kind] != 0) {
            kinds.push_back(kind);
        }
    }
    std::stable_sort(kinds.begin(), kinds.end(), [&](std::size_t a, std::size_t b) {
        return split.ns[a] > split.ns[b];
    });
    std::string text;
    for (const std::size_t kind : kinds) {
        text += text.empty() ? "" : ", ";
        text += paint(
            lookOf(TimeKind(kind)).colour,
            fmt::format(
                "{} {}", trace::timeKindName(TimeKind(kind)), durationText(split.ns[kind])));
    }
    return text;
}

std::string fitted(const std::string& text, std::size_t width)
{
    const std::string part = shorten(text, width);
    return part + std::string(width - std::min(width, columns(part)), ' ');
}

// Moments of one request, all in the unit that tells them apart.
std::string offsetText(std::uint64_t offsetNs, std::uint64_t durationNs)
{
    return durationNs < 100'000'000 ? fmt::format("+{:.1f} µs", double(offsetNs) / 1e3)
                                    : fmt::format("+{:.3f} ms", double(offsetNs) / 1e6);
}

class Printer
{
public:
    explicit Printer(const trace::Reader& reader)
        : m_reader(reader)
        , m_words(reader)
    {
    }

    void list(const Options& options, std::vector<trace::Request>& requests);
    void tree(const trace::Request& request);
    void json(const trace::Request& request, bool withCalls);

private:
    std::string callText(const trace::Span& span) const
    {
        return m_words.call(m_reader.span(span.id).value_or(span));
    }
    std::string label(const trace::Span& span) const
    {
        return span.layer == trace::Layer::App || span.parent == 0
            ? m_words.who(span.process, span.thread)
            : std::string(trace::layerName(span.layer));
    }
    std::string reason(const trace::TimeSlice& slice) const;
    void legend(const trace::TimeSplit& split);

    const trace::Reader& m_reader;
    Words m_words;
};

void Printer::legend(const trace::TimeSplit& split)
{
    std::string text;
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        if (split.ns[kind] != 0 && TimeKind(kind) != TimeKind::Other) {
            text += fmt::format(
                "{}{} {}", text.empty() ? "" : "   ",
                paint(kLooks[kind].colour, kLooks[kind].glyph), kLooks[kind].meaning);
        }
    }
    fmt::print("{}\n", shorten(text, terminal().width));
}

void Printer::list(const Options& options, std::vector<trace::Request>& requests)
{
    const auto byBegin = [](const trace::Request& a, const trace::Request& b) {
        return a.root().span.id < b.root().span.id;
    };
    if (options.slowest != 0) {
        std::stable_sort(requests.begin(), requests.end(), [&](const auto& a, const auto& b) {
            return a.durationNs() != b.durationNs() ? a.durationNs() > b.durationNs()
                                                    : byBegin(a, b);
        });
        requests.resize(std::min(requests.size(), options.slowest));
    } else {
        std::sort(requests.begin(), requests.end(), byBegin);
    }
    const std::size_t numberColumns = fmt::format("#{}", m_reader.lastSeq()).size();
    trace::TimeSplit sum;
    for (const trace::Request& request : requests) {
        const trace::RequestCall& root = request.root();
        for (std::size_t kind = 0; kind < kKinds; ++kind) {
            sum.ns[kind] += root.split.ns[kind];
        }
        const std::string status = root.isOpen ? paint(Colour::Yellow, "still open")
            : root.span.status < 0             ? resultText(root.span.status)
                                               : std::string();
        const std::size_t width = terminal().width;
        const std::size_t textColumns = std::clamp<std::size_t>(width / 3, 24, 56);
        std::string line
            = paint(
                  Colour::Dim,
                  fmt::format("{:>{}}", fmt::format("#{}", root.span.id), numberColumns))
            + "  " + paint(Colour::Bold, fitted(label(root.span), 9)) + " "
            + fitted(callText(root.span) + (status.empty() ? "" : "  " + status), textColumns);
        const std::string duration = durationText(request.durationNs());
        line += std::string(10 - std::min<std::size_t>(9, columns(duration)), ' ') + duration + "  "
            + bar(request) + "  " + splitText(root.split);
        fmt::print("{}\n", shorten(line, width));
    }
    fmt::print(
        "{}{} requests, {} together: {}\n", requests.empty() ? "" : "\n", requests.size(),
        durationText(sum.total()), splitText(sum));
    legend(sum);
}

// Whom a stretch of waiting is owed to.
std::string Printer::reason(const trace::TimeSlice& slice) const
{
    const auto thread = [&](std::uint32_t number) {
        if (number == 0) {
            return std::string("an interrupt");
        }
        std::string name;
        m_reader.sql(
            fmt::format("SELECT process FROM threads WHERE id = {}", number), {},
            [&](const std::vector<const char*>& cells) {
                if (cells[0] != nullptr) {
                    name = cells[0];
                }
            });
        std::uint32_t process = 0;
        std::from_chars(name.data(), name.data() + name.size(), process);
        return m_words.who(process, number);
    };
    const auto call = m_reader.span(slice.span);
    const std::string in = call ? m_words.call(*call) : "";
    switch (slice.kind) {
    case TimeKind::Server:
    case TimeKind::Wire:
        return in;
    case TimeKind::Lock: {
        const std::string what = slice.object != 0 ? m_words.object(slice.object, slice.seq)
                                                   : harmless(m_reader.string(slice.what));
        return fmt::format(
            "for {}{}", what, slice.whom != 0 ? ", held by " + thread(slice.whom) : "");
    }
    case TimeKind::Waiting:
        return fmt::format(
            "for {}{}", harmless(m_reader.string(slice.what)),
            slice.endedBy != 0
                ? ", ended by " + thread(slice.whom) + fmt::format(" #{}", slice.endedBy)
                : "");
    default:
        return in;
    }
}

void Printer::tree(const trace::Request& request)
{
    const std::size_t width = terminal().width;
    const std::size_t splitColumns = std::clamp<std::size_t>(width * 2 / 5, 30, 64);
    const trace::RequestCall& root = request.root();
    fmt::print(
        "{}   {}{}   {} exchange{}\n\n", paint(Colour::Bold, callText(root.span)),
        durationText(request.durationNs()),
        root.isOpen ? ", still open at the end" : "  " + resultText(root.span.status),
        request.exchanges, request.exchanges == 1 ? "" : "s");
    std::vector<std::vector<std::uint32_t>> children(request.calls.size());
    for (std::uint32_t i = 1; i < request.calls.size(); ++i) {
        children[request.calls[i].parent].push_back(i);
    }
    std::vector<std::uint32_t> todo { 0 };
    while (!todo.empty()) {
        const trace::RequestCall& call = request.calls[todo.back()];
        const auto& inner = children[todo.back()];
        todo.pop_back();
        todo.insert(todo.end(), inner.rbegin(), inner.rend());
        const std::string indent(2 * std::min<std::size_t>(call.depth, kDeepest), ' ');
        const std::string number = fmt::format("#{}", call.span.id);
        const std::size_t room = width - splitColumns - 10 - 10 - 8;
        const std::string duration
            = call.isOpen ? "open" : durationText(call.span.endNs - call.span.beginNs);
        fmt::print(
            "{} {} {:>{}}{}  {}\n",
            paint(layerColour(call.span.layer), fitted(label(call.span), 9)),
            fitted(indent + callText(call.span), room), "",
            10 - std::min<std::size_t>(10, columns(duration)), duration,
            fitted(splitText(call.split), splitColumns)
                + paint(Colour::Dim, fmt::format("{:>6}", number)));
        std::size_t shown = 0;
        for (const trace::RequestPacket& packet : call.packets) {
            if (++shown == kPacketsShown && call.packets.size() > kPacketsShown) {
                fmt::print(
                    "{:10}{}  {}\n", "", indent,
                    paint(
                        Colour::Dim,
                        fmt::format("… {} segments more", call.packets.size() - shown + 1)));
                break;
            }
            const std::string text = fmt::format(
                "{} {} bytes at {}", packet.isToServer ? "→" : "←", packet.bytes,
                durationText(packet.timeNs));
            fmt::print(
                "{:10}{}  {}\n", "", indent,
                paint(
                    Colour::Dim,
                    fitted(text, width - 20 - indent.size())
                        + fmt::format("{:>6}", fmt::format("#{}", packet.seq))));
        }
    }
    fmt::print("\n{}\n", paint(Colour::Bold, "where the time went"));
    // What ran without a break is one line, whatever calls it went through.
    for (std::size_t i = 0; i < request.slices.size(); ++i) {
        const trace::TimeSlice& slice = request.slices[i];
        std::size_t last = i;
        while (slice.kind == TimeKind::Running && last + 1 < request.slices.size()
               && request.slices[last + 1].kind == TimeKind::Running) {
            ++last;
        }
        const std::string duration = durationText(request.slices[last].endNs - slice.beginNs);
        const std::string offset
            = offsetText(slice.beginNs - root.span.beginNs, request.durationNs());
        const std::string why
            = last == i ? reason(slice) : reason(slice) + " … " + reason(request.slices[last]);
        fmt::print(
            "{}{}  {}{}  {} {} {}\n",
            std::string(14 - std::min<std::size_t>(14, columns(offset)), ' '),
            paint(Colour::Dim, offset),
            std::string(10 - std::min<std::size_t>(10, columns(duration)), ' '), duration,
            paint(lookOf(slice.kind).colour, lookOf(slice.kind).glyph),
            paint(
                lookOf(slice.kind).colour, fitted(std::string(trace::timeKindName(slice.kind)), 8)),
            shorten(why, width - 42));
        i = last;
    }
    fmt::print("\n{} = {}\n", durationText(root.split.total()), splitText(root.split));
}

void Printer::json(const trace::Request& request, bool withCalls)
{
    const auto splitOf = [](const trace::TimeSplit& split) {
        std::string text;
        for (std::size_t kind = 0; kind < kKinds; ++kind) {
            text += fmt::format(
                "{}\"{}\":{}", kind == 0 ? "" : ",", trace::timeKindName(TimeKind(kind)),
                split.ns[kind]);
        }
        return "{" + text + "}";
    };
    const auto textOf = [&](const trace::RequestCall& call) {
        return fmt::format(
            "\"id\":{},\"parent\":{},\"layer\":{},\"call\":{},\"process\":{},\"thread\":{},"
            "\"begin\":{},\"duration\":{},\"open\":{},\"status\":{},\"time\":{}",
            call.span.id, call.span.parent == 0 ? "null" : std::to_string(call.span.parent),
            trace::jsonString(trace::layerName(call.span.layer)),
            trace::jsonString(callText(call.span)),
            trace::jsonString(m_reader.processName(call.span.process)), call.span.thread,
            call.span.beginNs, call.span.endNs - call.span.beginNs, call.isOpen,
            call.isOpen ? "null" : trace::jsonString(statusText(call.span.status)),
            splitOf(call.split));
    };
    fmt::print("{{{},\"exchanges\":{}", textOf(request.root()), request.exchanges);
    if (withCalls) {
        fmt::print(",\"calls\":[");
        for (std::size_t i = 1; i < request.calls.size(); ++i) {
            fmt::print("{}{{{}}}", i == 1 ? "\n" : ",\n", textOf(request.calls[i]));
        }
        fmt::print("\n],\"slices\":[");
        const char* comma = "\n";
        for (const trace::TimeSlice& slice : request.slices) {
            fmt::print(
                "{}{{\"begin\":{},\"end\":{},\"kind\":\"{}\",\"call\":{},\"reason\":{}}}", comma,
                slice.beginNs, slice.endNs, trace::timeKindName(slice.kind), slice.span,
                trace::jsonString(reason(slice)));
            comma = ",\n";
        }
        fmt::print("\n]");
    }
    fmt::print("}}");
}

// "295", "#295" or the name of an IRP, RX_CONTEXT or exchange.
trace::SpanId findCall(const trace::Reader& reader, const std::string& text, std::string& error)
{
    const char* first = text.data() + (text.starts_with('#') ? 1 : 0);
    const char* last = text.data() + text.size();
    trace::SpanId span = 0;
    const auto parsed = std::from_chars(first, last, span);
    if (parsed.ec == std::errc() && parsed.ptr == last && first != last) {
        if (reader.span(span)) {
            return span;
        }
        error = fmt::format("{}: no call begins at #{}", reader.path(), span);
        return 0;
    }
    const trace::ObjectId object = findObject(reader, text, error);
    span = object != 0 ? trace::callCarrying(reader, object) : 0;
    if (object != 0 && span == 0) {
        error = fmt::format("{}: {} carries no call", reader.path(), text);
    }
    return span;
}

int spans(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    if (!isRange(options.from, options.to)) {
        return 2;
    }
    Printer printer(*reader);
    if (!options.request.empty()) {
        std::string error;
        const trace::SpanId span = findCall(*reader, options.request, error);
        const auto request = span != 0 ? trace::requestOf(*reader, span) : std::nullopt;
        if (!request) {
            printError(
                !error.empty() ? error
                    : !reader->error().empty()
                    ? reader->error()
                    : fmt::format("{}: no request holds {}", options.trace, options.request));
            return 1;
        }
        if (options.json) {
            printer.json(*request, true);
            fmt::print("\n");
        } else {
            printer.tree(*request);
        }
        return reader->error().empty() ? 0 : (printError(reader->error()), 1);
    }
    const trace::Seq from = options.from != 0 || options.everything
        ? options.from
        : std::strtoull(reader->meta("start", "1").c_str(), nullptr, 10);
    std::vector<trace::Request> requests;
    ProgressBar bar("reading");
    trace::requests(
        *reader, from, options.to,
        [&](trace::Request&& request) {
            if (options.everything || request.root().span.layer == trace::Layer::App
                || request.exchanges != 0) {
                if (!options.json) {
                    request.calls.resize(1); // a list shows no more
                }
                requests.push_back(std::move(request));
            }
            return true;
        },
        bar.follow());
    bar.clear();
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    if (options.json) {
        const char* comma = "[\n";
        for (const trace::Request& request : requests) {
            fmt::print("{}", comma);
            printer.json(request, false);
            comma = ",\n";
        }
        fmt::print("{}\n]\n", requests.empty() ? "[" : "");
        return 0;
    }
    printer.list(options, requests);
    return 0;
}

} // namespace

void addSpans(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command
        = app.add_subcommand("spans", "Print the requests of a trace and where their time went.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option(
        "--request", options->request,
        "this one as a tree: the number of any of its calls, or the IRP, RX_CONTEXT or EXCHANGE "
        "that carries it");
    command->add_option("--from", options->from, "requests from this event on");
    command->add_option("--to", options->to, "requests up to this event");
    command->add_option("--slowest", options->slowest, "only that many, the slowest first");
    command->add_flag(
        "--all", options->everything, "also the machine's start and the kernel's own tasks");
    command->add_flag("--json", options->json, "as JSON; times in virtual nanoseconds");
    command->callback([options, &status] { status = spans(*options); });
}

} // namespace rdrlab::cli
