#include "traces/query/diff/match.h"

#include "traces/query/diff/sequence.h"

#include <algorithm>
#include <unordered_map>

namespace rdrlab::trace::diff {

namespace {

// How often names may be made equal and everything be looked for again.
constexpr int kMaximumRounds = 3;
// First come, first served.
struct Queue
{
    std::vector<std::uint32_t> items;
    std::size_t head = 0;

    bool empty() const { return head == items.size(); }
    std::uint32_t front() const { return items[head]; }
    void pop_front() { ++head; }
    void push_back(std::uint32_t item) { items.push_back(item); }
};
using Waiting = std::unordered_map<std::uint64_t, Queue>;

class Matcher
{
public:
    Matcher(Side& a, Side& b, Partners& partners)
        : m_a(a)
        , m_b(b)
        , m_p(partners)
    {
    }

    bool run(const std::function<bool(double)>& progress)
    {
        m_isRenamed.assign(m_a.objectCount(), false);
        for (int round = 0; round < kMaximumRounds; ++round) {
            m_p.a.assign(m_a.size(), kNone);
            m_p.b.assign(m_b.size(), kNone);
            m_p.place.assign(m_a.size(), Place::Here);
            m_p.requestOfA.assign(m_a.requests().size(), kNone);
            m_p.requestOfB.assign(m_b.requests().size(), kNone);
            m_outside.clear();
            matchLanes();
            matchAcrossLanes();
            matchCalls(true);
            matchCalls(false);
            matchOutside();
            if (!progress((round + 0.8) / kMaximumRounds)) {
                return false;
            }
            pairObjects();
            const std::vector<Index> parted = partConfused();
            matchEvents(true);
            matchEvents(false);
            for (const Index at : parted) {
                const Index other = m_parted[at];
                if (m_p.a[at] == kNone && m_p.b[other] == kNone) {
                    pairEvents(at, other, Place::Here);
                }
            }
            if (round + 1 == kMaximumRounds || !adoptNames()) {
                break;
            }
            m_a.keyCalls();
        }
        findInterleaving();
        judge();
        return progress(1);
    }

private:
    void pairEvents(Index a, Index b, Place place)
    {
        m_p.a[a] = b;
        m_p.b[b] = a;
        m_p.place[a] = place;
    }

    void matchLanes()
    {
        const auto keysOf = [](const Side& side) {
            std::vector<Keys> keys;
            for (const Lane& lane : side.lanes()) {
                Keys key { mix(lane.name, 1), 0, mix(lane.name, 2), mix(lane.name, 3) };
                for (const std::uint32_t request : lane.requests) {
                    key.strong = mix(key.strong, side.requests()[request].keys.strong);
                    key.weak = mix(key.weak, side.requests()[request].keys.weak);
                }
                keys.push_back(key);
            }
            return keys;
        };
        const std::vector<Keys> a = keysOf(m_a);
        const std::vector<Keys> b = keysOf(m_b);
        m_laneOfA.assign(a.size(), kNone);
        m_laneOfB.assign(b.size(), kNone);
        for (const Pair& pair : alignWithMoves(a, b)) {
            m_laneOfA[pair.a] = pair.b;
            m_laneOfB[pair.b] = pair.a;
        }
        Waiting waiting;
        for (std::uint32_t j = 0; j < b.size(); ++j) {
            if (m_laneOfB[j] == kNone) {
                waiting[b[j].loose].push_back(j);
            }
        }
        for (std::uint32_t i = 0; i < a.size(); ++i) {
            Queue* queue = m_laneOfA[i] == kNone ? &waiting[a[i].loose] : nullptr;
            if (queue != nullptr && !queue->empty()) {
                m_laneOfA[i] = queue->front();
                m_laneOfB[queue->front()] = i;
                queue->pop_front();
            }
        }
        for (std::uint32_t i = 0; i < a.size(); ++i) {
            if (m_laneOfA[i] != kNone) {
                matchInLane(m_a.lanes()[i], m_b.lanes()[m_laneOfA[i]]);
            }
        }
    }

