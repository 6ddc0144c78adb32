// rdrlab last-change, history, life: who gave a field its value, all values it ever had, and all
// that happened to an object.
#include "traces/query/history.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/words.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

// The reference ledger answers to the name of a field.
constexpr const char* kReferences = "references";

struct Options
{
    std::string trace;
    std::string object;
    std::string field;
    trace::Seq at = UINT64_MAX;
    trace::Seq from = 1;
    trace::Seq to = UINT64_MAX;
    bool next = false;
    bool json = false;
};

// A value that replaced another: a field's change or a line of the ledger.
struct Step
{
    trace::Seq seq = 0;
    trace::FieldValue before;
    trace::FieldValue after;
    std::string reason; // of a reference
};

trace::FieldValue number(std::int64_t value)
{
    return { trace::Value::Type::Integer, value, {}, 0 };
}

class Teller
{
public:
    Teller(const trace::Reader& reader, trace::ObjectId object)
        : m_reader(reader)
        , m_words(reader)
        , m_causes(reader)
        , m_object(object)
    {
    }

    int lastChange(const Options& options);
    int history(const Options& options);
    int life(const Options& options);

private:
    Step step(const trace::FieldChange& change) const
    {
        return { change.seq, change.before, change.after, {} };
    }
    Step step(const trace::Reference& line) const
    {
        return { line.seq, number(line.count - line.delta), number(line.count),
                 harmless(m_reader.string(line.reason)) };
    }
    std::optional<Step> last(trace::StringId field, trace::Seq at) const;
    std::optional<Step> next(trace::StringId field, trace::Seq at) const;

    std::string nameAt(trace::Seq seq) const { return m_words.object(m_object, seq); }
    std::string arrow(const Step& step) const;
    void printCalls(const trace::Cause& cause);
    void momentLine(const trace::Event& event, const std::string& text);
    void printStepJson(const Step& step);

    const trace::Reader& m_reader;
    Words m_words;
    trace::Causes m_causes;
    trace::ObjectId m_object;
    std::uint64_t m_lastTime = UINT64_MAX;
    std::string m_lastRequest;
    std::string m_lastBy;
    trace::Seq m_lastSeq = 0;
};

std::optional<Step> Teller::last(trace::StringId field, trace::Seq at) const
{
    if (field == 0) {
        const auto found = trace::lastReference(m_reader, m_object, at);
        return found ? std::optional(step(*found)) : std::nullopt;
    }
    const auto found = trace::lastChange(m_reader, m_object, field, at);
    return found ? std::optional(step(*found)) : std::nullopt;
}

std::optional<Step> Teller::next(trace::StringId field, trace::Seq at) const
{
    if (field == 0) {
        const auto found = trace::nextReference(m_reader, m_object, at);
        return found ? std::optional(step(*found)) : std::nullopt;
    }
    const auto found = trace::nextChange(m_reader, m_object, field, at);
    return found ? std::optional(step(*found)) : std::nullopt;
}

std::string Teller::arrow(const Step& step) const
{
    const std::string before = Words::value(step.before);
    const std::string after = Words::value(step.after);
    if (before.find('|') != before.npos || after.find('|') != after.npos) {
        return step.before.type == trace::Value::Type::None ? after : differenceText(before, after);
    }
    return step.before.type == trace::Value::Type::None ? after : before + " → " + after;
}

// The calls around an event, one a line, the outermost first.
void Teller::printCalls(const trace::Cause& cause)
{
    std::size_t indent = 0;
    for (const trace::Span& span : cause.calls) {
        const std::string label = span.layer == trace::Layer::App
            ? m_words.who(span.process, span.thread)
            : std::string(trace::layerName(span.layer));
        const std::string text = fmt::format(
            "    {}{}{}{}", paint(layerColour(span.layer), shorten(label, 9)),
            std::string(10 - std::min<std::size_t>(9, columns(label)), ' '),
            std::string(indent, ' '), m_words.call(span));
        const std::string at = fmt::format("#{}", span.id);
        const std::size_t room = terminal().width - std::max<std::size_t>(at.size(), 6) - 2;
        const std::string left = shorten(text, room);
        fmt::print(
            "{}{}{}\n", left, std::string(room - std::min(room, columns(left)) + 2, ' '),
            paint(Colour::Dim, fmt::format("{:>6}", at)));
        indent += indent < 24 ? 2 : 0;
    }
}

