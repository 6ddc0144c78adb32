#include "engine/cli/dump.h"

#include "engine/cli/terminal.h"
#include "traces/query/state.h"
#include "traces/store/spine.h"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <vector>

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

using Buffer = fmt::memory_buffer;

void put(Buffer& buffer, std::string_view text)
{
    buffer.append(text.data(), text.data() + text.size());
}

void put(Buffer& buffer, std::integral auto number)
{
    const fmt::format_int text(number);
    buffer.append(text.data(), text.data() + text.size());
}

// Names and values come from the file: what would move the cursor of a terminal is shown as "?".
void putHarmless(Buffer& buffer, std::string_view text)
{
    const std::size_t begin = buffer.size();
    put(buffer, text);
    makeHarmless(buffer.data() + begin, buffer.data() + buffer.size());
}

void putValue(Buffer& buffer, const trace::FieldValue& value)
{
    switch (value.type) {
    case trace::Value::Type::None:
        return buffer.push_back('-');
    case trace::Value::Type::Integer:
        return put(buffer, value.number);
    default:
        return putHarmless(buffer, value.text);
    }
}

// The changes and references of a stretch of events, read with one look into each table. A stretch
// that has absurdly many is asked for event by event, so that a foreign file cannot fill memory.
class Details
{
public:
    explicit Details(const trace::Reader& reader)
        : m_reader(reader)
    {
    }

    /// Makes the rows of [from, to] known.
    void load(trace::Seq from, trace::Seq to)
    {
        m_to = to;
        m_isWhole = collect(from, to, m_changes, m_references);
        m_change = 0;
        m_reference = 0;
    }
    trace::Seq loadedTo() const { return m_to; }

    /// Asked with ascending seq.
    template <typename Visit> void changes(trace::Seq seq, Visit visit)
    {
        if (!m_isWhole) {
            m_reader.changes(seq, seq, [&](const trace::FieldChange& change) {
                visit(change);
                return true;
            });
            return;
        }
        visitAt(m_changes, m_change, seq, visit);
    }
    template <typename Visit> void references(trace::Seq seq, Visit visit)
    {
        if (!m_isWhole) {
            m_reader.references(seq, seq, [&](const trace::Reference& reference) {
                visit(reference);
                return true;
            });
            return;
        }
        visitAt(m_references, m_reference, seq, visit);
    }

private:
    static constexpr std::size_t kMaximumRows = 100'000;

    bool collect(
        trace::Seq from,
        trace::Seq to,
        std::vector<trace::FieldChange>& changes,
        std::vector<trace::Reference>& references) const
    {
        changes.clear();
        references.clear();
        m_reader.changes(from, to, [&](const trace::FieldChange& change) {
            changes.push_back(change);
            return changes.size() < kMaximumRows;
        });
        m_reader.references(from, to, [&](const trace::Reference& reference) {
            references.push_back(reference);
            return references.size() < kMaximumRows;
        });
        return changes.size() < kMaximumRows && references.size() < kMaximumRows;
    }

    template <typename Row, typename Visit>
    static void
    visitAt(const std::vector<Row>& rows, std::size_t& at, trace::Seq seq, const Visit& visit)
    {
        while (at < rows.size() && rows[at].seq < seq) {
            ++at;
        }
        for (; at < rows.size() && rows[at].seq == seq; ++at) {
            visit(rows[at]);
        }
    }

    const trace::Reader& m_reader;
    trace::Seq m_to = 0;
    bool m_isWhole = true;
    std::vector<trace::FieldChange> m_changes;
    std::vector<trace::Reference> m_references;
    std::size_t m_change = 0;
    std::size_t m_reference = 0;
};

class Dump
{
public:
    explicit Dump(const trace::Reader& reader)
        : m_reader(reader)
        , m_names(reader, trace::ObjectNames::Lookup::AllNow)
        , m_details(reader)
    {
    }

