// What of an object is worth a line in a drawing, and how its value is written there: one answer
// for the pictures, the pages and the visualizer.
#pragma once

#include "traces/store/reader.h"

#include <string>
#include <string_view>

namespace rdrlab::trace {

/// How well a field tells its object's story: 0 the best, tellingFields() for one that tells
/// little.
std::size_t tellingRank(std::string_view field);
std::size_t tellingFields();

/// Whether a drawing shows objects of this kind unless it is asked for everything.
bool isPicturedKind(ObjectKind kind);

/// A value without the words that all its like begin with: flags without their prefix, a pointer as
/// an arrow and its target's name.
std::string shortValue(const FieldValue& value);

/// What changed between two short values: of flags what came and what went; of anything else both.
std::string valueDifference(const std::string& before, const std::string& after);

} // namespace rdrlab::trace
