#include "traces/query/diff/describe.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

// How far into a request the file it is about is looked for.
constexpr Seq kPathSearch = 200;

std::string nameOf(const Reader& reader, ObjectId id)
{
    const Object* object = reader.object(id);
    return object != nullptr ? std::string(reader.string(object->name)) : std::string();
}

void compareText(std::vector<DiffDetail>& details, const char* what, std::string a, std::string b)
{
    if (a != b) {
        details.push_back({ what, std::move(a), std::move(b) });
    }
}

std::map<std::string, std::string> valuesAt(const Reader& reader, Seq seq, const DiffMask& mask)
{
    std::map<std::string, std::string> values;
    reader.changes(seq, seq, [&](const FieldChange& change) {
        const Object* object = reader.object(change.object);
        const std::string field(reader.string(change.field));
        const FieldRule rule
            = mask.fieldRule(object != nullptr ? object->kind : ObjectKind::None, field);
        const FieldValue& value = change.after;
        if (rule == FieldRule::Ignore) {
            return true;
        }
        std::string text = value.print();
        if (rule == FieldRule::Step && change.before.type == Value::Type::Integer
            && value.type == Value::Type::Integer) {
            // Unsigned: a file may hold any two numbers.
            const auto step = static_cast<std::int64_t>(
                static_cast<std::uint64_t>(value.number)
                - static_cast<std::uint64_t>(change.before.number));
            text = (step >= 0 ? "+" : "") + std::to_string(step);
        } else if (rule == FieldRule::Step && value.type == Value::Type::Integer) {
            text = "(first)";
        }
        values[field] = text;
        return true;
    });
    return values;
}

// The step of a reference event, as "+1".
std::string stepAt(const Reader& reader, Seq seq)
{
    std::string step;
    reader.references(seq, seq, [&](const Reference& reference) {
        step = (reference.delta >= 0 ? "+" : "") + std::to_string(reference.delta);
        return true;
    });
    return step;
}

std::string argumentName(EventKind kind)
{
    return kind == EventKind::End      ? "information"
        : kind == EventKind::Reference ? "count"
        : kind == EventKind::Born || kind == EventKind::Packet || kind == EventKind::Input
        ? "bytes"
        : "argument";
}

std::string statusWord(std::int32_t status)
{
    const std::string_view name = statusName(status);
    if (!name.empty()) {
        return std::string(name);
    }
    char number[16];
    std::snprintf(number, sizeof number, "0x%08x", static_cast<unsigned>(status));
    return number;
}

} // namespace

EventTitle eventTitle(const Reader& reader, const Event& event)
{
    EventTitle title { std::string(layerName(event.layer)), std::string(eventKindName(event.kind)),
                       std::string(reader.string(event.routine)), nameOf(reader, event.object) };
    if (title.routine.empty() && event.text != 0) {
        title.routine = "\"" + std::string(reader.string(event.text)) + "\"";
    }
    return title;
}

std::vector<DiffDetail> detailsOf(const TraceDiff& diff, const Difference& difference)
{
    const Reader& readerA = diff.reader(DiffSide::A);
    const Reader& readerB = diff.reader(DiffSide::B);
    const DiffMask& mask = diff.mask();
    const std::optional<Event> a
        = difference.a != 0 ? readerA.event(difference.a) : std::optional<Event>();
    const std::optional<Event> b
        = difference.b != 0 ? readerB.event(difference.b) : std::optional<Event>();
    std::vector<DiffDetail> details;
    if (a && b && diff.partnerOf(DiffSide::A, a->object) != b->object) {
        compareText(details, "object", nameOf(readerA, a->object), nameOf(readerB, b->object));
        if (details.empty()) {
            details.push_back({ "object", "", "another one of that name" });
        }
    } else if (a && b) {
        const std::string nameA = nameOf(readerA, a->object);
        const std::string nameB = nameOf(readerB, b->object);
        const auto stem = [](const std::string& name) { return name.substr(0, name.rfind('#')); };
        if (stem(nameA) != stem(nameB) && !mask.hidesName(nameA)) {
            details.push_back({ "object", nameA, nameB });
        }
    }
    const auto status = [](const std::optional<Event>& event) {
        return event && event->hasStatus ? statusWord(event->status) : std::string();
    };
    compareText(details, "status", status(a), status(b));
    const auto text = [](const Reader& reader, const std::optional<Event>& event) {
        return event ? std::string(reader.string(event->text)) : std::string();
    };
    compareText(details, "text", text(readerA, a), text(readerB, b));
    if (a && b && a->argument != b->argument
        && mask.comparesArgument(a->layer, a->kind, readerA.string(a->routine))) {
        details.push_back(
            { argumentName(a->kind), std::to_string(a->argument), std::to_string(b->argument) });
    }
    if (a && b && a->irql != b->irql && !mask.ignores("irql")) {
        details.push_back({ "irql", std::to_string(a->irql), std::to_string(b->irql) });
    }
    if (a && b && a->cpu != b->cpu && !mask.ignores("cpus")) {
        details.push_back({ "cpu", std::to_string(a->cpu), std::to_string(b->cpu) });
    }
    if (a && b && a->timeNs != b->timeNs && !mask.ignores("times")) {
        details.push_back({ "time", std::to_string(a->timeNs), std::to_string(b->timeNs) });
    }
    if (a && b && (a->thread != b->thread || a->process != b->process)
        && !mask.ignores("threads")) {
        const auto who = [](const Reader& reader, const Event& event) {
            return std::string(reader.processName(event.process)) + " "
                + std::to_string(event.process) + "/" + std::to_string(event.thread);
        };
        details.push_back({ "thread", who(readerA, *a), who(readerB, *b) });
    }
    const EventKind kind = a ? a->kind : b ? b->kind : EventKind::Note;
    if (kind == EventKind::Reference) {
        compareText(
            details, "references", a ? stepAt(readerA, a->seq) : "",
            b ? stepAt(readerB, b->seq) : "");
    }
    if (kind == EventKind::Change || kind == EventKind::Rename) {
        using Values = std::map<std::string, std::string>;
        const Values before = a ? valuesAt(readerA, a->seq, mask) : Values();
        Values after = b ? valuesAt(readerB, b->seq, mask) : Values();
        for (const auto& [field, value] : before) {
            const auto other = after.find(field);
            if (other == after.end()) {
                details.push_back({ field, value, "" });
            } else {
                if (other->second != value) {
                    details.push_back({ field, value, other->second });
                }
                after.erase(other);
            }
        }
        for (const auto& [field, value] : after) {
            details.push_back({ field, "", value });
        }
    }
    return details;
}

