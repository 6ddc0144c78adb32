// The forest that a trace's objects form in a drawing.
#include "traces/query/layout.h"

#include "traces/store/statelog.h"

#include <algorithm>

namespace rdrlab::trace {

namespace {

// Rows of the drawing from above: servers with all that is open on them, connections, what belongs
// to neither, the drivers, the processes.
enum RootGroup : std::uint8_t
{
    kServers,
    kConnections,
    kLoose,
    kDrivers,
    kProcesses
};

struct KindStyle
{
    std::uint8_t column;
    std::uint8_t rootGroup;
    std::uint8_t group; // at its home
    bool isAtOwner; // stands beside its owner
};

KindStyle styleOf(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::SrvCall:
        return { 0, kServers, 0, false };
    case ObjectKind::NetRoot:
        return { 1, kServers, 0, true };
    case ObjectKind::VNetRoot:
        return { 2, kServers, 0, true };
    case ObjectKind::Fcb:
        return { 3, kServers, 1, true };
    case ObjectKind::SrvOpen:
        return { 4, kServers, 0, true };
    case ObjectKind::Fobx:
        return { 5, kServers, 0, true };
    case ObjectKind::File:
        return { 6, kLoose, 0, false }; // its owner is only the device it was opened on
    case ObjectKind::Handle:
        return { 7, kLoose, 0, true };
    case ObjectKind::MupFile:
        return { 7, kLoose, 1, true };
    case ObjectKind::CacheMap:
        return { 7, kLoose, 2, true };
    case ObjectKind::Irp:
        return { 7, kLoose, 3, true };
    case ObjectKind::RxContext:
        return { 8, kLoose, 4, true };
    case ObjectKind::Connection:
        return { 0, kConnections, 0, false };
    case ObjectKind::Session:
        return { 1, kConnections, 0, true };
    case ObjectKind::Tree:
        return { 2, kConnections, 0, true };
    case ObjectKind::Exchange:
        return { 3, kConnections, 1, true };
    case ObjectKind::Driver:
        return { 0, kDrivers, 0, false };
    case ObjectKind::Device:
        return { 1, kDrivers, 0, true };
    case ObjectKind::MupPrefix:
        return { 2, kDrivers, 0, true };
    case ObjectKind::Process:
        return { 0, kProcesses, 0, false };
    case ObjectKind::Thread:
        return { 1, kProcesses, 0, true };
    default:
        return { 0, kLoose, 0, false };
    }
}

// Which file object or FOBX each file object and request belongs to; the first answer counts.
//
// Reads the packed log of states, which is many times faster than the rows, and the rows where a
// file has none: a run that is still being recorded, an old trace.
class Homes
{
public:
    Homes(const Reader& reader, const Progress& progress)
        : m_reader(reader)
        , m_objects(reader.objects())
        , m_progress(progress)
        , m_homes(m_objects.size())
        , m_fcbs(m_objects.size())
        , m_links(m_objects.size())
        , m_counts(m_objects.size())
    {
        const Seq logged = readLog();
        readChanges(logged + 1);
        readLedger(logged + 1);
    }

    bool gaveUp() const { return m_gaveUp; }

    ObjectId of(std::size_t index) const
    {
        const Object& object = m_objects[index];
        if (m_homes[index] != 0) {
            return m_homes[index];
        }
        if (object.kind == ObjectKind::File && m_fcbs[index] != 0) {
            return m_fcbs[index];
        }
        if (object.kind == ObjectKind::Irp && m_links[index] != 0) {
            const std::size_t context = indexOf(m_links[index]);
            if (context != kNothing && m_links[context] != 0) {
                return m_links[context];
            }
        }
        return styleOf(object.kind).isAtOwner ? object.owner : 0;
    }

    /// The kind of an object; None for one that the file does not have.
    ObjectKind kindOf(ObjectId id) const
    {
        const std::size_t index = indexOf(id);
        return index != kNothing ? m_objects[index].kind : ObjectKind::None;
    }

private:
    enum class Field : std::uint8_t
    {
        Unknown,
        Other,
        FsContext, // of a file object: the FCB
        FsContext2, // the FOBX
        FileObject, // of a FOBX: its file object
        Irp, // of an RX_CONTEXT
        Fobx,
        Fcb
    };
    static constexpr std::size_t kNothing = SIZE_MAX;

    Field fieldOf(StringId id)
    {
        if (id >= kMostFields) {
            return Field::Other;
        }
        if (id >= m_fields.size()) {
            m_fields.resize(id + 1, Field::Unknown);
        }
        Field& field = m_fields[id];
        if (field == Field::Unknown) {
            const std::string_view name = m_reader.string(id);
            field = name == "FsContext"          ? Field::FsContext
                : name == "FsContext2"           ? Field::FsContext2
                : name == "AssociatedFileObject" ? Field::FileObject
                : name == "CurrentIrp"           ? Field::Irp
                : name == "pFobx"                ? Field::Fobx
                : name == "pFcb"                 ? Field::Fcb
                                                 : Field::Other;
        }
        return field;
    }

    std::size_t indexOf(ObjectId id) const
    {
        if (id != 0 && id <= m_objects.size() && m_objects[id - 1].id == id) {
            return id - 1; // ids count from 1 without a gap, unless the file is a foreign one
        }
        const auto found = std::lower_bound(
            m_objects.begin(), m_objects.end(), id,
            [](const Object& object, ObjectId wanted) { return object.id < wanted; });
        return found != m_objects.end() && found->id == id ? std::size_t(found - m_objects.begin())
                                                           : kNothing;
    }

