// A recording made by a test, with short ways to ask what came of it.
#pragma once

#include "tests/support/synthetic.h"
#include "traces/query/state.h"

#include <catch2/catch.hpp>

namespace rdrlab::test {

class Playback
{
public:
    explicit Playback(const std::string& name)
        : m_path(temporaryPath(name))
        , m_recorder(recordTo(m_path))
    {
        m_recorder->setContext(&context);
    }

    recorder::Recorder* operator->() { return m_recorder.get(); }
    recorder::Recorder& recorder() { return *m_recorder; }

    /// Ends the recording and opens it.
    const trace::Reader& read()
    {
        if (m_reader == nullptr) {
            REQUIRE(m_recorder->finish());
            m_recorder.reset();
            std::string error;
            m_reader = trace::Reader::open(m_path, error);
            INFO(error);
            REQUIRE(m_reader != nullptr);
        }
        return *m_reader;
    }

    /// "kind routine [object] status" of every event.
    std::vector<std::string> events()
    {
        std::vector<std::string> lines;
        read().events(1, UINT64_MAX, [&](const trace::Event& event) {
            std::string line(trace::eventKindName(event.kind));
            line += event.routine != 0 ? " " + std::string(m_reader->string(event.routine)) : "";
            const trace::Object* object = m_reader->object(event.object);
            line += object != nullptr ? " [" + std::string(m_reader->string(object->name)) + "]"
                                      : "";
            line += event.span != 0
                ? " in " + std::to_string(event.span) + "<" + std::to_string(event.parent)
                : "";
            lines.push_back(line);
            return true;
        });
        return lines;
    }

    /// "field: old -> new" of every change.
    std::vector<std::string> changes()
    {
        std::vector<std::string> lines;
        read().changes(1, UINT64_MAX, [&](const trace::FieldChange& change) {
            lines.push_back(
                std::string(m_reader->string(change.field)) + ": " + change.before.print() + " -> "
                + change.after.print());
            return true;
        });
        return lines;
    }

    sched::Context context;

private:
    std::string m_path;
    std::unique_ptr<recorder::Recorder> m_recorder;
    std::unique_ptr<trace::Reader> m_reader;
};

} // namespace rdrlab::test
