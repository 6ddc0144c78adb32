// The report of a comparison as a file: the same HTML, JSON and text that `rdrlab diff` writes.
#pragma once

#include "gui/models/comparison.h"

namespace rdrlab::gui {

enum class ReportKind
{
    Html,
    Json,
    Text,
    Aligned // text, both traces side by side around each difference
};

/// By the end of the file's name; text where it is unknown.
ReportKind reportKindOf(const QString& path);

/// Writes the report on a thread of its own, and `done` gets one line when it cannot, else "". The
/// file appears when it is whole; after a cancel there is none. The comparison may be replaced
/// meanwhile.
void writeReport(
    const Comparison& comparison,
    ReportKind kind,
    const QString& path,
    Background& background,
    std::function<void(const QString& error)> done);

} // namespace rdrlab::gui
