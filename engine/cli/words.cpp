#include "engine/cli/words.h"

#include "traces/exporters/exporters.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace rdrlab::cli {

using trace::Layer;
using trace::ObjectKind;

namespace {

constexpr trace::Seq kSubjectEvents = 40; // how far to look for the file a system call is about

std::set<std::string> flagsOf(const std::string& text)
{
    std::set<std::string> flags;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('|', at), text.size());
        if (end != at && text.substr(at, end - at) != "0") {
            flags.insert(text.substr(at, end - at));
        }
        at = end + 1;
    }
    return flags;
}

} // namespace

Colour layerColour(Layer layer)
{
    switch (layer) {
    case Layer::App:
        return Colour::Bold;
    case Layer::Io:
        return Colour::Blue;
    case Layer::Mup:
        return Colour::Magenta;
    case Layer::Rdbss:
        return Colour::Cyan;
    case Layer::Mrx:
        return Colour::Yellow;
    case Layer::Wire:
        return Colour::Green;
    default:
        return Colour::Dim;
    }
}

std::string displayName(std::string name)
{
    const std::size_t colon = name.find(':');
    if (colon != name.npos) {
        name[colon] = ' ';
    }
    return harmless(name);
}

std::string pathOf(std::string name)
{
    const std::size_t mark = name.rfind('#');
    const bool isOrdinal = mark != name.npos && mark + 1 < name.size()
        && name.find_first_not_of("0123456789", mark + 1) == name.npos;
    if (isOrdinal && name.find('\\') < mark) {
        name.resize(mark);
    }
    return name;
}

std::string shortName(const std::string& displayed)
{
    const std::size_t space = displayed.find(' ');
    return space == displayed.npos ? displayed : displayed.substr(space + 1);
}

std::string resultText(std::int32_t status)
{
    const std::string text = statusText(status);
    return status < 0 ? paint(Colour::Red, text) : text;
}

// Of flags only what came and went.
std::string differenceText(const std::string& before, const std::string& after)
{
    if (before.find('|') == before.npos && after.find('|') == after.npos) {
        return before + "→" + after;
    }
    const std::set<std::string> old = flagsOf(before);
    const std::set<std::string> fresh = flagsOf(after);
    std::string text;
    for (const std::string& flag : fresh) {
        text += old.contains(flag) ? "" : (text.empty() ? "+" : " +") + flag;
    }
    for (const std::string& flag : old) {
        text += fresh.contains(flag) ? "" : (text.empty() ? "-" : " -") + flag;
    }
    return text;
}

namespace {

// Where the flag that begins at `from` ends: behind the next | or before the next " +" or " -".
std::size_t flagEnd(const std::string& text, std::size_t from)
{
    for (std::size_t at = from + 1; at < text.size(); ++at) {
        const bool isMark = text[at] == ' ' && at + 2 < text.size()
            && (text[at + 1] == '+' || text[at + 1] == '-') && text[at + 2] >= 'A'
            && text[at + 2] <= 'Z';
        if (text[at - 1] == '|' || isMark) {
            return at;
        }
    }
    return text.size();
}

} // namespace

std::vector<std::string> wrapped(const std::string& text, std::size_t width)
{
    const std::size_t first = flagEnd(text, 0);
    if (columns(text) <= width || first == text.size()) {
        return { text };
    }
    // The first flag begins after the last space before its end.
    const std::size_t space = text.rfind(' ', first - 1);
    const std::size_t begin = space == text.npos ? 0 : space + 1;
    const std::string indent(columns(std::string_view(text).substr(0, begin)), ' ');
    std::vector<std::string> lines;
    std::string line = text.substr(0, begin);
    for (std::size_t at = begin; at < text.size();) {
        const std::size_t end = flagEnd(text, at);
        std::string flag = text.substr(at, end - at);
        if (columns(line) + columns(flag) > width && columns(line) > indent.size()) {
            lines.push_back(line);
            line = indent;
            flag.erase(0, flag.find_first_not_of(' '));
        }
        line += flag;
        at = end;
    }
    lines.push_back(line);
    return lines;
}

std::string jsonValue(const trace::FieldValue& value)
{
    switch (value.type) {
    case trace::Value::Type::None:
        return "null";
    case trace::Value::Type::Integer:
        return value.print();
    default:
        return trace::jsonString(value.text);
    }
}

Words::Words(const trace::Reader& reader)
    : m_reader(reader)
    , m_names(reader)
{
}

std::string Words::object(trace::ObjectId object, trace::Seq seq) const
{
    return harmless(m_names.at(object, seq));
}

ObjectKind Words::kind(trace::ObjectId id) const
{
    const trace::Object* object = m_reader.object(id);
    return object != nullptr ? object->kind : ObjectKind::None;
}

std::string Words::subject(const trace::Span& span) const
{
    std::string subject;
    const trace::Seq last
        = std::min(span.end != 0 ? span.end : UINT64_MAX, span.id + kSubjectEvents);
    m_reader.events(span.id + 1, last, [&](const trace::Event& event) {
        if (event.object != 0 && event.span == span.id && kind(event.object) == ObjectKind::File) {
            subject = displayName(object(event.object, event.seq));
        }
        return subject.empty();
    });
    return subject;
}

std::string Words::call(const trace::Span& span) const
{
    std::string routine = harmless(m_reader.string(span.routine));
    const std::string name
        = span.object != 0 ? displayName(object(span.object, span.id)) : std::string();
    const ObjectKind about = kind(span.object);
    if (routine.starts_with("IRP_MJ_")) {
        routine.erase(0, 7);
        if (span.layer != Layer::Io) {
            return about == ObjectKind::RxContext ? name + "  " + routine : routine;
        }
        routine
            = (span.request != 0 ? displayName(object(span.request, span.id)) + " " : std::string())
            + routine;
    }
    switch (about) {
    case ObjectKind::None:
        break;
    case ObjectKind::Device:
        return routine + " → " + shortName(name);
    case ObjectKind::Irp:
    case ObjectKind::RxContext:
    case ObjectKind::Exchange:
        return routine; // the request itself
    case ObjectKind::File:
        return routine + "  " + pathOf(shortName(name));
    default:
        return routine + "  " + name;
    }
    const std::string file = span.layer == Layer::App ? subject(span) : std::string();
    return routine + (file.empty() ? "" : "  " + pathOf(shortName(file)));
}

std::string Words::who(std::uint32_t process, std::uint32_t thread) const
{
    if (thread == 0) {
        return "interrupt";
    }
    const std::string name = harmless(m_reader.processName(process));
    const std::string own = harmless(m_reader.threadName(thread));
    // A process of one thread needs no more than its name.
    return own.empty() || own == "main" || own == name
        ? (name.empty() ? fmt::format("process {}", process) : name)
        : name + "/" + own;
}

std::string Words::cause(const trace::Cause& cause) const
{
    const trace::Span* outer = cause.outer();
    if (outer == nullptr) {
        return {};
    }
    const trace::Span* inner = cause.inner();
    return inner == outer ? call(*outer) : call(*outer) + " › " + call(*inner);
}

std::string Words::value(const trace::FieldValue& value)
{
    return value.type == trace::Value::Type::None ? std::string("-") : harmless(value.print());
}

} // namespace rdrlab::cli
