// Type a few letters of a command, press Enter.
#pragma once

#include "gui/app/actions.h"

#include <QDialog>
#include <QSortFilterProxyModel>

class QLineEdit;
class QTreeView;

namespace rdrlab::gui {

/// True when the letters of `typed` occur in `text` in this order, case ignored; `score` is lower
/// for better fits (letters together, at the beginning of words).
bool fuzzyMatch(const QString& typed, const QString& text, int& score);

class CommandPalette : public QDialog
{
    Q_OBJECT
public:
    explicit CommandPalette(Actions& actions, QWidget* parent);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    class Filter;
    void run();

    Actions& m_actions;
    ActionsModel m_model;
    Filter* m_filter;
    QLineEdit* m_typed;
    QTreeView* m_list;
};

} // namespace rdrlab::gui
