// What a comparison of two traces leaves out.
//
// A mask is a list of categories, each with patterns: fields of objects, kinds of events, names of
// objects. A category takes effect when it is in `ignored`. Some categories also have a meaning of
// their own that no pattern can say (Aspect). The standard mask leaves out what two runs of the
// same program never share; people print it, edit it and give it back as a TOML file.
#pragma once

#include "traces/model/trace.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rdrlab::trace {

class Reader;

/// `*` stands for any characters, also none. Everything else for itself.
bool matchesPattern(std::string_view pattern, std::string_view text);

enum class FieldRule : std::uint8_t
{
    Compare,
    Step, // a total that others count on too: only by how much it changes
    Ignore
};

class DiffMask
{
public:
    struct Category
    {
        std::vector<std::string> fields; // "KIND.Field": the value does not matter
        std::vector<std::string> steps; // "KIND.Field": only the step matters
        std::vector<std::string> arguments; // "layer kind routine": its number does not matter
        std::vector<std::string> events; // "layer kind routine": left out altogether
        std::vector<std::string> names; // objects with such names are told apart by kind only
    };

    /// What the command uses when it is told nothing.
    static DiffMask standard();

    /// The same for these two traces: what the embedded server did inside is left out where the
    /// other server was a real one, which nobody saw inside.
    static DiffMask standardFor(const Reader& a, const Reader& b);

    /// Reads the TOML form of print(). Nothing, and one line in `error`, when it is none.
    static std::optional<DiffMask> parse(const std::string& text, std::string& error);

    /// As a commented TOML file that parse() takes.
    std::string print() const;

    /// Every category there is, in order of name.
    std::vector<std::string> names() const;
    /// True when the category exists.
    bool knows(const std::string& category) const;
    void ignore(const std::string& category) { m_ignored.insert(category); }
    void compare(const std::string& category) { m_ignored.erase(category); }
    bool ignores(const std::string& category) const { return m_ignored.contains(category); }

    FieldRule fieldRule(ObjectKind kind, std::string_view field) const;
    bool comparesArgument(Layer layer, EventKind kind, std::string_view routine) const;
    bool leavesOut(Layer layer, EventKind kind, std::string_view routine) const;
    bool hidesName(std::string_view name) const;

    /// How the category is explained to a person; empty for one of their own.
    static std::string_view explanation(std::string_view category);

private:
    bool matchesEvent(
        std::vector<std::string> Category::*patterns,
        Layer layer,
        EventKind kind,
        std::string_view routine) const;

    std::set<std::string> m_ignored;
    std::map<std::string, Category> m_categories;
};

} // namespace rdrlab::trace
