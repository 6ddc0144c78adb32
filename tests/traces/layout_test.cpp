#include "tests/traces/samples.h"
#include "traces/query/layout.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <set>

using namespace rdrlab;
using trace::LayoutItem;
using trace::Place;
using trace::StableLayout;

namespace {

bool livesAt(const LayoutItem& item, trace::Seq seq)
{
    return item.birth <= seq && (item.death == 0 || item.death > seq);
}

// A forest as RDBSS would grow it: parents to the left, born before their children mostly, but a
// child may outlive its home (or come before it), as file objects do.
std::vector<LayoutItem> randomForest(unsigned seed, std::size_t count)
{
    std::mt19937 random(seed);
    const auto below = [&](std::size_t limit) { return std::size_t(random() % limit); };
    std::vector<LayoutItem> items;
    for (std::size_t i = 1; i <= count; ++i) {
        LayoutItem item;
        item.object = trace::ObjectId(i);
        item.birth = i * 10 + below(10);
        item.death = below(4) == 0 ? 0 : item.birth + 1 + below(300);
        item.column = std::uint8_t(below(6));
        item.group = std::uint8_t(below(3));
        item.height = 1 + std::uint32_t(below(4));
        item.home = item.column == 0 ? 0 : trace::ObjectId(1 + below(count));
        items.push_back(item);
    }
    return items;
}

// Whether two that live at the same time ever cover one another.
bool overlaps(const StableLayout& layout)
{
    const auto& items = layout.items();
    for (std::size_t a = 0; a < items.size(); ++a) {
        for (std::size_t b = a + 1; b < items.size(); ++b) {
            const Place left = layout.of(items[a].object);
            const Place right = layout.of(items[b].object);
            const bool meet = left.column == right.column && left.row < right.row + right.height
                && right.row < left.row + left.height;
            const bool together
                = livesAt(items[a], items[b].birth) || livesAt(items[b], items[a].birth);
            if (meet && together) {
                return true;
            }
        }
    }
    return false;
}

} // namespace

TEST_CASE("objects that live at the same time never share a place", "[traces][layout]")
{
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const StableLayout layout(randomForest(seed, 150));
        INFO("seed " << seed);
        CHECK_FALSE(overlaps(layout));
        for (const LayoutItem& item : layout.items()) {
            const Place place = layout.of(item.object);
            CHECK(place.height == item.height);
            CHECK(place.row + place.extent <= layout.rows());
            const Place home = layout.of(item.home);
            if (home.height != 0 && home.column < place.column) {
                CHECK(place.row >= home.row);
                CHECK(place.row + place.extent <= home.row + home.extent);
            }
        }
    }
}

TEST_CASE(
    "what lives one after the other uses one slot, with all that is at home there",
    "[traces][layout]")
{
    // Two FCBs in a row, the first one's file object outlives it; a third beside the second.
    const StableLayout layout({ { 1, 0, 1, 0, 0, 1, 0 },
                                { 2, 1, 1, 1, 0, 10, 20 },
                                { 3, 2, 1, 2, 0, 5, 40 },
                                { 4, 1, 1, 1, 0, 20, 50 },
                                { 5, 1, 1, 1, 0, 40, 60 } });
    CHECK(layout.of(2).row == 0);
    CHECK(layout.of(3).row == 0);
    CHECK(layout.of(4).row == 1); // 2 is dead, but its file object still lives
    CHECK(layout.of(5).row == 0);
    CHECK(layout.rows() == 2);
    CHECK(layout.columns() == 3);
    CHECK(layout.of(6).height == 0);
}

TEST_CASE("groups stand one above the other and never share rows", "[traces][layout]")
{
    const StableLayout layout({ { 1, 0, 1, 0, 0, 1, 0 },
                                { 2, 1, 3, 2, 1, 2, 3 },
                                { 3, 1, 2, 1, 0, 4, 5 },
                                { 4, 1, 1, 2, 1, 6, 0 } });
    CHECK(layout.of(3).row == 0);
    CHECK(layout.of(2).row == 2);
    CHECK(layout.of(4).row == 2);
    CHECK(layout.of(1).extent == 5);
}

