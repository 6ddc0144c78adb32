#include "traces/exporters/sequence.h"

#include "traces/exporters/picture.h"
#include "traces/exporters/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kMostSteps = 600;

enum Participant : std::size_t
{
    kApp,
    kIo,
    kMup,
    kRdbss,
    kMrx,
    kServer,
    kParticipants
};

Participant participantOf(Layer layer)
{
    switch (layer) {
    case Layer::App:
        return kApp;
    case Layer::Mup:
        return kMup;
    case Layer::Rdbss:
        return kRdbss;
    case Layer::Mrx:
        return kMrx;
    case Layer::Wire:
    case Layer::Server:
        return kServer;
    default:
        return kIo;
    }
}

// Objects whose birth is part of the story.
bool isTold(ObjectKind kind)
{
    switch (kind) {
    case ObjectKind::SrvCall:
    case ObjectKind::NetRoot:
    case ObjectKind::VNetRoot:
    case ObjectKind::Fcb:
    case ObjectKind::SrvOpen:
    case ObjectKind::Fobx:
    case ObjectKind::File:
    case ObjectKind::Handle:
    case ObjectKind::RxContext:
    case ObjectKind::Connection:
    case ObjectKind::Session:
    case ObjectKind::Tree:
    case ObjectKind::MupPrefix:
        return true;
    default:
        return false;
    }
}

bool refuses(const Event& event)
{
    return event.hasStatus && isRefusal(event.status);
}

class Teller
{
public:
    Teller(const Reader& reader, const SpanTree& tree, const ObjectNames& names, std::uint32_t root)
        : m_reader(reader)
        , m_names(names)
        , m_tree(tree)
        , m_root(root)
        , m_inside(tree.nodes().size())
    {
        for (std::size_t i = root; i < m_inside.size(); ++i) { // a parent comes before its child
            m_inside[i] = i == root || m_inside[tree.nodes()[i].parent];
        }
    }

    std::optional<Sequence> tell();

private:
    struct Open // a call whose answer is awaited
    {
        std::size_t step; // where it was made
        Participant from;
        Participant to;
    };

    bool isShown(const SpanNode& node) const { return node.span.layer != Layer::Kernel; }
    Participant callerOf(const SpanNode& node) const;
    void take(const Event& event);
    void begin(const Event& event, const SpanNode& node);
    void end(const Event& event);
    void note(const Event& event, std::string text);
    void add(SequenceStep step);
    void conditions(const Event& event);
    std::string labelOf(const Event& event, const SpanNode& node) const;
    void dropIdle();

    const Reader& m_reader;
    const ObjectNames& m_names;
    const SpanTree& m_tree;
    std::uint32_t m_root;
    std::vector<bool> m_inside; // beside the tree's nodes
    std::map<SpanId, Open> m_open;
    Sequence m_sequence;
};

// The nearest call around it that shows.
Participant Teller::callerOf(const SpanNode& node) const
{
    constexpr int kFar = 64; // kernel calls in one another
    int looked = 0;
    for (std::uint32_t at = node.parent; at != 0 && looked < kFar;
         at = m_tree.nodes()[at].parent, ++looked) {
        if (isShown(m_tree.nodes()[at])) {
            return participantOf(m_tree.nodes()[at].span.layer);
        }
    }
    return node.span.layer == Layer::App ? kApp : kIo;
}

std::string Teller::labelOf(const Event& event, const SpanNode& node) const
{
    std::string routine(m_reader.string(event.routine));
    const Object* object = m_reader.object(event.object);
    const std::string name
        = object != nullptr ? spacedName(m_names.at(event.object, event.seq)) : std::string();
    if (routine.starts_with("IRP_MJ_")) {
        routine.erase(0, 7);
        if (node.span.layer == Layer::Io && node.span.request != 0) {
            routine = m_names.at(node.span.request, event.seq) + " " + routine;
        }
    }
    if (object == nullptr && node.span.layer == Layer::App) {
        const std::string subject = subjectOf(m_reader, m_names, node.span);
        return routine + (subject.empty() ? "" : "  " + subject);
    }
    if (object == nullptr || object->kind == ObjectKind::Exchange) {
        return routine;
    }
    if (object->kind == ObjectKind::RxContext) {
        return name + " " + routine;
    }
    if (object->kind == ObjectKind::Device) {
        return routine + " → " + std::string(nameParts(m_names.at(event.object, event.seq)).name);
    }
    return routine + "  " + name;
}

