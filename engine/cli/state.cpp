// rdrlab state: what every object looked like right after one event.
#include "traces/query/state.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/terminal.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string trace;
    trace::Seq at = 0;
    std::string object;
    bool json = false;
};

// Fields by name: the ids follow first use, which a reader cannot guess.
std::vector<std::pair<std::string, trace::FieldValue>>
sorted(const trace::Reader& reader, const trace::ObjectState& state)
{
    std::vector<std::pair<std::string, trace::FieldValue>> fields;
    for (const auto& [field, value] : state.fields) {
        fields.emplace_back(reader.string(field), value);
    }
    std::sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    return fields;
}

void printText(
    const trace::Reader& reader,
    const trace::Object& object,
    const std::string& name,
    const trace::ObjectState& state,
    trace::Seq at)
{
    std::string line
        = paint(Colour::Bold, harmless(name)) + fmt::format("   born #{}", object.birth);
    if (object.death != 0 && object.death <= at) {
        line += fmt::format("   died #{}", object.death);
    }
    if (state.references) {
        line += fmt::format("   references {}", *state.references);
    }
    fmt::print("{}\n", line);
    for (const auto& [field, value] : sorted(reader, state)) {
        fmt::print("  {:<28} {}\n", harmless(field), harmless(value.print()));
    }
}

void printJson(
    const trace::Reader& reader,
    const trace::Object& object,
    const std::string& name,
    const trace::ObjectState& state)
{
    fmt::print(
        "{{\"name\":{},\"kind\":{},\"birth\":{}", trace::jsonString(name),
        trace::jsonString(trace::objectKindName(object.kind)), object.birth);
    if (object.death != 0) {
        fmt::print(",\"death\":{}", object.death);
    }
    if (state.references) {
        fmt::print(",\"references\":{}", *state.references);
    }
    fmt::print(",\"fields\":{{");
    const char* comma = "";
    for (const auto& [field, value] : sorted(reader, state)) {
        fmt::print(
            "{}{}:{}", comma, trace::jsonString(field),
            value.type == trace::Value::Type::Integer ? value.print()
                                                      : trace::jsonString(value.text));
        comma = ",";
    }
    fmt::print("}}}}");
}

int state(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    if (options.at > reader->lastSeq()) {
        printError(fmt::format("{}: the last event is #{}", options.trace, reader->lastSeq()));
        return 1;
    }
    std::vector<trace::ObjectId> wanted;
    if (!options.object.empty()) {
        wanted = reader->objectsNamed(options.object);
        if (wanted.empty()) {
            printError(fmt::format("{}: no object is named {}", options.trace, options.object));
            return 1;
        }
    }
    trace::StateCursor cursor(*reader);
    cursor.moveTo(options.at);
    const trace::ObjectNames names(*reader);
    std::vector<const trace::Object*> shown;
    for (const trace::ObjectId id : wanted.empty() ? cursor.alive() : wanted) {
        const trace::Object* object = reader->object(id);
        if (object != nullptr && object->birth <= options.at) {
            shown.push_back(object);
        }
    }
    if (!wanted.empty() && shown.empty()) {
        printError(fmt::format(
            "{}: {} is not born before #{}", options.trace, options.object, options.at));
        return 1;
    }
    if (options.json) {
        fmt::print("[");
    } else {
        fmt::print("state after #{}   {}\n\n", options.at, trace::counted(shown.size(), "object"));
    }
    const char* comma = "\n";
    for (const trace::Object* object : shown) {
        const std::string name = names.at(object->id, options.at);
        if (options.json) {
            fmt::print("{}", comma);
            printJson(*reader, *object, name, cursor.of(object->id));
            comma = ",\n";
        } else {
            printText(*reader, *object, name, cursor.of(object->id), options.at);
        }
    }
    if (options.json) {
        fmt::print("\n]\n");
    }
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    return 0;
}

} // namespace

void addState(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command
        = app.add_subcommand("state", "Print the state of objects right after one event.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option("--at", options->at, "the event's number")->required();
    command->add_option(
        "--object", options->object, "only this one: SRV_CALL:\\lab, or a name without its kind");
    command->add_flag("--json", options->json, "as a JSON array");
    command->callback([options, &status] { status = state(*options); });
}

} // namespace rdrlab::cli
