#include "gui/models/background.h"

#include <algorithm>
#include <sys/resource.h>
#include <unistd.h>

namespace rdrlab::gui {

namespace {
constexpr int kNiceBeside = 15;
}

void Background::Control::tell(std::uint64_t done, std::uint64_t total)
{
    const int permille = total != 0 ? int(std::min<std::uint64_t>(1000, done * 1000 / total)) : 0;
    if (m_permille.exchange(permille) != permille) {
        Background* owner = m_owner;
        QMetaObject::invokeMethod(
            owner, [owner, permille] { Q_EMIT owner->progressed(permille); }, Qt::QueuedConnection);
    }
}

Background::Background(QObject* parent)
    : QObject(parent)
{
}

Background::~Background()
{
    if (m_thread.joinable()) {
        m_control->m_cancelled = true;
        m_thread.join();
    }
}

void Background::start(std::function<void(Control&)> work, std::function<void()> done)
{
    run(std::move(work), std::move(done), false);
}

void Background::startBeside(std::function<void(Control&)> work, std::function<void()> done)
{
    run(std::move(work), std::move(done), true);
}

void Background::run(std::function<void(Control&)> work, std::function<void()> done, bool isBeside)
{
    cancel();
    m_control = std::make_unique<Control>();
    m_control->m_owner = this;
    m_done = std::move(done);
    const std::uint64_t number = ++m_run;
    m_thread
        = std::thread([this, number, isBeside, work = std::move(work), control = m_control.get()] {
              if (isBeside) {
                  setpriority(PRIO_PROCESS, id_t(gettid()), kNiceBeside); // Linux: of a thread
              }
              work(*control);
              QMetaObject::invokeMethod(
                  this, [this, number] { ended(number); }, Qt::QueuedConnection);
          });
}

void Background::cancel()
{
    if (!m_thread.joinable()) {
        return;
    }
    m_control->m_cancelled = true;
    m_thread.join();
    m_done = nullptr;
    ++m_run;
    Q_EMIT finished(true);
}

void Background::ended(std::uint64_t run)
{
    if (run != m_run || !m_thread.joinable()) {
        return;
    }
    m_thread.join();
    const auto done = std::move(m_done);
    m_done = nullptr;
    if (done) {
        done();
    }
    Q_EMIT finished(false);
}

} // namespace rdrlab::gui
