// The window that compares two open traces: both on one axis, what differs, what came first, and
// what follows from it.
//
// It borrows two sessions of the main window, so that the main window's panels stand where this one
// stands; the comparison itself has readers of its own.
#pragma once

#include "gui/app/actions.h"
#include "gui/app/session.h"
#include "gui/app/taborder.h"
#include "gui/models/comparelink.h"
#include "gui/models/comparereport.h"
#include "gui/models/stepper.h"

#include <QMainWindow>

class QCheckBox;
class QDockWidget;
class QLabel;
class QLineEdit;
class QMenu;
class QProgressBar;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTreeView;
class QTableView;

namespace rdrlab::gui {

class AlignedTimelines;
class AlignedView;
class CompareCauses;
class CompareLines;

class CompareWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// Starts to compare as soon as both traces are loaded. Both sessions outlive the window; who
    /// closes one closes the window first.
    CompareWindow(Session& a, Session& b);
    ~CompareWindow() override;

    bool uses(const Session* session) const { return session == &m_a || session == &m_b; }
    bool compares(const Session* a, const Session* b) const { return a == &m_a && b == &m_b; }
    Session& session(DiffSide side) const { return side == DiffSide::A ? m_a : m_b; }

    Comparison& comparison() { return m_comparison; }
    CompareLink& link() { return m_link; }
    Actions& actions() { return m_actions; }
    AlignedView& table() { return *m_table; }
    AlignedTimelines& timelines() { return *m_timelines; }
    CompareCauses& causes() { return *m_causes; }
    /// Compares again and remembers the mask for the next time.
    void setMask(const trace::DiffMask& mask);
    /// Writes a report beside the window; a line in the status bar says how it went.
    void writeReportTo(const QString& path, ReportKind kind);
    bool isWriting() const { return m_report.isRunning(); }
    CompareLines& pairLines() { return *m_pair; }
    CompareLines& objectLines() { return *m_objects; }

Q_SIGNALS:
    /// The person wants to see this trace, where it stands now, in the main window.
    void wanted(rdrlab::gui::Session* session);
    /// The person wants these traces compared: the same the other way round, or a dropped one.
    void compareWanted(const QString& a, const QString& b);

protected:
    void showEvent(QShowEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    bool focusNextPrevChild(bool next) override { return focusNextInSight(*this, next); }
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // comparecommands.cpp
    void addCommands();
    void buildMenus();
    void buildToolBar();
    QAction* action(const char* id) const;

    QWidget* buildMiddle();
    void buildDocks();
    void buildStatusBar();
    // comparegrowth.cpp
    QWidget* buildGrowth();
    void compareAgain();
    void documentChanged();
    void showProgress();
    void showGrowth();
    bool isCompleteNow() const;
    // comparereports.cpp: the mask and the reports
    void addReportCommands();
    void editMask();
    void saveReport();
    void stateChanged();
    void moved();
    void showPair();
    void showObjects();
    void showChosen();
    void updateCommands();
    void goToText(const QString& text);
    void stepCall(Seq (*where)(const TraceDocument&, Seq, Direction), Direction direction);
    void say(const QString& line);
    void restoreLayout();
    void saveLayout();

    Session& m_a;
    Session& m_b;
    Comparison m_comparison;
    CompareLink m_link;
    Actions m_actions;
    AlignedView* m_table;
    AlignedTimelines* m_timelines;
    QSplitter* m_middle;
    CompareCauses* m_causes;
    CompareLines* m_pair;
    CompareLines* m_objects;
    QStackedWidget* m_pages;
    QLabel* m_message; // of the page without a comparison
    QLabel* m_titleA;
    QLabel* m_titleB;
    QLabel* m_summary;
    QLabel* m_counter = nullptr;
    QLabel* m_where = nullptr;
    QLabel* m_objectTitle = nullptr;
    QTreeView* m_causeView = nullptr;
    QLineEdit* m_goTo = nullptr;
    QProgressBar* m_progress = nullptr;
    QWidget* m_cancel = nullptr;
    QWidget* m_growth = nullptr; // the line about a trace that is not complete
    QLabel* m_growthText = nullptr;
    QPushButton* m_growthButton = nullptr;
    std::array<Seq, 2> m_startedWith {}; // the last events when the comparison was started
    bool m_isFollowing = false;
    bool m_isStarted = false;
    bool m_isArranged = false;
    QCheckBox* m_stay = nullptr;
    trace::ObjectId m_objectA = 0; // shown
    trace::ObjectId m_objectB = 0;
    Background m_report; // last: its end is heard while the rest is there
};

} // namespace rdrlab::gui
