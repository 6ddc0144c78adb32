// The closed vocabularies of a trace: layers, kinds of object, kinds of event.
//
// One table per vocabulary: the enumerator, its number in the file and its printed name come from
// the same line, so that the recorder, the command line, SQL and the visualizer never disagree. The
// numbers are part of the file format: append only. The first part of each list equals the C
// enumerations in engine/ddk/rx/rdrtrace.h (the recorder asserts it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rdrlab::trace {

// X(enumerator, name)
#define RDRLAB_TRACE_LAYERS(X)                                                                     \
    X(App, "app")                                                                                  \
    X(Io, "io")                                                                                    \
    X(Mup, "mup")                                                                                  \
    X(Rdbss, "rdbss")                                                                              \
    X(Mrx, "mrx")                                                                                  \
    X(Wire, "wire")                                                                                \
    X(Server, "server")                                                                            \
    X(Kernel, "kernel")

#define RDRLAB_TRACE_OBJECT_KINDS(X)                                                               \
    X(None, "NONE")                                                                                \
    X(Process, "PROCESS")                                                                          \
    X(Thread, "THREAD")                                                                            \
    X(Driver, "DRIVER")                                                                            \
    X(Device, "DEVICE")                                                                            \
    X(File, "FILE_OBJECT")                                                                         \
    X(Irp, "IRP")                                                                                  \
    X(Handle, "HANDLE")                                                                            \
    X(RxContext, "RX_CONTEXT")                                                                     \
    X(SrvCall, "SRV_CALL")                                                                         \
    X(NetRoot, "NET_ROOT")                                                                         \
    X(VNetRoot, "V_NET_ROOT")                                                                      \
    X(Fcb, "FCB")                                                                                  \
    X(SrvOpen, "SRV_OPEN")                                                                         \
    X(Fobx, "FOBX")                                                                                \
    X(MupPrefix, "MUP_PREFIX")                                                                     \
    X(MupFile, "MUP_FILE")                                                                         \
    X(CacheMap, "SHARED_CACHE_MAP")                                                                \
    X(Connection, "CONNECTION")                                                                    \
    X(Session, "SESSION")                                                                          \
    X(Tree, "TREE")                                                                                \
    X(Exchange, "EXCHANGE")                                                                        \
    X(Resource, "ERESOURCE") /* a kernel lock, born when it is first taken */

#define RDRLAB_TRACE_EVENT_KINDS(X)                                                                \
    X(Note, "note")                                                                                \
    X(Callback, "callback")                                                                        \
    X(Post, "post")                                                                                \
    X(Wait, "wait")                                                                                \
    X(Wake, "wake")                                                                                \
    X(Lock, "lock")                                                                                \
    X(Unlock, "unlock")                                                                            \
    X(Cancel, "cancel")                                                                            \
    X(State, "state")                                                                              \
    X(Error, "error")                                                                              \
    X(Missing, "missing")                                                                          \
    X(Begin, "begin") /* a span opens; its id is this event's seq */                               \
    X(End, "end") /* a span is finished: status, argument = information */                         \
    X(Pend, "pend") /* a thread leaves a span that stays open */                                   \
    X(Resume, "resume") /* a thread continues a span */                                            \
    X(Born, "born")                                                                                \
    X(Died, "died")                                                                                \
    X(Rename, "rename")                                                                            \
    X(Reference, "reference") /* argument = new count, routine = reason */                         \
    X(Change, "change") /* one or more rows in changes */                                          \
    X(Packet, "packet") /* argument = payload bytes */                                             \
    X(Input, "input") /* live data reached the run; argument = bytes */                            \
    X(Signal, "signal") /* who runs ends the wait of thread `argument` */

enum class Layer : std::uint8_t
{
#define X(enumerator, name) enumerator,
    RDRLAB_TRACE_LAYERS(X)
#undef X
        Maximum
};

enum class ObjectKind : std::uint8_t
{
#define X(enumerator, name) enumerator,
    RDRLAB_TRACE_OBJECT_KINDS(X)
#undef X
        Maximum
};

enum class EventKind : std::uint8_t
{
#define X(enumerator, name) enumerator,
    RDRLAB_TRACE_EVENT_KINDS(X)
#undef X
        Maximum
};

/// The printed name; "?" for a number this program does not know (a newer or damaged file).
std::string_view layerName(Layer layer);
std::string_view objectKindName(ObjectKind kind);
/// The canonical name of an object that has no name of its own: "IRP#14".
std::string numberedName(ObjectKind kind, std::uint64_t ordinal);
std::string_view eventKindName(EventKind kind);

/// The layer whose objects these are, for colours.
Layer layerOf(ObjectKind kind);

/// "STATUS_SUCCESS" and the like; empty for a value without a name.
std::string_view statusName(std::int32_t status);

} // namespace rdrlab::trace
