// Packs the columns of a spine chunk into bytes and back. Private to traces/store.
//
// Most columns of an event follow from the events before it, so what is stored of each is how far a
// guess was off, and a column of right guesses takes no room at all:
//
//   what an event is  kind, layer, cpu, irql, routine and status, which occur in few combinations:
//                     a table of those in the chunk, and each event's place in it
//   who               thread and process, likewise
//   time              as the event before
//   span              as the event before; after an `end` its parent; for a `begin` its own seq
//   parent            as last seen for that span; for a `begin` the span the event before was in
//   object            as the last event of the same combination
//   argument, text    0
//
// Every number may come from a hostile file: unpackColumns() checks what it counts and selects.
#pragma once

#include "traces/store/spine.h"
#include "traces/store/varint.h"

namespace rdrlab::trace {

/// Appends `columns` (1 … kSpineEvents events) to `out`.
void packColumns(const SpineColumns& columns, Bytes& out);

/// False when the bytes are not a chunk of `count` events; `into` is then in any state.
bool unpackColumns(
    const std::uint8_t* data, std::size_t size, Seq first, std::size_t count, SpineColumns& into);

/// The objects that the events are about, ascending.
void packObjectSet(const SpineColumns& columns, Bytes& out);
bool unpackObjectSet(const std::uint8_t* data, std::size_t size, std::vector<ObjectId>& into);

} // namespace rdrlab::trace
