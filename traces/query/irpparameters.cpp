// IO_STACK_LOCATION: wdm.h, ntifs.h; windows-driver-docs: kernel/i-o-stack-locations and the pages
// of the IRP_MJ_ codes.
#include "traces/query/irpparameters.h"

#include "traces/query/smb2names.h"

#include <array>
#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

enum class Form : std::uint8_t
{
    None, // the member has fewer
    Number,
    Offset, // a number, of which two have names
    Flags,
    Choice,
    Options, // of a create: flags, and the disposition in the highest byte
    Code, // a control code
    Object,
    Presence, // of what is behind a pointer
    FileName, // stands in the row beside the parameters
    SetUnion // which member of the union is meant depends on the class
};

struct Member
{
    const char* name = nullptr;
    Form form = Form::None;
    WireNames names {};
    std::uint8_t parameter = 0;
};

struct Layout
{
    std::uint8_t major;
    std::uint8_t minors; // bit n: for minor function n; 0: for all
    const char* name;
    std::array<Member, 5> members;
};

constexpr WireName kCreateFlags[] = {
    { 0x01, "SL_FORCE_ACCESS_CHECK" },    { 0x02, "SL_OPEN_PAGING_FILE" },
    { 0x04, "SL_OPEN_TARGET_DIRECTORY" }, { 0x08, "SL_STOP_ON_SYMLINK" },
    { 0x80, "SL_CASE_SENSITIVE" },
};
constexpr WireName kTransferFlags[] = {
    { 0x01, "SL_KEY_SPECIFIED" },      { 0x02, "SL_OVERRIDE_VERIFY_VOLUME" },
    { 0x04, "SL_WRITE_THROUGH" },      { 0x08, "SL_FT_SEQUENTIAL_WRITE" },
    { 0x10, "SL_FORCE_DIRECT_WRITE" }, { 0x20, "SL_REALTIME_STREAM" },
};
constexpr WireName kListFlags[] = {
    { 0x01, "SL_RESTART_SCAN" },
    { 0x02, "SL_RETURN_SINGLE_ENTRY" },
    { 0x04, "SL_INDEX_SPECIFIED" },
};
constexpr WireName kNotifyFlags[] = { { 0x01, "SL_WATCH_TREE" } };
constexpr WireName kLockFlags[]
    = { { 0x01, "SL_FAIL_IMMEDIATELY" }, { 0x02, "SL_EXCLUSIVE_LOCK" } };
constexpr WireName kDeviceControlFlags[] = {
    { 0x01, "SL_READ_ACCESS_GRANTED" },
    { 0x02, "SL_OVERRIDE_VERIFY_VOLUME" },
    { 0x04, "SL_WRITE_ACCESS_GRANTED" },
};
constexpr WireName kControl[] = {
    { 0x01, "SL_PENDING_RETURNED" },  { 0x02, "SL_ERROR_RETURNED" },
    { 0x40, "SL_INVOKE_ON_SUCCESS" }, { 0x80, "SL_INVOKE_ON_ERROR" },
    { 0x20, "SL_INVOKE_ON_CANCEL" },
};
constexpr std::uint8_t kPendingReturned = 0x01;

constexpr WireName kTransferMinors[] = {
    { 0, "IRP_MN_NORMAL" },     { 1, "IRP_MN_DPC" },      { 2, "IRP_MN_MDL" },
    { 3, "IRP_MN_MDL_DPC" },    { 4, "IRP_MN_COMPLETE" }, { 6, "IRP_MN_COMPLETE_MDL" },
    { 8, "IRP_MN_COMPRESSED" },
};
constexpr WireName kDirectoryMinors[]
    = { { 1, "IRP_MN_QUERY_DIRECTORY" }, { 2, "IRP_MN_NOTIFY_CHANGE_DIRECTORY" } };
