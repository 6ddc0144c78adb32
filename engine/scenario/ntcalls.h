// The system calls of the emulated machine for host code that must not see kernel headers. Every
// routine runs on an app thread of the emulated machine and goes through the real Nt* entry points
// with PreviousMode UserMode.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rdrlab::scenario::nt {

using Handle = uint64_t;

/// Memory of the calling process' user heap: what an application would pass to a system call.
class UserBuffer
{
public:
    explicit UserBuffer(size_t bytes);
    ~UserBuffer();
    UserBuffer(const UserBuffer&) = delete;
    UserBuffer& operator=(const UserBuffer&) = delete;
    std::byte* data() const { return m_data; }
    size_t size() const { return m_size; }

private:
    uint32_t m_process; // whose memory it is
    std::byte* m_data;
    size_t m_size;
};

/// One I/O request of an application: its IO_STATUS_BLOCK and buffers, which must outlive the
/// request.
class Request
{
public:
    Request();
    ~Request();
    /// True while the system may still write to the status block.
    bool pending() const;
    uint32_t status() const;
    uint64_t information() const;
    /// The buffer the request reads into or writes from; shared because a caller may reuse it.
    std::shared_ptr<UserBuffer> buffer;
    std::shared_ptr<UserBuffer> input;
    void* statusBlock() const { return m_statusBlock; }

private:
    uint32_t m_process;
    void* m_statusBlock;
};

struct CreateArguments
{
    std::string path; // UTF-8; "\\server\share\..." and "X:\..." are put below \??
    Handle root = 0;
    uint32_t access = 0;
    uint32_t attributes = 0;
    uint32_t share = 0;
    uint32_t disposition = 1;
    uint32_t options = 0;
    int64_t allocationBytes = 0;
    bool useNtOpenFile = false; // NtOpenFile instead of NtCreateFile
};

struct CreateResult
{
    uint32_t status = 0;
    Handle handle = 0;
    uint64_t information = 0;
};

/// "\\lab\public\a" -> "\??\UNC\lab\public\a"; NT paths stay as they are.
std::string ntPath(std::string_view path);

CreateResult createFile(const CreateArguments& arguments);
uint32_t close(Handle handle);
CreateResult createEvent(bool manualReset, bool signaled);
uint32_t setEvent(Handle handle);
/// timeoutNs < 0: forever.
uint32_t waitForSingleObject(Handle handle, int64_t timeoutNs);

/// offset < 0: the file object's current position.
uint32_t
readFile(Request& request, Handle handle, Handle event, int64_t offset, uint32_t lengthBytes);
uint32_t
writeFile(Request& request, Handle handle, Handle event, int64_t offset, uint32_t lengthBytes);
uint32_t flush(Request& request, Handle handle);
uint32_t cancelIo(Handle handle);
uint32_t queryInformation(Request& request, Handle handle, uint32_t informationClass);
uint32_t setInformation(Request& request, Handle handle, uint32_t informationClass);
uint32_t queryVolume(Request& request, Handle handle, uint32_t informationClass);
uint32_t queryDirectory(
    Request& request,
    Handle handle,
    Handle event,
    uint32_t informationClass,
    bool single,
    std::string_view pattern,
    bool restart);
uint32_t notifyChange(Request& request, Handle handle, Handle event, uint32_t filter, bool tree);
uint32_t
deviceControl(Request& request, Handle handle, Handle event, uint32_t code, bool fileSystem);
uint32_t lockFile(
    Request& request,
    Handle handle,
    Handle event,
    int64_t offset,
    int64_t lengthBytes,
    bool exclusive,
    bool immediately);
uint32_t unlockFile(Request& request, Handle handle, int64_t offset, int64_t lengthBytes);

// --- information classes as named values
// ------------------------------------------------------------------------------

using Value = std::variant<int64_t, std::string, bool>;
using Record = std::vector<std::pair<std::string, Value>>;

enum class Family
{
    File,
    Directory,
    Volume,
};

/// The number of a class such as "FileStandardInformation"; 0 when it is unknown.
uint32_t informationClass(Family family, std::string_view name);
std::vector<std::string_view> informationClassNames(Family family);

/// The returned bytes as named values; several records for directories, streams and the like.
std::vector<Record>
decode(Family family, uint32_t informationClass, const std::byte* bytes, size_t length);

/// The fields a class takes when it is set, in any order; empty when it cannot be set from a
/// scenario.
std::vector<std::string_view> settableFields(uint32_t informationClass);
/// Bytes of FILE_xxx_INFORMATION from named values; missing ones are 0.
std::vector<std::byte> encode(uint32_t informationClass, const Record& values);

} // namespace rdrlab::scenario::nt
