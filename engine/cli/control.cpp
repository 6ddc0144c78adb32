#include "engine/cli/control.h"

#include "engine/scenario/language.h"
#include "engine/scenario/statusname.h"
#include "traces/query/state.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace rdrlab::cli {

namespace {

using nlohmann::json;

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
    return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

uint64_t number(const json& object, const char* name, uint64_t fallback)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_number_unsigned() ? member->get<uint64_t>() : fallback;
}

} // namespace

void Controller::attach(scenario::RunOptions& options)
{
    options.opened = [this](scenario::Machine& machine, recorder::Recorder& recorder) {
        m_machine = &machine;
        m_recorder = &recorder;
        recorder.setObserver([this](const recorder::Recorder::Moment& moment) { heard(moment); });
    };
    options.built = [this] {
        m_built = true;
        tell({ { "event", "ready" }, { "trace", m_tracePath }, { "seq", m_recorder->lastSeq() } });
        serve();
    };
    options.log = [](const std::string& line) { tell({ { "event", "log" }, { "text", line } }); };
}

void Controller::finished(const scenario::RunReport& report)
{
    json message = { { "event", "finished" }, { "ok", report.ok }, { "events", report.events },
        { "virtual_ns", report.virtualNs }, { "expectations", report.expectationsMet } };
    if (!report.ok)
        message["error"] = report.error;
    tell(message);
}

void Controller::heard(const recorder::Recorder::Moment& moment)
{
    if (!m_built || m_quitting)
        return;
    if (moment.kind == trace::EventKind::Begin) {
        const bool wanted = m_mode == Mode::Stepping || m_breaks.contains(moment.routine) || m_breaks.contains("*");
        if (wanted)
            pausedAt(moment);
    } else if (m_mode == Mode::UntilEnd && moment.span == m_span) {
        pausedAt(moment);
    }
}

void Controller::pausedAt(const recorder::Recorder::Moment& moment)
{
    m_span = moment.span;
    m_mode = Mode::Running;
    const bool isBegin = moment.kind == trace::EventKind::Begin;
    json message = { { "event", "paused" }, { "at", isBegin ? "begin" : "end" }, { "seq", moment.seq },
        { "span", moment.span }, { "layer", trace::layerName(moment.layer) }, { "routine", moment.routine },
        { "object", moment.object }, { "time_ns", moment.where.nowNs }, { "thread", moment.where.threadId },
        { "process", moment.where.processId }, { "irql", moment.where.irql } };
    if (!isBegin)
        message["status"] = scenario::statusName(static_cast<uint32_t>(moment.status));
    tell(message);
    serve();
}

void Controller::serve()
{
    std::string line;
    while (std::getline(std::cin, line))
        if (!line.empty() && obey(line))
            return;
    // The controller has gone: let the run end as it would have without it.
    m_breaks.clear();
    m_mode = Mode::Running;
}

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
    if (what == "step") {
        m_mode = Mode::Stepping;
        return true;
    }
    if (what == "out") {
        m_mode = m_span ? Mode::UntilEnd : Mode::Stepping;
        return true;
    }
    if (what == "quit") {
        m_quitting = true;
        m_machine->stop();
        return true;
    }
    if (what == "break") {
        if (text(command, "routine").empty())
            problem = "break: \"routine\" is missing";
        else
            m_breaks.insert(text(command, "routine"));
    } else if (what == "clear") {
        m_breaks.clear();
    } else if (what == "state") {
        tellState(text(command, "object"));
        return false;
    } else if (what == "cut" || what == "heal") {
        problem = m_machine->setCut(text(command, "server"), what == "cut");
    } else if (what == "fault") {
        scenario::FaultRequest request;
        request.server = text(command, "server");
        request.kind = text(command, "kind");
        request.command = command.contains("command") ? text(command, "command") : "ANY";
        request.nth = static_cast<uint32_t>(number(command, "nth", 1));
        request.delayNs = number(command, "delay_ns", 0);
        if (const auto status = scenario::statusValue(text(command, "status")))
            request.status = *status;
        problem = m_machine->fault(request);
    } else {
        problem = "unknown command '" + what + "'";
    }
    if (problem.empty())
        tell({ { "event", "done" }, { "do", what } });
    else
        tellError(problem);
    return false;
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
