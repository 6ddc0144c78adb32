#include "tests/support/synthetic.h"
#include "traces/exporters/exporters.h"
#include "traces/store/writer.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace rdrlab;

namespace {

bool haveTshark()
{
    return std::system("command -v tshark >/dev/null 2>&1") == 0;
}

std::string tshark(const std::string& arguments)
{
    const std::string command = "HOME=/nonexistent tshark " + arguments + " 2>/dev/null";
    std::string output;
    std::FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer;
    for (std::size_t got; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) != 0;) {
        output.append(buffer.data(), got);
    }
    pclose(pipe);
    return output;
}

std::string exported(
    const std::string& trace, const std::string& name, const trace::PcapngOptions& options = {})
{
    std::string error;
    const auto reader = trace::Reader::open(trace, error);
    REQUIRE(reader != nullptr);
    const std::string path = test::temporaryPath(name);
    std::ofstream file(path, std::ios::binary);
    REQUIRE(trace::exportPcapng(*reader, file, options));
    return path;
}

std::size_t lines(const std::string& text)
{
    return std::size_t(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

TEST_CASE(
    "tshark reads the exported packets without a malformed frame and pairs the SMB2 messages",
    "[traces][pcapng]")
{
    if (!haveTshark()) {
        WARN("skipped: tshark is not installed");
        return;
    }
    const std::string path = exported(test::firstOpenTrace("pcapng.rdrtrace"), "first.pcapng");
    CHECK(lines(tshark("-r " + path)) == 6);
    CHECK(tshark("-r " + path + " -Y '_ws.malformed || tcp.analysis.flags'") == "");
    CHECK(
        lines(tshark(
            "-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -r " + path
            + " -Y 'tcp.checksum.status == Good && ip.checksum.status == Good'"))
        == 6);
    const std::string pairs = tshark(
        "-r " + path + " -Y 'smb2.flags.response == 1' -T fields -e smb2.cmd -e smb2.response_to");
    CHECK(pairs == "0\t3\n");
    CHECK(tshark("-r " + path + " -Y 'frame.comment == \"#1\"'") == "");
    CHECK(lines(tshark("-r " + path + " -Y 'frame.comment'")) == 6);
}

TEST_CASE(
    "a segment too large for a frame is cut into several with the right sequence numbers",
    "[traces][pcapng]")
{
    const std::string trace = test::temporaryPath("large.rdrtrace");
    std::string error;
    auto writer = trace::Writer::create(trace, error);
    REQUIRE(writer != nullptr);
    trace::Packet packet;
    packet.clientAddress = 0x0A000001;
    packet.serverAddress = 0x0A000002;
    packet.clientPort = 50000;
    packet.serverPort = 9999;
    packet.tcpSequence = 0xFFFFFF00; // wraps
    for (trace::Seq seq = 1; seq <= 2; ++seq) {
        packet.seq = seq;
        packet.payload.assign(200'000, std::byte(seq));
        packet.length = 200'000;
        writer->packet(packet);
        packet.tcpSequence += 200'000;
    }
    REQUIRE(writer->finish());
    const std::string path = exported(trace, "large.pcapng");
    if (!haveTshark()) {
        WARN("skipped: tshark is not installed");
        return;
    }
    CHECK(lines(tshark("-r " + path)) == 8);
    CHECK(
        tshark(
            "-r " + path
            + " -Y 'tcp.analysis.lost_segment || tcp.analysis.retransmission || _ws.malformed'")
        == "");
    const std::string lengths
        = tshark("-r " + path + " -Y 'frame.number <= 4' -T fields -e tcp.len");
    CHECK(lengths == "64240\n64240\n64240\n7280\n");
}

TEST_CASE("a packet of which only a part was kept is exported as a cut capture", "[traces][pcapng]")
{
    const std::string trace = test::temporaryPath("part.rdrtrace");
    std::string error;
    trace::WriterOptions options;
    options.payloadLimit = 10;
    auto writer = trace::Writer::create(trace, error, options);
    REQUIRE(writer != nullptr);
    trace::Packet packet;
    packet.seq = 1;
    packet.payload.assign(100'000, std::byte(1));
    packet.length = 100'000;
    writer->packet(packet);
    REQUIRE(writer->finish());
    const std::string path = exported(trace, "part.pcapng");
    if (!haveTshark()) {
        WARN("skipped: tshark is not installed");
        return;
    }
    CHECK(
        tshark("-r " + path + " -T fields -e frame.len -e frame.cap_len")
        == "64294\t64\n35814\t54\n");
}

namespace {

// An SMB2 message in its frame: 64 bytes of header, then the body.
std::vector<std::byte> message(std::uint64_t id, bool isResponse, const std::vector<unsigned>& body)
{
    std::vector<unsigned> bytes(64, 0);
    const unsigned start[] = { 0xFE, 'S', 'M', 'B', 64, 0 };
    std::copy(std::begin(start), std::end(start), bytes.begin());
    bytes[12] = 9; // WRITE
    bytes[14] = 1;
    bytes[16] = isResponse;
    for (unsigned i = 0; i < 8; ++i) {
        bytes[24 + i] = unsigned(id >> (8 * i)) & 255u;
    }
    bytes.insert(bytes.end(), body.begin(), body.end());
    std::vector<std::byte> frame { std::byte(0), std::byte(bytes.size() >> 16),
                                   std::byte(bytes.size() >> 8), std::byte(bytes.size()) };
    for (const unsigned byte : bytes) {
        frame.push_back(std::byte(byte));
    }
    return frame;
}

// 6 MB of random bytes written in six requests to a server on an unusual port.
std::string liveTrace(const std::string& name)
{
    const std::string path = test::temporaryPath(name);
    std::string error;
    auto writer = trace::Writer::create(path, error);
    REQUIRE(writer != nullptr);
    trace::Packet packet;
    packet.clientAddress = 0x0A000001;
    packet.serverAddress = 0x0A000002;
    packet.clientPort = 50000;
    packet.serverPort = 1445;
    std::uint32_t next[2] = { 1, 1 };
    std::uint32_t random = 1;
    const auto send = [&](trace::Direction direction, std::vector<std::byte> bytes) {
        packet.direction = direction;
        ++packet.seq;
        packet.timeNs += 1000;
        packet.tcpSequence = next[std::size_t(direction)];
        packet.tcpAcknowledge = next[1 - std::size_t(direction)];
        packet.length = std::uint32_t(bytes.size());
        next[std::size_t(direction)] += packet.length;
        packet.payload = std::move(bytes);
        writer->packet(packet);
    };
    for (std::uint64_t id = 5; id < 11; ++id) {
        constexpr unsigned kLength = 1'000'000;
        std::vector<unsigned> body(48, 0);
        body[0] = 49;
        body[2] = 112; // where the data begin
        for (unsigned i = 0; i < 4; ++i) {
            body[4 + i] = kLength >> (8 * i) & 255u;
        }
        body[16] = 1; // the file's id
        while (body.size() < 48 + kLength) {
            random = random * 1664525 + 1013904223;
            body.push_back(random >> 24);
        }
        send(trace::Direction::ToServer, message(id, false, body));
        std::vector<unsigned> answer(17, 0);
        answer[0] = 17;
        answer[4] = kLength & 255u;
        answer[5] = kLength >> 8 & 255u;
        answer[6] = kLength >> 16;
        send(trace::Direction::ToClient, message(id, true, answer));
    }
    REQUIRE(writer->finish());
    return path;
}

} // namespace

TEST_CASE(
    "a server on another port is shown on SMB's, where tshark reads long messages right",
    "[traces][pcapng]")
{
    const std::string trace = liveTrace("live.rdrtrace");
    const std::string path = exported(trace, "live.pcapng");
    const std::string kept = exported(trace, "kept.pcapng", { true });
    if (!haveTshark()) {
        WARN("skipped: tshark is not installed");
        return;
    }
    CHECK(tshark("-r " + path + " -Y '_ws.malformed || tcp.analysis.flags'") == "");
    CHECK(
        tshark("-r " + path + " -Y 'smb2.flags.response == 1' -T fields -e smb2.cmd -e smb2.msg_id")
        == "9\t5\n9\t6\n9\t7\n9\t8\n9\t9\n9\t10\n");
    CHECK(lines(tshark("-r " + path + " -Y 'smb2.response_to'")) == 6);
    CHECK(
        tshark(
            "-r " + path
            + " -Y 'smb2.flags.response == 1 && smb2.msg_id == 5' -T fields -e frame.comment -e "
              "tcp.srcport")
        == "#2, server port 1445\t445\n");
    CHECK(lines(tshark("-r " + kept + " -Y 'tcp.port == 1445'")) == lines(tshark("-r " + path)));
}
