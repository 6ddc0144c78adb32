#include "traces/query/diff/diff.h"

#include "traces/query/diff/fold.h"
#include "traces/query/diff/match.h"

#include <algorithm>

namespace rdrlab::trace {

using diff::Index;
using diff::kNone;

std::string_view diffOpName(DiffOp op)
{
    constexpr std::string_view kNames[] = { "same", "changed", "missing", "extra", "left out" };
    return kNames[int(op)];
}

std::string_view diffOrderName(DiffOrder order)
{
    constexpr std::string_view kNames[] = { "kept", "between", "inside", "elsewhere" };
    return kNames[int(order)];
}

struct TraceDiff::Implementation
{
    Implementation(const Reader& readerA, const Reader& readerB, const DiffMask& wanted)
        : mask(wanted)
        , a(readerA, mask)
        , b(readerB, mask)
    {
    }

    DiffMask mask;
    diff::Side a;
    diff::Side b;
    diff::Partners partners;
    DiffCounts counts;
    std::vector<Difference> differences;
    std::vector<DiffCause> causes;
    std::vector<DiffRequest> requests;
    std::vector<DiffObject> objects;
    std::uint32_t rowCount = 0;
    mutable std::vector<DiffRow> rows;
    mutable std::vector<std::uint32_t> rowOfA;
    mutable std::vector<std::uint32_t> rowOfB;

    const diff::Side& side(DiffSide which) const { return which == DiffSide::A ? a : b; }

    bool isInOrder(Index at) const
    {
        return partners.a[at] != kNone && partners.place[at] == diff::Place::Here;
    }

    // Calls `visit` with every row of the axis, kNone where a side has nothing.
    template <typename Visit> void walk(Visit visit) const
    {
        Index nextB = 0;
        for (Index at = 0; at < a.size(); ++at) {
            if (!isInOrder(at)) {
                visit(at, kNone);
                continue;
            }
            while (nextB < partners.a[at]) {
                visit(kNone, nextB++);
            }
            visit(at, nextB++);
        }
        while (nextB < b.size()) {
            visit(kNone, nextB++);
        }
    }

    void collect();
    std::vector<bool> overtaking() const;
    std::uint32_t requestOf(Index atA, Index atB);
    std::uint32_t objectOf(Index atA, Index atB);
    void count(DiffOp op, DiffOrder order, DiffRequest& request);
    DiffOp opOfA(Index at) const;
    DiffOp opOfB(Index at) const;

    // While collecting: index of the request or object in the lists above.
    std::vector<std::uint32_t> requestA, requestB, objectA, objectB;
};

DiffOp TraceDiff::Implementation::opOfA(Index at) const
{
    return a.isLeftOut(at)        ? DiffOp::LeftOut
        : partners.a[at] == kNone ? DiffOp::Missing
        : partners.isSame[at]     ? DiffOp::Same
                                  : DiffOp::Changed;
}

DiffOp TraceDiff::Implementation::opOfB(Index at) const
{
    return b.isLeftOut(at)        ? DiffOp::LeftOut
        : partners.b[at] == kNone ? DiffOp::Extra
                                  : opOfA(partners.b[at]);
}

std::uint32_t TraceDiff::Implementation::requestOf(Index atA, Index atB)
{
    std::uint32_t numberA = atA != kNone ? a.requestOf(atA) : kNone;
    std::uint32_t numberB = atB != kNone ? b.requestOf(atB) : kNone;
    if (numberA != kNone) {
        numberB = partners.requestOfA[numberA];
    } else if (numberB != kNone) {
        numberA = partners.requestOfB[numberB];
    }
    std::uint32_t& slot = numberA != kNone ? requestA[numberA] : requestB[numberB];
    if (slot == kNone) {
        slot = std::uint32_t(requests.size());
        DiffRequest request;
        const auto firstOf = [](const diff::Side& side, std::uint32_t number) {
            const Index root = side.rootOf(number);
            return side.seqOf(
                root != kNone ? root : side.itemsOf(side.requests()[number].node).front());
        };
        if (numberA != kNone) {
            request.a = firstOf(a, numberA);
            request.isOutside = a.rootOf(numberA) == kNone;
        }
        if (numberB != kNone) {
            request.b = firstOf(b, numberB);
            request.isOutside = b.rootOf(numberB) == kNone;
        }
        request.op = numberA == kNone ? DiffOp::Extra
            : numberB == kNone        ? DiffOp::Missing
                                      : DiffOp::Same;
        if (numberA != kNone && numberB != kNone && !request.isOutside
            && a.lanes()[a.requests()[numberA].lane].name
                != b.lanes()[b.requests()[numberB].lane].name) {
            request.order = DiffOrder::Elsewhere;
        }
        requests.push_back(request);
    }
    return slot;
}

std::uint32_t TraceDiff::Implementation::objectOf(Index atA, Index atB)
{
    std::uint32_t numberA = atA != kNone ? a.object(atA) : 0;
    std::uint32_t numberB = numberA == 0 && atB != kNone ? b.object(atB) : 0;
    if (numberA == 0 && numberB == 0) {
        return kNoCause;
    }
    if (numberA != 0) {
        numberB = partners.objectOfA[numberA];
    } else {
        numberA = partners.objectOfB[numberB];
    }
    std::uint32_t& slot = numberA != 0 ? objectA[numberA] : objectB[numberB];
    if (slot == kNone) {
        slot = std::uint32_t(objects.size());
        DiffObject object;
        object.a = numberA != 0 ? a.reader().objects()[numberA - 1].id : 0;
        object.b = numberB != 0 ? b.reader().objects()[numberB - 1].id : 0;
        object.op = numberA == 0 ? DiffOp::Extra : numberB == 0 ? DiffOp::Missing : DiffOp::Same;
        objects.push_back(object);
    }
    return slot;
}

void TraceDiff::Implementation::count(DiffOp op, DiffOrder order, DiffRequest& request)
{
    switch (op) {
    case DiffOp::Same:
        ++counts.same;
        ++request.same;
        break;
    case DiffOp::Changed:
        ++counts.changed;
        ++request.changed;
        break;
    case DiffOp::Missing:
        ++counts.missing;
        ++request.missing;
        break;
    default:
        ++counts.extra;
        ++request.extra;
    }
    if (request.op == DiffOp::Same && op != DiffOp::Same) {
        request.op = DiffOp::Changed;
    }
    if (order == DiffOrder::Kept) {
        return;
    }
    ++request.reordered;
    ++(order == DiffOrder::Between      ? counts.between
           : order == DiffOrder::Inside ? counts.inside
                                        : counts.elsewhere);
}

// The requests of A that began at another point among the others than their partners.
std::vector<bool> TraceDiff::Implementation::overtaking() const
{
    std::vector<std::uint32_t> pairs;
    std::vector<std::uint32_t> begins;
    for (std::uint32_t i = 0; i < a.requests().size(); ++i) {
        const std::uint32_t other = partners.requestOfA[i];
        if (other != kNone && a.rootOf(i) != kNone && b.rootOf(other) != kNone) {
            pairs.push_back(i);
            begins.push_back(b.rootOf(other));
        }
    }
    const std::vector<bool> ascending = diff::longestAscending(begins);
    std::vector<bool> found(a.requests().size(), false);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        found[pairs[i]] = !ascending[i];
    }
    return found;
}

