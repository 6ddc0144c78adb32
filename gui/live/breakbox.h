// The breakpoints of a live run: a list with check boxes, and a line to add one.
#pragma once

#include "gui/models/livebreaks.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QTreeView;

namespace rdrlab::gui {

class BreakBox : public QWidget
{
    Q_OBJECT
public:
    explicit BreakBox(LiveBreakModel& breaks, QWidget* parent = nullptr);

    /// Adds what the line says.
    void add();

private:
    void removeCurrent();

    LiveBreakModel& m_breaks;
    QTreeView* m_view;
    QComboBox* m_routine;
    QLineEdit* m_object;
};

} // namespace rdrlab::gui
