// The name of a routine by its address, from the symbols of the module it is in.
#pragma once

#include <string>

namespace rdrlab::recorder {

/// "MuppCreateCompleted": without namespaces that have no name, and without parameters. Where the
/// module was stripped of its symbols "module!?", outside of all modules "?": never a number, so
/// that two runs give the same text. Reads the module's file; the caller keeps what it gets.
std::string nameOfRoutine(const void* routine);

} // namespace rdrlab::recorder
