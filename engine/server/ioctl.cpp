// IOCTL: [MS-SMB2] 3.3.5.15, [MS-FSCC] 2.3.
#include <algorithm>

#include "engine/server/core.h"

namespace rdrlab::server {

namespace {

namespace fsctl {
constexpr std::uint32_t kGetReparse
    = 0x000900A8,
    kSetReparse = 0x000900A4, kDeleteReparse = 0x000900AC, kSetSparse = 0x000900C4,
    kSetZeroData = 0x000980C8, kQueryAllocated = 0x000940CF, kGetCompression = 0x0009003C,
    kSetCompression = 0x0009C040, kCreateObjectId = 0x000900C0, kGetObjectId = 0x0009009C,
    kDfsReferrals = 0x00060194, kDfsReferralsEx = 0x000601B0, kResumeKey = 0x00140078,
    kCopyChunk = 0x001440F2, kCopyChunkWrite = 0x001480F2, kValidateNegotiate = 0x00140204,
    kNetworkInterfaces = 0x001401FC, kPipeWait = 0x00110018, kPipeTransceive = 0x0011C017,
    kLmrResiliency = 0x001401D4, kSnapshots = 0x00144064, kVolumeData = 0x00090064;
}
constexpr std::uint32_t kMaxChunks = 256, kMaxChunkBytes = 1u << 20, kMaxCopyBytes = 16u << 20;

} // namespace

std::uint32_t ConnectionCore::ioctl(Request& request, Reply& reply, Chain& chain)
{
    Reader in(request.body);
    in.seek(4);
    const std::uint32_t code = in.u32();
    const std::uint64_t persistentId = in.u64();
    const std::uint64_t volatileId = in.u64();
    const std::uint32_t inputOffset = in.u32();
    const std::uint32_t inputBytes = in.u32();
    in.skip(12);
    const std::uint32_t room = in.u32();
    const std::uint32_t flags = in.u32();
    Reader whole(request.message);
    const ByteSpan input = whole.part(inputOffset, inputBytes);
    if (!in.ok() || !whole.ok()) {
        return status::kInvalidParameter;
    }
    if (flags != 1) {
        return status::kNotSupported;
    }
    Reader value(input);
    Writer out;
    std::uint32_t result = status::kSuccess;
    switch (code) {
    case fsctl::kDfsReferrals:
    case fsctl::kDfsReferralsEx:
        return status::kNotFound;
    case fsctl::kNetworkInterfaces:
    case fsctl::kPipeWait:
    case fsctl::kPipeTransceive:
        return status::kInvalidDeviceRequest;
    case fsctl::kValidateNegotiate: {
        // 3.3.5.15.12: any difference from what NEGOTIATE said ends the connection.
        const std::uint32_t capabilities = value.u32();
        const ByteSpan guid = value.bytes(16);
        const std::uint16_t mode = value.u16();
        const std::uint16_t count = value.u16();
        std::uint16_t best = 0;
        for (std::uint16_t i = 0; i < count; ++i) {
            const std::uint16_t offered = value.u16();
            if (offered <= static_cast<std::uint16_t>(m_server.options.maxDialect)
                && offered >= static_cast<std::uint16_t>(m_server.options.minDialect)) {
                best = std::max(best, offered);
            }
        }
        if (!value.ok() || dialect == Dialect::Smb311 || capabilities != m_clientCapabilities
            || mode != m_clientSecurityMode || !crypto::equal(guid, clientGuid)
            || best != static_cast<std::uint16_t>(dialect)) {
            disconnect(true);
            return status::kInvalidParameter;
        }
        Reply again;
        negotiateReply(again, best, false);
        Reader told(again.buffer);
        told.seek(2);
        const std::uint16_t serverMode = told.u16();
        told.seek(24);
        out.u32(told.u32());
        out.bytes(m_server.guid);
        out.u16(serverMode);
        out.u16(best);
        break;
    }
    default:
        break;
    }
    if (code != fsctl::kValidateNegotiate) {
        const auto open = findOpen(request, chain, persistentId, volatileId);
        if (!open) {
            return status::kFileClosed;
        }
        request.text = narrow(open->share->name + u"\\" + open->name);
        Node& node = *open->node;
        Stream* stream = open->stream;
        const bool writes = (open->access & access::kWriteData) != 0;
        switch (code) {
        case fsctl::kGetReparse:
            if (node.reparse.empty()) {
                return status::kNotAReparsePoint;
            }
            out.bytes(node.reparse);
            break;
        case fsctl::kSetReparse:
            if (input.size() < 8 || input.size() > 16384) {
                return 0xC0000278u; // STATUS_IO_REPARSE_DATA_INVALID
            }
            if (!(open->access & (access::kWriteData | access::kWriteAttributes))) {
                return status::kAccessDenied;
            }
            node.reparse.assign(input.begin(), input.end());
            node.attributes |= attribute::kReparse;
            break;
        case fsctl::kDeleteReparse:
            if (node.reparse.empty()) {
                return status::kNotAReparsePoint;
            }
            node.reparse.clear();
            node.attributes &= ~attribute::kReparse;
            break;
        case fsctl::kSetSparse:
            if (!stream) {
                return status::kInvalidParameter;
            }
            if (!(open->access & (access::kWriteData | access::kWriteAttributes))) {
                return status::kAccessDenied;
            }
            node.attributes = input.empty() || value.u8() ? node.attributes | attribute::kSparse
                                                          : node.attributes & ~attribute::kSparse;
            break;
        case fsctl::kSetZeroData: {
            const std::uint64_t from = value.u64();
            const std::uint64_t to = value.u64();
            if (!value.ok() || !stream || from > to || to >> 63) {
                return status::kInvalidParameter;
            }
            if (!writes) {
                return status::kAccessDenied;
            }
            m_server.breakReaders(*stream, *open);
            stream->zero(from, std::min(to, stream->size()));
            break;
        }
        case fsctl::kQueryAllocated: {
            const std::uint64_t from = value.u64();
            const std::uint64_t length = value.u64();
            if (!value.ok() || !stream || (from | length) >> 63) {
                return status::kInvalidParameter;
            }
            for (const auto& [first, last] : stream->allocated(from, from + length)) {
                if (out.size() + 16 > room) {
                    result = out.size() ? status::kBufferOverflow : status::kBufferTooSmall;
                    break;
                }
                out.u64(first);
                out.u64(last - first);
            }
            break;
        }
        case fsctl::kGetCompression:
            out.u16((node.attributes & attribute::kCompressed) ? 2 : 0);
            break;
        case fsctl::kSetCompression: {
            const std::uint16_t format = value.u16();
            if (!value.ok() || format > 2) {
                return status::kInvalidParameter;
            }
            node.attributes = format ? node.attributes | attribute::kCompressed
                                     : node.attributes & ~attribute::kCompressed;
            break;
        }
        case fsctl::kCreateObjectId:
        case fsctl::kGetObjectId:
            if (node.objectId.empty()) {
                if (code == fsctl::kGetObjectId) {
                    return 0xC00002F0u; // STATUS_OBJECTID_NOT_FOUND
                }
                Writer objectId;
                objectId.u64(node.id);
                objectId.u64(m_server.random());
                node.objectId = std::move(objectId.buffer);
            }
            out.bytes(node.objectId);
            out.bytes(m_server.guid);
            out.bytes(node.objectId);
            out.zeros(16);
            break;
        case fsctl::kVolumeData: {
            const Volume& volume = *open->share->volume;
            const std::uint64_t clusters = volume.capacity / kClusterBytes;
            out.u64(volume.serial);
            out.u64(volume.capacity / 512);
            out.u64(clusters);
            out.u64(clusters - volume.used / kClusterBytes);
            out.u64(0);
            out.u32(512);
            out.u32(static_cast<std::uint32_t>(kClusterBytes));
            out.u32(1024);
            out.u32(0);
            out.zeros(40);
            break;
        }
        case fsctl::kSnapshots:
            out.u32(0);
            out.u32(0);
            out.u32(0);
            break;
        case fsctl::kLmrResiliency: {
            const std::uint32_t timeoutMs = value.u32();
            if (!value.ok() || input.size() < 8 || !stream || dialect < Dialect::Smb210) {
                return status::kInvalidParameter;
            }
            open->durable = true;
            open->durableTimeoutNs
                = std::min<std::uint64_t>(timeoutMs ? timeoutMs : 120'000, 300'000) * 1'000'000;
            break;
        }
        case fsctl::kResumeKey:
            if (!stream) {
                return status::kInvalidDeviceRequest;
            }
            out.u64(open->persistentId);
            out.u64(open->volatileId);
            out.u64(0);
            out.u32(0);
            out.u32(0);
            break;
        case fsctl::kCopyChunk:
        case fsctl::kCopyChunkWrite: {
            const std::uint64_t sourceId = value.u64();
            const std::uint64_t sourceVolatile = value.u64();
            value.u64();
            const std::uint32_t count = value.u32();
            value.u32();
            const auto source = m_server.opens.find(sourceId);
            if (!value.ok() || !stream) {
                return status::kInvalidParameter;
            }
            if (source == m_server.opens.end() || source->second->volatileId != sourceVolatile
                || source->second->session != open->session) {
                return status::kObjectNameNotFound;
            }
            if (!source->second->stream || !(source->second->access & access::kReadData) || !writes
                || (code == fsctl::kCopyChunk && !(open->access & access::kReadData))) {
                return status::kAccessDenied;
            }
            std::uint64_t total = 0;
            std::uint32_t done = 0;
            bool tooMuch = count > kMaxChunks;
            Reader sizes(input.subspan(std::min<std::size_t>(32, input.size())));
            for (std::uint32_t i = 0; i < count && !tooMuch && sizes.left() >= 24; ++i) {
                sizes.skip(16);
                const std::uint32_t bytes = sizes.u32();
                sizes.u32();
                total += bytes;
                tooMuch = bytes == 0 || bytes > kMaxChunkBytes || total > kMaxCopyBytes;
            }
            if (tooMuch) {
                // differs: 3.3.5.15.6.2 sends the limits along with the error.
                return status::kInvalidParameter;
            }
            total = 0;
            m_server.breakReaders(*stream, *open);
            for (std::uint32_t i = 0; i < count; ++i) {
                const std::uint64_t from = value.u64();
                const std::uint64_t to = value.u64();
                const std::uint32_t bytes = value.u32();
                value.u32();
                const Stream& sourceStream = *source->second->stream;
                if (!value.ok()) {
                    return status::kInvalidParameter;
                }
                if (from > sourceStream.size() || bytes > sourceStream.size() - from) {
                    return 0xC000001Fu; // STATUS_INVALID_VIEW_SIZE
                }
                Buffer copy;
                sourceStream.read(from, bytes, copy);
                if (const std::uint32_t written = stream->write(to, copy);
                    written != status::kSuccess) {
                    return written;
                }
                total += bytes;
                ++done;
            }
            node.written = node.changed = m_server.fileTime();
            out.u32(done);
            out.u32(0);
            out.u32(static_cast<std::uint32_t>(total));
            notifyModified(m_server, *open, notifyfilter::kLastWrite | notifyfilter::kSize);
            break;
        }
        default:
            return status::kInvalidDeviceRequest;
        }
    }
    if (out.size() > room && result == status::kSuccess) {
        return status::kBufferTooSmall;
    }
    if (status::isError(result)) {
        return result;
    }
    reply.u16(49);
    reply.u16(0);
    reply.u32(code);
    reply.u64(persistentId);
    reply.u64(volatileId);
    reply.u32(kHeaderBytes + 48);
    reply.u32(0);
    reply.u32(kHeaderBytes + 48);
    reply.u32(static_cast<std::uint32_t>(out.size()));
    reply.u32(0);
    reply.u32(0);
    reply.bytes(out.buffer);
    return result;
}

} // namespace rdrlab::server
