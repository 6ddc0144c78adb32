// Chunks, names and the tree. Nothing here knows about SMB2.
#include "engine/server/memfs.h"

#include <algorithm>

namespace rdrlab::server {

Stream::~Stream()
{
    dropChunks(0);
}

void Stream::dropChunks(std::uint64_t fromChunk)
{
    for (auto it = m_chunks.lower_bound(fromChunk); it != m_chunks.end(); it = m_chunks.erase(it)) {
        m_volume.giveBack(kChunkBytes);
    }
}

void Stream::read(std::uint64_t offset, std::size_t length, Buffer& out) const
{
    if (offset >= m_size) {
        return;
    }
    length = static_cast<std::size_t>(std::min<std::uint64_t>(length, m_size - offset));
    std::size_t at = out.size();
    out.resize(at + length);
    while (length > 0) {
        const std::size_t inside = static_cast<std::size_t>(offset % kChunkBytes);
        const std::size_t count = std::min<std::size_t>(length, kChunkBytes - inside);
        const auto chunk = m_chunks.find(offset / kChunkBytes);
        std::size_t have = 0;
        if (chunk != m_chunks.end() && chunk->second.size() > inside) {
            have = std::min(count, chunk->second.size() - inside);
            std::memcpy(out.data() + at, chunk->second.data() + inside, have);
        }
        std::memset(out.data() + at + have, 0, count - have);
        at += count;
        offset += count;
        length -= count;
    }
}

std::uint32_t Stream::write(std::uint64_t offset, ByteSpan bytes)
{
    if (offset > kMaxFileBytes || bytes.size() > kMaxFileBytes - offset) {
        return offset >> 63 ? status::kInvalidParameter : status::kDiskFull;
    }
    const std::uint64_t end = offset + bytes.size();
    while (!bytes.empty()) {
        const std::size_t inside = static_cast<std::size_t>(offset % kChunkBytes);
        const std::size_t count = std::min<std::size_t>(bytes.size(), kChunkBytes - inside);
        auto chunk = m_chunks.find(offset / kChunkBytes);
        if (chunk == m_chunks.end()) {
            if (!m_volume.take(kChunkBytes)) {
                return status::kDiskFull;
            }
            chunk = m_chunks.emplace(offset / kChunkBytes, Buffer()).first;
        }
        Buffer& data = chunk->second;
        if (data.size() < inside + count) {
            const std::size_t old = data.size();
            if (inside + count > 4096) {
                data.reserve(kChunkBytes);
            }
            data.resize(inside + count);
            if (old < inside) {
                std::memset(data.data() + old, 0, inside - old);
            }
        }
        std::memcpy(data.data() + inside, bytes.data(), count);
        bytes = bytes.subspan(count);
        offset += count;
    }
    m_size = std::max(m_size, end);
    return status::kSuccess;
}

void Stream::zero(std::uint64_t from, std::uint64_t to)
{
    for (auto it = m_chunks.lower_bound(from / kChunkBytes);
         it != m_chunks.end() && it->first * kChunkBytes < to;) {
        const std::uint64_t base = it->first * kChunkBytes;
        Buffer& data = it->second;
        const std::uint64_t first = std::max(from, base) - base;
        const std::uint64_t last = std::min(to - base, kChunkBytes);
        if (first == 0 && last >= data.size()) {
            it = m_chunks.erase(it);
            m_volume.giveBack(kChunkBytes);
            continue;
        }
        if (first < data.size()) {
            std::memset(
                data.data() + first, 0,
                static_cast<std::size_t>(std::min<std::uint64_t>(last, data.size()) - first));
        }
        ++it;
    }
}

std::uint32_t Stream::resize(std::uint64_t size)
{
    if (size >> 63) {
        return status::kInvalidParameter;
    }
    if (size > kMaxFileBytes) {
        return status::kDiskFull;
    }
    if (size < m_size) {
        dropChunks(roundUp(size, kChunkBytes) / kChunkBytes);
        const auto last = m_chunks.find(size / kChunkBytes);
        if (last != m_chunks.end() && last->second.size() > size % kChunkBytes) {
            last->second.resize(static_cast<std::size_t>(size % kChunkBytes));
        }
        m_reserved = 0;
    }
    m_size = size;
    return status::kSuccess;
}

std::uint32_t Stream::setAllocation(std::uint64_t bytes)
{
    if (bytes >> 63) {
        return status::kInvalidParameter;
    }
    if (bytes > kMaxFileBytes || bytes > m_volume.capacity) {
        return status::kDiskFull;
    }
    if (bytes < m_size) {
        resize(bytes);
    }
    m_reserved = roundUp(bytes, kClusterBytes);
    return status::kSuccess;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>>
Stream::allocated(std::uint64_t from, std::uint64_t to) const
{
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    to = std::min(to, m_size);
    for (const auto& [index, data] : m_chunks) {
        const std::uint64_t first = std::max(from, index * kChunkBytes);
        const std::uint64_t last = std::min(to, (index + 1) * kChunkBytes);
        if (first >= last) {
            continue;
        }
        if (!ranges.empty() && ranges.back().second == first) {
            ranges.back().second = last;
        } else {
            ranges.emplace_back(first, last);
        }
    }
    return ranges;
}

std::u16string Node::path() const
{
    std::u16string text;
    // Bounded by the depth of the tree, which names of at most 32 KiB bound in turn.
    for (const Node* node = this; !node->links.empty() && node->links[0].parent;
         node = node->links[0].parent) {
        text = text.empty() ? node->links[0].name : node->links[0].name + u"\\" + text;
    }
    return text;
}

std::uint32_t Node::eaBytes() const
{
    std::size_t total = 0;
    for (const auto& ea : extendedAttributes) {
        total += 5 + ea.name.size() + ea.value.size();
    }
    return static_cast<std::uint32_t>(total ? total + 4 : 0);
}

bool Node::isBelow(const Node* ancestor) const
{
    for (const Node* node = this; node;
         node = node->links.empty() ? nullptr : node->links[0].parent) {
        if (node == ancestor) {
            return true;
        }
    }
    return false;
}

Volume::Volume(
    std::uint64_t capacityBytes,
    std::u16string labelText,
    std::uint32_t serialNumber,
    std::uint64_t now)
    : label(std::move(labelText))
    , serial(serialNumber)
    , created(now)
    , capacity(capacityBytes)
{
    root = make(true, now);
    root->links.push_back({ nullptr, u"" });
}

Volume::~Volume()
{
    // Taken apart by hand: the destructor chain of a deep tree would recurse once per level.
    std::vector<std::shared_ptr<Node>> work { std::move(root) };
    while (!work.empty()) {
        const std::shared_ptr<Node> node = std::move(work.back());
        work.pop_back();
        for (auto& [key, entry] : node->children) {
            work.push_back(std::move(entry.node));
        }
        node->children.clear();
        node->streams.clear();
    }
}

std::shared_ptr<Node> Volume::make(bool directory, std::uint64_t now)
{
    auto node = std::make_shared<Node>();
    node->id = m_nextId++;
    node->directory = directory;
    node->attributes = directory ? 0 : attribute::kArchive;
    node->created = node->accessed = node->written = node->changed = now;
    if (!directory) {
        addStream(*node, u"");
    }
    return node;
}

Stream& Volume::addStream(Node& node, std::u16string_view name)
{
    auto stream = std::make_unique<Stream>(*this);
    stream->name = name;
    return *(node.streams[upcase(name)] = std::move(stream));
}

void Volume::link(const std::shared_ptr<Node>& node, Node& parent, std::u16string_view name)
{
    parent.children[upcase(name)] = { std::u16string(name), node };
    node->links.push_back({ &parent, std::u16string(name) });
}

void Volume::unlink(Node& parent, std::u16string_view name)
{
    const auto found = parent.children.find(upcase(name));
    if (found == parent.children.end()) {
        return;
    }
    const std::shared_ptr<Node> node = found->second.node;
    std::erase_if(node->links, [&](const Node::Link& link) {
        return link.parent == &parent && link.name == found->second.name;
    });
    parent.children.erase(found);
}

std::shared_ptr<Node> Volume::child(const Node& directory, std::u16string_view name) const
{
    const std::u16string key = upcase(name);
    const auto found = directory.children.find(key);
    if (found != directory.children.end()) {
        return found->second.node;
    }
    if (is83(name)) {
        for (const auto& [other, entry] : directory.children) {
            const bool generated = !is83(entry.name) && name.find(u'~') != name.npos;
            if ((generated || !entry.node->shortName.empty())
                && alternateName(*entry.node, entry.name) == key) {
                return entry.node;
            }
        }
    }
    return nullptr;
}

std::shared_ptr<Node> Volume::find(std::u16string_view path) const
{
    std::shared_ptr<Node> node = root;
    for (const auto& part : splitPath(path)) {
        node = child(*node, part);
        if (!node) {
            return nullptr;
        }
    }
    return node;
}

std::shared_ptr<Node> Volume::byId(std::uint64_t id) const
{
    std::vector<std::shared_ptr<Node>> work { root };
    while (!work.empty()) {
        const std::shared_ptr<Node> node = std::move(work.back());
        work.pop_back();
        if (node->id == id) {
            return node;
        }
        for (const auto& [key, entry] : node->children) {
            work.push_back(entry.node);
        }
    }
    return nullptr;
}

std::vector<std::u16string> splitPath(std::u16string_view path)
{
    std::vector<std::u16string> parts;
    std::u16string part;
    for (char16_t c : path) {
        if (c == u'\\' || c == u'/') {
            if (!part.empty()) {
                parts.push_back(std::move(part));
            }
            part.clear();
        } else {
            part += c;
        }
    }
    if (!part.empty()) {
        parts.push_back(std::move(part));
    }
    return parts;
}

bool legalName(std::u16string_view name)
{
    constexpr std::u16string_view kForbidden = u"\\/:*?\"<>|";
    return !name.empty() && name.size() <= 255 && name != u"." && name != u".."
        && std::ranges::none_of(
            name, [&](char16_t c) { return c < 0x20 || kForbidden.find(c) != kForbidden.npos; });
}

bool is83(std::u16string_view name)
{
    constexpr std::u16string_view kForbidden = u" +,;=[]";
    const std::size_t dot = name.find(u'.');
    const std::u16string_view base = name.substr(0, dot);
    const std::u16string_view extension
        = dot == name.npos ? std::u16string_view() : name.substr(dot + 1);
    return !base.empty() && base.size() <= 8 && extension.size() <= 3
        && (dot == name.npos || !extension.empty()) && extension.find(u'.') == extension.npos
        && std::ranges::none_of(name, [&](char16_t c) {
               return c >= 0x80 || c <= 0x20 || kForbidden.find(c) != kForbidden.npos;
           });
}

std::u16string alternateName(const Node& node, std::u16string_view name)
{
    if (!node.shortName.empty()) {
        return node.shortName;
    }
    const std::u16string upper = upcase(name);
    if (is83(name)) {
        return upper;
    }
    std::uint32_t hash = 2166136261u; // FNV-1a: must not depend on the library
    for (char16_t c : upper) {
        hash = (hash ^ c) * 16777619u;
    }
    const auto keep = [](std::u16string_view part, std::size_t most) {
        std::u16string out;
        for (char16_t c : part) {
            const bool plain
                = (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'_' || c == u'-';
            if (plain && out.size() < most) {
                out += c;
            }
        }
        return out;
    };
    const std::size_t dot = upper.rfind(u'.');
    std::u16string out = keep(std::u16string_view(upper).substr(0, dot), 2);
    for (int shift = 12; shift >= 0; shift -= 4) {
        out += u"0123456789ABCDEF"[hash >> shift & 15];
    }
    out += u"~1";
    const std::u16string extension = dot == upper.npos
        ? std::u16string()
        : keep(std::u16string_view(upper).substr(dot + 1), 3);
    return extension.empty() ? out : out + u"." + extension;
}

bool hasWildcards(std::u16string_view text)
{
    return text.find_first_of(u"*?<>\"") != text.npos;
}

bool matches(std::u16string_view pattern, std::u16string_view name)
{
    // One pass over the name with the set of pattern positions reached so far: no recursion, no
    // exponential patterns.
    if (pattern == u"*") {
        return true;
    }
    const std::size_t m = pattern.size();
    const std::size_t lastDot = name.rfind(u'.');
    std::vector<bool> reached(m + 1), next(m + 1);
    const auto close = [&](std::vector<bool>& set, bool atEnd) {
        for (std::size_t p = 0; p < m; ++p) {
            if (set[p]
                && (pattern[p] == u'*' || pattern[p] == u'<'
                    || (atEnd && (pattern[p] == u'>' || pattern[p] == u'"')))) {
                set[p + 1] = true;
            }
        }
    };
    reached[0] = true;
    close(reached, name.empty());
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char16_t c = name[i];
        std::fill(next.begin(), next.end(), false);
        for (std::size_t p = 0; p < m; ++p) {
            if (!reached[p]) {
                continue;
            }
            switch (pattern[p]) {
            case u'*':
                next[p] = true;
                break;
            case u'<': // DOS_STAR: everything up to, and including, the last dot
                if (c != u'.' || i != lastDot) {
                    next[p] = true;
                } else {
                    next[p] = next[p + 1] = true;
                }
                break;
            case u'>': // DOS_QM: one character, or none at a dot or the end
                if (c == u'.') {
                    // Stays before the dot: try what follows at this character.
                    std::size_t q = p;
                    while (q < m && pattern[q] == u'>') {
                        ++q;
                    }
                    if (q < m && (pattern[q] == u'.' || pattern[q] == u'"')) {
                        next[q + 1] = true;
                    }
                } else {
                    next[p + 1] = true;
                }
                break;
            case u'"': // DOS_DOT: a dot, or the end
                if (c == u'.') {
                    next[p + 1] = true;
                }
                break;
            case u'?':
                next[p + 1] = true;
                break;
            default:
                if (pattern[p] == c) {
                    next[p + 1] = true;
                }
            }
        }
        reached.swap(next);
        close(reached, i + 1 == name.size());
    }
    return reached[m];
}

} // namespace rdrlab::server
