#include "tests/support/edittrace.h"

#include "traces/store/writer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <unordered_map>

namespace rdrlab::test {

namespace {

using trace::Event;
using trace::EventKind;
using trace::Seq;

constexpr std::int32_t kUnsuccessful = -1073741823; // STATUS_UNSUCCESSFUL

class Copier
{
public:
    Copier(const trace::Reader& original, const EditOptions& options)
        : m_original(original)
        , m_options(options)
        , m_random(options.seed)
    {
    }

    EditTruth run(const std::string& path)
    {
        load();
        chooseRequests();
        arrange();
        std::string error;
        m_writer = trace::Writer::create(path, error);
        INFO(error);
        REQUIRE(m_writer != nullptr);
        write();
        REQUIRE(m_writer->finish());
        return std::move(m_truth);
    }

private:
    bool chance(unsigned perMille) { return m_random() % 1000 < perMille; }

    void load()
    {
        m_events.resize(1);
        m_root.resize(1);
        m_original.events(1, UINT64_MAX, [&](const Event& event) {
            REQUIRE(event.seq == m_events.size());
            const Seq around = event.kind == EventKind::Begin ? event.parent : event.span;
            m_root.push_back(
                around != 0                          ? m_root[around]
                    : event.kind == EventKind::Begin ? event.seq
                                                     : 0);
            m_events.push_back(event);
            return true;
        });
        m_truth.partner.resize(m_events.size());
    }

    void chooseRequests()
    {
        // A request can go when nothing that it makes outlives it.
        std::map<trace::ObjectId, std::pair<Seq, Seq>> lives;
        for (const trace::Object& object : m_original.objects()) {
            lives[object.id] = { object.birth, object.death };
        }
        std::set<Seq> bound;
        for (Seq seq = 1; seq < m_events.size(); ++seq) {
            const Event& event = m_events[seq];
            const Seq root = m_root[seq];
            if (root != 0 && event.kind == EventKind::Born) {
                const Seq death = lives[event.object].second;
                if (death == 0 || death >= m_events.size() || m_root[death] != root) {
                    bound.insert(root);
                }
            } else if (root != 0 && event.kind == EventKind::Died) {
                const Seq birth = lives[event.object].first;
                if (birth == 0 || birth >= m_events.size() || m_root[birth] != root) {
                    bound.insert(root);
                }
            }
        }
        for (Seq seq = 1; seq < m_events.size(); ++seq) {
            if (m_root[seq] == seq && !bound.contains(seq) && chance(m_options.droppedRequests)) {
                m_goneRequests.insert(seq);
                ++m_truth.droppedRequests;
            }
        }
    }

    // The order of the copy: seqs of the original, 0 for an added note about the one before it.
    void arrange()
    {
        std::vector<Seq> order;
        for (Seq seq = 1; seq < m_events.size(); ++seq) {
            order.push_back(seq);
        }
        swapNeighbours(order);
        m_order.push_back({ 0, false });
        for (const Seq seq : order) {
            const Event& event = m_events[seq];
            if (m_goneRequests.contains(m_root[seq])) {
                continue;
            }
            const bool isLeaf = event.kind == EventKind::Lock || event.kind == EventKind::Unlock
                || event.kind == EventKind::Note;
            if (isLeaf && chance(m_options.dropped)) {
                ++m_truth.dropped;
                continue;
            }
            m_truth.partner[seq] = m_order.size();
            m_order.push_back({ seq, false });
            if (event.kind == EventKind::End && event.status == 0 && chance(m_options.failed)) {
                m_order.back().second = true;
                m_truth.failed.push_back(seq);
            }
            if (chance(m_options.added)) {
                m_truth.added.push_back(m_order.size());
                m_order.push_back({ seq, true });
                m_isAdded.insert(m_order.size() - 1);
            }
        }
    }

    // Two requests of different threads that stand one right behind the other change places.
    void swapNeighbours(std::vector<Seq>& order)
    {
        struct Block
        {
            std::size_t begin;
            std::size_t end;
        };
        std::vector<Block> blocks; // stretches of one request from its begin to its end
        for (std::size_t i = 0; i < order.size();) {
            std::size_t j = i + 1;
            while (j < order.size() && m_root[order[j]] == m_root[order[i]]) {
                ++j;
            }
            const Event& first = m_events[order[i]];
            const Event& last = m_events[order[j - 1]];
            if (m_root[order[i]] == first.seq && last.kind == EventKind::End
                && last.span == first.seq) {
                blocks.push_back({ i, j });
            }
            i = j;
        }
        for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
            const Block& x = blocks[i];
            const Block& y = blocks[i + 1];
            if (x.end == y.begin
                && m_events[order[x.begin]].thread != m_events[order[y.begin]].thread
                && chance(m_options.swappedRequests)) {
                std::rotate(
                    order.begin() + std::ptrdiff_t(x.begin), order.begin() + std::ptrdiff_t(x.end),
                    order.begin() + std::ptrdiff_t(y.end));
                ++m_truth.swappedRequests;
                ++i;
            }
        }
    }

