#include <catch2/catch.hpp>

#include <cstdint>

extern "C" {
int32_t SehLeaveC(uint32_t how, uint32_t* trace);
int32_t SehNestC(uint32_t how, uint32_t* trace);
int32_t SehLeaveCxx(uint32_t how, uint32_t* trace);
int32_t SehNestCxx(uint32_t how, uint32_t* trace);
uint32_t SehFramesLeft();
}

namespace {
constexpr int32_t kAlerted = 0x101;
constexpr int32_t kInsufficientResources = static_cast<int32_t>(0xC000009A);
constexpr int32_t kDiskFull = static_cast<int32_t>(0xC000007F);
} // namespace

TEST_CASE("a __try body may be left in every way, and the frame is unlinked each time", "[ddk]")
{
    auto body = GENERATE(&SehLeaveC, &SehLeaveCxx);
    const uint32_t expected[] = { 33, 1000, 1, 3, 3, 303 };
    for (uint32_t how = 0; how < 6; ++how) {
        uint32_t trace = 0;
        INFO("way " << how);
        CHECK(body(how, &trace) == (how == 1 ? kAlerted : 0));
        CHECK(trace == expected[how]);
        CHECK(SehFramesLeft() == 0);
    }
}

TEST_CASE("__finally runs after its body, after __leave and on the way of an exception", "[ddk]")
{
    auto body = GENERATE(&SehNestC, &SehNestCxx);
    uint32_t trace = 0;
    CHECK(body(0, &trace) == 0);
    CHECK(trace == 10111);
    CHECK(body(1, &trace) == kInsufficientResources);
    CHECK(trace == 1101);
    CHECK(body(2, &trace) == 0);
    CHECK(trace == 10101);
    CHECK(body(3, &trace) == kDiskFull);
    CHECK(trace == 10111);
    CHECK(SehFramesLeft() == 0);
}