void TraceDiff::Implementation::collect()
{
    requestA.assign(a.requests().size(), kNone);
    requestB.assign(b.requests().size(), kNone);
    objectA.assign(a.objectCount(), kNone);
    objectB.assign(b.objectCount(), kNone);
    const std::vector<bool> overtook = overtaking();
    walk([&](Index atA, Index atB) {
        const std::uint32_t row = rowCount++;
        const DiffOp op = atA != kNone ? opOfA(atA) : opOfB(atB);
        if (op == DiffOp::LeftOut) {
            ++(atA != kNone ? counts.leftOutA : counts.leftOutB);
            return;
        }
        if (atA == kNone && partners.b[atB] != kNone) {
            return; // told at the row of its partner
        }
        if (atA != kNone && partners.a[atA] != kNone) {
            atB = partners.a[atA];
        }
        const DiffOrder order
            = atA != kNone && atB != kNone ? DiffOrder(partners.place[atA]) : DiffOrder::Kept;
        const std::uint32_t request = requestOf(atA, atB);
        if (atA != kNone && overtook[a.requestOf(atA)]) {
            requests[request].order = DiffOrder::Between;
        }
        count(op, order, requests[request]);
        if (op == DiffOp::Same && (order == DiffOrder::Kept || order == DiffOrder::Between)) {
            return;
        }
        Difference difference;
        difference.a = atA != kNone ? a.seqOf(atA) : 0;
        difference.b = atB != kNone ? b.seqOf(atB) : 0;
        difference.op = op;
        difference.order = order;
        difference.request = request;
        difference.row = row;
        difference.object = objectOf(atA, atB);
        if (difference.object != kNoCause) {
            DiffObject& object = objects[difference.object];
            if (object.differences++ == 0) {
                object.first = std::uint32_t(differences.size());
            }
            if (object.op == DiffOp::Same && op != DiffOp::Same) {
                object.op = DiffOp::Changed;
            }
        }
        differences.push_back(difference);
    });
    requestA = requestB = objectA = objectB = {};
}

TraceDiff::TraceDiff(
    std::shared_ptr<Implementation> implementation, const Reader& a, const Reader& b)
    : m_implementation(std::move(implementation))
    , m_readers { &a, &b }
{
}

TraceDiff::~TraceDiff() = default;

