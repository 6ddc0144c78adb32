// Who holds which lock and who waits, at the current event; and the IRQL of each processor.
#pragma once

#include "gui/models/waitmodel.h"
#include "gui/panels/watchingpanel.h"
#include "traces/query/irql.h"

class QLabel;
class QSplitter;
class QTreeView;

namespace rdrlab::gui {

class IrqlChart;
class ProgressStrip;

class LockPanel : public WatchingPanel
{
    Q_OBJECT
public:
    explicit LockPanel(QWidget* parent = nullptr);
    const WaitModel& model() const { return m_model; }
    const IrqlChart& chart() const { return *m_chart; }
    /// The event that the waits are shown of; 0 while they are looked for.
    Seq shown() const { return m_shown; }

protected:
    void traceChanged() override;
    void traceGrew() override;
    void placeChanged() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Worker; // what the thread keeps from one event to the next

    void look();
    void goToCurrent();
    void updateWords();

    WaitModel m_model;
    std::shared_ptr<Worker> m_worker;
    Seq m_shown = 0;
    std::uint32_t m_idle = 0;
    QLabel* m_words;
    QLabel* m_empty;
    QTreeView* m_view;
    IrqlChart* m_chart;
    QSplitter* m_split;
    bool m_wasCancelled = false;
    bool m_isStale = false; // the trace grew while it was looked at
    Background m_background; // last: its end is heard while the rest is there
    ProgressStrip* m_progress;
};

} // namespace rdrlab::gui