constexpr WireName kFileSystemMinors[] = {
    { 0, "IRP_MN_USER_FS_REQUEST" },  { 1, "IRP_MN_MOUNT_VOLUME" }, { 2, "IRP_MN_VERIFY_VOLUME" },
    { 3, "IRP_MN_LOAD_FILE_SYSTEM" }, { 4, "IRP_MN_KERNEL_CALL" },
};
constexpr WireName kLockMinors[] = {
    { 1, "IRP_MN_LOCK" },
    { 2, "IRP_MN_UNLOCK_SINGLE" },
    { 3, "IRP_MN_UNLOCK_ALL" },
    { 4, "IRP_MN_UNLOCK_ALL_BY_KEY" },
};

// Those of drivers on this side; kWireControlCodes has what goes over the wire.
constexpr WireName kLocalCodes[] = {
    { 0x0014018F, "IOCTL_REDIR_QUERY_PATH" },
    { 0x00140193, "IOCTL_REDIR_QUERY_PATH_EX" },
    { 0x00090000, "FSCTL_REQUEST_OPLOCK_LEVEL_1" },
    { 0x00090004, "FSCTL_REQUEST_OPLOCK_LEVEL_2" },
    { 0x00090008, "FSCTL_REQUEST_BATCH_OPLOCK" },
    { 0x0009000C, "FSCTL_OPLOCK_BREAK_ACKNOWLEDGE" },
    { 0x00090010, "FSCTL_OPBATCH_ACK_CLOSE_PENDING" },
    { 0x00090014, "FSCTL_OPLOCK_BREAK_NOTIFY" },
    { 0x00090050, "FSCTL_OPLOCK_BREAK_ACK_NO_2" },
    { 0x0009005C, "FSCTL_REQUEST_FILTER_OPLOCK" },
    { 0x00090240, "FSCTL_REQUEST_OPLOCK" },
    { 0x000900AC, "FSCTL_DELETE_REPARSE_POINT" },
    // What the laboratory asks of its redirector (minirdr/driver/minirdrctl.h).
    { 0x00142004, "IOCTL_MINIRDR_START" },
    { 0x00142008, "IOCTL_MINIRDR_STOP" },
    { 0x0014200C, "IOCTL_MINIRDR_SET_CONFIGURATION" },
    { 0x00142010, "IOCTL_MINIRDR_SET_CREDENTIALS" },
    { 0x00142014, "IOCTL_MINIRDR_ADD_CONNECTION" },
    { 0x00142018, "IOCTL_MINIRDR_DELETE_CONNECTION" },
};

constexpr std::uint64_t kRename = 10, kLink = 11, kEndOfFile = 20, kMoveCluster = 31;