void Teller::add(SequenceStep step)
{
    if (m_sequence.steps.size() < kMostSteps) {
        m_sequence.steps.push_back(std::move(step));
    } else {
        ++m_sequence.leftOut;
    }
}

void Teller::begin(const Event& event, const SpanNode& node)
{
    if (!isShown(node)) {
        return;
    }
    const Participant from = callerOf(node);
    const Participant to = participantOf(node.span.layer);
    m_open[event.span] = { m_sequence.steps.size(), from, to };
    add({ SequenceStep::Kind::Call,
          event.seq,
          event.timeNs,
          from,
          to,
          labelOf(event, node),
          {},
          false,
          event.span });
}

void Teller::end(const Event& event)
{
    const auto found = m_open.find(event.span);
    if (found == m_open.end()) {
        return;
    }
    const Open open = found->second;
    m_open.erase(found);
    std::string result = event.hasStatus ? statusText(event.status) : std::string("returns");
    const bool isError = refuses(event);
    std::vector<SequenceStep>& steps = m_sequence.steps;
    if (open.step + 1 == steps.size() && open.to != kServer
        && steps[open.step].kind == SequenceStep::Kind::Call) {
        steps[open.step].kind = SequenceStep::Kind::CallAndReturn;
        steps[open.step].result = result;
        steps[open.step].isError = isError;
        return;
    }
    const std::uint64_t begun = open.step < steps.size() ? steps[open.step].timeNs : event.timeNs;
    if (event.timeNs - std::min(begun, event.timeNs) >= 1000) {
        result += "  " + durationText(event.timeNs - begun);
    }
    add({ SequenceStep::Kind::Return,
          event.seq,
          event.timeNs,
          open.to,
          open.from,
          result,
          {},
          isError,
          event.span });
}

void Teller::note(const Event& event, std::string text)
{
    const Participant who = participantOf(event.layer);
    std::vector<SequenceStep>& steps = m_sequence.steps;
    // What happens at one place without a call between is one note.
    if (!steps.empty() && steps.back().kind == SequenceStep::Kind::Note && steps.back().from == who
        && steps.back().timeNs + 1000 >= event.timeNs && characters(steps.back().text) < 60) {
        steps.back().text += "\n" + text;
        return;
    }
    add({ SequenceStep::Kind::Note,
          event.seq,
          event.timeNs,
          who,
          who,
          std::move(text),
          {},
          false });
}

void Teller::conditions(const Event& event)
{
    m_reader.changes(event.seq, event.seq, [&](const FieldChange& change) {
        if (m_reader.string(change.field) == "Condition") {
            note(
                event,
                spacedName(m_names.at(change.object, event.seq)) + "  " + change.after.print());
        }
        return true;
    });
}

