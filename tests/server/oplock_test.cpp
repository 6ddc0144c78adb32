// Oplocks, leases and durable handles between two clients.
#include "tests/server/client.h"

using namespace rdrlab::server;
using namespace rdrlab::server::test;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

Buffer context(std::string_view name, const Buffer& data, bool last = true)
{
    Writer out;
    out.u32(0);
    out.u16(16);
    out.u16(static_cast<std::uint16_t>(name.size()));
    out.u16(0);
    out.u16(24);
    out.u32(static_cast<std::uint32_t>(data.size()));
    out.bytes(bytesOf(name));
    out.u32(0);
    out.bytes(data);
    if (!last) {
        out.align(8);
        out.put32(0, static_cast<std::uint32_t>(out.size()));
    }
    return std::move(out.buffer);
}

Buffer leaseRequest(std::uint64_t key, std::uint32_t state)
{
    Writer data;
    data.u64(key);
    data.u64(0);
    data.u32(state);
    data.u32(0);
    data.u64(0);
    data.zeros(16);
    data.u32(0);
    return context("RqLs", data.buffer);
}

struct Two : Lab
{
    Client one { server };
    Client two { server };
    Two()
    {
        one.start();
        two.guid[0] = std::byte { 99 };
        two.start();
    }
};

} // namespace

TEST_CASE_METHOD(
    Two,
    "a batch oplock breaks to level II and holds the opener back until it is acknowledged",
    "[server]")
{
    const Answer created = one.createAnswer("f", { .oplock = 9 });
    CHECK(std::to_integer<int>(created.message[64 + 2]) == 9);
    const FileId held = Client::idOf(created);
    const Answer waiting = two.createAnswer("f");
    CHECK(waiting.status == status::kPending);
    const Answer broken = one.take();
    CHECK(broken.messageId == ~0ull);
    CHECK(broken.command == static_cast<std::uint16_t>(Command::OplockBreak));
    CHECK(std::to_integer<int>(broken.message[64 + 2]) == 1);
    Writer ack;
    ack.u16(24);
    ack.u8(1);
    ack.u8(0);
    ack.u32(0);
    ack.u64(held.persistentId);
    ack.u64(held.volatileId);
    CHECK(one.call(Command::OplockBreak, ack).status == 0);
    CHECK(two.take().status == 0);
    CHECK(one.call(Command::OplockBreak, ack).status == status::kInvalidOplockProtocol);
}

TEST_CASE_METHOD(
    Two, "an opener goes on when the holder closes, or when the break times out", "[server]")
{
    const bool timeout = GENERATE(false, true);
    const FileId held = one.open("f", { .oplock = 8 });
    CHECK(two.createAnswer("f").status == status::kPending);
    one.take();
    if (timeout) {
        REQUIRE(server.nextDeadlineNs() == 35 * kSecond);
        now = 35 * kSecond;
        server.tick();
    } else {
        CHECK(one.closeFile(held) == 0);
    }
    CHECK(two.take().status == 0);
}

TEST_CASE_METHOD(
    Two, "a lease breaks from RWH to RH on an open and to nothing on a write", "[server]")
{
    const Answer created
        = one.createAnswer("f", { .oplock = 0xFF, .contexts = leaseRequest(7, 7) });
    REQUIRE(created.status == 0);
    // The same key does not break itself.
    CHECK(one.tryOpen("f", { .oplock = 0xFF, .contexts = leaseRequest(7, 7) }) == 0);
    CHECK(one.answers.empty());
    CHECK(two.createAnswer("f").status == status::kPending);
    Reader in = one.take().body();
    CHECK(in.u16() == 44);
    const std::uint16_t epoch = in.u16();
    CHECK(in.u32() == 1);
    in.skip(16);
    CHECK(in.u32() == 7);
    CHECK(in.u32() == 3);
    Writer ack;
    ack.u16(36);
    ack.u16(0);
    ack.u32(0);
    ack.u64(7);
    ack.u64(0);
    ack.u32(3);
    ack.u64(0);
    CHECK(one.call(Command::OplockBreak, ack).status == 0);
    const Answer opened = two.take();
    REQUIRE(opened.status == 0);
    CHECK(two.write(Client::idOf(opened), 0, "x") == 0);
    Reader second = one.take().body();
    second.u16();
    CHECK(second.u16() == epoch + 1);
    second.skip(20);
    CHECK(second.u32() == 3);
    CHECK(second.u32() == 0);
}

TEST_CASE_METHOD(Two, "a lease key belongs to one file", "[server]")
{
    one.open("f", { .oplock = 0xFF, .contexts = leaseRequest(7, 7) });
    CHECK(
        one.createAnswer("g", { .oplock = 0xFF, .contexts = leaseRequest(7, 7) }).status
        == status::kInvalidParameter);
}

TEST_CASE_METHOD(Two, "a durable handle survives the loss of its connection, once", "[server]")
{
    Writer data;
    data.u32(0);
    data.u32(0);
    data.u64(0);
    data.u64(0x1234);
    data.u64(0x5678);
    auto client = std::make_unique<Client>(server);
    client->start();
    CreateOptions options { .share = 0, .oplock = 9 };
    options.contexts = context("DH2Q", data.buffer);
    const FileId id = client->open("f", options);
    CHECK(client->write(id, 0, "kept") == 0);
    const std::uint64_t before = server.openCount();
    client.reset();
    CHECK(server.openCount() == before);

    client = std::make_unique<Client>(server);
    client->start();
    Writer again;
    again.u64(id.persistentId);
    again.u64(id.volatileId);
    again.u64(0x1234);
    again.u64(0x5678);
    again.u32(0);
    options.contexts = context("DH2C", again.buffer);
    const Answer back = client->createAnswer("f", options);
    REQUIRE(back.status == 0);
    std::string text;
    CHECK(client->read(Client::idOf(back), 0, 10, text) == 0);
    CHECK(text == "kept");
    CHECK(client->createAnswer("f", options).status == status::kObjectNameNotFound);

    SECTION("and ends when nobody comes back for it in time")
    {
        client.reset();
        CHECK(server.openCount() == before);
        now += 61 * kSecond;
        server.tick();
        CHECK(server.openCount() == before - 1);
    }
    SECTION("and gives way to another opener while its client is away")
    {
        client.reset();
        CHECK(two.tryOpen("f", { .access = 1 }) == 0);
    }
}
