// rdrlab packets: the SMB2 messages of a trace, and what their bytes mean.
#include "engine/cli/commands.h"
#include "engine/cli/objectarg.h"
#include "engine/cli/progress.h"
#include "engine/cli/table.h"
#include "traces/exporters/exporters.h"
#include "traces/query/smb2filter.h"
#include "traces/query/statistics.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace rdrlab::cli {

namespace {

struct Options
{
    std::string trace;
    trace::Seq from = 0;
    trace::Seq to = UINT64_MAX;
    trace::Seq packet = 0;
    std::string filter;
    bool decode = false;
    bool json = false;
    bool csv = false;
};

const char* formName(trace::Smb2Form form)
{
    static constexpr const char* kNames[]
        = { "message", "encrypted", "compressed", "smb1", "foreign" };
    return kNames[std::size_t(form)];
}

// A decoded unit, and which of its fields are in which.
class Fields
{
public:
    explicit Fields(std::vector<trace::WireField> fields)
        : m_fields(std::move(fields))
        , m_children(m_fields.size())
    {
        for (std::uint32_t i = 0; i < m_fields.size(); ++i) {
            if (m_fields[i].parent >= 0) {
                m_children[std::size_t(m_fields[i].parent)].push_back(i);
            }
        }
    }

    /// The outermost field that begins where a message does, or what is told instead of it.
    std::vector<std::uint32_t> rootsAt(std::uint32_t offset, std::uint32_t length) const
    {
        std::vector<std::uint32_t> roots;
        for (std::uint32_t i = 0; i < m_fields.size(); ++i) {
            if (m_fields[i].parent < 0 && m_fields[i].offset >= offset
                && m_fields[i].offset < offset + length) {
                roots.push_back(i);
            }
        }
        return roots;
    }
    const trace::WireField& operator[](std::uint32_t at) const { return m_fields[at]; }
    const std::vector<std::uint32_t>& in(std::uint32_t at) const { return m_children[at]; }

private:
    std::vector<trace::WireField> m_fields;
    std::vector<std::vector<std::uint32_t>> m_children;
};

class Printer
{
public:
    Printer(const trace::Reader& reader, const trace::Smb2Messages& all, const Options& options)
        : m_reader(reader)
        , m_all(all)
        , m_options(options)
    {
    }

    void table(const std::vector<std::uint32_t>& rows) const;
    void csv(const std::vector<std::uint32_t>& rows) const;
    void json(const std::vector<std::uint32_t>& rows);
    void trees(const std::vector<std::uint32_t>& rows);

private:
    std::string commandOf(const trace::Smb2Message& message) const;
    std::string statusOf(const trace::Smb2Message& message, bool hasColour) const;
    std::string subjectOf(const trace::Smb2Message& message) const
    {
        return harmless(trace::smb2Subject(m_all, message));
    }
    std::string timeOf(const trace::Smb2Message& message) const
    {
        const auto time = trace::responseTimeNs(m_all, message);
        return time ? std::to_string(*time) : std::string();
    }
    std::string idOf(const trace::Smb2Message& message) const;
    const Fields& fieldsOf(std::uint32_t row);
    void tree(const Fields& fields, std::uint32_t at, unsigned depth) const;
    void jsonFields(const Fields& fields, const std::vector<std::uint32_t>& list) const;

