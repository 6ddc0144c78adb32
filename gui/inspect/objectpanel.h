// The selected object at the current event: its fields, and beside them the history of the chosen
// field and the book of its references, as charts and as tables.
//
// A click on a field selects it; a double-click goes to its last change, or along a pointer.
#pragma once

#include "gui/app/panel.h"
#include "gui/models/fieldmodel.h"
#include "gui/models/historymodel.h"

class QLabel;
class QProgressBar;
class QSplitter;
class QTabWidget;
class QToolButton;
class QTreeView;

namespace rdrlab::gui {

class HistoryChart;
class LedgerChart;

class ObjectPanel : public Panel
{
    Q_OBJECT
public:
    explicit ObjectPanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;
    void addActions(Actions& actions) override;
    using Panel::addActions;

protected:
    void seen() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    enum Tab
    {
        HistoryTab,
        ChangesTab,
        ReferencesTab,
        BookTab
    };
    void buildViews();
    void connectViews();
    void refresh();
    void refreshHistory();
    void refreshReferences();
    void followInTables();
    void forget(); // what was read of another object or of a shorter recording
    void lastChange();
    void goTo(Seq seq);
    void showTab(Tab tab);

    Session* m_session = nullptr;
    FieldModel m_model;
    HistoryModel m_historyModel;
    LedgerModel m_ledgerModel;
    QLabel* m_title;
    QTreeView* m_view;
    QSplitter* m_splitter;
    QTabWidget* m_tabs;
    HistoryChart* m_history;
    QTreeView* m_changes;
    LedgerChart* m_references;
    QTreeView* m_book;
    QProgressBar* m_progress;
    QToolButton* m_cancel;
    // What is shown, or being read.
    trace::ObjectId m_historyObject = 0;
    trace::StringId m_historyField = 0;
    trace::ObjectId m_bookObject = 0;
    bool m_isFollowing = false; // a selection made by a step is not a wish of the person
    Background m_readHistory; // last: their ends are heard while the rest is there
    Background m_readBook;
};

} // namespace rdrlab::gui
