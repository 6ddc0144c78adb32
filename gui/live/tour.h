// A guided tour of a window: stops, each beside a part of the window, that a newcomer reads, tries
// and leaves at any time. The window stays usable; the tour only points.
#pragma once

#include <QFrame>
#include <QPointer>
#include <functional>
#include <vector>

class QLabel;
class QPushButton;

namespace rdrlab::gui {

struct TourStop
{
    QString title;
    QString text; // rich text
    QString task; // what to try, "": nothing
    std::function<QWidget*()> target; // may give null: the whole window
    std::function<void()> prepare; // before it is shown; may be empty
    /// True when the task has been done; asked whenever progressed() is called. May be empty.
    std::function<bool()> isDone;
};

class Tour : public QFrame
{
    Q_OBJECT
public:
    /// A child of `window`, beside what it points to. Deletes itself when it is left.
    Tour(QWidget* window, std::vector<TourStop> stops);
    ~Tour() override;

    int stop() const { return m_at; }
    int count() const { return int(m_stops.size()); }
    void goTo(int stop);
    /// Something happened in the window: perhaps the task is done.
    void progressed();

Q_SIGNALS:
    void left(bool atEnd);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void place();
    void leave(bool atEnd);
    void restyle();

    std::vector<TourStop> m_stops;
    int m_at = -1;
    bool m_isDone = false;
    QPointer<QWidget> m_target;
    QPointer<QWidget> m_ring;
    QLabel* m_title;
    QLabel* m_text;
    QLabel* m_task;
    QLabel* m_count;
    QPushButton* m_back;
    QPushButton* m_next;
};

} // namespace rdrlab::gui
