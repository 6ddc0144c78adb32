// The fuzz target of tests/fuzz on the committed corpus, whole, cut and damaged, in every build.
// RDRLAB_WRITE_CORPUS=FOLDER records the corpus again from a session with the embedded server.
#include "tests/minirdr/client.h"
#include "tests/minirdr/memorytransport.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace rdrlab;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t bytes);

namespace {
using Bytes = std::vector<uint8_t>;

// Answers as the fuzz target reads them.
Bytes encode(const std::vector<Bytes>& answers)
{
    Bytes input;
    for (const auto& answer : answers) {
        input.push_back(0);
        input.insert(input.end(), answer.begin() + 8, answer.begin() + 12);
        const size_t body = answer.size() - sizeof(SMB2_HEADER);
        input.push_back(static_cast<uint8_t>(body));
        input.push_back(static_cast<uint8_t>(body >> 8));
        input.insert(input.end(), answer.begin() + sizeof(SMB2_HEADER), answer.end());
    }
    return input;
}

// What the embedded server answers to the fuzz target's questions.
Bytes record(USHORT dialect)
{
    server::Server host({ .guest = true });
    host.addShare({ .name = "public" });
    host.putFile("public", "name", std::string(5000, 'x'));
    MemoryNetwork network(host);
    std::vector<Bytes> answers;
    network.recordAnswers = &answers;
    SMB2_CONFIG config = Smb2DefaultConfig;
    config.MaximumDialect = dialect;
    {
        Client client(network.transport(), config);
        SMB2_TREE* tree;
        REQUIRE(client.tree(u"public", u"guest", u"", &tree) == STATUS_SUCCESS);
        SMB2_CREATE_RESULT file;
        REQUIRE(
            Client::open(tree, u"name", FILE_GENERIC_READ | FILE_GENERIC_WRITE, FILE_OPEN, 0, &file)
            == STATUS_SUCCESS);
        Bytes buffer(3000);
        ULONG count = 1000;
        Smb2QueryFileInfo(
            tree, file.FileId, SMB2_0_INFO_FILE, 18, 0, nullptr, 0, buffer.data(), &count);
        count = 100;
        Smb2ControlFile(tree, file.FileId, 0x900c0, TRUE, nullptr, 0, buffer.data(), &count);
        SMB2_CREATE_RESULT root;
        SMB2_EXCHANGE* listing;
        const UCHAR* entries;
        ULONG bytes;
        UNICODE_STRING all = unicode(u"*");
        Client::open(tree, u"", FILE_LIST_DIRECTORY, FILE_OPEN, FILE_DIRECTORY_FILE, &root);
        answers.pop_back();
        if (NT_SUCCESS(Smb2QueryDirectoryEntries(
                tree, root.FileId, 37, 0, 0, &all, 65536, &listing, &entries, &bytes)))
            Smb2ReleaseExchange(listing);
        ULONG moved;
        Client::transfer(tree, file.FileId, false, 0, buffer.data(), 3000, &moved);
        Client::transfer(tree, file.FileId, true, 0, buffer.data(), 3000, &moved);
    }
    return encode(answers);
}

std::vector<Bytes> corpus()
{
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(RDRLAB_CLIENT_CORPUS))
        paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<Bytes> inputs;
    for (const auto& path : paths) {
        std::ifstream in(path, std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return inputs;
}

void feed(const Bytes& input)
{
    LLVMFuzzerTestOneInput(input.data(), input.size());
}
}

TEST_CASE("the client's corpus can be recorded again", "[hostile]")
{
    const char* folder = std::getenv("RDRLAB_WRITE_CORPUS");
    for (const USHORT dialect : { SMB2_DIALECT_202, SMB2_DIALECT_302, SMB2_DIALECT_311 }) {
        const Bytes input = record(dialect);
        CHECK(input.size() > 1000);
        if (folder)
            std::ofstream(
                std::string(folder) + "/session-" + std::to_string(dialect), std::ios::binary)
                .write(
                    reinterpret_cast<const char*>(input.data()),
                    static_cast<std::streamsize>(input.size()));
    }
}

TEST_CASE("answers of a server, cut short anywhere, harm nobody", "[hostile]")
{
    const auto inputs = corpus();
    REQUIRE(!inputs.empty());
    for (const auto& input : inputs) {
        feed(input);
        for (size_t length = 0; length < input.size(); length += length < 1500 ? 3 : 61)
            feed(Bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(length)));
    }
}

TEST_CASE("answers of a server, damaged in any field, harm nobody", "[hostile]")
{
    for (const auto& input : corpus())
        for (size_t at = 0; at < std::min<size_t>(input.size(), 1600); ++at)
            for (const uint8_t value : { 0x00, 0x01, 0x7f, 0xff }) {
                Bytes damaged = input;
                damaged[at] = value;
                feed(damaged);
            }
}
