// What a message is about: the file, share or pattern it names, found again for those that only
// carry a FileId or a TreeId. Behind smb2.h.
#pragma once

#include "traces/query/smb2.h"

#include <map>
#include <unordered_map>

namespace rdrlab::trace {

class Smb2Subjects
{
public:
    explicit Smb2Subjects(Smb2Messages& all);

    /// Fills in name, fileOffset and count of a message whose partner is known, from its bytes
    /// (which begin at its header).
    void tell(Smb2Message& message, std::span<const std::byte> bytes);

private:
    using Id = std::pair<std::uint64_t, std::uint64_t>;

    std::uint32_t intern(const std::string& name);
    void ofRequest(Smb2Message& message, std::span<const std::byte> bytes);
    void ofResponse(Smb2Message& message, std::span<const std::byte> bytes);

    Smb2Messages& m_all;
    std::unordered_map<std::string, std::uint32_t> m_known; // looked up only
    std::map<std::pair<std::uint32_t, Id>, std::uint32_t> m_files; // by connection and FileId
    std::map<std::pair<std::uint32_t, Id>, std::uint32_t> m_trees; // … session and TreeId
    std::uint32_t m_lastCreate = 0; // the name that a related request means
};

} // namespace rdrlab::trace
