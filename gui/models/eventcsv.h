// Events as CSV for other programs: the same text in every language and on every machine.
#pragma once

#include "gui/models/background.h"
#include "traces/store/reader.h"

#include <QString>
#include <memory>
#include <vector>

namespace rdrlab::gui {

/// Writes the events `rows` of the trace (all when null) to `path`: RFC 4180, UTF-8, a line of
/// names, times in nanoseconds, then a line per event. To be run beside the window. One line when
/// it cannot be done, else "". Cancelled, it leaves no file.
QString writeEventsCsv(
    const QString& tracePath,
    const std::shared_ptr<const std::vector<trace::Seq>>& rows,
    const QString& path,
    Background::Control& control);

} // namespace rdrlab::gui
