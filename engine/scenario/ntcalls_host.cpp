// System calls for the scenario language: converts readable arguments to what an application would
// pass.
#include <ntifs.h>

#include "engine/host/text.h"
#include "engine/ntos/inc/mmp.h"
#include "engine/ntos/inc/ntcalls.h"
#include "engine/ntos/world_host.h"
#include "engine/scenario/ntcalls.h"

#include <cstring>
#include <new>
#include <vector>

namespace rdrlab::scenario::nt {

namespace {

/// A UNICODE_STRING in the application's memory, as ntdll's callers pass it.
class UserString
{
public:
    explicit UserString(std::string_view text)
        : m_units(host::toUtf16(text))
        , m_memory(sizeof(UNICODE_STRING) + m_units.size() * sizeof(char16_t))
    {
        auto* string = reinterpret_cast<UNICODE_STRING*>(m_memory.data());
        string->Length = static_cast<USHORT>(m_units.size() * sizeof(char16_t));
        string->MaximumLength = string->Length;
        string->Buffer = reinterpret_cast<PWCH>(string + 1);
        std::memcpy(string->Buffer, m_units.data(), string->Length);
    }
    UNICODE_STRING* get() const { return reinterpret_cast<UNICODE_STRING*>(m_memory.data()); }

private:
    std::u16string m_units;
    UserBuffer m_memory;
};

HANDLE toHandle(Handle handle)
{
    return reinterpret_cast<HANDLE>(handle);
}

IO_STATUS_BLOCK* blockOf(const Request& request)
{
    return static_cast<IO_STATUS_BLOCK*>(request.statusBlock());
}

void* bytesOf(const std::shared_ptr<UserBuffer>& buffer)
{
    return buffer ? buffer->data() : nullptr;
}

ULONG sizeOf(const std::shared_ptr<UserBuffer>& buffer)
{
    return buffer ? static_cast<ULONG>(buffer->size()) : 0;
}

/// Prepares the status block as pending, so that a request which the system will complete later can
/// be told apart.
IO_STATUS_BLOCK* arm(Request& request)
{
    IO_STATUS_BLOCK* block = blockOf(request);
    block->Status = STATUS_PENDING;
    block->Information = 0;
    return block;
}

/// A call that failed at once never touches the status block: give it the status the caller saw.
uint32_t settle(Request& request, NTSTATUS status)
{
    if (status != STATUS_PENDING && blockOf(request)->Status == STATUS_PENDING)
        blockOf(request)->Status = status;
    return static_cast<uint32_t>(status);
}

} // namespace

namespace {

uint32_t currentProcessId()
{
    return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(PsGetCurrentProcessId()));
}

// The language frees its values when it collects them: that may be long after their program has
// ended, and its memory with it, or after the whole machine. Ids are never used twice in one
// machine.
bool processLives(uint32_t id)
{
    if (!ntos::World::current() || ntos::World::current()->bugchecked())
        return false;
    PEPROCESS process = nullptr;
    if (!NT_SUCCESS(PsLookupProcessByProcessId(
            reinterpret_cast<HANDLE>(static_cast<uintptr_t>(id)), &process)))
        return false;
    ObDereferenceObject(process);
    return true;
}

} // namespace

UserBuffer::UserBuffer(size_t bytes)
    : m_process(currentProcessId())
    , m_data(static_cast<std::byte*>(MmpAllocateUser(PsGetCurrentProcess(), bytes ? bytes : 1)))
    , m_size(bytes)
{
    if (!m_data)
        throw std::bad_alloc();
}

UserBuffer::~UserBuffer()
{
    if (processLives(m_process))
        MmpFreeUser(m_data);
}

Request::Request()
    : m_process(currentProcessId())
    , m_statusBlock(MmpAllocateUser(PsGetCurrentProcess(), sizeof(IO_STATUS_BLOCK)))
{
    if (!m_statusBlock)
        throw std::bad_alloc();
    *static_cast<IO_STATUS_BLOCK*>(m_statusBlock) = {};
}

Request::~Request()
{
    if (!processLives(m_process))
        return;
    if (pending()) {
        // The system may still write here: the memory stays with the process until it ends.
        static std::vector<std::shared_ptr<UserBuffer>> s_abandoned;
        s_abandoned.push_back(std::move(buffer));
        s_abandoned.push_back(std::move(input));
        return;
    }
    MmpFreeUser(m_statusBlock);
}

