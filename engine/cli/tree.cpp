// The call tree: what a person sees of a recording.
//
// One row per call, in the order in which they were made; what a call gave birth to, changed and
// released stands on its row as long as it fits, below it otherwise. A call's result stands on its
// own row, so that the eye need not look for it; system calls get a closing row besides, with their
// duration and the round trips they cost. What a reader of the story need not know (requests' own
// life, the kernel's calls to itself, the setup before the scenario's first process) shows with
// --all.
#include "engine/cli/dump.h"
#include "engine/cli/treerow.h"
#include "engine/cli/words.h"
#include "traces/query/spantree.h"
#include "traces/query/state.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <set>

namespace rdrlab::cli {

namespace {

using trace::EventKind;
using trace::Layer;
using trace::ObjectKind;

constexpr std::size_t kDeepest = 16; // deeper calls are not indented further

// IoStatus.Information, in the words of the call it belongs to.
std::string
informationText(std::string_view routine, std::int32_t status, std::uint64_t information)
{
    static constexpr std::array kCreated
        = { "FILE_SUPERSEDED",  "FILE_OPENED", "FILE_CREATED",
            "FILE_OVERWRITTEN", "FILE_EXISTS", "FILE_DOES_NOT_EXIST" };
    if (routine == "NtCreateFile" || routine == "NtOpenFile") {
        return status >= 0 && information < kCreated.size() ? kCreated[information] : std::string();
    }
    if (information == 0 || status < 0 || routine == "NtClose") {
        return {};
    }
    return fmt::format("{} bytes", information);
}

// The members whose changes tell the story of an object.
bool isTelling(std::string_view field)
{
    static const std::set<std::string_view> telling
        = { "Condition",          "FcbState",      "Flags",
            "OpenCount",          "UncleanCount",  "Header.FileSize",
            "ConstructionStatus", "OpenStatus",    "BufferingFlags",
            "MRxNetRootState",    "DeletePending", "(name)" };
    return telling.contains(field);
}

class Printer
{
public:
    Printer(const trace::Reader& reader, const TreeOptions& options, std::ostream& out)
        : m_reader(reader)
        , m_options(options)
        , m_out(out)
        , m_tree(reader)
        , m_words(reader)
        , m_width(terminal().width)
    {
    }

    bool print();

private:
    // The parts of the text.
    void header();
    trace::Seq setup();
    void summary();

    // One event each.
    void take(const trace::Event& event);
    void begin(const trace::Event& event);
    void title(const trace::SpanNode& root, const std::string& remark);
    void end(const trace::Event& event);
    void life(const trace::Event& event);
    void change(const trace::Event& event);
    void reference(const trace::Event& event);
    void note(const trace::Event& event);
    void plain(const trace::Event& event);

    // Rows and the items on them.
    void open(Row row);
    void flush();
    void ownRow(const trace::Event& event, std::string text);
    void item(const trace::Event& event, const std::string& text, const std::string& joined = {});

    // What things are called.
    std::string labelOf(std::uint32_t process, Layer layer) const;
    std::string nameOf(trace::ObjectId object, trace::Seq seq) const
    {
        return displayName(m_words.object(object, seq));
    }
    ObjectKind kindOf(trace::ObjectId object) const { return m_words.kind(object); }

    bool isShown(const trace::SpanNode& node) const;
    bool isHiddenEvent(const trace::Event& event) const;
    std::size_t indentOf(std::uint32_t node) const;

