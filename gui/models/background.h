// Long work beside the window: a function runs on a thread of its own, tells how far it is, can be
// cancelled, and its end is heard on the thread that started it.
#pragma once

#include <QObject>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace rdrlab::gui {

class Background : public QObject
{
    Q_OBJECT
public:
    /// What the work sees: it asks for cancelled() often, and tells progress as it likes.
    class Control
    {
    public:
        bool isCancelled() const { return m_cancelled; }
        const std::atomic<bool>& cancelled() const { return m_cancelled; }
        void tell(std::uint64_t done, std::uint64_t total);

    private:
        friend class Background;
        std::atomic<bool> m_cancelled = false;
        std::atomic<int> m_permille = -1;
        Background* m_owner = nullptr;
    };

    explicit Background(QObject* parent = nullptr);
    /// Cancels and waits: nothing of the work outlives its owner.
    ~Background() override;

    /// Cancels what runs, then runs `work` on a thread and afterwards `done` on the caller's thread
    /// (not when cancelled). State shared by the two is the caller's business: the usual way is a
    /// shared_ptr captured by both.
    void start(std::function<void(Control&)> work, std::function<void()> done);
    /// The same for work that nobody has asked for: it takes what processor the others leave.
    void startBeside(std::function<void(Control&)> work, std::function<void()> done);
    void cancel();
    bool isRunning() const { return m_thread.joinable(); }

Q_SIGNALS:
    void progressed(int permille);
    void finished(bool cancelled);

private:
    void run(std::function<void(Control&)> work, std::function<void()> done, bool isBeside);
    void ended(std::uint64_t run);

    std::thread m_thread;
    std::unique_ptr<Control> m_control;
    std::function<void()> m_done;
    std::uint64_t m_run = 0; // tells a late end of an older run from the present one's
};

} // namespace rdrlab::gui
