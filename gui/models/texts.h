// What things are called on screen. Text of a trace is foreign: control characters never get
// through.
#pragma once

#include "gui/models/traceindex.h"

#include <QString>

namespace rdrlab::gui::texts {

/// UTF-8 of a trace as text without control characters.
QString foreign(std::string_view text);

QString layer(trace::Layer layer);
QString kind(trace::EventKind kind);
QString objectKind(trace::ObjectKind kind);

/// "1.25 ms", "400 ns".
QString duration(std::uint64_t nanoseconds);
/// A position on the virtual clock: "2.043 500 ms".
QString moment(std::uint64_t nanoseconds);
/// "STATUS_SUCCESS", or the number in hexadecimal when it has no name.
QString status(std::int32_t status);

/// "FCB \lab\public\readme.txt"; "" for 0.
QString object(const trace::Reader& reader, trace::ObjectId object);
/// Without its kind, unless it has no name of its own: "\lab\public\readme.txt", "IRP#14".
QString shortObject(const trace::Reader& reader, trace::ObjectId object);
/// "IRP_MJ_CREATE" → "CREATE"; everything else as it is.
QString routine(const trace::Reader& reader, trace::StringId routine);
/// What a call is about, on one line: "MRxCreate  SRV_OPEN#1".
QString call(const trace::Reader& reader, const Call& call);
/// What an event says beside its columns: new count, bytes, note.
QString detail(const trace::Reader& reader, const trace::Event& event);
/// "notepad" or "notepad/56", "interrupt" for thread 0.
QString thread(const trace::Reader& reader, std::uint32_t process, std::uint32_t thread);

/// The same, as short as a lane's title: "notepad", "critical worker 12".
QString threadTitle(const trace::Reader& reader, std::uint32_t process, std::uint32_t thread);

} // namespace rdrlab::gui::texts
