// Messages out of segments.
//
// The stream of each direction is put together as its sender saw it: a segment that was lost counts
// at its first sending, the repetition only marks the message. So every message has the time at
// which it was put on the wire, also the one that never arrived.
#include "traces/query/smb2.h"
#include "traces/query/smb2bytes.h"
#include "traces/query/smb2subjects.h"
#include "traces/store/spine.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace rdrlab::trace {

namespace {

constexpr std::size_t kFraming = 4; // one byte of type, three of length
constexpr std::size_t kHeader = 64;
constexpr std::uint32_t kServerToRedir = 0x1;
constexpr std::uint32_t kAsync = 0x2;
constexpr std::int32_t kStatusPending = 0x103;
constexpr std::uint16_t kCancel = 12;
constexpr unsigned kMostCompounds = 256;
constexpr std::size_t kLooksBack = 64; // messages of a stream that a repeated segment may belong to
constexpr std::size_t kMostStreams = 1 << 16;
constexpr std::uint64_t kSkipsSay = 256; // packets between two reports of progress

/// One direction of one connection.
struct Stream
{
    std::uint32_t next = 0; // the sequence number of the next byte
    bool isKnown = false; // `next` is
    std::vector<std::byte> bytes; // of the unit that has begun
    std::uint32_t tcpSequence = 0; // of bytes[0]
    Seq first = 0; // the packet that brought bytes[0]
    std::uint64_t firstNs = 0;
    bool isCut = false;
    bool isLost = false;
    std::vector<std::uint32_t> recent; // its last messages
};

class Assembler
{
public:
    Assembler(Smb2Messages& into, const std::vector<std::pair<Seq, SpanId>>& calls)
        : m_into(into)
        , m_calls(calls)
        , m_subjects(into)
    {
    }

    void take(const Packet& packet);
    void finish();

private:
    using Key = std::pair<std::uint32_t, Direction>;

    void append(Stream& stream, const Packet& packet, std::uint32_t from);
    void drop(Stream& stream);
    void units(const Key& key, Stream& stream, const Packet& packet);
    void unit(const Key& key, Stream& stream, std::size_t length, Seq last, std::uint64_t lastNs);
    void message(Smb2Message message, std::span<const std::byte> bytes);
    void match(std::uint32_t index);
    SpanId callAt(Seq seq);

