// The explanations: what everything at the current event is called and means, and any name one
// looks for.
#pragma once

#include "gui/app/panel.h"

#include <QTimer>

class QLineEdit;
class QTextBrowser;
class QToolButton;

namespace rdrlab::gui {

class ExplainPanel : public Panel
{
    Q_OBJECT
public:
    explicit ExplainPanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;
    void addActions(Actions& actions) override;
    using Panel::addActions;

    /// Shows the entry of a name and enters it into the panel's history; false when there is none.
    bool explain(const QString& name);
    QString shownText() const; // what a person reads now

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void seen() override;
    void unseen() override;

private:
    void refreshSoon();
    void refresh();
    void show(const QString& html);
    void showPlace();
    void go(int by);
    void follow(const QUrl& link);
    void typed(const QString& text);
    void hovered();
    void restyle();

    Session* m_session = nullptr;
    QLineEdit* m_search;
    QTextBrowser* m_page;
    QToolButton* m_back;
    QToolButton* m_forward;
    QToolButton* m_following;
    QTimer m_soon; // one page for all that a click changes
    QString m_html;
    QStringList m_visited; // names
    int m_place = -1; // in m_visited; -1: nothing visited yet
};

} // namespace rdrlab::gui
