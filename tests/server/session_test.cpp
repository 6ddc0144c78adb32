// Negotiation, authentication, signing, credits, compounds and trees.
#include "tests/server/client.h"

using namespace rdrlab::server;
using namespace rdrlab::server::test;

namespace {

Buffer hex(std::string_view text)
{
    Buffer out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        out.push_back(
            static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    }
    return out;
}

template <typename T> crypto::Key keyOf(const T& bytes)
{
    crypto::Key key {};
    std::memcpy(key.data(), bytes.data(), key.size());
    return key;
}

bool same(ByteSpan a, const Buffer& b)
{
    return crypto::equal(a, b);
}

} // namespace

TEST_CASE("NTLMv2 gives the values of [MS-NLMP] 4.2.4", "[server][crypto]")
{
    const crypto::Key key = ntowfV2(u"Password", u"User", u"Domain");
    CHECK(same(key, hex("0c868a403bfd7a93a3001ef22ef02e3f")));
    const Buffer blob = hex("01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f"
                            "006d00610069006e0001000c00530065007200760065007200"
                            "0000000000000000");
    const crypto::Key proof = crypto::hmacMd5(key, hex("0123456789abcdef"), blob);
    CHECK(same(proof, hex("68cd0ab851e51c96aabc927bebef6a1c")));
    CHECK(same(crypto::hmacMd5(key, proof), hex("8de40ccadbc14a82f15cb0ad0de95ca3")));
}

TEST_CASE(
    "AES-CMAC gives the values of RFC 4493, MD4 those of RFC 1320, GCM those of the NIST suite",
    "[server][crypto]")
{
    const crypto::Key key = keyOf(hex("2b7e151628aed2a6abf7158809cf4f3c"));
    CHECK(same(crypto::aesCmac(key, {}), hex("bb1d6929e95937287fa37d129b756746")));
    CHECK(same(
        crypto::aesCmac(key, hex("6bc1bee22e409f96e93d7e117393172a")),
        hex("070a16b46b4d4144f79bdd9dd04a287c")));
    CHECK(same(crypto::md4(bytesOf("abc")), hex("a448017aaf21d8525fc10ae87aa6729d")));
    CHECK(same(
        crypto::aesGmac({}, hex("000000000000000000000000"), {}),
        hex("58e2fccefa7e3061367f1d57a4e7455a")));
    Buffer text = hex("00000000000000000000000000000000");
    const crypto::Key tag
        = crypto::seal(crypto::Cipher::Aes128Gcm, {}, hex("000000000000000000000000"), {}, text);
    CHECK(same(text, hex("0388dace60b6a392f328c2b971b2fe78")));
    CHECK(same(tag, hex("ab6e47d42cec13bdf53a67b21257bddf")));
}

TEST_CASE("keys derive as in the published SMB 3.0 example", "[server][crypto]")
{
    // Microsoft's open-specification blog, "SMB 2 and SMB 3 security in Windows 10": session key to
    // signing and cipher keys.
    const Buffer session = hex("7CD451825D0450D235424E44BA6E78CC");
    CHECK(same(
        crypto::deriveKey(
            session, { "SMB2AESCMAC\0", 12 }, bytesOf(std::string_view("SmbSign\0", 8))),
        hex("0B7E9C5CAC36C0F6EA9AB275298CEDCE")));
}

TEST_CASE(
    "every dialect negotiates, logs in with a correct final signature and signs its answers",
    "[server]")
{
    const Dialect dialect = GENERATE(
        Dialect::Smb202, Dialect::Smb210, Dialect::Smb300, Dialect::Smb302, Dialect::Smb311);
    Lab lab;
    Client client(lab.server);
    client.start(dialect);
    CHECK(client.dialect == dialect);
    CHECK(client.finalSigned);
    const FileId file = client.open("a.txt");
    CHECK(client.write(file, 0, "hello") == 0);
    std::string text;
    CHECK(client.read(file, 1, 100, text) == 0);
    CHECK(text == "ello");
    CHECK(client.closeFile(file) == 0);
    CHECK(client.simple(Command::TreeDisconnect) == 0);
    CHECK(client.tryOpen("a.txt") == status::kNetworkNameDeleted);
    CHECK(client.simple(Command::Logoff) == 0);
    CHECK(client.simple(Command::TreeDisconnect) == status::kUserSessionDeleted);
    CHECK(client.echo() == 0);
}

