#include "engine/cli/objectarg.h"

#include "engine/cli/terminal.h"
#include "traces/query/history.h"

#include <algorithm>
#include <fmt/format.h>

namespace rdrlab::cli {

namespace {

constexpr std::size_t kSuggestions = 4;

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& letter : out) {
        letter = letter >= 'A' && letter <= 'Z' ? char(letter - 'A' + 'a') : letter;
    }
    return out;
}

// "a, b, c …"
std::string some(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < kSuggestions; ++i) {
        text += (i == 0 ? "" : ", ") + harmless(names[i]);
    }
    return names.size() > kSuggestions ? text + " …" : text;
}

// Objects that were called so before they were renamed.
trace::ObjectId formerly(const trace::Reader& reader, const std::string& name)
{
    const trace::StringId field = reader.findString("(name)");
    trace::ObjectId found = 0;
    if (field != 0) {
        reader.changes(1, reader.lastSeq(), [&](const trace::FieldChange& change) {
            found = change.field == field && change.before.text == name ? change.object : 0;
            return found == 0;
        });
    }
    return found;
}

} // namespace

std::unique_ptr<trace::Reader> openForReading(const std::string& path)
{
    std::string error;
    auto reader = trace::Reader::open(path, error);
    if (reader == nullptr) {
        printError(error);
    } else if (!reader->note().empty()) {
        printError(path + ": " + reader->note());
    }
    return reader;
}

trace::ObjectId findObject(const trace::Reader& reader, const std::string& name, std::string& error)
{
    const std::vector<trace::ObjectId> named = reader.objectsNamed(name);
    std::vector<std::string> names;
    for (const trace::ObjectId id : named) {
        const trace::Object* object = reader.object(id);
        const std::string_view full = object != nullptr ? reader.string(object->name) : "?";
        if (full == name) {
            return id;
        }
        names.emplace_back(full);
    }
    if (named.size() == 1) {
        return named.front();
    }
    if (!named.empty()) {
        error = fmt::format(
            "{}: {} objects are named {}: {}", reader.path(), named.size(), name, some(names));
        return 0;
    }
    if (const trace::ObjectId former = formerly(reader, name)) {
        return former;
    }
    const std::string wanted = lower(name);
    for (const trace::Object& object : reader.objects()) {
        const std::string_view full = reader.string(object.name);
        if (lower(full).find(wanted) != std::string::npos) {
            names.emplace_back(full);
        }
        if (names.size() > kSuggestions) {
            break;
        }
    }
    error = fmt::format("{}: no object is named {}", reader.path(), name);
    if (!names.empty()) {
        error += "; there is " + some(names);
    }
    return 0;
}

trace::StringId findField(
    const trace::Reader& reader,
    trace::ObjectId object,
    const std::string& name,
    std::string& error)
{
    std::vector<std::string> names;
    for (const trace::StringId field : trace::fieldsOf(reader, object)) {
        const std::string_view known = reader.string(field);
        if (lower(known) == lower(name)) {
            return field;
        }
        names.emplace_back(known);
    }
    const trace::Object* owner = reader.object(object);
    const std::string_view full = owner != nullptr ? reader.string(owner->name) : "?";
    std::sort(names.begin(), names.end());
    std::string list;
    for (const std::string& known : names) {
        list += (list.empty() ? "" : ", ") + harmless(known);
    }
    error = names.empty() ? fmt::format("{}: no field of {} ever changed", reader.path(), full)
                          : fmt::format(
                              "{}: {} has no field {} that ever changed; there is {}",
                              reader.path(), full, name, list);
    return 0;
}

} // namespace rdrlab::cli
