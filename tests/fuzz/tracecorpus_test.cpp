// Runs the committed corpus, and simple damage to it, through the fuzz target in every build.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(const std::string& input)
{
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string contentOf(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return { std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>() };
}

} // namespace

TEST_CASE(
    "every reading of a trace survives the corpus, and edits made of it", "[traces][fuzz][badfile]")
{
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(RDRLAB_TRACE_CORPUS)) {
        paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    REQUIRE(paths.size() >= 8);
    std::uint32_t random = 1;
    for (const auto& path : paths) {
        INFO(path.filename().string());
        const std::string input = contentOf(path);
        REQUIRE_FALSE(input.empty());
        feed(input);
        std::string damaged = input;
        for (int hits = 0; hits < 6; ++hits) {
            random = random * 1664525 + 1013904223;
            damaged[(random >> 8) % damaged.size()] = char(random >> 24);
        }
        feed(damaged);
    }
    // A whole file, sound, cut and changed.
    std::string whole = '\0' + contentOf(RDRLAB_FUZZ_TRACE);
    feed(whole);
    feed(whole.substr(0, whole.size() / 2));
    whole[30'000] ^= 4;
    feed(whole);
}
