#include "traces/query/diff/sequence.h"

#include <catch2/catch.hpp>
#include <random>

using namespace rdrlab::trace::diff;

namespace {

// A letter is what an element is, a digit in front of it what it says: "1a" and "2a" are weakly
// equal.
std::vector<Keys> keysOf(const std::string& text)
{
    std::vector<Keys> keys;
    std::uint64_t digit = 0;
    for (const char letter : text) {
        if (letter >= '0' && letter <= '9') {
            digit = std::uint64_t(letter);
            continue;
        }
        keys.push_back({ std::uint64_t(letter) << 8 | digit, 0, std::uint64_t(letter), 0 });
        digit = 0;
    }
    return keys;
}

std::string aligned(const std::string& a, const std::string& b, bool withMoves = false)
{
    std::string text;
    for (const Pair& pair :
         withMoves ? alignWithMoves(keysOf(a), keysOf(b)) : align(keysOf(a), keysOf(b))) {
        text += (text.empty() ? "" : " ") + std::to_string(pair.a) + "-" + std::to_string(pair.b)
            + (pair.isMoved ? "!" : "");
    }
    return text;
}

std::vector<Keys> randomKeys(std::mt19937& random, std::size_t length, unsigned kinds)
{
    std::vector<Keys> keys;
    for (std::size_t i = 0; i < length; ++i) {
        const std::uint64_t weak = 1 + random() % kinds;
        keys.push_back({ weak * 8 + random() % 4 + 1, 0, weak, 0 });
    }
    return keys;
}

std::vector<Keys>
edited(std::mt19937& random, const std::vector<Keys>& keys, unsigned perMille, std::size_t& edits)
{
    std::vector<Keys> copy;
    for (const Keys& key : keys) {
        const unsigned dice = random() % 1000;
        edits += dice < perMille;
        if (dice < perMille / 3) {
            continue;
        }
        copy.push_back(key);
        if (dice < 2 * (perMille / 3)) {
            copy.push_back({ 999'999'001, 0, 999'999, 0 });
        } else if (dice < perMille) {
            copy.back().strong = copy.back().weak * 8 + 7;
        }
    }
    return copy;
}

void checkAscending(const std::vector<Pair>& pairs, std::size_t a, std::size_t b)
{
    bool isAscending = true;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        isAscending = isAscending && pairs[i].a < a && pairs[i].b < b
            && (i == 0 || (pairs[i].a > pairs[i - 1].a && pairs[i].b > pairs[i - 1].b));
    }
    CHECK(isAscending);
}

} // namespace

TEST_CASE("equal sequences are aligned one to one", "[diff][align]")
{
    CHECK(aligned("abc", "abc") == "0-0 1-1 2-2");
    CHECK(aligned("", "").empty());
    CHECK(aligned("abc", "").empty());
}

TEST_CASE("what is changed keeps its partner", "[diff][align]")
{
    CHECK(aligned("1a2b3c", "1a9b3c") == "0-0 1-1 2-2");
    CHECK(aligned("1a2b3c", "1a3c") == "0-0 2-1");
    CHECK(aligned("1a3c", "1a2b3c") == "0-0 1-2");
}

TEST_CASE("a shift is told as a shift, and a failed first try as changed", "[diff][align]")
{
    // Three reads at offsets 1, 2, 3 against two at 2, 3: the first is missing.
    CHECK(aligned("1r2r3r", "2r3r") == "1-0 2-1");
    // The same open twice, the first of which fails on the other side.
    CHECK(aligned("1o1r1c1o1r1c", "9o1o1r1c") == "0-0 3-1 4-2 5-3");
}

TEST_CASE("what changed places is found again", "[diff][align]")
{
    CHECK(aligned("abcde", "acdbe", true) == "0-0 1-3! 2-1 3-2 4-4");
    CHECK(aligned("1a1b", "1b1a", true).find('!') != std::string::npos);
}

TEST_CASE("long sequences are aligned as well as short ones", "[diff][align]")
{
    std::mt19937 random(5);
    for (const unsigned kinds : { 20'000u, 30u }) {
        for (const unsigned perMille : { 3u, 30u }) {
            const std::vector<Keys> a = randomKeys(random, 20'000, kinds);
            std::size_t edits = 0;
            const std::vector<Keys> b = edited(random, a, perMille, edits);
            const std::vector<Pair> pairs = align(a, b);
            checkAscending(pairs, a.size(), b.size());
            std::size_t strong = 0;
            for (const Pair& pair : pairs) {
                strong += a[pair.a].strong == b[pair.b].strong;
            }
            INFO(kinds << " kinds, " << edits << " edits, " << strong << " equal pairs");
            // Each edit costs one pair at most; random sequences give some back.
            CHECK(strong + edits >= a.size());
        }
    }
}

TEST_CASE("sequences without anything in common are no trouble", "[diff][align]")
{
    std::vector<Keys> a;
    std::vector<Keys> b;
    for (std::uint64_t i = 0; i < 30'000; ++i) {
        a.push_back({ 2 * i + 1, 0, 2 * i + 1, 0 });
        b.push_back({ 2 * i + 2, 0, 2 * i + 2, 0 });
    }
    CHECK(align(a, b).empty());
    // Two strong keys only: the search has to give up looking for the best.
    std::mt19937 random(9);
    for (auto* keys : { &a, &b }) {
        for (Keys& key : *keys) {
            key.strong = key.weak = 1 + random() % 2;
        }
    }
    const std::vector<Pair> pairs = align(a, b);
    checkAscending(pairs, a.size(), b.size());
    CHECK(pairs.size() > a.size() / 2);
}

TEST_CASE("a longest ascending run is found", "[diff][align]")
{
    const std::vector<std::uint32_t> values { 5, 1, 2, 9, 3, 4 };
    CHECK(longestAscending(values) == std::vector<bool> { false, true, true, false, true, true });
    CHECK(longestAscending({}).empty());
}