TEST_CASE("3.1.1 signs with the algorithm the client put first", "[server]")
{
    const std::uint16_t algorithm = GENERATE(0, 1, 2);
    Lab lab;
    Client client(lab.server);
    REQUIRE(client.negotiate(Dialect::Smb311, { algorithm }) == 0);
    REQUIRE(client.login() == 0);
    CHECK(client.finalSigned);
    CHECK(client.tree("public") == 0);
}

TEST_CASE("the server's dialect limits hold", "[server]")
{
    ServerOptions options;
    options.maxDialect = Dialect::Smb300;
    options.minDialect = Dialect::Smb210;
    Lab lab(options);
    Client client(lab.server);
    CHECK(client.negotiate(Dialect::Smb311) == 0);
    CHECK(client.dialect == Dialect::Smb300);
    Client old(lab.server);
    CHECK(old.negotiate(Dialect::Smb202) == status::kNotSupported);
}

TEST_CASE("an SMB1 client that knows SMB 2.??? is led to SMB2", "[server]")
{
    Lab lab;
    Client client(lab.server);
    Writer smb1;
    smb1.bytes(bytesOf(std::string_view("\xFFSMBr", 5)));
    smb1.zeros(27);
    smb1.u8(0);
    const std::string_view dialects("\2NT LM 0.12\0\2SMB 2.002\0\2SMB 2.???\0", 34);
    smb1.u16(static_cast<std::uint16_t>(dialects.size()));
    smb1.bytes(bytesOf(dialects));
    client.transmit(smb1.buffer);
    Reader in = client.take().body();
    in.skip(4);
    CHECK(in.u16() == 0x02FF);
    client.nextId = 1;
    client.start();
    CHECK(client.dialect == Dialect::Smb311);
}

TEST_CASE("wrong password, unknown user, guest, anonymous", "[server]")
{
    ServerOptions options;
    options.guest = GENERATE(false, true);
    Lab lab(options);
    Client wrong(lab.server);
    REQUIRE(wrong.negotiate(Dialect::Smb311) == 0);
    CHECK(wrong.login("user", "no") == status::kLogonFailure);

    Client nobody(lab.server);
    REQUIRE(nobody.negotiate(Dialect::Smb311) == 0);
    const std::uint32_t result = nobody.login("nobody", "x");
    if (!options.guest) {
        CHECK(result == status::kLogonFailure);
        return;
    }
    CHECK(result == 0);
    CHECK(nobody.sessionFlags == 1);
    CHECK(nobody.tree("public") == 0);
    CHECK(nobody.tree("private") == status::kAccessDenied);

    Client anonymous(lab.server);
    REQUIRE(anonymous.negotiate(Dialect::Smb311) == 0);
    CHECK(anonymous.login("", "") == 0);
    CHECK(anonymous.sessionFlags == 2);
    CHECK(anonymous.tree("IPC$") == 0);
    CHECK(anonymous.tree("public") == status::kAccessDenied);
}

TEST_CASE("trees: missing, private, read-only", "[server]")
{
    Lab lab;
    lab.server.putFile("readonly", "a", "text");
    Client client(lab.server);
    client.start();
    CHECK(client.tree("missing") == status::kBadNetworkName);
    CHECK(client.tree("PRIVATE") == 0);
    REQUIRE(client.tree("readonly") == 0);
    CHECK(client.tryOpen("b") == status::kAccessDenied);
    CHECK(client.tryOpen("a", { .access = 0x2, .disposition = 1 }) == status::kAccessDenied);
    CHECK(client.tryOpen("a", { .access = 0x1, .disposition = 1 }) == 0);

    Client other(lab.server);
    REQUIRE(other.negotiate(Dialect::Smb311) == 0);
    REQUIRE(other.login("other", "pw2") == 0);
    CHECK(other.tree("private") == status::kAccessDenied);
}

TEST_CASE("a wrong signature is refused, and so is none where one is required", "[server]")
{
    ServerOptions options;
    options.signingRequired = true;
    Lab lab(options);
    Client client(lab.server);
    client.start(GENERATE(Dialect::Smb202, Dialect::Smb300, Dialect::Smb311));
    client.sign = false;
    CHECK(client.tryOpen("a") == status::kAccessDenied);
    client.sign = true;
    CHECK(client.tryOpen("a") == 0);
    Buffer message = client.request(Command::Create, client.createBody("b", {}).buffer);
    client.signMessage(message);
    message[70] ^= std::byte { 1 };
    client.transmit(message);
    CHECK(client.take().status == status::kAccessDenied);
    CHECK(client.tryOpen("c") == 0);
}

