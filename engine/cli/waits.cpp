// rdrlab waits: who waits for whom at the end of a recording, and the deadlocks among them.
#include "traces/query/waits.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/progress.h"
#include "engine/cli/words.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

using Kind = trace::WaitReason::Kind;

struct Options
{
    std::string trace;
    trace::Seq at = UINT64_MAX;
    bool json = false;
};

class Printer
{
public:
    Printer(const trace::Reader& reader, const trace::Waits& waits)
        : m_reader(reader)
        , m_waits(waits)
        , m_words(reader)
        , m_causes(reader)
    {
    }

    void text();
    void json();

private:
    std::string callOf(trace::SpanId span)
    {
        const trace::Span* call = m_causes.call(span);
        return call != nullptr ? m_words.call(*call) : fmt::format("#{}", span);
    }
    std::string pathOf(trace::SpanId span);
    std::string whatOf(const trace::BlockedThread& thread);
    std::string reasonOf(const trace::WaitReason& reason);
    std::string agoOf(trace::Seq seq);
    std::string who(const trace::BlockedThread& thread)
    {
        return m_words.who(thread.process, thread.thread);
    }

    const trace::Reader& m_reader;
    const trace::Waits& m_waits;
    Words m_words;
    trace::Causes m_causes;
};

std::string Printer::pathOf(trace::SpanId span)
{
    std::string text;
    for (const trace::Span& call : m_causes.path(span)) {
        text += (text.empty() ? "" : " › ") + m_words.call(call);
    }
    return text;
}

std::string Printer::whatOf(const trace::BlockedThread& thread)
{
    const std::string what = harmless(m_reader.string(thread.what));
    if (thread.object == 0) {
        return what;
    }
    const std::string name = m_words.object(thread.object, m_waits.at);
    // "ERESOURCE exclusive" says how it wants ERESOURCE:\lab\public\a.txt
    const std::size_t space = what.find(' ');
    return space == what.npos ? name : name + what.substr(space);
}

std::string Printer::agoOf(trace::Seq seq)
{
    const auto event = m_reader.event(seq);
    return event && event->timeNs <= m_waits.atNs
        ? fmt::format("#{}, {} ago", seq, durationText(m_waits.atNs - event->timeNs))
        : fmt::format("#{}", seq);
}

std::string Printer::reasonOf(const trace::WaitReason& reason)
{
    const std::string other = m_words.who(reason.process, reason.thread);
    switch (reason.kind) {
    case Kind::Lock:
        return fmt::format(
            "{} has it{}{}", paint(Colour::Bold, other), reason.isExclusive ? "" : " shared",
            reason.seq != 0 ? " since " + agoOf(reason.seq) : "");
    case Kind::Thread:
        return fmt::format(
            "{} works on {}, last seen {}", paint(Colour::Bold, other), callOf(reason.span),
            agoOf(reason.seq));
    case Kind::Server:
        return fmt::format(
            "the server holds {} back since {}", callOf(reason.span), agoOf(reason.seq));
    case Kind::Wire:
        return fmt::format("{} is on the wire, sent {}", callOf(reason.span), agoOf(reason.seq));
    case Kind::Unsent:
        return fmt::format("{} is not sent yet: no credit", callOf(reason.span));
    case Kind::Queue:
        return fmt::format("{} stands in a queue since {}", callOf(reason.span), agoOf(reason.seq));
    }
    return {};
}

