// Files: create with all its refusals, reading and writing, locks, information, directories,
// notifications.
#include "tests/server/client.h"

using namespace rdrlab::server;
using namespace rdrlab::server::test;

namespace {

struct Session : Lab
{
    Client client { server };
    Session() { client.start(); }
};

enum : std::uint32_t
{
    Supersede,
    OpenExisting,
    CreateNew,
    OpenIf,
    Overwrite,
    OverwriteIf
};
constexpr std::uint32_t kDirectory = 1, kFile = 0x40, kDeleteOnClose = 0x1000;

std::vector<std::string> namesOf(const Answer& answer, std::uint8_t infoClass)
{
    std::vector<std::string> names;
    const ByteSpan all = Client::payload(answer);
    std::size_t base = 0;
    for (;;) {
        Reader in(all.subspan(base));
        const std::uint32_t next = in.u32();
        std::size_t lengthAt = 60;
        std::size_t nameAt = 0;
        switch (infoClass) {
        case 1:
            nameAt = 64;
            break;
        case 2:
            nameAt = 68;
            break;
        case 3:
            nameAt = 94;
            break;
        case 12:
            lengthAt = 8;
            nameAt = 12;
            break;
        case 37:
            nameAt = 104;
            break;
        case 38:
            nameAt = 80;
            break;
        case 60:
            nameAt = 88;
            break;
        }
        in.seek(lengthAt);
        const std::uint32_t length = in.u32();
        in.seek(nameAt);
        names.push_back(narrow(textOf(in.bytes(length))));
        REQUIRE(in.ok());
        if (next == 0) {
            return names;
        }
        CHECK(next % 8 == 0);
        base += next;
    }
}

Buffer number(std::uint64_t value, std::size_t bytes = 8)
{
    Buffer out(bytes);
    std::memset(out.data(), 0, bytes);
    std::memcpy(out.data(), &value, std::min(bytes, sizeof value));
    return out;
}

} // namespace

TEST_CASE_METHOD(
    Session, "create answers each refusal of [MS-FSA] 2.1.5.1 with its own status", "[server]")
{
    server.putFile("public", "dir/file", "x");
    CHECK(
        client.tryOpen("none\\file", { .disposition = OpenExisting })
        == status::kObjectPathNotFound);
    CHECK(
        client.tryOpen("dir\\none", { .disposition = OpenExisting })
        == status::kObjectNameNotFound);
    CHECK(
        client.tryOpen("dir\\file", { .disposition = CreateNew }) == status::kObjectNameCollision);
    CHECK(
        client.tryOpen("dir\\file", { .disposition = OpenExisting, .options = kDirectory })
        == status::kNotADirectory);
    CHECK(
        client.tryOpen("dir", { .disposition = OpenExisting, .options = kFile })
        == status::kFileIsADirectory);
    CHECK(
        client.tryOpen("dir\\file\\x", { .disposition = OpenExisting })
        == status::kObjectPathNotFound);
    CHECK(
        client.tryOpen("dir", { .disposition = Supersede, .options = kDirectory })
        == status::kInvalidParameter);
    CHECK(client.tryOpen("\\dir", { .disposition = OpenExisting }) == status::kInvalidParameter);
    CHECK(client.tryOpen("a*b") == status::kObjectNameInvalid);
    CHECK(client.tryOpen(std::string(256, 'n')) == status::kObjectNameInvalid);
    CHECK(
        client.tryOpen(
            "dir",
            { .access = 0x10000,
              .disposition = OpenExisting,
              .options = kDirectory | kDeleteOnClose })
        == status::kDirectoryNotEmpty);
    CHECK(client.tryOpen("DIR\\FILE", { .disposition = OpenExisting }) == 0);
    CHECK(client.tryOpen("", { .access = 0x100081, .disposition = OpenExisting }) == 0);
}

