#include "traces/exporters/exporters.h"

#include "traces/exporters/text.h"
#include "traces/query/state.h"

#include <cstdio>

namespace rdrlab::trace {

namespace {

// Members of one object; writes the commas.
class Members
{
public:
    explicit Members(std::ostream& out)
        : m_out(out)
    {
        m_out << '{';
    }
    ~Members() { m_out << '}'; }
    Members(const Members&) = delete;
    Members& operator=(const Members&) = delete;

    std::ostream& key(std::string_view name)
    {
        m_out << (m_first ? "" : ",") << '"' << name << "\":";
        m_first = false;
        return m_out;
    }
    Members& text(std::string_view name, std::string_view value)
    {
        key(name) << jsonString(value);
        return *this;
    }
    Members& optionalText(std::string_view name, std::string_view value)
    {
        return value.empty() ? *this : text(name, value);
    }
    Members& number(std::string_view name, std::int64_t value)
    {
        key(name) << value;
        return *this;
    }
    Members& optionalNumber(std::string_view name, std::int64_t value)
    {
        return value == 0 ? *this : number(name, value);
    }

private:
    std::ostream& m_out;
    bool m_first = true;
};

void writeValue(std::ostream& out, const FieldValue& value)
{
    switch (value.type) {
    case Value::Type::None:
        out << "null";
        return;
    case Value::Type::Integer:
        out << value.number;
        return;
    default:
        out << jsonString(value.text);
    }
}

void writeEvent(
    std::ostream& out, const Reader& reader, const ObjectNames& names, const Event& event)
{
    Members members(out);
    members.number("seq", std::int64_t(event.seq)).number("time", std::int64_t(event.timeNs));
    members.number("cpu", event.cpu).number("irql", event.irql).number("process", event.process);
    members.number("thread", event.thread).optionalNumber("span", std::int64_t(event.span));
    members.optionalNumber("parent", std::int64_t(event.parent))
        .text("layer", layerName(event.layer));
    members.text("kind", eventKindName(event.kind))
        .optionalText("routine", reader.string(event.routine));
    if (event.object != 0) {
        members.text("object", names.at(event.object, event.seq));
    }
    if (event.hasStatus) {
        members.text("status", statusText(event.status));
    }
    members.optionalNumber("argument", std::int64_t(event.argument));
    members.optionalText("text", reader.string(event.text));
    if (event.kind == EventKind::Change || event.kind == EventKind::Rename) {
        std::ostream& list = members.key("changes");
        list << '[';
        bool first = true;
        reader.changes(event.seq, event.seq, [&](const FieldChange& change) {
            list << (first ? "" : ",");
            first = false;
            Members entry(list);
            entry.text("field", reader.string(change.field));
            writeValue(entry.key("old"), change.before);
            writeValue(entry.key("new"), change.after);
            return true;
        });
        list << ']';
    } else if (event.kind == EventKind::Reference) {
        reader.references(event.seq, event.seq, [&](const Reference& reference) {
            members.number("delta", reference.delta).number("count", reference.count);
            return true;
        });
    }
}

} // namespace

std::string jsonString(std::string_view text)
{
    std::string out = "\"";
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        const auto first = static_cast<unsigned char>(text[0]);
        if (length == 0) {
            out += "\\ufffd";
            text.remove_prefix(1);
            continue;
        }
        if (first < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", first);
            out += escaped;
        } else {
            out += first == '"' || first == '\\' ? "\\" : "";
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return out + '"';
}

bool exportEventsJson(
    const Reader& reader, Seq from, Seq to, std::ostream& out, const Progress& progress)
{
    const ObjectNames names(reader);
    out << '[';
    bool first = true;
    bool isGivenUp = false;
    const bool good = reader.events(from, to, [&](const Event& event) {
        out << (first ? "\n" : ",\n");
        first = false;
        writeEvent(out, reader, names, event);
        isGivenUp = !goesOn(progress, event.seq, to);
        return bool(out) && !isGivenUp;
    });
    out << "\n]";
    return good && !isGivenUp && bool(out);
}

bool exportJson(const Reader& reader, std::ostream& out, const Progress& progress)
{
    bool good = true;
    {
        Members whole(out);
        {
            whole.key("meta");
            Members members(out);
            for (const auto& [key, value] : reader.meta()) {
                members.key(jsonString(key).substr(1, jsonString(key).size() - 2))
                    << jsonString(value);
            }
        }
        whole.key("objects") << '[';
        bool first = true;
        for (const Object& object : reader.objects()) {
            out << (first ? "\n" : ",\n");
            first = false;
            Members members(out);
            members.number("id", object.id).text("kind", objectKindName(object.kind));
            members.text("name", reader.string(object.name)).optionalNumber("owner", object.owner);
            members.number("birth", std::int64_t(object.birth))
                .optionalNumber("death", std::int64_t(object.death));
        }
        out << "\n]";
        whole.key("spans") << '[';
        first = true;
        good = reader.spans([&](const Span& span) {
            out << (first ? "\n" : ",\n");
            first = false;
            Members members(out);
            members.number("id", std::int64_t(span.id))
                .optionalNumber("parent", std::int64_t(span.parent));
            members.text("layer", layerName(span.layer))
                .optionalText("routine", reader.string(span.routine));
            members.optionalNumber("object", span.object)
                .number("begin", std::int64_t(span.beginNs));
            if (span.end != 0) {
                members.number("endSeq", std::int64_t(span.end))
                    .number("end", std::int64_t(span.endNs));
                members.text("status", statusText(span.status));
                members.number("information", std::int64_t(span.information));
            }
            return bool(out);
        });
        out << "\n]";
        whole.key("events");
        good = exportEventsJson(reader, 1, reader.lastSeq(), out, progress) && good;
    }
    out << '\n';
    return good && bool(out);
}

} // namespace rdrlab::trace
