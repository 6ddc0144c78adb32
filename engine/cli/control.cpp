#include "engine/cli/control.h"

#include "engine/scenario/language.h"
#include "engine/scenario/statusname.h"
#include "traces/query/state.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>

namespace rdrlab::cli {

namespace {

using nlohmann::json;

constexpr int kProtocol = 2;
constexpr uint64_t kFastestPace
    = 10'000; // calls a second; beyond it the clock is not worth reading

void tell(const json& message)
{
    std::cout << message.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
}

void tellError(const std::string& message)
{
    tell({ { "event", "error" }, { "message", message } });
}

/// The string member `name`, or "" when it is absent or something else.
std::string text(const json& object, const char* name)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_string() ? member->get<std::string>()
                                                         : std::string();
}

uint64_t number(const json& object, const char* name, uint64_t fallback)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_number_unsigned() ? member->get<uint64_t>()
                                                                  : fallback;
}

bool flag(const json& object, const char* name)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_boolean() && member->get<bool>();
}

char lower(char letter)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

std::optional<trace::Layer> layerNamed(const std::string& name)
{
    for (int i = 0; i < static_cast<int>(trace::Layer::Maximum); i++)
        if (name == trace::layerName(static_cast<trace::Layer>(i)))
            return static_cast<trace::Layer>(i);
    return std::nullopt;
}

} // namespace

