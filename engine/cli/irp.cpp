// rdrlab irp: the stack of an IRP, location by location, with what each driver was given; or all
// IRPs of a trace.
#include "traces/query/irp.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/words.h"
#include "traces/exporters/exporters.h"
#include "traces/query/irpparameters.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string trace;
    std::string irp;
    trace::Seq at = UINT64_MAX;
    bool json = false;
};

constexpr const char* kNotRecorded
    = "not in this recording: it was made by an older rdrlab; record it again to have them";

class Printer
{
public:
    Printer(const trace::Reader& reader, trace::Seq at)
        : m_reader(reader)
        , m_words(reader)
        , m_causes(reader)
        , m_at(at)
    {
    }

    void text(const trace::IrpStack& stack);
    void json(const trace::IrpStack& stack);
    void line(const trace::IrpStack& stack);

private:
    std::string object(trace::ObjectId id) const
    {
        return id == 0 ? "NULL" : harmless(m_words.object(id, m_at));
    }
    std::string name(trace::StringId id) const { return harmless(m_reader.string(id)); }
    std::string stateOf(const trace::IrpStack& stack, std::size_t index) const;
    std::string senderOf(const trace::IrpStack& stack);
    void row(std::string_view name, const std::string& value, unsigned indent = 2) const;
    void location(const trace::IrpStack& stack, std::size_t index) const;
    void given(const trace::IrpLocation& location) const;
    void jsonLocation(const trace::IrpLocation& location) const;

    const trace::Reader& m_reader;
    Words m_words;
    trace::Causes m_causes;
    trace::Seq m_at;
};

std::string Printer::stateOf(const trace::IrpStack& stack, std::size_t index) const
{
    const trace::IrpLocation& location = stack.locations[index];
    if (!location.isSent(m_at)) {
        return "not sent yet";
    }
    if (location.isBack(m_at)) {
        return resultText(location.status);
    }
    return location.isPending(m_at)    ? "STATUS_PENDING"
        : stack.current(m_at) == index ? "has it now"
                                       : "passed it down";
}

std::string Printer::senderOf(const trace::IrpStack& stack)
{
    const trace::Span* call = m_causes.call(stack.sender);
    return call != nullptr ? m_words.call(*call) : std::string();
}

void Printer::row(std::string_view name, const std::string& value, unsigned indent) const
{
    const unsigned width = 36;
    bool isFirst = true;
    for (const std::string& part : wrapped(value, std::max(terminal().width, width + 20) - width)) {
        fmt::print(
            "{:{}}{:<{}} {}\n", "", indent, isFirst ? name : "", width - 1 - indent,
            harmless(part));
        isFirst = false;
    }
}

void Printer::given(const trace::IrpLocation& location) const
{
    if (!location.sent) {
        row("Parameters", kNotRecorded);
        return;
    }
    const trace::StackLocation& sent = *location.sent;
    row("MinorFunction", trace::stackMinorFunction(sent));
    row("Flags", trace::stackFlags(sent));
    row("Control", trace::stackControl(sent, m_at));
    row("DeviceObject", object(location.device));
    row("FileObject", object(sent.file));
    row("CompletionRoutine", sent.routine != 0 ? name(sent.routine) : "NULL");
    row("Context", sent.hasContext ? "present" : "NULL");
    const std::vector<trace::StackValue> values = trace::stackParameters(m_reader, sent);
    if (values.empty()) {
        row("Parameters", "none");
        return;
    }
    fmt::print("  Parameters.{}\n", trace::stackMember(sent));
    for (const trace::StackValue& value : values) {
        row(value.name, value.object != 0 ? object(value.object) : value.text, 4);
    }
}

void Printer::location(const trace::IrpStack& stack, std::size_t index) const
{
    const trace::IrpLocation& location = stack.locations[index];
    const std::string number
        = location.sent ? fmt::format("location {}  ", location.sent->number) : "";
    const char* shared = stack.sharesLocation(index)
        ? "\n  the same location: the driver above skipped it (IoSkipCurrentIrpStackLocation)"
        : "";
    fmt::print(
        "\n{}{} – {}{}\n", number, paint(Colour::Bold, displayName(object(location.device))),
        stateOf(stack, index), shared);
    row("MajorFunction", name(location.function));
    given(location);
    row("sent",
        fmt::format(
            "#{} at {} by {}", location.call, durationText(location.beginNs),
            m_words.who(location.process, location.thread)));
    if (location.pended != 0 && location.pended <= m_at) {
        row("left pending", fmt::format("#{}", location.pended));
    }
    if (location.isBack(m_at)) {
        const std::uint64_t took = location.endNs - std::min(location.beginNs, location.endNs);
        row("came back", fmt::format("#{} after {}", location.end, durationText(took)));
        row("IoStatus.Status", statusText(location.status));
        row("IoStatus.Information", std::to_string(location.information));
    }
}