void Teller::printStepJson(const Step& step)
{
    fmt::print(
        "{{\"seq\":{},\"before\":{},\"after\":{}", step.seq, jsonValue(step.before),
        jsonValue(step.after));
    if (!step.reason.empty()) {
        fmt::print(",\"reason\":{}", trace::jsonString(step.reason));
    }
    if (const auto cause = m_causes.at(step.seq)) {
        fmt::print(
            ",\"time\":{},\"process\":{},\"process_name\":{},\"thread\":{},\"calls\":[",
            cause->event.timeNs, cause->process(),
            trace::jsonString(m_reader.processName(cause->process())), cause->event.thread);
        const char* comma = "";
        for (const trace::Span& span : cause->calls) {
            fmt::print(
                "{}{{\"span\":{},\"layer\":{},\"call\":{}}}", comma, span.id,
                trace::jsonString(trace::layerName(span.layer)),
                trace::jsonString(m_words.call(span)));
            comma = ",";
        }
        fmt::print("]");
    }
    fmt::print("}}");
}

int Teller::lastChange(const Options& options)
{
    trace::StringId field = 0;
    std::string fieldName = kReferences;
    if (options.field != kReferences) {
        std::string error;
        field = findField(m_reader, m_object, options.field, error);
        if (field == 0) {
            printError(error);
            return 1;
        }
        fieldName = harmless(m_reader.string(field));
    }
    const trace::Seq at = std::min(options.at, m_reader.lastSeq());
    const std::optional<Step> found = options.next ? next(field, at) : last(field, at);
    if (!found) {
        printError(fmt::format(
            "{}: {} of {} does not change {} #{}", m_reader.path(), fieldName, nameAt(at),
            options.next ? "after" : "up to", at));
        return 1;
    }
    if (options.json) {
        fmt::print(
            "{{\"object\":{},\"field\":{},\"change\":", trace::jsonString(nameAt(found->seq)),
            trace::jsonString(fieldName));
        printStepJson(*found);
        fmt::print("}}\n");
        return 0;
    }
    const std::optional<trace::Cause> cause = m_causes.at(found->seq);
    fmt::print("{}  {}\n", paint(Colour::Bold, nameAt(found->seq)), paint(Colour::Bold, fieldName));
    fmt::print("  {}", paint(Colour::Yellow, arrow(*found)));
    fmt::print("{}\n", found->reason.empty() ? "" : "   " + found->reason);
    if (cause) {
        const trace::Event& event = cause->event;
        const std::string actor = m_words.who(event.process, event.thread);
        const std::string client = m_words.who(cause->process(), cause->thread());
        fmt::print(
            "  at #{}, {}, by {}{}\n", found->seq, durationText(event.timeNs), actor,
            client != actor ? " for " + client : "");
        printCalls(*cause);
    }
    const std::optional<Step> before = last(field, found->seq - 1);
    const std::optional<Step> after = next(field, found->seq);
    fmt::print(
        "  {}; {}\n",
        before ? fmt::format("the change before it: #{}", before->seq) : "its first change",
        after ? fmt::format("the next one: #{}", after->seq) : "none after it");
    return 0;
}

// "     #482    2.45 ms  text     inner call", below a line for each request; what repeats is left
// out.
void Teller::momentLine(const trace::Event& event, const std::string& text)
{
    const std::size_t width = terminal().width;
    const std::size_t byColumns = std::min<std::size_t>(width / 4, 40);
    const std::size_t room = width - byColumns - 23;
    const trace::Cause cause = m_causes.of(event);
    std::string request = paint(Colour::Bold, m_words.who(cause.process(), cause.thread()));
    std::string by;
    if (cause.outer() != nullptr) {
        request += "  " + m_words.call(*cause.outer());
        request += paint(Colour::Dim, fmt::format("   #{}", cause.outer()->id));
        by = cause.inner() != cause.outer() ? m_words.call(*cause.inner()) : std::string();
    }
    if (request != m_lastRequest) {
        fmt::print("{}\n", shorten(request, width));
        m_lastRequest = request;
        m_lastBy.clear();
        m_lastTime = UINT64_MAX;
    }
    const std::string number = event.seq == m_lastSeq ? "" : fmt::format("#{}", event.seq);
    const std::string time = event.timeNs == m_lastTime ? "" : durationText(event.timeNs);
    bool isFirst = true;
    for (const std::string& part : wrapped(text, room)) {
        const std::string timePart = isFirst ? time : "";
        const std::string byPart = isFirst && by != m_lastBy ? by : "";
        const std::string left = shorten(part, room);
        std::string line = paint(Colour::Dim, fmt::format("{:>9}", isFirst ? number : "")) + "  "
            + std::string(10 - std::min<std::size_t>(10, columns(timePart)), ' ') + timePart + "  "
            + left;
        if (!byPart.empty()) {
            line += std::string(room - std::min(room, columns(left)) + 1, ' ')
                + paint(Colour::Dim, shorten(byPart, byColumns - 1));
        }
        fmt::print("{}\n", line);
        isFirst = false;
    }
    m_lastBy = by;
    m_lastTime = event.timeNs;
    m_lastSeq = event.seq;
}

