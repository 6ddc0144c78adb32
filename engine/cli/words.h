// What the things of a trace are called in front of people: one wording for every command.
#pragma once

#include "engine/cli/terminal.h"
#include "traces/query/cause.h"
#include "traces/query/state.h"

#include <string>
#include <vector>

namespace rdrlab::cli {

Colour layerColour(trace::Layer layer);

/// "SRV_CALL:\lab" reads better as "SRV_CALL \lab".
std::string displayName(std::string name);

/// The path of a file object's name: several may be open on one, which their ordinals tell apart.
std::string pathOf(std::string name);

/// A displayed name without its kind.
std::string shortName(const std::string& displayed);

/// The status, failures in red.
std::string resultText(std::int32_t status);

/// "old→new"; of flags joined by | only what came and went.
std::string differenceText(const std::string& before, const std::string& after);

/// `text` in lines of at most `width` columns, broken only between flags (at |); the lines after
/// the first stand under the first flag. A text without flags stays one line.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

/// A field's value as JSON: number, string or null.
std::string jsonValue(const trace::FieldValue& value);

/// Words for one trace. Borrows the reader.
class Words
{
public:
    explicit Words(const trace::Reader& reader);

    /// The canonical name an object had at an event: what one types to name it again.
    std::string object(trace::ObjectId object, trace::Seq seq) const;
    trace::ObjectKind kind(trace::ObjectId object) const;

    /// A call in the words of the call tree: "MRxCreate  SRV_OPEN#1", "IRP#13 CREATE →
    /// \Device\Mup".
    std::string call(const trace::Span& span) const;
    /// The file a system call is about: the first file object that it makes or takes a reference
    /// on.
    std::string subject(const trace::Span& span) const;

    /// "notepad", or "System thread 4"; "interrupt" where no thread ran.
    std::string who(std::uint32_t process, std::uint32_t thread) const;
    /// The system call and the innermost call around an event: "NtCreateFile … › MRxCreate …", or
    /// what ran when no call was under way.
    std::string cause(const trace::Cause& cause) const;

    /// A field's value: the text, "-" for none.
    static std::string value(const trace::FieldValue& value);

private:
    const trace::Reader& m_reader;
    trace::ObjectNames m_names;
};

} // namespace rdrlab::cli
