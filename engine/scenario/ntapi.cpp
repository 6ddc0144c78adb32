// The Nt* calls as the scenario language offers them: one table of named, readable arguments; the
// first result is always the name of the status.
#include "engine/scenario/call.h"
#include "engine/scenario/fields.h"
#include "engine/scenario/language.h"
#include "engine/scenario/ntcalls.h"
#include "engine/scenario/statusname.h"
#include "engine/scenario/userdata.h"

#include <cstring>

namespace rdrlab::scenario {

namespace {

const std::vector<Word> kAccess = { { "read", 0x80000000 },
                                    { "write", 0x40000000 },
                                    { "execute", 0x20000000 },
                                    { "all", 0x10000000 },
                                    { "maximum", 0x02000000 },
                                    { "delete", 0x00010000 },
                                    { "synchronize", 0x00100000 },
                                    { "list", 0x0001 },
                                    { "append", 0x0004 },
                                    { "FILE_READ_DATA", 0x0001 },
                                    { "FILE_LIST_DIRECTORY", 0x0001 },
                                    { "FILE_WRITE_DATA", 0x0002 },
                                    { "FILE_APPEND_DATA", 0x0004 },
                                    { "FILE_READ_EA", 0x0008 },
                                    { "FILE_WRITE_EA", 0x0010 },
                                    { "FILE_READ_ATTRIBUTES", 0x0080 },
                                    { "FILE_WRITE_ATTRIBUTES", 0x0100 },
                                    { "DELETE", 0x00010000 },
                                    { "READ_CONTROL", 0x00020000 },
                                    { "WRITE_DAC", 0x00040000 },
                                    { "SYNCHRONIZE", 0x00100000 } };

const std::vector<Word> kShare = { { "none", 0 }, { "read", 1 }, { "write", 2 }, { "delete", 4 } };

const std::vector<Word> kDisposition
    = { { "supersede", 0 }, { "open", 1 },      { "create", 2 },
        { "open_if", 3 },   { "overwrite", 4 }, { "overwrite_if", 5 } };

const std::vector<Word> kOptions
    = { { "directory", 0x1 },          { "write_through", 0x2 },
        { "sequential", 0x4 },         { "no_intermediate_buffering", 0x8 },
        { "non_directory", 0x40 },     { "create_tree_connection", 0x80 },
        { "random_access", 0x800 },    { "delete_on_close", 0x1000 },
        { "open_for_backup", 0x4000 }, { "open_reparse_point", 0x200000 } };

const std::vector<Word> kAttributes
    = { { "readonly", 0x1 }, { "hidden", 0x2 },  { "system", 0x4 },     { "directory", 0x10 },
        { "archive", 0x20 }, { "normal", 0x80 }, { "temporary", 0x100 } };

const std::vector<Word> kNotifyFilter
    = { { "file_name", 0x1 },   { "dir_name", 0x2 },  { "attributes", 0x4 }, { "size", 0x8 },
        { "last_write", 0x10 }, { "creation", 0x40 }, { "security", 0x100 } };

constexpr uint32_t kSynchronize = 0x00100000;
constexpr uint32_t kSynchronousNonAlert = 0x20;
constexpr uint32_t kStatusPending = 0x103;
constexpr uint64_t kMaximumTransfer = 256u << 20;

bool isError(uint32_t status)
{
    return (status >> 30) == 3;
}

bool running(lua_State* state, const char* call, std::string& problem)
{
    if (Language::of(state).declaring())
        problem = std::string(call) + ": works only inside a process(...)";
    return problem.empty();
}

void pushStatus(lua_State* state, uint32_t status)
{
    lua_pushstring(state, statusName(status).c_str());
}

nt::Handle handleField(Fields& fields, const char* name = "handle", bool required = true)
{
    const std::optional<int64_t> handle = fields.optionalInteger(name);
    if (!handle && required)
        fields.fail(std::string("field '") + name + "' is missing");
    return static_cast<nt::Handle>(handle.value_or(0));
}

/// NtClose(h) and NtClose{ handle = h } alike.
nt::Handle handleArgument(lua_State* state, const char* call, std::string& problem)
{
    if (lua_isinteger(state, 1))
        return static_cast<nt::Handle>(lua_tointeger(state, 1));
    Fields fields(state, 1, call);
    const nt::Handle handle = handleField(fields);
    fields.finish();
    problem = fields.problem();
    return handle;
}

const char* createInformationName(uint64_t information)
{
    static constexpr const char* kNames[]
        = { "FILE_SUPERSEDED",  "FILE_OPENED", "FILE_CREATED",
            "FILE_OVERWRITTEN", "FILE_EXISTS", "FILE_DOES_NOT_EXIST" };
    return information < std::size(kNames) ? kNames[information] : "?";
}

int openOrCreate(lua_State* state, const char* call, bool open, std::string& problem)
{
    if (!running(state, call, problem))
        return 0;
    Fields fields(state, 1, call);
    nt::CreateArguments arguments;
    arguments.useNtOpenFile = open;
    arguments.path = fields.requiredString("path");
    arguments.root = handleField(fields, "root", false);
    arguments.access = fields.flags("access", kAccess, 0x80000000);
    arguments.share = fields.flags("share", kShare, 7);
    arguments.options = fields.flags("options", kOptions, 0);
    if (!open) {
        arguments.attributes = fields.flags("attributes", kAttributes, 0x80);
        arguments.disposition = fields.word("disposition", kDisposition, 1);
        arguments.allocationBytes = static_cast<int64_t>(fields.integer("allocation", 0));
    }
    if (!fields.boolean("async", false)) {
        arguments.options |= kSynchronousNonAlert;
        arguments.access |= kSynchronize;
    }
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    const nt::CreateResult result = nt::createFile(arguments);
    pushStatus(state, result.status);
    if (isError(result.status))
        return 1;
    lua_pushinteger(state, static_cast<lua_Integer>(result.handle));
    lua_pushstring(state, createInformationName(result.information));
    return 3;
}

int ntCreateFile(lua_State* state, std::string& problem)
{
    return openOrCreate(state, "NtCreateFile", false, problem);
}

int ntOpenFile(lua_State* state, std::string& problem)
{
    return openOrCreate(state, "NtOpenFile", true, problem);
}

int ntClose(lua_State* state, std::string& problem)
{
    if (!running(state, "NtClose", problem))
        return 0;
    const nt::Handle handle = handleArgument(state, "NtClose", problem);
    if (problem.empty())
        pushStatus(state, nt::close(handle));
    return problem.empty() ? 1 : 0;
}

int ntCreateEvent(lua_State* state, std::string& problem)
{
    if (!running(state, "NtCreateEvent", problem))
        return 0;
    bool manualReset = true;
    bool signaled = false;
    if (lua_istable(state, 1)) {
        Fields fields(state, 1, "NtCreateEvent");
        manualReset = fields.boolean("manual_reset", true);
        signaled = fields.boolean("signaled", false);
        fields.finish();
        problem = fields.problem();
        if (!problem.empty())
            return 0;
    }
    const nt::CreateResult result = nt::createEvent(manualReset, signaled);
    pushStatus(state, result.status);
    lua_pushinteger(state, static_cast<lua_Integer>(result.handle));
    return 2;
}

int ntSetEvent(lua_State* state, std::string& problem)
{
    if (!running(state, "NtSetEvent", problem))
        return 0;
    const nt::Handle handle = handleArgument(state, "NtSetEvent", problem);
    if (problem.empty())
        pushStatus(state, nt::setEvent(handle));
    return problem.empty() ? 1 : 0;
}

int ntWaitForSingleObject(lua_State* state, std::string& problem)
{
    if (!running(state, "NtWaitForSingleObject", problem))
        return 0;
    nt::Handle handle = 0;
    int64_t timeoutNs = -1;
    if (lua_istable(state, 1)) {
        Fields fields(state, 1, "NtWaitForSingleObject");
        handle = handleField(fields);
        if (fields.has("timeout"))
            timeoutNs = static_cast<int64_t>(fields.timeNs("timeout", 0));
        fields.finish();
        problem = fields.problem();
    } else {
        handle = handleArgument(state, "NtWaitForSingleObject", problem);
    }
    if (!problem.empty())
        return 0;
    pushStatus(state, nt::waitForSingleObject(handle, timeoutNs));
    return 1;
}

/// The caller's buffer{}, or a new one of the length asked for.
std::shared_ptr<nt::UserBuffer>
transferBuffer(lua_State* state, Fields& fields, uint32_t& lengthBytes, uint64_t fallbackBytes)
{
    if (fields.push("buffer")) {
        const std::shared_ptr<nt::UserBuffer>* own = toBuffer(state, -1);
        lua_pop(state, 1);
        if (!own) {
            fields.fail("field 'buffer': expected what buffer(bytes) returned");
            return nullptr;
        }
        lengthBytes
            = static_cast<uint32_t>(fields.integer("length", (*own)->size(), (*own)->size()));
        return *own;
    }
    lengthBytes = static_cast<uint32_t>(fields.integer("length", fallbackBytes, kMaximumTransfer));
    return fields.ok() ? std::make_shared<nt::UserBuffer>(lengthBytes) : nullptr;
}

int ntReadFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtReadFile", problem))
        return 0;
    Fields fields(state, 1, "NtReadFile");
    const nt::Handle handle = handleField(fields);
    const nt::Handle event = handleField(fields, "event", false);
    const int64_t offset = fields.optionalInteger("offset").value_or(-1);
    const bool ownBuffer = fields.has("buffer");
    uint32_t lengthBytes = 0;
    const auto request = std::make_shared<nt::Request>();
    request->buffer = transferBuffer(state, fields, lengthBytes, 4096);
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    const uint32_t status = nt::readFile(*request, handle, event, offset, lengthBytes);
    pushStatus(state, status);
    if (status == kStatusPending) {
        pushRequest(state, request);
        return 2;
    }
    const uint64_t count = isError(status) ? 0 : request->information();
    if (ownBuffer)
        lua_pushinteger(state, static_cast<lua_Integer>(count));
    else
        lua_pushlstring(state, reinterpret_cast<const char*>(request->buffer->data()), count);
    return 2;
}

int ntWriteFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtWriteFile", problem))
        return 0;
    Fields fields(state, 1, "NtWriteFile");
    const nt::Handle handle = handleField(fields);
    const nt::Handle event = handleField(fields, "event", false);
    const int64_t offset = fields.optionalInteger("offset").value_or(-1);
    uint32_t lengthBytes = 0;
    const auto request = std::make_shared<nt::Request>();
    if (fields.has("data")) {
        const std::string data = fields.string("data");
        request->buffer = std::make_shared<nt::UserBuffer>(data.size());
        std::memcpy(request->buffer->data(), data.data(), data.size());
        lengthBytes = static_cast<uint32_t>(data.size());
    } else if (fields.has("buffer")) {
        request->buffer = transferBuffer(state, fields, lengthBytes, 0);
    } else {
        fields.fail("field 'data' (or 'buffer') is missing");
    }
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    const uint32_t status = nt::writeFile(*request, handle, event, offset, lengthBytes);
    pushStatus(state, status);
    if (status == kStatusPending)
        pushRequest(state, request);
    else
        lua_pushinteger(
            state, isError(status) ? 0 : static_cast<lua_Integer>(request->information()));
    return 2;
}

