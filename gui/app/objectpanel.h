// The selected object at the current event. A click on a field selects it, a double-click goes to
// its last change, or along a pointer.
#pragma once

#include "gui/app/panels.h"
#include "gui/models/fieldmodel.h"

class QLabel;
class QTreeView;

namespace rdrlab::gui {

class ObjectPanel : public Panel
{
    Q_OBJECT
public:
    explicit ObjectPanel(QWidget* parent = nullptr);
    void setSession(Session* session) override;

private:
    void refresh();
    void lastChange();

    Session* m_session = nullptr;
    FieldModel m_model;
    QLabel* m_title;
    QTreeView* m_view;
};

} // namespace rdrlab::gui