int Teller::history(const Options& options)
{
    trace::StringId field = 0;
    std::string fieldName = kReferences;
    std::vector<Step> steps;
    if (options.field == kReferences) {
        m_reader.referencesOf(
            m_object, options.from, options.to, false, [&](const trace::Reference& line) {
                steps.push_back(step(line));
                return true;
            });
    } else {
        std::string error;
        field = findField(m_reader, m_object, options.field, error);
        if (field == 0) {
            printError(error);
            return 1;
        }
        fieldName = harmless(m_reader.string(field));
        for (const trace::FieldChange& change :
             trace::fieldHistory(m_reader, m_object, field, options.from, options.to)) {
            steps.push_back(step(change));
        }
    }
    if (options.json) {
        fmt::print(
            "{{\"object\":{},\"field\":{},\"changes\":[",
            trace::jsonString(nameAt(m_reader.lastSeq())), trace::jsonString(fieldName));
        const char* comma = "\n";
        for (const Step& step : steps) {
            fmt::print("{}", comma);
            printStepJson(step);
            comma = ",\n";
        }
        fmt::print("\n]}}\n");
        return 0;
    }
    fmt::print(
        "{}  {}   {} change{}\n\n", paint(Colour::Bold, nameAt(m_reader.lastSeq())),
        paint(Colour::Bold, fieldName), steps.size(), steps.size() == 1 ? "" : "s");
    for (const Step& step : steps) {
        trace::Event event;
        event.seq = step.seq;
        event = m_reader.event(step.seq).value_or(event);
        momentLine(event, arrow(step) + (step.reason.empty() ? "" : "   " + step.reason));
    }
    return 0;
}

int Teller::life(const Options& options)
{
    using What = trace::LifeMoment::What;
    const trace::Object* object = m_reader.object(m_object);
    if (object == nullptr) {
        return 1;
    }
    const auto birth = m_reader.event(object->birth);
    const auto death = object->death != 0 ? m_reader.event(object->death) : std::nullopt;
    if (options.json) {
        fmt::print(
            "{{\"object\":{},\"kind\":{},\"owner\":{},\"birth\":{},\"death\":{},\"moments\":[",
            trace::jsonString(nameAt(m_reader.lastSeq())),
            trace::jsonString(trace::objectKindName(object->kind)),
            object->owner != 0 ? trace::jsonString(m_words.object(object->owner, object->birth))
                               : "null",
            object->birth, object->death != 0 ? std::to_string(object->death) : "null");
    } else {
        fmt::print("{}", paint(Colour::Bold, nameAt(m_reader.lastSeq())));
        if (object->owner != 0) {
            fmt::print("   on {}", m_words.object(object->owner, object->birth));
        }
        if (object->death != 0) {
            const std::uint64_t from = birth ? birth->timeNs : 0;
            const std::uint64_t lived = death ? std::max(death->timeNs, from) - from : 0;
            fmt::print(
                "   lived from #{} to #{}, {}\n\n", object->birth, object->death,
                durationText(lived));
        } else {
            fmt::print("   born #{}, alive at the end\n\n", object->birth);
        }
    }
    const char* comma = "\n";
    const bool good = trace::lifeOf(
        m_reader, m_object, options.from, options.to, [&](const trace::LifeMoment& moment) {
            const trace::Event& event = moment.event;
            std::string text;
            std::string what;
            switch (moment.what) {
            case What::Born:
                what = "born";
                text = paint(Colour::Green, "+ born");
                break;
            case What::Died:
                what = "died";
                text = paint(Colour::Red, "- died");
                break;
            case What::Referenced:
                what = "reference";
                text = fmt::format(
                    "  references {} → {}   {}", moment.reference.count - moment.reference.delta,
                    moment.reference.count, harmless(m_reader.string(moment.reference.reason)));
                break;
            case What::Renamed:
            case What::Changed:
                what = "change";
                break;
            case What::Event:
                what = trace::eventKindName(event.kind);
                if (event.kind == trace::EventKind::Begin) {
                    text = "▸ " + harmless(m_reader.string(event.routine));
                } else if (event.kind == trace::EventKind::End) {
                    text = "◂ " + harmless(m_reader.string(event.routine)) + "  "
                        + resultText(event.status);
                } else {
                    text = fmt::format("  {} {}", what, harmless(m_reader.string(event.routine)));
                    text += event.text != 0 ? "  " + harmless(m_reader.string(event.text)) : "";
                }
                break;
            }
            if (options.json) {
                fmt::print(
                    "{}{{\"seq\":{},\"time\":{},\"what\":{}", comma, event.seq, event.timeNs,
                    trace::jsonString(what));
                if (event.routine != 0) {
                    fmt::print(
                        ",\"routine\":{}", trace::jsonString(m_reader.string(event.routine)));
                }
                if (moment.what == What::Referenced) {
                    fmt::print(
                        ",\"delta\":{},\"count\":{}", moment.reference.delta,
                        moment.reference.count);
                }
                if (!moment.changes.empty()) {
                    fmt::print(",\"changes\":[");
                    const char* inner = "";
                    for (const trace::FieldChange& change : moment.changes) {
                        fmt::print(
                            "{}{{\"field\":{},\"before\":{},\"after\":{}}}", inner,
                            trace::jsonString(m_reader.string(change.field)),
                            jsonValue(change.before), jsonValue(change.after));
                        inner = ",";
                    }
                    fmt::print("]");
                }
                fmt::print("}}");
                comma = ",\n";
                return true;
            }
            if (moment.changes.empty()) {
                momentLine(event, text);
            }
            for (const trace::FieldChange& change : moment.changes) {
                momentLine(
                    event,
                    moment.what == What::Renamed
                        ? "  named " + harmless(change.after.text)
                        : fmt::format(
                            "  {:<26} {}", harmless(m_reader.string(change.field)),
                            arrow(step(change))));
            }
            return true;
        });
    if (options.json) {
        fmt::print("\n]}}\n");
    }
    return good ? 0 : 1;
}