bool matchesPattern(std::string_view pattern, std::string_view text)
{
    // The last '*' seen is the only one worth going back to.
    size_t at = 0, in = 0, star = std::string_view::npos, mark = 0;
    while (in < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            mark = in;
        } else if (at < pattern.size() && lower(pattern[at]) == lower(text[in])) {
            at++;
            in++;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in = ++mark;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*')
        at++;
    return at == pattern.size();
}

bool LiveBreak::matches(const recorder::Recorder::Moment& moment) const
{
    const bool isBegin = moment.kind == trace::EventKind::Begin;
    if (isBegin ? !atBegin : !atEnd)
        return false;
    if (layer && *layer != moment.layer)
        return false;
    // An error by its number, a normal turn of the logon by its meaning.
    constexpr uint32_t kMoreProcessingRequired = 0xC0000016;
    const auto status = static_cast<uint32_t>(moment.status);
    if (onlyFailed && (status >> 30 != 3 || status == kMoreProcessingRequired))
        return false;
    if (!routine.empty() && !matchesPattern(routine, moment.routine))
        return false;
    return object.empty() || matchesPattern("*" + object + "*", moment.object);
}

void Controller::attach(scenario::RunOptions& options)
{
    m_lines.start();
    options.opened = [this](scenario::Machine& machine, recorder::Recorder& recorder) {
        m_machine = &machine;
        m_recorder = &recorder;
        recorder.setObserver([this](const recorder::Recorder::Moment& moment) { heard(moment); });
        recorder.setBetween([this] { between(); });
    };
    options.built = [this, &options] {
        m_built = true;
        m_recorder->flush();
        tell({ { "event", "ready" },
               { "protocol", kProtocol },
               { "trace", m_tracePath },
               { "seq", m_recorder->lastSeq() },
               { "scenario", options.displayName },
               { "seed", options.seed },
               { "links", linkList() } });
        serve();
    };
    options.log = [this](const std::string& line) {
        tell({ { "event", "log" }, { "seq", m_recorder->lastSeq() }, { "text", line } });
    };
}

void Controller::finished(const scenario::RunReport& report)
{
    json message = { { "event", "finished" },
                     { "ok", report.ok },
                     { "stopped", report.stopped },
                     { "events", report.events },
                     { "virtual_ns", report.virtualNs },
                     { "expectations", report.expectationsMet } };
    if (!report.ok)
        message["error"] = report.error;
    if (!report.details.empty())
        message["details"] = report.details;
    tell(message);
}

json Controller::linkList() const
{
    json list = json::array();
    for (const scenario::LinkPlan& link : m_machine->links())
        list.push_back({ { "server", link.server },
                         { "cut", link.cut },
                         { "latency_ns", link.latencyNs },
                         { "bytes_per_second", link.bandwidthBytesPerSecond },
                         { "loss_per_mille", link.lossPerMille } });
    return list;
}

bool Controller::isWanted(const recorder::Recorder::Moment& moment, uint64_t& breakId) const
{
    const bool isBegin = moment.kind == trace::EventKind::Begin;
    for (const LiveBreak& one : m_breaks)
        if (one.matches(moment)) {
            breakId = one.id;
            return true;
        }
    switch (m_until) {
    case Until::Begin:
        return isBegin;
    case Until::Call:
        return true;
    case Until::Level:
        return isBegin ? moment.parent == m_around : moment.span == m_around;
    case Until::End:
        return !isBegin && moment.span == m_span;
    default:
        return false;
    }
}

void Controller::heard(const recorder::Recorder::Moment& moment)
{
    if (!m_built || m_quitting || m_serving)
        return;
    uint64_t breakId = 0;
    if (isWanted(moment, breakId))
        return pausedAt(moment, breakId);
    afterMoment();
    if (m_pauseWanted)
        pausedAt(moment, 0);
}

void Controller::between()
{
    if (m_until == Until::Event && m_built && !m_quitting && !m_serving
        && m_recorder->lastSeq() != m_from)
        pausedBetween();
}

/// What a machine that runs does for its controller: hears it, and is as slow as it wants.
void Controller::afterMoment()
{
    if (m_callsPerSecond != 0) {
        m_recorder->flush(); // who slows a run down looks at the file
        m_lines.waitFor(std::chrono::microseconds(1'000'000 / m_callsPerSecond));
    }
    if (!m_lines.hasUrgent())
        return;
    m_serving = true;
    while (const auto line = m_lines.nextUrgent())
        obey(*line);
    m_serving = false;
}

void Controller::pausedAt(const recorder::Recorder::Moment& moment, uint64_t breakId)
{
    const bool isBegin = moment.kind == trace::EventKind::Begin;
    m_span = moment.span;
    m_around = moment.parent;
    m_atBegin = isBegin;
    json message = { { "event", "paused" },
                     { "at", isBegin ? "begin" : "end" },
                     { "seq", moment.seq },
                     { "span", moment.span },
                     { "layer", trace::layerName(moment.layer) },
                     { "routine", moment.routine },
                     { "object", moment.object },
                     { "time_ns", moment.where.nowNs },
                     { "thread", moment.where.threadId },
                     { "process", moment.where.processId },
                     { "irql", moment.where.irql },
                     { "links", linkList() } };
    if (!isBegin)
        message["status"] = scenario::statusName(static_cast<uint32_t>(moment.status));
    if (breakId != 0)
        message["break"] = breakId;
    m_recorder->flush(); // what led here is in the file before anybody hears of it
    tell(message);
    serve();
}

void Controller::pausedBetween()
{
    m_recorder->flush();
    tell({ { "event", "paused" },
           { "at", "event" },
           { "seq", m_recorder->lastSeq() },
           { "links", linkList() } });
    serve();
}

void Controller::serve()
{
    m_until = Until::Break;
    m_serving = true;
    bool goOn = false;
    while (!goOn) {
        const auto line = m_lines.next();
        if (!line) {
            // The controller has gone: let the run end as it would have without it.
            m_breaks.clear();
            m_until = Until::Break;
            m_callsPerSecond = 0;
            break;
        }
        goOn = !line->empty() && obey(*line);
    }
    m_serving = false;
    m_pauseWanted = false; // asked for while it stood still already
    m_from = m_recorder->lastSeq();
}

/// True when the machine may go on.
bool Controller::obey(const std::string& line)
{
    const json command = json::parse(line, nullptr, false);
    if (!command.is_object()) {
        tellError("expected one JSON object a line, such as {\"do\":\"continue\"}");
        return false;
    }
    const std::string what = text(command, "do");
    std::string problem;
    if (what == "continue")
        return true;
    if (what == "step" || what == "out") {
        problem = what == "step" ? step(command) : std::string();
        if (what == "out")
            m_until = m_span ? Until::End : Until::Begin;
        if (problem.empty())
            return true;
    } else if (what == "quit") {
        m_quitting = true;
        m_machine->stop();
        return true;
    } else if (what == "pause") {
        m_pauseWanted = true;
    } else if (what == "pace") {
        m_callsPerSecond = std::min(number(command, "per_second", 0), kFastestPace);
    } else if (what == "break") {
        problem = setBreak(command);
        if (problem.empty())
            return false; // has been answered with its number
    } else if (what == "clear") {
        problem = clearBreaks(command);
    } else if (what == "state") {
        tellState(text(command, "object"));
        return false;
    } else if (what == "links") {
        tell({ { "event", "links" }, { "links", linkList() } });
        return false;
    } else {
        problem = disturb(what, command);
    }
    if (problem.empty())
        tell({ { "event", "done" }, { "do", what } });
    else
        tellError(problem);
    return false;
}

std::string Controller::step(const json& command)
{
    const std::string to = command.contains("to") ? text(command, "to") : "begin";
    if (to == "begin")
        m_until = Until::Begin;
    else if (to == "event")
        m_until = Until::Event;
    else if (to == "call")
        m_until = Until::Call;
    else if (to == "over")
        m_until = m_span == 0 ? Until::Begin : m_atBegin ? Until::End : Until::Level;
    else if (to == "out") {
        if (m_around != 0) {
            m_span = m_around;
            m_until = Until::End;
        } else {
            m_until = m_atBegin && m_span != 0 ? Until::End : Until::Begin;
        }
    } else {
        return "step: \"to\" is one of begin, event, call, over, out, not '" + to + "'";
    }
    return {};
}

std::string Controller::setBreak(const json& command)
{
    constexpr size_t kMaximumBreaks = 1000;
    LiveBreak one;
    one.routine = text(command, "routine");
    one.object = text(command, "object");
    one.onlyFailed = flag(command, "failed");
    const std::string layer = text(command, "layer");
    if (!layer.empty()) {
        one.layer = layerNamed(layer);
        if (!one.layer)
            return "break: no layer is called '" + layer + "'";
    }
    const std::string at = command.contains("at") ? text(command, "at")
        : one.onlyFailed                          ? "end"
                                                  : "begin";
    if (at != "begin" && at != "end" && at != "both")
        return "break: \"at\" is begin, end or both";
    one.atBegin = at != "end";
    one.atEnd = at != "begin";
    if (one.onlyFailed && one.atBegin)
        return "break: only an end can have failed";
    if (one.routine.empty() && one.object.empty() && !one.layer && !one.onlyFailed)
        return "break: \"routine\" is missing (or \"layer\", \"object\", \"failed\")";
    if (m_breaks.size() >= kMaximumBreaks)
        return "break: too many breakpoints";
    one.id = ++m_lastBreak;
    m_breaks.push_back(std::move(one));
    tell({ { "event", "done" }, { "do", "break" }, { "id", m_lastBreak } });
    return {};
}

std::string Controller::clearBreaks(const json& command)
{
    if (!command.contains("id")) {
        m_breaks.clear();
        return {};
    }
    const uint64_t id = number(command, "id", 0);
    return std::erase_if(m_breaks, [&](const LiveBreak& one) { return one.id == id; }) != 0
        ? std::string()
        : "clear: no breakpoint has this number";
}

/// What changes the run: from here on it is another one than without a controller.
std::string Controller::disturb(const std::string& what, const json& command)
{
    const std::string server = text(command, "server");
    if (what == "cut" || what == "heal")
        return m_machine->setCut(server, what == "cut");
    if (what == "link") {
        std::vector<scenario::LinkPlan> links = m_machine->links();
        std::string problem = "link: no server '" + server + "' is declared";
        for (scenario::LinkPlan& link : links) {
            if (!server.empty() && server != link.server)
                continue;
            constexpr uint64_t kLongestNs = 3'600'000'000'000;
            link.latencyNs = std::min(number(command, "latency_ns", link.latencyNs), kLongestNs);
            link.bandwidthBytesPerSecond
                = number(command, "bytes_per_second", link.bandwidthBytesPerSecond);
            link.lossPerMille = static_cast<uint32_t>(
                std::min<uint64_t>(number(command, "loss_per_mille", link.lossPerMille), 1000));
            m_recorder->note(
                trace::Layer::Wire,
                "the link to " + link.server + " now takes " + std::to_string(link.latencyNs / 1000)
                    + " us, loses " + std::to_string(link.lossPerMille) + " of 1000");
            problem = m_machine->setLink(link);
        }
        return problem;
    }
    if (what == "fault") {
        scenario::FaultRequest request;
        request.server = server;
        request.kind = text(command, "kind");
        request.command = command.contains("command") ? text(command, "command") : "ANY";
        request.nth
            = static_cast<uint32_t>(std::clamp<uint64_t>(number(command, "nth", 1), 1, 1'000'000));
        request.repeat = flag(command, "repeated");
        request.delayNs = number(command, "delay_ns", 0);
        const std::string status = text(command, "status");
        if (const auto value = scenario::statusValue(status))
            request.status = *value;
        else if (!status.empty())
            return "fault: unknown status '" + status + "'";
        std::string problem = m_machine->fault(request);
        if (problem.empty())
            m_recorder->note(
                trace::Layer::Server,
                request.server + ": fault '" + request.kind + "' for " + request.command);
        return problem;
    }
    return "unknown command '" + what + "'";
}

void Controller::tellState(const std::string& object)
{
    m_recorder->flush();
    std::string error;
    const auto reader = trace::Reader::open(m_tracePath, error);
    if (!reader)
        return tellError(error);
    const trace::Seq at = m_recorder->lastSeq();
    trace::StateCursor cursor(*reader);
    if (!cursor.moveTo(at))
        return tellError(reader->error());
    json objects = json::array();
    for (const trace::Object& one : reader->objects()) {
        const std::string name(reader->string(one.name));
        if (one.id == 0 || !cursor.isAlive(one) || (!object.empty() && name != object))
            continue;
        json fields = json::object();
        for (const auto& [field, value] : cursor.of(one.id).fields)
            fields[std::string(reader->string(field))] = value.print();
        json entry = { { "name", name }, { "fields", fields } };
        if (cursor.of(one.id).references)
            entry["references"] = *cursor.of(one.id).references;
        objects.push_back(std::move(entry));
    }
    if (!object.empty() && objects.empty())
        return tellError("no object '" + object + "' is alive");
    tell({ { "event", "state" }, { "seq", at }, { "objects", objects } });
}

} // namespace rdrlab::cli
