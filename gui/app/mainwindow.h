// The window: the timeline in the middle, panels in docks around it, one tab per open trace.
#pragma once

#include "gui/app/panels.h"
#include "gui/app/taborder.h"
#include "gui/app/viewhistory.h"
#include "gui/live/startpage.h"
#include "gui/live/tour.h"
#include "gui/models/stepper.h"
#include "gui/themes/textline.h"
#include "gui/timeline/overview.h"

#include <QMainWindow>
#include <QPointer>

class QComboBox;
class QDockWidget;
class QLineEdit;
class QMenu;
class QPrinter;
class QProgressBar;
class QTabBar;
class QToolButton;

namespace rdrlab::gui {

class CompareWindow;

class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    MainWindow();
    ~MainWindow() override;

    /// Opens a trace in a tab of its own, or shows the tab it is open in already.
    Session* openTrace(const QString& path);
    /// A session that began to load before there was a window: openTrace() of its trace takes it.
    void expect(std::unique_ptr<Session> early) { m_early = std::move(early); }
    void closeTrace(int tab);
    /// Opens both traces and a window that compares them, or shows the one that does already. What
    /// cannot be read is told there.
    void compareTraces(const QString& a, const QString& b);
    /// The windows that compare, oldest first.
    QList<CompareWindow*> comparisons() const;
    Session* current() const { return m_current; }
    const std::vector<std::unique_ptr<Session>>& sessions() const { return m_sessions; }

    Actions& actions() { return m_actions; }
    TimelineView& timeline() { return *m_timeline; }
    /// Paints the timeline with a title onto one page; false when the printer does not take it.
    bool printTo(QPrinter& printer);
    Panel* panel(const QString& id) const; // null when there is none
    QDockWidget* dock(const QString& id) const;

    /// Positions of docks and window, keys, theme: read from and written to the settings.
    void restoreLayout();
    void saveLayout();

    // restore.cpp
    /// Text of the place one is at; "" without a trace. Opening it goes there: a trace, a place in
    /// one, or a session file. Null and a line in the status bar when it is none of these.
    QString link() const;
    Session* openLink(const QString& text);
    /// Everything a window is made anew from; `folder` is where the file will lie, "" for none.
    QJsonObject sessionState(const QString& folder);
    /// Adds the traces of a session to those open; one line when it is none, else "".
    QString restoreSession(const QJsonObject& state, const QString& folder);
    QString saveSession(const QString& path); // one line when it cannot be written, else ""
    bool openSession(const QString& path);
    /// The session of the last time, and keeping one for the next from now on.
    static QString keptSession();
    void keepSession();
    /// A window in the language now in force, with the same traces, places and comparisons; a live
    /// run goes on in it.
    static std::unique_ptr<MainWindow> rebuilt(MainWindow& old);

Q_SIGNALS:
    void languageChosen(const QString& wish);

protected:
    void closeEvent(QCloseEvent* event) override;
    bool focusNextPrevChild(bool next) override { return focusNextInSight(*this, next); }
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // commands.cpp
    void addCommands();
    void addFileCommands();
    void addStepCommands();
    void addViewCommands();
    void addHelpCommands();
    void addMarkCommands(); // marks.cpp: bookmarks, breakpoints, playing
    void addSessionCommands(); // restore.cpp
    void addViewHistoryCommands(); // viewhistory.cpp
    void addOutputCommands(); // output.cpp: pictures and paper
    void addCompareCommands(); // comparing.cpp
    void chooseComparison();
    void offerDropped(const QString& path, QPoint where);
    void closeComparisonsOf(const Session* session);
    void buildMenus();
    void buildToolBar();
    QAction* action(const char* id) const;

    ViewState viewState() const;
    void noteView();
    void showState(bool redo);
    void keepRange();
    void startWithRange();
    void saveKeptSession();
    void buildDocks();
    void filterEvents(const QString& expression);
    void sizeDocks();
    // firstminute.cpp: what is there before a trace is, and the tour
    void addTourCommand();
    void connectFirstMinute();
    void updateStart();
    void startTour();
    /// As saveState(), of the docks as they are while a trace is open.
    QByteArray layoutState() const;
    void setLayoutState(const QByteArray& state);
    void buildStatusBar();
    void present(Session* session);
    void sessionChanged(Session* session);
    void updateTitles();
    void updateStatus();
    void updateFlags();
    void runToBreakpoint(bool forward);
    void savePicture();
    void print();
    void updateCommands();
    void step(Seq (*where)(const TraceDocument&, Seq, Direction), Direction direction);
    void stepToChange(Direction direction);
    void goTo(const QString& text);
    void chooseFile();
    void remember(const QString& path);
    void fillRecent();
    void say(const QString& line);

    Actions m_actions;
    Background m_search; // for breakpoints
    int m_eventsPerSecond = 4;
    ViewHistory m_views;
    QTimer m_settled; // runs until the view has not changed for a moment
    QTimer m_keeper; // runs while the session is kept for the next start
    QJsonObject m_kept; // as it was written last
    std::vector<std::unique_ptr<Session>> m_sessions;
    std::unique_ptr<Session> m_early;
    QList<QPointer<CompareWindow>> m_comparisons;
    Session* m_current = nullptr;
    QTabBar* m_tabs;
    TimelineView* m_timeline;
    Overview* m_overview;
    StartPage* m_start;
    bool m_docksAreAway = false; // while the start page is there
    QByteArray m_layout; // of the docks, then
    QPointer<Tour> m_tour;
    std::vector<std::pair<Panel*, QDockWidget*>> m_panels;
    QMenu* m_recent = nullptr;
    QLineEdit* m_goTo = nullptr;
    TextLine* m_where = nullptr;
    bool m_isPlayingShown = false;
    TextLine* m_markers = nullptr;
    QProgressBar* m_progress = nullptr;
    QToolButton* m_cancel = nullptr;
};

} // namespace rdrlab::gui
