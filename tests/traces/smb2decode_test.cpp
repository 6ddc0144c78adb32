// What else SMB2 messages carry: contexts, control codes, security, other frames; and the same
// bytes cut and changed.
#include "tests/traces/smb2made.h"

#include <fmt/format.h>

using namespace rdrlab;
using namespace rdrlab::test;

TEST_CASE("a security descriptor is told with its SIDs and entries", "[traces][smb2]")
{
    const Told read({ answer(QueryInfo, descriptor()) }, { 3, 0 });
    const Told set({ setInfo(3, 0, descriptor()) });
    for (const Told* told : { &read, &set }) {
        CHECK(told->isRight());
        CHECK((*told)("Control") == "SE_DACL_PRESENT | SE_SELF_RELATIVE");
        CHECK((*told)("Owner") == "S-1-5-32-544 (Administrators)");
        CHECK((*told)("Group") == "S-1-5-18 (Local System)");
        CHECK((*told)("Dacl") == "2 entries");
        CHECK((*told)("ACE") == "allows S-1-5-21-7-1001");
        CHECK((*told)("Mask") == "FILE_ALL_ACCESS");
        CHECK((*told)("AceFlags") == "OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE");
        CHECK((*told)("AceType", "allows S-1-5-21-7-1001") == "ACCESS_ALLOWED_ACE_TYPE (0)");
        CHECK(told->count("ACE") == 2);
    }
    WireBytes quota = WireBytes().u32(0).u32(16).u64(kTime).u64(1).u64(2).u64(3);
    const Told quotas({ answer(QueryInfo, quota.bytes(sid({ 32, 544 }))) }, { 4, 0 });
    CHECK(quotas.isRight());
    CHECK(quotas("QuotaLimit") == "3");
    CHECK(quotas("Sid") == "S-1-5-32-544 (Administrators)");
}

TEST_CASE("create contexts are told in request and response", "[traces][smb2]")
{
    WireBytes asked = context("RqLs", lease(), false);
    asked.bytes(context("DH2Q", WireBytes().u32(60000).u32(2).u64(0).u64(5).u64(6), false));
    asked.bytes(context("DH2C", WireBytes().u64(1).u64(2).u64(5).u64(6).u32(0), false));
    asked.bytes(context("DHnC", WireBytes().u64(1).u64(2), false));
    asked.bytes(context("DHnQ", WireBytes().zeros(16), false));
    asked.bytes(context("AlSi", WireBytes().u64(4096), false));
    asked.bytes(context("TWrp", WireBytes().u64(kTime), false));
    asked.bytes(context("QFid", {}, false));
    asked.bytes(context("MxAc", {}, false));
    asked.bytes(context("SecD", descriptor(), false));
    asked.bytes(context(
        "\x45\xBC\xA6\x6A\xEF\xA7\xF7\x4A\x90\x08\xFA\x46\x2E\x14\x4D\x74",
        WireBytes().u16(20).u16(0).u64(7).u64(8), false));
    asked.bytes(context("wxyz", WireBytes().u8(1), true));
    const Told request({ create(false, asked) });
    CHECK(request.isRight());
    CHECK(request.count("CreateContext") == 12);
    CHECK(
        request("LeaseState")
        == "SMB2_LEASE_READ_CACHING | SMB2_LEASE_HANDLE_CACHING | SMB2_LEASE_WRITE_CACHING");
    CHECK(request("Epoch") == "9");
    CHECK(request("Timeout") == "60000");
    CHECK(
        request("Flags", "DH2Q (SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2)")
        == "SMB2_DHANDLE_FLAG_PERSISTENT");
    CHECK(request("AllocationSize") == "4096");
    CHECK(request("Timestamp") == "2020-01-01 00:00:00.0000000 UTC");
    CHECK(request("Owner") == "S-1-5-32-544 (Administrators)");
    CHECK(
        request("AppInstanceId", "SMB2_CREATE_APP_INSTANCE_ID")
        == "00000007-0000-0000-0800-000000000000");
    CHECK(request("Data", "wxyz") == "1 bytes");

    WireBytes got = context("MxAc", WireBytes().u32(0).u32(0x1F01FF), false);
    got.bytes(context("QFid", WireBytes().u64(7).u64(8).zeros(16), false));
    got.bytes(context("DH2Q", WireBytes().u32(30000).u32(0), true));
    const Told response({ create(true, got) });
    CHECK(response.isRight());
    CHECK(response("MaximalAccess") == "FILE_ALL_ACCESS");
    CHECK(response("DiskFileId") == "0x0000000000000007");
    CHECK(response("Timeout") == "30000");
}

