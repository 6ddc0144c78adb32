// Feeds arbitrary bytes to the embedded server as a client would. The first byte steers: bit 0
// renumbers the message ids so that mutated sessions get past the credit window, bit 1 splits the
// input into small pieces, bits 2-4 choose the dialect. Guests are let in without keys, so whole
// sessions are within a mutator's reach.
#include <cstring>

#include "engine/server/server.h"

using namespace rdrlab::server;

namespace {

struct Sink : Output
{
    std::size_t bytes = 0;
    void send(Buffer part) override { bytes += part.size(); }
    void close() override { }
};

void renumber(Buffer& input)
{
    std::uint64_t next = 0;
    for (std::size_t at = 0; at + 4 + 64 <= input.size();) {
        const auto* head = reinterpret_cast<const unsigned char*>(input.data() + at);
        const std::size_t length
            = std::size_t { head[1] } << 16 | std::size_t { head[2] } << 8 | head[3];
        std::size_t message = at + 4;
        const std::size_t end = std::min(input.size(), message + length);
        while (message + 64 <= end) {
            std::uint16_t charge;
            std::uint32_t following;
            std::memcpy(&charge, input.data() + message + 6, sizeof charge);
            std::memcpy(&following, input.data() + message + 20, sizeof following);
            if (input[message + 12] != std::byte { 12 }) // CANCEL uses the id of its target
            {
                std::memcpy(input.data() + message + 24, &next, sizeof next);
                next += std::max<std::uint16_t>(charge, 1);
            }
            if (following == 0 || following > end - message) {
                break;
            }
            message += following;
        }
        at += 4 + length;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 1) {
        return 0;
    }
    const unsigned steer = data[0];
    const ByteSpan body = std::as_bytes(std::span(data + 1, size - 1));
    Buffer input(body.begin(), body.end());
    if (steer & 1) {
        renumber(input);
    }
    std::uint64_t now = 0;
    ServerOptions options;
    options.guest = true;
    options.maxIoBytes = 1u << 20;
    options.nowNs = [&now] { return now += 1'000'000; };
    constexpr Dialect kDialects[]
        = { Dialect::Smb311, Dialect::Smb302, Dialect::Smb300, Dialect::Smb210, Dialect::Smb202 };
    options.maxDialect = kDialects[(steer >> 2 & 7) % 5];
    Server server(options);
    server.addUser("user", "pw");
    ShareOptions share;
    share.name = "public";
    share.capacityBytes = 32u << 20;
    server.addShare(share);
    server.putFile("public", "dir/file.txt", "content");
    Sink sink;
    {
        const auto connection = server.connect(sink);
        const std::size_t piece = (steer & 2) ? 7 : input.size();
        for (std::size_t at = 0; at < input.size(); at += piece) {
            connection->receive(ByteSpan(input).subspan(at, std::min(piece, input.size() - at)));
        }
        now += 100'000'000'000;
        server.tick();
        connection->disconnected();
    }
    now += 1'000'000'000'000;
    server.tick();
    return 0;
}
