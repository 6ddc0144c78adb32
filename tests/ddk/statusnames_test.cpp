#include <catch2/catch.hpp>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>

namespace {
struct Row
{
    const char* name;
    uint32_t value;
};
const Row kRows[] = {
#define X(Name, Value) { #Name, Value },
#include "engine/ddk/statusnames.def"
#undef X
};
} // namespace

TEST_CASE("status names are sorted by value, and no name occurs twice", "[ddk]")
{
    std::map<std::string, uint32_t> seen;
    for (size_t i = 0; i < std::size(kRows); ++i) {
        INFO(kRows[i].name);
        CHECK(seen.emplace(kRows[i].name, kRows[i].value).second);
        if (i != 0) {
            CHECK(kRows[i - 1].value <= kRows[i].value);
        }
    }
    CHECK(seen.at("STATUS_SUCCESS") == 0u);
    CHECK(seen.at("STATUS_PENDING") == 0x103u);
    CHECK(seen.at("STATUS_BAD_NETWORK_PATH") == 0xC00000BEu);
    CHECK(std::size(kRows) > 1700);
}

TEST_CASE("the preferred name of a status comes first", "[ddk]")
{
    auto first = [](uint32_t value) {
        for (const Row& row : kRows) {
            if (row.value == value) {
                return std::string(row.name);
            }
        }
        return std::string();
    };
    CHECK(first(0) == "STATUS_SUCCESS");
    CHECK(first(0x102) == "STATUS_TIMEOUT");
    CHECK(first(0xC0000022) == "STATUS_ACCESS_DENIED");
}