const Layout kLayouts[] = {
    { 0,
      0,
      "Create",
      { { { "SecurityContext.DesiredAccess", Form::Flags, kWireAccess, 0 },
          { "Options", Form::Options, kWireCreateOptions, 1 },
          { "FileAttributes", Form::Flags, kWireAttributes, 2 },
          { "ShareAccess", Form::Flags, kWireShareAccess, 3 },
          { "EaLength", Form::Number, {}, 4 } } } },
    { 1,
      0,
      "CreatePipe",
      { { { "SecurityContext.DesiredAccess", Form::Flags, kWireAccess, 0 },
          { "Options", Form::Options, kWireCreateOptions, 1 },
          { "ShareAccess", Form::Flags, kWireShareAccess, 3 },
          { "Parameters", Form::Presence, {}, 2 } } } },
    { 19,
      0,
      "CreateMailslot",
      { { { "SecurityContext.DesiredAccess", Form::Flags, kWireAccess, 0 },
          { "Options", Form::Options, kWireCreateOptions, 1 },
          { "ShareAccess", Form::Flags, kWireShareAccess, 3 },
          { "Parameters", Form::Presence, {}, 2 } } } },
    { 3,
      0,
      "Read",
      { { { "Length", Form::Number, {}, 0 },
          { "Key", Form::Number, {}, 1 },
          { "Flags", Form::Number, {}, 3 },
          { "ByteOffset", Form::Offset, {}, 2 } } } },
    { 4,
      0,
      "Write",
      { { { "Length", Form::Number, {}, 0 },
          { "Key", Form::Number, {}, 1 },
          { "Flags", Form::Number, {}, 3 },
          { "ByteOffset", Form::Offset, {}, 2 } } } },
    { 5,
      0,
      "QueryFile",
      { { { "Length", Form::Number, {}, 0 },
          { "FileInformationClass", Form::Choice, kWireFileClasses, 1 } } } },
    { 6,
      0,
      "SetFile",
      { { { "Length", Form::Number, {}, 0 },
          { "FileInformationClass", Form::Choice, kWireFileClasses, 1 },
          { "FileObject", Form::Object, {}, 2 },
          { "ReplaceIfExists", Form::SetUnion, {}, 3 } } } },
    { 7,
      0,
      "QueryEa",
      { { { "Length", Form::Number, {}, 0 },
          { "EaList", Form::Presence, {}, 1 },
          { "EaListLength", Form::Number, {}, 2 },
          { "EaIndex", Form::Number, {}, 3 } } } },
    { 8, 0, "SetEa", { { { "Length", Form::Number, {}, 0 } } } },
    { 10,
      0,
      "QueryVolume",
      { { { "Length", Form::Number, {}, 0 },
          { "FsInformationClass", Form::Choice, kWireVolumeClasses, 1 } } } },
    { 11,
      0,
      "SetVolume",
      { { { "Length", Form::Number, {}, 0 },
          { "FsInformationClass", Form::Choice, kWireVolumeClasses, 1 } } } },
    { 12,
      1 << 1,
      "QueryDirectory",
      { { { "Length", Form::Number, {}, 0 },
          { "FileName", Form::FileName, {}, 0 },
          { "FileInformationClass", Form::Choice, kWireFileClasses, 1 },
          { "FileIndex", Form::Number, {}, 2 } } } },
    { 12,
      1 << 2,
      "NotifyDirectory",
      { { { "Length", Form::Number, {}, 0 },
          { "CompletionFilter", Form::Flags, kWireNotifyFilters, 1 } } } },
    { 13,
      1 << 0 | 1 << 4,
      "FileSystemControl",
      { { { "OutputBufferLength", Form::Number, {}, 0 },
          { "InputBufferLength", Form::Number, {}, 1 },
          { "FsControlCode", Form::Code, {}, 2 },
          { "Type3InputBuffer", Form::Presence, {}, 3 } } } },
    { 14,
      0,
      "DeviceIoControl",
      { { { "OutputBufferLength", Form::Number, {}, 0 },
          { "InputBufferLength", Form::Number, {}, 1 },
          { "IoControlCode", Form::Code, {}, 2 },
          { "Type3InputBuffer", Form::Presence, {}, 3 } } } },
    { 15,
      0,
      "DeviceIoControl",
      { { { "OutputBufferLength", Form::Number, {}, 0 },
          { "InputBufferLength", Form::Number, {}, 1 },
          { "IoControlCode", Form::Code, {}, 2 },
          { "Type3InputBuffer", Form::Presence, {}, 3 } } } },
    { 17,
      1 << 1 | 1 << 2,
      "LockControl",
      { { { "Length", Form::Number, {}, 0 },
          { "Key", Form::Number, {}, 1 },
          { "ByteOffset", Form::Number, {}, 2 } } } },
    { 17, 1 << 4, "LockControl", { { { "Key", Form::Number, {}, 1 } } } },
    { 20,
      0,
      "QuerySecurity",
      { { { "SecurityInformation", Form::Flags, kWireSecurityParts, 0 },
          { "Length", Form::Number, {}, 1 } } } },
    { 21,
      0,
      "SetSecurity",
      { { { "SecurityInformation", Form::Flags, kWireSecurityParts, 0 },
          { "SecurityDescriptor", Form::Presence, {}, 1 } } } },
    { 25,
      0,
      "QueryQuota",
      { { { "Length", Form::Number, {}, 0 },
          { "StartSid", Form::Presence, {}, 1 },
          { "SidList", Form::Presence, {}, 2 },
          { "SidListLength", Form::Number, {}, 3 } } } },
    { 26, 0, "SetQuota", { { { "Length", Form::Number, {}, 0 } } } },
};