void pushRecord(lua_State* state, const nt::Record& record)
{
    lua_createtable(state, 0, static_cast<int>(record.size()));
    for (const auto& [name, value] : record) {
        if (const auto* number = std::get_if<int64_t>(&value))
            lua_pushinteger(state, *number);
        else if (const auto* text = std::get_if<std::string>(&value))
            lua_pushlstring(state, text->data(), text->size());
        else
            lua_pushboolean(state, std::get<bool>(value));
        lua_setfield(state, -2, name.c_str());
    }
}

void pushRecords(lua_State* state, const std::vector<nt::Record>& records)
{
    lua_createtable(state, static_cast<int>(records.size()), 0);
    for (size_t i = 0; i < records.size(); i++) {
        pushRecord(state, records[i]);
        lua_rawseti(state, -2, static_cast<lua_Integer>(i + 1));
    }
}

uint32_t classField(Fields& fields, nt::Family family, const char* fallback)
{
    const std::string name
        = fallback ? fields.string("class", fallback) : fields.requiredString("class");
    const uint32_t number = nt::informationClass(family, name);
    if (fields.ok() && number == 0)
        fields.fail(
            "unknown class '" + name + "'" + didYouMean(name, nt::informationClassNames(family)));
    return number;
}

size_t returnedBytes(const nt::Request& request)
{
    return static_cast<size_t>(std::min<uint64_t>(request.information(), request.buffer->size()));
}

