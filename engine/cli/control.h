// rdrlab run --control: JSON lines on standard input and output steer a running machine. The only
// way into a live kernel; the visualizer is its first user. engine/cli/CONTROL.md is the reference.
//
// Lines are obeyed in order while the machine stands still (before the first process starts, and at
// every pause). A line that has "now":true, and {"do":"pause"}, is obeyed at once, also while the
// machine runs: at the next call that begins or ends.
//
// The machine is one thread, so while the controller waits for its next line the whole machine
// stands still, and a run that was paused or slowed down records the same as one that was not.
#pragma once

#include "engine/cli/linequeue.h"
#include "engine/recorder/recorder.h"
#include "engine/scenario/runner.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace rdrlab::scenario {
class Machine;
}

namespace rdrlab::cli {

/// Where to pause: every part that is given must hold.
struct LiveBreak
{
    uint64_t id = 0;
    std::string routine; // '*' stands for any letters; empty: any
    std::string object; // part of its canonical name, in any case; empty: any
    std::optional<trace::Layer> layer;
    bool atBegin = true;
    bool atEnd = false;
    bool onlyFailed = false; // an end with an error status

    bool matches(const recorder::Recorder::Moment& moment) const;
};

/// `text` against a pattern in which '*' stands for any letters; letters in any case.
bool matchesPattern(std::string_view pattern, std::string_view text);

class Controller
{
public:
    explicit Controller(std::string tracePath)
        : m_tracePath(std::move(tracePath))
    {
    }

    void attach(scenario::RunOptions& options);
    void finished(const scenario::RunReport& report);

private:
    enum class Until
    {
        Break, // only at breakpoints
        Event, // the next event
        Begin, // the next call that begins
        Call, // the next call that begins or ends
        Level, // the next one of the calls inside m_around, or its end
        End, // of the call m_span
    };

    void heard(const recorder::Recorder::Moment& moment);
    void between();
    bool isWanted(const recorder::Recorder::Moment& moment, uint64_t& breakId) const;
    void pausedAt(const recorder::Recorder::Moment& moment, uint64_t breakId);
    void pausedBetween();
    void afterMoment();
    /// Serves commands until one lets the machine go on.
    void serve();
    bool obey(const std::string& line);
    std::string step(const nlohmann::json& command);
    std::string setBreak(const nlohmann::json& command);
    std::string clearBreaks(const nlohmann::json& command);
    std::string disturb(const std::string& what, const nlohmann::json& command);
    void tellState(const std::string& object);
    nlohmann::json linkList() const;

    std::string m_tracePath;
    scenario::Machine* m_machine = nullptr;
    recorder::Recorder* m_recorder = nullptr;
    LineQueue m_lines;
    std::vector<LiveBreak> m_breaks;
    uint64_t m_lastBreak = 0;
    Until m_until = Until::Break;
    trace::SpanId m_span = 0; // that was paused at last
    trace::SpanId m_around = 0; // the call around it
    bool m_atBegin = true; // of m_span
    trace::Seq m_from = 0; // the last event when the machine was let go
    uint64_t m_callsPerSecond = 0; // 0: as fast as it runs
    bool m_pauseWanted = false;
    bool m_built = false;
    bool m_serving = false;
    bool m_quitting = false;
};

} // namespace rdrlab::cli
