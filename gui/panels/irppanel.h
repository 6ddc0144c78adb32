// The IRP of the current event, or the chosen one, with its stack.
#pragma once

#include "gui/models/irpmodel.h"
#include "gui/panels/watchingpanel.h"

class QLabel;
class QToolButton;
class QTreeView;

namespace rdrlab::gui {

class IrpPanel : public WatchingPanel
{
    Q_OBJECT
public:
    explicit IrpPanel(QWidget* parent = nullptr);
    const IrpModel& model() const { return m_model; }
    trace::ObjectId irp() const { return m_stack.irp; }

protected:
    void traceChanged() override;
    void traceGrew() override;
    void placeChanged() override;

private:
    trace::ObjectId wanted() const;
    void goToCurrent();
    void goTo(Seq seq);

    IrpModel m_model;
    trace::IrpStack m_stack;
    QLabel* m_words;
    QTreeView* m_view;
    QToolButton* m_first; // to where it was sent
    QToolButton* m_last; // to its completion
    QToolButton* m_pin; // keeps showing this IRP
};

} // namespace rdrlab::gui