    Smb2Messages& m_into;
    Seq m_lastSeq = 0; // of the latest packet
    std::uint64_t m_lastNs = 0;
    const std::vector<std::pair<Seq, SpanId>>& m_calls; // of packet events, by seq
    Smb2Subjects m_subjects;
    std::map<Key, Stream> m_streams;
    std::unordered_map<std::uint64_t, std::map<std::uint64_t, std::uint32_t>> m_requests;
};

SpanId Assembler::callAt(Seq seq)
{
    const auto found
        = std::lower_bound(m_calls.begin(), m_calls.end(), seq, [](const auto& entry, Seq wanted) {
              return entry.first < wanted;
          });
    return found != m_calls.end() && found->first == seq ? found->second : 0;
}

Smb2Form formOf(std::span<const std::byte> bytes)
{
    if (bytes.size() < 4 || bytes[1] != std::byte('S') || bytes[2] != std::byte('M')
        || bytes[3] != std::byte('B')) {
        return Smb2Form::Foreign;
    }
    switch (std::uint8_t(bytes[0])) {
    case 0xFE:
        return Smb2Form::Message;
    case 0xFD:
        return Smb2Form::Encrypted;
    case 0xFC:
        return Smb2Form::Compressed;
    case 0xFF:
        return Smb2Form::Smb1;
    default:
        return Smb2Form::Foreign;
    }
}

// Whether a unit may begin here, for finding the way back into a stream.
bool looksLikeUnit(std::span<const std::byte> bytes)
{
    return bytes.size() >= kFraming + 4 && bytes[0] == std::byte(0)
        && formOf(bytes.subspan(kFraming)) != Smb2Form::Foreign;
}

void Assembler::drop(Stream& stream)
{
    m_into.skippedBytes += stream.bytes.size();
    stream.bytes.clear();
}

void Assembler::take(const Packet& packet)
{
    m_lastSeq = packet.seq;
    m_lastNs = packet.timeNs;
    if (packet.length == 0 || m_streams.size() >= kMostStreams) {
        return;
    }
    const Key key(packet.connection, packet.direction);
    Stream& stream = m_streams[key];
    // What is new in the segment; distances on a circle of 32 bits.
    std::uint32_t from = 0;
    if (stream.isKnown) {
        const auto behind = std::int32_t(stream.next - packet.tcpSequence);
        if (behind > 0) {
            from = std::min(std::uint32_t(behind), packet.length);
            for (const std::uint32_t index : stream.recent) {
                Smb2Message& message = m_into.messages[index];
                const auto distance = std::int32_t(packet.tcpSequence - message.tcpSequence);
                message.isRepeated = message.isRepeated
                    || (distance >= 0 ? std::uint32_t(distance) < message.unitBytes
                                      : std::uint32_t(-std::int64_t(distance)) < packet.length);
            }
        } else if (behind < 0) {
            drop(stream); // the recording lacks something in between
        }
    }
    if (from < packet.length) {
        append(stream, packet, from);
        units(key, stream, packet);
    }
}

void Assembler::append(Stream& stream, const Packet& packet, std::uint32_t from)
{
    const std::size_t stored = std::min<std::size_t>(packet.payload.size(), packet.length);
    const std::span<const std::byte> fresh(
        packet.payload.data() + std::min<std::size_t>(from, stored),
        stored - std::min<std::size_t>(from, stored));
    if (stream.bytes.empty()) {
        // Between units: only what looks like the begin of one is taken.
        stream.next = packet.tcpSequence + packet.length;
        const bool wasKnown = stream.isKnown;
        stream.isKnown = true;
        if (!looksLikeUnit(fresh) && !(wasKnown && fresh.size() < kFraming + 4 && !fresh.empty())) {
            m_into.skippedBytes += packet.length - from;
            return;
        }
        stream.tcpSequence = packet.tcpSequence + from;
        stream.first = packet.seq;
        stream.firstNs = packet.timeNs;
        stream.isCut = false;
        stream.isLost = false;
    }
    stream.next = packet.tcpSequence + packet.length;
    stream.isKnown = true;
    stream.bytes.insert(stream.bytes.end(), fresh.begin(), fresh.end());
    stream.isLost = stream.isLost || (packet.flags & kPacketLost) != 0;
    if (stored < packet.length) {
        // The rest is not in the file. A liar's length is worth a unit at most.
        constexpr std::size_t kMostMissing = (1u << 24) + kFraming;
        const std::size_t missing = packet.length - std::max<std::size_t>(stored, from);
        stream.isCut = true;
        if (stream.bytes.size() + missing > kMostMissing) {
            drop(stream);
            return;
        }
        stream.bytes.resize(stream.bytes.size() + missing);
    }
}

void Assembler::units(const Key& key, Stream& stream, const Packet& packet)
{
    while (stream.bytes.size() >= kFraming) {
        const std::size_t length = kFraming + bigEndian24(stream.bytes, 1);
        if (stream.bytes[0] != std::byte(0)) {
            drop(stream); // not a message: the sender and we are out of step
            return;
        }
        if (stream.bytes.size() < length) {
            return;
        }
        unit(key, stream, length, packet.seq, packet.timeNs);
        stream.bytes.erase(stream.bytes.begin(), stream.bytes.begin() + std::ptrdiff_t(length));
        stream.tcpSequence += std::uint32_t(length);
        stream.first = packet.seq;
        stream.firstNs = packet.timeNs;
        stream.isCut = stream.isCut && !stream.bytes.empty();
        stream.isLost = (packet.flags & kPacketLost) != 0;
    }
}

void Assembler::unit(
    const Key& key, Stream& stream, std::size_t length, Seq last, std::uint64_t lastNs)
{
    const std::span<const std::byte> whole(stream.bytes.data(), stream.bytes.size());
    const auto bytes = whole.subspan(0, std::min(length, whole.size()));
    Smb2Message common;
    common.seq = stream.first;
    common.last = last;
    common.timeNs = stream.firstNs;
    common.lastNs = lastNs;
    common.connection = key.first;
    common.direction = key.second;
    common.tcpSequence = stream.tcpSequence;
    common.unitBytes = std::uint32_t(length);
    common.isCut = stream.isCut || bytes.size() < length;
    common.isLost = stream.isLost;
    common.call = common.isCut ? 0 : callAt(last);
    if (common.call == 0) {
        common.call = callAt(stream.first);
    }
    const std::size_t firstIndex = m_into.messages.size();
    std::size_t at = kFraming;
    for (unsigned i = 0; i < kMostCompounds && at < length; ++i) {
        common.offset = std::uint32_t(at);
        common.form = at < bytes.size() ? formOf(bytes.subspan(at)) : Smb2Form::Foreign;
        std::size_t next = 0;
        if (common.form == Smb2Form::Message && bytes.size() - at >= kHeader) {
            next = littleEndian(bytes, at + 20, 4);
        }
        const bool isChained = next >= kHeader && next < length - at;
        common.length = std::uint32_t(isChained ? next : length - at);
        message(common, at < bytes.size() ? bytes.subspan(at) : std::span<const std::byte>());
        if (!isChained) {
            break;
        }
        at += next;
    }
    for (std::size_t i = firstIndex; i < m_into.messages.size(); ++i) {
        stream.recent.push_back(std::uint32_t(i));
    }
    if (stream.recent.size() > kLooksBack) {
        stream.recent.erase(
            stream.recent.begin(),
            stream.recent.begin() + std::ptrdiff_t(stream.recent.size() - kLooksBack));
    }
}

void Assembler::message(Smb2Message message, std::span<const std::byte> bytes)
{
    if (m_into.messages.size() >= kNoMessage) {
        return;
    }
    if (message.form == Smb2Form::Message && bytes.size() >= kHeader) {
        message.command = std::uint16_t(littleEndian(bytes, 12, 2));
        message.flags = std::uint32_t(littleEndian(bytes, 16, 4));
        message.messageId = littleEndian(bytes, 24, 8);
        message.sessionId = littleEndian(bytes, 40, 8);
        message.isResponse = (message.flags & kServerToRedir) != 0;
        if ((message.flags & kAsync) != 0) {
            message.asyncId = littleEndian(bytes, 32, 8);
        } else {
            message.treeId = std::uint32_t(littleEndian(bytes, 36, 4));
        }
        if (message.isResponse) {
            message.status = std::int32_t(std::uint32_t(littleEndian(bytes, 8, 4)));
            message.isInterim = message.status == kStatusPending && message.asyncId != 0;
        }
    } else if (message.form == Smb2Form::Encrypted && bytes.size() >= 52) {
        message.sessionId = littleEndian(bytes, 44, 8);
    }
    m_into.messages.push_back(message);
    if (message.form == Smb2Form::Message && bytes.size() >= kHeader) {
        match(std::uint32_t(m_into.messages.size() - 1));
        m_subjects.tell(
            m_into.messages.back(),
            bytes.first(std::min<std::size_t>(bytes.size(), message.length)));
    }
}

void Assembler::match(std::uint32_t index)
{
    Smb2Message& message = m_into.messages[index];
    if (message.messageId == kUnsolicitedMessage) {
        return;
    }
    auto& requests = m_requests[message.connection];
    const auto found = requests.find(message.messageId);
    if (!message.isResponse) {
        if (message.command == kCancel) {
            message.partner = found != requests.end() ? found->second : kNoMessage;
        } else {
            requests[message.messageId] = index;
        }
        return;
    }
    if (found == requests.end()) {
        return;
    }
    message.partner = found->second;
    Smb2Message& request = m_into.messages[found->second];
    if (message.call == 0) {
        message.call = request.call;
    } else if (request.call == 0) {
        request.call = message.call;
    }
    request.partner = index; // of an interim response too, until the final one comes
    if (!message.isInterim) {
        requests.erase(found);
    }
}

void Assembler::finish()
{
    for (auto& [key, stream] : m_streams) {
        if (stream.bytes.size() >= kFraming + 4 && looksLikeUnit(stream.bytes)) {
            const std::size_t length = kFraming + bigEndian24(stream.bytes, 1);
            unit(key, stream, length, m_lastSeq, m_lastNs);
        } else {
            drop(stream);
        }
    }
    m_streams.clear();
}

} // namespace

