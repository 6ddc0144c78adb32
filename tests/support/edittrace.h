// Copies of a recording that differ from it in known places: the truth that a comparison is
// measured against.
#pragma once

#include "traces/store/reader.h"

#include <cstdint>
#include <string>
#include <vector>

namespace rdrlab::test {

struct EditOptions
{
    unsigned seed = 1;
    // Of a thousand events that each kind of edit fits: how many get it.
    unsigned dropped = 0; // locks, unlocks and notes left out
    unsigned failed = 0; // calls that succeeded fail
    unsigned added = 0; // a note that was not there
    unsigned droppedRequests = 0; // whole requests whose objects live and die inside them
    unsigned swappedRequests = 0; // neighbours of two threads change places
    unsigned ordinals = 0; // added to every number behind a '#'
    std::string from; // this text ...
    std::string to; // ... is replaced in every string
};

struct EditTruth
{
    std::vector<trace::Seq> partner; // by seq of the original (index 0 unused); 0: left out
    std::vector<trace::Seq> failed; // seq of the original
    std::vector<trace::Seq> added; // seq of the copy
    std::uint64_t dropped = 0;
    std::uint64_t droppedRequests = 0;
    std::uint64_t swappedRequests = 0;
};

/// Writes the copy to `path`; fails the test when it cannot.
EditTruth
copyEdited(const trace::Reader& original, const std::string& path, const EditOptions& options);

} // namespace rdrlab::test