void Printer::text()
{
    fmt::print(
        "{}\n",
        paint(Colour::Bold, fmt::format("after #{}, {}", m_waits.at, durationText(m_waits.atNs))));
    for (const std::vector<std::uint32_t>& ring : m_waits.rings) {
        fmt::print(
            "\n{}\n",
            paint(
                Colour::Red,
                ring.size() == 1
                    ? "DEADLOCK: a thread waits for itself"
                    : fmt::format("DEADLOCK: {} threads wait for each other", ring.size())));
        for (std::size_t i = 0; i < ring.size(); ++i) {
            const trace::BlockedThread& thread = m_waits.threads[ring[i]];
            const trace::BlockedThread& next = m_waits.threads[ring[(i + 1) % ring.size()]];
            fmt::print(
                "  {} ─ {} ─► {}\n", paint(Colour::Bold, who(thread)), whatOf(thread),
                paint(Colour::Bold, who(next)));
        }
    }
    for (const trace::BlockedThread& thread : m_waits.threads) {
        fmt::print(
            "\n{} waits for {}{}, since {}\n", paint(Colour::Bold, who(thread)),
            paint(Colour::Yellow, whatOf(thread)), thread.hasTimeout ? " (with a timeout)" : "",
            agoOf(thread.since));
        fmt::print(
            "  {}\n",
            paint(Colour::Dim, shorten("in " + pathOf(thread.span), terminal().width - 2)));
        for (const trace::WaitReason& reason : thread.reasons) {
            fmt::print("  {}\n", shorten("└ " + reasonOf(reason), terminal().width - 2));
        }
        if (thread.reasons.empty()) {
            fmt::print("  └ nothing recorded tells who would end it\n");
        }
    }
    std::size_t others = 0;
    for (const trace::SpanId span : m_waits.open) {
        const bool isTold = std::any_of(
            m_waits.threads.begin(), m_waits.threads.end(),
            [&](const trace::BlockedThread& thread) {
                return m_causes.request(thread.span) == span;
            });
        if (!isTold) {
            fmt::print(
                "{}{} is under way: {}  since {}\n", others++ == 0 ? "\n" : "",
                paint(
                    Colour::Bold,
                    m_causes.call(span) != nullptr
                        ? m_words.who(m_causes.call(span)->process, m_causes.call(span)->thread)
                        : "?"),
                callOf(span), agoOf(span));
        }
    }
    fmt::print(
        "\n{} blocked, {} wait for work, {} request{} under way\n", m_waits.threads.size(),
        m_waits.idle, m_waits.open.size(), m_waits.open.size() == 1 ? "" : "s");
}

void Printer::json()
{
    static constexpr std::string_view kKinds[]
        = { "lock", "thread", "server", "wire", "unsent", "queue" };
    fmt::print(
        "{{\"at\":{},\"time\":{},\"idle\":{},\"threads\":[", m_waits.at, m_waits.atNs,
        m_waits.idle);
    const char* comma = "\n";
    for (const trace::BlockedThread& thread : m_waits.threads) {
        fmt::print(
            "{}{{\"thread\":{},\"process\":{},\"since\":{},\"since_time\":{},\"for\":{},"
            "\"timeout\":{},\"call\":{},\"reasons\":[",
            comma, thread.thread, trace::jsonString(m_reader.processName(thread.process)),
            thread.since, thread.sinceNs, trace::jsonString(whatOf(thread)), thread.hasTimeout,
            thread.span);
        const char* inner = "";
        for (const trace::WaitReason& reason : thread.reasons) {
            fmt::print(
                "{}{{\"kind\":\"{}\",\"thread\":{},\"call\":{},\"seq\":{}}}", inner,
                kKinds[std::size_t(reason.kind)],
                reason.thread != 0 ? std::to_string(reason.thread) : "null",
                reason.span != 0 ? std::to_string(reason.span) : "null", reason.seq);
            inner = ",";
        }
        fmt::print("]}}");
        comma = ",\n";
    }
    fmt::print("\n],\"deadlocks\":[");
    comma = "";
    for (const std::vector<std::uint32_t>& ring : m_waits.rings) {
        std::string members;
        for (const std::uint32_t index : ring) {
            members += (members.empty() ? "" : ",") + std::to_string(m_waits.threads[index].thread);
        }
        fmt::print("{}[{}]", comma, members);
        comma = ",";
    }
    fmt::print("],\"open\":[{}]}}\n", fmt::join(m_waits.open, ","));
}

int waits(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    trace::Waits found;
    {
        ProgressBar bar("reading");
        trace::waitsAt(*reader, options.at, found, bar.follow());
    }
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    Printer printer(*reader, found);
    options.json ? printer.json() : printer.text();
    return found.rings.empty() ? 0 : 1;
}

} // namespace

void addWaits(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "waits", "Print who waits for whom; exit status 1 when threads wait for each other.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option("--at", options->at, "after this event (default: the last one)");
    command->add_flag("--json", options->json, "as a JSON object");
    command->callback([options, &status] { status = waits(*options); });
}

} // namespace rdrlab::cli
