#include "traces/store/columns.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

constexpr std::uint8_t kFormat = 1;

using Residuals = std::array<std::uint64_t, kSpineEvents>;

enum Mode : std::uint8_t
{
    kAllZero,
    kDense, // one number for each event
    kSparse // the distance to the next one that is not 0, and that
};

void putResiduals(Bytes& out, const Residuals& residuals, std::size_t count)
{
    std::size_t dense = 0;
    std::size_t sparse = 0;
    std::size_t next = 0; // the first event no entry has covered
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t bytes = varintBytes(residuals[i]);
        dense += bytes;
        if (residuals[i] != 0) {
            sparse += varintBytes(i - next) + bytes;
            next = i + 1;
        }
    }
    const Mode mode = next == 0 ? kAllZero : sparse < dense ? kSparse : kDense;
    out.push_back(mode);
    if (mode == kAllZero) {
        return;
    }
    putVarint(out, mode == kDense ? dense : sparse);
    next = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (mode == kDense) {
            putVarint(out, residuals[i]);
        } else if (residuals[i] != 0) {
            putVarint(out, i - next);
            putVarint(out, residuals[i]);
            next = i + 1;
        }
    }
}

bool getResiduals(ByteReader& from, Residuals& residuals, std::size_t count)
{
    const std::uint8_t mode = from.byte();
    if (mode != kDense) {
        std::memset(residuals.data(), 0, count * sizeof residuals[0]);
    }
    if (mode == kAllZero) {
        return from.good();
    }
    ByteReader column = from.part(from.number(SIZE_MAX));
    if (mode == kDense) {
        for (std::size_t i = 0; i < count; ++i) {
            residuals[i] = column.number();
        }
    } else if (mode == kSparse) {
        std::size_t i = 0;
        while (column.left() != 0) {
            const std::uint64_t gap = column.number();
            if (gap >= count - i) {
                return false;
            }
            i += std::size_t(gap);
            residuals[i++] = column.number();
        }
    } else {
        return false;
    }
    return from.good() && column.good() && column.left() == 0;
}

struct What
{
    std::uint32_t routine = 0;
    std::int32_t status = 0;
    std::uint8_t kind = 0;
    std::uint8_t layer = 0;
    std::uint8_t cpu = 0;
    std::uint8_t irql = 0;
    std::uint8_t hasStatus = 0;

    friend bool operator==(const What&, const What&) = default;
};

struct WhatHash
{
    std::size_t operator()(const What& what) const
    {
        std::uint64_t hash = what.routine * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= std::uint64_t(std::uint32_t(what.status)) * UINT64_C(0xC2B2AE3D27D4EB4F);
        hash ^= (std::uint64_t(what.kind) << 32 | std::uint64_t(what.layer) << 24
                 | std::uint64_t(what.cpu) << 16 | std::uint64_t(what.irql) << 8 | what.hasStatus)
            * UINT64_C(0x165667B19E3779F9);
        return std::size_t(hash ^ hash >> 29);
    }
};

struct Who
{
    std::uint32_t thread = 0;
    std::uint32_t process = 0;
};

// Remembers each span's parent, as long as nothing else needs its place.
class Parents
{
public:
    std::uint64_t of(std::uint64_t span) const
    {
        const Entry& entry = m_entries[span % kEntries];
        return entry.span == span ? entry.parent : 0;
    }
    void set(std::uint64_t span, std::uint64_t parent)
    {
        m_entries[span % kEntries] = { span, parent };
    }

private:
    static constexpr std::size_t kEntries = 256;
    struct Entry
    {
        std::uint64_t span = 0;
        std::uint64_t parent = 0;
    };
    std::array<Entry, kEntries> m_entries {};
};

// The guesses of spans and parents: the same walk for packing and unpacking. `span` and `parent`
// are called with the event and the guess, and give what it really was.
template <typename SpanStep, typename ParentStep>
void walkSpans(const SpineColumns& columns, SpanStep spanStep, ParentStep parentStep)
{
    Parents parents;
    std::uint64_t current = 0; // the span in which it goes on after the event before
    for (std::size_t i = 0; i < columns.count; ++i) {
        const EventKind kind = columns.kind[i];
        const bool begins = kind == EventKind::Begin;
        const std::uint64_t span = spanStep(i, begins ? columns.first + i : current);
        const std::uint64_t parent = parentStep(i, begins ? current : parents.of(span));
        parents.set(span, parent);
        current = kind == EventKind::End || kind == EventKind::Pend ? parent : span;
    }
}