bool Request::pending() const
{
    return static_cast<IO_STATUS_BLOCK*>(m_statusBlock)->Status == STATUS_PENDING;
}

uint32_t Request::status() const
{
    return static_cast<uint32_t>(static_cast<IO_STATUS_BLOCK*>(m_statusBlock)->Status);
}

uint64_t Request::information() const
{
    return static_cast<IO_STATUS_BLOCK*>(m_statusBlock)->Information;
}

std::string ntPath(std::string_view path)
{
    if (path.substr(0, 2) == "\\\\")
        return "\\??\\UNC" + std::string(path.substr(1));
    if (path.size() >= 2 && path[1] == ':')
        return "\\??\\" + std::string(path);
    return std::string(path);
}

CreateResult createFile(const CreateArguments& arguments)
{
    const UserString name(arguments.root ? arguments.path : ntPath(arguments.path));
    UserBuffer attributesMemory(sizeof(OBJECT_ATTRIBUTES));
    auto* attributes = reinterpret_cast<OBJECT_ATTRIBUTES*>(attributesMemory.data());
    InitializeObjectAttributes(
        attributes, name.get(), OBJ_CASE_INSENSITIVE, toHandle(arguments.root), nullptr);
    UserBuffer resultMemory(sizeof(IO_STATUS_BLOCK) + sizeof(HANDLE) + sizeof(LARGE_INTEGER));
    auto* block = reinterpret_cast<IO_STATUS_BLOCK*>(resultMemory.data());
    auto* handle = reinterpret_cast<HANDLE*>(block + 1);
    auto* allocation = reinterpret_cast<LARGE_INTEGER*>(handle + 1);
    *block = {};
    *handle = nullptr;
    allocation->QuadPart = arguments.allocationBytes;
    CreateResult result;
    result.status = static_cast<uint32_t>(
        arguments.useNtOpenFile
            ? NtOpenFile(
                handle, arguments.access, attributes, block, arguments.share, arguments.options)
            : NtCreateFile(
                handle, arguments.access, attributes, block,
                arguments.allocationBytes ? allocation : nullptr, arguments.attributes,
                arguments.share, arguments.disposition, arguments.options, nullptr, 0));
    result.handle = reinterpret_cast<Handle>(*handle);
    result.information = block->Information;
    return result;
}

uint32_t close(Handle handle)
{
    return static_cast<uint32_t>(NtClose(toHandle(handle)));
}

CreateResult createEvent(bool manualReset, bool signaled)
{
    UserBuffer memory(sizeof(HANDLE));
    auto* handle = reinterpret_cast<HANDLE*>(memory.data());
    *handle = nullptr;
    CreateResult result;
    result.status = static_cast<uint32_t>(NtCreateEvent(
        handle, EVENT_ALL_ACCESS, nullptr, manualReset ? NotificationEvent : SynchronizationEvent,
        signaled));
    result.handle = reinterpret_cast<Handle>(*handle);
    return result;
}

uint32_t setEvent(Handle handle)
{
    return static_cast<uint32_t>(NtSetEvent(toHandle(handle), nullptr));
}

uint32_t waitForSingleObject(Handle handle, int64_t timeoutNs)
{
    UserBuffer memory(sizeof(LARGE_INTEGER));
    auto* timeout = reinterpret_cast<LARGE_INTEGER*>(memory.data());
    timeout->QuadPart = -(timeoutNs / 100);
    return static_cast<uint32_t>(
        NtWaitForSingleObject(toHandle(handle), FALSE, timeoutNs < 0 ? nullptr : timeout));
}

namespace {

/// The file offset argument; a negative one means "the current position", which is a null pointer
/// for synchronous files.
class UserOffset
{
public:
    explicit UserOffset(int64_t offset)
        : m_given(offset >= 0)
        , m_memory(sizeof(LARGE_INTEGER))
    {
        get()->QuadPart = offset;
    }
    LARGE_INTEGER* pointer() const { return m_given ? get() : nullptr; }

private:
    LARGE_INTEGER* get() const { return reinterpret_cast<LARGE_INTEGER*>(m_memory.data()); }
    bool m_given;
    UserBuffer m_memory;
};

} // namespace