void Printer::text(const trace::IrpStack& stack)
{
    std::string head = paint(Colour::Bold, object(stack.irp));
    head += fmt::format("   born #{}", stack.birth);
    if (stack.death != 0 && stack.death <= m_at) {
        head += fmt::format("   freed #{}", stack.death);
    }
    fmt::print("{}\n", head);
    if (const std::string sender = senderOf(stack); !sender.empty()) {
        row("from", sender);
    }
    if (stack.file != 0) {
        row("OriginalFileObject", object(stack.file));
    }
    for (const trace::ObjectId context : stack.contexts) {
        row("RX_CONTEXT", object(context));
    }
    if (stack.locations.empty()) {
        fmt::print("\nnot sent to any driver in this recording\n");
    }
    for (std::size_t i = 0; i < stack.locations.size(); ++i) {
        location(stack, i);
    }
}

void Printer::line(const trace::IrpStack& stack)
{
    const std::string irp = object(stack.irp);
    if (stack.locations.empty()) {
        fmt::print("{:<10} {:>8}  not sent to any driver\n", irp, fmt::format("#{}", stack.birth));
        return;
    }
    const trace::IrpLocation& first = stack.locations.front();
    std::string devices;
    for (const trace::IrpLocation& location : stack.locations) {
        devices += (devices.empty() ? "" : " → ") + shortName(displayName(object(location.device)));
    }
    fmt::print(
        "{:<10} {:>8}  {:<32} {}  {}\n", irp, fmt::format("#{}", first.call), name(first.function),
        stateOf(stack, 0), shorten(devices, terminal().width / 2));
}

void Printer::jsonLocation(const trace::IrpLocation& location) const
{
    const auto text = [&](trace::StringId id) {
        return id != 0 ? trace::jsonString(m_reader.string(id)) : std::string("null");
    };
    const auto named = [&](trace::ObjectId id) {
        return id != 0 ? trace::jsonString(m_words.object(id, m_at)) : std::string("null");
    };
    fmt::print(
        "{{\"sent\":{},\"device\":{},\"MajorFunction\":{}", location.call, named(location.device),
        text(location.function));
    if (location.end != 0) {
        fmt::print(
            ",\"back\":{},\"status\":{},\"information\":{}", location.end,
            trace::jsonString(statusText(location.status)), location.information);
    }
    if (location.pended != 0) {
        fmt::print(",\"left\":{}", location.pended);
    }
    if (location.sent) {
        const trace::StackLocation& sent = *location.sent;
        fmt::print(
            ",\"location\":{},\"MinorFunction\":{},\"Flags\":{},\"Control\":{},\"FileObject\":{},"
            "\"CompletionRoutine\":{},\"Context\":{},\"Parameters\":{{",
            sent.number, trace::jsonString(trace::stackMinorFunction(sent)),
            trace::jsonString(trace::stackFlags(sent)),
            trace::jsonString(trace::stackControl(sent, m_at)), named(sent.file),
            text(sent.routine), sent.hasContext);
        const char* comma = "";
        for (const trace::StackValue& value : trace::stackParameters(m_reader, sent)) {
            fmt::print(
                "{}{}:{}", comma, trace::jsonString(value.name),
                value.isNumber          ? std::to_string(value.number)
                    : value.object != 0 ? named(value.object)
                                        : trace::jsonString(value.text));
            comma = ",";
        }
        fmt::print("}}");
    }
    fmt::print("}}");
}

void Printer::json(const trace::IrpStack& stack)
{
    fmt::print(
        "{{\"irp\":{},\"birth\":{}", trace::jsonString(m_words.object(stack.irp, m_at)),
        stack.birth);
    if (stack.death != 0) {
        fmt::print(",\"death\":{}", stack.death);
    }
    if (stack.file != 0) {
        fmt::print(",\"file\":{}", trace::jsonString(m_words.object(stack.file, m_at)));
    }
    fmt::print(",\"locations\":[");
    const char* comma = "";
    for (const trace::IrpLocation& location : stack.locations) {
        fmt::print("{}\n  ", comma);
        jsonLocation(location);
        comma = ",";
    }
    fmt::print("]}}");
}

