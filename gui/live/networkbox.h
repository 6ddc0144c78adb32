// The links of a live run: each server with a button that cuts or restores its cable, and its
// latency.
#pragma once

#include "gui/models/liverun.h"

#include <QWidget>

class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace rdrlab::gui {

class NetworkBox : public QWidget
{
    Q_OBJECT
public:
    explicit NetworkBox(LiveRun& run, QWidget* parent = nullptr);

    /// Cuts all links, or restores them when all are cut.
    void toggleAll();

private:
    struct Row
    {
        QString server;
        QLabel* name;
        QLabel* state;
        QPushButton* cut;
        QDoubleSpinBox* latency; // ms
        QSpinBox* loss; // of 1000
    };
    void refresh();
    void addRow(const QString& server);
    void clear();

    LiveRun& m_run;
    QGridLayout* m_grid;
    QLabel* m_empty;
    std::vector<Row> m_rows;
};

} // namespace rdrlab::gui