TEST_CASE_METHOD(Session, "dispositions do what they say and tell it", "[server]")
{
    const auto action = [&](std::uint32_t disposition) {
        const Answer answer = client.createAnswer("f", { .disposition = disposition });
        REQUIRE(answer.status == 0);
        Reader in = answer.body();
        in.skip(4);
        const std::uint32_t value = in.u32();
        client.write(Client::idOf(answer), 0, "data");
        client.closeFile(Client::idOf(answer));
        return value;
    };
    CHECK(action(CreateNew) == 2);
    CHECK(action(OpenExisting) == 1);
    CHECK(action(OpenIf) == 1);
    CHECK(action(Overwrite) == 3);
    CHECK(action(OverwriteIf) == 3);
    CHECK(action(Supersede) == 0);
    client.closeFile(client.open("f", { .disposition = Overwrite }));
    CHECK(server.readFile("public", "f")->empty());
}

TEST_CASE_METHOD(Session, "share modes and access rights are checked", "[server]")
{
    const FileId file = client.open("f", { .access = 0x3, .share = 1 });
    CHECK(client.tryOpen("f", { .access = 0x1, .share = 3 }) == 0);
    CHECK(client.tryOpen("f", { .access = 0x1, .share = 1 }) == status::kSharingViolation);
    CHECK(client.tryOpen("f", { .access = 0x2, .share = 3 }) == status::kSharingViolation);
    CHECK(client.tryOpen("f", { .access = 0x10000, .share = 3 }) == status::kSharingViolation);
    CHECK(client.tryOpen("f", { .access = 0x80, .share = 0 }) == 0);
    client.closeFile(file);
    const FileId reader = client.open("f", { .access = 0x1 });
    CHECK(client.write(reader, 0, "x") == status::kAccessDenied);
    const FileId writer = client.open("f", { .access = 0x2 });
    std::string text;
    CHECK(client.read(writer, 0, 1, text) == status::kAccessDenied);
    const FileId appender = client.open("f", { .access = 0x4 });
    CHECK(client.write(writer, 0, "abc") == 0);
    CHECK(client.write(appender, 1, "x") == status::kAccessDenied);
    CHECK(client.write(appender, 3, "d") == 0);
}

TEST_CASE_METHOD(Session, "deleting: on close, by disposition, while open elsewhere", "[server]")
{
    FileId first = client.open("f");
    const FileId second = client.open("f");
    CHECK(client.set(first, 1, 13, number(1, 1)) == 0);
    CHECK(client.tryOpen("f") == status::kDeletePending);
    client.closeFile(first);
    CHECK(server.readFile("public", "f").has_value());
    client.closeFile(second);
    CHECK_FALSE(server.readFile("public", "f").has_value());

    first = client.open("g", { .options = kDeleteOnClose });
    CHECK(client.tryOpen("g") == 0);
    client.closeFile(first);
    CHECK_FALSE(server.readFile("public", "g").has_value());

    server.putFile("public", "d/x", "x");
    const FileId directory = client.open("d");
    CHECK(client.set(directory, 1, 13, number(1, 1)) == status::kDirectoryNotEmpty);
    const FileId readOnly = client.open("r", { .attributes = 1 });
    CHECK(client.set(readOnly, 1, 13, number(1, 1)) == status::kCannotDelete);
    CHECK(
        client.tryOpen("r", { .access = 2, .disposition = OpenExisting }) == status::kAccessDenied);
}