void Teller::take(const Event& event)
{
    const std::uint32_t index = m_tree.find(event.span);
    if (index == 0 || !m_inside[index]) {
        return;
    }
    const SpanNode& node = m_tree.nodes()[index];
    const Object* object = m_reader.object(event.object);
    switch (event.kind) {
    case EventKind::Begin:
        begin(event, node);
        break;
    case EventKind::End:
        end(event);
        break;
    case EventKind::Callback:
        add({ SequenceStep::Kind::Callback,
              event.seq,
              event.timeNs,
              kMrx,
              kRdbss,
              "callback  " + (event.hasStatus ? statusText(event.status) : std::string()),
              {},
              refuses(event) });
        break;
    case EventKind::Born:
    case EventKind::Died:
        if (object != nullptr && isTold(object->kind) && isShown(node)
            && (object->kind != ObjectKind::Handle || event.layer == Layer::App)
            && (event.kind == EventKind::Born || object->kind != ObjectKind::RxContext)) {
            note(
                event,
                (event.kind == EventKind::Born ? "+ " : "− ")
                    + spacedName(m_names.at(event.object, event.seq)));
        }
        break;
    case EventKind::Change:
        conditions(event);
        break;
    case EventKind::Post:
        if (event.layer != Layer::Kernel || m_reader.string(event.routine) != "ExQueueWorkItem") {
            note(event, "posted: " + std::string(m_reader.string(event.routine)));
        }
        break;
    case EventKind::Cancel:
        note(event, "cancelled");
        break;
    case EventKind::Note:
        if (event.layer == Layer::Mup && event.text != 0) {
            note(event, std::string(m_reader.string(event.text)));
        }
        break;
    default:
        break;
    }
}

// Participants that nothing happens to need no line.
void Teller::dropIdle()
{
    static constexpr std::array<std::string_view, kParticipants> kFamilies
        = { "app", "kernel", "mup", "server", "file", "wire" };
    const Span& span = m_tree.nodes()[m_root].span;
    const std::string_view process = m_reader.processName(span.process);
    const std::array<std::string, kParticipants> names
        = { process.empty() ? std::string("application") : std::string(process),
            "I/O manager",
            "MUP",
            "RDBSS",
            "mini-redirector",
            "server" };
    std::array<bool, kParticipants> used {};
    for (const SequenceStep& step : m_sequence.steps) {
        used[step.from] = used[step.to] = true;
    }
    std::array<std::size_t, kParticipants> index {};
    for (std::size_t i = 0; i < kParticipants; ++i) {
        index[i] = m_sequence.participants.size();
        if (used[i]) {
            m_sequence.participants.push_back(names[i]);
            m_sequence.families.push_back(kFamilies[i]);
        }
    }
    for (SequenceStep& step : m_sequence.steps) {
        step.from = index[step.from];
        step.to = index[step.to];
        step.timeNs -= std::min(step.timeNs, span.beginNs);
    }
}

std::optional<Sequence> Teller::tell()
{
    const Span& span = m_tree.nodes()[m_root].span;
    const Seq last = span.end != 0 ? span.end : m_reader.lastSeq();
    const bool good = m_reader.events(span.id, last, [&](const Event& event) {
        take(event);
        return true;
    });
    if (!good) {
        return std::nullopt;
    }
    m_sequence.title = traceTitle(m_reader) + " · " + std::string(m_reader.string(span.routine));
    m_sequence.subtitle = "events #" + std::to_string(span.id) + " to #" + std::to_string(last);
    if (span.end != 0) {
        m_sequence.subtitle += " · " + durationText(span.endNs - std::min(span.endNs, span.beginNs))
            + " · " + statusText(span.status);
    } else {
        m_sequence.subtitle += " · not finished when the recording ends";
    }
    dropIdle();
    return std::move(m_sequence);
}

