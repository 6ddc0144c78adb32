// Which messages of a trace one wants to see, said in a few words.
//
//   create readme          words: each must be in the file's name, the command or the status
//   "two words"            with a blank in it
//   id:5 connection:1      that message id; that connection
//   failed  unanswered     a status that says so; a request without its final response
//   >1ms                   waited for longer than that; ns, us, ms, s
//   request response       only those
#pragma once

#include "traces/query/smb2.h"

#include <functional>

namespace rdrlab::trace {

class Smb2Filter
{
public:
    /// What is not understood of the expression is in misunderstood(), and does not filter.
    static Smb2Filter parse(std::string_view expression);

    bool isEmpty() const;
    const std::string& misunderstood() const { return m_misunderstood; }

    /// How words are looked for; left empty: in English, without regard to the case of ASCII.
    struct Look
    {
        std::function<bool(std::string_view text, std::string_view word)> contains;
        std::function<std::string(const Smb2Message&)> text; // beside the name
    };
    /// The messages that match, ascending: indices.
    std::vector<std::uint32_t> rows(const Smb2Messages& all, const Look& look = {}) const;

private:
    bool fits(const Smb2Messages& all, const Smb2Message& message) const; // but for the words

    std::vector<std::string> m_words;
    std::optional<std::uint64_t> m_id;
    std::optional<std::uint32_t> m_connection;
    std::optional<std::uint64_t> m_slowerThanNs;
    bool m_failed = false, m_unanswered = false, m_requests = false, m_responses = false;
    std::string m_misunderstood;
};

/// A request without its final response; a CANCEL never gets one.
bool isUnanswered(const Smb2Messages& all, const Smb2Message& message);

/// "READ", "command 77", "encrypted".
std::string smb2Title(const Smb2Message& message);
/// "readme.txt: 4096 bytes at 0"; "" for a message about nothing.
std::string smb2Subject(const Smb2Messages& all, const Smb2Message& message);

} // namespace rdrlab::trace
