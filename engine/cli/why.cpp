// rdrlab why, leaks: who holds an object, and what was never given back.
#include "traces/query/why.h"
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/words.h"
#include "traces/exporters/exporters.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

using trace::Holder;

struct Options
{
    std::string trace;
    std::string object;
    trace::Seq at = UINT64_MAX;
    trace::Seq from = 0;
    bool everything = false;
    bool json = false;
};

std::string fitted(const std::string& text, std::size_t width)
{
    const std::string part = shorten(text, width);
    return part + std::string(width - std::min(width, columns(part)), ' ');
}

class Teller
{
public:
    Teller(const trace::Reader& reader, trace::Seq at)
        : m_reader(reader)
        , m_words(reader)
        , m_causes(reader)
        , m_at(at)
    {
    }

    void why(const trace::Why& why, bool everything);
    void whyJson(const trace::Why& why);
    void leaks(const trace::LeakReport& report);
    void leaksJson(const trace::LeakReport& report);

private:
    std::string holder(const Holder& holder);
    std::string how(const trace::Hold& hold);
    std::string cause(trace::Seq seq);
    std::string reason(const trace::Reference& line) const
    {
        return line.reason == trace::kCreationReason ? "its creation"
                                                     : harmless(m_reader.string(line.reason));
    }
    std::string name(trace::ObjectId object) const { return m_words.object(object, m_at); }
    std::string call(trace::SpanId span)
    {
        const trace::Span* found = m_causes.call(span);
        return found != nullptr ? m_words.call(*found) : "no call";
    }
    void row(const char* mark, const std::string& left, const std::string& middle, trace::Seq seq);
    void pairs(const trace::Why& why);
    std::string holdJson(const trace::Hold& hold);

    const trace::Reader& m_reader;
    Words m_words;
    trace::Causes m_causes;
    trace::Seq m_at;
};

std::string Teller::holder(const Holder& holder)
{
    switch (holder.kind) {
    case Holder::Kind::Object:
        return name(holder.object);
    case Holder::Kind::Table:
        return "the " + harmless(m_reader.string(holder.name));
    case Holder::Kind::Call:
        return "the call " + call(holder.span);
    case Holder::Kind::Nobody:
        return "nobody any more";
    case Holder::Kind::Opening:
        return "references older than their record";
    }
    return {};
}

// How it holds: the reference's reason, the member that points there.
std::string Teller::how(const trace::Hold& hold)
{
    std::string text;
    if (hold.taken.seq != 0) {
        text = fmt::format("\"{}\"", reason(hold.taken));
    }
    if (hold.field != 0) {
        text += (text.empty() ? "." : " .") + harmless(m_reader.string(hold.field));
    }
    if (hold.isOwner) {
        text += text.empty() ? "owns it" : ", owns it";
    }
    if (hold.count > 1) {
        text += fmt::format(" ×{}", hold.count);
    }
    return text;
}

std::string Teller::cause(trace::Seq seq)
{
    const auto cause = m_causes.at(seq);
    if (!cause) {
        return {};
    }
    const std::string calls = m_words.cause(*cause);
    return m_words.who(cause->process(), cause->thread()) + (calls.empty() ? "" : "  " + calls);
}

void Teller::row(
    const char* mark, const std::string& left, const std::string& middle, trace::Seq seq)
{
    const std::size_t width = terminal().width;
    const std::size_t leftColumns = std::clamp<std::size_t>(width / 3, 24, 44);
    const std::string head
        = fmt::format("  {} {} ", mark, fitted(left, leftColumns)) + fitted(middle, 26);
    const std::string by
        = seq != 0 ? fmt::format("{:>7} ", fmt::format("#{}", seq)) + cause(seq) : std::string();
    const std::size_t used = columns(head);
    fmt::print(
        "{} {}\n", head, paint(Colour::Dim, shorten(by, width > used + 1 ? width - used - 1 : 1)));
}