// Mermaid takes # and ; for its own, and is shown in pages.
std::string mermaid(std::string_view text)
{
    static constexpr std::array<std::pair<char, std::string_view>, 8> kWords
        = { { { '#', "#35;" },
              { ';', "#59;" },
              { '%', "#37;" },
              { '<', "#lt;" },
              { '>', "#gt;" },
              { '&', "#amp;" },
              { '"', "#quot;" },
              { '\n', "<br/>" } } };
    std::string out;
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        const auto word = std::find_if(kWords.begin(), kWords.end(), [&](const auto& each) {
            return each.first == text.front();
        });
        if (word != kWords.end()) {
            out += word->second;
        } else if (length == 0 || static_cast<unsigned char>(text.front()) < 0x20) {
            out += "\uFFFD";
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

} // namespace

std::optional<Sequence>
makeSequence(const Reader& reader, const SpanTree& tree, const ObjectNames& names, SpanId call)
{
    const std::uint32_t root = tree.find(call);
    return root != 0 ? Teller(reader, tree, names, root).tell() : std::nullopt;
}

std::optional<Sequence> makeSequence(const Reader& reader, SpanId call)
{
    return makeSequence(reader, SpanTree(reader), ObjectNames(reader), call);
}

std::vector<bool> reachesLayer(const SpanTree& tree, Layer layer)
{
    std::vector<bool> reaches(tree.nodes().size());
    for (std::size_t i = reaches.size(); i-- > 1;) { // a child comes after its parent
        const SpanNode& node = tree.nodes()[i];
        reaches[i] = reaches[i] || node.span.layer == layer;
        reaches[node.parent] = reaches[node.parent] || reaches[i];
    }
    return reaches;
}

SpanId findRequest(const Reader& reader, std::string_view wanted, std::string& problem)
{
    const SpanTree tree(reader);
    const std::string_view digits = wanted.substr(wanted.starts_with('#') ? 1 : 0);
    SpanId number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool isNumber = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
    const auto objects
        = wanted.empty() || isNumber ? std::vector<ObjectId>() : reader.objectsNamed(wanted);
    const std::vector<bool> asksServer = reachesLayer(tree, Layer::Wire);
    for (std::uint32_t i = 1; i < tree.nodes().size(); ++i) {
        const Span& span = tree.nodes()[i].span;
        const auto isOf = [&](ObjectId object) {
            return object != 0
                && std::find(objects.begin(), objects.end(), object) != objects.end();
        };
        const bool isWanted = isNumber ? span.id == number
            : wanted.empty()
            ? span.layer == Layer::App && asksServer[i]
            : isOf(span.request) || isOf(span.object) || reader.string(span.routine) == wanted;
        if (isWanted) {
            return span.id;
        }
    }
    problem = wanted.empty() ? "no system call here asked a server: name a call with --request"
        : isNumber           ? "no call begins at #" + std::to_string(number)
        : !objects.empty()   ? std::string(wanted) + " is not carried by any call"
                             : "no request or routine is named " + std::string(wanted);
    return 0;
}

bool exportMermaid(const Reader& reader, SpanId call, std::ostream& out)
{
    const auto sequence = makeSequence(reader, call);
    if (!sequence) {
        return false;
    }
    out << "---\ntitle: " << jsonString(sequence->title + " · " + sequence->subtitle)
        << "\n---\nsequenceDiagram\n";
    for (std::size_t i = 0; i < sequence->participants.size(); ++i) {
        out << "    participant p" << i << " as " << mermaid(sequence->participants[i]) << '\n';
    }
    for (const SequenceStep& step : sequence->steps) {
        out << "    ";
        switch (step.kind) {
        case SequenceStep::Kind::Call:
            out << 'p' << step.from << "->>p" << step.to << ": " << mermaid(step.text);
            break;
        case SequenceStep::Kind::CallAndReturn:
            out << 'p' << step.from << "->>p" << step.to << ": "
                << mermaid(step.text + "  → " + step.result);
            break;
        case SequenceStep::Kind::Return:
            out << 'p' << step.from << "-->>p" << step.to << ": " << mermaid(step.text);
            break;
        case SequenceStep::Kind::Callback:
            out << 'p' << step.from << "-)p" << step.to << ": " << mermaid(step.text);
            break;
        case SequenceStep::Kind::Note:
            out << "Note over p" << step.from << ": " << mermaid(step.text);
            break;
        }
        out << '\n';
    }
    if (sequence->leftOut != 0 && !sequence->participants.empty()) {
        out << "    Note over p0: … " << counted(sequence->leftOut, "more step") << '\n';
    }
    return bool(out);
}

bool exportSequenceSvg(const Reader& reader, SpanId call, std::ostream& out)
{
    const auto sequence = makeSequence(reader, call);
    if (sequence) {
        drawSequence(*sequence, out, false);
    }
    return sequence && bool(out);
}

} // namespace rdrlab::trace
