// The file system behind a share, in memory, with the semantics of [MS-FSA] that a client can see.
// Data lies in 64 KiB chunks that exist only where something was written, so a file may be
// terabytes long. Names keep their case and are found without.
//
// A Node is a file or directory and may have several names (hard links); a Stream is one of its
// data streams. Opens hold nodes by shared_ptr, so a deleted node lives until its last open is
// gone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/server/bytes.h"
#include "engine/server/status.h"

namespace rdrlab::server {

struct Open;
class Volume;

namespace attribute {
inline constexpr std::uint32_t kReadOnly = 0x01, kHidden = 0x02, kSystem = 0x04, kDirectory = 0x10,
                               kArchive = 0x20, kNormal = 0x80, kTemporary = 0x100, kSparse = 0x200,
                               kReparse = 0x400, kCompressed = 0x800, kOffline = 0x1000,
                               kNotIndexed = 0x2000;
inline constexpr std::uint32_t kSettable
    = kReadOnly | kHidden | kSystem | kArchive | kTemporary | kOffline | kNotIndexed;
}

inline constexpr std::uint64_t kClusterBytes = 4096;
inline constexpr std::uint64_t kChunkBytes = 64 * 1024;
inline constexpr std::uint64_t kMaxFileBytes = 1ull << 44; // 16 TiB, NTFS with 4 KiB clusters

inline std::uint64_t roundUp(std::uint64_t value, std::uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/// A byte range lock; `owner` is the open that holds it.
struct RangeLock
{
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool exclusive = false;
    Open* owner = nullptr;
};

class Stream
{
public:
    explicit Stream(Volume& volume)
        : m_volume(volume)
    {
    }
    ~Stream();
    std::u16string name; // empty for the unnamed stream
    std::vector<Open*> opens;
    std::vector<RangeLock> locks;

    std::uint64_t size() const { return m_size; }
    std::uint64_t allocation() const
    {
        return std::max(m_reserved, roundUp(m_size, kClusterBytes));
    }
    /// Appends up to `length` bytes at `offset` to `out`; the caller has checked the offset against
    /// the size.
    void read(std::uint64_t offset, std::size_t length, Buffer& out) const;
    std::uint32_t write(std::uint64_t offset, ByteSpan bytes);
    std::uint32_t resize(std::uint64_t size);
    std::uint32_t setAllocation(std::uint64_t bytes);
    void zero(std::uint64_t from, std::uint64_t to);
    /// Ranges that hold data, merged, within [from, to).
    std::vector<std::pair<std::uint64_t, std::uint64_t>>
    allocated(std::uint64_t from, std::uint64_t to) const;

private:
    void dropChunks(std::uint64_t fromChunk);
    Volume& m_volume;
    std::uint64_t m_size = 0;
    std::uint64_t m_reserved = 0; // what SetAllocation asked beyond the size
    std::map<std::uint64_t, Buffer>
        m_chunks; // a chunk may be shorter than kChunkBytes: the rest is zero
};

struct ExtendedAttribute
{
    std::string name;
    Buffer value;
    std::uint8_t flags = 0;
};

class Node
{
public:
    struct Link
    {
        Node* parent = nullptr;
        std::u16string name;
    };
    struct Entry
    {
        std::u16string name;
        std::shared_ptr<Node> node;
    };

    std::uint64_t id = 0;
    bool directory = false;
    std::uint32_t attributes = 0;
    std::uint64_t created = 0, accessed = 0, written = 0, changed = 0;
    std::vector<Link> links; // empty once deleted
    std::map<std::u16string, Entry> children; // by upcased name
    std::map<std::u16string, std::unique_ptr<Stream>>
        streams; // by upcased name; "" always exists for files
    std::vector<ExtendedAttribute> extendedAttributes;
    Buffer owner, group, dacl,
        sacl; // SIDs and ACLs as on the wire; empty dacl = everything allowed
    Buffer reparse;
    Buffer objectId;
    std::u16string shortName; // set by a client; otherwise made from the long one
    bool deletePending = false;
    std::size_t openCount = 0;

    std::uint32_t visibleAttributes() const
    {
        const std::uint32_t value = attributes | (directory ? attribute::kDirectory : 0);
        return value ? value : attribute::kNormal;
    }
    Stream* data()
    {
        const auto found = streams.find(u"");
        return found == streams.end() ? nullptr : found->second.get();
    }
    std::u16string path() const; // with backslashes, without a leading one; of the first link
    std::uint32_t eaBytes() const;
    bool isBelow(const Node* ancestor) const;
};

class Volume
{
public:
    Volume(
        std::uint64_t capacityBytes, std::u16string label, std::uint32_t serial, std::uint64_t now);
    ~Volume();

    std::shared_ptr<Node> root;
    std::u16string label;
    std::uint32_t serial;
    std::uint64_t created;
    std::uint64_t capacity;
    std::uint64_t used = 0;
    Buffer objectId;

    // Quota control ([MS-FSCC] 2.5.2) and the entries per SID, as set by clients
    std::uint64_t quotaThreshold = ~0ull, quotaLimit = ~0ull;
    std::uint32_t quotaFlags = 0;
    struct Quota
    {
        std::uint64_t threshold, limit, changed;
    };
    std::map<std::vector<std::uint8_t>, Quota> quotas;

    std::shared_ptr<Node> make(bool directory, std::uint64_t now);
    void link(const std::shared_ptr<Node>& node, Node& parent, std::u16string_view name);
    void unlink(Node& parent, std::u16string_view name);
    Stream& addStream(Node& node, std::u16string_view name);
    std::shared_ptr<Node> child(const Node& directory, std::u16string_view name) const;
    /// Walks a path whose parts are separated by \ or /.
    std::shared_ptr<Node> find(std::u16string_view path) const;
    std::shared_ptr<Node> byId(std::uint64_t id) const;
    bool take(std::uint64_t bytes)
    {
        if (bytes > capacity - used) {
            return false;
        }
        used += bytes;
        return true;
    }
    void giveBack(std::uint64_t bytes) { used -= bytes; }
    bool quotaTracking() const { return (quotaFlags & 3) != 0; }

private:
    std::uint64_t m_nextId
        = 0x0001'0000'0000'0005ull; // looks like NTFS: sequence 1, record 5 is the root
};

std::vector<std::u16string> splitPath(std::u16string_view path);
/// A legal name of one path component (no wildcards, separators or control characters; at most
/// 255).
bool legalName(std::u16string_view name);
/// FsRtlIsNameInExpression's rules with * ? < > " ; both upcased.
bool matches(std::u16string_view pattern, std::u16string_view name);
bool hasWildcards(std::u16string_view text);
/// Whether `name` is an 8.3 name as it stands, in either case.
bool is83(std::u16string_view name);
/// The 8.3 name of a node under `name`: its own, or two letters, a hash and ~1, as NTFS makes them
/// after many collisions.
std::u16string alternateName(const Node& node, std::u16string_view name);

} // namespace rdrlab::server