    bool goOn(Seq seq)
    {
        m_gaveUp = m_gaveUp || (m_progress && !m_progress(seq, m_reader.lastSeq()));
        return !m_gaveUp;
    }

    static void answer(ObjectId& home, ObjectId is) { home = home != 0 ? home : is; }

    void pointsTo(ObjectId from, StringId field, ObjectId target)
    {
        const std::size_t index = target != 0 ? indexOf(from) : kNothing;
        if (index == kNothing) {
            return;
        }
        const ObjectKind kind = m_objects[index].kind;
        if (kind != ObjectKind::File && kind != ObjectKind::Fobx && kind != ObjectKind::RxContext) {
            return;
        }
        switch (fieldOf(field)) {
        case Field::FsContext2:
            if (kind == ObjectKind::File && kindOf(target) == ObjectKind::Fobx) {
                answer(m_homes[index], target);
            }
            break;
        case Field::FsContext:
            if (kind == ObjectKind::File && kindOf(target) == ObjectKind::Fcb) {
                answer(m_fcbs[index], target);
            }
            break;
        case Field::FileObject:
            if (kind == ObjectKind::Fobx && kindOf(target) == ObjectKind::File) {
                answer(m_homes[indexOf(target)], from);
            }
            break;
        case Field::Irp:
            if (kind == ObjectKind::RxContext && kindOf(target) == ObjectKind::Irp) {
                answer(m_links[indexOf(target)], from);
            }
            break;
        case Field::Fobx:
        case Field::Fcb:
            if (kind == ObjectKind::RxContext) {
                answer(m_links[index], target);
            }
            break;
        case Field::Unknown:
        case Field::Other:
            break;
        }
    }

    // A request takes its reference on the file object right after its birth.
    void counts(Seq seq, ObjectId object, std::int32_t count)
    {
        const std::size_t index = indexOf(object);
        if (index == kNothing || m_objects[index].kind != ObjectKind::File) {
            return;
        }
        const bool isTaken = count > m_counts[index];
        m_counts[index] = count;
        // Objects are numbered in the order of their births.
        while (m_born < m_objects.size() && m_objects[m_born].birth + 1 < seq) {
            ++m_born;
        }
        if (isTaken && m_born < m_objects.size() && m_objects[m_born].birth + 1 == seq
            && m_objects[m_born].kind == ObjectKind::Irp) {
            answer(m_homes[m_born], object);
        }
    }

    /// Up to which event the log told everything.
    Seq readLog()
    {
        const StateLog log(m_reader);
        const Seq covered = log.coveredTo();
        std::vector<LogEntry> entries;
        Seq last = 0;
        for (Seq seq = 1; seq <= covered && goOn(seq); seq = last + 1) {
            entries.clear();
            if (!log.chunkAt(seq, last, entries) || last < seq) {
                return seq - 1; // what cannot be unpacked is in the rows
            }
            for (const LogEntry& entry : entries) {
                if (entry.kind == LogEntry::Kind::Field
                    && entry.value.type == Value::Type::Object) {
                    pointsTo(entry.object, entry.field, ObjectId(entry.value.number));
                } else if (entry.kind == LogEntry::Kind::References) {
                    counts(entry.seq, entry.object, std::int32_t(entry.value.number));
                }
            }
        }
        return covered;
    }

    void readChanges(Seq from)
    {
        m_reader.changes(from, m_reader.lastSeq(), [&](const FieldChange& change) {
            pointsTo(change.object, change.field, change.after.object);
            return isNoReport() || goOn(change.seq);
        });
    }

    void readLedger(Seq from)
    {
        m_reader.references(from, m_reader.lastSeq(), [&](const Reference& reference) {
            counts(reference.seq, reference.object, reference.count);
            return isNoReport() || goOn(reference.seq);
        });
    }

    bool isNoReport()
    {
        constexpr std::uint64_t kReportEvery = 1u << 14; // rows
        return ++m_rows % kReportEvery != 0;
    }

    static constexpr StringId kMostFields = 1u << 24; // names come early; a foreign file's may not

    const Reader& m_reader;
    const std::vector<Object>& m_objects;
    const Progress& m_progress;
    std::uint64_t m_rows = 0;
    bool m_gaveUp = false;
    std::vector<Field> m_fields; // by StringId
    // Beside m_objects; 0: not told.
    std::vector<ObjectId> m_homes;
    std::vector<ObjectId> m_fcbs; // of file objects: second choice
    std::vector<ObjectId> m_links; // IRP -> RX_CONTEXT, RX_CONTEXT -> FOBX or FCB
    std::vector<std::int32_t> m_counts; // references to file objects
    std::size_t m_born = 0; // the ledger has come to this object's birth
};

} // namespace

std::uint8_t layoutColumn(ObjectKind kind)
{
    return styleOf(kind).column;
}

std::vector<LayoutItem> layoutItems(const Reader& reader, const Progress& progress)
{
    const Homes homes(reader, progress);
    std::vector<LayoutItem> items;
    if (homes.gaveUp()) {
        return items;
    }
    const std::vector<Object>& objects = reader.objects();
    items.reserve(objects.size());
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const Object& object = objects[i];
        const KindStyle style = styleOf(object.kind);
        LayoutItem item;
        item.object = object.id;
        item.home = homes.of(i);
        item.column = style.column;
        const ObjectKind home = homes.kindOf(item.home);
        const bool isPlaced = home != ObjectKind::None && layoutColumn(home) < style.column;
        item.home = isPlaced ? item.home : 0;
        item.group = isPlaced ? style.group : style.rootGroup;
        item.birth = object.birth;
        item.death = object.death;
        items.push_back(item);
    }
    return items;
}

} // namespace rdrlab::trace
