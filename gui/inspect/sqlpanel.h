// A console for questions nobody foresaw: one SQL statement that reads, its answer as a table in
// which events and objects can be clicked, and the answer as a lane of the timeline.
#pragma once

#include "gui/app/panel.h"
#include "gui/models/sqlmodel.h"

class QLabel;
class QMenu;
class QSortFilterProxyModel;
class QSplitter;
class QTableView;
class QToolButton;

namespace rdrlab::gui {

class SqlEditor;

class SqlPanel : public Panel
{
    Q_OBJECT
public:
    explicit SqlPanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;
    void addActions(Actions& actions) override;
    using Panel::addActions;

    void setStatement(const QString& statement);
    /// Runs the statement beside the window.
    void run();
    bool isRunning() const { return m_background.isRunning(); }
    const SqlModel& model() const { return m_model; }
    /// Marks the events of the answer in the timeline; false when it has none.
    bool saveAsLane(const QString& title);
    /// One line that is shown, "" when it was written.
    QString saveCsv(const QString& path);

protected:
    void seen() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildViews();
    void buildMenus();
    void fillTables();
    void fillHistory();
    void fillLanes();
    void insertWord(const QString& word);
    void remember(const QString& statement);
    void walk(int by); // through the history
    void follow(const QModelIndex& index);
    void show(std::shared_ptr<const SqlAnswer> answer);
    void learnWords(); // of this trace
    int laneColumn() const; // of the answer; -1: none

    Session* m_session = nullptr;
    SqlModel m_model;
    QSortFilterProxyModel* m_sorted;
    SqlEditor* m_editor;
    QTableView* m_table;
    QSplitter* m_splitter;
    QToolButton* m_run;
    QToolButton* m_cancel;
    QToolButton* m_lane;
    QToolButton* m_csv;
    QLabel* m_answer;
    QMenu* m_tables;
    QMenu* m_history;
    QMenu* m_lanes;
    QStringList m_statements; // the newest last
    qsizetype m_place = 0; // in m_statements while walking
    bool m_knowsWords = false;
    Background m_laneMaker;
    Background m_background; // last: its end is heard while the rest is there
};

} // namespace rdrlab::gui