TEST_CASE("a layout takes any items: unknown homes, circles, twins, gaps", "[traces][layout]")
{
    const StableLayout layout({ { 4'000'000'000, 7, 1, 3, 0, 9, 0 },
                                { 7, 4'000'000'000, 1, 2, 0, 9, 1 },
                                { 9, 9, 1, 1, 0, 9, 0 },
                                { 11, 99, 0, 1, 0, 9, 0 },
                                { 11, 7, 5, 1, 0, 9, 0 } });
    CHECK(layout.items().size() == 4);
    CHECK(layout.of(11).height == 1);
    CHECK(layout.of(7).height == 1);
    CHECK(layout.of(4'000'000'000).height == 1);
    CHECK(layout.of(8).height == 0);
    CHECK_FALSE(overlaps(layout));
    CHECK(StableLayout(std::vector<LayoutItem>()).rows() == 0);
}

TEST_CASE("a growing trace moves nothing that is placed", "[traces][layout]")
{
    for (unsigned seed = 1; seed <= 10; ++seed) {
        std::vector<LayoutItem> items = randomForest(seed, 120);
        for (LayoutItem& item : items) { // nobody knows the future here
            item.home = item.home < item.object ? item.home : 0;
        }
        const std::size_t known = seed % 2 == 0 ? 0 : 40;
        StableLayout layout(std::vector<LayoutItem>(items.begin(), items.begin() + long(known)));
        std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
        for (std::size_t i = 0; i < items.size(); ++i) {
            LayoutItem young = items[i];
            young.death = 0;
            layout.extend(std::span(&young, 1));
            for (std::size_t j = 0; j <= i; ++j) {
                const Place place = layout.of(items[j].object);
                if (j == places.size()) {
                    places.emplace_back(place.column, place.row);
                }
                REQUIRE(places[j] == std::pair(place.column, place.row));
                if (i + 1 < items.size() && items[j].death != 0
                    && items[j].death <= items[i + 1].birth) {
                    layout.extend(std::span(&items[j], 1)); // now its death is known
                }
            }
        }
        INFO("seed " << seed);
        CHECK_FALSE(overlaps(layout));
    }
}

TEST_CASE("the compact rows keep the order and leave out what is empty", "[traces][layout]")
{
    const StableLayout layout(randomForest(7, 200));
    trace::CompactRows compact(layout);
    std::set<trace::ObjectId> shown;
    std::mt19937 random(3);
    for (int step = 0; step < 400; ++step) {
        const auto object = trace::ObjectId(1 + random() % 200);
        if (shown.erase(object) != 0) {
            compact.hide(object);
        } else {
            shown.insert(object);
            compact.show(object);
        }
        if (step % 40 == 0) {
            std::set<std::uint32_t> rows;
            for (const trace::ObjectId each : shown) {
                for (std::uint32_t i = 0; i < layout.of(each).height; ++i) {
                    rows.insert(layout.of(each).row + i);
                }
            }
            CHECK(compact.rows() == rows.size());
            std::uint32_t expected = 0;
            bool same = true;
            for (const std::uint32_t row : rows) {
                same = same && compact.rowOf(row) == expected++;
            }
            CHECK(same);
        }
    }
    compact.hide(4'000'000'000); // nobody
}

TEST_CASE("objects belong to the same homes with and without the packed log", "[traces][layout]")
{
    const auto name = GENERATE(as<std::string>(), "03-read-write", "05-sharing", "busy-minute");
    const std::string path = test::temporaryPath(name + "-rows.rdrtrace");
    std::filesystem::copy_file(
        std::string(RDRLAB_SAMPLES) + "/" + name + ".rdrtrace", path,
        std::filesystem::copy_options::overwrite_existing);
    test::alterTrace(path, "DROP TABLE state_log; DROP TABLE keyframes");
    const auto packed = trace::layoutItems(*test::openSample(name));
    const auto rows = trace::layoutItems(*test::openTrace(path));
    REQUIRE(packed.size() == rows.size());
    std::size_t files = 0;
    std::size_t requests = 0;
    for (std::size_t i = 0; i < packed.size(); ++i) {
        REQUIRE(packed[i].object == rows[i].object);
        CHECK(packed[i].home == rows[i].home);
        CHECK(packed[i].group == rows[i].group);
        files += packed[i].column == trace::layoutColumn(trace::ObjectKind::File) && packed[i].home;
        requests
            += packed[i].column == trace::layoutColumn(trace::ObjectKind::Irp) && packed[i].home;
    }
    CHECK(files > 0);
    CHECK(requests > 0);
}