const Layout* layoutOf(const StackLocation& location)
{
    for (const Layout& layout : kLayouts) {
        const bool isMinor = layout.minors == 0
            || (location.minor < 8 && (layout.minors >> location.minor & 1) != 0);
        if (layout.major == location.major && isMinor) {
            return &layout;
        }
    }
    return nullptr;
}

std::string nameOf(std::uint64_t value, WireNames names)
{
    for (const WireName& entry : names) {
        if (entry.value == value) {
            return entry.name;
        }
    }
    return {};
}

std::string hex(std::uint64_t value)
{
    return value == 0 ? "0" : fmt::format("0x{:x}", value);
}

// As CTL_CODE puts it together, where nobody knows the name.
std::string codeText(std::uint64_t code)
{
    for (const WireNames names : { WireNames(kLocalCodes), kWireControlCodes }) {
        if (std::string name = nameOf(code, names); !name.empty()) {
            return name;
        }
    }
    static constexpr const char* kMethods[]
        = { "METHOD_BUFFERED", "METHOD_IN_DIRECT", "METHOD_OUT_DIRECT", "METHOD_NEITHER" };
    static constexpr const char* kAccesses[]
        = { "FILE_ANY_ACCESS", "FILE_READ_ACCESS", "FILE_WRITE_ACCESS",
            "FILE_READ_ACCESS|FILE_WRITE_ACCESS" };
    return fmt::format(
        "CTL_CODE({}, {}, {}, {})", hex(code >> 16 & 0xFFFF), hex(code >> 2 & 0xFFF),
        kMethods[code & 3], kAccesses[code >> 14 & 3]);
}

StackValue numberOf(const char* name, std::uint64_t value)
{
    const auto number = static_cast<std::int64_t>(value);
    return { name, std::to_string(number), true, number, 0 };
}

StackValue textOf(const char* name, std::string text)
{
    return { name, std::move(text), false, 0, 0 };
}

// ByteOffset: two values say where instead of how far (wdm.h).
StackValue offsetOf(const char* name, std::uint64_t value)
{
    switch (static_cast<std::int64_t>(value)) {
    case -1:
        return textOf(name, "FILE_WRITE_TO_END_OF_FILE");
    case -2:
        return textOf(name, "FILE_USE_FILE_POINTER_POSITION");
    default:
        return numberOf(name, value);
    }
}

StackValue objectOf(const Reader& reader, const char* name, std::uint64_t id)
{
    const Object* object = id <= UINT32_MAX ? reader.object(ObjectId(id)) : nullptr;
    if (object == nullptr) {
        return textOf(name, id == 0 ? "NULL" : hex(id));
    }
    return { name, std::string(reader.string(object->name)), false, 0, object->id };
}

void addUnion(std::vector<StackValue>& values, const StackLocation& location)
{
    const std::uint64_t word = location.parameters[3];
    const auto boolean = [](bool isSet) { return std::string(isSet ? "TRUE" : "FALSE"); };
    switch (location.parameters[1]) {
    case kRename:
    case kLink:
        values.push_back(textOf("ReplaceIfExists", boolean((word & 0xFF) != 0)));
        return;
    case kEndOfFile:
        values.push_back(textOf("AdvanceOnly", boolean((word >> 8 & 0xFF) != 0)));
        return;
    case kMoveCluster:
        values.push_back(numberOf("ClusterCount", word));
        return;
    default:
        return; // the union means nothing
    }
}

WireNames flagNames(const StackLocation& location)
{
    switch (location.major) {
    case 0:
    case 1:
    case 19:
        return kCreateFlags;
    case 3:
    case 4:
        return kTransferFlags;
    case 7:
    case 25:
        return kListFlags;
    case 12:
        return location.minor == 2 ? WireNames(kNotifyFlags) : WireNames(kListFlags);
    case 14:
        return kDeviceControlFlags;
    case 17:
        return kLockFlags;
    default:
        return {};
    }
}

