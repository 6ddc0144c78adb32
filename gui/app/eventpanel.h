// The event table with its filter, following the current event.
#pragma once

#include "gui/app/panels.h"
#include "gui/models/eventmodel.h"
#include "gui/models/filter.h"

#include <QTableView>

class QCompleter;
class QLabel;
class QLineEdit;
class QProgressBar;
class QToolButton;

namespace rdrlab::gui {

class EventPanel : public Panel
{
    Q_OBJECT
public:
    explicit EventPanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;
    void addActions(Actions& actions) override;
    using Panel::addActions;
    QJsonObject state() const override;
    void restore(const QJsonObject& state) override;

    /// Shows only what matches; everything for an empty expression. Runs beside the window.
    void setFilter(const QString& expression);
    QString filter() const;
    bool isFiltering() const { return m_background.isRunning(); }
    /// Writes what is shown, beside the window; the end is said in the status bar.
    void writeCsv(const QString& path);
    bool isWriting() const { return m_writer.isRunning(); }
    const EventModel& model() const { return m_model; }

Q_SIGNALS:
    void filterApplied();

private:
    void sessionReady();
    void follow();
    void typed(const QString& expression);
    void applyFilter();
    void find(bool forward);
    void complete(const QString& expression);
    void showValidity();
    void saveCsv();
    void showWork();

    Session* m_session = nullptr;
    EventModel m_model;
    QTableView* m_view;
    QLineEdit* m_filter;
    QLabel* m_answer;
    QProgressBar* m_progress;
    QToolButton* m_stop;
    QCompleter* m_completer;
    QStringList m_words; // of this trace, for completion
    bool m_following = false;
    Background m_search;
    Background m_writer;
    Background m_background; // last: its end is heard while the rest is there
};

} // namespace rdrlab::gui
