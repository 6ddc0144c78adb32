#include "engine/scenario/fields.h"

#include <lua.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace rdrlab::scenario {

namespace {

size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); j++)
        row[j] = j;
    for (size_t i = 1; i <= a.size(); i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); j++) {
            const size_t above = row[j];
            row[j] = std::min(
                { row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1) });
            diagonal = above;
        }
    }
    return row[b.size()];
}

struct Unit
{
    std::string_view name;
    double factor;
};

std::optional<uint64_t> parseWithUnit(std::string_view text, const std::vector<Unit>& units)
{
    size_t digits = 0;
    while (digits < text.size()
           && (std::isdigit(static_cast<unsigned char>(text[digits])) || text[digits] == '.'))
        digits++;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
    if (digits == 0 || error != std::errc {} || end != text.data() + digits)
        return std::nullopt;
    std::string_view unit = text.substr(digits);
    while (!unit.empty() && unit.front() == ' ')
        unit.remove_prefix(1);
    for (const Unit& known : units)
        if (known.name == unit && number * known.factor < 9e18)
            return static_cast<uint64_t>(std::llround(number * known.factor));
    return std::nullopt;
}

} // namespace

std::string nearest(std::string_view word, const std::vector<std::string_view>& known)
{
    std::string_view best;
    size_t bestDistance = std::max<size_t>(2, word.size() / 4) + 1;
    for (std::string_view candidate : known) {
        const size_t distance = editDistance(word, candidate);
        if (distance < bestDistance) {
            best = candidate;
            bestDistance = distance;
        }
    }
    return std::string(best);
}

std::string didYouMean(std::string_view word, const std::vector<std::string_view>& known)
{
    const std::string near = nearest(word, known);
    return near.empty() ? std::string() : " (did you mean '" + near + "'?)";
}

std::optional<uint64_t> parseTime(std::string_view text)
{
    return parseWithUnit(
        text, { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "min", 60e9 } });
}

std::optional<uint64_t> parseRate(std::string_view text)
{
    return parseWithUnit(
        text,
        { { "B/s", 1 },
          { "kB/s", 1e3 },
          { "MB/s", 1e6 },
          { "GB/s", 1e9 },
          { "kbit/s", 125 },
          { "Mbit/s", 125e3 },
          { "Gbit/s", 125e6 } });
}

