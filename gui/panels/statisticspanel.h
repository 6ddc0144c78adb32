// How often calls happened, how long they took, how they ended; of all or between the markers.
#pragma once

#include "gui/models/statisticsmodel.h"
#include "gui/panels/watchingpanel.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QTableView;

namespace rdrlab::gui {

class ProgressStrip;

class StatisticsPanel : public WatchingPanel
{
    Q_OBJECT
public:
    explicit StatisticsPanel(QWidget* parent = nullptr);
    const StatisticsModel& model() const { return m_model; }
    bool isCounting() const { return m_background.isRunning(); }

protected:
    void traceChanged() override;
    void traceGrew() override;
    void placeChanged() override;

private:
    void count();
    void regroup();
    void showEvents(bool isShown);
    void updateWords();

    StatisticsModel m_model;
    struct Counted
    {
        std::vector<trace::StatisticsRow> rows[std::size_t(trace::StatisticsBy::Maximum)];
        std::size_t calls = 0;
    };

    std::shared_ptr<const Counted> m_counted; // null: not yet
    Seq m_from = 0, m_to = 0; // what was counted
    QComboBox* m_by;
    QCheckBox* m_between;
    QLabel* m_words;
    QLabel* m_empty;
    QTableView* m_view;
    bool m_isStale = false; // the trace grew while it was counted
    bool m_wasCancelled = false;
    Background m_background; // last: its end is heard while the rest is there
    ProgressStrip* m_progress;
};

} // namespace rdrlab::gui
