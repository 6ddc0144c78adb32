// What every panel of a window is: a widget that shows a session and may bring commands of its own.
//
// A library of its own with the session and the actions, so that the rooms with panels link it and
// the window links them.
#pragma once

#include "gui/app/actions.h"
#include "gui/app/session.h"

#include <QJsonObject>
#include <QPointer>
#include <QWidget>

namespace rdrlab::gui {

class Panel : public QWidget
{
    Q_OBJECT
public:
    explicit Panel(QWidget* parent = nullptr);
    ~Panel() override;

    /// Shows this session from now on; null: nothing. The session outlives the next call.
    virtual void setSession(Session* session) = 0;
    /// Commands that only make sense with this panel; called once.
    virtual void addActions(Actions& actions) { Q_UNUSED(actions); }
    using QWidget::addActions;
    /// Shown, and not behind another tab: who is not seen does not work.
    bool isSeen() const;
    /// What of it a saved session keeps (a filter, what is folded): few and small values.
    virtual QJsonObject state() const { return {}; }
    /// Takes back what state() gave, perhaps of an older version and before any session is there.
    virtual void restore(const QJsonObject& state) { Q_UNUSED(state); }

    /// Called once when it is complete: hands the focus on to the widget set as focus proxy, but
    /// without being a stop of Tab itself. Qt makes such a panel one, before its first child, so
    /// that from behind the proxy Tab would come back to it for ever.
    void lendFocus();

Q_SIGNALS:
    /// A line for the status bar.
    void said(const QString& line);
    /// It has something to show.
    void raiseWanted();
    /// A trace to open, or two to compare.
    void openWanted(const QString& path);
    void compareWanted(const QString& one, const QString& other);
    /// The event table shall show what this expression of the filter language matches.
    void filterWanted(const QString& expression);

protected:
    /// It has come into sight; may be told more than once.
    virtual void seen() { }
    /// It is out of sight; may be told more than once.
    virtual void unseen() { }
    void focusInEvent(QFocusEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QPointer<QWidget> m_lent; // a child
};

} // namespace rdrlab::gui