    void matchInLane(const Lane& a, const Lane& b)
    {
        const auto keysOf = [](const Side& side, const Lane& lane) {
            std::vector<Keys> keys;
            keys.reserve(lane.requests.size());
            for (const std::uint32_t request : lane.requests) {
                keys.push_back(side.requests()[request].keys);
            }
            return keys;
        };
        for (const Pair& pair : alignWithMoves(keysOf(m_a, a), keysOf(m_b, b))) {
            matchRequests(a.requests[pair.a], b.requests[pair.b]);
        }
        for (const auto& [layer, request] : a.outside) {
            const auto found = b.outside.find(layer);
            if (found != b.outside.end()) {
                m_p.requestOfA[request] = found->second;
                m_p.requestOfB[found->second] = request;
                m_outside.emplace_back(request, found->second);
            }
        }
    }

    // Requests that somebody else made on the other side: the same to the last detail, or, where
    // the lane itself has no partner, the same request.
    void matchAcrossLanes()
    {
        for (const bool isStrong : { true, false }) {
            const auto key = [&](const Request& request) {
                return isStrong ? request.keys.strong : request.keys.weak;
            };
            Waiting waiting;
            for (std::uint32_t j = 0; j < m_b.requests().size(); ++j) {
                const Request& request = m_b.requests()[j];
                if (m_p.requestOfB[j] == kNone && key(request) != 0) {
                    waiting[key(request)].push_back(j);
                }
            }
            for (std::uint32_t i = 0; i < m_a.requests().size() && !waiting.empty(); ++i) {
                const Request& request = m_a.requests()[i];
                if (m_p.requestOfA[i] != kNone || key(request) == 0) {
                    continue;
                }
                const auto found = waiting.find(key(request));
                if (found == waiting.end() || found->second.empty()) {
                    continue;
                }
                const std::uint32_t other = found->second.front();
                if (!isStrong && m_laneOfA[request.lane] != kNone
                    && m_laneOfB[m_b.requests()[other].lane] != kNone) {
                    continue;
                }
                found->second.pop_front();
                matchRequests(i, other);
            }
        }
    }

    void matchRequests(std::uint32_t a, std::uint32_t b)
    {
        m_p.requestOfA[a] = b;
        m_p.requestOfB[b] = a;
        const Index rootA = m_a.rootOf(a);
        const Index rootB = m_b.rootOf(b);
        if (rootA != kNone && rootB != kNone) {
            pairEvents(rootA, rootB, Place::Here);
        }
        matchNodes(m_a.requests()[a].node, m_b.requests()[b].node, Place::Here);
    }

    // Everything in a pair of calls, down to the innermost. Without recursion: a file may nest
    // calls as deep as it likes.
    void matchNodes(std::uint32_t nodeA, std::uint32_t nodeB, Place place)
    {
        m_open.assign(1, { nodeA, nodeB });
        while (!m_open.empty()) {
            const auto [a, b] = m_open.back();
            m_open.pop_back();
            itemsLeft(m_a, m_p.a, a, m_itemsA);
            itemsLeft(m_b, m_p.b, b, m_itemsB);
            // Equal in every detail: no search.
            const bool isEqual = m_itemsA.size() == m_itemsB.size()
                && std::equal(m_itemsA.begin(), m_itemsA.end(), m_itemsB.begin(),
                              [&](Index x, Index y) {
                                  return keysOf(m_a, x).strong == keysOf(m_b, y).strong;
                              });
            if (isEqual) {
                for (std::size_t i = 0; i < m_itemsA.size(); ++i) {
                    matchItems(m_itemsA[i], m_itemsB[i], place);
                }
                continue;
            }
            m_keysA.clear();
            m_keysB.clear();
            for (const Index at : m_itemsA) {
                m_keysA.push_back(keysOf(m_a, at));
            }
            for (const Index at : m_itemsB) {
                m_keysB.push_back(keysOf(m_b, at));
            }
            for (const Pair& pair : alignWithMoves(m_keysA, m_keysB)) {
                matchItems(
                    m_itemsA[pair.a], m_itemsB[pair.b],
                    pair.isMoved && place == Place::Here ? Place::Inside : place);
            }
        }
    }

