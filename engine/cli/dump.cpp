#include "engine/cli/dump.h"

#include "engine/cli/terminal.h"
#include "traces/query/state.h"

#include <fmt/format.h>

namespace rdrlab::cli {

namespace {

bool isMrx(const trace::Event& event)
{
    return event.layer == trace::Layer::Mrx || event.kind == trace::EventKind::Callback;
}

// What the number in `argument` means, for the kinds where it means something.
std::string argumentText(const trace::Event& event)
{
    using Kind = trace::EventKind;
    switch (event.kind) {
    case Kind::Begin:
    case Kind::Pend:
    case Kind::Resume:
    case Kind::Died:
    case Kind::Rename:
    case Kind::Change:
        return {};
    case Kind::End:
        return fmt::format(" information={}", event.argument);
    case Kind::Born:
    case Kind::Packet:
    case Kind::Input:
        return fmt::format(" bytes={}", event.argument);
    case Kind::Reference:
        return fmt::format(" count={}", std::int64_t(event.argument));
    default:
        return event.argument != 0 ? fmt::format(" argument={}", event.argument) : std::string();
    }
}

std::string valueText(const trace::FieldValue& value)
{
    return value.type == trace::Value::Type::None ? "-" : harmless(value.print());
}

} // namespace

bool dumpEvents(const trace::Reader& reader, const Range& range, bool onlyMrx, std::ostream& out)
{
    const trace::ObjectNames names(reader);
    fmt::memory_buffer buffer;
    const auto line = std::back_inserter(buffer);
    const auto flush = [&] {
        out.write(buffer.data(), std::streamsize(buffer.size()));
        buffer.clear();
    };
    const bool good = reader.events(range.from, range.to, [&](const trace::Event& event) {
        if (onlyMrx && !isMrx(event)) {
            return true;
        }
        fmt::format_to(
            line, "#{} {} {}/{} cpu{} irql{} {} {}", event.seq, event.timeNs, event.process,
            event.thread, event.cpu, event.irql, trace::layerName(event.layer),
            trace::eventKindName(event.kind));
        if (event.routine != 0) {
            fmt::format_to(line, " {}", harmless(reader.string(event.routine)));
        }
        if (event.object != 0) {
            fmt::format_to(line, " [{}]", harmless(names.at(event.object, event.seq)));
        }
        if (event.hasStatus) {
            fmt::format_to(line, " {}", statusText(event.status));
        }
        fmt::format_to(line, "{}", argumentText(event));
        if (event.kind == trace::EventKind::Born) {
            const trace::Object* object = reader.object(event.object);
            if (object != nullptr && object->owner != 0) {
                fmt::format_to(line, " owner=[{}]", harmless(names.at(object->owner, event.seq)));
            }
        }
        if (event.text != 0) {
            fmt::format_to(line, " \"{}\"", harmless(reader.string(event.text)));
        }
        if (event.span != 0) {
            fmt::format_to(line, " span={}", event.span);
        }
        if (event.parent != 0) {
            fmt::format_to(line, " parent={}", event.parent);
        }
        buffer.push_back('\n');
        if (event.kind == trace::EventKind::Change || event.kind == trace::EventKind::Rename) {
            reader.changes(event.seq, event.seq, [&](const trace::FieldChange& change) {
                fmt::format_to(
                    line, "    {}: {} -> {}\n", harmless(reader.string(change.field)),
                    valueText(change.before), valueText(change.after));
                return true;
            });
        } else if (event.kind == trace::EventKind::Reference) {
            reader.references(event.seq, event.seq, [&](const trace::Reference& reference) {
                fmt::format_to(
                    line, "    references: {:+} -> {}\n", reference.delta, reference.count);
                return true;
            });
        }
        if (buffer.size() > 1 << 16) {
            flush();
        }
        return bool(out);
    });
    flush();
    return good;
}

} // namespace rdrlab::cli
