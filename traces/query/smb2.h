// SMB2 as it stands on the recorded wire: which messages there were, what answered what, and the
// meaning of their bytes.
//
// A trace holds TCP segments. A *unit* is what the four bytes of length in front of it frame on a
// connection: one message, or several that were sent together (a compound). Bytes come from a file
// that anyone may have made: every offset in them is checked, every list and every chain has an
// end, and what does not fit is told as a wrong field instead of being believed.
//
// Source   [MS-SMB2] 2.1 (transport), 2.2 (messages); [MS-FSCC] 2.4 (information classes)
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rdrlab::trace {

/// What the bytes after the length are, by the first four of them.
enum class Smb2Form : std::uint8_t
{
    Message, // FE 'S' 'M' 'B': readable
    Encrypted, // FD: an SMB2 TRANSFORM_HEADER; the recording has no key
    Compressed, // FC
    Smb1, // FF: the NEGOTIATE of an old client
    Foreign // anything else
};

constexpr std::uint32_t kNoMessage = UINT32_MAX;
constexpr std::uint64_t kUnsolicitedMessage = UINT64_MAX; // the MessageId of a break notification

/// Which kind of information a request asks for or sets. Its response does not say it again, so
/// that the bytes of one mean nothing without it.
struct Smb2Question
{
    std::uint8_t infoType = 0; // SMB2_0_INFO_FILE …; 0: not known
    std::uint8_t infoClass = 0;
};

/// One message. Of a form other than Message only the place is known.
struct Smb2Message
{
    Seq seq = 0; // the packet event that brought its unit's first byte
    Seq last = 0; // … its last; of one that the recording ends in: the last packet of all
    std::uint64_t timeNs = 0; // of `seq`
    std::uint64_t lastNs = 0; // of `last`
    SpanId call = 0; // the exchange it is part of; 0: none is recorded
    std::uint64_t messageId = 0;
    std::uint64_t sessionId = 0;
    std::uint64_t asyncId = 0; // of an asynchronous one
    std::uint32_t connection = 0;
    std::uint32_t tcpSequence = 0; // of the unit's first byte, the length in front included
    std::uint32_t unitBytes = 0; // of the whole unit, that length included
    std::uint32_t offset = 0; // of this message's first byte in the unit
    std::uint32_t length = 0;
    std::uint32_t treeId = 0; // of one that is not asynchronous
    std::uint32_t flags = 0; // SMB2_FLAGS_…
    std::int32_t status = 0; // of a response
    /// A request's final response, a response's request, a CANCEL's victim: an index.
    std::uint32_t partner = kNoMessage;
    std::uint64_t fileOffset = 0; // READ, WRITE
    std::uint32_t count = 0; // READ, WRITE: bytes asked for, in a response bytes moved
    std::uint32_t name = 0; // the file or share it is about: an index into names, 0 for none
    std::uint16_t command = 0;
    Smb2Question question; // QUERY_DIRECTORY, QUERY_INFO, SET_INFO; of a response its request's
    Direction direction = Direction::ToServer;
    Smb2Form form = Smb2Form::Foreign;
    bool isResponse = false;
    bool isInterim = false; // STATUS_PENDING: the answer comes later
    bool isCut = false; // the recording ends in it, or kept fewer bytes than were sent
    bool isLost = false; // a segment of it never arrived at first
    bool isRepeated = false; // a segment of it was sent again
};

struct Smb2Messages
{
    std::vector<Smb2Message> messages; // by `last`, then by place in the unit
    std::vector<std::string> names; // UTF-8 without control characters; [0] is ""
    std::uint64_t skippedBytes = 0; // that belong to no message: gaps in the recording
};

/// Finds all messages of a trace: one pass over its packets. False when the trace cannot be read or
/// `progress` gave up.
bool smb2Messages(const Reader& reader, Smb2Messages& into, const Progress& progress = {});

/// How long a message was waited for: a request from its last byte to its final response's first, a
/// response from its request's last byte. Nothing when there is no partner.
std::optional<std::uint64_t> responseTimeNs(const Smb2Messages& all, const Smb2Message& message);

/// Bytes of a unit, from one up to another.
struct WireRange
{
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// A unit as it can be decoded.
struct Smb2Unit
{
    std::vector<std::byte> bytes; // shorter than unitBytes where the file ends
    std::vector<WireRange> missing; // that were not recorded, ascending: zeros in `bytes`
    std::vector<Smb2Question> questions; // of its messages, in order
};

/// The unit that all.messages[index] came in, put together from its segments.
Smb2Unit smb2Unit(const Reader& reader, const Smb2Messages& all, std::size_t index);

/// One field of a decoded unit; those inside a structure follow it.
struct WireField
{
    std::string name; // as [MS-SMB2] spells it
    std::string value; // as a person reads it; "" for a structure that only holds others
    std::uint32_t offset = 0; // in the unit
    std::uint32_t length = 0;
    std::int32_t parent = -1; // an index, smaller than its own; -1: outermost
    bool isWrong = false; // the bytes end before it, or say what cannot be
};

/// The most fields that are told of one unit; when there are more a last one says so.
constexpr std::size_t kMostWireFields = 32768;

/// The meaning of a unit, or of any bytes at all. Parents stand before what is in them. A field of
/// bytes that were not recorded says that instead of a value.
std::vector<WireField> decodeSmb2(const Smb2Unit& unit);
std::vector<WireField> decodeSmb2(std::span<const std::byte> bytes);

/// "CREATE"; empty for a command that [MS-SMB2] does not have.
std::string_view smb2CommandName(std::uint16_t command);

} // namespace rdrlab::trace
