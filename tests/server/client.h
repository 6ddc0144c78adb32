// A small SMB2 client for tests: builds requests, checks the frames it gets back (lengths, ids,
// signatures), and leaves everything about the answers to the test. Talks to a Connection directly;
// no wire between.
#pragma once

#include <catch2/catch.hpp>

#include <deque>

#include "engine/server/crypto.h"
#include "engine/server/ntlm.h"
#include "engine/server/server.h"
#include "engine/server/status.h"

namespace rdrlab::server::test {

/// Shared and kept by the client, so that a Reader of a temporary Answer stays good to the end of
/// the test.
class Message
{
public:
    void assign(ByteSpan bytes) { m_bytes = std::make_shared<Buffer>(bytes.begin(), bytes.end()); }
    operator const Buffer&() const { return *m_bytes; }
    operator ByteSpan() const { return *m_bytes; }
    const std::byte* data() const { return m_bytes->data(); }
    std::byte operator[](std::size_t at) const { return m_bytes->at(at); }
    std::shared_ptr<Buffer> share() const { return m_bytes; }

private:
    std::shared_ptr<Buffer> m_bytes;
};

struct Answer
{
    std::uint32_t status = 0;
    std::uint16_t command = 0;
    std::uint32_t flags = 0;
    std::uint16_t credits = 0;
    std::uint64_t messageId = 0;
    std::uint64_t asyncId = 0;
    std::uint32_t treeId = 0;
    std::uint64_t sessionId = 0;
    Message message; // from the header on

    Reader body() const
    {
        Reader in { ByteSpan(message) };
        in.seek(64);
        return in;
    }
    bool isAsync() const { return (flags & 2) != 0; }
    bool isSigned() const { return (flags & 8) != 0; }
};

struct FileId
{
    std::uint64_t persistentId = 0;
    std::uint64_t volatileId = 0;
};

struct CreateOptions
{
    std::uint32_t access = 0x1F01FF;
    std::uint32_t attributes = 0;
    std::uint32_t share = 7;
    std::uint32_t disposition = 3; // OPEN_IF
    std::uint32_t options = 0;
    std::uint8_t oplock = 0;
    Buffer contexts;
};

class Client : public Output
{
public:
    explicit Client(Server& server)
        : connection(server.connect(*this))
    {
        for (std::size_t i = 0; i < guid.size(); ++i) {
            guid[i] = static_cast<std::byte>(i + 1);
        }
    }
    ~Client() override { connection->disconnected(); }

    // Output
    void send(Buffer bytes) override
    {
        CHECK_FALSE(closed);
        Reader in(bytes);
        REQUIRE(bytes.size() >= 4);
        const std::size_t length = std::to_integer<std::size_t>(bytes[1]) << 16
            | std::to_integer<std::size_t>(bytes[2]) << 8 | std::to_integer<std::size_t>(bytes[3]);
        raw.push_back(bytes);
        if (bytes[0] != std::byte { 0 } || length != bytes.size() - 4 || rawOnly) {
            return;
        }
        ByteSpan rest = ByteSpan(bytes).subspan(4);
        while (!rest.empty()) {
            REQUIRE(rest.size() >= 64);
            REQUIRE(std::memcmp(rest.data(), "\xFESMB", 4) == 0);
            Reader header(rest);
            header.seek(8);
            Answer answer;
            answer.status = header.u32();
            answer.command = header.u16();
            answer.credits = header.u16();
            answer.flags = header.u32();
            const std::uint32_t next = header.u32();
            answer.messageId = header.u64();
            if (answer.flags & 2) {
                answer.asyncId = header.u64();
            } else {
                header.u32();
                answer.treeId = header.u32();
            }
            answer.sessionId = header.u64();
            REQUIRE(next <= rest.size());
            const ByteSpan part = rest.first(next ? next : rest.size());
            answer.message.assign(part);
            m_kept.push_back(answer.message.share());
            credits += answer.credits;
            answers.push_back(answer);
            rest = rest.subspan(part.size());
        }
    }
    void close() override { closed = true; }

