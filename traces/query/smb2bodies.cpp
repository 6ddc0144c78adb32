// The commands, request and response, as in [MS-SMB2] 2.2.2 to 2.2.40. Offsets inside a message
// count from its header.
#include "traces/query/smb2decoder.h"

#include <fmt/format.h>

namespace rdrlab::trace {

namespace {

using Body = void (*)(Smb2Decoder& decoder, std::size_t header);

void size(Smb2Decoder& decoder)
{
    decoder.number("StructureSize", 2);
}

void empty(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
}

void error(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
    decoder.number("ErrorContextCount", 1);
    decoder.skip(1);
    const std::uint64_t count = decoder.number("ByteCount", 4);
    decoder.blob("ErrorData", decoder.at(), std::size_t(count));
}

void negotiateRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    const std::uint64_t count = decoder.number("DialectCount", 2);
    decoder.flags("SecurityMode", 2, kWireSecurityModes);
    decoder.skip(2);
    decoder.flags("Capabilities", 4, kWireCapabilities);
    decoder.guid("ClientGuid");
    // Offset and count of the contexts, where a dialect that has them is asked for; else a time.
    const std::size_t contexts = decoder.at();
    decoder.skip(8);
    bool isNew = false;
    for (std::uint64_t i = 0; i < count && !decoder.isAtEnd() && !decoder.isFull(); ++i) {
        isNew = decoder.choice("Dialect", 2, kWireDialects) == 0x0311 || isNew;
    }
    if (isNew) {
        decodeNegotiateContexts(
            decoder, header, std::size_t(decoder.peek(contexts, 4)),
            std::size_t(decoder.peek(contexts + 4, 2)));
    }
}

void negotiateResponse(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.flags("SecurityMode", 2, kWireSecurityModes);
    const std::uint64_t dialect = decoder.choice("DialectRevision", 2, kWireDialects);
    const std::uint64_t count = decoder.peek(decoder.at(), 2);
    decoder.skip(2);
    decoder.guid("ServerGuid");
    decoder.flags("Capabilities", 4, kWireCapabilities);
    decoder.number("MaxTransactSize", 4);
    decoder.number("MaxReadSize", 4);
    decoder.number("MaxWriteSize", 4);
    decoder.time("SystemTime");
    decoder.time("ServerStartTime");
    const std::uint64_t offset = decoder.number("SecurityBufferOffset", 2);
    const std::uint64_t length = decoder.number("SecurityBufferLength", 2);
    const std::uint64_t contexts = decoder.peek(decoder.at(), 4);
    decoder.skip(4);
    decodeToken(decoder, header + std::size_t(offset), std::size_t(length));
    if (dialect == 0x0311) {
        decodeNegotiateContexts(decoder, header, std::size_t(contexts), std::size_t(count));
    }
}

void sessionSetupRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.hex("Flags", 1);
    decoder.flags("SecurityMode", 1, kWireSecurityModes);
    decoder.flags("Capabilities", 4, kWireCapabilities);
    decoder.number("Channel", 4);
    const std::uint64_t offset = decoder.number("SecurityBufferOffset", 2);
    const std::uint64_t length = decoder.number("SecurityBufferLength", 2);
    decoder.hex("PreviousSessionId", 8);
    decodeToken(decoder, header + std::size_t(offset), std::size_t(length));
}

void sessionSetupResponse(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.flags("SessionFlags", 2, kWireSessionFlags);
    const std::uint64_t offset = decoder.number("SecurityBufferOffset", 2);
    const std::uint64_t length = decoder.number("SecurityBufferLength", 2);
    decodeToken(decoder, header + std::size_t(offset), std::size_t(length));
}

void treeConnectRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.hex("Flags", 2);
    const std::uint64_t offset = decoder.number("PathOffset", 2);
    const std::uint64_t length = decoder.number("PathLength", 2);
    decoder.text("Path", header + std::size_t(offset), std::size_t(length));
}

