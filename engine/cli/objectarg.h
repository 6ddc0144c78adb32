// An object of a trace as a person names it on the command line.
#pragma once

#include "traces/store/reader.h"

#include <memory>
#include <string>

namespace rdrlab::cli {

/// Opens a trace; prints why not and returns nullptr.
std::unique_ptr<trace::Reader> openForReading(const std::string& path);

/// The object called `name`: its canonical name (now or earlier), or that name without the kind
/// when only one object answers to it. Returns 0 and one line in `error`, with the nearest names
/// there are.
trace::ObjectId
findObject(const trace::Reader& reader, const std::string& name, std::string& error);

/// The field called `name` of an object, in any case. Returns 0 and one line in `error` that tells
/// the fields there are.
trace::StringId findField(
    const trace::Reader& reader,
    trace::ObjectId object,
    const std::string& name,
    std::string& error);

} // namespace rdrlab::cli
