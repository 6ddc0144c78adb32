#include "gui/models/comparepair.h"

#include "gui/models/comparetexts.h"
#include "gui/models/texts.h"
#include "traces/query/diff/describe.h"

#include <algorithm>
#include <map>

namespace rdrlab::gui {

namespace {

// What stands in a line of which only one side exists.
RowMark markOf(bool hasA, bool hasB, bool equal)
{
    return !hasB ? RowMark::OnlyA
        : !hasA  ? RowMark::OnlyB
        : equal  ? RowMark::Same
                 : RowMark::Changed;
}

} // namespace

CompareLines::CompareLines(Comparison& comparison, QObject* parent)
    : QAbstractTableModel(parent)
    , m_comparison(comparison)
{
}

void CompareLines::clear()
{
    take({});
}

void CompareLines::take(std::vector<Line> lines)
{
    m_all = std::move(lines);
    m_differing = std::size_t(std::count_if(
        m_all.begin(), m_all.end(), [](const Line& line) { return differs(line.mark); }));
    apply();
}

void CompareLines::setOnlyDifferent(bool only)
{
    if (only != m_onlyDifferent) {
        m_onlyDifferent = only;
        apply();
    }
}

void CompareLines::apply()
{
    beginResetModel();
    m_lines.clear();
    for (const Line& line : m_all) {
        if (!m_onlyDifferent || differs(line.mark)) {
            m_lines.push_back(line);
        }
    }
    endResetModel();
}

void CompareLines::showEvents(trace::DiffRow pair)
{
    std::vector<Line> lines;
    const trace::TraceDiff& diff = m_comparison.diff();
    const auto eventOf = [&](DiffSide side, Seq seq) {
        return seq != 0 ? m_comparison.events(side).event(seq) : trace::Event();
    };
    const trace::Event a = eventOf(DiffSide::A, pair.a);
    const trace::Event b = eventOf(DiffSide::B, pair.b);
    // What the comparison found, by its own words; the rest is context.
    const Seq seq = pair.a != 0 ? pair.a : pair.b;
    const DiffSide side = pair.a != 0 ? DiffSide::A : DiffSide::B;
    const trace::DiffOp op = diff.op(side, seq);
    trace::Difference asked;
    asked.a = pair.a;
    asked.b = pair.b;
    asked.op = op;
    std::vector<trace::DiffDetail> details;
    if (op != trace::DiffOp::LeftOut) {
        details = trace::detailsOf(diff, asked);
    }
    const auto isFound = [&](const char* what) {
        return std::any_of(details.begin(), details.end(), [&](const trace::DiffDetail& detail) {
            return detail.what == what;
        });
    };
    const auto add = [&](const QString& what, const char* key, auto textOf) {
        Line line;
        line.what = what;
        line.a = pair.a != 0 ? textOf(DiffSide::A, a) : QString();
        line.b = pair.b != 0 ? textOf(DiffSide::B, b) : QString();
        if (line.a.isEmpty() && line.b.isEmpty()) {
            return;
        }
        const bool isEqual = line.a == line.b;
        line.mark = pair.a == 0 ? RowMark::OnlyB
            : pair.b == 0       ? RowMark::OnlyA
            : isFound(key)      ? RowMark::Changed
            : isEqual           ? RowMark::Same
                                : RowMark::LeftOut;
        lines.push_back(std::move(line));
    };
    const auto reader
        = [&](DiffSide of) -> const trace::Reader& { return m_comparison.reader(of); };
    add(tr("event"), "", [&](DiffSide of, const trace::Event& event) {
        return QStringLiteral("#%1  ").arg(event.seq) + comparetexts::event(reader(of), event);
    });
    if (!lines.empty() && pair.a != 0 && pair.b != 0) {
        lines.front().mark = RowMark::Same; // numbers are never compared
    }
    add(tr("object"), "object", [&](DiffSide of, const trace::Event& event) {
        return texts::object(reader(of), event.object);
    });
    add(tr("status"), "status", [&](DiffSide, const trace::Event& event) {
        return event.hasStatus ? texts::status(event.status) : QString();
    });
    add(tr("text"), "text", [&](DiffSide of, const trace::Event& event) {
        return texts::foreign(reader(of).string(event.text));
    });
    // Fields, with what they were.
    const auto isField = [](const trace::DiffDetail& detail) {
        static constexpr std::string_view kOwn[]
            = { "object", "status", "text", "irql", "cpu", "time", "thread" };
        return std::find(std::begin(kOwn), std::end(kOwn), detail.what) == std::end(kOwn);
    };
    std::map<std::string, std::pair<QString, QString>> changes; // by field, in order
    for (const DiffSide of : kBothSides) {
        const Seq at = of == DiffSide::A ? pair.a : pair.b;
        if (at == 0) {
            continue;
        }
        reader(of).changes(at, at, [&](const trace::FieldChange& change) {
            const QString before = texts::foreign(change.before.print());
            const QString text = (before.isEmpty() ? before : before + QStringLiteral(" → "))
                + texts::foreign(change.after.print());
            auto& entry = changes[std::string(reader(of).string(change.field))];
            (of == DiffSide::A ? entry.first : entry.second) = text;
            return true;
        });
    }
    for (const auto& [field, values] : changes) {
        Line line;
        line.what = line.field = texts::foreign(field);
        line.a = values.first;
        line.b = values.second;
        const bool isTold = isFound(field.c_str());
        line.mark = pair.a == 0 ? RowMark::OnlyB
            : pair.b == 0       ? RowMark::OnlyA
            : isTold            ? markOf(!line.a.isEmpty(), !line.b.isEmpty(), false)
            : line.a == line.b  ? RowMark::Same
                                : RowMark::LeftOut;
        lines.push_back(std::move(line));
    }
    for (const trace::DiffDetail& detail : details) {
        if (isField(detail) && !changes.contains(detail.what)) {
            lines.push_back({ texts::foreign(detail.what),
                              texts::foreign(detail.a),
                              texts::foreign(detail.b),
                              pair.a == 0       ? RowMark::OnlyB
                                  : pair.b == 0 ? RowMark::OnlyA
                                                : RowMark::Changed,
                              {} });
        }
    }
    add(tr("argument"), "argument", [&](DiffSide, const trace::Event& event) {
        return event.argument != 0 ? QString::number(event.argument) : QString();
    });
    add(tr("time"), "time",
        [&](DiffSide, const trace::Event& event) { return texts::moment(event.timeNs); });
    add(tr("thread"), "thread", [&](DiffSide of, const trace::Event& event) {
        return texts::thread(reader(of), event.process, event.thread);
    });
    add(tr("CPU"), "cpu",
        [&](DiffSide, const trace::Event& event) { return QString::number(event.cpu); });
    add(tr("IRQL"), "irql",
        [&](DiffSide, const trace::Event& event) { return QString::number(event.irql); });
    take(std::move(lines));
}

void CompareLines::showObjects(trace::ObjectId a, trace::ObjectId b, trace::DiffRow at)
{
    struct Pair
    {
        std::optional<trace::FieldValue> a, b;
    };
    std::map<std::string, Pair> fields;
    std::array<std::optional<std::int32_t>, 2> counts;
    trace::ObjectKind kind = trace::ObjectKind::None;
    for (const DiffSide side : kBothSides) {
        const trace::ObjectId id = side == DiffSide::A ? a : b;
        const Seq seq = side == DiffSide::A ? at.a : at.b;
        const trace::Object* object = m_comparison.reader(side).object(id);
        if (id == 0 || seq == 0 || object == nullptr) {
            continue;
        }
        kind = object->kind;
        const trace::ObjectState& state = m_comparison.stateAt(side, seq).of(id);
        counts[std::size_t(side)] = state.references;
        for (const auto& [field, value] : state.fields) {
            Pair& pair = fields[std::string(m_comparison.reader(side).string(field))];
            (side == DiffSide::A ? pair.a : pair.b) = value;
        }
    }
    std::vector<Line> lines;
    const trace::TraceDiff& diff = m_comparison.diff();
    if (counts[0] || counts[1]) {
        const auto text = [](const std::optional<std::int32_t>& count) {
            return count ? QString::number(*count) : QString();
        };
        lines.push_back({ tr("references"),
                          text(counts[0]),
                          text(counts[1]),
                          markOf(bool(counts[0]), bool(counts[1]), counts[0] == counts[1]),
                          {} });
    }
    for (const auto& [field, pair] : fields) {
        Line line;
        line.what = line.field = texts::foreign(field);
        line.a = pair.a ? texts::foreign(pair.a->print()) : QString();
        line.b = pair.b ? texts::foreign(pair.b->print()) : QString();
        bool isEqual = pair.a && pair.b && *pair.a == *pair.b;
        if (pair.a && pair.b && pair.a->type == trace::Value::Type::Object
            && pair.b->type == trace::Value::Type::Object) {
            // A pointer is equal when it points to the counterpart.
            isEqual = pair.a->object == 0
                ? pair.b->object == 0
                : diff.partnerOf(DiffSide::A, pair.a->object) == pair.b->object;
        }
        line.mark = markOf(bool(pair.a), bool(pair.b), isEqual);
        if (line.mark != RowMark::Same
            && diff.mask().fieldRule(kind, field) != trace::FieldRule::Compare) {
            line.mark = RowMark::LeftOut;
        }
        lines.push_back(std::move(line));
    }
    take(std::move(lines));
}

int CompareLines::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_lines.size());
}