void Teller::pairs(const trace::Why& why)
{
    const trace::Ledger& ledger = why.ledger;
    const trace::Object* object = m_reader.object(why.object);
    const bool isDead = object != nullptr && object->death != 0;
    fmt::print("\n{}\n", paint(Colour::Bold, "the book of its references"));
    for (const trace::LedgerPair& pair : ledger.pairs) {
        const std::string taken
            = fmt::format("{:>8} {}", fmt::format("#{}", pair.taken.seq), reason(pair.taken));
        const std::string returned = pair.returned.seq == 0
            ? paint(Colour::Yellow, isDead ? "gone with it" : "not given back")
            : fmt::format(
                "{:>8} {}", fmt::format("#{}", pair.returned.seq),
                harmless(m_reader.string(pair.returned.reason)));
        const std::string times = pair.count > 1 ? fmt::format(" ×{}", pair.count) : "";
        const std::string head = fitted(taken + times, 36) + " " + fitted(returned, 44) + " ";
        fmt::print(
            "{}{}\n", head,
            paint(
                Colour::Dim,
                shorten(
                    cause(pair.taken.seq),
                    terminal().width
                        - std::min<std::size_t>(terminal().width - 1, columns(head)))));
    }
    for (const trace::Reference& line : ledger.unmatched) {
        fmt::print(
            "{} {:>8} {}\n",
            fitted(
                ledger.opening > 0 ? "         before the ledger began" : "         never taken",
                36),
            fmt::format("#{}", line.seq), harmless(m_reader.string(line.reason)));
    }
}

void Teller::why(const trace::Why& why, bool everything)
{
    const trace::Object* object = m_reader.object(why.object);
    std::string head = paint(Colour::Bold, name(why.object)) + fmt::format("   after #{}", why.at);
    if (!why.isAlive) {
        const bool isDead = object != nullptr && object->death != 0 && object->death <= why.at;
        const trace::Seq seq = object == nullptr ? 0 : isDead ? object->death : object->birth;
        fmt::print("{}: {} #{}\n", head, isDead ? "not alive, it died" : "not born before", seq);
        if (isDead) {
            fmt::print("  {}\n", paint(Colour::Dim, cause(seq)));
        }
        if (everything) {
            pairs(why);
        }
        return;
    }
    if (why.ledger.hasLines) {
        head += fmt::format("   {} reference{}", why.count, why.count == 1 ? "" : "s");
    } else {
        head += "   not counted";
    }
    fmt::print("{}\n\n{}\n", head, paint(Colour::Bold, "held by"));
    for (const trace::Hold& hold : why.holds) {
        const bool isNobody = hold.holder.kind == Holder::Kind::Nobody;
        row(isNobody ? "!" : "●",
            paint(isNobody ? Colour::Red : Colour::Plain, holder(hold.holder)), how(hold),
            hold.taken.seq);
    }
    if (why.holds.empty()) {
        const bool isRoot = why.paths.size() == 1 && why.paths[0].nodes.size() == 1;
        fmt::print("  {}\n", isRoot ? "nothing recorded; it stands by itself" : "nothing recorded");
    }
    if (!why.pointers.empty()) {
        fmt::print("\n{}\n", paint(Colour::Bold, "pointing to it, without a reference"));
        for (const trace::Hold& hold : why.pointers) {
            row("○", holder(hold.holder), how(hold), 0);
        }
    }
    const bool hasPaths = !why.paths.empty() && why.paths[0].nodes.size() > 1;
    if (hasPaths) {
        fmt::print("\n{}\n", paint(Colour::Bold, "paths from what stands by itself"));
        for (const trace::RetainingPath& path : why.paths) {
            std::string text = "  " + paint(Colour::Cyan, holder(path.nodes.front()));
            std::size_t used = columns(text);
            for (std::size_t i = 0; i < path.holds.size(); ++i) {
                const std::string by = how(path.holds[i]);
                const std::string step
                    = " ─" + paint(Colour::Dim, by) + "► " + holder(path.nodes[i + 1]);
                if (used + columns(step) > terminal().width && i != 0) {
                    text += "\n     ";
                    used = 5;
                }
                text += step;
                used += columns(step);
            }
            fmt::print("{}\n", text);
        }
    } else if (why.holds.empty() || why.paths.empty()) {
        fmt::print(
            "\n{}\n",
            why.paths.empty() && !why.holds.empty()
                ? paint(Colour::Red, "nothing that stands by itself reaches it: it is lost")
                : "");
    }
    for (const std::vector<trace::ObjectId>& cycle : why.cycles) {
        std::string text;
        for (const trace::ObjectId id : cycle) {
            text += (text.empty() ? "" : ", ") + name(id);
        }
        fmt::print("\n{} {}\n", paint(Colour::Yellow, "these hold each other:"), text);
    }
    if (!why.dominators.empty()) {
        std::string text;
        for (const Holder& dominator : why.dominators) {
            text += (text.empty() ? "" : ", then ") + holder(dominator);
        }
        fmt::print("\n{} {}\n", paint(Colour::Bold, "only reached through"), text);
    } else if (why.paths.size() > 1) {
        fmt::print("\nno single holder keeps it: it lives until all {} let go\n", why.holds.size());
    }
    if (everything) {
        pairs(why);
    } else if (!why.ledger.pairs.empty()) {
        std::size_t returned = 0;
        for (const trace::LedgerPair& pair : why.ledger.pairs) {
            returned += pair.returned.seq != 0 && pair.returned.seq <= why.at;
        }
        fmt::print(
            "\n{}\n",
            paint(
                Colour::Dim,
                fmt::format(
                    "{} reference{} taken and given back before; --all lists them", returned,
                    returned == 1 ? " was" : "s were")));
    }
}