    void itemsLeft(
        const Side& side,
        const std::vector<Index>& partners,
        std::uint32_t node,
        std::vector<Index>& into) const
    {
        into.clear();
        for (const Index at : side.itemsOf(node)) {
            if (partners[at] == kNone) {
                into.push_back(at);
            }
        }
    }

    void matchItems(Index a, Index b, Place place)
    {
        pairEvents(a, b, place);
        if (m_a.isCall(a) && m_b.isCall(b)) {
            m_open.emplace_back(m_a.nodeOf(a), m_b.nodeOf(b));
        }
    }

    // Of an event, or of a call with everything in it.
    static Keys keysOf(const Side& side, Index at)
    {
        Keys keys = side.keys(at);
        if (side.isCall(at)) {
            keys.strong = side.nodes()[side.nodeOf(at)].strong;
            keys.close = side.nodes()[side.nodeOf(at)].close;
        }
        return keys;
    }

    // A call that is missing here and extra there: in another call of the same request, or in
    // another request, where one process did for both what is done once and which one was first
    // differs.
    void matchCalls(bool isSameRequest)
    {
        const auto isOpen = [&](const Side& side, const std::vector<Index>& partners, Index at) {
            return partners[at] == kNone && side.isCall(at)
                && (isSameRequest || side.isNamed(side.object(at)));
        };
        Waiting waiting;
        for (Index at = 0; at < m_b.size(); ++at) {
            if (isOpen(m_b, m_p.b, at)) {
                waiting[mix(m_b.weakKey(at), isSameRequest ? m_b.requestOf(at) : 0)].push_back(at);
            }
        }
        for (Index at = 0; at < m_a.size() && !waiting.empty(); ++at) {
            if (!isOpen(m_a, m_p.a, at)) {
                continue;
            }
            const std::uint32_t request = isSameRequest ? m_p.requestOfA[m_a.requestOf(at)] : 0;
            const auto found = waiting.find(mix(m_a.weakKey(at), request));
            if (request == kNone || found == waiting.end()) {
                continue;
            }
            Queue& queue = found->second;
            while (!queue.empty() && m_p.b[queue.front()] != kNone) {
                queue.pop_front(); // went along with the call around it
            }
            if (!queue.empty()) {
                const Index other = queue.front();
                const Place place = isSameRequest ? Place::Inside : Place::Elsewhere;
                queue.pop_front();
                pairEvents(at, other, place);
                matchNodes(m_a.nodeOf(at), m_b.nodeOf(other), place);
            }
        }
    }

    // What happened outside of calls is aligned between the calls' events that are in order on both
    // sides: many such events are alike, and only where they stand tells them apart.
    void matchOutside()
    {
        std::vector<Index> anchors;
        std::vector<Index> partners;
        for (Index at = 0; at < m_a.size(); ++at) {
            if (m_p.a[at] != kNone && m_p.place[at] == Place::Here) {
                anchors.push_back(at);
                partners.push_back(m_p.a[at]);
            }
        }
        const std::vector<bool> ascending = longestAscending(partners);
        std::size_t kept = 0;
        for (std::size_t i = 0; i < anchors.size(); ++i) {
            if (ascending[i]) {
                anchors[kept] = anchors[i];
                partners[kept++] = partners[i];
            }
        }
        anchors.resize(kept);
        partners.resize(kept);
        for (const auto& [requestA, requestB] : m_outside) {
            const auto a = m_a.itemsOf(m_a.requests()[requestA].node);
            const auto b = m_b.itemsOf(m_b.requests()[requestB].node);
            std::size_t nextA = 0;
            std::size_t nextB = 0;
            while (nextA < a.size() && nextB < b.size()) {
                // The anchors around the next event on either side make the window.
                const auto behindA
                    = std::upper_bound(anchors.begin(), anchors.end(), a[nextA]) - anchors.begin();
                const auto behindB = std::upper_bound(partners.begin(), partners.end(), b[nextB])
                    - partners.begin();
                const auto end = std::size_t(std::min(behindA, behindB));
                const Index limitA = end < kept ? anchors[end] : kNone;
                const Index limitB = end < kept ? partners[end] : kNone;
                const std::size_t fromA = nextA;
                const std::size_t fromB = nextB;
                while (nextA < a.size() && a[nextA] < limitA) {
                    ++nextA;
                }
                while (nextB < b.size() && b[nextB] < limitB) {
                    ++nextB;
                }
                matchStretch(a.subspan(fromA, nextA - fromA), b.subspan(fromB, nextB - fromB));
            }
        }
    }

