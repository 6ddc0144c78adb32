// All commands with their keys; a person can bind others here.
#pragma once

#include "gui/app/actions.h"

#include <QDialog>

class QKeySequenceEdit;
class QLabel;
class QTreeView;

namespace rdrlab::gui {

class KeySheet : public QDialog
{
    Q_OBJECT
public:
    explicit KeySheet(Actions& actions, QWidget* parent);

private:
    void bind();
    void save();
    void load();

    Actions& m_actions;
    ActionsModel m_model;
    QTreeView* m_list;
    QKeySequenceEdit* m_keys;
    QLabel* m_answer;
};

} // namespace rdrlab::gui