uint32_t
readFile(Request& request, Handle handle, Handle event, int64_t offset, uint32_t lengthBytes)
{
    const UserOffset position(offset);
    return settle(
        request,
        NtReadFile(
            toHandle(handle), toHandle(event), nullptr, nullptr, arm(request),
            bytesOf(request.buffer), lengthBytes, position.pointer(), nullptr));
}

uint32_t
writeFile(Request& request, Handle handle, Handle event, int64_t offset, uint32_t lengthBytes)
{
    const UserOffset position(offset);
    return settle(
        request,
        NtWriteFile(
            toHandle(handle), toHandle(event), nullptr, nullptr, arm(request),
            bytesOf(request.buffer), lengthBytes, position.pointer(), nullptr));
}

uint32_t flush(Request& request, Handle handle)
{
    return settle(request, NtFlushBuffersFile(toHandle(handle), arm(request)));
}

uint32_t cancelIo(Handle handle)
{
    Request request;
    return settle(request, NtCancelIoFile(toHandle(handle), arm(request)));
}

uint32_t queryInformation(Request& request, Handle handle, uint32_t informationClass)
{
    return settle(
        request,
        NtQueryInformationFile(
            toHandle(handle), arm(request), bytesOf(request.buffer), sizeOf(request.buffer),
            static_cast<FILE_INFORMATION_CLASS>(informationClass)));
}

uint32_t setInformation(Request& request, Handle handle, uint32_t informationClass)
{
    return settle(
        request,
        NtSetInformationFile(
            toHandle(handle), arm(request), bytesOf(request.buffer), sizeOf(request.buffer),
            static_cast<FILE_INFORMATION_CLASS>(informationClass)));
}

uint32_t queryVolume(Request& request, Handle handle, uint32_t informationClass)
{
    return settle(
        request,
        NtQueryVolumeInformationFile(
            toHandle(handle), arm(request), bytesOf(request.buffer), sizeOf(request.buffer),
            static_cast<FS_INFORMATION_CLASS>(informationClass)));
}

uint32_t queryDirectory(
    Request& request,
    Handle handle,
    Handle event,
    uint32_t informationClass,
    bool single,
    std::string_view pattern,
    bool restart)
{
    const UserString name(pattern);
    return settle(
        request,
        NtQueryDirectoryFile(
            toHandle(handle), toHandle(event), nullptr, nullptr, arm(request),
            bytesOf(request.buffer), sizeOf(request.buffer),
            static_cast<FILE_INFORMATION_CLASS>(informationClass), single,
            pattern.empty() ? nullptr : name.get(), restart));
}

uint32_t notifyChange(Request& request, Handle handle, Handle event, uint32_t filter, bool tree)
{
    return settle(
        request,
        NtNotifyChangeDirectoryFile(
            toHandle(handle), toHandle(event), nullptr, nullptr, arm(request),
            bytesOf(request.buffer), sizeOf(request.buffer), filter, tree));
}

uint32_t
deviceControl(Request& request, Handle handle, Handle event, uint32_t code, bool fileSystem)
{
    const auto call = fileSystem ? NtFsControlFile : NtDeviceIoControlFile;
    return settle(
        request,
        call(
            toHandle(handle), toHandle(event), nullptr, nullptr, arm(request), code,
            bytesOf(request.input), sizeOf(request.input), bytesOf(request.buffer),
            sizeOf(request.buffer)));
}

uint32_t lockFile(
    Request& request,
    Handle handle,
    Handle event,
    int64_t offset,
    int64_t lengthBytes,
    bool exclusive,
    bool immediately)
{
    const UserOffset position(offset);
    const UserOffset length(lengthBytes);
    return settle(
        request,
        NtLockFile(
            toHandle(handle), toHandle(event), nullptr, nullptr, arm(request), position.pointer(),
            length.pointer(), 0, immediately, exclusive));
}

uint32_t unlockFile(Request& request, Handle handle, int64_t offset, int64_t lengthBytes)
{
    const UserOffset position(offset);
    const UserOffset length(lengthBytes);
    return settle(
        request,
        NtUnlockFile(toHandle(handle), arm(request), position.pointer(), length.pointer(), 0));
}

} // namespace rdrlab::scenario::nt
