// The recordings in traces/samples/, for tests that read them.
#pragma once

#include "tests/support/synthetic.h"

namespace rdrlab::test {

/// A reader of the sample, "01-first-open"; fails the test when it cannot be opened.
inline std::unique_ptr<trace::Reader> openSample(const std::string& name)
{
    return openTrace(std::string(RDRLAB_SAMPLES) + "/" + name + ".rdrtrace");
}

} // namespace rdrlab::test
