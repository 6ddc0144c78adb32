// A place in a unit's bytes that moves on as fields are told; behind smb2.h.
//
// Running out of bytes tells one wrong field and then nothing more inside the same structure, so
// that the routines of the commands read like the tables of [MS-SMB2].
#pragma once

#include "traces/query/smb2.h"
#include "traces/query/smb2names.h"

namespace rdrlab::trace {

class Smb2Decoder
{
public:
    explicit Smb2Decoder(std::span<const std::byte> bytes)
        : m_bytes(bytes)
    {
    }

    std::vector<WireField> takeFields() { return std::move(m_fields); }

    /// The end of what belongs to the present message; nothing is read behind it.
    void setEnd(std::size_t end) { m_end = std::min(end, m_bytes.size()); }
    std::size_t end() const { return m_end; }
    std::size_t at() const { return m_at; }
    bool isAtEnd() const { return m_failed || m_at >= m_end; }
    bool isFull() const { return m_fields.size() >= kMostWireFields; }
    bool has(std::size_t at, std::size_t count) const { return at <= m_end && count <= m_end - at; }
    std::uint64_t peek(std::size_t at, std::size_t count) const; // 0 where there are no bytes
    std::span<const std::byte> bytes(std::size_t at, std::size_t count) const;

    /// Fields told until the scope ends stand inside `name`. Starts at `at` and comes back to where
    /// the place was before, unless it is told to stay.
    class Scope
    {
    public:
        Scope(Smb2Decoder& decoder, std::string name, std::size_t at, bool returns = true);
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        void say(std::string value);
        void covers(std::size_t length) { m_length = length; }

    private:
        Smb2Decoder& m_decoder;
        std::size_t m_index; // SIZE_MAX: no more fields fit
        std::size_t m_begin;
        std::size_t m_back;
        std::size_t m_length = 0; // 0: as far as was read
        std::int32_t m_parent;
        bool m_returns;
        bool m_failedBefore;
    };

    // Each tells one field at the place and moves behind it; 0 when there are not enough bytes.
    std::uint64_t number(const char* name, std::size_t count);
    std::uint64_t hex(const char* name, std::size_t count);
    std::uint64_t choice(const char* name, std::size_t count, WireNames names);
    std::uint64_t flags(const char* name, std::size_t count, WireNames names);
    std::int32_t status(const char* name);
    void time(const char* name); // FILETIME
    void guid(const char* name);
    void fileId(const char* name);
    void raw(const char* name, std::size_t count); // bytes without a meaning of their own
    void skip(std::size_t count) { m_at += count; } // reserved

    // Fields elsewhere in the message.
    void text(const char* name, std::size_t at, std::size_t count); // UTF-16
    void blob(const char* name, std::size_t at, std::size_t count);
    void wrong(const char* name, std::string what);

private:
    bool take(const char* name, std::size_t count, std::uint64_t& value);
    void add(std::string name, std::string value, std::size_t at, std::size_t count, bool isWrong);

    std::span<const std::byte> m_bytes;
    std::vector<WireField> m_fields;
    std::size_t m_at = 0;
    std::size_t m_end = 0;
    std::int32_t m_parent = -1;
    bool m_failed = false;
};

/// UTF-8 from UTF-16 in bytes; what is no character becomes U+FFFD.
std::string wireText(std::span<const std::byte> bytes);

/// The command's own part, behind the header at `header`.
void decodeSmb2Body(
    Smb2Decoder& decoder, std::uint16_t command, bool isResponse, bool isError, std::size_t header);

/// The lists that hang from NEGOTIATE and CREATE.
void decodeNegotiateContexts(
    Smb2Decoder& decoder, std::size_t header, std::size_t at, std::size_t count);
void decodeCreateContexts(Smb2Decoder& decoder, std::size_t at, std::size_t bytes);
/// What QUERY_INFO brings and SET_INFO sends, where the class is known.
void decodeInformation(
    Smb2Decoder& decoder, unsigned type, unsigned infoClass, std::size_t at, std::size_t bytes);
/// A security token: its size and, where it is NTLM, which of the three messages.
void decodeToken(Smb2Decoder& decoder, std::size_t at, std::size_t bytes);

} // namespace rdrlab::trace