TEST_CASE("3.1.1 wants TREE_CONNECT signed even where signing is optional", "[server]")
{
    Lab lab;
    Client client(lab.server);
    client.start();
    Writer body;
    body.u16(9);
    body.u16(0);
    body.u16(72);
    body.u16(20);
    body.text(u"\\\\l\\public");
    client.sign = false;
    CHECK(client.call(Command::TreeConnect, body).status == status::kAccessDenied);
}

TEST_CASE("a message id outside the window, or used twice, ends the connection", "[server]")
{
    Lab lab;
    Client client(lab.server);
    client.start();
    const std::uint64_t good = client.nextId;
    client.nextId = GENERATE(0, 1'000'000);
    Writer body;
    body.u16(4);
    body.u16(0);
    client.transmit(client.request(Command::Echo, body.buffer));
    CHECK(client.closed);
    CHECK(client.answers.empty());
    CHECK(good > 0);
}

TEST_CASE(
    "credits are granted as asked, never beyond the limit, and ids may come out of order",
    "[server]")
{
    ServerOptions options;
    options.maxCredits = 32;
    Lab lab(options);
    Client client(lab.server);
    client.askCredits = 1000;
    client.start();
    const std::uint64_t spare = client.credits - client.nextId;
    CHECK(spare > 8);
    CHECK(spare <= 32);
    const std::uint64_t first = client.nextId;
    client.nextId = first + 3;
    CHECK(client.echo() == 0);
    client.nextId = first;
    CHECK(client.echo() == 0);
    CHECK(client.echo() == 0);
    CHECK(client.echo() == 0);
    for (int i = 0; i < 200; ++i) {
        client.nextId = std::max<std::uint64_t>(client.nextId, first + 4);
        REQUIRE(client.echo() == 0);
    }
}

TEST_CASE("a large request that pays too few credits is an invalid parameter", "[server]")
{
    Lab lab;
    Client client(lab.server);
    client.start();
    const FileId file = client.open("a");
    const std::string data(200'000, 'x');
    CHECK(
        client.call(Command::Write, Client::writeBody(file, 0, data), 1).status
        == status::kInvalidParameter);
    CHECK(client.write(file, 0, data) == 0);
}

TEST_CASE("related requests of a compound use the file of the create before them", "[server]")
{
    Lab lab;
    lab.server.putFile("public", "a.txt", "content");
    Client client(lab.server);
    client.start(GENERATE(Dialect::Smb202, Dialect::Smb311));
    const bool missing = GENERATE(false, true);
    const FileId any { ~0ull, ~0ull };
    Writer close;
    close.u16(24);
    close.u16(0);
    close.u32(0);
    close.u64(~0ull);
    close.u64(~0ull);
    std::vector<Buffer> parts;
    parts.push_back(client.request(
        Command::Create,
        client.createBody(missing ? "none" : "a.txt", { .disposition = 1 }).buffer));
    parts.push_back(client.request(Command::Read, Client::readBody(any, 0, 100).buffer, 4));
    parts.push_back(client.request(Command::Close, close.buffer, 4));
    Writer all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i + 1 < parts.size()) {
            parts[i].resize((parts[i].size() + 7) / 8 * 8, std::byte { 0 });
            const auto next = static_cast<std::uint32_t>(parts[i].size());
            std::memcpy(parts[i].data() + 20, &next, 4);
        }
        client.signMessage(parts[i]);
        all.bytes(parts[i]);
    }
    client.transmit(all.buffer);
    CHECK(client.raw.back().size() > 3 * 64);
    const Answer created = client.take();
    const Answer read = client.take();
    const Answer closed = client.take();
    if (missing) {
        CHECK(created.status == status::kObjectNameNotFound);
        CHECK(read.status == status::kObjectNameNotFound);
        CHECK(closed.status == status::kObjectNameNotFound);
    } else {
        CHECK(created.status == 0);
        CHECK(read.status == 0);
        CHECK((read.flags & 4) != 0);
        CHECK(closed.status == 0);
        CHECK(lab.server.openCount() == 0);
    }
}

