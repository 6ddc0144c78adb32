// Reads the table argument of a scenario call strictly: every field has one type, and a field
// nobody asked for is an error that names the nearest known one.
//
// Lua raises errors by longjmp, so nothing here raises: the first problem is kept, and the caller
// (see call.h) raises it after its C++ objects are gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct lua_State;

namespace rdrlab::scenario {

/// The known word nearest to `word`, or empty when none is near enough to be a likely slip.
std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

/// " (did you mean 'x'?)", or nothing.
std::string didYouMean(std::string_view word, const std::vector<std::string_view>& known);

/// A named bit or value of the field's vocabulary.
struct Word
{
    std::string_view name;
    uint32_t value;
};

class Fields
{
public:
    /// Reads the table at `index` of the stack, which stays there; `call` names the call in
    /// messages.
    Fields(lua_State* state, int index, std::string_view call);

    bool has(std::string_view name);
    std::string string(std::string_view name, std::string fallback = {});
    std::string requiredString(std::string_view name);
    uint64_t integer(std::string_view name, uint64_t fallback, uint64_t maximum = UINT64_MAX / 2);
    std::optional<int64_t> optionalInteger(std::string_view name);
    bool boolean(std::string_view name, bool fallback);

    /// A time: a number of milliseconds, or a string with unit ("200us", "1.5ms", "2s").
    uint64_t timeNs(std::string_view name, uint64_t fallbackNs);
    /// A rate: bytes per second, or a string with unit ("10MB/s", "1Gbit/s").
    uint64_t rate(std::string_view name, uint64_t fallback);

    /// One word, or a number.
    uint32_t word(std::string_view name, const std::vector<Word>& vocabulary, uint32_t fallback);
    /// Words joined by '|' or ',' (or a number).
    uint32_t flags(std::string_view name, const std::vector<Word>& vocabulary, uint32_t fallback);

    /// Pushes the field's value; false (nothing pushed) when it is absent.
    bool push(std::string_view name);
    /// Pushes a required table; false (nothing pushed, problem noted) when it is absent or no
    /// table.
    bool pushTable(std::string_view name, bool required = false);

    void fail(std::string message);
    /// Complains about fields nobody asked for. Call last.
    void finish();

    bool ok() const { return m_problem.empty(); }
    const std::string& problem() const { return m_problem; }

private:
    void noteType(std::string_view name, const char* expected);

    lua_State* m_state;
    int m_index;
    std::string m_call;
    std::string m_problem;
    std::vector<std::string_view> m_known;
};

/// Keys of the table at `index` that are strings, sorted; a key of another type is reported through
/// `problem`.
std::vector<std::string> sortedKeys(lua_State* state, int index, std::string& problem);

/// Nanoseconds of "200us" and the like; empty when it is no time.
std::optional<uint64_t> parseTime(std::string_view text);
/// Bytes per second of "10MB/s" and the like.
std::optional<uint64_t> parseRate(std::string_view text);

} // namespace rdrlab::scenario
