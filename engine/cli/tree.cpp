// The call tree: what a person sees of a recording.
//
// One row per call, in the order in which they were made; what a call gave birth to, changed and
// released stands on its row as long as it fits, below it otherwise. A call's result stands on its
// own row, so that the eye need not look for it; system calls get a closing row besides, with their
// duration and the round trips they cost.
#include "engine/cli/dump.h"
#include "engine/cli/terminal.h"
#include "traces/query/spantree.h"
#include "traces/query/state.h"

#include <algorithm>
#include <fmt/format.h>

namespace rdrlab::cli {

namespace {

using trace::EventKind;
using trace::Layer;
using trace::ObjectKind;

constexpr std::size_t kLabelColumns = 10;
constexpr std::size_t kDeepest = 16; // deeper calls are not indented further
constexpr std::size_t kResultColumn = 46; // where "→ STATUS" stands when the call leaves room
constexpr std::size_t kRightColumns = 24; // duration and event number

Colour layerColour(Layer layer)
{
    switch (layer) {
    case Layer::App:
        return Colour::Bold;
    case Layer::Io:
        return Colour::Blue;
    case Layer::Mup:
        return Colour::Magenta;
    case Layer::Rdbss:
        return Colour::Cyan;
    case Layer::Mrx:
        return Colour::Yellow;
    case Layer::Wire:
        return Colour::Green;
    default:
        return Colour::Dim;
    }
}

// "SRV_CALL:\lab" reads better as "SRV_CALL \lab".
std::string displayName(std::string name)
{
    const std::size_t colon = name.find(':');
    if (colon != name.npos) {
        name[colon] = ' ';
    }
    return harmless(name);
}

std::string resultText(std::int32_t status)
{
    const std::string text = statusText(status);
    return status < 0 ? paint(Colour::Red, text) : text;
}

struct Row
{
    std::string label;
    Colour labelColour = Colour::Plain;
    std::size_t indent = 0;
    std::string text;
    std::string result;
    std::uint64_t durationNs = 0;
    std::string remark;
    trace::Seq seq = 0;
    trace::SpanId span = 0;
    bool isOpen = false;
};

class Printer
{
public:
    Printer(const trace::Reader& reader, const TreeOptions& options, std::ostream& out)
        : m_reader(reader)
        , m_options(options)
        , m_out(out)
        , m_tree(reader)
        , m_names(reader)
        , m_width(terminal().width)
    {
    }

    bool print();

private:
    void header();
    void summary();
    void take(const trace::Event& event);
    void begin(const trace::Event& event);
    void end(const trace::Event& event);
    void change(const trace::Event& event);
    void ownRow(const trace::Event& event, std::string text);
    void item(const trace::Event& event, const std::string& text);
    void open(Row row);
    void flush();
    bool isShown(const trace::SpanNode& node) const;
    std::size_t indentOf(std::uint32_t node) const;
    std::string callText(const trace::Event& event, const trace::SpanNode& node) const;
    std::string nameOf(trace::ObjectId object, trace::Seq seq) const
    {
        return displayName(m_names.at(object, seq));
    }
    ObjectKind kindOf(trace::ObjectId object) const;
    std::string labelOf(const trace::Event& event, const trace::SpanNode* node) const;