std::vector<std::string> sortedKeys(lua_State* state, int index, std::string& problem)
{
    std::vector<std::string> keys;
    index = lua_absindex(state, index);
    lua_pushnil(state);
    while (lua_next(state, index)) {
        if (lua_type(state, -2) == LUA_TSTRING) {
            size_t length = 0;
            const char* text = lua_tolstring(state, -2, &length);
            keys.emplace_back(text, length);
        } else if (problem.empty()) {
            problem = "expected names as keys, got a key of type "
                + std::string(luaL_typename(state, -2));
        }
        lua_pop(state, 1);
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

Fields::Fields(lua_State* state, int index, std::string_view call)
    : m_state(state)
    , m_index(lua_absindex(state, index))
    , m_call(call)
{
    if (!lua_istable(state, m_index))
        m_problem = m_call + ": expected a table { ... }, got " + luaL_typename(state, m_index);
}

void Fields::fail(std::string message)
{
    if (m_problem.empty())
        m_problem = m_call + ": " + std::move(message);
}

void Fields::noteType(std::string_view name, const char* expected)
{
    fail(
        "field '" + std::string(name) + "': expected " + expected + ", got "
        + luaL_typename(m_state, -1));
}

bool Fields::push(std::string_view name)
{
    m_known.push_back(name);
    if (!ok())
        return false;
    lua_pushlstring(m_state, name.data(), name.size());
    lua_rawget(m_state, m_index);
    if (!lua_isnil(m_state, -1))
        return true;
    lua_pop(m_state, 1);
    return false;
}

bool Fields::pushTable(std::string_view name, bool required)
{
    if (!push(name)) {
        if (required)
            fail("field '" + std::string(name) + "' is missing");
        return false;
    }
    if (lua_istable(m_state, -1))
        return true;
    noteType(name, "a table");
    lua_pop(m_state, 1);
    return false;
}

bool Fields::has(std::string_view name)
{
    if (!push(name))
        return false;
    lua_pop(m_state, 1);
    return true;
}

std::string Fields::string(std::string_view name, std::string fallback)
{
    if (!push(name))
        return fallback;
    if (lua_type(m_state, -1) == LUA_TSTRING) {
        size_t length = 0;
        const char* text = lua_tolstring(m_state, -1, &length);
        fallback.assign(text, length);
    } else {
        noteType(name, "a string");
    }
    lua_pop(m_state, 1);
    return fallback;
}

std::string Fields::requiredString(std::string_view name)
{
    if (!has(name)) {
        fail("field '" + std::string(name) + "' is missing");
        return {};
    }
    return string(name);
}

std::optional<int64_t> Fields::optionalInteger(std::string_view name)
{
    if (!push(name))
        return std::nullopt;
    int isInteger = 0;
    const lua_Integer value
        = lua_type(m_state, -1) == LUA_TNUMBER ? lua_tointegerx(m_state, -1, &isInteger) : 0;
    if (!isInteger)
        noteType(name, "a whole number");
    lua_pop(m_state, 1);
    return isInteger ? std::optional<int64_t>(value) : std::nullopt;
}

uint64_t Fields::integer(std::string_view name, uint64_t fallback, uint64_t maximum)
{
    const std::optional<int64_t> value = optionalInteger(name);
    if (!value)
        return fallback;
    if (*value < 0 || static_cast<uint64_t>(*value) > maximum) {
        fail(
            "field '" + std::string(name) + "': " + std::to_string(*value)
            + " is out of range 0 to " + std::to_string(maximum));
        return fallback;
    }
    return static_cast<uint64_t>(*value);
}

bool Fields::boolean(std::string_view name, bool fallback)
{
    if (!push(name))
        return fallback;
    if (lua_isboolean(m_state, -1))
        fallback = lua_toboolean(m_state, -1) != 0;
    else
        noteType(name, "true or false");
    lua_pop(m_state, 1);
    return fallback;
}

uint64_t Fields::timeNs(std::string_view name, uint64_t fallbackNs)
{
    if (!push(name))
        return fallbackNs;
    std::optional<uint64_t> time;
    if (lua_type(m_state, -1) == LUA_TNUMBER) {
        const double milliseconds = lua_tonumber(m_state, -1);
        if (milliseconds >= 0 && milliseconds < 9e12)
            time = static_cast<uint64_t>(std::llround(milliseconds * 1e6));
    } else if (lua_type(m_state, -1) == LUA_TSTRING) {
        time = parseTime(lua_tostring(m_state, -1));
    }
    if (!time)
        fail(
            "field '" + std::string(name)
            + "': expected a time such as 5 (milliseconds) or \"200us\"");
    lua_pop(m_state, 1);
    return time.value_or(fallbackNs);
}

uint64_t Fields::rate(std::string_view name, uint64_t fallback)
{
    if (!push(name))
        return fallback;
    std::optional<uint64_t> rate;
    if (lua_isinteger(m_state, -1) && lua_tointeger(m_state, -1) >= 0)
        rate = static_cast<uint64_t>(lua_tointeger(m_state, -1));
    else if (lua_type(m_state, -1) == LUA_TSTRING)
        rate = parseRate(lua_tostring(m_state, -1));
    if (!rate)
        fail(
            "field '" + std::string(name) + "': expected a rate such as \"10MB/s\" or \"1Gbit/s\"");
    lua_pop(m_state, 1);
    return rate.value_or(fallback);
}

namespace {

std::vector<std::string_view> namesOf(const std::vector<Word>& vocabulary)
{
    std::vector<std::string_view> names;
    for (const Word& word : vocabulary)
        names.push_back(word.name);
    return names;
}

const Word* findWord(const std::vector<Word>& vocabulary, std::string_view name)
{
    for (const Word& word : vocabulary)
        if (word.name == name)
            return &word;
    return nullptr;
}

} // namespace

uint32_t
Fields::flags(std::string_view name, const std::vector<Word>& vocabulary, uint32_t fallback)
{
    if (!push(name))
        return fallback;
    if (lua_isinteger(m_state, -1)) {
        const lua_Integer value = lua_tointeger(m_state, -1);
        lua_pop(m_state, 1);
        return static_cast<uint32_t>(value);
    }
    if (lua_type(m_state, -1) != LUA_TSTRING) {
        noteType(name, "words such as \"read|write\"");
        lua_pop(m_state, 1);
        return fallback;
    }
    const std::string text = lua_tostring(m_state, -1);
    lua_pop(m_state, 1);
    uint32_t value = 0;
    size_t begin = 0;
    while (begin <= text.size()) {
        const size_t end = std::min(text.find_first_of("|,", begin), text.size());
        std::string_view part = std::string_view(text).substr(begin, end - begin);
        while (!part.empty() && part.front() == ' ')
            part.remove_prefix(1);
        while (!part.empty() && part.back() == ' ')
            part.remove_suffix(1);
        const Word* word = findWord(vocabulary, part);
        if (!word) {
            fail(
                "field '" + std::string(name) + "': unknown word '" + std::string(part) + "'"
                + didYouMean(part, namesOf(vocabulary)));
            return fallback;
        }
        value |= word->value;
        begin = end + 1;
    }
    return value;
}

uint32_t Fields::word(std::string_view name, const std::vector<Word>& vocabulary, uint32_t fallback)
{
    if (!push(name))
        return fallback;
    if (lua_isinteger(m_state, -1)) {
        const lua_Integer value = lua_tointeger(m_state, -1);
        lua_pop(m_state, 1);
        return static_cast<uint32_t>(value);
    }
    if (lua_type(m_state, -1) != LUA_TSTRING) {
        noteType(name, "a word");
        lua_pop(m_state, 1);
        return fallback;
    }
    const std::string text = lua_tostring(m_state, -1);
    lua_pop(m_state, 1);
    if (const Word* found = findWord(vocabulary, text))
        return found->value;
    fail(
        "field '" + std::string(name) + "': unknown word '" + text + "'"
        + didYouMean(text, namesOf(vocabulary)));
    return fallback;
}

void Fields::finish()
{
    if (!ok())
        return;
    std::string keyProblem;
    for (const std::string& key : sortedKeys(m_state, m_index, keyProblem))
        if (std::find(m_known.begin(), m_known.end(), key) == m_known.end())
            return fail("unknown field '" + key + "'" + didYouMean(key, m_known));
    if (!keyProblem.empty())
        fail(keyProblem);
}

} // namespace rdrlab::scenario
