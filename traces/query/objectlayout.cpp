// The forest that a trace's objects form in a drawing.
#include "traces/query/layout.h"

#include <unordered_map>

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
class Homes
{
public:
    Homes(const Reader& reader, const Progress& progress)
        : m_reader(reader)
        , m_progress(progress)
    {
        readFields();
        readLedger();
    }

    bool gaveUp() const { return m_gaveUp; }

    ObjectId of(const Object& object) const
    {
        const auto found = m_homes.find(object.id);
        if (found != m_homes.end()) {
            return found->second;
        }
        if (object.kind == ObjectKind::Irp) {
            const auto context = m_contexts.find(object.id);
            const auto home = context != m_contexts.end() ? m_contextFiles.find(context->second)
                                                          : m_contextFiles.end();
            if (home != m_contextFiles.end()) {
                return home->second;
            }
        }
        return styleOf(object.kind).isAtOwner ? object.owner : 0;
    }

private:
    enum class Field : std::uint8_t
    {
        Other,
        FsContext, // of a file object: the FCB
        FsContext2, // the FOBX
        FileObject, // of a FOBX: its file object
        Irp, // of an RX_CONTEXT
        Fobx,
        Fcb
    };

    Field fieldOf(StringId id)
    {
        const auto known = m_fields.find(id);
        if (known != m_fields.end()) {
            return known->second;
        }
        const std::string_view name = m_reader.string(id);
        const Field field = name == "FsContext" ? Field::FsContext
            : name == "FsContext2"              ? Field::FsContext2
            : name == "AssociatedFileObject"    ? Field::FileObject
            : name == "CurrentIrp"              ? Field::Irp
            : name == "pFobx"                   ? Field::Fobx
            : name == "pFcb"                    ? Field::Fcb
                                                : Field::Other;
        m_fields.emplace(id, field);
        return field;
    }

    ObjectKind kindOf(ObjectId id) const
    {
        const Object* object = m_reader.object(id);
        return object != nullptr ? object->kind : ObjectKind::None;
    }

    // Changes and ledger count half each.
    bool goOn(Seq seq, Seq before)
    {
        constexpr std::uint64_t kReportEvery = 1u << 14; // rows
        if (m_progress && ++m_rows % kReportEvery == 0) {
            m_gaveUp = m_gaveUp || !m_progress(before + seq, 2 * m_reader.lastSeq());
        }
        return !m_gaveUp;
    }

    void readFields()
    {
        std::unordered_map<ObjectId, ObjectId> fcbs; // second choice
        m_reader.changes(1, m_reader.lastSeq(), [&](const FieldChange& change) {
            const ObjectId target = change.after.object;
            if (target == 0) {
                return goOn(change.seq, 0);
            }
            const ObjectKind kind = kindOf(change.object);
            switch (fieldOf(change.field)) {
            case Field::FsContext2:
                if (kind == ObjectKind::File && kindOf(target) == ObjectKind::Fobx) {
                    m_homes.try_emplace(change.object, target);
                }
                break;
            case Field::FsContext:
                if (kind == ObjectKind::File && kindOf(target) == ObjectKind::Fcb) {
                    fcbs.try_emplace(change.object, target);
                }
                break;
            case Field::FileObject:
                if (kind == ObjectKind::Fobx && kindOf(target) == ObjectKind::File) {
                    m_homes.try_emplace(target, change.object);
                }
                break;
            case Field::Irp:
                if (kind == ObjectKind::RxContext) {
                    m_contexts.try_emplace(target, change.object);
                }
                break;
            case Field::Fobx:
            case Field::Fcb:
                if (kind == ObjectKind::RxContext) {
                    m_contextFiles.try_emplace(change.object, target);
                }
                break;
            case Field::Other:
                break;
            }
            return goOn(change.seq, 0);
        });
        m_homes.insert(fcbs.begin(), fcbs.end());
    }

    // A request takes its reference on the file object right after its birth.
    void readLedger()
    {
        std::unordered_map<Seq, ObjectId> born;
        for (const Object& object : m_reader.objects()) {
            if (object.kind == ObjectKind::Irp) {
                born.emplace(object.birth, object.id);
            }
        }
        m_reader.references(1, m_reader.lastSeq(), [&](const Reference& reference) {
            const auto irp = reference.delta > 0 ? born.find(reference.seq - 1) : born.end();
            if (irp != born.end() && m_reader.string(reference.reason) == "IRP"
                && kindOf(reference.object) == ObjectKind::File) {
                m_homes.try_emplace(irp->second, reference.object);
            }
            return goOn(reference.seq, m_reader.lastSeq());
        });
    }

    const Reader& m_reader;
    const Progress& m_progress;
    std::uint64_t m_rows = 0;
    bool m_gaveUp = false;
    std::unordered_map<StringId, Field> m_fields;
    std::unordered_map<ObjectId, ObjectId> m_homes;
    std::unordered_map<ObjectId, ObjectId> m_contexts; // IRP -> RX_CONTEXT
    std::unordered_map<ObjectId, ObjectId> m_contextFiles; // RX_CONTEXT -> FOBX or FCB
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
    items.reserve(reader.objects().size());
    for (const Object& object : reader.objects()) {
        const KindStyle style = styleOf(object.kind);
        LayoutItem item;
        item.object = object.id;
        item.home = homes.of(object);
        item.column = style.column;
        const Object* home = item.home != 0 ? reader.object(item.home) : nullptr;
        const bool isPlaced = home != nullptr && layoutColumn(home->kind) < style.column;
        item.home = isPlaced ? item.home : 0;
        item.group = isPlaced ? style.group : style.rootGroup;
        item.birth = object.birth;
        item.death = object.death;
        items.push_back(item);
    }
    return items;
}

} // namespace rdrlab::trace