void treeConnectResponse(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
    decoder.choice("ShareType", 1, kWireShareTypes);
    decoder.skip(1);
    decoder.flags("ShareFlags", 4, kWireShareFlags);
    decoder.flags("Capabilities", 4, kWireShareCapabilities);
    decoder.flags("MaximalAccess", 4, kWireAccess);
}

void createRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.skip(1);
    decoder.choice("RequestedOplockLevel", 1, kWireOplocks);
    decoder.choice("ImpersonationLevel", 4, kWireImpersonations);
    decoder.skip(16);
    decoder.flags("DesiredAccess", 4, kWireAccess);
    decoder.flags("FileAttributes", 4, kWireAttributes);
    decoder.flags("ShareAccess", 4, kWireShareAccess);
    decoder.choice("CreateDisposition", 4, kWireDispositions);
    decoder.flags("CreateOptions", 4, kWireCreateOptions);
    const std::uint64_t offset = decoder.number("NameOffset", 2);
    const std::uint64_t length = decoder.number("NameLength", 2);
    const std::uint64_t contexts = decoder.number("CreateContextsOffset", 4);
    const std::uint64_t contextBytes = decoder.number("CreateContextsLength", 4);
    decoder.text("Name", header + std::size_t(offset), std::size_t(length));
    if (contextBytes != 0) {
        decodeCreateContexts(decoder, header + std::size_t(contexts), std::size_t(contextBytes));
    }
}

void timesAndSizes(Smb2Decoder& decoder)
{
    decoder.time("CreationTime");
    decoder.time("LastAccessTime");
    decoder.time("LastWriteTime");
    decoder.time("ChangeTime");
    decoder.number("AllocationSize", 8);
    decoder.number("EndofFile", 8);
    decoder.flags("FileAttributes", 4, kWireAttributes);
}

void createResponse(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.choice("OplockLevel", 1, kWireOplocks);
    decoder.hex("Flags", 1);
    decoder.choice("CreateAction", 4, kWireCreateActions);
    timesAndSizes(decoder);
    decoder.skip(4);
    decoder.fileId("FileId");
    const std::uint64_t contexts = decoder.number("CreateContextsOffset", 4);
    const std::uint64_t contextBytes = decoder.number("CreateContextsLength", 4);
    if (contextBytes != 0) {
        decodeCreateContexts(decoder, header + std::size_t(contexts), std::size_t(contextBytes));
    }
}

void closeRequest(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
    decoder.flags("Flags", 2, kWireCloseFlags);
    decoder.skip(4);
    decoder.fileId("FileId");
}

void closeResponse(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
    decoder.flags("Flags", 2, kWireCloseFlags);
    decoder.skip(4);
    timesAndSizes(decoder);
}

void flushRequest(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
    decoder.skip(6);
    decoder.fileId("FileId");
}

void readRequest(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
    decoder.number("Padding", 1);
    decoder.flags("Flags", 1, kWireReadFlags);
    decoder.number("Length", 4);
    decoder.number("Offset", 8);
    decoder.fileId("FileId");
    decoder.number("MinimumCount", 4);
    decoder.number("Channel", 4);
    decoder.number("RemainingBytes", 4);
    decoder.number("ReadChannelInfoOffset", 2);
    decoder.number("ReadChannelInfoLength", 2);
}

void readResponse(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    const std::uint64_t offset = decoder.number("DataOffset", 1);
    decoder.skip(1);
    const std::uint64_t length = decoder.number("DataLength", 4);
    decoder.number("DataRemaining", 4);
    decoder.blob("Buffer", header + std::size_t(offset), std::size_t(length));
}

void writeRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    const std::uint64_t data = decoder.number("DataOffset", 2);
    const std::uint64_t length = decoder.number("Length", 4);
    decoder.number("Offset", 8);
    decoder.fileId("FileId");
    decoder.number("Channel", 4);
    decoder.number("RemainingBytes", 4);
    decoder.number("WriteChannelInfoOffset", 2);
    decoder.number("WriteChannelInfoLength", 2);
    decoder.flags("Flags", 4, kWireWriteFlags);
    decoder.blob("Buffer", header + std::size_t(data), std::size_t(length));
}