    void matchStretch(std::span<const Index> a, std::span<const Index> b)
    {
        m_keysA.clear();
        m_keysB.clear();
        for (const Index at : a) {
            m_keysA.push_back(keysOf(m_a, at));
        }
        for (const Index at : b) {
            m_keysB.push_back(keysOf(m_b, at));
        }
        for (const Pair& pair : align(m_keysA, m_keysB)) {
            pairEvents(a[pair.a], b[pair.b], Place::Here);
        }
    }

    // Which objects are the same: first the partners of births, then of whatever happened to them.
    void pairObjects()
    {
        m_p.objectOfA.assign(m_a.objectCount(), 0);
        m_p.objectOfB.assign(m_b.objectCount(), 0);
        const auto link = [&](std::uint32_t a, std::uint32_t b) {
            const auto& objectsA = m_a.reader().objects();
            const auto& objectsB = m_b.reader().objects();
            if (a != 0 && b != 0 && m_p.objectOfA[a] == 0 && m_p.objectOfB[b] == 0
                && objectsA[a - 1].kind == objectsB[b - 1].kind) {
                m_p.objectOfA[a] = b;
                m_p.objectOfB[b] = a;
            }
        };
        for (const bool isBirth : { true, false }) {
            for (const bool isEqual : { true, false }) {
                for (Index at = 0; at < m_a.size(); ++at) {
                    const Index other = m_p.a[at];
                    if (other == kNone || (m_a.kind(at) == EventKind::Born) != isBirth) {
                        continue;
                    }
                    const std::uint32_t a = m_a.object(at);
                    const std::uint32_t b = m_b.object(other);
                    if ((m_a.stem(a) == m_b.stem(b)) == isEqual) {
                        link(a, b);
                    }
                }
            }
        }
        // Those no compared event is about: by name, first with first.
        Waiting waiting;
        for (std::uint32_t b = 1; b < m_b.objectCount(); ++b) {
            if (m_p.objectOfB[b] == 0 && m_b.isNamed(b)) {
                waiting[m_b.stem(b)].push_back(b);
            }
        }
        for (std::uint32_t a = 1; a < m_a.objectCount() && !waiting.empty(); ++a) {
            const auto found = m_p.objectOfA[a] == 0 ? waiting.find(m_a.stem(a)) : waiting.end();
            if (found != waiting.end() && !found->second.empty()) {
                link(a, found->second.front());
                found->second.pop_front();
            }
        }
    }

    // Pairs of equal events about objects that do not correspond: several things of one kind ended
    // in another order. They are free to find better partners.
    std::vector<Index> partConfused()
    {
        std::vector<Index> parted;
        m_parted.clear();
        for (Index at = 0; at < m_a.size(); ++at) {
            const Index other = m_p.a[at];
            if (other == kNone || m_a.isCall(at) || m_b.isCall(other)) {
                continue;
            }
            const std::uint32_t a = m_a.object(at);
            const std::uint32_t b = m_b.object(other);
            if (m_p.objectOfA[a] != b && m_p.objectOfA[a] != 0 && m_p.objectOfB[b] != 0) {
                parted.push_back(at);
                m_parted[at] = other;
                m_p.a[at] = kNone;
                m_p.b[other] = kNone;
            }
        }
        return parted;
    }