    trace::StringId stringOf(std::string text)
    {
        if (text.empty()) {
            return 0;
        }
        if (!m_options.from.empty()) {
            for (std::size_t at = 0; (at = text.find(m_options.from, at)) != text.npos;
                 at += m_options.to.size()) {
                text.replace(at, m_options.from.size(), m_options.to);
            }
        }
        const std::size_t hash = text.rfind('#');
        if (m_options.ordinals != 0 && hash != text.npos && hash + 1 < text.size()
            && text.find_first_not_of("0123456789", hash + 1) == text.npos) {
            text = text.substr(0, hash + 1)
                + std::to_string(std::stoul(text.substr(hash + 1)) + m_options.ordinals);
        }
        const auto [entry, isNew]
            = m_strings.try_emplace(text, trace::StringId(m_strings.size() + 1));
        if (isNew) {
            m_writer->string(entry->second, text);
        }
        return entry->second;
    }
    trace::StringId stringOf(trace::StringId id)
    {
        return stringOf(std::string(m_original.string(id)));
    }
    trace::Value valueOf(const trace::FieldValue& value)
    {
        trace::Value copy;
        copy.type = value.type;
        copy.number = value.type == trace::Value::Type::Object ? value.object : value.number;
        copy.text = stringOf(value.text);
        return copy;
    }

    void write()
    {
        m_writer->meta("scenario", "edited");
        m_writer->meta("start", std::int64_t(1));
        for (const trace::Object& object : m_original.objects()) {
            trace::Object copy = object;
            copy.birth = m_truth.partner[object.birth];
            copy.death = 0;
            if (copy.birth != 0) {
                copy.name = stringOf(object.name);
                m_writer->objectBorn(copy);
            }
            const Seq death = object.death != 0 ? m_truth.partner[object.death] : 0;
            if (copy.birth != 0 && death != 0) {
                m_writer->objectDied(object.id, death);
            }
        }
        std::set<std::uint32_t> threads;
        for (Seq seq = 1; seq < m_order.size(); ++seq) {
            const auto& [from, isFailed] = m_order[seq];
            const bool isAdded = m_isAdded.contains(seq);
            Event event = m_events[from];
            if (threads.insert(event.thread).second) {
                m_writer->process(
                    { event.process, std::string(m_original.processName(event.process)), 0 });
                m_writer->thread({ event.thread, event.process,
                                   std::string(m_original.threadName(event.thread)), 0 });
            }
            event.seq = seq;
            event.span = event.span != 0 ? m_truth.partner[event.span] : 0;
            event.parent = event.parent != 0 ? m_truth.partner[event.parent] : 0;
            event.routine = stringOf(event.routine);
            event.text = stringOf(event.text);
            if (isAdded) {
                event.kind = EventKind::Note;
                event.text = stringOf(std::string("added by hand"));
                event.hasStatus = false;
                event.status = 0;
                event.argument = 0;
                m_writer->event(event);
                continue;
            }
            if (isFailed) {
                event.status = kUnsuccessful;
            }
            m_writer->event(event);
            m_original.changes(from, from, [&](const trace::FieldChange& change) {
                m_writer->change({ seq, change.object, stringOf(change.field),
                                   valueOf(change.before), valueOf(change.after) });
                return true;
            });
            m_original.references(from, from, [&](const trace::Reference& reference) {
                m_writer->reference({ seq, reference.object, reference.delta, reference.count,
                                      stringOf(reference.reason) });
                return true;
            });
            if (event.kind == EventKind::Begin) {
                trace::Span span;
                span.id = seq;
                span.parent = event.parent;
                span.beginNs = event.timeNs;
                span.routine = event.routine;
                span.object = event.object;
                span.thread = event.thread;
                span.process = event.process;
                span.layer = event.layer;
                m_writer->spanBegin(span);
            } else if (event.kind == EventKind::End) {
                m_writer->spanEnd(event.span, seq, event.timeNs, event.status, event.argument);
            }
        }
    }

    const trace::Reader& m_original;
    const EditOptions& m_options;
    std::mt19937 m_random;
    EditTruth m_truth;
    std::vector<Event> m_events; // by seq
    std::vector<Seq> m_root; // the outermost call of each
    std::set<Seq> m_goneRequests;
    std::vector<std::pair<Seq, bool>> m_order; // by seq of the copy: the original, fails
    std::set<Seq> m_isAdded; // seq of the copy
    std::map<std::string, trace::StringId> m_strings;
    std::unique_ptr<trace::Writer> m_writer;
};

} // namespace

EditTruth
copyEdited(const trace::Reader& original, const std::string& path, const EditOptions& options)
{
    return Copier(original, options).run(path);
}

} // namespace rdrlab::test