TEST_CASE_METHOD(
    Session, "reading and writing: ends, holes, large transfers, huge offsets", "[server]")
{
    const FileId file = client.open("f");
    std::string text;
    CHECK(client.read(file, 0, 10, text) == status::kEndOfFile);
    CHECK(client.read(file, 0, 0, text) == 0);
    std::string data(1'000'000, '\0');
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<char>(i * 2654435761u >> 13);
    }
    CHECK(client.write(file, 100'000, data) == 0);
    CHECK(client.read(file, 0, 1'200'000, text) == 0);
    CHECK(text.size() == 1'100'000);
    CHECK(text.substr(0, 100'000) == std::string(100'000, '\0'));
    CHECK(text.substr(100'000) == data);
    CHECK(client.write(file, 1ull << 40, "far") == 0);
    CHECK(client.read(file, (1ull << 40) - 2, 10, text) == 0);
    CHECK(text == std::string("\0\0far", 5));
    CHECK(client.write(file, 1ull << 63, "x") == status::kInvalidParameter);
    CHECK(client.write(file, (1ull << 62), "x") == status::kDiskFull);
    CHECK(client.set(file, 1, 20, number(100'003)) == 0);
    CHECK(client.read(file, 100'000, 10, text) == 0);
    CHECK(text == data.substr(0, 3));
    CHECK(client.set(file, 1, 20, number(200'000)) == 0);
    CHECK(client.read(file, 100'003, 10, text) == 0);
    CHECK(text == std::string(10, '\0'));
    client.closeFile(file);
    CHECK(client.read(file, 0, 1, text) == status::kFileClosed);
}

TEST_CASE_METHOD(
    Session, "locks: conflict, refuse, wait, cancel, unlock, all or nothing", "[server]")
{
    const FileId a = client.open("f");
    const FileId b = client.open("f");
    client.write(a, 0, std::string(100, 'x'));
    std::string text;
    CHECK(client.lock(a, 10, 10, 2 | 0x10).status == 0);
    CHECK(client.lock(b, 15, 1, 1 | 0x10).status == status::kLockNotGranted);
    CHECK(client.read(b, 10, 1, text) == status::kFileLockConflict);
    CHECK(client.read(a, 10, 1, text) == 0);
    CHECK(client.write(b, 5, "123456") == status::kFileLockConflict);
    CHECK(client.lock(b, 10, 10, 4).status == status::kRangeNotLocked);

    const Answer waiting = client.lock(b, 10, 10, 2);
    CHECK(waiting.status == status::kPending);
    CHECK(waiting.isAsync());
    CHECK(client.lock(a, 10, 10, 4).status == 0);
    Answer granted = client.take();
    CHECK(granted.status == 0);
    CHECK(granted.messageId == waiting.messageId);
    CHECK(granted.asyncId == waiting.asyncId);

    const Answer second = client.lock(a, 10, 10, 1);
    CHECK(second.status == status::kPending);
    client.cancel(second.asyncId);
    CHECK(client.take().status == status::kCancelled);

    CHECK(
        client.call(Command::Lock, Client::lockBody(a, { { 0, 5, 0x12 }, { 12, 1, 0x12 } })).status
        == status::kLockNotGranted);
    CHECK(client.lock(b, 0, 5, 2 | 0x10).status == 0);
    client.closeFile(b);
    CHECK(client.lock(a, 0, 100, 2 | 0x10).status == 0);
    CHECK(client.lock(a, ~0ull, 2, 2 | 0x10).status == 0xC00001A1u);
}

TEST_CASE_METHOD(Session, "every file information class has the size of [MS-FSCC]", "[server]")
{
    const FileId file = client.open("f");
    client.write(file, 0, "12345");
    const std::pair<std::uint8_t, std::size_t> sizes[]
        = { { 4, 40 }, { 5, 24 },  { 6, 8 },        { 7, 4 },     { 8, 4 },
            { 14, 8 }, { 16, 4 },  { 17, 4 },       { 28, 16 },   { 34, 56 },
            { 35, 8 }, { 59, 24 }, { 18, 100 + 4 }, { 9, 4 + 4 }, { 48, 4 + 2 } };
    for (const auto& [infoClass, size] : sizes) {
        const Answer answer = client.query(file, 1, infoClass);
        INFO("class " << int(infoClass));
        CHECK(answer.status == 0);
        CHECK(Client::payload(answer).size() == size);
    }
    CHECK(client.query(file, 1, 4, 10).status == status::kInfoLengthMismatch);
    CHECK(client.query(file, 1, 18, 90).status == status::kInfoLengthMismatch);
    const Answer cut = client.query(file, 1, 9, 6);
    CHECK(cut.status == status::kBufferOverflow);
    CHECK(Client::payload(cut).size() == 6);
    CHECK(client.query(file, 1, 99).status == status::kInvalidInfoClass);
    CHECK(client.query(file, 1, 15).status == status::kNoEasOnFile);
    Reader standard(Client::payload(client.query(file, 1, 5)));
    CHECK(standard.u64() == 4096);
    CHECK(standard.u64() == 5);
    CHECK(standard.u32() == 1);
    const std::pair<std::uint8_t, std::size_t> volumes[]
        = { { 3, 24 }, { 4, 8 },   { 6, 48 },     { 7, 32 },
            { 8, 64 }, { 11, 28 }, { 5, 12 + 8 }, { 1, 18 + 12 } };
    for (const auto& [infoClass, size] : volumes) {
        INFO("class " << int(infoClass));
        CHECK(Client::payload(client.query(file, 2, infoClass)).size() == size);
    }
}

TEST_CASE_METHOD(Session, "times and attributes: zero keeps, minus one freezes", "[server]")
{
    const FileId file = client.open("f");
    Writer basic;
    basic.u64(1000);
    basic.u64(0);
    basic.u64(~0ull);
    basic.u64(0);
    basic.u32(2);
    basic.u32(0);
    REQUIRE(client.set(file, 1, 4, basic.buffer) == 0);
    const auto times = [&] {
        std::array<std::uint64_t, 5> out {};
        const Answer answer = client.query(file, 1, 4);
        Reader in(Client::payload(answer));
        for (int i = 0; i < 4; ++i) {
            out[static_cast<std::size_t>(i)] = in.u64();
        }
        out[4] = in.u32();
        return out;
    };
    const auto before = times();
    CHECK(before[0] == 1000);
    CHECK(before[4] == 2);
    now += 1'000'000'000;
    client.write(file, 0, "x");
    const auto after = times();
    CHECK(after[2] == before[2]);
    CHECK(after[3] > before[3]);
}

TEST_CASE_METHOD(Session, "renaming: new place, collision, replacement, into itself", "[server]")
{
    server.putFile("public", "dir/x", "x");
    server.putFile("public", "b", "old");
    const FileId file = client.open("a");
    client.write(file, 0, "new");
    CHECK(client.rename(file, "b") == status::kObjectNameCollision);
    CHECK(client.rename(file, "no\\b") == status::kObjectPathNotFound);
    CHECK(client.rename(file, "b", true) == 0);
    CHECK(client.rename(file, "dir\\B") == 0);
    CHECK(server.list("public", "") == std::vector<std::string> { "dir" });
    CHECK(server.list("public", "dir") == std::vector<std::string> { "B", "x" });
    CHECK(client.rename(file, "linked", false, 11) == 0);
    Reader standard(Client::payload(client.query(file, 1, 5)));
    standard.skip(16);
    CHECK(standard.u32() == 2);
    client.closeFile(file);
    const FileId directory = client.open("dir");
    CHECK(client.rename(directory, "dir\\inner") == status::kSharingViolation);
    CHECK(client.rename(directory, "moved") == 0);
    CHECK(server.readFile("public", "moved/b").has_value());
}

TEST_CASE_METHOD(
    Session, "directories list in every class, with patterns, in pieces and again", "[server]")
{
    for (int i = 0; i < 100; ++i) {
        server.putFile("public", "d/file" + std::to_string(i) + (i % 2 ? ".txt" : ".bin"), "x");
    }
    const FileId directory = client.open("d");
    for (const std::uint8_t infoClass : { 1, 2, 3, 12, 37, 38, 60 }) {
        const Answer answer = client.list(directory, "*", infoClass, 1);
        REQUIRE(answer.status == 0);
        const auto names = namesOf(answer, infoClass);
        CHECK(names.size() == 102);
        CHECK(names[0] == ".");
        CHECK(names[2] == "file0.bin");
        CHECK(client.list(directory, "*", infoClass).status == status::kNoMoreFiles);
    }
    CHECK(namesOf(client.list(directory, "*.TXT", 37, 1), 37).size() == 50);
    CHECK(namesOf(client.list(directory, "file?.bin", 37, 1), 37).size() == 5);
    CHECK(
        namesOf(client.list(directory, "FILE7.txt", 37, 1), 37)
        == std::vector<std::string> { "file7.txt" });
    CHECK(client.list(directory, "none*", 37, 1).status == status::kNoSuchFile);
    CHECK(client.list(directory, "*", 99).status == status::kInvalidInfoClass);
    std::size_t count = 0;
    std::uint8_t flags = 0x10;
    for (;;) {
        const Answer answer = client.list(directory, "*", 37, flags, 1000);
        flags = 0;
        if (answer.status != 0) {
            CHECK(answer.status == status::kNoMoreFiles);
            break;
        }
        CHECK(Client::payload(answer).size() <= 1000);
        count += namesOf(answer, 37).size();
    }
    CHECK(count == 102);
    CHECK(namesOf(client.list(directory, "*", 37, 0x12), 37).size() == 1);
    CHECK(client.list(directory, "*", 37, 0x10, 50).status == status::kInfoLengthMismatch);
}

TEST_CASE_METHOD(Session, "streams are listed, kept apart and deleted alone", "[server]")
{
    const FileId stream = client.open("f:side");
    client.write(stream, 0, "in the stream");
    client.closeFile(stream);
    const FileId file = client.open("f");
    client.write(file, 0, "main");
    const std::u16string all = textOf(Client::payload(client.query(file, 1, 22)));
    CHECK(all.find(u"::$DATA") != all.npos);
    CHECK(all.find(u":side:$DATA") != all.npos);
    client.closeFile(
        client.open("f:SIDE:$DATA", { .disposition = OpenExisting, .options = kDeleteOnClose }));
    CHECK(client.tryOpen("f:side", { .disposition = OpenExisting }) == status::kObjectNameNotFound);
    CHECK(server.readFile("public", "f").has_value());
    CHECK(client.tryOpen("x:y:z") == status::kInvalidParameter);
}

TEST_CASE_METHOD(
    Session,
    "extended attributes, security descriptors, label and quota survive a round trip",
    "[server]")
{
    const FileId file = client.open("f");
    Writer ea;
    ea.u32(0);
    ea.u8(0);
    ea.u8(4);
    ea.u16(5);
    ea.bytes(bytesOf(std::string_view("NAME\0value", 10)));
    CHECK(client.set(file, 1, 15, ea.buffer) == 0);
    CHECK(crypto::equal(Client::payload(client.query(file, 1, 15)), ea.buffer));
    const Answer small = client.query(file, 3, 0, 4, 7);
    CHECK(small.status == status::kBufferTooSmall);
    const Answer descriptor = client.query(file, 3, 0, 4096, 7);
    REQUIRE(descriptor.status == 0);
    const ByteSpan bytes = Client::payload(descriptor);
    CHECK(client.set(file, 3, 0, Buffer(bytes.begin(), bytes.end()), 7) == 0);
    CHECK(crypto::equal(Client::payload(client.query(file, 3, 0, 4096, 7)), bytes));
    CHECK(client.query(file, 3, 0, 4096, 8).status == status::kAccessDenied);

    Writer label;
    label.u32(8);
    label.text(u"name");
    CHECK(client.set(file, 2, 2, label.buffer) == 0);
    Reader volume(Client::payload(client.query(file, 2, 1)));
    volume.skip(12);
    CHECK(volume.u32() == 8);

    CHECK(client.query(file, 4, 0, 4096, 0, number(0, 16)).status == status::kNoMoreEntries);
    Writer quota;
    quota.u32(0);
    quota.u32(12);
    quota.zeros(16);
    quota.u64(1000);
    quota.u64(2000);
    const std::uint8_t sid[] = { 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 };
    quota.bytes(std::as_bytes(std::span(sid)));
    CHECK(client.set(file, 4, 0, quota.buffer) == 0);
    CHECK(Client::payload(client.query(file, 4, 0, 4096, 0, number(0, 16))).size() == 52);
}

TEST_CASE_METHOD(Session, "a denied right in the DACL is refused", "[server]")
{
    client.closeFile(client.open("f"));
    const FileId file = client.open("f");
    // Owner and group untouched; one ACE: everyone may read.
    Writer descriptor;
    descriptor.u16(1);
    descriptor.u16(0x8004);
    descriptor.u32(0);
    descriptor.u32(0);
    descriptor.u32(0);
    descriptor.u32(20);
    descriptor.u16(2);
    descriptor.u16(28);
    descriptor.u16(1);
    descriptor.u16(0);
    descriptor.u16(0);
    descriptor.u16(20);
    descriptor.u32(0x120089);
    const std::uint8_t sid[] = { 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 };
    descriptor.bytes(std::as_bytes(std::span(sid)));
    REQUIRE(client.set(file, 3, 0, descriptor.buffer, 4) == 0);
    CHECK(client.tryOpen("f", { .access = 0x1 }) == 0);
    CHECK(client.tryOpen("f", { .access = 0x2 }) == status::kAccessDenied);
}

TEST_CASE_METHOD(
    Session, "change notification: events, names, overflow, cancel, cleanup", "[server]")
{
    const FileId root = client.open("", { .access = 0x100081 });
    const Answer first = client.notify(root, 3);
    CHECK(first.status == status::kPending);
    const Answer created = client.createAnswer("new.txt");
    REQUIRE(created.status == 0);
    const Answer event = client.take();
    REQUIRE(event.status == 0);
    Reader in(Client::payload(event));
    CHECK(in.u32() == 0);
    CHECK(in.u32() == 1);
    CHECK(textOf(in.bytes(in.u32())) == u"new.txt");
    client.rename(Client::idOf(created), "other.txt");
    const Answer renamed = client.notify(root, 3);
    REQUIRE(renamed.status == 0);
    Reader pair(Client::payload(renamed));
    const std::uint32_t next = pair.u32();
    CHECK(pair.u32() == 4);
    pair.seek(next + 4);
    CHECK(pair.u32() == 5);

    Answer waiting = client.notify(root, 3);
    CHECK(waiting.status == status::kPending);
    client.cancel(waiting.asyncId);
    CHECK(client.take().status == status::kCancelled);
    waiting = client.notify(root, 3);
    client.closeFile(root);
    CHECK(client.take().status == status::kNotifyCleanup);

    const FileId small = client.open("", { .access = 0x100081 });
    CHECK(client.notify(small, 3, true, 40).status == status::kPending);
    server.putDirectory("public", "d");
    client.open("d\\a-long-enough-name");
    CHECK(client.take().status == status::kNotifyEnumDir);
}

TEST_CASE_METHOD(
    Session,
    "a long name has an 8.3 alias that opens the file, and a client may choose it",
    "[server]")
{
    const FileId file = client.open("A long name.text");
    const auto alias = [&] {
        Reader in(Client::payload(client.query(file, 1, 21)));
        return narrow(textOf(in.bytes(in.u32())));
    };
    CHECK(alias().size() == 12);
    CHECK(client.tryOpen(alias(), { .disposition = OpenExisting }) == 0);
    Writer name;
    name.u32(10);
    name.text(u"ALONG");
    CHECK(client.set(file, 1, 40, name.buffer) == 0);
    CHECK(alias() == "ALONG");
    CHECK(client.tryOpen("along", { .disposition = OpenExisting }) == 0);
}

TEST_CASE_METHOD(Session, "file system controls", "[server]")
{
    const FileId file = client.open("f");
    const FileId source = client.open("s");
    client.write(source, 0, "copied text");
    CHECK(client.ioctl({ ~0ull, ~0ull }, 0x00060194, number(0)).status == status::kNotFound);
    CHECK(client.ioctl(file, 0x000900A8, {}).status == status::kNotAReparsePoint);
    CHECK(client.ioctl(file, 0x00123450, {}).status == status::kInvalidDeviceRequest);
    CHECK(client.ioctl(file, 0x000900C4, {}).status == 0);
    const Answer key = client.ioctl(source, 0x00140078, {}, 32);
    REQUIRE(key.status == 0);
    Reader in = key.body();
    in.seek(64 + 48);
    Writer chunks;
    chunks.bytes(in.bytes(24));
    chunks.u32(1);
    chunks.u32(0);
    chunks.u64(0);
    chunks.u64(5);
    chunks.u32(11);
    chunks.u32(0);
    CHECK(client.ioctl(file, 0x001440F2, chunks.buffer).status == 0);
    std::string text;
    CHECK(client.read(file, 5, 100, text) == 0);
    CHECK(text == "copied text");
    Writer zero;
    zero.u64(5);
    zero.u64(11);
    CHECK(client.ioctl(file, 0x000980C8, zero.buffer).status == 0);
    CHECK(client.read(file, 5, 100, text) == 0);
    CHECK(text == std::string("\0\0\0\0\0\0", 6) + " text");
}
