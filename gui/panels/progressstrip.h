// One line under a panel that says what is being worked out and how far it is, with a way to stop
// it.
#pragma once

#include "gui/models/background.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace rdrlab::gui {

class ProgressStrip : public QWidget
{
    Q_OBJECT
public:
    /// Hidden until work on `background` (borrowed) takes longer than a person notices.
    ProgressStrip(Background& background, QWidget* parent);
    void begin(const QString& what);

Q_SIGNALS:
    void cancelled(); // by the person

private:
    QLabel* m_what;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
    QTimer m_late;
};

} // namespace rdrlab::gui