int CompareLines::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QVariant CompareLines::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Line& line = m_lines[std::size_t(index.row())];
    const QString& value = index.column() == ValueA ? line.a
        : index.column() == ValueB                  ? line.b
                                                    : line.what;
    const bool isTold = differs(line.mark);
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == What && isTold
            ? comparetexts::sign(line.mark) + QLatin1Char(' ') + value
            : value;
    case Qt::AccessibleTextRole:
        return index.column() == What ? value + QStringLiteral(", ") + comparetexts::word(line.mark)
                                      : value;
    case Qt::ToolTipRole:
        return index.column() == What ? value + QStringLiteral(": ") + comparetexts::word(line.mark)
                                      : value;
    case Qt::ForegroundRole:
        return line.mark == RowMark::LeftOut   ? QVariant(theme().dim)
            : isTold && index.column() == What ? QVariant(comparetexts::colour(line.mark))
                                               : QVariant();
    case Qt::BackgroundRole:
        if (!isTold || index.column() == What) {
            return {};
        }
        return QVariant(mixed(
            comparetexts::colour(
                line.mark == RowMark::Changed
                    ? (index.column() == ValueA ? RowMark::OnlyA : RowMark::OnlyB)
                    : line.mark),
            theme().base, 0.16));
    case MarkRole:
        return int(line.mark);
    case FieldRole:
        return line.field;
    default:
        return {};
    }
}

QVariant CompareLines::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal) {
        return {};
    }
    return section == What ? tr("What") : section == ValueA ? tr("A") : tr("B");
}

} // namespace rdrlab::gui