void writeResponse(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
    decoder.skip(2);
    decoder.number("Count", 4);
    decoder.number("Remaining", 4);
}

void lockRequest(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
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

void ioctlRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.skip(2);
    decoder.choice("CtlCode", 4, kWireControlCodes);
    decoder.fileId("FileId");
    const std::uint64_t input = decoder.number("InputOffset", 4);
    const std::uint64_t inputBytes = decoder.number("InputCount", 4);
    decoder.number("MaxInputResponse", 4);
    decoder.number("OutputOffset", 4);
    decoder.number("OutputCount", 4);
    decoder.number("MaxOutputResponse", 4);
    decoder.flags("Flags", 4, kWireControlFlags);
    decoder.blob("Input", header + std::size_t(input), std::size_t(inputBytes));
}

void ioctlResponse(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.skip(2);
    decoder.choice("CtlCode", 4, kWireControlCodes);
    decoder.fileId("FileId");
    const std::uint64_t input = decoder.number("InputOffset", 4);
    const std::uint64_t inputBytes = decoder.number("InputCount", 4);
    const std::uint64_t output = decoder.number("OutputOffset", 4);
    const std::uint64_t outputBytes = decoder.number("OutputCount", 4);
    decoder.hex("Flags", 4);
    decoder.blob("Input", header + std::size_t(input), std::size_t(inputBytes));
    decoder.blob("Output", header + std::size_t(output), std::size_t(outputBytes));
}

void queryDirectoryRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    decoder.choice("FileInformationClass", 1, kWireFileClasses);
    decoder.flags("Flags", 1, kWireDirectoryFlags);
    decoder.number("FileIndex", 4);
    decoder.fileId("FileId");
    const std::uint64_t offset = decoder.number("FileNameOffset", 2);
    const std::uint64_t length = decoder.number("FileNameLength", 2);
    decoder.number("OutputBufferLength", 4);
    decoder.text("SearchPattern", header + std::size_t(offset), std::size_t(length));
}

void output(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    const std::uint64_t offset = decoder.number("OutputBufferOffset", 2);
    const std::uint64_t length = decoder.number("OutputBufferLength", 4);
    decoder.blob("Buffer", header + std::size_t(offset), std::size_t(length));
}

void changeNotifyRequest(Smb2Decoder& decoder, std::size_t)
{
    size(decoder);
    decoder.flags("Flags", 2, kWireNotifyFlags);
    decoder.number("OutputBufferLength", 4);
    decoder.fileId("FileId");
    decoder.flags("CompletionFilter", 4, kWireNotifyFilters);
    decoder.skip(4);
}

void changeNotifyResponse(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    const std::uint64_t offset = decoder.number("OutputBufferOffset", 2);
    const std::uint64_t length = decoder.number("OutputBufferLength", 4);
    std::size_t at = header + std::size_t(offset);
    const std::size_t end = at + std::size_t(length);
    if (!decoder.has(at, std::size_t(length))) {
        decoder.blob("Buffer", at, std::size_t(length));
        return;
    }
    // FILE_NOTIFY_INFORMATION, chained by offsets that only lead forwards.
    while (end - at >= 12 && !decoder.isFull()) {
        Smb2Decoder::Scope change(decoder, "FILE_NOTIFY_INFORMATION", at);
        const std::uint64_t next = decoder.number("NextEntryOffset", 4);
        decoder.choice("Action", 4, kWireNotifyActions);
        const std::uint64_t name = decoder.number("FileNameLength", 4);
        decoder.text("FileName", decoder.at(), std::size_t(name));
        if (next < 12 || next > end - at) {
            change.covers(end - at);
            break;
        }
        change.covers(std::size_t(next));
        at += std::size_t(next);
    }
}

void queryInfoRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    const std::uint64_t type = decoder.choice("InfoType", 1, kWireInfoTypes);
    decoder.choice("FileInfoClass", 1, type == 2 ? kWireVolumeClasses : kWireFileClasses);
    decoder.number("OutputBufferLength", 4);
    const std::uint64_t offset = decoder.number("InputBufferOffset", 2);
    decoder.skip(2);
    const std::uint64_t length = decoder.number("InputBufferLength", 4);
    decoder.flags("AdditionalInformation", 4, kWireSecurityParts);
    decoder.hex("Flags", 4);
    decoder.fileId("FileId");
    decoder.blob("Buffer", header + std::size_t(offset), std::size_t(length));
}

void setInfoRequest(Smb2Decoder& decoder, std::size_t header)
{
    size(decoder);
    const std::uint64_t type = decoder.choice("InfoType", 1, kWireInfoTypes);
    const std::uint64_t infoClass
        = decoder.choice("FileInfoClass", 1, type == 2 ? kWireVolumeClasses : kWireFileClasses);
    const std::uint64_t length = decoder.number("BufferLength", 4);
    const std::uint64_t offset = decoder.number("BufferOffset", 2);
    decoder.skip(2);
    decoder.flags("AdditionalInformation", 4, kWireSecurityParts);
    decoder.fileId("FileId");
    decodeInformation(
        decoder, unsigned(type), unsigned(infoClass), header + std::size_t(offset),
        std::size_t(length));
}

void leaseBreak(Smb2Decoder& decoder, bool isNotification)
{
    size(decoder);
    decoder.number(isNotification ? "NewEpoch" : "Reserved", 2);
    decoder.flags("Flags", 4, kWireBreakFlags);
    decoder.guid("LeaseKey");
    if (isNotification) {
        decoder.flags("CurrentLeaseState", 4, kWireLeaseStates);
        decoder.flags("NewLeaseState", 4, kWireLeaseStates);
    } else {
        decoder.flags("LeaseState", 4, kWireLeaseStates);
    }
}

// Notification, acknowledgement and response of an oplock look alike; the size tells a lease's.
void oplockBreak(Smb2Decoder& decoder, std::size_t)
{
    const std::uint64_t structure = decoder.peek(decoder.at(), 2);
    if (structure == 44 || structure == 36) {
        leaseBreak(decoder, structure == 44);
        return;
    }
    size(decoder);
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
    { empty, empty }, // LOGOFF
    { treeConnectRequest, treeConnectResponse },
    { empty, empty }, // TREE_DISCONNECT
    { createRequest, createResponse },
    { closeRequest, closeResponse },
    { flushRequest, empty },
    { readRequest, readResponse },
    { writeRequest, writeResponse },
    { lockRequest, empty },
    { ioctlRequest, ioctlResponse },
    { empty, empty }, // CANCEL
    { empty, empty }, // ECHO
    { queryDirectoryRequest, output },
    { changeNotifyRequest, changeNotifyResponse },
    { queryInfoRequest, output },
    { setInfoRequest, empty },
    { oplockBreak, oplockBreak },
};

} // namespace

void decodeSmb2Body(
    Smb2Decoder& decoder, std::uint16_t command, bool isResponse, bool isError, std::size_t header)
{
    const std::size_t begin = header + 64;
    const std::string_view name = smb2CommandName(command);
    Smb2Decoder::Scope body(
        decoder,
        fmt::format(
            "{} {}",
            isError            ? std::string("ERROR")
                : name.empty() ? fmt::format("command {}", command)
                               : std::string(name),
            isResponse ? "response body" : "request body"),
        begin);
    body.covers(decoder.end() - std::min(begin, decoder.end()));
    if (isError) {
        error(decoder, header);
    } else if (command < std::size(kBodies)) {
        (isResponse ? kBodies[command].response : kBodies[command].request)(decoder, header);
    } else {
        decoder.wrong("Command", "not one of [MS-SMB2]");
    }
}

} // namespace rdrlab::trace