int queryOneRecord(lua_State* state, const char* call, nt::Family family, std::string& problem)
{
    if (!running(state, call, problem))
        return 0;
    Fields fields(state, 1, call);
    const nt::Handle handle = handleField(fields);
    const uint32_t number = classField(fields, family, nullptr);
    const auto lengthBytes = static_cast<size_t>(fields.integer("length", 4096, 1 << 20));
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    nt::Request request;
    request.buffer = std::make_shared<nt::UserBuffer>(lengthBytes);
    const uint32_t status = family == nt::Family::Volume
        ? nt::queryVolume(request, handle, number)
        : nt::queryInformation(request, handle, number);
    pushStatus(state, status);
    if (isError(status))
        return 1;
    const std::vector<nt::Record> records
        = nt::decode(family, number, request.buffer->data(), returnedBytes(request));
    if (records.size() == 1)
        pushRecord(state, records[0]);
    else
        pushRecords(state, records);
    return 2;
}

int ntQueryInformationFile(lua_State* state, std::string& problem)
{
    return queryOneRecord(state, "NtQueryInformationFile", nt::Family::File, problem);
}

int ntQueryVolumeInformationFile(lua_State* state, std::string& problem)
{
    return queryOneRecord(state, "NtQueryVolumeInformationFile", nt::Family::Volume, problem);
}

int ntSetInformationFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtSetInformationFile", problem))
        return 0;
    Fields fields(state, 1, "NtSetInformationFile");
    const nt::Handle handle = handleField(fields);
    const uint32_t number = classField(fields, nt::Family::File, nullptr);
    const std::vector<std::string_view> known = nt::settableFields(number);
    if (fields.ok() && known.empty())
        fields.fail("this class cannot be set");
    nt::Record values;
    for (std::string_view name : known) {
        if (!fields.push(name))
            continue;
        if (lua_isboolean(state, -1))
            values.emplace_back(name, lua_toboolean(state, -1) != 0);
        else if (lua_isinteger(state, -1))
            values.emplace_back(name, static_cast<int64_t>(lua_tointeger(state, -1)));
        else if (lua_type(state, -1) == LUA_TSTRING)
            values.emplace_back(name, std::string(lua_tostring(state, -1)));
        else
            fields.fail(
                "field '" + std::string(name) + "': expected a number, a string or true/false");
        lua_pop(state, 1);
    }
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    const std::vector<std::byte> bytes = nt::encode(number, values);
    nt::Request request;
    request.buffer = std::make_shared<nt::UserBuffer>(bytes.size());
    std::memcpy(request.buffer->data(), bytes.data(), bytes.size());
    pushStatus(state, nt::setInformation(request, handle, number));
    return 1;
}

int ntQueryDirectoryFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtQueryDirectoryFile", problem))
        return 0;
    Fields fields(state, 1, "NtQueryDirectoryFile");
    const nt::Handle handle = handleField(fields);
    const uint32_t number
        = classField(fields, nt::Family::Directory, "FileBothDirectoryInformation");
    const std::string pattern = fields.string("pattern");
    const bool restart = fields.boolean("restart", false);
    const bool single = fields.boolean("single", false);
    const auto lengthBytes = static_cast<size_t>(fields.integer("length", 65536, 16 << 20));
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    nt::Request request;
    request.buffer = std::make_shared<nt::UserBuffer>(lengthBytes);
    const uint32_t status
        = nt::queryDirectory(request, handle, 0, number, single, pattern, restart);
    pushStatus(state, status);
    if (status != 0)
        return 1;
    pushRecords(
        state,
        nt::decode(nt::Family::Directory, number, request.buffer->data(), returnedBytes(request)));
    return 2;
}

int ntNotifyChangeDirectoryFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtNotifyChangeDirectoryFile", problem))
        return 0;
    Fields fields(state, 1, "NtNotifyChangeDirectoryFile");
    const nt::Handle handle = handleField(fields);
    const nt::Handle event = handleField(fields, "event", false);
    const uint32_t filter = fields.flags("filter", kNotifyFilter, 0x1f);
    const bool tree = fields.boolean("tree", false);
    uint32_t lengthBytes = 0;
    const auto request = std::make_shared<nt::Request>();
    request->buffer = transferBuffer(state, fields, lengthBytes, 4096);
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    const uint32_t status = nt::notifyChange(*request, handle, event, filter, tree);
    pushStatus(state, status);
    pushRequest(state, request);
    return 2;
}

int ntFlushBuffersFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtFlushBuffersFile", problem))
        return 0;
    const nt::Handle handle = handleArgument(state, "NtFlushBuffersFile", problem);
    if (!problem.empty())
        return 0;
    nt::Request request;
    pushStatus(state, nt::flush(request, handle));
    return 1;
}

int ntCancelIoFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtCancelIoFile", problem))
        return 0;
    const nt::Handle handle = handleArgument(state, "NtCancelIoFile", problem);
    if (problem.empty())
        pushStatus(state, nt::cancelIo(handle));
    return problem.empty() ? 1 : 0;
}

