#include "traces/query/ledger.h"

#include <algorithm>
#include <map>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kLooksBack = 4096; // outstanding lines that one return is compared with

constexpr std::uint64_t kLinesPerTell = 256;

struct Open
{
    std::size_t pair = 0;
    SpanId span = 0;
    SpanId request = 0;
    std::uint32_t thread = 0;
    std::int32_t left = 0;
};

class Book
{
public:
    Book(const std::vector<Reference>& lines, const Reader& reader, Causes& causes)
        : m_reader(reader)
        , m_causes(causes)
    {
        for (const Reference& line : lines) {
            m_balance[line.reason] += line.delta;
        }
    }

    void take(const Reference& line, Ledger& ledger)
    {
        Open open = placeOf(line);
        open.pair = ledger.pairs.size();
        open.left = line.delta;
        m_open.push_back(open);
        ledger.pairs.push_back({ line, {}, line.delta });
    }

    void give(const Reference& line, Ledger& ledger)
    {
        const Open place = placeOf(line);
        std::int64_t left = -std::int64_t(line.delta);
        while (left > 0) {
            const std::size_t best = bestFor(line, place, ledger);
            if (best == m_open.size()) {
                Reference rest = line;
                rest.delta = std::int32_t(-left);
                ledger.unmatched.push_back(rest);
                return;
            }
            Open& open = m_open[best];
            const auto now = std::int32_t(std::min<std::int64_t>(left, open.left));
            if (now == open.left) {
                ledger.pairs[open.pair].returned = line;
                ledger.pairs[open.pair].count = now;
                m_open.erase(m_open.begin() + std::ptrdiff_t(best));
            } else {
                // Part of what one line took: that part becomes a pair of its own.
                LedgerPair part = ledger.pairs[open.pair];
                part.returned = line;
                part.count = now;
                open.left -= now;
                ledger.pairs[open.pair].count = open.left;
                ledger.pairs.push_back(part);
            }
            left -= now;
        }
    }

private:
    // Where the line was written: the call, its request, the thread.
    Open placeOf(const Reference& line)
    {
        const std::optional<Event> event = m_reader.event(line.seq);
        Open place;
        if (event) {
            place.span = event->span;
            place.request = m_causes.request(event->span);
            place.thread = event->thread;
        }
        return place;
    }

    std::size_t bestFor(const Reference& line, const Open& place, const Ledger& ledger) const
    {
        std::size_t best = m_open.size();
        int bestScore = -1;
        const std::size_t first = m_open.size() > kLooksBack ? m_open.size() - kLooksBack : 0;
        for (std::size_t i = m_open.size(); i-- > first;) {
            const Open& open = m_open[i];
            const StringId reason = ledger.pairs[open.pair].taken.reason;
            const bool isSame = reason == line.reason;
            const bool isCouple
                = !isSame && m_balance.at(reason) > 0 && m_balance.at(line.reason) < 0;
            const bool isRequest = place.request != 0 && open.request == place.request;
            const int score = (isSame && isRequest         ? 100
                                   : isCouple && isRequest ? 80
                                   : isSame                ? 60
                                   : isCouple              ? 40
                                   : isRequest             ? 20
                                                           : 0)
                + (place.span != 0 && open.span == place.span ? 10 : 0)
                + (open.thread == place.thread);
            if (score > bestScore) {
                best = i;
                bestScore = score;
            }
        }
        return best;
    }

    const Reader& m_reader;
    Causes& m_causes;
    std::map<StringId, std::int64_t> m_balance; // by reason over the object's whole life
    std::vector<Open> m_open; // in order of taking
};

} // namespace

std::int32_t Ledger::countAt(Seq at) const
{
    const auto after
        = std::upper_bound(lines.begin(), lines.end(), at, [](Seq wanted, const Reference& line) {
              return wanted < line.seq;
          });
    return after == lines.begin() ? opening : std::prev(after)->count;
}

Ledger ledgerOf(const Reader& reader, Causes& causes, ObjectId object, const Progress& progress)
{
    Ledger ledger;
    reader.referencesOf(object, 0, UINT64_MAX, false, [&](const Reference& line) {
        ledger.lines.push_back(line);
        return true;
    });
    if (ledger.lines.empty()) {
        return ledger;
    }
    ledger.hasLines = true;
    const Reference& first = ledger.lines.front();
    ledger.opening = std::int32_t(std::int64_t(first.count) - first.delta);
    const Object* self = reader.object(object);
    if (ledger.opening > 0 && self != nullptr && self->birth != 0 && self->birth < first.seq) {
        // Objects come to life with a count: their creation took it.
        ledger.lines.insert(
            ledger.lines.begin(),
            { self->birth, object, ledger.opening, ledger.opening, kCreationReason });
        ledger.opening = 0;
    }
    Book book(ledger.lines, reader, causes);
    std::uint64_t done = 0;
    for (const Reference& line : ledger.lines) {
        if (++done % kLinesPerTell == 0 && progress && !progress(done, ledger.lines.size())) {
            break;
        }
        if (line.delta > 0) {
            book.take(line, ledger);
        } else if (line.delta < 0) {
            book.give(line, ledger);
        }
    }
    std::stable_sort(
        ledger.pairs.begin(), ledger.pairs.end(),
        [](const LedgerPair& a, const LedgerPair& b) { return a.taken.seq < b.taken.seq; });
    return ledger;
}

} // namespace rdrlab::trace