WireNames minorNames(std::uint8_t major)
{
    switch (major) {
    case 3:
    case 4:
        return kTransferMinors;
    case 12:
        return kDirectoryMinors;
    case 13:
        return kFileSystemMinors;
    case 17:
        return kLockMinors;
    default:
        return {};
    }
}

} // namespace

std::string_view stackMember(const StackLocation& location)
{
    const Layout* layout = layoutOf(location);
    return layout != nullptr ? layout->name : std::string_view();
}

std::vector<StackValue> stackParameters(const Reader& reader, const StackLocation& location)
{
    std::vector<StackValue> values;
    const Layout* layout = layoutOf(location);
    if (layout == nullptr) {
        return values;
    }
    for (const Member& member : layout->members) {
        const std::uint64_t value = location.parameters[member.parameter];
        switch (member.form) {
        case Form::None:
            break;
        case Form::Number:
            values.push_back(numberOf(member.name, value));
            break;
        case Form::Offset:
            values.push_back(offsetOf(member.name, value));
            break;
        case Form::Flags:
            values.push_back(textOf(member.name, wireFlags(value, member.names)));
            break;
        case Form::Choice: {
            const std::string name = nameOf(value, member.names);
            values.push_back(textOf(member.name, name.empty() ? std::to_string(value) : name));
            break;
        }
        case Form::Options: {
            const std::uint64_t disposition = value >> 24 & 0xFF;
            const std::string name = nameOf(disposition, kWireDispositions);
            values.push_back(textOf(member.name, wireFlags(value & 0xFFFFFF, member.names)));
            values.push_back(textOf("Disposition", name.empty() ? hex(disposition) : name));
            break;
        }
        case Form::Code:
            values.push_back(textOf(member.name, codeText(value)));
            break;
        case Form::Object:
            values.push_back(objectOf(reader, member.name, value));
            break;
        case Form::Presence:
            values.push_back(textOf(member.name, value != 0 ? "present" : "NULL"));
            break;
        case Form::FileName:
            values.push_back(textOf(
                member.name,
                location.name != 0 ? std::string(reader.string(location.name)) : "NULL"));
            break;
        case Form::SetUnion:
            addUnion(values, location);
            break;
        }
    }
    return values;
}

std::string stackMinorFunction(const StackLocation& location)
{
    const std::string name = nameOf(location.minor, minorNames(location.major));
    return name.empty() ? hex(location.minor) : name;
}

std::string stackFlags(const StackLocation& location)
{
    return wireFlags(location.flags, flagNames(location));
}

std::string stackControl(const StackLocation& location, Seq at)
{
    const bool isPending = location.pended != 0 && location.pended <= at;
    return wireFlags(
        unsigned(location.control) | unsigned(isPending ? kPendingReturned : 0), kControl);
}

std::vector<std::string_view> stackNames()
{
    std::vector<std::string_view> names { "Disposition", "AdvanceOnly", "ClusterCount",
                                          "FILE_WRITE_TO_END_OF_FILE",
                                          "FILE_USE_FILE_POINTER_POSITION" };
    const auto add = [&](WireNames table) {
        for (const WireName& entry : table) {
            names.emplace_back(entry.name);
        }
    };
    for (const Layout& layout : kLayouts) {
        for (const Member& member : layout.members) {
            if (member.form != Form::None) {
                names.emplace_back(member.name);
                add(member.names);
            }
        }
    }
    for (const WireNames table :
         { WireNames(kCreateFlags), WireNames(kTransferFlags), WireNames(kListFlags),
           WireNames(kNotifyFlags), WireNames(kLockFlags), WireNames(kDeviceControlFlags),
           WireNames(kControl), WireNames(kTransferMinors), WireNames(kDirectoryMinors),
           WireNames(kFileSystemMinors), WireNames(kLockMinors), WireNames(kLocalCodes),
           kWireControlCodes, kWireDispositions }) {
        add(table);
    }
    return names;
}

} // namespace rdrlab::trace