    // Building
    Buffer
    request(Command command, const Buffer& body, std::uint32_t flags = 0, std::uint16_t charge = 1)
    {
        Writer out;
        out.bytes(bytesOf(std::string_view("\xFESMB", 4)));
        out.u16(64);
        out.u16(dialect >= Dialect::Smb210 ? charge : 0);
        out.u32(0);
        out.u16(static_cast<std::uint16_t>(command));
        out.u16(askCredits);
        out.u32(flags);
        out.u32(0);
        out.u64(nextId);
        out.u32(0xFEFF);
        out.u32(treeId);
        out.u64(sessionId);
        out.zeros(16);
        out.bytes(body);
        nextId += std::max<std::uint16_t>(charge, 1);
        return std::move(out.buffer);
    }
    crypto::Key signatureOf(Buffer message) const
    {
        std::memset(message.data() + 48, 0, 16);
        if (dialect <= Dialect::Smb210 || (dialect == Dialect::Smb311 && signingAlgorithm == 0)) {
            const auto digest = crypto::hmacSha256(signingKey, message);
            crypto::Key key;
            std::memcpy(key.data(), digest.data(), 16);
            return key;
        }
        if (dialect < Dialect::Smb311 || signingAlgorithm == 1) {
            return crypto::aesCmac(signingKey, message);
        }
        Reader in(message);
        in.seek(16);
        const std::uint32_t flags = in.u32();
        in.seek(24);
        Writer nonce;
        nonce.u64(in.u64());
        nonce.u32(flags & 1);
        return crypto::aesGmac(signingKey, nonce.buffer, message);
    }
    void signMessage(Buffer& message) const
    {
        message[16] |= std::byte { 8 };
        const crypto::Key key = signatureOf(message);
        std::memcpy(message.data() + 48, key.data(), 16);
    }
    void transmit(const Buffer& messages)
    {
        Writer frame;
        frame.u8(0);
        frame.u8(static_cast<std::uint8_t>(messages.size() >> 16));
        frame.u8(static_cast<std::uint8_t>(messages.size() >> 8));
        frame.u8(static_cast<std::uint8_t>(messages.size()));
        frame.bytes(messages);
        if (record) {
            record->insert(record->end(), frame.buffer.begin(), frame.buffer.end());
        }
        connection->receive(frame.buffer);
    }
    Answer take()
    {
        REQUIRE_FALSE(answers.empty());
        Answer answer = std::move(answers.front());
        answers.pop_front();
        if (answer.isSigned() && hasKey && checkSignatures) {
            const crypto::Key expected = signatureOf(answer.message);
            CHECK(std::memcmp(expected.data(), answer.message.data() + 48, 16) == 0);
        }
        return answer;
    }
    Answer call(Command command, const Writer& body, std::uint16_t charge = 1)
    {
        Buffer message = request(command, body.buffer, 0, charge);
        if (hasKey && sign) {
            signMessage(message);
        }
        transmit(message);
        return take();
    }

