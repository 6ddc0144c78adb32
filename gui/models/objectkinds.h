// The kinds of object in the order in which people look at them.
#pragma once

#include "traces/model/kinds.h"

#include <span>

namespace rdrlab::gui {

/// As a network programmer draws them, from the server down to the request.
std::span<const trace::ObjectKind> objectKindOrder();

} // namespace rdrlab::gui
