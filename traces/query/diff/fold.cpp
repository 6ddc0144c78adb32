#include "traces/query/diff/fold.h"

#include <algorithm>
#include <array>

namespace rdrlab::trace::diff {

namespace {

class Folder
{
public:
    Folder(const Side& a, const Side& b, const Partners& partners)
        : m_a(a)
        , m_b(b)
        , m_p(partners)
        , m_objectsA(a.objectCount(), kNoCause)
        , m_objectsB(b.objectCount(), kNoCause)
        , m_endsA(endsOf(a))
        , m_endsB(endsOf(b))
        , m_lanesA(a.lanes().size(), kNoCause)
        , m_lanesB(b.lanes().size(), kNoCause)
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
        return request.isOutside ? ofRecent(difference) : kNoCause;
    }

    void remember(const Difference& difference, const DiffRequest& request, std::uint32_t cause)
    {
        if (const std::uint32_t object = objectOf(m_a, difference.a); object != 0) {
            setOnce(m_objectsA[object], cause);
        }
        if (const std::uint32_t object = objectOf(m_b, difference.b); object != 0) {
            setOnce(m_objectsB[object], cause);
        }
        const bool isReturn = difference.op == DiffOp::Changed && isEndOfRoot(difference);
        if (isReturn || isOfProgram(difference, request)) {
            if (difference.a != 0) {
                setOnce(m_lanesA[laneOf(m_a, difference.a)], cause);
            }
            if (difference.b != 0) {
                setOnce(m_lanesB[laneOf(m_b, difference.b)], cause);
            }
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
                && (difference.a != 0 ? requestOf(m_a, difference.a) : requestOf(m_b, difference.b))
                        .layer
                    == Layer::App);
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

    std::uint32_t ofObjects(const Difference& difference) const
    {
        const std::uint32_t a = objectOf(m_a, difference.a);
        const std::uint32_t b = objectOf(m_b, difference.b);
        std::uint32_t cause = kNoCause;
        for (const std::uint32_t found :
             { a != 0 ? m_objectsA[a] : kNoCause, b != 0 ? m_objectsB[b] : kNoCause,
               ofOwner(m_a, m_p.objectOfA, m_objectsA, a),
               ofOwner(m_b, m_p.objectOfB, m_objectsB, b) }) {
            cause = std::min(cause, found);
        }
        return cause;
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

    std::uint32_t ofLane(const Difference& difference) const
    {
        std::uint32_t cause = kNoCause;
        if (difference.a != 0) {
            cause = std::min(cause, m_lanesA[laneOf(m_a, difference.a)]);
        }
        if (difference.b != 0) {
            cause = std::min(cause, m_lanesB[laneOf(m_b, difference.b)]);
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
    std::vector<std::uint32_t> m_lanesA;
    std::vector<std::uint32_t> m_lanesB;

    // The last differing requests: until where they are under way.
    struct Recent
    {
        Seq endA = 0;
        Seq endB = 0;
        std::uint32_t cause = kNoCause;
    };
    std::array<Recent, 8> m_recent;
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
    Folder folder(a, b, partners);
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
