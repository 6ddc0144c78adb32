#include "traces/query/diff/fold.h"

#include <algorithm>
#include <array>

namespace rdrlab::trace::diff {

namespace {

// After as many requests that are the same on both sides a program has forgotten what went another
// way before.
constexpr std::ptrdiff_t kBackOnTrack = 4;

class Folder
{
public:
    Folder(
        const Side& a,
        const Side& b,
        const Partners& partners,
        const std::vector<DiffRequest>& requests)
        : m_a(a)
        , m_b(b)
        , m_p(partners)
        , m_objectsA(a.objectCount(), kNoCause)
        , m_objectsB(b.objectCount(), kNoCause)
        , m_endsA(endsOf(a))
        , m_endsB(endsOf(b))
        , m_lanesA(lanesOf(a, requests, &DiffRequest::a))
        , m_lanesB(lanesOf(b, requests, &DiffRequest::b))
    {
    }

    std::uint32_t known(const Difference& difference, const DiffRequest& request)
    {
        if (!request.isOutside && request.cause != kNoCause) {
            return request.cause;
        }
        if (const std::uint32_t cause = ofObjects(difference); cause != kNoCause) {
            return cause;
        }
        if (isOfProgram(difference, request)) {
            return ofLane(difference);
        }
        return request.isOutside ? ofRecent(difference) : ofServer(difference, request);
    }

    void remember(const Difference& difference, const DiffRequest& request, std::uint32_t cause)
    {
        if (const std::uint32_t object = shaped(m_a, difference.a); object != 0) {
            setOnce(m_objectsA[object], cause);
        }
        if (const std::uint32_t object = shaped(m_b, difference.b); object != 0) {
            setOnce(m_objectsB[object], cause);
        }
        const bool isReturn = difference.op == DiffOp::Changed && isEndOfRoot(difference);
        if (isReturn || isOfProgram(difference, request)) {
            if (difference.a != 0) {
                m_lanesA[laneOf(m_a, difference.a)].put(difference.a, cause);
            }
            if (difference.b != 0) {
                m_lanesB[laneOf(m_b, difference.b)].put(difference.b, cause);
            }
        }
        if (request.isOutside && layerOf(difference) == Layer::Server) {
            m_server = { difference.a, difference.b, cause };
        }
        if (!request.isOutside) {
            m_recent[m_nextRecent++ % m_recent.size()]
                = { difference.a != 0 ? endOf(m_a, m_endsA, difference.a) : 0,
                    difference.b != 0 ? endOf(m_b, m_endsB, difference.b) : 0, cause };
        }
    }

private:
    static bool isOneSided(DiffOp op) { return op == DiffOp::Missing || op == DiffOp::Extra; }
    static void setOnce(std::uint32_t& slot, std::uint32_t cause)
    {
        slot = slot == kNoCause ? cause : slot;
    }

    static std::uint32_t objectOf(const Side& side, Seq seq)
    {
        const Index at = seq != 0 ? side.find(seq) : kNone;
        return at != kNone ? side.object(at) : 0;
    }
    static const Request& requestOf(const Side& side, Seq seq)
    {
        return side.requests()[side.requestOf(side.find(seq))];
    }
    static std::uint32_t laneOf(const Side& side, Seq seq) { return requestOf(side, seq).lane; }

    // Something the program did on one side only: a whole request, or its own words between them.
    bool isOfProgram(const Difference& difference, const DiffRequest& request) const
    {
        return isOneSided(request.op)
            || (request.isOutside && isOneSided(difference.op)
                && layerOf(difference) == Layer::App);
    }
    // Of its request.
    Layer layerOf(const Difference& difference) const
    {
        return (difference.a != 0 ? requestOf(m_a, difference.a) : requestOf(m_b, difference.b))
            .layer;
    }

    // The server did something else while the request was under way.
    std::uint32_t ofServer(const Difference& difference, const DiffRequest& request) const
    {
        const auto isDuring = [](Seq server, Seq begin, Seq now) {
            return server != 0 && begin != 0 && begin < server && server < now;
        };
        return isDuring(m_server.a, request.a, difference.a)
                || isDuring(m_server.b, request.b, difference.b)
            ? m_server.cause
            : kNoCause;
    }

    // The seq of the end of each request.
    static std::vector<Seq> endsOf(const Side& side)
    {
        std::vector<Seq> ends(side.requests().size(), 0);
        for (Index at = 0; at < side.size(); ++at) {
            if (side.kind(at) == EventKind::End && !side.isLeftOut(at)
                && side.requests()[side.requestOf(at)].node == side.nodeOf(at)) {
                ends[side.requestOf(at)] = side.seqOf(at);
            }
        }
        return ends;
    }
    static Seq endOf(const Side& side, const std::vector<Seq>& ends, Seq seq)
    {
        return ends[side.requestOf(side.find(seq))];
    }

    std::uint32_t ofRecent(const Difference& difference) const
    {
        std::uint32_t cause = kNoCause;
        for (const Recent& recent : m_recent) {
            if ((difference.a != 0 && difference.a < recent.endA)
                || (difference.b != 0 && difference.b < recent.endB)) {
                cause = std::min(cause, recent.cause);
            }
        }
        return cause;
    }

