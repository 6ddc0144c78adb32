// A trace in other tools' formats.
//
// Exports that take a Progress call it every few thousand events; they return false when it gives
// up, as when the trace cannot be read.
#pragma once

#include "traces/query/progress.h"
#include "traces/store/reader.h"

#include <ostream>
#include <string_view>

namespace rdrlab::trace {

struct PcapngOptions
{
    /// Write the ports that were used. Otherwise a server that listens elsewhere is shown on 445,
    /// SMB's own port: tools take messages apart right only there (tshark's session service reads
    /// longer lengths on it), and the frame's comment tells the port that was used.
    bool keepPorts = false;
};

/// What the client's network card would have captured: Ethernet, IPv4 and TCP around every recorded
/// segment, with a comment that names the event. Segments larger than a frame are cut into several.
/// False when the trace cannot be read.
bool exportPcapng(
    const Reader& reader,
    std::ostream& out,
    const PcapngOptions& options = {},
    const Progress& progress = {});

enum class TableFormat
{
    Csv, // a line of names, then a line per row; bytes in hexadecimal, NULL is empty
    Json // an array of objects
};

/// The tables and views of a trace.
std::vector<std::string> tableNames(const Reader& reader);

/// All rows of one of them. False, and one line in `problem`, when there is none of that name or it
/// cannot be read.
bool exportTable(
    const Reader& reader,
    std::string_view table,
    TableFormat format,
    std::ostream& out,
    std::string& problem);

/// For ui.perfetto.dev and chrome://tracing: calls as slices on the threads, arrows where they go
/// on elsewhere, counters of live objects.
bool exportPerfetto(const Reader& reader, std::ostream& out, const Progress& progress = {});

/// The whole trace as one JSON object: meta, objects, spans, events (each with its changes and
/// references).
bool exportJson(const Reader& reader, std::ostream& out, const Progress& progress = {});

/// The events of a range as a JSON array, as in exportJson.
bool exportEventsJson(
    const Reader& reader, Seq from, Seq to, std::ostream& out, const Progress& progress = {});

/// What a drawing of the object graph shows.
struct PictureOptions
{
    Seq at = 0; // the state right after this event
    ObjectId around = 0; // only this object, what it belongs to and holds, and what points to it
    bool everything = false; // drivers, devices and processes too, and every field
    bool isPinned = false; // every object where it stands in all drawings of this trace
    std::uint32_t most = 150; // boxes; of more, those alike are folded into one
};

/// The event after which most of what RDBSS knows is open: a picture worth looking at.
/// Looked for from event `from` to event `until`.
Seq busiestEvent(const Reader& reader, Seq from = 1, Seq until = UINT64_MAX);

/// The object graph at one event, as a Graphviz description and as a drawing. False when the trace
/// cannot be read.
bool exportDot(const Reader& reader, const PictureOptions& options, std::ostream& out);
bool exportSvg(const Reader& reader, const PictureOptions& options, std::ostream& out);

/// The call that a person means: "IRP#14", "RX_CONTEXT#3", "EXCHANGE#5" (the outermost call that
/// carries it), "NtReadFile" (the first of that name), "#295" or "295" (by its first event), or
/// nothing (the first system call that asked a server). 0, and one line in `problem`, when there is
/// none.
SpanId findRequest(const Reader& reader, std::string_view wanted, std::string& problem);

/// The sequence diagram of one call, as Mermaid's text and as a drawing. False when the trace
/// cannot be read.
bool exportMermaid(const Reader& reader, SpanId call, std::ostream& out);
bool exportSequenceSvg(const Reader& reader, SpanId call, std::ostream& out);

struct HtmlOptions
{
    Seq from = 1;
    Seq until = UINT64_MAX;
    std::string title; // empty: the scenario's name
};

/// A range of a trace as one page without anything outside it: calls, requests as sequence
/// diagrams, the object graph before, when most is open and at the end, changes, packets. Light and
/// dark, and made for paper. False when the trace cannot be read.
bool exportHtml(const Reader& reader, const HtmlOptions& options, std::ostream& out);

/// A JSON string literal, quotes included; bytes that are no UTF-8 become U+FFFD.
std::string jsonString(std::string_view text);

/// A text between the commas, as RFC 4180 wants it; in quotes where it must, or is empty.
std::string csvText(std::string_view text);

/// Whether to go on after event `at` of `last`: asks `progress` now and then.
inline bool goesOn(const Progress& progress, Seq at, Seq last)
{
    return at % 4096 != 0 || !progress || progress(at, last);
}

} // namespace rdrlab::trace