    const trace::Reader& m_reader;
    const trace::Smb2Messages& m_all;
    const Options& m_options;
    std::unique_ptr<Fields> m_unit; // of the message before, which the next may share
    std::uint32_t m_unitRow = UINT32_MAX;
};

std::string Printer::commandOf(const trace::Smb2Message& message) const
{
    std::string text = trace::smb2Title(message);
    if (message.form == trace::Smb2Form::Message) {
        text += message.isInterim ? " interim response" : message.isResponse ? " response" : "";
    }
    text += message.isLost ? " (lost)" : "";
    text += message.isRepeated ? " (sent again)" : "";
    return text + (message.isCut ? " (incomplete)" : "");
}

std::string Printer::statusOf(const trace::Smb2Message& message, bool hasColour) const
{
    if (trace::isUnanswered(m_all, message)) {
        return hasColour ? paint(Colour::Yellow, "no answer") : "";
    }
    if (message.form != trace::Smb2Form::Message || !message.isResponse) {
        return {};
    }
    const std::string text = statusText(message.status);
    return hasColour && trace::isFailure(message.status) ? paint(Colour::Red, text) : text;
}

std::string Printer::idOf(const trace::Smb2Message& message) const
{
    return message.form != trace::Smb2Form::Message       ? ""
        : message.messageId == trace::kUnsolicitedMessage ? "unsolicited"
                                                          : std::to_string(message.messageId);
}

void Printer::table(const std::vector<std::uint32_t>& rows) const
{
    Table table({ { "event", true },
                  { "time", true },
                  { "" },
                  { "command", false, 34 },
                  { "id", true },
                  { "about", false, 34 },
                  { "status" },
                  { "waited", true },
                  { "bytes", true } });
    for (const std::uint32_t row : rows) {
        const trace::Smb2Message& message = m_all.messages[row];
        const auto waited = trace::responseTimeNs(m_all, message);
        table.add({ fmt::format("#{}", message.seq), durationText(message.timeNs),
                    message.direction == trace::Direction::ToServer ? "→" : "←", commandOf(message),
                    idOf(message), subjectOf(message), statusOf(message, true),
                    waited ? durationText(*waited) : "", std::to_string(message.length) });
    }
    if (!table.isEmpty()) {
        table.print();
    }
    std::string last = fmt::format("{} message{}", rows.size(), rows.size() == 1 ? "" : "s");
    if (rows.size() != m_all.messages.size()) {
        last += fmt::format(" of {}", m_all.messages.size());
    }
    if (m_all.skippedBytes != 0) {
        last += fmt::format(", {} bytes belong to none", m_all.skippedBytes);
    }
    fmt::print("{}{}\n", table.isEmpty() ? "" : "\n", paint(Colour::Dim, last));
}

void Printer::csv(const std::vector<std::uint32_t>& rows) const
{
    fmt::print(
        "{}",
        csvLine({ "seq", "last", "time", "connection", "direction", "command", "response",
                  "message_id", "about", "status", "waited", "bytes", "call" }));
    for (const std::uint32_t row : rows) {
        const trace::Smb2Message& message = m_all.messages[row];
        fmt::print(
            "{}",
            csvLine({ std::to_string(message.seq), std::to_string(message.last),
                      std::to_string(message.timeNs), std::to_string(message.connection),
                      message.direction == trace::Direction::ToServer ? "to server" : "to client",
                      trace::smb2Title(message), message.isResponse ? "1" : "0", idOf(message),
                      subjectOf(message), statusOf(message, false), timeOf(message),
                      std::to_string(message.length), std::to_string(message.call) }));
    }
}

const Fields& Printer::fieldsOf(std::uint32_t row)
{
    const trace::Smb2Message& message = m_all.messages[row];
    const bool isSame = m_unit != nullptr && m_unitRow + 1 == row
        && m_all.messages[m_unitRow].seq == message.seq
        && m_all.messages[m_unitRow].connection == message.connection
        && m_all.messages[m_unitRow].direction == message.direction
        && m_all.messages[m_unitRow].tcpSequence == message.tcpSequence;
    if (!isSame) {
        m_unit = std::make_unique<Fields>(trace::decodeSmb2(trace::smb2Unit(m_reader, m_all, row)));
    }
    m_unitRow = row;
    return *m_unit;
}

void Printer::tree(const Fields& fields, std::uint32_t at, unsigned depth) const
{
    const trace::WireField& field = fields[at];
    std::string line(std::size_t(2) * depth, ' ');
    line += fields.in(at).empty() ? field.name : paint(Colour::Bold, field.name);
    if (!field.value.empty()) {
        line += ": ";
        line += field.isWrong ? paint(Colour::Red, "✖ " + harmless(field.value))
                              : harmless(field.value);
    }
    fmt::print("{}\n", terminal().isTerminal ? shorten(line, terminal().width) : line);
    for (const std::uint32_t inner : fields.in(at)) {
        tree(fields, inner, depth + 1);
    }
}

void Printer::trees(const std::vector<std::uint32_t>& rows)
{
    for (const std::uint32_t row : rows) {
        const trace::Smb2Message& message = m_all.messages[row];
        const std::string subject = subjectOf(message);
        fmt::print(
            "{}{}\n", row == rows.front() ? "" : "\n",
            paint(
                Colour::Dim,
                fmt::format(
                    "#{} at {}, {}{}", message.seq, durationText(message.timeNs),
                    message.direction == trace::Direction::ToServer ? "to the server"
                                                                    : "to the client",
                    subject.empty() ? "" : ", " + subject)));
        const Fields& fields = fieldsOf(row);
        for (const std::uint32_t root : fields.rootsAt(message.offset, message.length)) {
            tree(fields, root, 0);
        }
    }
}

void Printer::jsonFields(const Fields& fields, const std::vector<std::uint32_t>& list) const
{
    fmt::print("[");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const trace::WireField& field = fields[list[i]];
        fmt::print(
            "{}{{\"name\":{},\"value\":{},\"offset\":{},\"length\":{}{}", i == 0 ? "" : ",",
            trace::jsonString(field.name), trace::jsonString(field.value), field.offset,
            field.length, field.isWrong ? ",\"wrong\":true" : "");
        if (!fields.in(list[i]).empty()) {
            fmt::print(",\"fields\":");
            jsonFields(fields, fields.in(list[i]));
        }
        fmt::print("}}");
    }
    fmt::print("]");
}

