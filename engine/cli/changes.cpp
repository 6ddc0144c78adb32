// rdrlab changes: what is different between two events, and who made it so.
#include "traces/query/changes.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/words.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <memory>

namespace rdrlab::cli {

namespace {

constexpr std::size_t kFieldColumns = 26;

struct Options
{
    std::string trace;
    trace::Seq from = 0;
    trace::Seq to = UINT64_MAX;
    std::string object;
    bool everything = false;
    bool json = false;
};

class Printer
{
public:
    Printer(const trace::Reader& reader, const Options& options, trace::Seq from, trace::Seq to)
        : m_reader(reader)
        , m_options(options)
        , m_words(reader)
        , m_causes(reader)
        , m_from(from)
        , m_to(to)
    {
    }

    void print(const std::vector<trace::ObjectDelta>& objects);
    void printJson(const std::vector<trace::ObjectDelta>& objects);

private:
    void object(const trace::ObjectDelta& delta);
    void passing(const std::map<trace::ObjectKind, std::vector<trace::ObjectId>>& objects);
    // Text at the left, the event and who at the right margin.
    void line(const std::string& left, trace::Seq seq);
    std::string by(trace::Seq seq);

    const trace::Reader& m_reader;
    const Options& m_options;
    Words m_words;
    trace::Causes m_causes;
    trace::Seq m_from;
    trace::Seq m_to;
};

std::string Printer::by(trace::Seq seq)
{
    const std::optional<trace::Cause> cause = m_causes.at(seq);
    if (!cause) {
        return {};
    }
    return cause->inner() != nullptr ? m_words.call(*cause->inner())
                                     : m_words.who(cause->event.process, cause->event.thread);
}

void Printer::line(const std::string& left, trace::Seq seq)
{
    const std::size_t width = terminal().width;
    const std::size_t numberColumns = fmt::format("#{}", m_to).size();
    const std::size_t byColumns = std::min<std::size_t>(44, width / 3);
    const std::size_t room = width - byColumns - numberColumns - 3;
    bool isFirst = true;
    for (const std::string& part : wrapped(left, room)) {
        std::string text = shorten(part, room);
        if (isFirst) {
            text += std::string(room - std::min(room, columns(text)) + 1, ' ')
                + paint(Colour::Dim,
                        fmt::format("{:>{}}  ", fmt::format("#{}", seq), numberColumns)
                            + shorten(by(seq), byColumns));
        }
        fmt::print("{}\n", text);
        isFirst = false;
    }
}

void Printer::object(const trace::ObjectDelta& delta)
{
    const trace::Object* object = m_reader.object(delta.object);
    const char* mark = delta.isBorn ? "+" : delta.isDead ? "-" : "~";
    const Colour colour = delta.isBorn ? Colour::Green
        : delta.isDead                 ? Colour::Red
                                       : Colour::Yellow;
    const std::string name = m_words.object(delta.object, m_to);
    const std::string head = paint(colour, mark) + " " + paint(Colour::Bold, name)
        + (delta.isBorn && delta.isDead ? "  (born and died)" : "");
    if (object != nullptr && (delta.isBorn || delta.isDead)) {
        line(head, delta.isDead ? object->death : object->birth);
    } else {
        fmt::print("{}\n", head);
    }
    for (const trace::FieldDelta& field : delta.fields) {
        const bool isSame = field.before == field.after;
        if (isSame && !m_options.everything) {
            continue;
        }
        const std::string before = Words::value(field.before);
        const std::string after = Words::value(field.after);
        std::string text = isSame ? before + paint(Colour::Dim, "  as before")
            : field.before.type == trace::Value::Type::None ? after
            : before.find('|') == before.npos && after.find('|') == after.npos
            ? before + " → " + after
            : differenceText(before, after);
        text += field.changes > 1 ? paint(Colour::Dim, fmt::format("  in {} steps", field.changes))
                                  : "";
        line(
            fmt::format(
                "    {:<{}} {}", harmless(m_reader.string(field.field)), kFieldColumns, text),
            field.last);
    }
    if (delta.countAfter && (delta.taken != delta.given || m_options.everything)) {
        std::string text = delta.countBefore ? fmt::format("{} → ", *delta.countBefore) : "";
        text += fmt::format("{}", *delta.countAfter);
        text += paint(
            Colour::Dim, fmt::format("  {} taken, {} given back", delta.taken, delta.given));
        line(fmt::format("    {:<{}} {}", "references", kFieldColumns, text), delta.lastReference);
    }
}

// What came and went inside the range is one line for each kind.
void Printer::passing(const std::map<trace::ObjectKind, std::vector<trace::ObjectId>>& objects)
{
    for (const auto& [kind, ids] : objects) {
        std::string names;
        for (const trace::ObjectId id : ids) {
            names += "  " + shortName(displayName(m_words.object(id, m_to)));
        }
        const std::string head
            = fmt::format("± {} {} came and went", ids.size(), trace::objectKindName(kind));
        fmt::print("{}\n", shorten(paint(Colour::Dim, head + names), terminal().width));
    }
}

void Printer::print(const std::vector<trace::ObjectDelta>& objects)
{
    const auto first = m_reader.event(m_from);
    const auto last = m_reader.event(m_to);
    std::string head = fmt::format("changes from #{} to #{}", m_from, m_to);
    if (first && last) {
        head += fmt::format(
            "   {} at {}", durationText(last->timeNs - std::min(first->timeNs, last->timeNs)),
            durationText(first->timeNs));
    }
    fmt::print("{}\n\n", paint(Colour::Bold, head));
    std::map<trace::ObjectKind, std::vector<trace::ObjectId>> passed;
    std::size_t born = 0;
    std::size_t died = 0;
    std::size_t changed = 0;
    std::size_t same = 0;
    for (const trace::ObjectDelta& delta : objects) {
        born += delta.isBorn;
        died += delta.isDead;
        const bool isChange = delta.isDifferent();
        changed += isChange && !delta.isBorn && !delta.isDead;
        same += !isChange;
        if (delta.isBorn && delta.isDead && m_options.object.empty() && !m_options.everything) {
            const trace::Object* object = m_reader.object(delta.object);
            passed[object != nullptr ? object->kind : trace::ObjectKind::None].push_back(
                delta.object);
        } else if (isChange || m_options.everything) {
            this->object(delta);
        }
    }
    passing(passed);
    std::string sum = fmt::format("{} born, {} died, {} changed", born, died, changed);
    if (same != 0) {
        sum += fmt::format(", {} touched and as before", same);
    }
    fmt::print("{}{}\n", objects.empty() ? "" : "\n", sum);
}

void Printer::printJson(const std::vector<trace::ObjectDelta>& objects)
{
    fmt::print("{{\"from\":{},\"to\":{},\"objects\":[", m_from, m_to);
    const char* comma = "\n";
    for (const trace::ObjectDelta& delta : objects) {
        fmt::print(
            "{}{{\"name\":{},\"born\":{},\"died\":{},\"fields\":[", comma,
            trace::jsonString(m_words.object(delta.object, m_to)), delta.isBorn, delta.isDead);
        const char* inner = "";
        for (const trace::FieldDelta& field : delta.fields) {
            fmt::print(
                "{}{{\"field\":{},\"before\":{},\"after\":{},\"changes\":{},\"last\":{}}}", inner,
                trace::jsonString(m_reader.string(field.field)), jsonValue(field.before),
                jsonValue(field.after), field.changes, field.last);
            inner = ",";
        }
        fmt::print("]");
        if (delta.countAfter) {
            fmt::print(
                ",\"references\":{{\"before\":{},\"after\":{},\"taken\":{},\"given\":{},\"last\":{}"
                "}}",
                delta.countBefore ? std::to_string(*delta.countBefore) : "null", *delta.countAfter,
                delta.taken, delta.given, delta.lastReference);
        }
        fmt::print("}}");
        comma = ",\n";
    }
    fmt::print("\n]}}\n");
}

int changes(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    const trace::Seq from = options.from != 0
        ? options.from
        : std::max<trace::Seq>(1, std::strtoull(reader->meta("start", "1").c_str(), nullptr, 10));
    const trace::Seq to = std::min(options.to, reader->lastSeq());
    if (!isRange(options.from, options.to)) {
        return 2;
    }
    if (from > reader->lastSeq()) {
        printError(fmt::format("{}: the last event is #{}", options.trace, reader->lastSeq()));
        return 1;
    }
    trace::ObjectId only = 0;
    if (!options.object.empty()) {
        std::string error;
        only = findObject(*reader, options.object, error);
        if (only == 0) {
            printError(error);
            return 1;
        }
    }
    std::vector<trace::ObjectDelta> objects;
    trace::changesBetween(*reader, from, std::max(from, to), only, objects);
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    Printer printer(*reader, options, from, std::max(from, to));
    options.json ? printer.printJson(objects) : printer.print(objects);
    return 0;
}

} // namespace

void addChanges(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "changes", "Print what is different between two events, and who made it so.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option(
        "--from", options->from, "first event (default: where the scenario starts)");
    command->add_option("--to", options->to, "last event (default: the last one)");
    command->add_option(
        "--object", options->object, "only this one: FCB:\\lab\\public\\readme.txt");
    command->add_flag(
        "--all", options->everything,
        "also what came and went, and what was touched and is as before");
    command->add_flag("--json", options->json, "as a JSON object");
    command->callback([options, &status] { status = changes(*options); });
}

} // namespace rdrlab::cli
