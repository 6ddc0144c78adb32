#include "tests/support/synthetic.h"

#include "engine/recorder/fields.h"
#include "traces/store/writer.h"

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <sqlite3.h>
#include <unistd.h>
#include <vector>

namespace rdrlab::test {

namespace {

struct Folder
{
    std::string path;
    Folder()
    {
        std::string pattern
            = (std::filesystem::temp_directory_path() / "rdrlab-test-XXXXXX").string();
        path = mkdtemp(pattern.data());
    }
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

// A minimal SMB2 message in its NetBIOS frame: right enough for a dissector.
std::vector<std::byte>
smb2(unsigned command, bool isResponse, std::uint64_t messageId, std::vector<unsigned> body)
{
    std::vector<unsigned> bytes { 0xFE,    'S', 'M', 'B', 64,         0, 0, 0, 0, 0, 0, 0,
                                  command, 0,   1,   0,   isResponse, 0, 0, 0, 0, 0, 0, 0 };
    for (int i = 0; i < 8; ++i) {
        bytes.push_back(unsigned(messageId >> (8 * i)) & 255u);
    }
    bytes.resize(64, 0);
    bytes.insert(bytes.end(), body.begin(), body.end());
    const std::size_t length = bytes.size();
    std::vector<std::byte> frame { std::byte(0), std::byte(length >> 16),
                                   std::byte(length >> 8 & 255), std::byte(length & 255) };
    for (const unsigned byte : bytes) {
        frame.push_back(std::byte(byte));
    }
    return frame;
}

struct Wire
{
    recorder::Recorder& recorder;
    recorder::PacketInfo packet;
    std::uint32_t clientSequence = 1001;
    std::uint32_t serverSequence = 5001;