int control(lua_State* state, const char* call, bool fileSystem, std::string& problem)
{
    if (!running(state, call, problem))
        return 0;
    Fields fields(state, 1, call);
    const nt::Handle handle = handleField(fields);
    const nt::Handle event = handleField(fields, "event", false);
    const auto code = static_cast<uint32_t>(fields.integer("code", 0, UINT32_MAX));
    const std::string input = fields.string("input");
    const auto outputBytes
        = static_cast<size_t>(fields.integer("output_length", 0, kMaximumTransfer));
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    const auto request = std::make_shared<nt::Request>();
    request->input = std::make_shared<nt::UserBuffer>(input.size());
    std::memcpy(request->input->data(), input.data(), input.size());
    request->buffer = std::make_shared<nt::UserBuffer>(outputBytes);
    const uint32_t status = nt::deviceControl(*request, handle, event, code, fileSystem);
    pushStatus(state, status);
    if (status == kStatusPending)
        pushRequest(state, request);
    else
        lua_pushlstring(
            state, reinterpret_cast<const char*>(request->buffer->data()),
            isError(status) ? 0 : returnedBytes(*request));
    return 2;
}

int ntDeviceIoControlFile(lua_State* state, std::string& problem)
{
    return control(state, "NtDeviceIoControlFile", false, problem);
}

int ntFsControlFile(lua_State* state, std::string& problem)
{
    return control(state, "NtFsControlFile", true, problem);
}

int ntLockFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtLockFile", problem))
        return 0;
    Fields fields(state, 1, "NtLockFile");
    const nt::Handle handle = handleField(fields);
    const nt::Handle event = handleField(fields, "event", false);
    const auto offset = static_cast<int64_t>(fields.integer("offset", 0));
    const auto length = static_cast<int64_t>(fields.integer("length", 1));
    const bool exclusive = fields.boolean("exclusive", true);
    const bool immediately = fields.boolean("immediately", true);
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    const auto request = std::make_shared<nt::Request>();
    const uint32_t status
        = nt::lockFile(*request, handle, event, offset, length, exclusive, immediately);
    pushStatus(state, status);
    if (status != kStatusPending)
        return 1;
    pushRequest(state, request);
    return 2;
}

int ntUnlockFile(lua_State* state, std::string& problem)
{
    if (!running(state, "NtUnlockFile", problem))
        return 0;
    Fields fields(state, 1, "NtUnlockFile");
    const nt::Handle handle = handleField(fields);
    const auto offset = static_cast<int64_t>(fields.integer("offset", 0));
    const auto length = static_cast<int64_t>(fields.integer("length", 1));
    fields.finish();
    problem = fields.problem();
    if (!problem.empty())
        return 0;
    nt::Request request;
    pushStatus(state, nt::unlockFile(request, handle, offset, length));
    return 1;
}

} // namespace

void addNtCalls(lua_State* state)
{
    lua_register(state, "NtCreateFile", call<ntCreateFile>);
    lua_register(state, "NtOpenFile", call<ntOpenFile>);
    lua_register(state, "NtClose", call<ntClose>);
    lua_register(state, "NtCreateEvent", call<ntCreateEvent>);
    lua_register(state, "NtSetEvent", call<ntSetEvent>);
    lua_register(state, "NtWaitForSingleObject", call<ntWaitForSingleObject>);
    lua_register(state, "NtReadFile", call<ntReadFile>);
    lua_register(state, "NtWriteFile", call<ntWriteFile>);
    lua_register(state, "NtQueryInformationFile", call<ntQueryInformationFile>);
    lua_register(state, "NtSetInformationFile", call<ntSetInformationFile>);
    lua_register(state, "NtQueryVolumeInformationFile", call<ntQueryVolumeInformationFile>);
    lua_register(state, "NtQueryDirectoryFile", call<ntQueryDirectoryFile>);
    lua_register(state, "NtNotifyChangeDirectoryFile", call<ntNotifyChangeDirectoryFile>);
    lua_register(state, "NtFlushBuffersFile", call<ntFlushBuffersFile>);
    lua_register(state, "NtCancelIoFile", call<ntCancelIoFile>);
    lua_register(state, "NtDeviceIoControlFile", call<ntDeviceIoControlFile>);
    lua_register(state, "NtFsControlFile", call<ntFsControlFile>);
    lua_register(state, "NtLockFile", call<ntLockFile>);
    lua_register(state, "NtUnlockFile", call<ntUnlockFile>);
}

} // namespace rdrlab::scenario
