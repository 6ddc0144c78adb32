// The commands, request and response, as in [MS-SMB2] 2.2.2 to 2.2.40. Offsets inside a message
// count from its header.
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

using Area = Smb2Decoder::Area;
using Body = void (*)(Smb2Decoder& decoder); // what follows StructureSize; null: nothing

void error(Smb2Decoder& decoder)
{
    const auto contexts = std::size_t(decoder.number("ErrorContextCount", 1));
    decoder.skip(1);
    const auto bytes = std::size_t(decoder.number("ByteCount", 4));
    decodeErrorData(decoder, contexts, { decoder.at(), bytes });
}

void negotiateRequest(Smb2Decoder& decoder)
{
    const std::uint64_t count = decoder.number("DialectCount", 2);
    decoder.flags("SecurityMode", 2, kWireSecurityModes);
    decoder.skip(2);
    decoder.flags("Capabilities", 4, kWireCapabilities);
    decoder.guid("ClientGuid");
    // Where the contexts are, when a dialect that has them is asked for; else a time.
    constexpr std::uint64_t kHasContexts = 0x0311;
    const std::size_t place = decoder.at();
    bool hasContexts = false;
    for (std::uint64_t i = 0; i < count && !hasContexts; ++i) {
        hasContexts = decoder.peek(place + 8 + 2 * std::size_t(i), 2) == kHasContexts;
    }
    std::size_t contexts = 0;
    std::size_t contextCount = 0;
    if (hasContexts) {
        contexts = std::size_t(decoder.number("NegotiateContextOffset", 4));
        contextCount = std::size_t(decoder.number("NegotiateContextCount", 2));
        decoder.skip(2);
    } else {
        decoder.time("ClientStartTime");
    }
    for (std::uint64_t i = 0; i < count && !decoder.isAtEnd() && !decoder.isFull(); ++i) {
        decoder.choice("Dialect", 2, kWireDialects);
    }
    decodeNegotiateContexts(decoder, decoder.told().header + contexts, contextCount);
}

void negotiateResponse(Smb2Decoder& decoder)
{
    decoder.flags("SecurityMode", 2, kWireSecurityModes);
    const std::uint64_t dialect = decoder.choice("DialectRevision", 2, kWireDialects);
    const bool hasContexts = dialect == 0x0311;
    std::size_t count = 0;
    if (hasContexts) {
        count = std::size_t(decoder.number("NegotiateContextCount", 2));
    } else {
        decoder.skip(2);
    }
    decoder.guid("ServerGuid");
    decoder.flags("Capabilities", 4, kWireCapabilities);
    decoder.number("MaxTransactSize", 4);
    decoder.number("MaxReadSize", 4);
    decoder.number("MaxWriteSize", 4);
    decoder.time("SystemTime");
    decoder.time("ServerStartTime");
    const Area area = decoder.area("SecurityBufferOffset", 2, "SecurityBufferLength", 2);
    std::size_t contexts = 0;
    if (hasContexts) {
        contexts = std::size_t(decoder.number("NegotiateContextOffset", 4));
    }
    decodeToken(decoder, area);
    decodeNegotiateContexts(decoder, decoder.told().header + contexts, count);
}

void sessionSetupRequest(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = { { 1, "SMB2_SESSION_FLAG_BINDING" } };
    decoder.flags("Flags", 1, kFlags);
    decoder.flags("SecurityMode", 1, kWireSecurityModes);
    decoder.flags("Capabilities", 4, kWireCapabilities);
    decoder.number("Channel", 4);
    const Area area = decoder.area("SecurityBufferOffset", 2, "SecurityBufferLength", 2);
    decoder.hex("PreviousSessionId", 8);
    decodeToken(decoder, area);
}

void sessionSetupResponse(Smb2Decoder& decoder)
{
    decoder.flags("SessionFlags", 2, kWireSessionFlags);
    const Area area = decoder.area("SecurityBufferOffset", 2, "SecurityBufferLength", 2);
    decodeToken(decoder, area);
}

void treeConnectRequest(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = {
        { 1, "SMB2_TREE_CONNECT_FLAG_CLUSTER_RECONNECT" },
        { 2, "SMB2_TREE_CONNECT_FLAG_REDIRECT_TO_OWNER" },
        { 4, "SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT" },
    };
    decoder.flags("Flags", 2, kFlags);
    const Area path = decoder.area("PathOffset", 2, "PathLength", 2);
    decoder.text("Path", path);
}