    void put(trace::Direction direction, std::span<const std::byte> payload, std::uint8_t flags = 0)
    {
        const bool toServer = direction == trace::Direction::ToServer;
        packet.direction = direction;
        packet.flags = flags;
        packet.tcpSequence = toServer ? clientSequence : serverSequence;
        packet.tcpAcknowledge = toServer ? serverSequence : clientSequence;
        recorder.packet(packet, payload);
        (toServer ? clientSequence : serverSequence) += std::uint32_t(payload.size())
            + ((flags & (trace::kPacketSyn | trace::kPacketFin)) != 0);
    }
};

// A structure of the mini-redirector's own, watched through a field table.
struct TreeConnect
{
    const void* connection;
    std::uint32_t treeId;
};

constexpr recorder::Field kTreeFields[] = {
    { "Connection", recorder::FieldType::Pointer, offsetof(TreeConnect, connection),
      sizeof(void*) },
    { "TreeId", recorder::FieldType::Hex, offsetof(TreeConnect, treeId), 4 },
};

struct Things
{
    TreeConnect tree;
    char irp, file, device, srvCall, netRoot, vNetRoot, fcb, srvOpen, fobx, context, connection;
};

} // namespace

std::string temporaryPath(const std::string& name)
{
    static const Folder folder;
    return folder.path + "/" + name;
}

std::unique_ptr<recorder::Recorder> recordTo(const std::string& path)
{
    std::string error;
    auto writer = trace::Writer::create(path, error);
    INFO(error);
    REQUIRE(writer != nullptr);
    return std::make_unique<recorder::Recorder>(std::move(writer));
}

std::uint64_t recordFirstOpen(recorder::Recorder& recorder, sched::Context& context)
{
    using recorder::Layer;
    using recorder::ObjectKind;
    Things it {};
    Wire wire { recorder, {} };
    wire.packet.clientAddress = 0x0A000001;
    wire.packet.serverAddress = 0x0A000002;
    wire.packet.clientPort = 49152;
    wire.packet.serverPort = 445;
    wire.packet.connection = 1;

    recorder.meta("scenario", "first-open");
    recorder.meta("seed", 1);
    context.processId = 8;
    context.threadId = 12;
    recorder.process(8, "notepad");
    recorder.thread(12, 8, "main");
    recorder.born(ObjectKind::Device, &it.device, 0, "\\Device\\Mup", nullptr);

    const auto open = recorder.begin(Layer::App, "NtCreateFile", nullptr);
    recorder.note(Layer::App, "\\\\lab\\public\\readme.txt  read, share read");
    recorder.born(ObjectKind::File, &it.file, 0, "", &it.device);
    recorder.born(ObjectKind::Irp, &it.irp, 0, "", &it.file);
    const auto irp = recorder.begin(Layer::Io, "IRP_MJ_CREATE", &it.device);
    recorder.bind(&it.irp, irp);
    recorder::StackInfo stack;
    stack.number = 2;
    stack.file = &it.file;
    stack.parameters = { 0x00120089, 0x01000040, 0x80, 0x1, 0 };
    recorder.stackLocation(irp, &it.irp, stack);
    const auto lookup = recorder.begin(Layer::Mup, "MupCreate", nullptr);
    recorder.note(Layer::Mup, "prefix cache: miss (0 entries)");
    recorder.born(ObjectKind::RxContext, &it.context, 0, "", &it.irp);
    const auto rx = recorder.begin(Layer::Rdbss, "RxCommonCreate", &it.context);
    recorder.born(ObjectKind::SrvCall, &it.srvCall, 0, "\\lab", nullptr);
    recorder.changed(&it.srvCall, "Condition", "", "Condition_InTransition");
    recorder.reference(&it.srvCall, 1, 1, "RxCreateSrvCall");
    const auto create = recorder.begin(Layer::Mrx, "MRxCreateSrvCall", &it.srvCall);
    recorder.born(ObjectKind::Connection, &it.connection, 0, "10.0.0.2:445", &it.srvCall);
    wire.put(trace::Direction::ToServer, {}, trace::kPacketSyn);
    wire.put(trace::Direction::ToClient, {}, trace::kPacketSyn);
    const auto negotiate = recorder.begin(Layer::Wire, "SMB2 NEGOTIATE", &it.connection);
    wire.put(
        trace::Direction::ToServer, smb2(0, false, 0, { 36, 0,  1,  0,  1,  0,  0,    0,   0, 0,
                                                        0,  0,  1,  2,  3,  4,  5,    6,   7, 8,
                                                        9,  10, 11, 12, 13, 14, 15,   16,  0, 0,
                                                        0,  0,  0,  0,  0,  0,  0x10, 0x02 }));
    recorder.leave(negotiate);
    recorder.leave(create);
    context.threadId = 0;
    context.nowNs += 820'000;
    std::vector<unsigned> answer { 65, 0, 1, 0, 0x10, 0x02, 0, 0 };
    answer.resize(64, 0);
    wire.put(trace::Direction::ToClient, smb2(0, true, 0, answer));
    context.threadId = 12;
    recorder.enter(negotiate);
    recorder.end(negotiate, 0, 0);
    recorder.enter(create);
    recorder.changed(&it.srvCall, "Condition", "Condition_InTransition", "Condition_Good");
    recorder.event(Layer::Mrx, recorder::EventKind::Callback, "SrvCallCallback", &it.srvCall, 0, 0);
    recorder.end(create, 0x103, 0);
    const auto winner = recorder.begin(Layer::Mrx, "MRxSrvCallWinnerNotify", &it.srvCall);
    recorder.end(winner, 0, 0);
    recorder.born(ObjectKind::NetRoot, &it.netRoot, 0, "\\lab\\public", &it.srvCall);
    recorder.reference(&it.srvCall, 1, 2, "RxCreateNetRoot");
    recorder.born(ObjectKind::VNetRoot, &it.vNetRoot, 0, "\\lab\\public", &it.netRoot);
    recorder::setFieldTable(ObjectKind::Tree, kTreeFields);
    recorder.born(ObjectKind::Tree, &it.tree, sizeof it.tree, "\\lab\\public", &it.vNetRoot);
    it.tree = { &it.connection, 5 };
    recorder.touch(&it.tree);
    recorder.born(ObjectKind::Fcb, &it.fcb, 0, "\\lab\\public\\readme.txt", &it.netRoot);
    recorder.born(ObjectKind::SrvOpen, &it.srvOpen, 0, "", &it.fcb);
    const auto mrxCreate = recorder.begin(Layer::Mrx, "MRxCreate", &it.srvOpen);
    recorder.end(mrxCreate, 0, 1);
    recorder.born(ObjectKind::Fobx, &it.fobx, 0, "", &it.srvOpen);
    recorder.died(&it.context);
    recorder.end(rx, 0, 1);
    recorder.end(lookup, 0, 1);
    recorder.end(irp, 0, 1);
    recorder.stackPended(irp);
    recorder.died(&it.irp);
    recorder.end(open, 0, 1);

    context.nowNs += 1'000'000;
    const auto read = recorder.begin(Layer::App, "NtReadFile", &it.file);
    const auto mrxRead = recorder.begin(Layer::Mrx, "MRxLowIOSubmit[LOWIO_OP_READ]", &it.fobx);
    recorder.end(mrxRead, std::int32_t(0xC0000011), 0);
    recorder.end(read, std::int32_t(0xC0000011), 0);

    const auto close = recorder.begin(Layer::App, "NtClose", &it.file);
    recorder.died(&it.fobx);
    recorder.died(&it.srvOpen);
    recorder.died(&it.fcb);
    recorder.died(&it.file);
    recorder.end(close, 0, 0);
    wire.put(trace::Direction::ToServer, {}, trace::kPacketFin);
    wire.put(trace::Direction::ToClient, {}, trace::kPacketFin);
    return recorder.lastSeq();
}

std::string firstOpenTrace(const std::string& name)
{
    const std::string path = temporaryPath(name);
    const auto recorder = recordTo(path);
    sched::Context context;
    recorder->setContext(&context);
    recordFirstOpen(*recorder, context);
    REQUIRE(recorder->finish());
    return path;
}

std::unique_ptr<trace::Reader> openTrace(const std::string& path)
{
    std::string error;
    auto reader = trace::Reader::open(path, error);
    INFO(error);
    REQUIRE(reader != nullptr);
    return reader;
}

void alterTrace(const std::string& path, const std::string& statements)
{
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    INFO(statements);
    REQUIRE(sqlite3_exec(database, statements.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
}

} // namespace rdrlab::test
