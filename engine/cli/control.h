// rdrlab run --control: JSON lines on standard input and output steer a running machine. The only
// way into a live kernel.
//
//   in   {"do":"break","routine":"MRxCreate"}   pause when a call of this name begins ("*": any);
//   "clear" forgets all
//        {"do":"step"}  {"do":"out"}            pause at the next call; when the call that is
//        paused at has ended
//        {"do":"continue"}  {"do":"quit"}
//        {"do":"state","object":"FCB:..."}      the state of one object, or of all that are alive
//        {"do":"fault","server":"lab","kind":"close","command":"READ"}  as fault{} of the scenario
//        language
//        {"do":"cut","server":"lab"}  {"do":"heal","server":"lab"}
//   out  {"event":"ready"} {"event":"paused",...} {"event":"state",...} {"event":"done"}
//   {"event":"error",...}
//        {"event":"log",...} {"event":"finished",...}
//
// The machine is one thread, so while the controller waits for its next line the whole machine
// stands still, and a run that was paused records the same as one that was not.
#pragma once

#include "engine/recorder/recorder.h"
#include "engine/scenario/runner.h"

#include <set>
#include <string>

namespace rdrlab::scenario {
class Machine;
}

namespace rdrlab::cli {

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
    enum class Mode
    {
        Running,
        Stepping,
        UntilEnd, // of the span m_span
    };

    void heard(const recorder::Recorder::Moment& moment);
    void pausedAt(const recorder::Recorder::Moment& moment);
    /// Serves commands until one lets the machine go on.
    void serve();
    bool obey(const std::string& line);
    void tellState(const std::string& object);

    std::string m_tracePath;
    scenario::Machine* m_machine = nullptr;
    recorder::Recorder* m_recorder = nullptr;
    std::set<std::string, std::less<>> m_breaks;
    Mode m_mode = Mode::Running;
    trace::SpanId m_span = 0; // that was paused at last
    bool m_built = false;
    bool m_quitting = false;
};

} // namespace rdrlab::cli
