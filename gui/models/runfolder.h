// Where the traces of runs go: a folder of the person's, with names that tell what was run.
#pragma once

#include <QString>

namespace rdrlab::gui {

/// The folder of the settings ("runFolder"), else "rdrlab" among the documents. It is made when it
/// is not there; "" and one line in `error` when that cannot be.
QString runFolder(QString& error);
void setRunFolder(const QString& folder);

/// A path in `folder` that is not taken: "01-first-open seed 7.rdrtrace", "… (2).rdrtrace".
QString newTracePath(const QString& folder, const QString& lab, quint64 seed);

/// Copies a recording that is complete. "" or one line of what went wrong; never replaces what is
/// no trace.
QString copyTrace(const QString& from, const QString& to);

} // namespace rdrlab::gui
