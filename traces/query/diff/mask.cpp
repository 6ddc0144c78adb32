#include "traces/query/diff/mask.h"

#include "traces/store/reader.h"

#include <algorithm>
#include <array>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace rdrlab::trace {

namespace {

struct Builtin
{
    std::string_view name;
    std::string_view explanation;
    bool isIgnored;
    bool isAspect; // has a meaning of its own beside its patterns
};

constexpr std::array kBuiltins {
    Builtin { "addresses", "which host and port a connection goes to", true, false },
    Builtin { "counts", "totals that several requests add to: only the step is compared", true,
              true },
    Builtin { "cpus", "which processor an event ran on", true, true },
    Builtin { "handles", "the numbers of handles", true, false },
    Builtin { "inputs", "when live data reached the run", true, false },
    Builtin { "irql", "the interrupt level an event ran at", false, true },
    Builtin { "locks", "taking and leaving locks", false, false },
    Builtin { "numbers", "digits in texts", false, true },
    Builtin { "order", "a different order of equal events", false, true },
    Builtin { "packets", "how bytes were cut into segments (exchanges are compared)", true, false },
    Builtin { "references", "the reference ledger", false, false },
    Builtin { "serials", "counters that number things, and pointers without a name", true, false },
    Builtin { "server", "what the server did inside (its answers are compared)", false, false },
    Builtin { "threads", "which thread and process an event ran in", true, true },
    Builtin { "times", "virtual times, and times of files", true, true },
    Builtin { "waits", "when a thread had to wait and was woken", true, false },
};

const Builtin* builtin(std::string_view name)
{
    const auto* const found
        = std::find_if(kBuiltins.begin(), kBuiltins.end(), [&](const Builtin& entry) {
              return entry.name == name;
          });
    return found != kBuiltins.end() ? found : nullptr;
}

bool matchesAny(const std::vector<std::string>& patterns, std::string_view text)
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matchesPattern(pattern, text);
    });
}

// The tables of the file, in the order they are printed.
struct Section
{
    const char* name;
    const char* comment;
    std::vector<std::string> DiffMask::Category::*patterns;
};

constexpr Section kSections[] = {
    { "fields", "Values of these fields (KIND.Field) are not compared.",
      &DiffMask::Category::fields },
    { "steps", "Of these fields only the step is compared: 1 to 2 equals 4 to 5.",
      &DiffMask::Category::steps },
    { "arguments", "Of events like these (layer kind routine) the argument is not compared.",
      &DiffMask::Category::arguments },
    { "events", "Events like these (layer kind routine) are left out altogether.",
      &DiffMask::Category::events },
    { "names", "Objects with such names are told apart by their kind only.",
      &DiffMask::Category::names },
};

bool readList(const toml::node& node, std::vector<std::string>& into)
{
    const toml::array* array = node.as_array();
    if (array == nullptr) {
        return false;
    }
    for (const toml::node& entry : *array) {
        const auto* text = entry.as_string();
        if (text == nullptr) {
            return false;
        }
        into.push_back(text->get());
    }
    return true;
}

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') {
            out += '\\';
        }
        out += letter;
    }
    return out + "\"";
}

bool isBareKey(std::string_view key)
{
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')
            || (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
    });
}

} // namespace

bool matchesPattern(std::string_view pattern, std::string_view text)
{
    // The last star is the only one worth going back to.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = pattern.npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

DiffMask DiffMask::standard()
{
    DiffMask mask;
    for (const Builtin& entry : kBuiltins) {
        mask.m_categories[std::string(entry.name)];
        if (entry.isIgnored) {
            mask.m_ignored.emplace(entry.name);
        }
    }
    const auto category
        = [&](const char* name) -> Category& { return mask.m_categories.find(name)->second; };
    category("times").fields = { "*.*Time" };
    category("serials").fields = { "RX_CONTEXT.SerialNumber", "*.SrvOpenListVersion", "*.MessageId",
                                   "*.*ExecutionThread", "*.OriginalThread" };
    category("counts").steps
        = { "*.*ReferenceCount", "*.OpenCount",     "*.Unclean*Count", "*.ShareAccess.*",
            "*.NumberOf*",       "*.NumPagingRefs", "*.*Credits" };
    category("threads").arguments = { "* signal *" }; // whom it woke
    category("serials").arguments = { "server note *" };
    category("handles").names = { "HANDLE:*" };
    category("addresses").names = { "CONNECTION:*" };
    category("waits").events = { "* wait *", "* wake *", "* signal *" };
    category("packets").events = { "* packet *" };
    category("inputs").events = { "* input *" };
    category("locks").events = { "* lock *", "* unlock *" };
    category("references").events = { "* reference *" };
    category("server").events = { "server * *" };
    return mask;
}

DiffMask DiffMask::standardFor(const Reader& a, const Reader& b)
{
    DiffMask mask = standard();
    if (a.meta("server").empty() != b.meta("server").empty()) {
        mask.ignore("server");
    }
    return mask;
}

std::optional<DiffMask> DiffMask::parse(const std::string& text, std::string& error)
{
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& problem = parsed.error();
        error = "line " + std::to_string(problem.source().begin.line) + ": "
            + std::string(problem.description());
        return std::nullopt;
    }
    DiffMask mask;
    for (const Builtin& entry : kBuiltins) {
        mask.m_categories[std::string(entry.name)];
    }
    std::vector<std::string> ignored;
    for (const auto& [key, node] : parsed.table()) {
        const std::string name(key.str());
        if (name == "ignore") {
            if (!readList(node, ignored)) {
                error = "ignore must be a list of texts";
                return std::nullopt;
            }
            continue;
        }
        const auto* const section
            = std::find_if(std::begin(kSections), std::end(kSections), [&](const Section& entry) {
                  return name == entry.name;
              });
        const toml::table* table = node.as_table();
        if (section == std::end(kSections) || table == nullptr) {
            error = "'" + name
                + "' is none of ignore = [...], [fields], [steps], [arguments], [events] and "
                  "[names]";
            return std::nullopt;
        }
        for (const auto& [category, patterns] : *table) {
            const std::string owner(category.str());
            if (!readList(patterns, mask.m_categories[owner].*(section->patterns))) {
                error = "[" + name + "] " + owner + " must be a list of texts";
                return std::nullopt;
            }
        }
    }
    for (const std::string& category : ignored) {
        if (!mask.knows(category)) {
            error = "ignore: there is no category '" + category + "'";
            return std::nullopt;
        }
        mask.ignore(category);
    }
    return mask;
}

