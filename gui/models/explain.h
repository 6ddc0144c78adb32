// What the names on screen mean: the explanations of traces/model, as tool tips and as pages.
//
// Every view that shows a name of the field asks here, so that a name is explained in the same
// words wherever it stands, and in the person's language.
#pragma once

#include "traces/model/explanations.h"
#include "traces/model/trace.h"

#include <QString>
#include <vector>

namespace rdrlab::gui {

/// What a name as it stands on screen means, null when nobody explained it. A sign before the name
/// ("✖ STATUS_…") does not count, "CREATE" is found as IRP_MJ_CREATE, "FCB \lab\a.txt" as FCB.
const trace::Explanation* explanationOf(const QString& name);

/// The entries for each part of a value such as "FO_FILE_OPEN|FO_SYNCHRONOUS_IO", in order; parts
/// without one are left out. Of a single name at most one.
std::vector<const trace::Explanation*> explanationsOf(const QString& value);

/// The language in which explanations are shown: that of the window, else English.
trace::Language explanationLanguage();

/// An entry in the language of the window: the sort of thing it explains ("routine", "status"),
/// what it says, what stands above it, and "See: " with the public page. Plain texts.
QString explanationKind(const trace::Explanation& entry);
QString explanationText(const trace::Explanation& entry);
QString explanationTitle(const trace::Explanation& entry);
QString explanationPage(const trace::Explanation& entry);

/// A short rich text: what `name` is, and the public page that tells more; of a value made of flags
/// one line each. `above` is plain text that stands over it. "" when there is nothing to tell, and
/// `above` as it is when only the name is unknown.
QString explainTip(const QString& name, const QString& above = {});
/// The same of entries that were found already.
QString
explainTip(const std::vector<const trace::Explanation*>& entries, const QString& above = {});

/// What the `routine` of an event means; its text is `name`.
const trace::Explanation* explanationOfRoutine(const trace::Event& event, const QString& name);

} // namespace rdrlab::gui
