// Runs the committed corpus, cut and damaged, through the fuzz target in every build; with
// RDRLAB_WRITE_CORPUS set to a folder it makes the corpus anew.
#include "tests/traces/smb2made.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace rdrlab;
using namespace rdrlab::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(const std::string& input)
{
    // A copy of exactly these bytes: the sanitizer sees what is read behind them.
    const std::vector<std::uint8_t> bytes(input.begin(), input.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

void write(
    const std::string& folder,
    const std::string& name,
    const WireMessage& message,
    trace::Smb2Question question = {})
{
    std::ofstream file(folder + "/" + name, std::ios::binary);
    file << '\1' << char(question.infoType) << char(question.infoClass);
    for (const std::byte byte : wireUnit({ message })) {
        file << char(byte);
    }
}

WireMessage token(const WireBytes& bytes)
{
    WireBytes body = WireBytes().u16(25).u8(0).u8(1).u32(0).u32(0).u16(88).u16(bytes.size());
    return { SessionSetup, false, 0, body.u64(0).bytes(bytes) };
}

WireBytes authenticate()
{
    WireBytes info = WireBytes().u16(1).u16(6).wide(u"LAB").u16(7).u16(8).u64(kTime).u32(0);
    WireBytes response = WireBytes().zeros(16).u8(1).u8(1).zeros(6).u64(kTime).u64(5).u32(0);
    response.bytes(info);
    WireBytes bytes = WireBytes().narrow("NTLMSSP").u8(0).u32(3);
    bytes.u16(0).u16(0).u32(98).u16(response.size()).u16(response.size()).u32(98);
    bytes.u16(0).u16(0).u32(88).u16(10).u16(10).u32(88).u16(0).u16(0).u32(98);
    bytes.u16(0).u16(0).u32(98).u32(0x20888215).u64(0).zeros(16).wide(u"alice").bytes(response);
    return bytes;
}

// SPNEGO around it: the answer of a client that agrees.
WireBytes negotiated(const WireBytes& inner)
{
    const std::size_t size = inner.size();
    WireBytes bytes = WireBytes().u8(0xA1).u8(0x82).u8((size + 12) >> 8).u8(size + 12);
    bytes.u8(0x30).u8(0x82).u8((size + 8) >> 8).u8(size + 8);
    bytes.u8(0xA2).u8(0x82).u8((size + 4) >> 8).u8(size + 4);
    return bytes.u8(4).u8(0x82).u8(size >> 8).u8(size).bytes(inner);
}

void writeAll(const std::string& folder)
{
    for (const EntryKind& kind : kEntryKinds) {
        write(
            folder, "directory" + std::to_string(kind.infoClass), directoryAnswer(kind),
            { 1, std::uint8_t(kind.infoClass) });
    }
    WireBytes all = times().u32(0x20).u32(0).u64(4096).u64(1234).u32(2).u8(1).u8(0).u16(0);
    all.u64(0x99).u32(8).u32(0x120089).u64(55).u32(0x20).u32(1).u32(10).wide(u"\\a.tx");
    write(folder, "everything", answer(QueryInfo, all), { 1, 18 });
    WireBytes streams = WireBytes().u32(40).u32(14).u64(3).u64(8).wide(u"::$DATA").zeros(2);
    streams.u32(0).u32(4).u64(5).u64(6).wide(u":b");
    write(folder, "streams", answer(QueryInfo, streams), { 1, 22 });
    WireBytes attributes
        = WireBytes().u32(16).u8(0).u8(3).u16(4).narrow("ONE").u8(0).narrow("abcd");
    attributes.u32(0).u8(0x80).u8(3).u16(1).narrow("TWO").u8(0).u8(0xFF);
    write(folder, "attributes", answer(QueryInfo, attributes), { 1, 15 });
    write(folder, "security", answer(QueryInfo, descriptor()), { 3, 0 });
    const WireBytes quota = WireBytes().u32(0).u32(16).u64(kTime).u64(1).u64(2).u64(3);
    write(folder, "quota", answer(QueryInfo, WireBytes(quota).bytes(sid({ 32, 544 }))), { 4, 0 });
    write(
        folder, "volume",
        answer(QueryInfo, WireBytes().u64(kTime).u32(9).u32(6).u8(1).u8(0).wide(u"LAB")), { 2, 1 });
    write(folder, "rename", setInfo(1, 10, WireBytes().u8(1).zeros(7).u64(0).u32(6).wide(u"new")));
    WireBytes asked = context("RqLs", lease(), false);
    asked.bytes(context("DH2Q", WireBytes().u32(60000).u32(2).u64(0).u64(5).u64(6), false));
    asked.bytes(context("ExtA", attributes, false)).bytes(context("SecD", descriptor(), true));
    write(folder, "contexts", create(false, asked));
    WireBytes got = context("MxAc", WireBytes().u32(0).u32(0x1F01FF), false);
    write(folder, "granted", create(true, got.bytes(context("RqLs", lease(), true))));
    const WireBytes link = reparsePoint(true);
    const WireBytes data = WireBytes().u32(link.size() + 4).u32(0x4C4D5953).bytes(link);
    WireBytes wrapped = WireBytes().u16(9).u8(1).u8(0).u32(8 + data.size()).u32(data.size()).u32(0);
    write(folder, "link", { Create, true, 0x8000002D, wrapped.bytes(data) });
    write(folder, "reparse", ioctl(0x000900A8, true, reparsePoint(false)));
    WireBytes referral = WireBytes().u16(8).u16(1).u32(2).u16(3).u16(34).u16(0).u16(0).u32(300);
    referral.u16(34).u16(34).u16(34).zeros(16).wide(u"\\a\\b").u16(0);
    write(folder, "referral", ioctl(0x00060194, true, referral));
    WireBytes address = WireBytes().u32(0).u32(4).u32(3).u32(0).u64(10'000'000'000).u16(0x17);
    write(folder, "interface", ioctl(0x001401FC, true, address.zeros(126)));
    const WireBytes chunks = WireBytes().zeros(24).u32(1).u32(0).u64(5).u64(6).u32(7).u32(0);
    write(folder, "copychunk", ioctl(0x001440F2, false, chunks));
    write(folder, "token", token(negotiated(authenticate())));
    write(folder, "rawtoken", token(authenticate()));
    WireBytes dialects = WireBytes().u16(36).u16(1).u16(1).u16(0).u32(7).zeros(16).u32(104).u16(3);
    dialects.u16(0).u16(0x311).zeros(2);
    dialects.u16(1).u16(38).u32(0).u16(1).u16(32).u16(1).zeros(34);
    dialects.u16(3).u16(10).u32(0).u16(1).u16(0).u32(1).u16(2).zeros(6);
    dialects.u16(5).u16(6).u32(0).wide(u"lab");
    write(folder, "negotiate", { Negotiate, false, 0, dialects });
    const WireBytes changes = WireBytes().u32(16).u32(4).u32(2).wide(u"a").zeros(2);
    write(
        folder, "changes",
        answer(ChangeNotify, WireBytes(changes).u32(0).u32(5).u32(2).wide(u"b")));
    write(
        folder, "leasebreak",
        { OplockBreak, true, 0,
          WireBytes().u16(44).u16(2).u32(1).u64(1).u64(2).u32(7).u32(3).zeros(12) });
}

} // namespace

TEST_CASE("telling what bytes mean survives the corpus, cut short and damaged", "[traces][fuzz]")
{
    if (const char* folder = std::getenv("RDRLAB_WRITE_CORPUS")) {
        writeAll(folder);
    }
    std::vector<std::filesystem::path> paths;
    for (const auto& found : std::filesystem::directory_iterator(RDRLAB_WIRE_CORPUS)) {
        paths.push_back(found.path());
    }
    std::sort(paths.begin(), paths.end());
    REQUIRE(paths.size() >= 30);
    std::uint32_t random = 1;
    const auto next = [&] { return (random = random * 1664525 + 1013904223) >> 8; };
    for (const auto& path : paths) {
        INFO(path.filename().string());
        std::ifstream file(path, std::ios::binary);
        const std::string input { std::istreambuf_iterator<char>(file), {} };
        REQUIRE(input.size() > 60);
        feed(input);
        for (std::size_t length = 1; length < input.size(); length += 1 + input.size() / 64) {
            feed(input.substr(0, length));
        }
        for (int round = 0; round < 200; ++round) {
            std::string damaged = input;
            for (int hits = 0; hits < 1 + round % 4; ++hits) {
                constexpr char kValues[] = { 0, 1, 0x7F, char(0x80), char(0xFF), 0x40 };
                const std::size_t at = next() % damaged.size();
                damaged[at] = next() % 2 == 0 ? kValues[next() % sizeof kValues] : char(next());
            }
            feed(damaged);
        }
    }
}
