#include "traces/query/smb2filter.h"

#include "traces/query/statistics.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

constexpr std::uint16_t kRead = 8, kWrite = 9, kCancel = 12;

template <typename Number> std::optional<Number> numberOf(std::string_view text)
{
    Number number = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(number) : std::nullopt;
}

// "1ms", "0.5us": nanoseconds.
std::optional<std::uint64_t> timeOf(std::string_view text)
{
    static constexpr std::pair<std::string_view, double> kUnits[]
        = { { "ns", 1 }, { "us", 1e3 }, { "µs", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    for (const auto& [unit, scale] : kUnits) {
        if (text.substr(digits) == unit) {
            const auto value = numberOf<double>(text.substr(0, digits));
            return value && *value * scale < 9e18 ? std::optional(std::uint64_t(*value * scale))
                                                  : std::nullopt;
        }
    }
    return std::nullopt;
}

char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? char(letter + 32) : letter;
}

bool containsWord(std::string_view text, std::string_view word)
{
    return std::search(
               text.begin(), text.end(), word.begin(), word.end(),
               [](char one, char other) { return lower(one) == lower(other); })
        != text.end();
}

std::string ownText(const Smb2Message& message)
{
    return smb2Title(message) + " "
        + std::string(message.isResponse ? statusName(message.status) : std::string_view());
}

} // namespace

Smb2Filter Smb2Filter::parse(std::string_view expression)
{
    Smb2Filter filter;
    constexpr std::string_view kBlanks = " \t\r\n";
    std::size_t at = 0;
    while ((at = expression.find_first_not_of(kBlanks, at)) != expression.npos) {
        if (expression[at] == '"') {
            const std::size_t end = std::min(expression.find('"', at + 1), expression.size());
            if (end > at + 1) {
                filter.m_words.emplace_back(expression.substr(at + 1, end - at - 1));
            }
            at = std::min(end + 1, expression.size());
            continue;
        }
        const std::size_t end = std::min(expression.find_first_of(kBlanks, at), expression.size());
        const std::string_view word = expression.substr(at, end - at);
        at = end;
        bool isGood = true;
        if (word.starts_with("id:")) {
            filter.m_id = numberOf<std::uint64_t>(word.substr(3));
            isGood = filter.m_id.has_value();
        } else if (word.starts_with("connection:")) {
            filter.m_connection = numberOf<std::uint32_t>(word.substr(11));
            isGood = filter.m_connection.has_value();
        } else if (word.starts_with('>')) {
            filter.m_slowerThanNs = timeOf(word.substr(1));
            isGood = filter.m_slowerThanNs.has_value();
        } else if (word == "failed") {
            filter.m_failed = true;
        } else if (word == "unanswered") {
            filter.m_unanswered = true;
        } else if (word == "request") {
            filter.m_requests = true;
        } else if (word == "response") {
            filter.m_responses = true;
        } else {
            filter.m_words.emplace_back(word);
        }
        if (!isGood && filter.m_misunderstood.empty()) {
            filter.m_misunderstood = word;
        }
    }
    return filter;
}

bool Smb2Filter::isEmpty() const
{
    return m_words.empty() && !m_id && !m_connection && !m_slowerThanNs && !m_failed
        && !m_unanswered && !m_requests && !m_responses;
}

bool Smb2Filter::fits(const Smb2Messages& all, const Smb2Message& message) const
{
    if ((m_requests && message.isResponse) || (m_responses && !message.isResponse)
        || (m_id && (message.form != Smb2Form::Message || message.messageId != *m_id))
        || (m_connection && message.connection != *m_connection)
        || (m_failed && (!message.isResponse || !isFailure(message.status)))
        || (m_unanswered && !isUnanswered(all, message))) {
        return false;
    }
    if (m_slowerThanNs) {
        const auto time = responseTimeNs(all, message);
        return time && *time > *m_slowerThanNs;
    }
    return true;
}

std::vector<std::uint32_t> Smb2Filter::rows(const Smb2Messages& all, const Look& look) const
{
    const auto contains = [&](std::string_view text, std::string_view word) {
        return look.contains ? look.contains(text, word) : containsWord(text, word);
    };
    // A word is looked up once in each name, command and status, not in each message.
    std::vector<std::vector<bool>> inName(m_words.size());
    std::vector<std::unordered_map<std::int64_t, bool>> inRest(m_words.size()); // looked up only
    for (std::size_t i = 0; i < m_words.size(); ++i) {
        for (const std::string& name : all.names) {
            inName[i].push_back(contains(name, m_words[i]));
        }
    }
    const auto hasWord = [&](std::size_t i, const Smb2Message& message) {
        if (message.name < inName[i].size() && inName[i][message.name]) {
            return true;
        }
        const std::int64_t key = std::int64_t(message.status) << 24
            ^ std::int64_t(message.command) << 8 ^ std::int64_t(message.form) << 1
            ^ std::int64_t(message.isResponse);
        const auto [entry, isNew] = inRest[i].try_emplace(key, false);
        if (isNew) {
            entry->second = contains(look.text ? look.text(message) : ownText(message), m_words[i]);
        }
        return entry->second;
    };
    std::vector<std::uint32_t> rows;
    for (std::size_t at = 0; at < all.messages.size(); ++at) {
        const Smb2Message& message = all.messages[at];
        bool isWanted = fits(all, message);
        for (std::size_t i = 0; i < m_words.size() && isWanted; ++i) {
            isWanted = hasWord(i, message);
        }
        if (isWanted) {
            rows.push_back(std::uint32_t(at));
        }
    }
    return rows;
}

bool isUnanswered(const Smb2Messages& all, const Smb2Message& message)
{
    return message.form == Smb2Form::Message && !message.isResponse && message.command != kCancel
        && (message.partner >= all.messages.size() || all.messages[message.partner].isInterim);
}

std::string smb2Title(const Smb2Message& message)
{
    switch (message.form) {
    case Smb2Form::Encrypted:
        return "encrypted";
    case Smb2Form::Compressed:
        return "compressed";
    case Smb2Form::Smb1:
        return "SMB1";
    case Smb2Form::Foreign:
        return "not SMB2";
    case Smb2Form::Message:
        break;
    }
    const std::string_view name = smb2CommandName(message.command);
    return name.empty() ? fmt::format("command {}", message.command) : std::string(name);
}

std::string smb2Subject(const Smb2Messages& all, const Smb2Message& message)
{
    std::string text = message.name < all.names.size() ? all.names[message.name] : std::string();
    if (text == "\\") {
        text = "root of the share";
    }
    if (message.form == Smb2Form::Message && (message.command == kRead || message.command == kWrite)
        && (!message.isResponse || message.status == 0)) {
        text += fmt::format(
            "{}{} bytes at {}", text.empty() ? "" : ": ", message.count, message.fileOffset);
    }
    return text;
}

} // namespace rdrlab::trace