void treeConnectResponse(Smb2Decoder& decoder)
{
    decoder.choice("ShareType", 1, kWireShareTypes);
    decoder.skip(1);
    decoder.flags("ShareFlags", 4, kWireShareFlags);
    decoder.flags("Capabilities", 4, kWireShareCapabilities);
    decoder.flags("MaximalAccess", 4, kWireAccess);
}

void createRequest(Smb2Decoder& decoder)
{
    decoder.skip(1);
    decoder.choice("RequestedOplockLevel", 1, kWireOplocks);
    decoder.choice("ImpersonationLevel", 4, kWireImpersonations);
    decoder.skip(16);
    decoder.flags("DesiredAccess", 4, kWireAccess);
    decoder.flags("FileAttributes", 4, kWireAttributes);
    decoder.flags("ShareAccess", 4, kWireShareAccess);
    decoder.choice("CreateDisposition", 4, kWireDispositions);
    decoder.flags("CreateOptions", 4, kWireCreateOptions);
    const Area name = decoder.area("NameOffset", 2, "NameLength", 2);
    const Area contexts = decoder.area("CreateContextsOffset", 4, "CreateContextsLength", 4);
    decoder.text("Name", name);
    decodeCreateContexts(decoder, contexts);
}

void timesAndSizes(Smb2Decoder& decoder)
{
    decodeTimes(decoder);
    decoder.number("AllocationSize", 8);
    decoder.number("EndofFile", 8);
    decoder.flags("FileAttributes", 4, kWireAttributes);
}

void createResponse(Smb2Decoder& decoder)
{
    decoder.choice("OplockLevel", 1, kWireOplocks);
    static constexpr WireName kFlags[] = { { 1, "SMB2_CREATE_FLAG_REPARSEPOINT" } };
    decoder.flags("Flags", 1, kFlags);
    decoder.choice("CreateAction", 4, kWireCreateActions);
    timesAndSizes(decoder);
    decoder.skip(4);
    decoder.fileId("FileId");
    const Area contexts = decoder.area("CreateContextsOffset", 4, "CreateContextsLength", 4);
    decodeCreateContexts(decoder, contexts);
}

void closeRequest(Smb2Decoder& decoder)
{
    decoder.flags("Flags", 2, kWireCloseFlags);
    decoder.skip(4);
    decoder.fileId("FileId");
}

void closeResponse(Smb2Decoder& decoder)
{
    decoder.flags("Flags", 2, kWireCloseFlags);
    decoder.skip(4);
    timesAndSizes(decoder);
}

void flushRequest(Smb2Decoder& decoder)
{
    decoder.skip(6);
    decoder.fileId("FileId");
}

constexpr WireName kChannels[] = {
    { 0, "SMB2_CHANNEL_NONE" },
    { 1, "SMB2_CHANNEL_RDMA_V1" },
    { 2, "SMB2_CHANNEL_RDMA_V1_INVALIDATE" },
    { 3, "SMB2_CHANNEL_RDMA_TRANSFORM" },
};

void readRequest(Smb2Decoder& decoder)
{
    decoder.number("Padding", 1);
    decoder.flags("Flags", 1, kWireReadFlags);
    decoder.number("Length", 4);
    decoder.number("Offset", 8);
    decoder.fileId("FileId");
    decoder.number("MinimumCount", 4);
    decoder.choice("Channel", 4, kChannels);
    decoder.number("RemainingBytes", 4);
    decoder.area("ReadChannelInfoOffset", 2, "ReadChannelInfoLength", 2);
}

void readResponse(Smb2Decoder& decoder)
{
    const auto offset = std::size_t(decoder.number("DataOffset", 1));
    decoder.skip(1);
    const auto length = std::size_t(decoder.number("DataLength", 4));
    decoder.number("DataRemaining", 4);
    decoder.blob("Buffer", decoder.told().header + offset, length);
}

void writeRequest(Smb2Decoder& decoder)
{
    const Area data = decoder.area("DataOffset", 2, "Length", 4);
    decoder.number("Offset", 8);
    decoder.fileId("FileId");
    decoder.choice("Channel", 4, kChannels);
    decoder.number("RemainingBytes", 4);
    decoder.area("WriteChannelInfoOffset", 2, "WriteChannelInfoLength", 2);
    decoder.flags("Flags", 4, kWireWriteFlags);
    decoder.blob("Buffer", data);
}