void putWhats(Bytes& out, const std::vector<What>& table)
{
    putVarint(out, table.size());
    for (const What& what : table) {
        putVarint(out, what.routine);
        out.push_back(what.kind);
        out.push_back(std::uint8_t(what.layer << 1 | what.hasStatus));
        out.push_back(what.cpu);
        out.push_back(what.irql);
        if (what.hasStatus != 0) {
            putVarint(out, zigzag(what.status));
        }
    }
}

bool getWhats(ByteReader& from, std::vector<What>& table)
{
    table.resize(std::size_t(from.number(kSpineEvents)));
    for (What& what : table) {
        what.routine = std::uint32_t(from.number(UINT32_MAX));
        what.kind = std::min(from.byte(), std::uint8_t(EventKind::Maximum));
        const std::uint8_t both = from.byte();
        what.layer = std::min(std::uint8_t(both >> 1), std::uint8_t(Layer::Maximum));
        what.hasStatus = both & 1;
        what.cpu = from.byte();
        what.irql = from.byte();
        what.status = what.hasStatus != 0 ? std::int32_t(unzigzag(from.number(UINT32_MAX))) : 0;
    }
    return from.good();
}

// The place of each distinct entry, in order of first occurrence.
template <typename Entry, typename Hash> class Table
{
public:
    std::uint32_t place(const Entry& entry)
    {
        const auto [at, isNew] = m_places.try_emplace(entry, std::uint32_t(m_entries.size()));
        if (isNew) {
            m_entries.push_back(entry);
        }
        return at->second;
    }
    const std::vector<Entry>& entries() const { return m_entries; }

private:
    std::unordered_map<Entry, std::uint32_t, Hash> m_places; // looked up only
    std::vector<Entry> m_entries;
};

} // namespace

void packColumns(const SpineColumns& columns, Bytes& out)
{
    const std::size_t count = columns.count;
    Residuals residuals;
    std::array<std::uint32_t, kSpineEvents> places;

    Table<What, WhatHash> whats;
    for (std::size_t i = 0; i < count; ++i) {
        What what;
        what.routine = columns.routine[i];
        what.hasStatus = columns.hasStatus[i];
        what.status = what.hasStatus != 0 ? columns.status[i] : 0;
        what.kind = std::uint8_t(columns.kind[i]);
        what.layer = std::uint8_t(columns.layer[i]);
        what.cpu = columns.cpu[i];
        what.irql = columns.irql[i];
        places[i] = whats.place(what);
        residuals[i] = places[i];
    }
    out.push_back(kFormat);
    putWhats(out, whats.entries());
    putResiduals(out, residuals, count);

    Table<std::uint64_t, std::hash<std::uint64_t>> whos;
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t place
            = whos.place(std::uint64_t(columns.process[i]) << 32 | columns.thread[i]);
        residuals[i] = distance(before, place);
        before = place;
    }
    putVarint(out, whos.entries().size());
    for (const std::uint64_t who : whos.entries()) {
        putVarint(out, who >> 32);
        putVarint(out, who & UINT32_MAX);
    }
    putResiduals(out, residuals, count);

    before = 0;
    for (std::size_t i = 0; i < count; ++i) {
        residuals[i] = distance(before, columns.timeNs[i]);
        before = columns.timeNs[i];
    }
    putResiduals(out, residuals, count);

    Residuals parents;
    walkSpans(
        columns,
        [&](std::size_t i, std::uint64_t guess) {
            residuals[i] = distance(guess, columns.span[i]);
            return columns.span[i];
        },
        [&](std::size_t i, std::uint64_t guess) {
            parents[i] = distance(guess, columns.parent[i]);
            return columns.parent[i];
        });
    putResiduals(out, residuals, count);
    putResiduals(out, parents, count);

    std::vector<std::uint32_t> last(whats.entries().size(), 0);
    for (std::size_t i = 0; i < count; ++i) {
        residuals[i] = distance(last[places[i]], columns.object[i]);
        last[places[i]] = columns.object[i];
    }
    putResiduals(out, residuals, count);
    std::copy(
        columns.argument.begin(), columns.argument.begin() + std::ptrdiff_t(count),
        residuals.begin());
    putResiduals(out, residuals, count);
    std::copy(
        columns.text.begin(), columns.text.begin() + std::ptrdiff_t(count), residuals.begin());
    putResiduals(out, residuals, count);
}

