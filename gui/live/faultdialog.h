// Asks for a disturbance of a server: what, at which SMB2 command, how often.
#pragma once

#include "gui/models/liverun.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace rdrlab::gui {

class FaultDialog : public QDialog
{
    Q_OBJECT
public:
    explicit FaultDialog(const LiveRun& run, QWidget* parent = nullptr);

    void send(LiveRun& run) const;
    /// What was asked for, as a line for the log.
    QString words() const;

private:
    void kindChanged();

    QComboBox* m_server;
    QComboBox* m_kind;
    QComboBox* m_command;
    QSpinBox* m_nth;
    QComboBox* m_status;
    QDoubleSpinBox* m_delay; // ms
};

} // namespace rdrlab::gui
