#include "engine/cli/linequeue.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace rdrlab::cli {

namespace {

bool isUrgent(const std::string& line)
{
    const nlohmann::json command = nlohmann::json::parse(line, nullptr, false);
    return command.is_object()
        && (command.value("now", nlohmann::json()) == true
            || command.value("do", nlohmann::json()) == "pause");
}

} // namespace

LineQueue::~LineQueue()
{
    if (m_thread.joinable()) {
        close(m_stop[1]);
        m_thread.join();
        close(m_stop[0]);
    }
}

void LineQueue::start()
{
    if (pipe(m_stop) != 0) {
        m_ended = true;
        return;
    }
    // Signals are the machine's business.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    m_thread = std::thread([this] { read(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void LineQueue::read()
{
    std::string line;
    char bytes[4096];
    while (true) {
        pollfd waited[2] = { { STDIN_FILENO, POLLIN, 0 }, { m_stop[0], POLLIN, 0 } };
        if (poll(waited, 2, -1) < 0 || waited[1].revents != 0)
            break;
        const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (got <= 0)
            break;
        for (ssize_t i = 0; i < got; i++) {
            if (bytes[i] == '\n')
                add(std::exchange(line, {}));
            else if (line.size() < kMaximumBytes)
                line += bytes[i];
        }
    }
    if (!line.empty())
        add(std::move(line));
    const std::lock_guard lock(m_mutex);
    m_ended = true;
    m_changed.notify_all();
}

void LineQueue::add(std::string line)
{
    const bool urgent = isUrgent(line);
    const std::lock_guard lock(m_mutex);
    (urgent ? m_urgent : m_lines).push_back(std::move(line));
    m_urgentCount = m_urgent.size();
    m_changed.notify_all();
}

std::optional<std::string> LineQueue::next()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_ended || !m_lines.empty() || !m_urgent.empty(); });
    std::deque<std::string>& from = m_urgent.empty() ? m_lines : m_urgent;
    if (from.empty())
        return std::nullopt;
    std::string line = std::move(from.front());
    from.pop_front();
    m_urgentCount = m_urgent.size();
    return line;
}

std::optional<std::string> LineQueue::nextUrgent()
{
    const std::lock_guard lock(m_mutex);
    if (m_urgent.empty())
        return std::nullopt;
    std::string line = std::move(m_urgent.front());
    m_urgent.pop_front();
    m_urgentCount = m_urgent.size();
    return line;
}

void LineQueue::waitFor(std::chrono::microseconds time)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, time, [this] { return !m_urgent.empty(); });
}

} // namespace rdrlab::cli
