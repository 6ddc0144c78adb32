// Runs the committed corpus, and simple damage to it, through the fuzz target in every build. The
// corpus was recorded from real sessions: set RDRLAB_WRITE_CORPUS to a folder to record it again.
#include "tests/server/client.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

using namespace rdrlab::server;
using namespace rdrlab::server::test;

namespace {

std::vector<std::string> corpus()
{
    std::vector<std::string> inputs;
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(RDRLAB_SERVER_CORPUS)) {
        paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
        std::ifstream in(path, std::ios::binary);
        inputs.emplace_back((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    }
    return inputs;
}

void feed(const std::string& input)
{
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

void record(
    const std::string& folder,
    const std::string& name,
    Dialect dialect,
    const std::function<void(Client&, Server&)>& session)
{
    ServerOptions options;
    options.guest = true;
    Server server(options);
    ShareOptions share;
    share.name = "public";
    server.addShare(share);
    server.putFile("public", "dir/file.txt", "content");
    Buffer bytes;
    Client client(server);
    client.record = &bytes;
    REQUIRE(client.negotiate(dialect) == 0);
    REQUIRE(client.login("somebody", "x") == 0);
    REQUIRE(client.tree("public") == 0);
    session(client, server);
    std::ofstream out(folder + "/" + name, std::ios::binary);
    const int index = dialect == Dialect::Smb311 ? 0
        : dialect == Dialect::Smb302             ? 1
        : dialect == Dialect::Smb300             ? 2
        : dialect == Dialect::Smb210             ? 3
                                                 : 4;
    out.put(static_cast<char>(1 | index << 2));
    out.write(
        reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void recordAll(const std::string& folder)
{
    record(folder, "readwrite", Dialect::Smb311, [](Client& client, Server&) {
        const FileId file = client.open("new.txt");
        client.write(file, 0, "hello");
        std::string text;
        client.read(file, 0, 100, text);
        client.lock(file, 0, 10, 2 | 0x10);
        client.lock(file, 0, 10, 4);
        client.rename(file, "dir\\renamed.txt");
        client.closeFile(file);
    });
    record(folder, "listing", Dialect::Smb302, [](Client& client, Server&) {
        const FileId directory = client.open("dir");
        for (const std::uint8_t infoClass : { 1, 2, 3, 12, 37, 38, 60 }) {
            client.list(directory, "*", infoClass, 1);
        }
        client.list(directory, "f<.t>t", 37, 0x10);
        client.closeFile(directory);
    });
    record(folder, "queries", Dialect::Smb210, [](Client& client, Server&) {
        const FileId file = client.open("dir\\file.txt:stream");
        for (const std::uint8_t infoClass :
             { 4, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18, 21, 22, 28, 34, 35, 48, 59 }) {
            client.query(file, 1, infoClass);
        }
        for (const std::uint8_t infoClass : { 1, 3, 4, 5, 6, 7, 8, 11 }) {
            client.query(file, 2, infoClass);
        }
        client.query(file, 3, 0, 4096, 7);
        Writer size;
        size.u64(100);
        client.set(file, 1, 20, size.buffer);
        client.set(file, 1, 19, size.buffer);
        client.closeFile(file);
    });
    record(folder, "notify", Dialect::Smb300, [](Client& client, Server&) {
        const FileId root = client.open("", { .access = 0x100081 });
        const Answer waiting = client.notify(root, 0xFFF, true);
        client.cancel(waiting.asyncId);
        client.take();
        client.notify(root);
        client.closeFile(root);
    });
    record(folder, "controls", Dialect::Smb202, [](Client& client, Server&) {
        const FileId file = client.open("f", { .oplock = 9 });
        client.ioctl(file, 0x000900C4, {});
        client.ioctl(file, 0x00140078, {}, 32);
        Writer ranges;
        ranges.u64(0);
        ranges.u64(1u << 20);
        client.ioctl(file, 0x000940CF, ranges.buffer);
        client.ioctl(file, 0x000980C8, ranges.buffer);
        client.echo();
        client.simple(Command::TreeDisconnect);
        client.simple(Command::Logoff);
    });
}

} // namespace

TEST_CASE("the server survives its corpus, cut short and damaged", "[server][fuzz]")
{
    if (const char* folder = std::getenv("RDRLAB_WRITE_CORPUS")) {
        recordAll(folder);
    }
    const auto inputs = corpus();
    REQUIRE(inputs.size() >= 5);
    std::uint32_t random = 1;
    for (const std::string& input : inputs) {
        feed(input);
        for (std::size_t length = 1; length < input.size(); length += 1 + input.size() / 64) {
            feed(input.substr(0, length));
        }
        for (int round = 0; round < 300; ++round) {
            std::string damaged = input;
            for (int hits = 0; hits < 1 + round % 4; ++hits) {
                random = random * 1664525 + 1013904223;
                const std::size_t at = (random >> 8) % damaged.size();
                random = random * 1664525 + 1013904223;
                constexpr char kValues[]
                    = { 0, 1, 0x7F, static_cast<char>(0x80), static_cast<char>(0xFF), 0x40 };
                damaged[at] = (random & 64) ? kValues[(random >> 16) % sizeof kValues]
                                            : static_cast<char>(random >> 24);
            }
            feed(damaged);
        }
    }
}