void Printer::json(const std::vector<std::uint32_t>& rows)
{
    const auto numberOr = [](bool has, std::uint64_t number) {
        return has ? std::to_string(number) : std::string("null");
    };
    fmt::print("[");
    for (const std::uint32_t row : rows) {
        const trace::Smb2Message& message = m_all.messages[row];
        const bool isMessage = message.form == trace::Smb2Form::Message;
        const auto waited = trace::responseTimeNs(m_all, message);
        const bool hasPartner = message.partner < m_all.messages.size();
        fmt::print(
            "{}{{\"seq\":{},\"last\":{},\"time\":{},\"connection\":{},\"direction\":\"{}\","
            "\"form\":\"{}\",\"command\":{},\"response\":{},\"interim\":{},\"message_id\":{},"
            "\"session_id\":{},\"tree_id\":{},\"async_id\":{},\"about\":{},\"status\":{},"
            "\"waited\":{},\"partner\":{},\"call\":{},\"offset\":{},\"bytes\":{},\"lost\":{},"
            "\"repeated\":{},\"incomplete\":{}",
            row == rows.front() ? "\n" : ",\n", message.seq, message.last, message.timeNs,
            message.connection,
            message.direction == trace::Direction::ToServer ? "to server" : "to client",
            formName(message.form), trace::jsonString(trace::smb2Title(message)),
            message.isResponse, message.isInterim, numberOr(isMessage, message.messageId),
            message.sessionId, message.treeId, message.asyncId,
            trace::jsonString(trace::smb2Subject(m_all, message)),
            isMessage && message.isResponse ? trace::jsonString(statusText(message.status))
                                            : "null",
            waited ? std::to_string(*waited) : "null",
            hasPartner ? std::to_string(m_all.messages[message.partner].seq) : "null",
            numberOr(message.call != 0, message.call), message.offset, message.length,
            message.isLost, message.isRepeated, message.isCut);
        if (m_options.decode) {
            const Fields& fields = fieldsOf(row);
            fmt::print(",\"fields\":");
            jsonFields(fields, fields.rootsAt(message.offset, message.length));
        }
        fmt::print("}}");
    }
    fmt::print("{}]\n", rows.empty() ? "" : "\n");
}

int packets(Options& options)
{
    if (!isRange(options.from, options.to)) {
        return 2;
    }
    const auto filter = trace::Smb2Filter::parse(options.filter);
    if (!filter.misunderstood().empty()) {
        printError(fmt::format(
            "--filter: “{}” is not understood: id:5, connection:1, >1ms",
            harmless(filter.misunderstood())));
        return 2;
    }
    const auto reader = openForReading(options.trace);
    if (reader == nullptr) {
        return 1;
    }
    trace::Smb2Messages all;
    {
        ProgressBar bar("reading");
        trace::smb2Messages(*reader, all, bar.follow());
    }
    if (!reader->error().empty()) {
        printError(reader->error());
        return 1;
    }
    std::vector<std::uint32_t> rows = filter.rows(all);
    std::erase_if(rows, [&](std::uint32_t row) {
        const trace::Smb2Message& message = all.messages[row];
        return message.last < options.from || message.seq > options.to
            || (options.packet != 0
                && (message.seq > options.packet || message.last < options.packet));
    });
    if (options.packet != 0 && rows.empty()) {
        printError(
            fmt::format("{}: event #{} brought no such message", options.trace, options.packet));
        return 1;
    }
    options.decode = options.decode || options.packet != 0;
    Printer printer(*reader, all, options);
    if (options.json) {
        printer.json(rows);
    } else if (options.csv) {
        printer.csv(rows);
    } else if (options.decode) {
        printer.trees(rows);
    } else {
        printer.table(rows);
    }
    return reader->error().empty() ? 0 : (printError(reader->error()), 1);
}

} // namespace

void addPackets(CLI::App& app, int& status)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "packets", "Print the SMB2 messages of a trace, and what their bytes mean.");
    command->add_option("TRACE", options->trace, "the trace file")->required();
    command->add_option("--from", options->from, "messages from this event on");
    command->add_option("--to", options->to, "messages up to this event");
    CLI::Option* packet = command->add_option(
        "--packet", options->packet, "only what this packet event is a part of, decoded");
    command->add_option(
        "--filter", options->filter,
        "only these: words of the name, the command or the status; id:5, connection:1, failed, "
        "unanswered, request, response, >1ms (waited longer)");
    CLI::Option* decode
        = command->add_flag("--decode", options->decode, "each with all its fields");
    CLI::Option* json
        = command->add_flag("--json", options->json, "as JSON; times in virtual nanoseconds");
    command->add_flag("--csv", options->csv, "as comma separated values, the names first")
        ->excludes(json)
        ->excludes(decode)
        ->excludes(packet);
    command->callback([options, &status] { status = packets(*options); });
}

} // namespace rdrlab::cli