std::string DiffMask::print() const
{
    std::string out = "# What a comparison leaves out. Categories in `ignore` take effect; the "
                      "tables below say\n"
                      "# what belongs to each, and a category of your own is one more line there.\n"
                      "# `*` stands for anything.\n#\n";
    for (const Builtin& entry : kBuiltins) {
        out += "#   " + std::string(entry.name) + std::string(12 - entry.name.size(), ' ')
            + std::string(entry.explanation) + "\n";
    }
    out += "\nignore = [";
    const char* comma = "";
    for (const std::string& category : m_ignored) {
        out += comma + quoted(category);
        comma = ", ";
    }
    out += "]\n";
    for (const Section& section : kSections) {
        out += std::string("\n# ") + section.comment + "\n[" + section.name + "]\n";
        for (const auto& [name, category] : m_categories) {
            const std::vector<std::string>& patterns = category.*(section.patterns);
            if (patterns.empty()) {
                continue;
            }
            out += (isBareKey(name) ? name : quoted(name)) + " = [";
            comma = "";
            for (const std::string& pattern : patterns) {
                out += comma + quoted(pattern);
                comma = ", ";
            }
            out += "]\n";
        }
    }
    return out;
}

std::vector<std::string> DiffMask::names() const
{
    std::vector<std::string> all;
    for (const auto& [name, category] : m_categories) {
        all.push_back(name);
    }
    return all;
}

bool DiffMask::knows(const std::string& category) const
{
    return m_categories.contains(category);
}

FieldRule DiffMask::fieldRule(ObjectKind kind, std::string_view field) const
{
    const std::string name = std::string(objectKindName(kind)) + "." + std::string(field);
    FieldRule rule = FieldRule::Compare;
    for (const std::string& ignored : m_ignored) {
        const auto category = m_categories.find(ignored);
        if (category == m_categories.end()) {
            continue;
        }
        if (matchesAny(category->second.fields, name)) {
            return FieldRule::Ignore;
        }
        if (matchesAny(category->second.steps, name)) {
            rule = FieldRule::Step;
        }
    }
    return rule;
}

bool DiffMask::matchesEvent(
    std::vector<std::string> Category::*patterns,
    Layer layer,
    EventKind kind,
    std::string_view routine) const
{
    const std::string name = std::string(layerName(layer)) + " " + std::string(eventKindName(kind))
        + " " + std::string(routine);
    return std::any_of(m_ignored.begin(), m_ignored.end(), [&](const std::string& ignored) {
        const auto category = m_categories.find(ignored);
        return category != m_categories.end() && matchesAny(category->second.*patterns, name);
    });
}

bool DiffMask::leavesOut(Layer layer, EventKind kind, std::string_view routine) const
{
    return matchesEvent(&Category::events, layer, kind, routine);
}

bool DiffMask::comparesArgument(Layer layer, EventKind kind, std::string_view routine) const
{
    return !(kind == EventKind::Reference && ignores("counts"))
        && !matchesEvent(&Category::arguments, layer, kind, routine);
}

bool DiffMask::hidesName(std::string_view name) const
{
    return std::any_of(m_ignored.begin(), m_ignored.end(), [&](const std::string& ignored) {
        const auto category = m_categories.find(ignored);
        return category != m_categories.end() && matchesAny(category->second.names, name);
    });
}

std::string_view DiffMask::explanation(std::string_view category)
{
    const Builtin* entry = builtin(category);
    return entry != nullptr ? entry->explanation : std::string_view();
}

} // namespace rdrlab::trace