std::string Teller::holdJson(const trace::Hold& hold)
{
    static constexpr std::string_view kKinds[] = { "object", "table", "call", "nobody", "opening" };
    std::string text = fmt::format(
        "{{\"holder\":{},\"kind\":\"{}\"", trace::jsonString(holder(hold.holder)),
        kKinds[std::size_t(hold.holder.kind)]);
    if (hold.taken.seq != 0) {
        text += fmt::format(
            ",\"taken\":{},\"reason\":{},\"by\":{}", hold.taken.seq,
            trace::jsonString(reason(hold.taken)), trace::jsonString(cause(hold.taken.seq)));
    }
    if (hold.field != 0) {
        text += fmt::format(",\"field\":{}", trace::jsonString(m_reader.string(hold.field)));
    }
    return text + fmt::format(",\"count\":{},\"owner\":{}}}", hold.count, hold.isOwner);
}

void Teller::whyJson(const trace::Why& why)
{
    fmt::print(
        "{{\"object\":{},\"at\":{},\"alive\":{},\"references\":{},\"holds\":[",
        trace::jsonString(name(why.object)), why.at, why.isAlive,
        why.ledger.hasLines ? std::to_string(why.count) : "null");
    const char* comma = "\n";
    for (const trace::Hold& hold : why.holds) {
        fmt::print("{}{}", comma, holdJson(hold));
        comma = ",\n";
    }
    fmt::print("\n],\"pointers\":[");
    comma = "\n";
    for (const trace::Hold& hold : why.pointers) {
        fmt::print("{}{}", comma, holdJson(hold));
        comma = ",\n";
    }
    fmt::print("\n],\"paths\":[");
    comma = "\n";
    for (const trace::RetainingPath& path : why.paths) {
        fmt::print("{}[", comma);
        const char* inner = "";
        for (const Holder& node : path.nodes) {
            fmt::print("{}{}", inner, trace::jsonString(holder(node)));
            inner = ",";
        }
        fmt::print("]");
        comma = ",\n";
    }
    fmt::print("\n],\"dominators\":[");
    comma = "";
    for (const Holder& dominator : why.dominators) {
        fmt::print("{}{}", comma, trace::jsonString(holder(dominator)));
        comma = ",";
    }
    fmt::print("],\"ledger\":[");
    comma = "\n";
    for (const trace::LedgerPair& pair : why.ledger.pairs) {
        fmt::print(
            "{}{{\"taken\":{},\"reason\":{},\"returned\":{},\"returned_reason\":{},\"count\":{}}}",
            comma, pair.taken.seq, trace::jsonString(reason(pair.taken)),
            pair.returned.seq != 0 ? std::to_string(pair.returned.seq) : "null",
            pair.returned.seq != 0 ? trace::jsonString(m_reader.string(pair.returned.reason))
                                   : "null",
            pair.count);
        comma = ",\n";
    }
    fmt::print("\n]}}\n");
}