TEST_CASE(
    "validating the negotiation answers the truth and ends a connection that lies", "[server]")
{
    Lab lab;
    Client client(lab.server);
    client.start(Dialect::Smb302);
    const bool lie = GENERATE(false, true);
    Writer input;
    input.u32(0x7F);
    input.bytes(client.guid);
    input.u16(1);
    input.u16(lie ? 1 : 4);
    input.u16(0x0202);
    input.u16(0x0210);
    input.u16(0x0300);
    input.u16(0x0302);
    if (lie) {
        Buffer message = client.request(Command::Ioctl, {});
        client.nextId -= 1;
        client.answers.clear();
        Writer body;
        body.u16(57);
        body.u16(0);
        body.u32(0x00140204);
        body.u64(~0ull);
        body.u64(~0ull);
        body.u32(64 + 56);
        body.u32(static_cast<std::uint32_t>(input.size()));
        body.zeros(12);
        body.u32(24);
        body.u32(1);
        body.u32(0);
        body.bytes(input.buffer);
        message = client.request(Command::Ioctl, body.buffer);
        client.signMessage(message);
        client.transmit(message);
        CHECK(client.closed);
        return;
    }
    const Answer answer = client.ioctl({ ~0ull, ~0ull }, 0x00140204, input.buffer, 24);
    REQUIRE(answer.status == 0);
    Reader in = answer.body();
    in.seek(64 + 48 + 22);
    CHECK(in.u16() == 0x0302);
}

TEST_CASE("a new session that names the old one closes its files", "[server]")
{
    Lab lab;
    Client first(lab.server);
    first.start();
    first.open("a", { .share = 0 });
    Client second(lab.server);
    REQUIRE(second.negotiate(Dialect::Smb311) == 0);
    REQUIRE(second.login("user", "pw", first.sessionId) == 0);
    REQUIRE(second.tree("public") == 0);
    CHECK(second.tryOpen("a") == 0);
    CHECK(first.tryOpen("a") == status::kUserSessionDeleted);
}

TEST_CASE("an expired session can do nothing until it authenticates again", "[server]")
{
    Lab lab;
    Client client(lab.server);
    client.start();
    lab.server.expireSessions();
    CHECK(client.tryOpen("a") == status::kNetworkSessionExpired);
    lab.server.closeSessions();
    CHECK(client.tryOpen("a") == status::kUserSessionDeleted);
}

TEST_CASE("faults happen at the message they were planned for", "[server]")
{
    Lab lab;
    Client client(lab.server);
    client.start();
    FaultRule rule;
    rule.command = Command::Echo;
    rule.nth = 2;
    SECTION("close")
    {
        rule.action = FaultRule::Action::CloseConnection;
        lab.server.faults().add(rule);
        CHECK(client.echo() == 0);
        Writer body;
        body.u16(4);
        body.u16(0);
        client.transmit(client.request(Command::Echo, body.buffer));
        CHECK(client.closed);
    }
    SECTION("status")
    {
        rule.action = FaultRule::Action::OverrideStatus;
        rule.status = 0xC00000B5;
        lab.server.faults().add(rule);
        CHECK(client.echo() == 0);
        CHECK(client.echo() == 0xC00000B5);
        CHECK(client.echo() == 0);
    }
    SECTION("silence, then delay")
    {
        rule.action = FaultRule::Action::NeverAnswer;
        rule.nth = 1;
        lab.server.faults().add(rule);
        rule.action = FaultRule::Action::Delay;
        rule.nth = 2;
        rule.delayNs = 5'000'000;
        lab.server.faults().add(rule);
        Writer body;
        body.u16(4);
        body.u16(0);
        client.transmit(client.request(Command::Echo, body.buffer));
        CHECK(client.answers.empty());
        client.transmit(client.request(Command::Echo, body.buffer));
        CHECK(client.answers.empty());
        REQUIRE(lab.server.nextDeadlineNs() == 5'000'000u);
        lab.now = 5'000'000;
        lab.server.tick();
        CHECK(client.take().status == 0);
    }
    SECTION("garbage, 4 GiB, wrong signature")
    {
        rule.nth = 1;
        rule.action = GENERATE(
            FaultRule::Action::Garbage, FaultRule::Action::HugeFrame,
            FaultRule::Action::WrongSignature);
        lab.server.faults().add(rule);
        client.rawOnly = true;
        client.raw.clear();
        Writer body;
        body.u16(4);
        body.u16(0);
        Buffer message = client.request(Command::Echo, body.buffer);
        client.signMessage(message);
        client.transmit(message);
        REQUIRE(client.raw.size() == 1);
        Buffer frame = client.raw[0];
        if (rule.action == FaultRule::Action::Garbage) {
            CHECK(frame.size() == 68);
            CHECK(std::memcmp(frame.data() + 4, "\xFESMB", 4) != 0);
        } else if (rule.action == FaultRule::Action::HugeFrame) {
            CHECK(frame[0] == std::byte { 0xFF });
        } else {
            const Buffer inner(frame.begin() + 4, frame.end());
            const crypto::Key expected = client.signatureOf(inner);
            CHECK(std::memcmp(expected.data(), inner.data() + 48, 16) != 0);
        }
    }
}