bool smb2Messages(const Reader& reader, Smb2Messages& into, const Progress& progress)
{
    into = {};
    const Seq lastSeq = reader.lastSeq();
    bool gaveUp = false;
    std::vector<std::pair<Seq, SpanId>> calls;
    const Spine spine(reader);
    bool good = spine.each(
        1, lastSeq,
        [&](const SpineChunkInfo& chunk) {
            gaveUp = gaveUp || (progress && !progress(chunk.first / 4, lastSeq));
            return !gaveUp && chunk.mayHave(EventKind::Packet);
        },
        [&](const SpineColumns& columns, std::size_t i) {
            if (columns.kind[i] == EventKind::Packet && columns.span[i] != 0) {
                calls.emplace_back(columns.first + i, columns.span[i]);
            }
            return !gaveUp;
        });
    Assembler assembler(into, calls);
    std::uint64_t count = 0;
    good = good && !gaveUp && reader.packets([&](const Packet& packet) {
        if (progress && ++count % kSkipsSay == 0) {
            gaveUp = !progress(lastSeq / 4 + packet.seq / 4 * 3, lastSeq);
        }
        assembler.take(packet);
        return !gaveUp;
    });
    assembler.finish();
    return good && !gaveUp;
}

std::optional<std::uint64_t> responseTimeNs(const Smb2Messages& all, const Smb2Message& message)
{
    if (message.partner >= all.messages.size() || message.isInterim) {
        return std::nullopt;
    }
    const Smb2Message& partner = all.messages[message.partner];
    const Smb2Message& request = message.isResponse ? partner : message;
    const Smb2Message& response = message.isResponse ? message : partner;
    if (!response.isResponse || response.isInterim || response.timeNs < request.lastNs) {
        return std::nullopt;
    }
    return response.timeNs - request.lastNs;
}

} // namespace rdrlab::trace