void Teller::leaks(const trace::LeakReport& report)
{
    if (report.leaks.empty()) {
        fmt::print("{}\n", paint(Colour::Green, "no reference was left behind"));
    } else {
        fmt::print(
            "{}\n",
            paint(
                Colour::Red,
                fmt::format(
                    "{} reference{} taken and not given back", report.leaks.size(),
                    report.leaks.size() == 1 ? "" : "s")));
        for (const trace::Leak& leak : report.leaks) {
            row("!", paint(Colour::Bold, name(leak.object)),
                fmt::format(
                    "\"{}\"{}", reason(leak.taken),
                    leak.count > 1 ? fmt::format(" ×{}", leak.count) : ""),
                leak.taken.seq);
        }
    }
    if (report.family.empty()) {
        return;
    }
    fmt::print("\n{}\n", paint(Colour::Bold, "what is still alive"));
    for (const trace::FamilyMember& member : report.family) {
        const std::string indent(2 * std::min<std::size_t>(member.depth, 16), ' ');
        const trace::Object* object = m_reader.object(member.object);
        std::string text = "  " + indent + name(member.object);
        if (member.count != 0) {
            text += fmt::format("   {} reference{}", member.count, member.count == 1 ? "" : "s");
        }
        if (member.isCounted && member.count == 0) {
            text += "   no reference left: it is being deleted";
        } else if (!member.isRooted) {
            text += "   " + paint(Colour::Red, "lost: nothing that stands by itself reaches it");
        }
        std::string by;
        for (const trace::Hold& hold : member.holds) {
            by += (by.empty() ? "held by " : ", ") + holder(hold.holder);
        }
        fmt::print(
            "{}\n",
            shorten(
                text + "   "
                    + paint(
                        Colour::Dim,
                        by + fmt::format("   born #{}", object != nullptr ? object->birth : 0)),
                terminal().width));
    }
}

void Teller::leaksJson(const trace::LeakReport& report)
{
    fmt::print("{{\"leaks\":[");
    const char* comma = "\n";
    for (const trace::Leak& leak : report.leaks) {
        fmt::print(
            "{}{{\"object\":{},\"taken\":{},\"reason\":{},\"count\":{},\"call\":{},\"by\":{}}}",
            comma, trace::jsonString(name(leak.object)), leak.taken.seq,
            trace::jsonString(reason(leak.taken)), leak.count,
            leak.span != 0 ? std::to_string(leak.span) : "null",
            trace::jsonString(cause(leak.taken.seq)));
        comma = ",\n";
    }
    fmt::print("\n],\"alive\":[");
    comma = "\n";
    for (const trace::FamilyMember& member : report.family) {
        fmt::print(
            "{}{{\"object\":{},\"owner\":{},\"references\":{},\"rooted\":{},\"holds\":[", comma,
            trace::jsonString(name(member.object)),
            member.parent != 0 ? trace::jsonString(name(report.family[member.parent - 1].object))
                               : "null",
            member.count, member.isRooted);
        const char* inner = "";
        for (const trace::Hold& hold : member.holds) {
            fmt::print("{}{}", inner, holdJson(hold));
            inner = ",";
        }
        fmt::print("]}}");
        comma = ",\n";
    }
    fmt::print("\n]}}\n");
}

int why(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    std::string error;
    const trace::ObjectId object = findObject(*reader, options.object, error);
    if (object == 0) {
        printError(error);
        return 1;
    }
    const trace::Seq at = std::min(options.at, reader->lastSeq());
    trace::Retention retention(*reader, at);
    const trace::Why answer = retention.why(object);
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    Teller teller(*reader, at);
    options.json ? teller.whyJson(answer) : teller.why(answer, options.everything);
    return 0;
}

int leaks(const Options& options)
{
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    const trace::Seq at = std::min(options.at, reader->lastSeq());
    const trace::Seq from = options.from != 0 || options.everything
        ? options.from
        : std::strtoull(reader->meta("start", "1").c_str(), nullptr, 10);
    trace::Retention retention(*reader, at);
    const trace::LeakReport report = retention.leaks(from);
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    Teller teller(*reader, at);
    options.json ? teller.leaksJson(report) : teller.leaks(report);
    return report.leaks.empty() ? 0 : 1;
}

} // namespace

void addWhy(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command
        = app.add_subcommand("why", "Print why an object is alive: who holds it, and from where.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command
        ->add_option(
            "OBJECT", options->object,
            "the object: FCB:\\lab\\public\\readme.txt, or without the kind when that is clear")
        ->required();
    command->add_option("--at", options->at, "after this event (default: the last one)");
    command->add_flag(
        "--all", options->everything, "also which reference was given back by which line");
    command->add_flag("--json", options->json, "as a JSON object");
    command->callback([options, &status] { status = why(*options); });

    auto left = std::make_shared<Options>();
    CLI::App* report = app.add_subcommand(
        "leaks", "Print references that were never given back; exit status 1 when there are any.");
    report->add_option("TRACE", left->trace, "the trace file")->required();
    report->add_option("--at", left->at, "after this event (default: the last one)");
    report->add_option(
        "--from", left->from,
        "what was born or taken from this event on (default: the scenario's start)");
    report->add_flag("--all", left->everything, "also what the machine's start left");
    report->add_flag("--json", left->json, "as a JSON object");
    report->callback([left, &status] { status = leaks(*left); });
}

} // namespace rdrlab::cli
