#include "traces/query/smb2subjects.h"

#include "traces/query/smb2bytes.h"
#include "traces/query/smb2decoder.h"

namespace rdrlab::trace {

namespace {

constexpr std::size_t kBody = 64;
constexpr std::size_t kMostNames = 1 << 20;
constexpr std::size_t kMostNameBytes = 2048;

enum Command : std::uint16_t
{
    TreeConnect = 3,
    TreeDisconnect,
    Create,
    Close,
    Flush,
    Read,
    Write,
    Lock,
    Ioctl,
    QueryDirectory = 14,
    ChangeNotify,
    QueryInfo,
    SetInfo,
    OplockBreak
};

// Where a request has its FileId, from the body on; 0: nowhere.
std::size_t placeOfFileId(std::uint16_t command)
{
    switch (command) {
    case Close:
    case Flush:
    case Lock:
    case Ioctl:
    case QueryDirectory:
    case ChangeNotify:
    case OplockBreak:
        return 8;
    case Read:
    case Write:
    case SetInfo:
        return 16;
    case QueryInfo:
        return 24;
    default:
        return 0;
    }
}

// What is asked for, which the response will not repeat; the body is as long as its FileId's place.
Smb2Question questionOf(std::uint16_t command, std::span<const std::byte> bytes)
{
    constexpr std::uint8_t kFileInfo = 1;
    const auto first = std::uint8_t(bytes[kBody + 2]);
    switch (command) {
    case QueryDirectory:
        return { kFileInfo, first };
    case QueryInfo:
    case SetInfo:
        return { first, std::uint8_t(bytes[kBody + 3]) };
    default:
        return {};
    }
}

std::uint64_t numberAt(std::span<const std::byte> bytes, std::size_t at, std::size_t count)
{
    return at + count <= bytes.size() ? littleEndian(bytes, at, count) : 0;
}

// A text whose place and length the body tells at `at`.
std::string textAt(std::span<const std::byte> bytes, std::size_t at)
{
    const auto offset = std::size_t(numberAt(bytes, at, 2));
    const auto length = std::min(std::size_t(numberAt(bytes, at + 2, 2)), kMostNameBytes);
    return offset <= bytes.size() && length <= bytes.size() - offset
        ? wireText(bytes.subspan(offset, length))
        : std::string();
}

} // namespace

Smb2Subjects::Smb2Subjects(Smb2Messages& all)
    : m_all(all)
{
    m_all.names.assign(1, std::string());
}

std::uint32_t Smb2Subjects::intern(const std::string& name)
{
    const auto [entry, isNew] = m_known.try_emplace(name, std::uint32_t(m_all.names.size()));
    if (isNew) {
        if (m_all.names.size() >= kMostNames) {
            m_known.erase(entry);
            return 0;
        }
        m_all.names.push_back(name);
    }
    return entry->second;
}

void Smb2Subjects::tell(Smb2Message& message, std::span<const std::byte> bytes)
{
    if (message.isResponse) {
        ofResponse(message, bytes);
    } else {
        ofRequest(message, bytes);
    }
}

void Smb2Subjects::ofRequest(Smb2Message& message, std::span<const std::byte> bytes)
{
    switch (message.command) {
    case TreeConnect:
        message.name = intern(textAt(bytes, kBody + 4));
        return;
    case TreeDisconnect: {
        const auto tree
            = m_trees.find({ message.connection, { message.sessionId, message.treeId } });
        message.name = tree != m_trees.end() ? tree->second : 0;
        return;
    }
    case Create: {
        const std::string name = textAt(bytes, kBody + 44);
        message.name = m_lastCreate = intern(name.empty() ? "\\" : name); // the share's root
        return;
    }
    default:
        break;
    }
    const std::size_t place = placeOfFileId(message.command);
    if (place == 0 || bytes.size() < kBody + place + 16) {
        return;
    }
    message.question = questionOf(message.command, bytes);
    const Id id(littleEndian(bytes, kBody + place, 8), littleEndian(bytes, kBody + place + 8, 8));
    const auto file = m_files.find({ message.connection, id });
    message.name = id == Id(UINT64_MAX, UINT64_MAX) ? m_lastCreate
        : file != m_files.end()                     ? file->second
                                                    : 0;
    if (message.command == Read || message.command == Write) {
        message.count = std::uint32_t(littleEndian(bytes, kBody + 4, 4));
        message.fileOffset = littleEndian(bytes, kBody + 8, 8);
    }
}

void Smb2Subjects::ofResponse(Smb2Message& message, std::span<const std::byte> bytes)
{
    if (message.partner >= m_all.messages.size()) {
        if (message.command == OplockBreak && bytes.size() >= kBody + 24
            && littleEndian(bytes, kBody, 2) == 24) {
            const Id id(littleEndian(bytes, kBody + 8, 8), littleEndian(bytes, kBody + 16, 8));
            const auto file = m_files.find({ message.connection, id });
            message.name = file != m_files.end() ? file->second : 0;
        }
        return;
    }
    const Smb2Message& request = m_all.messages[message.partner];
    message.name = request.name;
    message.fileOffset = request.fileOffset;
    message.question = request.question;
    if (message.status != 0) {
        return;
    }
    constexpr std::size_t kMostOpen = 1 << 20;
    if (message.command == Create && bytes.size() >= kBody + 80 && m_files.size() < kMostOpen) {
        const Id id(littleEndian(bytes, kBody + 64, 8), littleEndian(bytes, kBody + 72, 8));
        m_files[{ message.connection, id }] = message.name;
    } else if (message.command == TreeConnect && m_trees.size() < kMostOpen) {
        m_trees[{ message.connection, { message.sessionId, message.treeId } }] = message.name;
    } else if (message.command == Read || message.command == Write) {
        message.count = std::uint32_t(numberAt(bytes, kBody + 4, 4));
    }
}

} // namespace rdrlab::trace