    // Only what makes or changes an object links to it: that something was said or done about a
    // device does not explain all that is said about it later.
    static std::uint32_t shaped(const Side& side, Seq seq)
    {
        const Index at = seq != 0 ? side.find(seq) : kNone;
        if (at == kNone) {
            return 0;
        }
        switch (side.kind(at)) {
        case EventKind::Born:
        case EventKind::Died:
        case EventKind::Rename:
        case EventKind::Reference:
        case EventKind::Change:
        case EventKind::State:
            return side.object(at);
        default:
            return 0;
        }
    }

    // What links an event to others through its object: any event to an object that one side has
    // alone, one that shapes it to those that shaped it.
    static std::uint32_t ofObject(
        const Side& side,
        const std::vector<std::uint32_t>& partners,
        const std::vector<std::uint32_t>& causes,
        Seq seq)
    {
        const std::uint32_t object = objectOf(side, seq);
        if (object != 0 && (partners[object] == 0 || shaped(side, seq) != 0)
            && causes[object] != kNoCause) {
            return causes[object];
        }
        return ofOwner(side, partners, causes, object);
    }

    std::uint32_t ofObjects(const Difference& difference) const
    {
        return std::min(
            ofObject(m_a, m_p.objectOfA, m_objectsA, difference.a),
            ofObject(m_b, m_p.objectOfB, m_objectsB, difference.b));
    }

    // Of the object it hangs from, when the other side has no such object.
    static std::uint32_t ofOwner(
        const Side& side,
        const std::vector<std::uint32_t>& partners,
        const std::vector<std::uint32_t>& causes,
        std::uint32_t object)
    {
        const std::uint32_t owner
            = object != 0 ? side.objectIndex(side.reader().objects()[object - 1].owner) : 0;
        return owner != 0 && partners[owner] == 0 ? causes[owner] : kNoCause;
    }

    // Where a program went another way, and the requests in which it was itself again.
    struct LaneState
    {
        Seq last = 0;
        std::uint32_t cause = kNoCause;
        std::vector<Seq> same; // in ascending order

        void put(Seq seq, std::uint32_t value)
        {
            last = seq;
            cause = value;
        }
        std::uint32_t at(Seq seq) const
        {
            const auto from = std::upper_bound(same.begin(), same.end(), last);
            const auto to = std::upper_bound(from, same.end(), seq);
            return to - from < kBackOnTrack ? cause : kNoCause;
        }
    };

    static std::vector<LaneState>
    lanesOf(const Side& side, const std::vector<DiffRequest>& requests, Seq DiffRequest::*seq)
    {
        std::vector<LaneState> lanes(side.lanes().size());
        for (const DiffRequest& request : requests) {
            if (request.op == DiffOp::Same && !request.isOutside) {
                lanes[laneOf(side, request.*seq)].same.push_back(request.*seq);
            }
        }
        for (LaneState& lane : lanes) {
            std::sort(lane.same.begin(), lane.same.end());
        }
        return lanes;
    }

    std::uint32_t ofLane(const Difference& difference) const
    {
        std::uint32_t cause = kNoCause;
        if (difference.a != 0) {
            cause = std::min(cause, m_lanesA[laneOf(m_a, difference.a)].at(difference.a));
        }
        if (difference.b != 0) {
            cause = std::min(cause, m_lanesB[laneOf(m_b, difference.b)].at(difference.b));
        }
        return cause;
    }

    bool isEndOfRoot(const Difference& difference) const
    {
        const Index at = difference.a != 0 ? m_a.find(difference.a) : kNone;
        return at != kNone && m_a.kind(at) == EventKind::End
            && m_a.nodeOf(at) == m_a.requests()[m_a.requestOf(at)].node;
    }

    const Side& m_a;
    const Side& m_b;
    const Partners& m_p;
    std::vector<std::uint32_t> m_objectsA;
    std::vector<std::uint32_t> m_objectsB;
    std::vector<Seq> m_endsA;
    std::vector<Seq> m_endsB;
    std::vector<LaneState> m_lanesA;
    std::vector<LaneState> m_lanesB;

    // The last differing requests: until where they are under way.
    struct Recent
    {
        Seq endA = 0;
        Seq endB = 0;
        std::uint32_t cause = kNoCause;
    };
    std::array<Recent, 8> m_recent;
    struct
    {
        Seq a = 0;
        Seq b = 0;
        std::uint32_t cause = kNoCause;
    } m_server; // its last difference
    std::size_t m_nextRecent = 0;
};

} // namespace

void fold(
    const Side& a,
    const Side& b,
    const Partners& partners,
    std::vector<Difference>& differences,
    std::vector<DiffRequest>& requests,
    std::vector<DiffObject>& objects,
    std::vector<DiffCause>& causes)
{
    Folder folder(a, b, partners, requests);
    for (std::uint32_t i = 0; i < differences.size(); ++i) {
        Difference& difference = differences[i];
        DiffRequest& request = requests[difference.request];
        std::uint32_t cause = folder.known(difference, request);
        if (cause == kNoCause) {
            cause = std::uint32_t(causes.size());
            causes.push_back({ i, 0, 0, 0 });
        } else {
            ++causes[cause].consequences;
        }
        difference.cause = cause;
        if (request.cause == kNoCause) {
            request.cause = cause;
            ++causes[cause].requests;
        }
        if (difference.object != kNoCause) {
            DiffObject& object = objects[difference.object];
            if (object.cause == kNoCause) {
                object.cause = cause;
                ++causes[cause].objects;
            }
        }
        folder.remember(difference, request, cause);
    }
}

} // namespace rdrlab::trace::diff
