// How differences are told on screen: a sign, a word and a colour for each kind, the same in every
// view. The sign alone says it; the colour (blue for A, orange for B) only helps.
#pragma once

#include "gui/models/comparison.h"

#include <QColor>
#include <QString>

namespace rdrlab::gui::comparetexts {

QString sign(RowMark mark); // "~", "−", "+", "↕", "" for what is the same
QString word(RowMark mark); // "changed", "only in A", …
QColor colour(RowMark mark);
RowMark markOf(trace::DiffOp op, trace::DiffOrder order);

/// "A" or "B".
QString letter(DiffSide side);
QColor colour(DiffSide side);

/// Layer, kind and routine of an event: "mrx begin MRxCreate".
QString event(const trace::Reader& reader, const trace::Event& event);
/// "reader  NtCreateFile  \lab\public\plan.txt".
QString request(const Comparison& comparison, const trace::DiffRequest& request);
/// What differs in a difference on one line: "status STATUS_SUCCESS → STATUS_ACCESS_DENIED". Long
/// lists are cut.
QString details(const Comparison& comparison, const trace::Difference& difference);
/// How many differ in which way: "3 changed, 1 only in A".
QString tally(const std::array<std::uint64_t, kRowMarks>& counts);

/// "8 differences from 2 causes" or that nothing differs; of a comparison that is ready.
QString summary(const Comparison& comparison);
/// "left out: times, threads, …".
QString leftOut(const Comparison& comparison);
/// A file's name with what was run: "a.rdrtrace – first open, seed 1".
QString title(const trace::Reader& reader);

} // namespace rdrlab::gui::comparetexts