    const trace::Reader& m_reader;
    const TreeOptions& m_options;
    std::ostream& m_out;
    trace::SpanTree m_tree;
    Words m_words;
    std::size_t m_width;
    Row m_row;
    std::uint32_t m_root = 0; // of the system call whose rows are being printed
    std::size_t m_lastIndent = 0;
    std::string m_late; // items of a system call after its last inner call
    std::uint64_t m_shown = 0;
};

bool Printer::isShown(const trace::SpanNode& node) const
{
    if (m_options.onlyMrx) {
        return node.span.layer == Layer::Mrx;
    }
    // Kernel code's calls to itself.
    return m_options.everything || node.span.layer != Layer::Kernel
        || !m_reader.string(node.span.routine).starts_with("Zw");
}

// In the short story: whatever happens inside a call that is not shown.
bool Printer::isHiddenEvent(const trace::Event& event) const
{
    const std::uint32_t index = m_tree.find(event.span);
    return index != 0 && !m_options.onlyMrx && !isShown(m_tree.nodes()[index]);
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

std::string Printer::labelOf(std::uint32_t process, Layer layer) const
{
    if (layer == Layer::App) {
        const std::string_view name = m_reader.processName(process);
        return name.empty() ? std::string("app") : harmless(name);
    }
    return " " + std::string(trace::layerName(layer));
}

void Printer::open(Row row)
{
    flush();
    m_row = std::move(row);
    m_row.isOpen = true;
    m_lastIndent = m_row.indent;
}

void Printer::flush()
{
    if (m_row.isOpen) {
        m_row.isOpen = false;
        ++m_shown;
        printRow(m_row, m_width, m_out);
    }
}

void Printer::header()
{
    const std::string scenario = m_reader.meta("scenario", "recording");
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

// One line for what the laboratory does before the scenario's own processes run; returns its last
// event.
trace::Seq Printer::setup()
{
    const std::string text = m_reader.meta("setup_events", "0");
    trace::Seq last = 0;
    std::from_chars(text.data(), text.data() + text.size(), last);
    last = std::min(last, m_reader.lastSeq());
    if (last == 0 || m_options.everything || m_options.onlyMrx || m_options.range.from > 1) {
        return 0;
    }
    std::string drivers;
    for (const trace::Object& object : m_reader.objects()) {
        if (object.kind == ObjectKind::Driver && object.birth <= last) {
            drivers += (drivers.empty() ? "" : ", ") + shortName(nameOf(object.id, last));
        }
    }
    Row row;
    row.label = "setup";
    row.labelColour = Colour::Dim;
    row.text = paint(
        Colour::Dim,
        fmt::format("the machine is up; drivers: {}; {} events, shown with --all", drivers, last));
    row.seq = last;
    open(std::move(row));
    flush();
    m_out << '\n';
    return last;
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
        m_reader.lastSeq(), durationText(m_reader.endTimeNs()), born, died, born - died);
    const std::string calls = fmt::format("system calls that failed: {}", failed);
    m_out << (failed != 0 ? paint(Colour::Red, calls) : calls) << '\n';
}

// Says whose rows follow, where the call's own row is not printed here.
void Printer::title(const trace::SpanNode& root, const std::string& remark)
{
    Row row;
    row.label = labelOf(root.span.process, Layer::App);
    row.labelColour = Colour::Dim;
    row.text = paint(Colour::Dim, m_words.call(root.span) + remark);
    row.seq = root.span.id;
    open(std::move(row));
    flush();
}

void Printer::begin(const trace::Event& event)
{
    const std::uint32_t index = m_tree.find(event.seq);
    if (index == 0 || !isShown(m_tree.nodes()[index])) {
        return;
    }
    const trace::SpanNode& node = m_tree.nodes()[index];
    const trace::Span& span = node.span;
    const trace::SpanNode& root = m_tree.nodes()[node.root];
    if (root.span.layer == Layer::App && node.root != m_root) {
        flush();
        if (m_root != 0) {
            m_out << '\n';
        }
        if (node.root != index) {
            title(root, m_options.onlyMrx ? "" : " goes on");
        }
        m_root = node.root;
        m_late.clear();
    }
    Row row;
    row.label = labelOf(event.process, span.layer);
    row.labelColour = layerColour(span.layer);
    row.indent = indentOf(index);
    const bool isBold = span.layer == Layer::Mrx || span.layer == Layer::App;
    row.text = paint(isBold ? Colour::Bold : Colour::Plain, m_words.call(node.span));
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
    const std::uint32_t index = m_tree.find(event.span);
    if (event.layer != Layer::App || m_options.onlyMrx || index == 0) {
        return;
    }
    const trace::SpanNode& node = m_tree.nodes()[index];
    Row row;
    row.label = labelOf(event.process, Layer::App);
    row.labelColour = layerColour(Layer::App);
    row.indent = indentOf(index);
    row.text = "◄ " + resultText(event.status);
    const std::string information
        = informationText(m_reader.string(event.routine), event.status, event.argument);
    row.text += (information.empty() ? "" : "  ") + information;
    row.items = m_late;
    m_late.clear();
    row.durationNs = node.span.endNs - std::min(node.span.endNs, node.span.beginNs);
    const std::uint32_t trips = m_tree.count(index, Layer::Wire);
    row.remark = trips != 0 ? fmt::format("{} round trip{}", trips, trips == 1 ? "" : "s") : "";
    row.seq = event.seq;
    row.span = event.span;
    open(std::move(row));
    flush();
}

// A row of its own, below the call in which it happened.
void Printer::ownRow(const trace::Event& event, std::string text)
{
    const std::uint32_t index = m_tree.find(event.span);
    const Layer layer = index != 0 && event.layer == Layer::Kernel
        ? m_tree.nodes()[index].span.layer
        : event.layer;
    Row row;
    row.label = labelOf(event.process, layer);
    row.labelColour = layerColour(layer);
    row.indent = index != 0 ? indentOf(index) + 2 : m_lastIndent;
    row.text = std::move(text);
    row.seq = event.seq;
    row.span = event.span;
    open(std::move(row));
}

// Something that belongs to a call: on its row while there is room. `joined` is the shorter form
// that follows another item about the same object.
void Printer::item(const trace::Event& event, const std::string& text, const std::string& joined)
{
    if (m_options.onlyMrx && m_row.span != event.span) {
        return;
    }
    const bool isSame = m_row.isOpen && m_row.span == event.span;
    const bool isJoining = isSame && m_row.object == event.object && event.object != 0
        && !joined.empty() && !m_row.items.empty();
    const std::string& added = isJoining ? joined : text;
    const bool fits = isSame && m_row.used() + 3 + columns(added) + kRightColumns <= m_width;
    const std::uint32_t index = m_tree.find(event.span);
    if (!fits && index != 0 && m_tree.nodes()[index].span.layer == Layer::App
        && !m_options.everything) {
        // Behind the inner calls: on the closing row.
        m_late += (m_late.empty() ? "" : "   ") + text;
        return;
    }
    if (!fits) {
        ownRow(event, {});
    }
    m_row.items += m_row.items.empty() ? "" : fits && isJoining ? "" : "   ";
    m_row.items += fits ? added : text;
    m_row.object = event.object;
    m_row.kind = event.kind;
}

void Printer::life(const trace::Event& event)
{
    const ObjectKind kind = kindOf(event.object);
    const bool isRequest
        = kind == ObjectKind::Irp || kind == ObjectKind::Exchange || kind == ObjectKind::Resource;
    // The rows name the requests; of handles only the applications' own tell something.
    const bool isInternal = kind == ObjectKind::Handle && event.layer != Layer::App;
    if (!m_options.everything && (isRequest || isInternal)) {
        return;
    }
    std::string name = nameOf(event.object, event.seq);
    if (kind == ObjectKind::File && m_row.isOpen && m_row.span == event.span
        && m_row.text.find(pathOf(shortName(name))) != std::string::npos) {
        name = "FILE_OBJECT"; // the row says which
    }
    const bool isBirth = event.kind == EventKind::Born;
    item(event, paint(isBirth ? Colour::Green : Colour::Red, (isBirth ? "+ " : "- ") + name));
}

void Printer::change(const trace::Event& event)
{
    const ObjectKind kind = kindOf(event.object);
    // The requests' own fields change with every step; the structures behind them tell the story.
    const bool isStructure = kind >= ObjectKind::SrvCall && kind <= ObjectKind::Fobx;
    const bool isHost
        = kind == ObjectKind::Connection || kind == ObjectKind::Session || kind == ObjectKind::Tree;
    if (!isStructure && !isHost && !m_options.everything) {
        return;
    }
    m_reader.changes(event.seq, event.seq, [&](const trace::FieldChange& change) {
        const std::string field = harmless(m_reader.string(change.field));
        const bool isFirst = change.before.type == trace::Value::Type::None;
        const bool isCondition = field == "Condition";
        // First values say little, but the condition an object starts in does.
        if (!m_options.everything && ((isFirst && !isCondition) || !isTelling(field))) {
            return true;
        }
        const std::string after = harmless(change.after.print());
        std::string text = isFirst ? after : differenceText(harmless(change.before.print()), after);
        text = paint(Colour::Yellow, isCondition ? text : field + " " + text);
        const bool followsBirth = m_row.kind == EventKind::Born && isFirst;
        item(
            event, nameOf(event.object, event.seq) + " " + text,
            followsBirth ? " (" + text + ")" : ", " + text);
        return true;
    });
}

void Printer::reference(const trace::Event& event)
{
    const ObjectKind kind = kindOf(event.object);
    const bool isStructure = kind >= ObjectKind::SrvCall && kind <= ObjectKind::Fobx;
    if (!isStructure && !m_options.everything) {
        return;
    }
    m_reader.references(event.seq, event.seq, [&](const trace::Reference& reference) {
        const std::int64_t before = std::int64_t(reference.count) - reference.delta;
        if (before == 0 && reference.delta > 0 && !m_options.everything) {
            return true; // every object starts with one
        }
        const std::string text = fmt::format("refs {}→{}", before, reference.count);
        const bool goesOn = m_row.kind == EventKind::Reference && m_row.count == before;
        item(
            event, nameOf(event.object, event.seq) + " " + paint(Colour::Yellow, text),
            goesOn ? paint(Colour::Yellow, fmt::format("→{}", reference.count))
                   : ", " + paint(Colour::Yellow, text));
        m_row.count = reference.count;
        return true;
    });
}

void Printer::note(const trace::Event& event)
{
    std::string text = harmless(m_reader.string(event.text != 0 ? event.text : event.routine));
    if (event.text != 0 && event.routine != 0 && event.layer == Layer::Wire) {
        text = harmless(m_reader.string(event.routine)) + ": " + text;
    }
    const bool isHeld = event.layer == Layer::Server && event.kind == EventKind::State;
    text += event.hasStatus && event.status != 0 && !isHeld ? "  " + resultText(event.status) : "";
    if (event.layer == Layer::Server) {
        ownRow(event, paint(Colour::Dim, (isHeld ? "holds " : "answers ") + text));
    } else if (!text.empty()) {
        item(event, text);
    }
}

// What has no form of its own.
void Printer::plain(const trace::Event& event)
{
    std::string text
        = fmt::format("{} {}", trace::eventKindName(event.kind), m_reader.string(event.routine));
    text += event.object != 0 ? " " + m_words.object(event.object, event.seq) : "";
    text += event.text != 0 ? "  " + std::string(m_reader.string(event.text)) : "";
    text += event.kind == EventKind::Packet ? fmt::format(" {} bytes", event.argument) : "";
    text += event.hasStatus && event.status != 0 ? "  " + statusText(event.status) : "";
    const bool isTrouble = event.kind == EventKind::Error || event.kind == EventKind::Missing
        || event.kind == EventKind::Cancel;
    ownRow(event, paint(isTrouble ? Colour::Red : Colour::Dim, harmless(text)));
}

void Printer::take(const trace::Event& event)
{
    if (event.kind != EventKind::Error && isHiddenEvent(event)) {
        return;
    }
    switch (event.kind) {
    case EventKind::Begin:
        begin(event);
        return;
    case EventKind::End:
        end(event);
        return;
    case EventKind::Born:
    case EventKind::Died:
        life(event);
        return;
    case EventKind::Change:
    case EventKind::Rename:
        change(event);
        return;
    case EventKind::Reference:
        reference(event);
        return;
    case EventKind::Callback: {
        std::string text = "◄ " + harmless(m_reader.string(event.routine));
        text += "  " + resultText(event.status);
        text += event.object != 0 ? "  " + nameOf(event.object, event.seq) : "";
        ownRow(event, text);
        return;
    }
    case EventKind::Note:
    case EventKind::State:
        note(event);
        return;
    case EventKind::Error:
    case EventKind::Missing:
    case EventKind::Cancel:
        plain(event);
        return;
    case EventKind::Post:
        if (event.layer != Layer::Kernel || m_options.everything) {
            item(event, "posted to a worker");
        }
        return;
    default:
        if (m_options.everything) {
            plain(event);
        }
    }
}

bool Printer::print()
{
    header();
    const trace::Seq from = std::max(m_options.range.from, setup() + 1);
    const bool good = m_reader.events(from, m_options.range.to, [&](const trace::Event& event) {
        const bool isMrx = event.layer == Layer::Mrx || event.kind == EventKind::Callback;
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
