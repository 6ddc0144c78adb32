#include "traces/exporters/diff_html.h"

#include "traces/exporters/exporters.h"
#include "traces/exporters/text.h"
#include "traces/query/diff/describe.h"

namespace rdrlab::trace {

namespace {

// A JSON object or array under construction: puts the commas.
class Scope
{
public:
    Scope(std::ostream& out, char open, char close)
        : m_out(out)
        , m_close(close)
    {
        m_out << open;
    }
    ~Scope() { m_out << m_close; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    std::ostream& key(std::string_view name)
    {
        next();
        return m_out << jsonString(name) << ':';
    }
    std::ostream& next()
    {
        m_out << (m_isFirst ? "" : ",");
        m_isFirst = false;
        return m_out;
    }
    void text(std::string_view name, std::string_view value) { key(name) << jsonString(value); }
    void number(std::string_view name, std::uint64_t value) { key(name) << value; }
    void flag(std::string_view name, bool value) { key(name) << (value ? "true" : "false"); }
    // Left out when 0, as "none" is.
    void seq(std::string_view name, Seq value)
    {
        if (value != 0) {
            number(name, value);
        }
    }

private:
    std::ostream& m_out;
    char m_close;
    bool m_isFirst = true;
};

void writeSide(const Reader& reader, std::ostream& out)
{
    Scope side(out, '{', '}');
    side.text("file", reader.path());
    for (const char* key : { "scenario", "seed", "driver", "server", "version", "result" }) {
        if (const std::string value = reader.meta(key); !value.empty()) {
            side.text(key, value);
        }
    }
    side.number("events", reader.lastSeq());
    side.flag("complete", reader.isComplete());
}

void writeCounts(const DiffCounts& counts, std::ostream& out)
{
    Scope scope(out, '{', '}');
    scope.number("same", counts.same);
    scope.number("changed", counts.changed);
    scope.number("missing", counts.missing);
    scope.number("extra", counts.extra);
    scope.number("reordered", counts.reordered());
    scope.number("reordered_between", counts.between);
    scope.number("reordered_inside", counts.inside);
    scope.number("reordered_elsewhere", counts.elsewhere);
    scope.number("left_out_a", counts.leftOutA);
    scope.number("left_out_b", counts.leftOutB);
}

void writeRequest(const TraceDiff& diff, const DiffRequest& request, std::ostream& out)
{
    const bool isA = request.a != 0;
    const RequestTitle title = requestTitle(
        diff.reader(isA ? DiffSide::A : DiffSide::B), isA ? request.a : request.b,
        request.isOutside);
    Scope scope(out, '{', '}');
    scope.seq("a", request.a);
    scope.seq("b", request.b);
    scope.text("op", diffOpName(request.op));
    scope.text("order", diffOrderName(request.order));
    scope.flag("outside", request.isOutside);
    scope.text("process", title.process);
    scope.text("routine", title.routine);
    scope.text("path", title.path);
    scope.number("same", request.same);
    scope.number("changed", request.changed);
    scope.number("missing", request.missing);
    scope.number("extra", request.extra);
    scope.number("reordered", request.reordered);
    if (request.cause != kNoCause) {
        scope.number("cause", request.cause);
    }
}

std::string nameOf(const Reader& reader, ObjectId id)
{
    const Object* object = reader.object(id);
    return object != nullptr ? std::string(reader.string(object->name)) : std::string();
}

void writeObject(const TraceDiff& diff, const DiffObject& object, std::ostream& out)
{
    Scope scope(out, '{', '}');
    if (object.a != 0) {
        scope.text("a", nameOf(diff.reader(DiffSide::A), object.a));
    }
    if (object.b != 0) {
        scope.text("b", nameOf(diff.reader(DiffSide::B), object.b));
    }
    scope.text("op", diffOpName(object.op));
    scope.number("differences", object.differences);
    scope.number("first", object.first);
    scope.number("cause", object.cause);
}

void writeDifference(const TraceDiff& diff, const Difference& difference, std::ostream& out)
{
    const bool isA = difference.a != 0;
    const Reader& reader = diff.reader(isA ? DiffSide::A : DiffSide::B);
    Scope scope(out, '{', '}');
    scope.seq("a", difference.a);
    scope.seq("b", difference.b);
    scope.text("op", diffOpName(difference.op));
    scope.text("order", diffOrderName(difference.order));
    scope.number("request", difference.request);
    if (difference.object != kNoCause) {
        scope.number("object", difference.object);
    }
    scope.number("cause", difference.cause);
    if (const auto event = reader.event(isA ? difference.a : difference.b)) {
        const EventTitle title = eventTitle(reader, *event);
        scope.text("layer", title.layer);
        scope.text("kind", title.kind);
        scope.text("routine", title.routine);
        scope.text("name", title.object);
    }
    scope.key("details");
    Scope details(out, '[', ']');
    for (const DiffDetail& detail : detailsOf(diff, difference)) {
        details.next();
        Scope entry(out, '{', '}');
        entry.text("what", detail.what);
        entry.text("a", detail.a);
        entry.text("b", detail.b);
    }
}

template <typename List, typename Write>
void writeList(Scope& scope, const char* name, std::ostream& out, const List& list, Write write)
{
    scope.key(name);
    Scope array(out, '[', ']');
    for (const auto& entry : list) {
        if (!out) {
            break;
        }
        array.next() << '\n';
        write(entry);
    }
}

} // namespace

void exportDiffJson(const TraceDiff& diff, bool matches, std::ostream& out)
{
    {
        Scope all(out, '{', '}');
        all.key("a");
        writeSide(diff.reader(DiffSide::A), out);
        all.key("b");
        writeSide(diff.reader(DiffSide::B), out);
        all.flag("same", diff.isSame());
        all.key("ignored");
        {
            Scope ignored(out, '[', ']');
            for (const std::string& name : diff.mask().names()) {
                if (diff.mask().ignores(name)) {
                    ignored.next() << jsonString(name);
                }
            }
        }
        all.key("events");
        writeCounts(diff.counts(), out);
        writeList(all, "causes", out, diff.causes(), [&](const DiffCause& cause) {
            Scope scope(out, '{', '}');
            scope.number("first", cause.first);
            scope.number("consequences", cause.consequences);
            scope.number("requests", cause.requests);
            scope.number("objects", cause.objects);
        });
        writeList(all, "requests", out, diff.requests(), [&](const DiffRequest& request) {
            writeRequest(diff, request, out);
        });
        writeList(all, "objects", out, diff.objects(), [&](const DiffObject& object) {
            writeObject(diff, object, out);
        });
        writeList(all, "differences", out, diff.differences(), [&](const Difference& difference) {
            writeDifference(diff, difference, out);
        });
        const auto goesOn = [&] { return stillWanted(out); };
        writeList(
            all, "durations", out, compareDurations(diff, goesOn), [&](const DurationRow& row) {
                Scope scope(out, '{', '}');
                scope.text("layer", layerName(row.layer));
                scope.text("routine", row.routine);
                scope.number("calls", row.calls);
                scope.number("a_ns", row.a);
                scope.number("b_ns", row.b);
            });
        if (matches) {
            std::vector<DiffRow> pairs;
            for (const DiffRow& row : diff.rows()) {
                if (row.a != 0) {
                    if (const Seq partner = diff.partner(DiffSide::A, row.a); partner != 0) {
                        pairs.push_back({ row.a, partner });
                    }
                }
            }
            writeList(all, "matches", out, pairs, [&](const DiffRow& pair) {
                out << '[' << pair.a << ',' << pair.b << ']';
            });
        }
    }
    out << '\n';
}

} // namespace rdrlab::trace
