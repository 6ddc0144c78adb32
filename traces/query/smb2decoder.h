// A place in a unit's bytes that moves on as fields are told; behind smb2.h.
//
// Running out of bytes tells one wrong field and then nothing more inside the same structure, so
// that the routines of the commands read like the tables of [MS-SMB2].
#pragma once

#include "traces/query/smb2.h"
#include "traces/query/smb2names.h"

#include <algorithm>
#include <functional>

namespace rdrlab::trace {

/// The message that is being told.
struct Smb2Told
{
    std::size_t header = 0; // where it begins; offsets inside it count from there
    std::uint16_t command = 0;
    bool isResponse = false;
    std::int32_t status = 0; // of a response
    Smb2Question question; // of a response: what its request asked for
};

class Smb2Decoder
{
public:
    explicit Smb2Decoder(std::span<const std::byte> bytes)
        : m_bytes(bytes)
    {
    }

    /// All that was told; a last field says so when that is not everything. Values that come from
    /// `missing` bytes are not told.
    std::vector<WireField> takeFields(std::span<const WireRange> missing);

    void setTold(const Smb2Told& told) { m_told = told; }
    const Smb2Told& told() const { return m_told; }

    /// The end of what belongs to the present message; nothing is read behind it.
    void setEnd(std::size_t end) { m_end = std::min(end, m_bytes.size()); }
    std::size_t end() const { return m_end; }
    std::size_t at() const { return m_at; }
    bool isAtEnd() const { return m_failed || m_at >= m_end; }
    bool hasFailed() const { return m_failed; } // the bytes ended before a field of this structure
    std::size_t left() const { return isAtEnd() ? 0 : m_end - m_at; }
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

    /// Nothing behind `end` is read until the scope ends: a structure does not see past its own.
    class Window
    {
    public:
        Window(Smb2Decoder& decoder, std::size_t end)
            : m_decoder(decoder)
            , m_before(decoder.m_end)
        {
            decoder.m_end = std::min(decoder.m_end, end);
        }
        ~Window() { m_decoder.m_end = m_before; }
        Window(const Window&) = delete;
        Window& operator=(const Window&) = delete;

    private:
        Smb2Decoder& m_decoder;
        std::size_t m_before;
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

    /// Offset and length of what stands elsewhere in the message, two fields.
    struct Area
    {
        std::size_t at = 0; // in the unit
        std::size_t bytes = 0;
    };
    Area area(
        const char* offsetName,
        std::size_t offsetBytes,
        const char* lengthName,
        std::size_t lengthBytes);

    // Fields elsewhere in the message. A text comes back as it is shown, without quotes.
    std::string text(const char* name, std::size_t at, std::size_t count); // UTF-16
    std::string narrowText(const char* name, std::size_t at, std::size_t count); // one byte each
    void blob(const char* name, std::size_t at, std::size_t count);
    std::string text(const char* name, Area area) { return text(name, area.at, area.bytes); }
    void blob(const char* name, Area area) { blob(name, area.at, area.bytes); }
    /// A field whose meaning the caller has read out of its bytes.
    void said(const char* name, std::string value, std::size_t at, std::size_t count);
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
    Smb2Told m_told;
};

/// UTF-8 from UTF-16 in bytes; what is no character becomes U+FFFD.
std::string wireText(std::span<const std::byte> bytes);

/// "0 (not set)", "2021-03-04 05:06:07.0000000 UTC"; ticks of 100 ns since 1601.
std::string wireTime(std::uint64_t ticks);

/// The command's own part, behind the header of decoder.told().
void decodeSmb2Body(Smb2Decoder& decoder, bool isError);

// What hangs from a command's fixed part. Each stays inside the bytes it is given, and the place is
// afterwards where it was.

/// Records in `bytes` bytes, each of which begins with the distance to the next one.
/// `record` tells the rest of one; what it returns is how the record is called, "" for nothing.
void decodeChain(
    Smb2Decoder& decoder,
    const char* name,
    std::size_t at,
    std::size_t bytes,
    std::size_t smallest,
    const std::function<std::string()>& record,
    const char* nextName = "NextEntryOffset");

void decodeNegotiateContexts(Smb2Decoder& decoder, std::size_t at, std::size_t count);
void decodeCreateContexts(Smb2Decoder& decoder, Smb2Decoder::Area area);
/// What ERROR brings, by the status of decoder.told().
void decodeErrorData(Smb2Decoder& decoder, std::size_t contexts, Smb2Decoder::Area area);
/// How the bytes of an information class are told.
struct WireShape
{
    std::uint8_t infoClass;
    void (*tell)(Smb2Decoder& decoder);
};
/// False when no shape is the class's.
bool decodeShape(Smb2Decoder& decoder, std::span<const WireShape> shapes, std::uint8_t infoClass);
/// Entries of a directory, a file system's information, at the place and up to the decoder's end;
/// false for a class that is not one.
bool decodeDirectory(Smb2Decoder& decoder, std::uint8_t infoClass);
bool decodeVolume(Smb2Decoder& decoder, std::uint8_t infoClass);
/// CreationTime, LastAccessTime, LastWriteTime, ChangeTime.
void decodeTimes(Smb2Decoder& decoder);
/// What QUERY_DIRECTORY and QUERY_INFO bring and SET_INFO sends.
void decodeInformation(Smb2Decoder& decoder, Smb2Question question, Smb2Decoder::Area area);
/// What QUERY_INFO sends along with its question.
void decodeInformationInput(Smb2Decoder& decoder, Smb2Question question, Smb2Decoder::Area area);
/// FILE_FULL_EA_INFORMATION, of files and of CREATE.
void decodeAttributes(Smb2Decoder& decoder, Smb2Decoder::Area area);
void decodeSecurityDescriptor(Smb2Decoder& decoder, Smb2Decoder::Area area);
/// A SID at the place, which moves behind it; returns "S-1-5-18 (Local System)".
std::string decodeSid(Smb2Decoder& decoder, const char* name);
/// What IOCTL sends (isOutput false) and brings.
void decodeControl(Smb2Decoder& decoder, std::uint32_t code, bool isOutput, Smb2Decoder::Area area);
/// A REPARSE_DATA_BUFFER at the place.
void decodeReparsePoint(Smb2Decoder& decoder);
/// A security token: SPNEGO and what is in it, or NTLM alone.
void decodeToken(Smb2Decoder& decoder, Smb2Decoder::Area area);
/// An NTLM message.
void decodeNtlm(Smb2Decoder& decoder, Smb2Decoder::Area area);

} // namespace rdrlab::trace