bool unpackColumns(
    const std::uint8_t* data, std::size_t size, Seq first, std::size_t count, SpineColumns& into)
{
    ByteReader from(data, size);
    if (count == 0 || count > kSpineEvents || from.byte() != kFormat) {
        return false;
    }
    into.first = first;
    into.resize(count);
    Residuals residuals;
    Residuals places;

    std::vector<What> whats;
    if (!getWhats(from, whats) || !getResiduals(from, places, count)) {
        return false;
    }
    // The columns' addresses are kept apart: a byte written to one could be, for all the compiler
    // knows, part of another's address, and it would fetch all of them again for every event.
    for (std::size_t i = 0; i < count; ++i) {
        if (places[i] >= whats.size()) {
            return false;
        }
    }
    const What* const table = whats.data();
    const auto column = [&](auto& of, auto member) {
        auto* const to = of.data();
        using Entry = std::remove_reference_t<decltype(*to)>;
        for (std::size_t i = 0; i < count; ++i) {
            to[i] = Entry(table[places[i]].*member);
        }
    };
    column(into.routine, &What::routine);
    column(into.status, &What::status);
    column(into.kind, &What::kind);
    column(into.layer, &What::layer);
    column(into.cpu, &What::cpu);
    column(into.irql, &What::irql);
    column(into.hasStatus, &What::hasStatus);

    std::vector<Who> whos(std::size_t(from.number(kSpineEvents)));
    for (Who& who : whos) {
        who.process = std::uint32_t(from.number(UINT32_MAX));
        who.thread = std::uint32_t(from.number(UINT32_MAX));
    }
    if (!getResiduals(from, residuals, count)) {
        return false;
    }
    std::uint64_t place = 0;
    for (std::size_t i = 0; i < count; ++i) {
        place = walked(place, residuals[i]);
        if (place >= whos.size()) {
            return false;
        }
        into.thread[i] = whos[std::size_t(place)].thread;
        into.process[i] = whos[std::size_t(place)].process;
    }

    if (!getResiduals(from, residuals, count)) {
        return false;
    }
    std::uint64_t time = 0;
    for (std::size_t i = 0; i < count; ++i) {
        into.timeNs[i] = time = walked(time, residuals[i]);
    }

    Residuals parents;
    if (!getResiduals(from, residuals, count) || !getResiduals(from, parents, count)) {
        return false;
    }
    walkSpans(
        into,
        [&](std::size_t i, std::uint64_t guess) {
            return into.span[i] = walked(guess, residuals[i]);
        },
        [&](std::size_t i, std::uint64_t guess) {
            return into.parent[i] = walked(guess, parents[i]);
        });

    if (!getResiduals(from, residuals, count)) {
        return false;
    }
    std::vector<std::uint32_t> last(whats.size(), 0);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t& object = last[std::size_t(places[i])];
        object = std::uint32_t(walked(object, residuals[i]));
        into.object[i] = object;
    }
    if (!getResiduals(from, residuals, count)) {
        return false;
    }
    std::copy_n(residuals.begin(), count, into.argument.begin());
    if (!getResiduals(from, residuals, count)) {
        return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
        into.text[i] = std::uint32_t(residuals[i]);
    }
    return from.left() == 0;
}

void packObjectSet(const SpineColumns& columns, Bytes& out)
{
    std::vector<ObjectId> objects(
        columns.object.begin(), columns.object.begin() + std::ptrdiff_t(columns.count));
    std::sort(objects.begin(), objects.end());
    objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
    ObjectId before = 0;
    for (const ObjectId object : objects) {
        if (object != 0) {
            putVarint(out, object - before);
            before = object;
        }
    }
}

bool unpackObjectSet(const std::uint8_t* data, std::size_t size, std::vector<ObjectId>& into)
{
    ByteReader from(data, size);
    into.clear();
    std::uint64_t object = 0;
    while (from.left() != 0) {
        const std::uint64_t step = from.number(UINT32_MAX);
        object += step;
        if (step == 0 || object > UINT32_MAX || into.size() >= kSpineEvents) {
            return false;
        }
        into.push_back(ObjectId(object));
    }
    return from.good();
}

} // namespace rdrlab::trace
