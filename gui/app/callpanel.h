// The call tree, following the current event.
#pragma once

#include "gui/app/panels.h"
#include "gui/models/calltreemodel.h"

#include <QTreeView>

namespace rdrlab::gui {

class CallPanel : public Panel
{
    Q_OBJECT
public:
    explicit CallPanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;

private:
    void sessionReady();
    void follow();

    Session* m_session = nullptr;
    CallTreeModel m_model;
    QTreeView* m_view;
    bool m_following = false; // a selection made by follow() is not a wish of the person
};

} // namespace rdrlab::gui