TEST_CASE("control codes are told with what they carry", "[traces][smb2]")
{
    const WireBytes validate = WireBytes().u32(7).u64(1).u64(2).u16(1).u16(2).u16(0x300).u16(0x302);
    CHECK(Told({ ioctl(0x00140204, false, validate) }).count("Dialect") == 2);
    const Told validated(
        { ioctl(0x00140204, true, WireBytes().u32(7).u64(1).u64(2).u16(1).u16(0x302)) });
    CHECK(validated("Dialect") == "SMB 3.0.2 (770)");
    const Told link({ ioctl(0x000900A8, true, reparsePoint(false)) });
    CHECK(link.isRight());
    CHECK(link("SubstituteName") == "\"\\??\\C:\\x\"");
    CHECK(link("PrintName") == "\"\\??\\C:\\x\"");
    CHECK(link("Flags", "PrintNameLength") == "SYMLINK_FLAG_RELATIVE");
    WireBytes address = WireBytes().u32(0).u32(4).u32(3).u32(0).u64(10'000'000'000).u16(2).u16(0);
    address.u8(10).u8(1).u8(2).u8(3).zeros(120);
    const Told interfaces({ ioctl(0x001401FC, true, address) });
    CHECK(interfaces.isRight());
    CHECK(interfaces("IPv4Address") == "10.1.2.3");
    CHECK(interfaces("Capability") == "RSS_CAPABLE | RDMA_CAPABLE");
    WireBytes referral = WireBytes().u16(8).u16(1).u32(2).u16(3).u16(34).u16(0).u16(0).u32(300);
    referral.u16(34).u16(34).u16(34).zeros(16).wide(u"\\a\\b").u16(0);
    const Told referred({ ioctl(0x00060194, true, referral) });
    CHECK(referred.isRight());
    CHECK(referred("NetworkAddress") == "\"\\a\\b\"");
    CHECK(referred("TimeToLive") == "300");
    const Told asked({ ioctl(0x00060194, false, WireBytes().u16(4).wide(u"\\a\\b").u16(0)) });
    CHECK(asked("RequestFileName") == "\"\\a\\b\"");
    WireBytes chunks = WireBytes().zeros(24).u32(1).u32(0).u64(5).u64(6).u32(7).u32(0);
    CHECK(Told({ ioctl(0x001440F2, false, chunks) })("TargetOffset") == "6");
    CHECK(Told({ ioctl(0x000980C8, false, WireBytes().u64(1).u64(9)) })("BeyondFinalZero") == "9");
    CHECK(Told({ ioctl(0x000940CF, true, WireBytes().u64(1).u64(9)) })("Length") == "9");
    WireBytes shots = WireBytes().u32(1).u32(1).u32(12).wide(u"@GMT-1").u16(0).u16(0);
    CHECK(Told({ ioctl(0x00144064, true, shots) })("SnapShot") == "\"@GMT-1\"");
}

TEST_CASE("a failed CREATE says where the link leads", "[traces][smb2]")
{
    const WireBytes link = reparsePoint(true);
    WireBytes data = WireBytes().u32(link.size() + 4).u32(0x4C4D5953).bytes(link);
    WireBytes plain = WireBytes().u16(9).u8(0).u8(0).u32(data.size()).bytes(data);
    const Told old({ { Create, true, 0x8000002D, plain } });
    CHECK(old.isRight());
    CHECK(old("SymLinkErrorTag") == "SYML (0x4c4d5953)");
    CHECK(old("UnparsedPathLength") == "6");
    CHECK(old("SubstituteName") == "\"\\??\\C:\\x\"");
    WireBytes wrapped = WireBytes().u16(9).u8(1).u8(0).u32(8 + data.size());
    wrapped.u32(data.size()).u32(0).bytes(data);
    const Told contexts({ { Create, true, 0x8000002D, wrapped } });
    CHECK(contexts.isRight());
    CHECK(contexts("ErrorId") == "SMB2_ERROR_ID_DEFAULT (0)");
    CHECK(contexts("PrintName") == "\"\\??\\C:\\x\"");
    WireBytes small = WireBytes().u16(9).u8(0).u8(0).u32(4).u32(700);
    CHECK(Told({ { QueryInfo, true, 0xC0000023, small } })("RequiredBufferLength") == "700");
}

TEST_CASE("an answer that was cut short is an answer, not an ERROR", "[traces][smb2]")
{
    const Told told(
        { answer(QueryInfo, WireBytes().u64(kTime).u32(1).u32(0).u8(0).u8(0), 0x80000005) },
        { 2, 1 });
    CHECK(told("VolumeSerialNumber") == "0x00000001");
}

TEST_CASE("breaks of oplocks and leases are told apart by their size", "[traces][smb2]")
{
    const WireBytes oplock = WireBytes().u16(24).u8(1).zeros(5).u64(1).u64(2);
    CHECK(Told({ { OplockBreak, true, 0, oplock } })("OplockLevel") == "SMB2_OPLOCK_LEVEL_II (1)");
    const WireBytes notice
        = WireBytes().u16(44).u16(2).u32(1).u64(1).u64(2).u32(7).u32(3).u32(0).u32(0).u32(0);
    const Told lease({ { OplockBreak, true, 0, notice } });
    CHECK(lease.isRight());
    CHECK(lease("NewEpoch") == "2");
    CHECK(lease("NewLeaseState") == "SMB2_LEASE_READ_CACHING | SMB2_LEASE_HANDLE_CACHING");
    const WireBytes acknowledgement = WireBytes().u16(36).u16(0).u32(0).u64(1).u64(2).u32(3).u64(0);
    const Told acknowledged({ { OplockBreak, false, 0, acknowledgement } });
    CHECK(acknowledged.isRight());
    CHECK(acknowledged("LeaseState") == "SMB2_LEASE_READ_CACHING | SMB2_LEASE_HANDLE_CACHING");
}

TEST_CASE("changes, compounds and other frames are told", "[traces][smb2]")
{
    WireBytes changes = WireBytes().u32(16).u32(4).u32(2).wide(u"a").zeros(2);
    changes.u32(0).u32(5).u32(2).wide(u"b");
    const Told notified({ answer(ChangeNotify, changes) });
    CHECK(notified.isRight());
    CHECK(notified("Action") == "FILE_ACTION_RENAMED_OLD_NAME (4)");
    CHECK(notified("Action", "b") == "FILE_ACTION_RENAMED_NEW_NAME (5)");
    CHECK(notified.count("FILE_NOTIFY_INFORMATION") == 2);

    trace::Smb2Unit compound;
    compound.bytes = wireUnit({ create(true, {}), answer(QueryInfo, WireBytes().u64(5)) });
    compound.questions = { {}, { 1, 6 } };
    const Told both(compound);
    CHECK(both.isRight());
    CHECK(both.count("No SMB2") == 0);
    CHECK(both("IndexNumber", "QUERY_INFO response") == "0x0000000000000005");

    const auto framed = [](const WireBytes& inner) {
        trace::Smb2Unit unit;
        unit.bytes = WireBytes().u8(0).u8(0).u8(0).u8(inner.size()).bytes(inner).all();
        return Told(unit);
    };
    const Told packed = framed(WireBytes().hex("fc534d42").u32(900).u16(2).u16(0).u32(0).zeros(20));
    CHECK(packed("CompressionAlgorithm") == "LZ77 (2)");
    CHECK(packed("Compressed message") == "20 bytes");
    const Told old = framed(WireBytes()
                                .hex("ff534d4272")
                                .zeros(27)
                                .u8(0)
                                .u16(24)
                                .u8(2)
                                .narrow("NT LM 0.12")
                                .u8(0)
                                .u8(2)
                                .narrow("SMB 2.???")
                                .u8(0));
    CHECK(old.isRight());
    CHECK(old.count("Dialect") == 2);
    CHECK(old("Dialect") == "\"NT LM 0.12\"");
}

TEST_CASE("a security token that is not well formed is only bytes", "[traces][smb2]")
{
    const auto token = [](std::string_view digits) {
        const WireBytes bytes = WireBytes().hex(digits);
        WireBytes body = WireBytes().u16(9).u16(0).u16(72).u16(bytes.size()).bytes(bytes);
        return Told({ { SessionSetup, true, 0xC0000016, body } });
    };
    CHECK(token("a1073005a0030a0101")("negState") == "accept-incomplete (1)");
    CHECK(token("a1843005a0030a0101")("SecurityBuffer") == "9 bytes");
    CHECK(token("a18030050a0101")("SecurityBuffer") == "7 bytes");
    CHECK(token("60ff")("SecurityBuffer") == "2 bytes");
    CHECK_FALSE(token("a1073005a0030aff01").isRight());
    CHECK(token("4e544c4d5353500001000000")("NTLM message") == "NEGOTIATE_MESSAGE (1)");
}

TEST_CASE("fields of bytes that were not recorded have no value", "[traces][smb2]")
{
    trace::Smb2Unit unit;
    unit.bytes = wireUnit({ answer(QueryInfo, WireBytes().u32(4).wide(u"AB")) });
    unit.questions = { { 1, 9 } };
    CHECK(Told(unit)("FileName") == "\"AB\"");
    const auto size = std::uint32_t(unit.bytes.size());
    unit.missing = { { size - 4, size } };
    const Told told(unit);
    CHECK(told("FileName") == "not recorded");
    CHECK(told("FileNameLength") == "4");
}

TEST_CASE("made messages, cut anywhere or changed, are never read past", "[traces][smb2]")
{
    std::uint32_t random = 11;
    const auto next = [&] { return random = random * 1664525 + 1013904223; };
    constexpr trace::Smb2Question kQuestions[] = { {},        { 3, 0 },  { 4, 0 },
                                                   { 1, 15 }, { 1, 18 }, { 1, 22 },
                                                   { 1, 37 }, { 1, 81 }, { 2, 5 } };
    for (const std::vector<std::byte>& whole : everyUnit()) {
        for (const trace::Smb2Question& question : kQuestions) {
            for (std::size_t keep = 60; keep < whole.size(); keep += 1 + next() % 9) {
                trace::Smb2Unit unit;
                unit.bytes.assign(whole.begin(), whole.begin() + std::ptrdiff_t(keep));
                unit.questions = { question };
                Told { unit };
            }
            for (int round = 0; round < 20; ++round) {
                trace::Smb2Unit unit;
                unit.bytes = whole;
                unit.questions = { question };
                for (int hits = 0; hits < 4; ++hits) {
                    const std::size_t at = 68 + next() % (whole.size() - 68);
                    unit.bytes[at] = std::byte(next() % 3 == 0 ? 0xFF : next() >> 24);
                }
                Told { unit };
            }
        }
    }
}

TEST_CASE("a directory of more entries than are told says so", "[traces][smb2]")
{
    const EntryKind names { 12, "" };
    WireBytes entries;
    for (std::size_t i = 0; i < trace::kMostWireFields / 4; ++i) {
        entries.bytes(entry(names, u"x", false));
    }
    const Told told({ answer(QueryDirectory, entries) }, { 1, 12 });
    CHECK(
        told("…")
        == fmt::format("more than {} fields: the rest is not told", trace::kMostWireFields));
}
