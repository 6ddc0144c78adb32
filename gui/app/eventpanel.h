// The event table, following the current event.
#pragma once

#include "gui/app/panels.h"
#include "gui/models/eventmodel.h"

#include <QTableView>

namespace rdrlab::gui {

class EventPanel : public Panel
{
    Q_OBJECT
public:
    explicit EventPanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;

private:
    void sessionReady();
    void follow();

    Session* m_session = nullptr;
    EventModel m_model;
    QTableView* m_view;
    bool m_following = false;
};

} // namespace rdrlab::gui
