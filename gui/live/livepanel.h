// The panel "Run": one live run with its controls, its network, its breakpoints and what it says.
#pragma once

#include "gui/app/panel.h"
#include "gui/models/livelog.h"
#include "gui/models/liverun.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QToolButton;
class QTreeView;

namespace rdrlab::gui {

class NetworkBox;

class LivePanel : public Panel
{
    Q_OBJECT
public:
    explicit LivePanel(QWidget* parent = nullptr);
    ~LivePanel() override;

    void setSession(Session* session) override;
    void addActions(Actions& actions) override;

    LiveRun& run() { return m_run; }
    LiveBreakModel& breaks() { return m_breaks; }
    const LiveLog& log() const { return m_log; }

    /// Asks what to run, beginning with this scenario ("" the last one), and runs it.
    void choose(const QString& scenario = {});
    /// Runs; a trace path is made when the request has none.
    void start(RunRequest request);
    /// The same scenario with another seed; compared with the run before when both have ended.
    void runAgain(quint64 seed, bool compare);

    /// The window is made anew, and this panel stands for that one: its run goes on here. To be
    /// called before a session is there.
    void takeOver(LivePanel& other);

    /// The paces offered, in calls a second; 0: as fast as it runs.
    static const std::vector<int>& paces();
    static QString paceText(int callsPerSecond);

private:
    void refresh();
    void showPace(int callsPerSecond);
    void told(const QString& line, quint64 seq, bool isProblem);
    void stood();
    void ended();
    void goToMoment();
    void follow();
    void disturb();
    void saveAs();
    QString stateText() const;

    Session* m_session = nullptr;
    QPointer<Session> m_live; // the session that shows what the run records
    LiveBreakModel m_breaks;
    LiveLog m_log;
    quint64 m_goTo = 0; // where the machine stands, until the file shows it
    QString m_before; // the trace of the run to compare with, "": none

    QLabel* m_title;
    QLabel* m_state;
    QComboBox* m_pace;
    QTreeView* m_says;
    QPushButton* m_again;
    QPushButton* m_compare;
    QPushButton* m_save;
    NetworkBox* m_network;
    QAction* m_choose = nullptr;
    QAction* m_goOn = nullptr; // continue and pause
    QAction* m_stop = nullptr;
    QAction* m_followEnd = nullptr;
    QAction* m_cut = nullptr;
    QAction* m_fault = nullptr;
    QAction* m_againAction = nullptr;
    QAction* m_compareAction = nullptr;
    QAction* m_saveAction = nullptr;
    std::vector<QAction*> m_steps;
    QHBoxLayout* m_bar; // the buttons, filled by addActions()
    LiveRun m_run; // last: it ends before what it tells goes
};

} // namespace rdrlab::gui
