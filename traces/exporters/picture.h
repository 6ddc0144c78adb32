// The object graph at one event, ready to be drawn: which objects show, what stands in each, and
// what points to what.
#pragma once

#include "traces/exporters/exporters.h"
#include "traces/query/layout.h"
#include "traces/query/state.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rdrlab::trace {

/// One line in an object's box: a field and its value.
struct PictureLine
{
    std::string key;
    std::string value; // when it changed at this event: from what to what
    ObjectId target = 0; // what it points to
    bool isChanged = false;
};

struct PictureNode
{
    enum class Mark
    {
        None,
        Born, // at this event
        Changed,
        Died // at this event: it is drawn for the last time
    };

    ObjectId object = 0;
    ObjectKind kind = ObjectKind::None;
    std::string name; // without the kind
    std::string canonical;
    std::optional<std::int32_t> references;
    std::int32_t referencesDelta = 0; // by this event
    std::vector<PictureLine> lines; // the telling ones
    std::vector<PictureLine> all; // every field known, by name
    Mark mark = Mark::None;
    std::uint32_t folded = 0; // not 0: no object but so many of this kind
    Place place; // rows are lines of text
};

struct PictureEdge
{
    std::size_t from = 0; // index of a node; for ownership the owned one
    std::size_t to = 0;
    std::string field; // of a pointer
    std::size_t line = SIZE_MAX; // of `from`, that names the pointer
    bool isHome = false; // it belongs there: the boxes stand side by side
    bool isPointer = false;
    bool isChanged = false; // at this event
};

struct Picture
{
    Seq at = 0;
    std::vector<PictureNode> nodes; // by object; folded ones last
    std::vector<PictureEdge> edges;
    std::uint32_t rows = 0;
    std::size_t leftOut = 0; // objects alive that are of no interest
    std::string title; // what the run is
    std::string event; // what happened at `at`
    std::uint64_t timeNs = 0;
};

/// Looks at a trace; nothing when it cannot be read (see Reader::error()).
std::optional<Picture> makePicture(const Reader& reader, const PictureOptions& options);

/// Draws it as SVG; `isInline`: inside an HTML page that brings the style sheet.
void drawPicture(const Picture& picture, std::ostream& out, bool isInline);

/// The same as a description for Graphviz.
void describePicture(const Picture& picture, std::ostream& out);

/// The colours of a kind of object belong together with its neighbours in RDBSS: "server", "file",
/// "handle", "request", "wire", "mup", "kernel".
std::string_view pictureFamily(ObjectKind kind);

/// "scenario · seed 1" and the like.
std::string traceTitle(const Reader& reader);

/// "SRV_CALL:\lab" reads better as "SRV_CALL \lab".
std::string spacedName(std::string canonical);

/// The file a system call is about, without its kind: of the first file object that it makes or
/// takes a reference on. Empty when there is none.
std::string subjectOf(const Reader& reader, const ObjectNames& names, const Span& call);

/// Whether a status says no. A session setup that goes on in another message does not.
bool isRefusal(std::int32_t status);

/// One line about an event, without its number and time: "notepad · io · begin · IRP_MJ_READ …".
std::string eventLine(const Reader& reader, const ObjectNames& names, const Event& event);

} // namespace rdrlab::trace