void writeResponse(Smb2Decoder& decoder)
{
    decoder.skip(2);
    decoder.number("Count", 4);
    decoder.number("Remaining", 4);
}

void lockRequest(Smb2Decoder& decoder)
{
    const std::uint64_t count = decoder.number("LockCount", 2);
    decoder.hex("LockSequence", 4);
    decoder.fileId("FileId");
    for (std::uint64_t i = 0; i < count && !decoder.isAtEnd() && !decoder.isFull(); ++i) {
        const Smb2Decoder::Scope lock(decoder, fmt::format("Lock {}", i + 1), decoder.at(), false);
        decoder.number("Offset", 8);
        decoder.number("Length", 8);
        decoder.flags("Flags", 4, kWireLockFlags);
        decoder.skip(4);
    }
}

void ioctlRequest(Smb2Decoder& decoder)
{
    decoder.skip(2);
    const auto code = std::uint32_t(decoder.choice("CtlCode", 4, kWireControlCodes));
    decoder.fileId("FileId");
    const Area input = decoder.area("InputOffset", 4, "InputCount", 4);
    decoder.number("MaxInputResponse", 4);
    const Area output = decoder.area("OutputOffset", 4, "OutputCount", 4);
    decoder.number("MaxOutputResponse", 4);
    decoder.flags("Flags", 4, kWireControlFlags);
    decodeControl(decoder, code, false, input);
    decoder.blob("Output", output);
}

void ioctlResponse(Smb2Decoder& decoder)
{
    decoder.skip(2);
    const auto code = std::uint32_t(decoder.choice("CtlCode", 4, kWireControlCodes));
    decoder.fileId("FileId");
    const Area input = decoder.area("InputOffset", 4, "InputCount", 4);
    const Area output = decoder.area("OutputOffset", 4, "OutputCount", 4);
    decoder.hex("Flags", 4);
    decodeControl(decoder, code, false, input);
    decodeControl(decoder, code, true, output);
}

void queryDirectoryRequest(Smb2Decoder& decoder)
{
    decoder.choice("FileInformationClass", 1, kWireFileClasses);
    decoder.flags("Flags", 1, kWireDirectoryFlags);
    decoder.number("FileIndex", 4);
    decoder.fileId("FileId");
    const Area pattern = decoder.area("FileNameOffset", 2, "FileNameLength", 2);
    decoder.number("OutputBufferLength", 4);
    decoder.text("SearchPattern", pattern);
}

void informationResponse(Smb2Decoder& decoder)
{
    const Area area = decoder.area("OutputBufferOffset", 2, "OutputBufferLength", 4);
    decodeInformation(decoder, decoder.told().question, area);
}

void changeNotifyRequest(Smb2Decoder& decoder)
{
    decoder.flags("Flags", 2, kWireNotifyFlags);
    decoder.number("OutputBufferLength", 4);
    decoder.fileId("FileId");
    decoder.flags("CompletionFilter", 4, kWireNotifyFilters);
    decoder.skip(4);
}

void changeNotifyResponse(Smb2Decoder& decoder)
{
    const Area area = decoder.area("OutputBufferOffset", 2, "OutputBufferLength", 4);
    decodeChain(decoder, "FILE_NOTIFY_INFORMATION", area.at, area.bytes, 12, [&] {
        decoder.choice("Action", 4, kWireNotifyActions);
        const auto name = std::size_t(decoder.number("FileNameLength", 4));
        return decoder.text("FileName", decoder.at(), name);
    });
}

// InfoType and FileInfoClass.
Smb2Question question(Smb2Decoder& decoder)
{
    const auto type = std::uint8_t(decoder.choice("InfoType", 1, kWireInfoTypes));
    const WireNames classes = type == 1 ? kWireFileClasses
        : type == 2                     ? kWireVolumeClasses
                                        : WireNames();
    return { type, std::uint8_t(decoder.choice("FileInfoClass", 1, classes)) };
}

void queryInfoRequest(Smb2Decoder& decoder)
{
    static constexpr WireName kFlags[] = {
        { 1, "SL_RESTART_SCAN" },
        { 2, "SL_RETURN_SINGLE_ENTRY" },
        { 4, "SL_INDEX_SPECIFIED" },
    };
    const Smb2Question asked = question(decoder);
    decoder.number("OutputBufferLength", 4);
    const auto offset = std::size_t(decoder.number("InputBufferOffset", 2));
    decoder.skip(2);
    const auto length = std::size_t(decoder.number("InputBufferLength", 4));
    decoder.flags("AdditionalInformation", 4, kWireSecurityParts);
    decoder.flags("Flags", 4, kFlags);
    decoder.fileId("FileId");
    decodeInformationInput(decoder, asked, { decoder.told().header + offset, length });
}