// An event's number, with or without #.
bool asEvent(std::string_view text, trace::Seq& seq)
{
    text.remove_prefix(text.starts_with('#') ? 1 : 0);
    const auto result = std::from_chars(text.data(), text.data() + text.size(), seq);
    return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

// 0 and one line in `error` when there is none.
trace::ObjectId wantedIrp(const trace::Reader& reader, const Options& options, std::string& error)
{
    trace::Seq seq = 0;
    if (asEvent(options.irp, seq)) {
        const auto event = reader.event(seq);
        if (!event) {
            error = fmt::format(
                "{}: there is no event #{}; the last one is #{}", options.trace, seq,
                reader.lastSeq());
            return 0;
        }
        trace::ObjectId irp = trace::irpOfObject(reader, event->object);
        irp = irp != 0 ? irp : trace::irpOfCall(reader, event->span);
        error = irp == 0 ? fmt::format("{}: event #{} belongs to no IRP", options.trace, seq) : "";
        return irp;
    }
    const trace::ObjectId object = findObject(reader, options.irp, error);
    const trace::ObjectId irp = object != 0 ? trace::irpOfObject(reader, object) : 0;
    if (object != 0 && irp == 0) {
        error = options.trace + ": " + options.irp + " is no IRP, nor an RX_CONTEXT made for one";
    }
    return irp;
}

void allAsJson(
    const trace::Reader& reader, const trace::Spine& spine, Printer& printer, trace::Seq at)
{
    const char* comma = "\n";
    fmt::print("[");
    for (const trace::Object& object : reader.objects()) {
        if (object.kind == trace::ObjectKind::Irp && object.birth <= at) {
            fmt::print("{}", comma);
            printer.json(trace::irpStack(reader, spine, object.id));
            comma = ",\n";
        }
    }
    fmt::print("\n]\n");
}

// One pass over the calls: a whole stack for each line would read the trace once more for each.
void allAsLines(
    const trace::Reader& reader, const trace::Spine& spine, Printer& printer, trace::Seq at)
{
    std::map<trace::ObjectId, trace::IrpStack> stacks;
    for (const trace::Object& object : reader.objects()) {
        if (object.kind == trace::ObjectKind::Irp && object.birth <= at) {
            trace::IrpStack& stack = stacks[object.id];
            stack.irp = object.id;
            stack.birth = object.birth;
        }
    }
    reader.spans([&](const trace::Span& span) {
        const auto stack
            = span.layer == trace::Layer::Io ? stacks.find(span.request) : stacks.end();
        if (stack != stacks.end()) {
            trace::IrpLocation location;
            location.call = span.id;
            location.end = span.end;
            location.function = span.routine;
            location.device = span.object;
            location.status = span.status;
            stack->second.locations.push_back(std::move(location));
        }
        return true;
    });
    for (const auto& [irp, stack] : stacks) {
        const bool isOpen = !stack.locations.empty() && !stack.locations.front().isBack(at);
        printer.line(isOpen ? trace::irpStack(reader, spine, irp) : stack);
    }
    if (stacks.empty()) {
        fmt::print("no IRPs in this recording\n");
    }
}

int irp(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    if (options.at != UINT64_MAX && options.at > reader->lastSeq()) {
        printError(fmt::format("{}: the last event is #{}", options.trace, reader->lastSeq()));
        return 1;
    }
    const trace::Spine spine(*reader);
    const trace::Seq at = std::min(options.at, reader->lastSeq());
    Printer printer(*reader, at);
    if (!options.irp.empty()) {
        std::string error;
        const trace::ObjectId wanted = wantedIrp(*reader, options, error);
        if (wanted == 0) {
            printError(error);
            return 1;
        }
        const trace::IrpStack stack = trace::irpStack(*reader, spine, wanted);
        options.json ? printer.json(stack) : printer.text(stack);
        fmt::print("{}", options.json ? "\n" : "");
    } else {
        options.json ? allAsJson(*reader, spine, printer, at)
                     : allAsLines(*reader, spine, printer, at);
    }
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    return 0;
}

} // namespace

void addIrp(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "irp",
        "Print an IRP and its stack locations: what each driver was asked for, and its answer.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option(
        "IRP", options->irp,
        "which one: IRP#14, its RX_CONTEXT, or the number of an event that belongs to it (without: "
        "all of them, a line each)");
    command->add_option("--at", options->at, "as it was after this event (default: the last one)");
    command->add_flag("--json", options->json, "as a JSON object; all of them as an array");
    command->callback([options, &status] { status = irp(*options); });
}

} // namespace rdrlab::cli