    bool print(const Range& range, bool onlyMrx, std::ostream& out)
    {
        const auto flush = [&] {
            out.write(m_line.data(), std::streamsize(m_line.size()));
            m_line.clear();
        };
        const auto isWanted = [&](const trace::SpineChunkInfo& info) {
            return !onlyMrx || info.mayHave(trace::Layer::Mrx)
                || info.mayHave(trace::EventKind::Callback);
        };
        const trace::Spine spine(m_reader);
        const bool good = spine.each(
            range.from, range.to, isWanted, [&](const trace::SpineColumns& columns, std::size_t i) {
                const trace::Event event = columns.event(i);
                if (columns.isMissing(i) || (onlyMrx && !isMrx(event))) {
                    return true;
                }
                if (event.seq > m_details.loadedTo()) {
                    m_details.load(
                        event.seq, std::min(range.to, columns.first + columns.count - 1));
                }
                putEvent(event);
                if (m_line.size() > 1 << 16) {
                    flush();
                }
                return bool(out);
            });
        flush();
        return good;
    }

private:
    void putEvent(const trace::Event& event)
    {
        m_line.push_back('#');
        put(m_line, event.seq);
        m_line.push_back(' ');
        put(m_line, event.timeNs);
        m_line.push_back(' ');
        put(m_line, event.process);
        m_line.push_back('/');
        put(m_line, event.thread);
        put(m_line, " cpu");
        put(m_line, event.cpu);
        put(m_line, " irql");
        put(m_line, event.irql);
        m_line.push_back(' ');
        put(m_line, trace::layerName(event.layer));
        m_line.push_back(' ');
        put(m_line, trace::eventKindName(event.kind));
        if (event.routine != 0) {
            m_line.push_back(' ');
            putHarmless(m_line, m_reader.string(event.routine));
        }
        if (event.object != 0) {
            putObject(" [", event.object, event.seq);
        }
        if (event.hasStatus) {
            m_line.push_back(' ');
            put(m_line, statusText(event.status));
        }
        put(m_line, argumentText(event));
        if (event.kind == trace::EventKind::Born) {
            const trace::Object* object = m_reader.object(event.object);
            if (object != nullptr && object->owner != 0) {
                putObject(" owner=[", object->owner, event.seq);
            }
        }
        if (event.text != 0) {
            put(m_line, " \"");
            putHarmless(m_line, m_reader.string(event.text));
            m_line.push_back('"');
        }
        if (event.span != 0) {
            put(m_line, " span=");
            put(m_line, event.span);
        }
        if (event.parent != 0) {
            put(m_line, " parent=");
            put(m_line, event.parent);
        }
        m_line.push_back('\n');
        putDetails(event);
    }

    void putObject(std::string_view before, trace::ObjectId object, trace::Seq seq)
    {
        put(m_line, before);
        putHarmless(m_line, m_names.at(object, seq));
        m_line.push_back(']');
    }

    void putDetails(const trace::Event& event)
    {
        if (event.kind == trace::EventKind::Change || event.kind == trace::EventKind::Rename) {
            m_details.changes(event.seq, [&](const trace::FieldChange& change) {
                put(m_line, "    ");
                putHarmless(m_line, m_reader.string(change.field));
                put(m_line, ": ");
                putValue(m_line, change.before);
                put(m_line, " -> ");
                putValue(m_line, change.after);
                m_line.push_back('\n');
            });
        } else if (event.kind == trace::EventKind::Reference) {
            m_details.references(event.seq, [&](const trace::Reference& reference) {
                fmt::format_to(
                    std::back_inserter(m_line), "    references: {:+} -> {}\n", reference.delta,
                    reference.count);
            });
        }
    }

    const trace::Reader& m_reader;
    trace::ObjectNames m_names;
    Details m_details;
    Buffer m_line;
};

} // namespace

bool dumpEvents(const trace::Reader& reader, const Range& range, bool onlyMrx, std::ostream& out)
{
    return Dump(reader).print(range, onlyMrx, out);
}

} // namespace rdrlab::cli