void setInfoRequest(Smb2Decoder& decoder)
{
    const Smb2Question asked = question(decoder);
    const auto length = std::size_t(decoder.number("BufferLength", 4));
    const auto offset = std::size_t(decoder.number("BufferOffset", 2));
    decoder.skip(2);
    decoder.flags("AdditionalInformation", 4, kWireSecurityParts);
    decoder.fileId("FileId");
    decodeInformation(decoder, asked, { decoder.told().header + offset, length });
}

void leaseBreak(Smb2Decoder& decoder, bool isNotification)
{
    if (isNotification) {
        decoder.number("NewEpoch", 2);
        decoder.flags("Flags", 4, kWireBreakFlags);
    } else {
        decoder.skip(2);
        static constexpr WireName kFlags[] = { { 2, "SMB2_LEASE_FLAG_BREAK_IN_PROGRESS" } };
        decoder.flags("Flags", 4, kFlags);
    }
    decoder.guid("LeaseKey");
    if (isNotification) {
        decoder.flags("CurrentLeaseState", 4, kWireLeaseStates);
        decoder.flags("NewLeaseState", 4, kWireLeaseStates);
        decoder.number("BreakReason", 4);
        decoder.flags("AccessMaskHint", 4, kWireAccess);
        decoder.flags("ShareMaskHint", 4, kWireShareAccess);
    } else {
        decoder.flags("LeaseState", 4, kWireLeaseStates);
        decoder.number("LeaseDuration", 8);
    }
}

// Notification, acknowledgement and response of an oplock look alike; the size tells a lease's.
void oplockBreak(Smb2Decoder& decoder)
{
    const std::uint64_t structure = decoder.peek(decoder.at() - 2, 2);
    if (structure == 44 || structure == 36) {
        leaseBreak(decoder, structure == 44);
        return;
    }
    decoder.choice("OplockLevel", 1, kWireOplocks);
    decoder.skip(5);
    decoder.fileId("FileId");
}

struct Pair
{
    Body request;
    Body response;
};

constexpr Pair kBodies[] = {
    { negotiateRequest, negotiateResponse },
    { sessionSetupRequest, sessionSetupResponse },
    { nullptr, nullptr }, // LOGOFF
    { treeConnectRequest, treeConnectResponse },
    { nullptr, nullptr }, // TREE_DISCONNECT
    { createRequest, createResponse },
    { closeRequest, closeResponse },
    { flushRequest, nullptr },
    { readRequest, readResponse },
    { writeRequest, writeResponse },
    { lockRequest, nullptr },
    { ioctlRequest, ioctlResponse },
    { nullptr, nullptr }, // CANCEL
    { nullptr, nullptr }, // ECHO
    { queryDirectoryRequest, informationResponse },
    { changeNotifyRequest, changeNotifyResponse },
    { queryInfoRequest, informationResponse },
    { setInfoRequest, nullptr },
    { oplockBreak, oplockBreak },
};

} // namespace

void decodeSmb2Body(Smb2Decoder& decoder, bool isError)
{
    constexpr std::size_t kHeader = 64;
    const Smb2Told& told = decoder.told();
    const std::size_t begin = told.header + kHeader;
    const std::string_view name = smb2CommandName(told.command);
    Smb2Decoder::Scope body(
        decoder,
        fmt::format(
            "{} {}",
            isError            ? std::string("ERROR")
                : name.empty() ? fmt::format("command {}", told.command)
                               : std::string(name),
            told.isResponse ? "response body" : "request body"),
        begin);
    body.covers(decoder.end() - std::min(begin, decoder.end()));
    if (!isError && told.command >= std::size(kBodies)) {
        decoder.wrong("Command", "not one of [MS-SMB2]");
        return;
    }
    decoder.number("StructureSize", 2);
    const Body tell = isError ? error
        : told.isResponse     ? kBodies[told.command].response
                              : kBodies[told.command].request;
    if (tell != nullptr) {
        tell(decoder);
    }
}

} // namespace rdrlab::trace
