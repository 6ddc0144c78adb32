// A progress bar on standard error, for commands whose work is counted.
//
// It is drawn on a terminal only, and only once the work has taken a second; the machine and its
// output know nothing of it.
#pragma once

#include "traces/query/progress.h"

#include <chrono>
#include <string>

namespace rdrlab::cli {

class ProgressBar
{
public:
    explicit ProgressBar(std::string label);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// `done` from 0 to 1. Cheap enough to be called for every thousandth event.
    void show(double done);

    /// What a question of traces/query reports to; it never gives up. The bar must outlive it.
    trace::Progress follow();

    /// Takes the bar off the screen, before a line is printed; the next show() draws it again.
    void clear();

private:
    std::string m_label;
    std::chrono::steady_clock::time_point m_start;
    std::chrono::steady_clock::time_point m_drawn;
    bool m_isTerminal = false;
    bool m_isShown = false;
};

} // namespace rdrlab::cli
