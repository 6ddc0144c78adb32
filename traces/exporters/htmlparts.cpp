#include "traces/exporters/html.h"

#include "traces/exporters/picture.h"
#include "traces/exporters/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace rdrlab::trace {

namespace {

// A page is for people: what goes beyond this is counted, not shown.
constexpr std::size_t kMostCalls = 3000;
constexpr std::size_t kMostPackets = 1000;
constexpr std::size_t kMostChanges = 1000;
constexpr std::size_t kMostObjects = 300;
constexpr std::ptrdiff_t kMostUnfolded = 40; // objects
constexpr std::size_t kOpenDepth = 64; // deeper calls are not indented further

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;margin:0 auto;max-width:1500px;padding:20px 28px;background:#fff;color:#1b1f24}
h1{font-size:24px;margin:.2em 0 .4em}
h2{font-size:19px;margin:1.6em 0 .5em;border-bottom:1px solid #d5dae0;padding-bottom:.2em}
a{color:#005a8f}
nav{margin:.8em 0;display:flex;gap:1.2em}
.by{display:none}
.facts{display:flex;flex-wrap:wrap;gap:.5em 2em;margin:.6em 0}
.facts dt{color:#4d5661;font-size:12px}
.facts dd{margin:0;font-weight:600}
.none{color:#4d5661}
figure{margin:1em 0;overflow-x:auto;border:1px solid #d5dae0;border-radius:6px;break-inside:avoid}
figcaption{padding:.4em .8em;font-weight:600;border-bottom:1px solid #d5dae0}
svg{display:block;max-width:100%;height:auto}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;padding:3px 10px 3px 0;border-bottom:1px solid #e6e9ed;vertical-align:top}
th{color:#4d5661;font-weight:600}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code,.mono,.calls{font-family:"DejaVu Sans Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:12.5px}
.calls ul{list-style:none;margin:0;padding-left:22px;border-left:1px solid #e6e9ed}
.calls>ul{padding-left:0;border-left:0}
.calls li{margin:1px 0}
.calls summary,.calls .leaf{display:flex;gap:.7em;align-items:baseline;padding:1px 4px;border-radius:3px}
.calls summary{cursor:pointer}
.calls summary::before{content:"▸";width:.9em}
.calls details[open]>summary::before{content:"▾"}
.calls .leaf::before{content:"";width:.9em}
.calls summary:hover{background:#eef1f4}
.tag{font-size:11px;min-width:4.4em;border-left:5px solid #7a8490;padding-left:6px;color:#4d5661}
.tag.app{border-color:#1b1f24}.tag.mup{border-color:#e69f00}.tag.rdbss{border-color:#0072b2}
.tag.mrx{border-color:#d55e00}.tag.wire{border-color:#56b4e9}.tag.server{border-color:#56b4e9}.tag.io{border-color:#7a8490}
.grow{flex:1}
.status{color:#4d5661}.bad{color:#b03a00;font-weight:600}
.seq{color:#6b7580;min-width:4.5em;text-align:right}
.time{min-width:6em;text-align:right;color:#4d5661}
details.object{border-bottom:1px solid #e6e9ed;padding:2px 0}
details.object summary{cursor:pointer}
footer{margin:2em 0 0;color:#4d5661;font-size:12px}
@media screen and (prefers-color-scheme:dark){
body{background:#14181d;color:#e6e9ed}
a{color:#7cc4f2}
h2,figure,figcaption{border-color:#333c46}
th,td,details.object,.calls ul{border-color:#2a323b}
.facts dt,.none,th,.tag,.status,.time,footer{color:#a9b3be}
.seq{color:#8a94a0}
.bad{color:#ff9d66}
.calls summary:hover{background:#252c34}
.tag.app{border-color:#e6e9ed}
}
@media print{
@page{size:A4 landscape;margin:12mm}
body{max-width:none;padding:0;font-size:11px;background:#fff;color:#1b1f24}
nav{display:none}
.by{display:flex;gap:3em}
.by span{border-bottom:1px solid #1b1f24;min-width:20em;display:inline-block}
h2{break-after:avoid}
tr,.leaf,summary{break-inside:avoid}
figure{overflow:visible}
svg{max-height:180mm}
.calls summary::before{content:""}
}
)css";

void cell(std::ostream& out, std::string_view text, bool isNumber = false)
{
    out << (isNumber ? "<td class=\"n\">" : "<td>") << xmlText(text) << "</td>";
}

void rest(std::ostream& out, std::size_t count, std::string_view noun)
{
    if (count != 0) {
        out << "<p class=\"none\">… and " << counted(count, noun) << ".</p>\n";
    }
}

class Calls
{
public:
    Calls(const HtmlRange& range, std::ostream& out)
        : m_range(range)
        , m_out(out)
    {
    }

    // Without recursion: a file may nest as deep as it likes.
    void write()
    {
        struct Level
        {
            const std::vector<std::uint32_t>* children;
            std::size_t next;
        };
        m_out << "<section id=\"calls\">\n<h2>Calls</h2>\n<div class=\"calls\"><ul>\n";
        std::vector<Level> levels { { &m_range.tree.nodes()[0].children, 0 } };
        while (!levels.empty()) {
            Level& level = levels.back();
            if (level.next == level.children->size()) {
                levels.pop_back();
                m_out << (levels.empty() ? "</ul></div>\n" : "</ul></details></li>\n");
                continue;
            }
            const std::uint32_t index = (*level.children)[level.next++];
            const SpanNode& node = m_range.tree.nodes()[index];
            const Seq end = node.span.end != 0 ? node.span.end : UINT64_MAX;
            const bool isKernels = node.span.layer == Layer::Kernel; // its calls to itself
            if (node.span.id > m_range.until || end < m_range.from || isKernels) {
                continue;
            }
            if (m_shown == kMostCalls) {
                ++m_left;
                continue;
            }
            ++m_shown;
            const bool hasInner = !node.children.empty() && levels.size() < kOpenDepth;
            m_out << (hasInner ? "<li><details open><summary>" : "<li><div class=\"leaf\">");
            row(node, !node.children.empty() && !hasInner);
            if (hasInner) {
                m_out << "</summary><ul>\n";
                levels.push_back({ &node.children, 0 });
            } else {
                m_out << "</div></li>\n";
            }
        }
        rest(m_out, m_left, "more call");
        m_out << "</section>\n";
    }

private:
    void row(const SpanNode& node, bool isCut)
    {
        const Span& span = node.span;
        std::string label(m_range.reader.string(span.routine));
        if (span.request != 0) {
            label += "  " + spacedName(m_range.names.at(span.request, span.id));
        }
        if (span.object != 0 && span.object != span.request) {
            label += "  " + spacedName(m_range.names.at(span.object, span.id));
        }
        if (span.layer == Layer::App) {
            label += "  " + subjectOf(m_range.reader, m_range.names, span);
        }
        label += isCut ? "  … and calls inside it" : "";
        const std::string_view process = m_range.reader.processName(span.process);
        const bool isApp = span.layer == Layer::App && !process.empty();
        const std::string layer(layerName(span.layer));
        m_out << "<span class=\"tag " << (layer == "?" ? "kernel" : layer) << "\">"
              << xmlText(isApp ? process : std::string_view(layer))
              << "</span><span class=\"grow\">" << xmlText(label) << "</span>";
        if (span.end != 0) {
            const bool isBad = isRefusal(span.status);
            m_out << "<span class=\"" << (isBad ? "bad" : "status") << "\">" << (isBad ? "✕ " : "")
                  << xmlText(statusText(span.status)) << "</span><span class=\"time\">"
                  << durationText(span.endNs - std::min(span.beginNs, span.endNs)) << "</span>";
        } else {
            m_out << "<span class=\"bad\">not finished</span><span class=\"time\"></span>";
        }
        m_out << "<span class=\"seq\">#" << span.id << "</span>";
    }

    const HtmlRange& m_range;
    std::ostream& m_out;
    std::size_t m_shown = 0;
    std::size_t m_left = 0;
};

std::uint32_t little(const Packet& packet, std::size_t at, std::size_t bytes)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes && at + i < packet.payload.size(); ++i) {
        value |= std::uint32_t(packet.payload[at + i]) << (8 * i);
    }
    return value;
}

// [MS-SMB2] 2.2.1: the commands by their number.
constexpr std::array<std::string_view, 19> kCommands
    = { "NEGOTIATE",     "SESSION_SETUP", "LOGOFF",   "TREE_CONNECT", "TREE_DISCONNECT",
        "CREATE",        "CLOSE",         "FLUSH",    "READ",         "WRITE",
        "LOCK",          "IOCTL",         "CANCEL",   "ECHO",         "QUERY_DIRECTORY",
        "CHANGE_NOTIFY", "QUERY_INFO",    "SET_INFO", "OPLOCK_BREAK" };

std::string packetFlags(std::uint8_t flags)
{
    static constexpr std::array<std::pair<std::uint8_t, std::string_view>, 5> kNames
        = { { { kPacketSyn, "SYN" },
              { kPacketFin, "FIN" },
              { kPacketRst, "RST" },
              { kPacketLost, "lost" },
              { kPacketRetransmission, "sent again" } } };
    std::string text;
    for (const auto& [flag, name] : kNames) {
        text += flags & flag ? (text.empty() ? "" : ", ") + std::string(name) : "";
    }
    return text;
}

} // namespace

std::string_view htmlStyle()
{
    return kStyle;
}

std::string smb2Line(const Packet& packet)
{
    constexpr std::uint32_t kPlain = 0x424D53FE; // 0xFE 'SMB'
    constexpr std::uint32_t kEncrypted = 0x424D53FD;
    constexpr std::uint32_t kCompressed = 0x424D53FC;
    constexpr std::size_t kHeader = 64;
    constexpr int kMostMessages = 32;
    std::string line;
    std::size_t frame = 0;
    for (int count = 0; count < kMostMessages && frame + 8 <= packet.payload.size(); ++count) {
        // The session service: one byte 0, three bytes of length, highest first.
        const std::size_t length = std::size_t(packet.payload[frame + 1]) << 16
            | std::size_t(packet.payload[frame + 2]) << 8 | std::size_t(packet.payload[frame + 3]);
        std::size_t at = frame + 4;
        frame = at + length;
        const std::uint32_t protocol = little(packet, at, 4);
        const auto add = [&](std::string_view words) {
            line += (line.empty() ? "" : " · ") + std::string(words);
        };
        if (protocol == kEncrypted || protocol == kCompressed) {
            add(protocol == kEncrypted ? "encrypted" : "compressed");
            continue;
        }
        for (; count < kMostMessages && little(packet, at, 4) == kPlain
             && at + kHeader <= packet.payload.size();
             ++count) {
            const std::uint32_t command = little(packet, at + 12, 2);
            const bool isResponse = little(packet, at + 16, 4) & 1u;
            std::string words(command < kCommands.size() ? kCommands[command] : "?");
            words += isResponse ? " response" : " request";
            if (isResponse) {
                words += " " + statusText(std::int32_t(little(packet, at + 8, 4)));
            }
            add(words);
            const std::uint32_t next = little(packet, at + 20, 4);
            if (next < kHeader) {
                break;
            }
            at += next;
        }
        if (protocol != kPlain) {
            break; // in the middle of a message
        }
    }
    return line;
}

void htmlCalls(const HtmlRange& range, std::ostream& out)
{
    Calls(range, out).write();
}

void htmlPackets(const HtmlRange& range, std::ostream& out)
{
    out << "<section id=\"packets\">\n<h2>Packets</h2>\n<table>\n<thead><tr><th "
           "class=\"n\">event</th>"
        << "<th class=\"n\">time</th><th>from → to</th><th "
           "class=\"n\">bytes</th><th>SMB2</th><th>TCP</th>"
        << "</tr></thead>\n<tbody>\n";
    std::size_t shown = 0;
    std::size_t left = 0;
    range.reader.packets([&](const Packet& packet) {
        if (packet.seq < range.from || packet.seq > range.until) {
            return packet.seq < range.from;
        }
        if (shown == kMostPackets) {
            ++left;
            return true;
        }
        ++shown;
        const bool toServer = packet.direction == Direction::ToServer;
        out << "<tr>";
        cell(out, "#" + std::to_string(packet.seq), true);
        cell(out, durationText(packet.timeNs), true);
        cell(out, toServer ? "client → server" : "client ← server");
        cell(out, std::to_string(packet.length), true);
        cell(out, smb2Line(packet));
        cell(out, packetFlags(packet.flags));
        out << "</tr>\n";
        return true;
    });
    out << "</tbody>\n</table>\n";
    if (shown == 0) {
        out << "<p class=\"none\">Nothing went over the wire.</p>\n";
    }
    rest(out, left, "more packet");
    out << "</section>\n";
}

void htmlChanges(const HtmlRange& range, std::ostream& out)
{
    struct Net
    {
        FieldValue before;
        FieldValue after;
        Seq last = 0;
    };
    std::map<std::pair<ObjectId, std::string>, Net> fields;
    range.reader.changes(range.from, range.until, [&](const FieldChange& change) {
        const std::pair key(change.object, std::string(range.reader.string(change.field)));
        Net& net = fields.try_emplace(key, Net { change.before, {}, 0 }).first->second;
        net.after = change.after;
        net.last = change.seq;
        return true;
    });
    std::erase_if(fields, [](const auto& each) { return each.second.before == each.second.after; });
    out << "<section "
           "id=\"changes\">\n<h2>Changes</h2>\n<table>\n<thead><tr><th>object</th><th>field</th>"
        << "<th>before</th><th>after</th><th class=\"n\">last event</th></tr></thead>\n<tbody>\n";
    std::size_t shown = 0;
    ObjectId previous = 0;
    for (const auto& [key, net] : fields) {
        if (++shown > kMostChanges) {
            break;
        }
        out << "<tr>";
        cell(out, key.first != previous ? range.names.at(key.first, range.until) : std::string());
        previous = key.first;
        cell(out, key.second);
        cell(out, net.before.print());
        cell(out, net.after.print());
        cell(out, "#" + std::to_string(net.last), true);
        out << "</tr>\n";
    }
    out << "</tbody>\n</table>\n";
    if (fields.empty()) {
        out << "<p class=\"none\">No field is different at the end.</p>\n";
    }
    rest(out, fields.size() - std::min(fields.size(), kMostChanges), "more change");
    out << "</section>\n";
}

void htmlObjects(const HtmlRange& range, std::ostream& out)
{
    StateCursor cursor(range.reader);
    cursor.moveTo(range.until);
    std::size_t shown = 0;
    std::size_t left = 0;
    // On paper nothing unfolds.
    const auto& objects = range.reader.objects();
    const auto alive = std::count_if(objects.begin(), objects.end(), [&](const Object& object) {
        return cursor.isAlive(object);
    });
    const std::string_view fold = alive <= kMostUnfolded ? " open" : "";
    out << "<h3>State after event #" << range.until << "</h3>\n";
    for (const Object& object : range.reader.objects()) {
        if (!cursor.isAlive(object)) {
            continue;
        }
        if (shown == kMostObjects) {
            ++left;
            continue;
        }
        ++shown;
        const ObjectState& state = cursor.of(object.id);
        out << "<details class=\"object\"" << fold << "><summary><code>"
            << xmlText(range.names.at(object.id, range.until)) << "</code>";
        if (state.references) {
            out << " references " << *state.references;
        }
        out << " <span class=\"status\">born #" << object.birth << "</span></summary>\n<table>\n";
        std::map<std::string, std::string> sorted;
        for (const auto& [field, value] : state.fields) {
            sorted.emplace(range.reader.string(field), value.print());
        }
        for (const auto& [field, value] : sorted) {
            out << "<tr>";
            cell(out, field);
            cell(out, value);
            out << "</tr>\n";
        }
        out << "</table></details>\n";
    }
    rest(out, left, "more object");
}

} // namespace rdrlab::trace
