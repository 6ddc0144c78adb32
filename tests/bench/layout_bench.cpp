// The layout of the object graph, one step of a trace, beside Graphviz dot laying out both steps.
//
// The graph is a forest like RDBSS's (servers, shares, opens, requests) of which a number of
// objects lives at a time. A step is one event: something is born or dies, and every node that
// shows is asked where it stands, with and without the empty rows. dot gets the graph before and
// after the birth of two nodes; a node has moved when it is more than half an inch away after the
// shift that most nodes share is taken out.
#include "traces/query/layout.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <string>
#include <unistd.h>

namespace {

using namespace rdrlab;
using trace::LayoutItem;
using trace::ObjectId;
using trace::Place;
using trace::Seq;
using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point since)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
}

// `alive` opens on average at any time, `total` objects in all; each open is an FCB or shares one,
// with SRV_OPEN, FOBX, FILE_OBJECT, HANDLE and short-lived requests.
std::vector<LayoutItem> forest(std::size_t alive, std::size_t total)
{
    std::mt19937 random(1);
    std::vector<LayoutItem> items;
    Seq now = 1;
    const auto add = [&](ObjectId home, unsigned column, unsigned group, Seq life) {
        LayoutItem item;
        item.object = ObjectId(items.size() + 1);
        item.home = home;
        item.column = std::uint8_t(column);
        item.group = std::uint8_t(group);
        item.birth = now++;
        item.death = life == 0 ? 0 : item.birth + life;
        items.push_back(item);
        return item.object;
    };
    std::vector<ObjectId> shares;
    for (int server = 0; server < 3; ++server) {
        const ObjectId srvCall = add(0, 0, 0, 0);
        for (int share = 0; share < 3; ++share) {
            shares.push_back(add(srvCall, 1, 0, 0));
            add(shares.back(), 2, 0, 0);
        }
    }
    // 5 of an open live as long as it, 2 are requests that live a tenth of it.
    const Seq life = std::max<Seq>(7, alive * 7 / 5);
    while (items.size() < total) {
        const Seq own = life / 2 + random() % life;
        const ObjectId fcb = add(shares[random() % shares.size()], 3, 1, own + 5);
        const ObjectId srvOpen = add(fcb, 4, 0, own + 3);
        const ObjectId fobx = add(srvOpen, 5, 0, own + 2);
        const ObjectId file = add(fobx, 6, 0, own);
        add(file, 7, 0, own - 3);
        const ObjectId irp = add(file, 7, 3, std::max<Seq>(2, own / 10));
        add(irp, 8, 0, std::max<Seq>(2, own / 10));
    }
    return items;
}

bool livesAt(const LayoutItem& item, Seq seq)
{
    return item.birth <= seq && (item.death == 0 || item.death > seq);
}

struct Steps
{
    double millisecondsEach;
    std::size_t nodes;
    std::size_t moved;
};

Steps walk(const trace::StableLayout& layout)
{
    const auto& items = layout.items();
    const Seq begin = items.size() / 2; // one birth per event
    constexpr Seq kSteps = 500;
    std::map<ObjectId, Place> known;
    trace::CompactRows compact(layout);
    std::vector<ObjectId> shown;
    for (const LayoutItem& item : items) {
        if (livesAt(item, begin)) {
            shown.push_back(item.object);
            compact.show(item.object);
            known[item.object] = layout.of(item.object);
        }
    }
    Steps steps { 0, shown.size(), 0 };
    volatile std::uint64_t sink = 0;
    for (Seq seq = begin + 1; seq <= begin + kSteps; ++seq) {
        const ObjectId born = items[seq - 1].object;
        const auto start = Clock::now();
        std::erase_if(shown, [&](ObjectId object) {
            const bool isGone = !livesAt(items[object - 1], seq);
            if (isGone) {
                compact.hide(object);
            }
            return isGone;
        });
        shown.push_back(born);
        compact.show(born);
        std::uint64_t total = 0;
        for (const ObjectId object : shown) {
            const Place place = layout.of(object);
            total += place.row + compact.rowOf(place.row);
        }
        sink = sink + total;
        steps.millisecondsEach += milliseconds(start) / double(kSteps);
        for (const ObjectId object : shown) {
            const Place place = layout.of(object);
            const auto before = known.try_emplace(object, place).first->second;
            steps.moved += before.row != place.row || before.column != place.column;
        }
    }
    return steps;
}

struct Dot
{
    double milliseconds = 0;
    std::map<ObjectId, std::pair<double, double>> places;
};

