// The pages of the explanations panel, as rich text.
//
// A page links to others by "explain:NAME" and to events by "seq:NUMBER". Pure functions of the
// trace and the place in it, so that they are tested without a window.
#pragma once

#include "gui/models/document.h"
#include "gui/models/explain.h"
#include "gui/models/focus.h"

#include <QUrl>

namespace rdrlab::gui::explainpages {

/// One entry: what it is, the public page, which entries mention it, and, with a document that is
/// ready, where this trace has it around event `at`.
QString entry(const trace::Explanation& entry, const TraceDocument* document, Seq at);

/// Everything the current event and what is chosen are called, each with its explanation.
QString here(const TraceDocument& document, const Focus& focus);

/// The entries a tool tip of explainTip() explains, as a page; "" when there is none in it.
QString ofTip(const QString& tip);

/// What fits the letters somebody typed, best first.
std::vector<const trace::Explanation*> matches(const QString& typed);
QString search(const QString& typed);

/// What the panel says before there is anything to explain.
QString welcome();

QUrl linkTo(const trace::Explanation& entry);

/// A text with the names of other entries in it as links.
QString linked(const QString& text, const trace::Explanation* self = nullptr);

} // namespace rdrlab::gui::explainpages