    // Steps of a session
    std::uint32_t negotiate(Dialect highest, std::vector<std::uint16_t> signings = { 2, 1, 0 })
    {
        Writer body;
        const std::uint16_t all[] = { 0x0202, 0x0210, 0x0300, 0x0302, 0x0311 };
        std::uint16_t count = 0;
        for (std::uint16_t d : all) {
            count += d <= static_cast<std::uint16_t>(highest);
        }
        const bool contexts = highest == Dialect::Smb311;
        body.u16(36);
        body.u16(count);
        body.u16(1);
        body.u16(0);
        body.u32(0x7F);
        body.bytes(guid);
        const std::size_t contextAt = body.size();
        body.u32(0);
        body.u32(0);
        for (std::uint16_t i = 0; i < count; ++i) {
            body.u16(all[i]);
        }
        if (contexts) {
            body.align(8);
            body.put32(contextAt, static_cast<std::uint32_t>(64 + body.size()));
            body.put16(contextAt + 4, 2);
            body.u16(1);
            body.u16(38);
            body.u32(0);
            body.u16(1);
            body.u16(32);
            body.u16(1);
            body.zeros(32);
            body.align(8);
            body.u16(8);
            body.u16(static_cast<std::uint16_t>(2 + 2 * signings.size()));
            body.u32(0);
            body.u16(static_cast<std::uint16_t>(signings.size()));
            for (std::uint16_t s : signings) {
                body.u16(s);
            }
        }
        const Buffer message = request(Command::Negotiate, body.buffer, 0, 0);
        transmit(message);
        const Answer answer = take();
        if (answer.status == 0) {
            Reader in = answer.body();
            in.skip(4);
            dialect = static_cast<Dialect>(in.u16());
            signingAlgorithm = signings.empty() ? 1 : signings[0];
            preauth = crypto::sha512(crypto::sha512(crypto::Hash512 {}, message), answer.message);
        }
        return answer.status;
    }
    Answer sessionSetup(ByteSpan token, std::uint64_t previous = 0)
    {
        Writer body;
        body.u16(25);
        body.u8(0);
        body.u8(securityMode);
        body.u32(1);
        body.u32(0);
        body.u16(64 + 24);
        body.u16(static_cast<std::uint16_t>(token.size()));
        body.u64(previous);
        body.bytes(token);
        const Buffer message = request(Command::SessionSetup, body.buffer);
        preauth = crypto::sha512(preauth, message);
        transmit(message);
        const bool key = std::exchange(checkSignatures, false);
        Answer answer = take();
        checkSignatures = key;
        if (answer.status == status::kMoreProcessingRequired) {
            preauth = crypto::sha512(preauth, answer.message);
        }
        return answer;
    }
    std::uint32_t login(
        std::string_view user = "user",
        std::string_view password = "pw",
        std::uint64_t previous = 0)
    {
        Writer type1;
        type1.bytes(bytesOf(std::string_view("NTLMSSP\0", 8)));
        type1.u32(1);
        type1.u32(0xA2088205);
        type1.zeros(16);
        const Answer first = sessionSetup(type1.buffer, previous);
        if (first.status != status::kMoreProcessingRequired) {
            return first.status;
        }
        sessionId = first.sessionId;
        Reader in = first.body();
        in.skip(4);
        const std::uint16_t offset = in.u16();
        const ByteSpan type2 = in.part(offset, in.u16());
        Reader challenge(type2);
        challenge.seek(24);
        const ByteSpan serverChallenge = challenge.bytes(8);
        challenge.seek(40);
        const std::uint16_t infoLength = challenge.u16();
        challenge.u16();
        const ByteSpan info = challenge.part(challenge.u32(), infoLength);
        Writer blob;
        blob.u32(0x00000101);
        blob.u32(0);
        blob.u64(132'000'000'000'000'000ull);
        blob.u64(0x1122334455667788ull);
        blob.u32(0);
        blob.bytes(info);
        blob.u32(0);
        const crypto::Key responseKey = ntowfV2(wide(password), wide(user), u"");
        const crypto::Key proof = crypto::hmacMd5(responseKey, serverChallenge, blob.buffer);
        Writer type3;
        const std::u16string name = wide(user);
        const auto nt = static_cast<std::uint16_t>(user.empty() ? 0 : 16 + blob.size());
        std::uint32_t at = 64;
        const auto field = [&](std::uint16_t length) {
            type3.u16(length);
            type3.u16(length);
            type3.u32(at);
            at += length;
        };
        type3.bytes(bytesOf(std::string_view("NTLMSSP\0", 8)));
        type3.u32(3);
        field(0);
        field(nt);
        field(0);
        field(static_cast<std::uint16_t>(name.size() * 2));
        field(0);
        field(0);
        type3.u32(0x22088205);
        if (nt) {
            type3.bytes(proof);
            type3.bytes(blob.buffer);
        }
        type3.text(name);
        const Answer second = sessionSetup(type3.buffer, previous);
        if (second.status != 0) {
            return second.status;
        }
        Reader body = second.body();
        body.skip(2);
        sessionFlags = body.u16();
        if (sessionFlags == 0) {
            const crypto::Key sessionKey = crypto::hmacMd5(responseKey, proof);
            hasKey = true;
            signingKey = sessionKey;
            if (dialect == Dialect::Smb311) {
                signingKey = crypto::deriveKey(sessionKey, { "SMBSigningKey\0", 14 }, preauth);
            } else if (dialect >= Dialect::Smb300) {
                signingKey = crypto::deriveKey(
                    sessionKey, { "SMB2AESCMAC\0", 12 }, bytesOf(std::string_view("SmbSign\0", 8)));
            }
            if (second.isSigned()) {
                const crypto::Key expected = signatureOf(second.message);
                CHECK(std::memcmp(expected.data(), second.message.data() + 48, 16) == 0);
            }
            finalSigned = second.isSigned();
        }
        return 0;
    }
    std::uint32_t tree(std::string_view share)
    {
        const std::u16string path = u"\\\\lab\\" + wide(share);
        Writer body;
        body.u16(9);
        body.u16(0);
        body.u16(64 + 8);
        body.u16(static_cast<std::uint16_t>(path.size() * 2));
        body.text(path);
        const bool before = std::exchange(sign, true);
        const Answer answer = call(Command::TreeConnect, body);
        sign = before;
        if (answer.status == 0) {
            treeId = answer.treeId;
        }
        return answer.status;
    }
    /// Negotiate, log in and connect to "public".
    void start(Dialect highest = Dialect::Smb311)
    {
        REQUIRE(negotiate(highest) == 0);
        REQUIRE(login() == 0);
        REQUIRE(tree("public") == 0);
    }

    // Files
    Writer createBody(std::string_view path, const CreateOptions& options)
    {
        const std::u16string name = wide(path);
        Writer body;
        body.u16(57);
        body.u8(0);
        body.u8(options.oplock);
        body.u32(2);
        body.zeros(16);
        body.u32(options.access);
        body.u32(options.attributes);
        body.u32(options.share);
        body.u32(options.disposition);
        body.u32(options.options);
        body.u16(64 + 56);
        body.u16(static_cast<std::uint16_t>(name.size() * 2));
        const std::size_t contextsAt = body.size();
        body.u32(0);
        body.u32(0);
        body.text(name);
        if (!options.contexts.empty()) {
            body.align(8);
            body.put32(contextsAt, static_cast<std::uint32_t>(64 + body.size()));
            body.put32(contextsAt + 4, static_cast<std::uint32_t>(options.contexts.size()));
            body.bytes(options.contexts);
        }
        if (body.size() < 57) {
            body.zeros(57 - body.size());
        }
        return body;
    }
    Answer createAnswer(std::string_view path, const CreateOptions& options = {})
    {
        return call(Command::Create, createBody(path, options));
    }
    static FileId idOf(const Answer& answer)
    {
        Reader in = answer.body();
        in.skip(64);
        FileId id;
        id.persistentId = in.u64();
        id.volatileId = in.u64();
        return id;
    }
    FileId open(std::string_view path, const CreateOptions& options = {})
    {
        const Answer answer = createAnswer(path, options);
        INFO(std::string(path) << " status " << std::hex << answer.status);
        REQUIRE(answer.status == 0);
        return idOf(answer);
    }
    std::uint32_t tryOpen(std::string_view path, const CreateOptions& options = {})
    {
        const Answer answer = createAnswer(path, options);
        if (answer.status == 0) {
            closeFile(idOf(answer));
        }
        return answer.status;
    }
    std::uint32_t closeFile(FileId id)
    {
        Writer body;
        body.u16(24);
        body.u16(0);
        body.u32(0);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        return call(Command::Close, body).status;
    }
    static Writer readBody(FileId id, std::uint64_t offset, std::uint32_t length)
    {
        Writer body;
        body.u16(49);
        body.u16(0);
        body.u32(length);
        body.u64(offset);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        body.zeros(17);
        return body;
    }
    std::uint32_t read(FileId id, std::uint64_t offset, std::uint32_t length, std::string& out)
    {
        const Answer answer = call(Command::Read, readBody(id, offset, length), chargeFor(length));
        Reader in = answer.body();
        in.u16();
        const std::uint8_t dataOffset = in.u8();
        in.u8();
        const ByteSpan data = answer.status ? ByteSpan() : in.part(dataOffset, in.u32());
        CHECK(in.ok());
        out.assign(reinterpret_cast<const char*>(data.data()), data.size());
        return answer.status;
    }
    static Writer writeBody(FileId id, std::uint64_t offset, std::string_view data)
    {
        Writer body;
        body.u16(49);
        body.u16(64 + 48);
        body.u32(static_cast<std::uint32_t>(data.size()));
        body.u64(offset);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        body.zeros(16);
        body.bytes(bytesOf(data));
        if (data.empty()) {
            body.u8(0);
        }
        return body;
    }
    static std::uint16_t chargeFor(std::size_t bytes)
    {
        return static_cast<std::uint16_t>(bytes ? (bytes - 1) / 65536 + 1 : 1);
    }
    std::uint32_t write(FileId id, std::uint64_t offset, std::string_view data)
    {
        return call(Command::Write, writeBody(id, offset, data), chargeFor(data.size())).status;
    }
    Answer query(
        FileId id,
        std::uint8_t type,
        std::uint8_t infoClass,
        std::uint32_t room = 4096,
        std::uint32_t additional = 0,
        ByteSpan input = {})
    {
        Writer body;
        body.u16(41);
        body.u8(type);
        body.u8(infoClass);
        body.u32(room);
        body.u16(input.empty() ? 0 : 64 + 40);
        body.u16(0);
        body.u32(static_cast<std::uint32_t>(input.size()));
        body.u32(additional);
        body.u32(0);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        body.bytes(input);
        body.u8(0);
        return call(Command::QueryInfo, body, chargeFor(room));
    }
    static ByteSpan payload(const Answer& answer)
    {
        Reader in = answer.body();
        in.u16();
        const std::uint16_t offset = in.u16();
        return in.part(offset, in.u32());
    }
    std::uint32_t
    set(FileId id,
        std::uint8_t type,
        std::uint8_t infoClass,
        const Buffer& data,
        std::uint32_t additional = 0)
    {
        Writer body;
        body.u16(33);
        body.u8(type);
        body.u8(infoClass);
        body.u32(static_cast<std::uint32_t>(data.size()));
        body.u16(64 + 32);
        body.u16(0);
        body.u32(additional);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        body.bytes(data);
        return call(Command::SetInfo, body).status;
    }
    std::uint32_t
    rename(FileId id, std::string_view to, bool replace = false, std::uint8_t infoClass = 10)
    {
        const std::u16string name = wide(to);
        Writer data;
        data.u8(replace);
        data.zeros(7);
        data.u64(0);
        data.u32(static_cast<std::uint32_t>(name.size() * 2));
        data.text(name);
        data.zeros(4);
        return set(id, 1, infoClass, data.buffer);
    }
    Answer list(
        FileId id,
        std::string_view pattern,
        std::uint8_t infoClass = 37,
        std::uint8_t flags = 0,
        std::uint32_t room = 65536)
    {
        const std::u16string name = wide(pattern);
        Writer body;
        body.u16(33);
        body.u8(infoClass);
        body.u8(flags);
        body.u32(0);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        body.u16(64 + 32);
        body.u16(static_cast<std::uint16_t>(name.size() * 2));
        body.u32(room);
        body.text(name);
        body.u8(0);
        return call(Command::QueryDirectory, body, chargeFor(room));
    }
    static Writer lockBody(FileId id, std::vector<std::array<std::uint64_t, 3>> elements)
    {
        Writer body;
        body.u16(48);
        body.u16(static_cast<std::uint16_t>(elements.size()));
        body.u32(0);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        for (const auto& [offset, length, flags] : elements) {
            body.u64(offset);
            body.u64(length);
            body.u32(static_cast<std::uint32_t>(flags));
            body.u32(0);
        }
        return body;
    }
    Answer lock(FileId id, std::uint64_t offset, std::uint64_t length, std::uint32_t flags)
    {
        return call(Command::Lock, lockBody(id, { { offset, length, flags } }));
    }
    Answer ioctl(FileId id, std::uint32_t code, ByteSpan input, std::uint32_t room = 1024)
    {
        Writer body;
        body.u16(57);
        body.u16(0);
        body.u32(code);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        body.u32(64 + 56);
        body.u32(static_cast<std::uint32_t>(input.size()));
        body.u32(0);
        body.u32(0);
        body.u32(0);
        body.u32(room);
        body.u32(1);
        body.u32(0);
        body.bytes(input);
        body.u8(0);
        return call(Command::Ioctl, body);
    }
    Answer
    notify(FileId id, std::uint32_t filter = 0xFFF, bool tree = false, std::uint32_t room = 4096)
    {
        Writer body;
        body.u16(32);
        body.u16(tree ? 1 : 0);
        body.u32(room);
        body.u64(id.persistentId);
        body.u64(id.volatileId);
        body.u32(filter);
        body.u32(0);
        return call(Command::ChangeNotify, body);
    }
    void cancel(std::uint64_t asyncId)
    {
        Writer body;
        body.u16(4);
        body.u16(0);
        const std::uint64_t id = nextId;
        Buffer message = request(Command::Cancel, body.buffer, 2, 0);
        nextId = id;
        std::memcpy(message.data() + 32, &asyncId, 8);
        transmit(message);
    }
    std::uint32_t echo()
    {
        Writer body;
        body.u16(4);
        body.u16(0);
        return call(Command::Echo, body).status;
    }
    std::uint32_t simple(Command command)
    {
        Writer body;
        body.u16(4);
        body.u16(0);
        return call(command, body).status;
    }

    std::unique_ptr<Connection> connection;
    Dialect dialect = Dialect::Smb202;
    std::array<std::byte, 16> guid {};
    std::uint64_t nextId = 0;
    std::uint64_t sessionId = 0;
    std::uint32_t treeId = 0;
    std::uint16_t askCredits = 64;
    std::uint64_t credits = 1;
    std::uint16_t sessionFlags = 0;
    std::uint8_t securityMode = 1;
    std::uint16_t signingAlgorithm = 1;
    bool hasKey = false;
    bool sign = true;
    bool finalSigned = false;
    bool checkSignatures = true;
    bool closed = false;
    bool rawOnly = false;
    crypto::Key signingKey {};
    crypto::Hash512 preauth {};
    std::deque<Answer> answers;
    std::vector<Buffer> raw;
    Buffer* record = nullptr; // every frame sent is appended

private:
    std::vector<std::shared_ptr<Buffer>> m_kept;
};

/// A server with one user ("user", "pw") and the shares public, private (user only), readonly.
struct Lab
{
    std::uint64_t now = 0;
    Server server;
    explicit Lab(ServerOptions options = {})
        : server([&] {
            options.nowNs = [this] { return now; };
            return options;
        }())
    {
        server.addUser("user", "pw");
        server.addUser("other", "pw2");
        ShareOptions share;
        share.name = "public";
        server.addShare(share);
        share.name = "private";
        share.guestAllowed = false;
        share.users = { "user" };
        server.addShare(share);
        share = {};
        share.name = "readonly";
        share.readOnly = true;
        server.addShare(share);
    }
};

} // namespace rdrlab::server::test