    // Single events that happened at another point: of the same request, or of another one where
    // they are about an object that is known to be the same.
    void matchEvents(bool isSameRequest)
    {
        const auto isOpen = [](const Side& side, const std::vector<Index>& partners, Index at) {
            return partners[at] == kNone && !side.isLeftOut(at) && !side.isCall(at);
        };
        Waiting waiting;
        for (Index at = 0; at < m_b.size(); ++at) {
            const std::uint32_t object = m_b.object(at);
            if (isOpen(m_b, m_p.b, at) && (isSameRequest || m_p.objectOfB[object] != 0)) {
                const std::uint64_t place = isSameRequest ? m_b.requestOf(at) : 0;
                waiting[mix(mix(m_b.strongKey(at), object), place)].push_back(at);
            }
        }
        for (Index at = 0; at < m_a.size() && !waiting.empty(); ++at) {
            const std::uint32_t object = m_p.objectOfA[m_a.object(at)];
            if (!isOpen(m_a, m_p.a, at)
                || (object == 0 && (!isSameRequest || m_a.object(at) != 0))) {
                continue;
            }
            const std::uint32_t request = isSameRequest ? m_p.requestOfA[m_a.requestOf(at)] : 0;
            const auto found = waiting.find(mix(mix(m_a.strongKey(at), object), request));
            if (request != kNone && found != waiting.end() && !found->second.empty()) {
                pairEvents(
                    at, found->second.front(), isSameRequest ? Place::Inside : Place::Elsewhere);
                found->second.pop_front();
            }
        }
    }

    // Objects that correspond and have different names get one name. True when that is news.
    bool adoptNames()
    {
        bool isNews = false;
        for (std::uint32_t a = 1; a < m_a.objectCount(); ++a) {
            const std::uint32_t b = m_p.objectOfA[a];
            if (b != 0 && m_a.stem(a) != m_b.stem(b)) {
                m_a.setStem(a, m_b.stem(b));
                m_isRenamed[a] = true;
                isNews = true;
            }
        }
        return isNews;
    }

    // Pairs that are in order inside their requests while the requests overtook each other.
    void findInterleaving()
    {
        std::vector<Index> inOrder;
        std::vector<std::uint32_t> places;
        for (Index at = 0; at < m_a.size(); ++at) {
            if (m_p.place[at] == Place::Inside && m_a.rootOf(m_a.requestOf(at)) == kNone) {
                m_p.place[at] = Place::Between; // outside of calls nothing has a place of its own
            }
            if (m_p.a[at] != kNone && m_p.place[at] == Place::Here) {
                inOrder.push_back(at);
                places.push_back(m_p.a[at]);
            }
        }
        const std::vector<bool> ascending = longestAscending(places);
        for (std::size_t i = 0; i < inOrder.size(); ++i) {
            if (!ascending[i]) {
                m_p.place[inOrder[i]] = Place::Between;
            }
        }
    }

    // Equal keys say that everything but the identity of objects is equal; that comes last.
    void judge()
    {
        m_p.isSame.assign(m_a.size(), false);
        for (Index at = 0; at < m_a.size(); ++at) {
            const Index other = m_p.a[at];
            if (other == kNone || m_a.strongKey(at) != m_b.strongKey(other)
                || m_p.objectOfA[m_a.object(at)] != m_b.object(other)) {
                continue;
            }
            if (m_isRenamed[m_a.object(at)]) {
                m_isRenamed[m_a.object(at)] = false; // told once, by the first event about it
                continue;
            }
            const auto pointersA = m_a.pointers(at);
            const auto pointersB = m_b.pointers(other);
            m_p.isSame[at] = std::equal(
                pointersA.begin(), pointersA.end(), pointersB.begin(), pointersB.end(),
                [&](const auto& x, const auto& y) { return m_p.objectOfA[x.second] == y.second; });
        }
    }

    Side& m_a;
    Side& m_b;
    Partners& m_p;
    std::vector<bool> m_isRenamed; // objects of A
    std::vector<std::uint32_t> m_laneOfA;
    std::vector<std::uint32_t> m_laneOfB;
    std::vector<Keys> m_keysA;
    std::vector<Keys> m_keysB;
    std::unordered_map<Index, Index> m_parted; // looked up only
    std::vector<Index> m_itemsA;
    std::vector<Index> m_itemsB;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> m_open;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> m_outside; // requests that are none
};

} // namespace

bool findPartners(Side& a, Side& b, Partners& partners, const std::function<bool(double)>& progress)
{
    return Matcher(a, b, partners).run(progress);
}

} // namespace rdrlab::trace::diff