Dot runDot(const std::vector<LayoutItem>& items, Seq seq)
{
    char path[] = "/tmp/rdrlab-layout-XXXXXX";
    const int handle = mkstemp(path);
    Dot dot;
    if (handle < 0) {
        return dot;
    }
    std::FILE* file = fdopen(handle, "w");
    std::fputs("digraph g { rankdir=LR; node [shape=box];\n", file);
    for (const LayoutItem& item : items) {
        if (livesAt(item, seq)) {
            std::fprintf(file, "n%u;\n", item.object);
            if (item.home != 0 && livesAt(items[item.home - 1], seq)) {
                std::fprintf(file, "n%u -> n%u;\n", item.home, item.object);
            }
        }
    }
    std::fputs("}\n", file);
    std::fclose(file);
    const auto start = Clock::now();
    std::FILE* pipe = popen((std::string("dot -Tplain ") + path).c_str(), "r");
    char line[512];
    while (pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr) {
        unsigned object = 0;
        double x = 0;
        double y = 0;
        if (std::sscanf(line, "node n%u %lf %lf", &object, &x, &y) == 3) {
            dot.places[object] = { x, y };
        }
    }
    if (pipe != nullptr) {
        pclose(pipe);
    }
    dot.milliseconds = milliseconds(start);
    unlink(path);
    return dot;
}

double median(std::vector<double> values)
{
    if (values.empty()) {
        return 0;
    }
    std::nth_element(values.begin(), values.begin() + long(values.size() / 2), values.end());
    return values[values.size() / 2];
}

// Of the nodes that both have, how many moved against the others.
std::pair<std::size_t, std::size_t> moved(const Dot& before, const Dot& after)
{
    std::vector<double> dx;
    std::vector<double> dy;
    for (const auto& [object, place] : before.places) {
        const auto found = after.places.find(object);
        if (found != after.places.end()) {
            dx.push_back(found->second.first - place.first);
            dy.push_back(found->second.second - place.second);
        }
    }
    const double x = median(dx);
    const double y = median(dy);
    std::size_t count = 0;
    for (std::size_t i = 0; i < dx.size(); ++i) {
        count += std::hypot(dx[i] - x, dy[i] - y) > 0.5;
    }
    return { count, dx.size() };
}

void step(std::size_t alive, bool haveDot)
{
    const auto items = forest(alive, alive * 8);
    const trace::StableLayout layout(items);
    const Steps steps = walk(layout);
    const std::string what = std::to_string(steps.nodes) + " nodes";
    char ours[64];
    std::snprintf(ours, sizeof ours, "%.4f ms", steps.millisecondsEach);
    if (!haveDot) {
        std::printf(
            "graph layout, one step, %s | %s | dot is not installed | | < 1 ms\n", what.c_str(),
            ours);
        std::printf(
            "nodes moved by a step, of %s | %zu | dot is not installed | | 0\n", what.c_str(),
            steps.moved);
        return;
    }
    // Several births while it is cheap; one where dot takes seconds.
    const Seq first = items.size() / 2;
    const Seq pairs = alive < 1000 ? 5 : 1;
    Dot before = runDot(items, first);
    double took = 0;
    std::size_t count = 0;
    std::size_t of = 0;
    for (Seq pair = 1; pair <= pairs; ++pair) {
        Dot after = runDot(items, first + 2 * pair);
        took += after.milliseconds / double(pairs);
        const auto [some, all] = moved(before, after);
        count += some;
        of += all;
        before = std::move(after);
    }
    std::printf(
        "graph layout, one step, %s | %s | dot %.1f ms | %.5f | < 1 ms\n", what.c_str(), ours, took,
        steps.millisecondsEach / took);
    std::printf(
        "nodes moved by a step, of %s | %zu %% | dot %.0f %% | | 0\n", what.c_str(), steps.moved,
        of != 0 ? 100.0 * double(count) / double(of) : 0.0);
    std::fflush(stdout);
}

void whole(std::size_t count)
{
    auto items = forest(2000, count);
    const std::clock_t start = std::clock();
    const trace::StableLayout layout(std::move(items));
    const double took = 1000.0 * double(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf(
        "graph layout, a whole trace of %zu k objects, once | %.0f ms CPU | none | | %s\n",
        count / 1000, took,
        count == 180'000 ? "31 ms (the design's prototype)" : "266 ms (the design's prototype)");
}

} // namespace

int main()
{
    const bool haveDot = std::system("command -v dot >/dev/null 2>&1") == 0;
    for (const std::size_t alive : { 150u, 500u, 1800u, 6000u }) {
        step(alive, haveDot);
    }
    whole(180'000);
    whole(1'200'000);
}
