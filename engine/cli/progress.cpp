#include "engine/cli/progress.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace rdrlab::cli {

namespace {
constexpr std::size_t kWidth = 30;
constexpr std::chrono::milliseconds kQuiet { 1000 };
constexpr std::chrono::milliseconds kBetween { 100 };
} // namespace

ProgressBar::ProgressBar(std::string label)
    : m_label(std::move(label))
    , m_start(std::chrono::steady_clock::now())
    , m_isTerminal(isatty(STDERR_FILENO) == 1)
{
}

ProgressBar::~ProgressBar()
{
    clear();
}

void ProgressBar::show(double done)
{
    if (!m_isTerminal) {
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (now - m_start < kQuiet || now - m_drawn < kBetween) {
        return;
    }
    m_drawn = now;
    m_isShown = true;
    const auto filled = std::size_t(std::clamp(done, 0.0, 1.0) * double(kWidth));
    fmt::print(
        stderr, "\r{} [{}{}] {:3.0f} %", m_label, std::string(filled, '#'),
        std::string(kWidth - filled, ' '), std::clamp(done, 0.0, 1.0) * 100);
    std::fflush(stderr);
}

trace::Progress ProgressBar::follow()
{
    return [this](std::uint64_t done, std::uint64_t total) {
        show(total == 0 ? 1 : double(done) / double(total));
        return true;
    };
}

void ProgressBar::clear()
{
    if (m_isShown) {
        fmt::print(stderr, "\r\033[K");
        std::fflush(stderr);
        m_isShown = false;
        m_drawn = {};
    }
}

} // namespace rdrlab::cli