template <typename Ask> int ask(const Options& options, Ask question)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    if (!isRange(options.from, options.to)) {
        return 2;
    }
    std::string error;
    const trace::ObjectId object = findObject(*reader, options.object, error);
    if (object == 0) {
        printError(error);
        return 1;
    }
    Teller teller(*reader, object);
    const int status = question(teller);
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    return status;
}

constexpr const char* kObjectHelp
    = "the object: FCB:\\lab\\public\\readme.txt, or without the kind when that is clear";

} // namespace

void addHistory(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* last = app.add_subcommand("last-change", "Print who gave a field its value.");
    last->add_option("TRACE", options->trace, "the trace file")->required();
    last->add_option("OBJECT", options->object, kObjectHelp)->required();
    last->add_option("FIELD", options->field, "a member of the structure, or: references")
        ->required();
    last->add_option("--at", options->at, "as of this event (default: the last one)");
    last->add_flag("--next", options->next, "the first change after --at instead");
    last->add_flag("--json", options->json, "as a JSON object");
    last->callback([options, &status] {
        status = ask(*options, [&](Teller& teller) { return teller.lastChange(*options); });
    });

    const auto common = [](CLI::App* command, const std::shared_ptr<Options>& into) {
        command->add_option("TRACE", into->trace, "the trace file")->required();
        command->add_option("OBJECT", into->object, kObjectHelp)->required();
        command->add_option("--from", into->from, "first event");
        command->add_option("--to", into->to, "last event");
        command->add_flag("--json", into->json, "as a JSON object");
    };
    auto past = std::make_shared<Options>();
    CLI::App* history = app.add_subcommand(
        "history", "Print all values of a field, or without one an object's life.");
    common(history, past);
    history->add_option("FIELD", past->field, "a member of the structure, or: references");
    history->callback([past, &status] {
        status = ask(*past, [&](Teller& teller) {
            return past->field.empty() ? teller.life(*past) : teller.history(*past);
        });
    });

    auto whole = std::make_shared<Options>();
    CLI::App* life = app.add_subcommand(
        "life", "Print all that happened to an object, from its birth to its death.");
    common(life, whole);
    life->callback([whole, &status] {
        status = ask(*whole, [&](Teller& teller) { return teller.life(*whole); });
    });
}

} // namespace rdrlab::cli