std::unique_ptr<TraceDiff> TraceDiff::compare(
    const Reader& a,
    const Reader& b,
    const DiffMask& mask,
    std::string& error,
    const std::function<bool(double)>& progress)
{
    auto self = std::make_unique<Implementation>(a, b, mask);
    double from = 0;
    double share = 0.35;
    const auto part = [&](double done) { return !progress || progress(from + share * done); };
    for (diff::Side* side : { &self->a, &self->b }) {
        if (!side->load(part) || !side->reader().error().empty()) {
            error = side->reader().error().empty() ? "stopped" : side->reader().error();
            return nullptr;
        }
        from += share;
    }
    share = 0.3;
    if (!diff::findPartners(self->a, self->b, self->partners, part)) {
        error = "stopped";
        return nullptr;
    }
    self->collect();
    self->a.forgetKeys();
    self->b.forgetKeys();
    diff::fold(
        self->a, self->b, self->partners, self->differences, self->requests, self->objects,
        self->causes);
    return std::unique_ptr<TraceDiff>(new TraceDiff(std::move(self), a, b));
}

std::unique_ptr<TraceDiff> TraceDiff::through(const Reader& a, const Reader& b) const
{
    return std::unique_ptr<TraceDiff>(new TraceDiff(m_implementation, a, b));
}

const Reader& TraceDiff::reader(DiffSide side) const
{
    return *m_readers[int(side)];
}

const DiffMask& TraceDiff::mask() const
{
    return m_implementation->mask;
}

const DiffCounts& TraceDiff::counts() const
{
    return m_implementation->counts;
}

bool TraceDiff::isSame() const
{
    const DiffCounts& counts = m_implementation->counts;
    return counts.changed + counts.missing + counts.extra == 0
        && (counts.reordered() == 0 || m_implementation->mask.ignores("order"));
}

Seq TraceDiff::partner(DiffSide side, Seq seq) const
{
    const Implementation& self = *m_implementation;
    const Index at = self.side(side).find(seq);
    if (at == kNone) {
        return 0;
    }
    const Index other = side == DiffSide::A ? self.partners.a[at] : self.partners.b[at];
    return other == kNone ? 0 : side == DiffSide::A ? self.b.seqOf(other) : self.a.seqOf(other);
}

DiffOp TraceDiff::op(DiffSide side, Seq seq) const
{
    const Index at = m_implementation->side(side).find(seq);
    return at == kNone        ? DiffOp::LeftOut
        : side == DiffSide::A ? m_implementation->opOfA(at)
                              : m_implementation->opOfB(at);
}

DiffOrder TraceDiff::order(DiffSide side, Seq seq) const
{
    const diff::Partners& partners = m_implementation->partners;
    Index at = m_implementation->side(side).find(seq);
    if (at != kNone && side == DiffSide::B) {
        at = partners.b[at];
    }
    return at == kNone || partners.a[at] == kNone ? DiffOrder::Kept : DiffOrder(partners.place[at]);
}

ObjectId TraceDiff::partnerOf(DiffSide side, ObjectId object) const
{
    const Implementation& self = *m_implementation;
    const std::uint32_t index = self.side(side).objectIndex(object);
    const std::uint32_t other
        = side == DiffSide::A ? self.partners.objectOfA[index] : self.partners.objectOfB[index];
    const Reader& otherReader = reader(side == DiffSide::A ? DiffSide::B : DiffSide::A);
    return other != 0 && other <= otherReader.objects().size() ? otherReader.objects()[other - 1].id
                                                               : 0;
}

const std::vector<Difference>& TraceDiff::differences() const
{
    return m_implementation->differences;
}

const std::vector<DiffCause>& TraceDiff::causes() const
{
    return m_implementation->causes;
}

const std::vector<DiffRequest>& TraceDiff::requests() const
{
    return m_implementation->requests;
}

const std::vector<DiffObject>& TraceDiff::objects() const
{
    return m_implementation->objects;
}

std::size_t TraceDiff::rowCount() const
{
    return m_implementation->rowCount;
}

const std::vector<DiffRow>& TraceDiff::rows() const
{
    Implementation& self = *m_implementation;
    if (self.rows.empty() && self.rowCount != 0) {
        self.rows.reserve(self.rowCount);
        self.rowOfA.resize(self.a.size());
        self.rowOfB.resize(self.b.size());
        self.walk([&](Index a, Index b) {
            const auto row = std::uint32_t(self.rows.size());
            DiffRow entry;
            if (a != kNone) {
                self.rowOfA[a] = row;
                entry.a = self.a.seqOf(a);
            }
            if (b != kNone) {
                self.rowOfB[b] = row;
                entry.b = self.b.seqOf(b);
            }
            self.rows.push_back(entry);
        });
    }
    return self.rows;
}

std::size_t TraceDiff::rowOf(DiffSide side, Seq seq) const
{
    rows();
    const Index at = m_implementation->side(side).find(seq);
    return at == kNone        ? rowCount()
        : side == DiffSide::A ? m_implementation->rowOfA[at]
                              : m_implementation->rowOfB[at];
}

std::vector<std::uint32_t> TraceDiff::density(std::size_t buckets) const
{
    std::vector<std::uint32_t> counted(buckets, 0);
    for (const Difference& difference : m_implementation->differences) {
        const std::size_t bucket = std::size_t(
            std::uint64_t(difference.row) * buckets / std::max<std::size_t>(rowCount(), 1));
        if (bucket < buckets) {
            ++counted[bucket];
        }
    }
    return counted;
}

} // namespace rdrlab::trace
