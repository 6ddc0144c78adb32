#include "traces/store/upgrade.h"

#include "traces/store/readerimpl.h"
#include "traces/store/spine.h"
#include "traces/store/writer.h"

#include <cstdio>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

// Copies row by row in the order in which a recorder would have written them.
class Upgrade
{
public:
    Upgrade(const Reader& from, Writer& to)
        : m_from(from)
        , m_file(ReaderDoor::open(from))
        , m_to(to)
    {
    }

    bool run(const std::function<bool(std::uint64_t, std::uint64_t)>& progress)
    {
        if (!copyNames() || !copyMeta() || !orderLives()) {
            return false;
        }
        const Spine spine(m_from);
        for (std::size_t chunk = 0; chunk < spine.chunkCount(); ++chunk) {
            const SpineChunkInfo& info = spine.info(chunk);
            // What no event is beside belongs to the one after it.
            if (!copyEvents(m_done + 1, info.first + info.count - 1)) {
                return false;
            }
            m_to.commit();
            if (progress && !progress(m_done, m_from.lastSeq())) {
                return false;
            }
        }
        return copyEvents(m_done + 1, INT64_MAX) && copyRest();
    }

private:
    bool copyNames()
    {
        bool good = m_file.each(
            "SELECT id, text FROM strings ORDER BY id", {}, [this](const Cursor& row) {
                const StringId id = row.small(0);
                m_ids.try_emplace(row.text(1), id);
                m_nextString = std::max(m_nextString, id + 1);
                m_to.string(id, row.text(1));
                return true;
            });
        good = good
            && m_file.each(
                "SELECT id, name, birth FROM processes ORDER BY id", {}, [this](const Cursor& row) {
                    m_to.process({ row.small(0), row.text(1), row.number(2) });
                    return true;
                });
        return good
            && m_file.each(
                "SELECT id, process, name, birth FROM threads ORDER BY id", {},
                [this](const Cursor& row) {
                    m_to.thread({ row.small(0), row.small(1), row.text(2), row.number(3) });
                    return true;
                });
    }

    bool copyMeta()
    {
        const bool good = m_file.each(
            "SELECT key, value, typeof(value) FROM meta ORDER BY key", {},
            [this](const Cursor& row) {
                const std::string key = row.text(0);
                if (key == "events" || key == "end_time" || key == "complete") {
                    return true; // the writer's own
                }
                if (row.text(2) == "integer") {
                    m_to.meta(key, row.signedNumber(1));
                } else {
                    m_to.meta(key, row.text(1));
                }
                return true;
            });
        if (!m_from.isComplete()) {
            m_to.meta("interrupted", 1);
        }
        return good;
    }

    bool orderLives()
    {
        for (const Object& object : m_from.objects()) {
            m_births.emplace_back(object.birth, object);
            if (object.death != 0) {
                m_deaths.emplace_back(object.death, object.id);
            }
        }
        std::stable_sort(m_births.begin(), m_births.end(), [](const auto& a, const auto& b) {
            return a.first < b.first;
        });
        std::sort(m_deaths.begin(), m_deaths.end());
        return m_from.error().empty();
    }

    Value written(const FieldValue& value)
    {
        Value written { value.type, value.number, 0 };
        if (value.type == Value::Type::Object) {
            written.number = value.object;
        }
        if (value.type == Value::Type::Text || value.type == Value::Type::Object) {
            const auto [at, isNew] = m_ids.try_emplace(value.text, m_nextString);
            if (isNew) {
                m_to.string(m_nextString++, value.text);
            }
            written.text = at->second;
        }
        return written;
    }

    bool copyEvents(Seq from, Seq to)
    {
        std::vector<Event> events;
        std::vector<FieldChange> changes;
        std::vector<Reference> references;
        const bool good = m_from.events(from, to, [&](const Event& event) {
            events.push_back(event);
            return true;
        }) && m_from.changes(from, to, [&](const FieldChange& change) {
            changes.push_back(change);
            return true;
        }) && m_from.references(from, to, [&](const Reference& reference) {
            references.push_back(reference);
            return true;
        });
        if (!good) {
            return false;
        }
        std::size_t change = 0;
        std::size_t reference = 0;
        const auto rowsUpTo = [&](Seq seq) {
            for (; m_birth < m_births.size() && m_births[m_birth].first <= seq; ++m_birth) {
                Object object = m_births[m_birth].second;
                object.death = 0;
                m_to.objectBorn(object);
            }
            for (; change < changes.size() && changes[change].seq <= seq; ++change) {
                const FieldChange& row = changes[change];
                m_to.change(
                    { row.seq, row.object, row.field, written(row.before), written(row.after) });
            }
            for (; reference < references.size() && references[reference].seq <= seq; ++reference) {
                m_to.reference(references[reference]);
            }
            for (; m_death < m_deaths.size() && m_deaths[m_death].first <= seq; ++m_death) {
                m_to.objectDied(m_deaths[m_death].second, m_deaths[m_death].first);
            }
        };
        for (const Event& event : events) {
            rowsUpTo(event.seq - 1);
            m_to.event(event);
            rowsUpTo(event.seq);
        }
        rowsUpTo(to);
        m_done = to;
        return true;
    }

    bool copyRest()
    {
        std::size_t spans = 0;
        const bool good = m_from.spans([&](const Span& span) {
            m_to.spanBegin(span);
            if (++spans % kSpineEvents == 0) {
                m_to.commit();
            }
            return true;
        }) && m_from.stackLocations([this](const StackLocation& location) {
            m_to.stackLocation(location);
            return true;
        }) && m_from.packets([this](const Packet& packet) {
            m_to.packet(packet);
            return true;
        }) && m_from.choices([this](const Choice& choice) {
            m_to.choice(choice);
            return true;
        });
        // An interrupted recording may lack the last input's packets.
        return good && (m_from.inputs([this](const Input& input) {
                   m_to.input(input);
                   return true;
               }) || !m_from.isComplete());
    }

    const Reader& m_from;
    const Reader::Implementation& m_file;
    Writer& m_to;
    Seq m_done = 0;
    std::unordered_map<std::string, StringId> m_ids; // looked up only
    StringId m_nextString = 1;
    std::vector<std::pair<Seq, Object>> m_births;
    std::vector<std::pair<Seq, ObjectId>> m_deaths;
    std::size_t m_birth = 0;
    std::size_t m_death = 0;
};

} // namespace

bool upgradeTrace(
    const Reader& from,
    const std::string& to,
    std::string& error,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress)
{
    auto writer = Writer::create(to, error);
    if (writer == nullptr) {
        return false;
    }
    const bool good = Upgrade(from, *writer).run(progress);
    const bool finished = writer->finish();
    if (good && finished && from.error().empty()) {
        return true;
    }
    error = !from.error().empty() ? from.error() : !finished ? writer->error() : to + ": given up";
    std::remove(to.c_str());
    return false;
}

} // namespace rdrlab::trace
