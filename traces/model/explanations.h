// What names mean: routines, structures, fields, statuses, flags; from explanations.json, and what
// that is in other languages from explanations.de.json.
#pragma once

#include "traces/model/kinds.h"

#include <string>
#include <string_view>
#include <vector>

namespace rdrlab::trace {

struct Explanation
{
    std::string_view name; // the same in every language
    std::string_view kind; // routine, structure, field, status, request, exchange, flag, …
    std::string_view text;
    std::string_view page; // the public documentation that tells more; {} stands for the name
};

/// All explanations, by name. They live as long as the program.
const std::vector<Explanation>& explanations();

/// What one name means; nullptr when nobody explained it. Case does not count; of
/// "SRV_CALL.Condition" and "SRV_CALL:\lab" the part that is known does.
const Explanation* explain(std::string_view name);

enum class Language
{
    English,
    German
};

/// The language of a tag such as "de", "de-AT" or "de_DE.UTF-8"; English when it is none of ours.
Language languageOf(std::string_view tag);

/// An entry of explanations() (and no copy of one) with its kind, text and page in a language; the
/// entry itself where nobody translated it. Programs compare the English kind: others may change.
const Explanation& inLanguage(const Explanation& entry, Language language);

/// The heading of an entry of explanations(): its name. Where the name ends in a plain word another
/// language has its own: "Ereignis „error“" for "error event".
std::string titleOf(const Explanation& entry, Language language);

/// What the `routine` of an event means, which depends on the event: the reason of a reference, the
/// command that a server works on, else the name itself.
const Explanation* explainRoutine(EventKind kind, Layer layer, std::string_view name);

/// The public documentation page of an entry, its own name filled in.
std::string pageOf(const Explanation& entry, Language language = Language::English);

} // namespace rdrlab::trace
