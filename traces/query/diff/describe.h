// Words for what a comparison found: the reports and the visualizer say it alike.
#pragma once

#include "traces/query/diff/diff.h"

#include <optional>
#include <string>
#include <vector>

namespace rdrlab::trace {

/// One thing that differs between the two events of a pair.
struct DiffDetail
{
    std::string what; // "status", "information", a field's name
    std::string a; // empty: absent
    std::string b;
};

/// "mrx end MRxCreate", with the object apart.
struct EventTitle
{
    std::string layer;
    std::string kind;
    std::string routine; // or, where there is none, the text
    std::string object; // canonical name, or empty
};

EventTitle eventTitle(const Reader& reader, const Event& event);

/// What differs in a changed pair, and what stands in a missing or extra event worth saying (its
/// status, its text, its field values). In the order a person reads them.
std::vector<DiffDetail> detailsOf(const TraceDiff& diff, const Difference& difference);

/// Who asked for what: "reader", "NtCreateFile", "\lab\public\plan.txt".
struct RequestTitle
{
    std::string process;
    std::string routine; // "(outside of calls)" where there is none
    std::string path;
    std::optional<std::int32_t> status; // of its end
    std::uint64_t durationNs = 0;
    std::uint64_t events = 0; // from its first to its last, with those of others between
};
RequestTitle requestTitle(const Reader& reader, Seq first, bool isOutside);

/// How long calls of one routine took on both sides; only calls that are partners count.
struct DurationRow
{
    Layer layer = Layer::App;
    std::string routine;
    std::uint64_t calls = 0;
    std::uint64_t a = 0; // ns in all
    std::uint64_t b = 0;
    double medianRatio = 0; // B / A of a pair; 0 where no call of A took any time
    std::uint64_t longer = 0; // pairs of which B took longer
    std::uint64_t shorter = 0;
};

/// By layer and routine, the greatest difference first. Reads all spans of both traces; `goesOn` is
/// asked now and then, and nothing comes back once it says no.
std::vector<DurationRow>
compareDurations(const TraceDiff& diff, const std::function<bool()>& goesOn = {});

} // namespace rdrlab::trace