RequestTitle requestTitle(const Reader& reader, Seq first, bool isOutside)
{
    RequestTitle title;
    const std::optional<Event> begin = reader.event(first);
    if (!begin) {
        return title;
    }
    title.process = reader.processName(begin->process);
    if (isOutside) {
        title.routine = "(outside of calls: " + std::string(layerName(begin->layer)) + ")";
        return title;
    }
    title.routine = reader.string(begin->routine);
    ObjectId object = begin->object;
    if (const std::optional<Span> span = reader.span(first); span && span->end != 0) {
        title.status = span->status;
        title.durationNs = span->endNs - span->beginNs;
        title.events = span->end - first + 1;
    }
    reader.events(first, first + kPathSearch, [&](const Event& event) {
        const Object* found = event.span == first ? reader.object(event.object) : nullptr;
        if (found != nullptr && found->kind == ObjectKind::File) {
            object = event.object;
            return false;
        }
        return event.kind != EventKind::End || event.span != first;
    });
    std::string name = nameOf(reader, object);
    const std::size_t colon = name.find(':');
    title.path = colon != name.npos ? name.substr(colon + 1) : name;
    return title;
}

std::vector<DurationRow>
compareDurations(const TraceDiff& diff, const std::function<bool()>& goesOn)
{
    constexpr std::uint64_t kAskEvery = 4096; // spans
    std::uint64_t seen = 0;
    bool isWanted = true;
    const auto goesOnHere = [&] {
        isWanted = isWanted && (++seen % kAskEvery != 0 || !goesOn || goesOn());
        return isWanted;
    };
    struct Finished
    {
        Layer layer;
        StringId routine;
        std::uint64_t ns;
    };
    std::unordered_map<SpanId, Finished> ofA; // by the partner in B
    diff.reader(DiffSide::A).spans([&](const Span& span) {
        const Seq partner = span.end != 0 ? diff.partner(DiffSide::A, span.id) : 0;
        if (partner != 0) {
            ofA[partner] = { span.layer, span.routine, span.endNs - span.beginNs };
        }
        return goesOnHere();
    });
    std::map<std::pair<Layer, std::string>, DurationRow> rows;
    std::map<std::pair<Layer, std::string>, std::vector<double>> ratios;
    diff.reader(DiffSide::B).spans([&](const Span& span) {
        const auto other = span.end != 0 ? ofA.find(span.id) : ofA.end();
        if (other != ofA.end()) {
            const std::string routine(diff.reader(DiffSide::A).string(other->second.routine));
            DurationRow& row = rows[{ other->second.layer, routine }];
            row.layer = other->second.layer;
            row.routine = routine;
            ++row.calls;
            row.a += other->second.ns;
            const std::uint64_t ns = span.endNs - span.beginNs;
            row.b += ns;
            row.longer += ns > other->second.ns;
            row.shorter += ns < other->second.ns;
            if (other->second.ns != 0) {
                ratios[{ other->second.layer, routine }].push_back(
                    double(ns) / double(other->second.ns));
            }
        }
        return goesOnHere();
    });
    std::vector<DurationRow> sorted;
    if (!isWanted) {
        return sorted;
    }
    for (auto& [key, row] : rows) {
        if (std::vector<double>& all = ratios[key]; !all.empty()) {
            const auto middle = all.begin() + std::ptrdiff_t(all.size() / 2);
            std::nth_element(all.begin(), middle, all.end());
            row.medianRatio = *middle;
        }
        sorted.push_back(std::move(row));
    }
    const auto distance
        = [](const DurationRow& row) { return row.a > row.b ? row.a - row.b : row.b - row.a; };
    std::stable_sort(sorted.begin(), sorted.end(), [&](const DurationRow& x, const DurationRow& y) {
        return distance(x) > distance(y);
    });
    return sorted;
}

} // namespace rdrlab::trace