    const trace::Reader& m_reader;
    const TreeOptions& m_options;
    std::ostream& m_out;
    trace::SpanTree m_tree;
    trace::ObjectNames m_names;
    std::size_t m_width;
    Row m_row;
    std::uint32_t m_root = 0;
    std::uint64_t m_shown = 0;
};

ObjectKind Printer::kindOf(trace::ObjectId id) const
{
    const trace::Object* object = m_reader.object(id);
    return object != nullptr ? object->kind : ObjectKind::None;
}

bool Printer::isShown(const trace::SpanNode& node) const
{
    return !m_options.onlyMrx || node.span.layer == Layer::Mrx;
}

// How many calls that are shown enclose this one.
std::size_t Printer::indentOf(std::uint32_t node) const
{
    std::size_t depth = 0;
    for (std::uint32_t at = m_tree.nodes()[node].parent; at != 0; at = m_tree.nodes()[at].parent) {
        depth += isShown(m_tree.nodes()[at]) && m_tree.nodes()[at].span.layer != Layer::App;
    }
    return 2 * std::min(depth, kDeepest);
}

std::string Printer::labelOf(const trace::Event& event, const trace::SpanNode* node) const
{
    const Layer layer = node != nullptr ? node->span.layer : event.layer;
    if (layer == Layer::App) {
        const std::string_view process = m_reader.processName(event.process);
        return process.empty() ? std::string("app") : harmless(process);
    }
    return " " + std::string(trace::layerName(layer));
}

std::string Printer::callText(const trace::Event& event, const trace::SpanNode& node) const
{
    std::string routine = harmless(m_reader.string(event.routine));
    const trace::Span& span = node.span;
    if (span.layer == Layer::Io && routine.starts_with("IRP_MJ_")) {
        routine = (span.request != 0 ? nameOf(span.request, event.seq) + " " : std::string())
            + routine.substr(7);
        if (event.object != 0) {
            std::string device = nameOf(event.object, event.seq);
            device = device.starts_with("DEVICE ") ? device.substr(7) : device;
            routine += " → " + device;
        }
        return routine;
    }
    // What the call is about, unless that is the request it runs in.
    if (event.object != 0 && kindOf(event.object) != ObjectKind::RxContext
        && kindOf(event.object) != ObjectKind::Irp) {
        routine += "  " + nameOf(event.object, event.seq);
    }
    return routine;
}

void Printer::open(Row row)
{
    flush();
    m_row = std::move(row);
    m_row.isOpen = true;
}

void Printer::flush()
{
    if (!m_row.isOpen) {
        return;
    }
    m_row.isOpen = false;
    ++m_shown;
    std::string label = shorten(m_row.label, kLabelColumns - 1);
    const std::size_t labelPad = kLabelColumns - std::min(columns(label), kLabelColumns);
    std::string line
        = paint(m_row.labelColour, label) + std::string(labelPad + m_row.indent, ' ') + m_row.text;
    if (!m_row.result.empty()) {
        const std::size_t used = columns(line);
        line
            += std::string(used + 2 < kResultColumn ? kResultColumn - used : 2, ' ') + m_row.result;
    }
    std::string right = m_row.remark;
    if (m_row.durationNs != 0) {
        right = durationText(m_row.durationNs) + (right.empty() ? "" : ", " + right);
    }
    const std::string number = fmt::format("#{}", m_row.seq);
    const std::size_t rightColumns
        = columns(right) + (right.empty() ? 0 : 2) + std::max<std::size_t>(number.size(), 6);
    const std::size_t room = m_width > rightColumns + 2 ? m_width - rightColumns - 2 : 20;
    line = shorten(line, room);
    line += std::string(room - std::min(room, columns(line)) + 2, ' ');
    const std::string tail = (right.empty() ? "" : right + "  ")
        + std::string(6 - std::min<std::size_t>(6, number.size()), ' ')
        + paint(Colour::Dim, number);
    m_out << line << tail << '\n';
}

void Printer::header()
{
    const std::string scenario
        = m_reader.meta("scenario_name", m_reader.meta("scenario", "recording"));
    std::string line = paint(Colour::Bold, harmless(scenario.substr(0, scenario.find('\n'))));
    if (!m_reader.meta("seed").empty()) {
        line += "   seed " + harmless(m_reader.meta("seed"));
    }
    line += fmt::format(
        "   {} events   {} virtual   ", m_reader.lastSeq(), durationText(m_reader.endTimeNs()));
    m_out << line << harmless(m_reader.path()) << '\n';
    if (!m_reader.isComplete()) {
        m_out << paint(
            Colour::Yellow, "the recording was interrupted; this is what was written until then")
              << '\n';
    }
    m_out << '\n';
}

void Printer::summary()
{
    std::size_t died = 0;
    for (const trace::Object& object : m_reader.objects()) {
        died += object.death != 0;
    }
    std::size_t failed = 0;
    for (const trace::SpanNode& node : m_tree.nodes()) {
        failed += node.span.layer == Layer::App && node.span.end != 0 && node.span.status < 0;
    }
    const std::size_t born = m_reader.objects().size();
    m_out << fmt::format(
        "\n{} events   {} virtual   objects: {} born, {} died, {} alive at the end   ",
        m_reader.lastSeq(),
        durationText(m_reader.endTimeNs()),
        born,
        died,
        born - died);
    const std::string calls = fmt::format("system calls that failed: {}", failed);
    m_out << (failed != 0 ? paint(Colour::Red, calls) : calls) << '\n';
}

void Printer::begin(const trace::Event& event)
{
    const std::uint32_t index = m_tree.find(event.seq);
    if (index == 0 || !isShown(m_tree.nodes()[index])) {
        return;
    }
    const trace::SpanNode& node = m_tree.nodes()[index];
    const trace::Span& span = node.span;
    if (node.depth == 0 && m_root != 0) {
        flush();
        m_out << '\n';
    } else if (m_root != 0 && node.root != m_root) {
        // Another request goes on: say whose rows follow.
        flush();
        const trace::Span& root = m_tree.nodes()[node.root].span;
        trace::Event opener;
        opener.process = root.process;
        opener.layer = root.layer;
        const std::string text = fmt::format(
            "— {} {} (#{})", labelOf(opener, &m_tree.nodes()[node.root]),
            m_reader.string(root.routine), root.id);
        m_out << paint(Colour::Dim, harmless(text)) << '\n';
    }
    m_root = node.root;
    Row row;
    row.label = labelOf(event, &node);
    row.labelColour = layerColour(span.layer);
    row.indent = indentOf(index);
    row.text = paint(
        span.layer == Layer::Mrx || span.layer == Layer::App ? Colour::Bold : Colour::Plain,
        callText(event, node));
    row.seq = event.seq;
    row.span = event.seq;
    if (span.end == 0) {
        row.result = "→ " + paint(Colour::Yellow, "still open");
    } else if (span.layer == Layer::Mrx || (span.status != 0 && span.layer != Layer::App)) {
        row.result = "→ " + resultText(span.status);
    }
    if (span.end != 0 && span.layer != Layer::App && span.endNs > span.beginNs) {
        row.durationNs = span.endNs - span.beginNs;
    }
    open(std::move(row));
}

void Printer::end(const trace::Event& event)
{
    if (event.layer != Layer::App || m_options.onlyMrx) {
        return;
    }
    const std::uint32_t index = m_tree.find(event.span);
    if (index == 0) {
        return;
    }
    const trace::SpanNode& node = m_tree.nodes()[index];
    Row row;
    row.label = labelOf(event, &node);
    row.labelColour = layerColour(Layer::App);
    row.indent = indentOf(index);
    row.text = "◄ " + resultText(event.status);
    row.text += event.argument != 0 ? fmt::format("  information {}", event.argument) : "";
    row.durationNs = node.span.endNs - std::min(node.span.endNs, node.span.beginNs);
    const std::uint32_t trips = m_tree.count(index, Layer::Wire);
    row.remark = trips != 0 ? fmt::format("{} round trip{}", trips, trips == 1 ? "" : "s") : "";
    row.seq = event.seq;
    row.span = event.span;
    m_root = node.root;
    open(std::move(row));
    if (node.depth == 0) {
        flush();
    }
}

// A row of its own, below the call in which it happened.
void Printer::ownRow(const trace::Event& event, std::string text)
{
    const std::uint32_t index = m_tree.find(event.span);
    Row row;
    row.label = " " + std::string(trace::layerName(event.layer));
    row.labelColour = layerColour(event.layer);
    row.indent = index != 0 ? indentOf(index) + 2 : 0;
    row.text = std::move(text);
    row.seq = event.seq;
    row.span = event.span;
    open(std::move(row));
}

// Something that belongs to a call: on its row while there is room.
void Printer::item(const trace::Event& event, const std::string& text)
{
    if (m_options.onlyMrx && m_row.span != event.span) {
        return;
    }
    if (m_row.isOpen && m_row.span == event.span) {
        const std::size_t used = kLabelColumns + m_row.indent
            + std::max(columns(m_row.text),
                       m_row.result.empty() ? 0 : kResultColumn - kLabelColumns - m_row.indent)
            + columns(m_row.result);
        if (used + 3 + columns(text) + kRightColumns <= m_width) {
            std::string& target = m_row.result.empty() ? m_row.text : m_row.result;
            target += (target.empty() ? "" : "   ") + text;
            return;
        }
    }
    ownRow(event, text);
}

void Printer::change(const trace::Event& event)
{
    const ObjectKind kind = kindOf(event.object);
    // The requests' own fields change with every step; the structures behind them are what one
    // looks for.
    const bool isRequest = kind == ObjectKind::Irp || kind == ObjectKind::RxContext
        || kind == ObjectKind::File || kind == ObjectKind::Device || kind == ObjectKind::Driver;
    if (isRequest && !m_options.everything) {
        return;
    }
    std::string text;
    m_reader.changes(event.seq, event.seq, [&](const trace::FieldChange& change) {
        const std::string_view field = m_reader.string(change.field);
        const bool isFirst = change.before.type == trace::Value::Type::None;
        const bool isCondition = field == "Condition";
        // First values say little, but the condition an object starts in does; counts come from the
        // ledger.
        if (!m_options.everything && ((isFirst && !isCondition) || field == "NodeReferenceCount")) {
            return true;
        }
        const std::string after = harmless(change.after.print());
        text += text.empty() ? "" : ", ";
        text += isFirst
            ? fmt::format("{} {}", field, after)
            : fmt::format("{} {}→{}", harmless(field), harmless(change.before.print()), after);
        return true;
    });
    if (!text.empty()) {
        item(event, nameOf(event.object, event.seq) + " " + paint(Colour::Yellow, text));
    }
}

void Printer::take(const trace::Event& event)
{
    switch (event.kind) {
    case EventKind::Begin:
        begin(event);
        return;
    case EventKind::End:
        end(event);
        return;
    case EventKind::Born:
        item(event, paint(Colour::Green, "+ " + nameOf(event.object, event.seq)));
        return;
    case EventKind::Died:
        item(event, paint(Colour::Red, "- " + nameOf(event.object, event.seq)));
        return;
    case EventKind::Change:
    case EventKind::Rename:
        change(event);
        return;
    case EventKind::Reference: {
        std::string text;
        m_reader.references(event.seq, event.seq, [&](const trace::Reference& reference) {
            text = fmt::format("refs {}→{}", reference.count - reference.delta, reference.count);
            return true;
        });
        const ObjectKind kind = kindOf(event.object);
        const bool isStructure = kind >= ObjectKind::SrvCall && kind <= ObjectKind::Fobx;
        if (isStructure || m_options.everything) {
            item(event, nameOf(event.object, event.seq) + " " + paint(Colour::Yellow, text));
        }
        return;
    }
    case EventKind::Callback: {
        std::string text = "◄ " + harmless(m_reader.string(event.routine));
        text += "  " + resultText(event.status);
        text += event.object != 0 ? "  " + nameOf(event.object, event.seq) : "";
        ownRow(event, text);
        return;
    }
    case EventKind::Note:
    case EventKind::State:
        if (event.text != 0) {
            item(event, harmless(m_reader.string(event.text)));
        } else if (event.routine != 0) {
            item(event, harmless(m_reader.string(event.routine)));
        }
        return;
    case EventKind::Error:
    case EventKind::Missing:
    case EventKind::Cancel: {
        std::string text = fmt::format(
            "{} {}", trace::eventKindName(event.kind), m_reader.string(event.routine));
        text += event.text != 0 ? "  " + std::string(m_reader.string(event.text)) : "";
        text += event.hasStatus && event.status != 0 ? "  " + statusText(event.status) : "";
        ownRow(event, paint(Colour::Red, harmless(text)));
        return;
    }
    case EventKind::Post:
        ownRow(event, "posted " + harmless(m_reader.string(event.routine)));
        return;
    default:
        break;
    }
    if (m_options.everything) {
        std::string text = fmt::format(
            "{} {}", trace::eventKindName(event.kind), m_reader.string(event.routine));
        text += event.object != 0 ? " " + nameOf(event.object, event.seq) : "";
        text += event.kind == EventKind::Packet ? fmt::format(" {} bytes", event.argument) : "";
        ownRow(event, paint(Colour::Dim, harmless(text)));
    }
}

bool Printer::print()
{
    header();
    const bool good
        = m_reader.events(m_options.range.from, m_options.range.to, [&](const trace::Event& event) {
              const bool isMrx = event.layer == Layer::Mrx || event.kind == EventKind::Callback
                  || event.kind == EventKind::End;
              if (!m_options.onlyMrx || isMrx) {
                  take(event);
              }
              return bool(m_out);
          });
    flush();
    if (m_shown == 0) {
        m_out << "(no event in this range)\n";
    }
    summary();
    return good;
}

} // namespace

bool printTree(const trace::Reader& reader, const TreeOptions& options, std::ostream& out)
{
    return Printer(reader, options, out).print();
}

} // namespace rdrlab::cli
