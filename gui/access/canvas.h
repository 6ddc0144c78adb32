// What a painted view tells a screen reader.
//
// A view that paints itself is one empty area to a screen reader. It therefore derives from
// CanvasItems as well as from QWidget and names the item the person is at with the few around it;
// each appears as a child that can be read and pressed. After every step it calls announceCanvas(),
// and the name of the first item is read out.
//
//   class GraphView : public QAbstractScrollArea, public CanvasItems { … };
//   GraphView::GraphView() { installCanvasAccess(); connect(focus, &Focus::moved, … {
//       announceCanvas(*this); }); }
#pragma once

#include <QRect>
#include <QString>
#include <QWidget>
#include <vector>

class QAccessibleEvent;

namespace rdrlab::gui {

struct CanvasItem
{
    QString name; // one sentence: "event 42: MRxCreate SRV_OPEN#1 begins"
    QString description; // how it lies to the first: "the call around"
    QRect rect; // in the widget's coordinates; empty when it is out of sight
};

class CanvasItems
{
public:
    /// Where the person is first, then its neighbours, always in the same order; at most some ten.
    /// Empty when there is nothing to show. Asked on the window's thread, only while somebody
    /// listens.
    virtual std::vector<CanvasItem> canvasItems() const = 0;
    /// Goes to one of them.
    virtual void activateCanvasItem(std::size_t at) = 0;

protected:
    ~CanvasItems() = default;
};

/// Makes every CanvasItems readable; costs nothing when called again.
void installCanvasAccess();

/// Tells that the items have changed; costs nothing while no screen reader listens.
void announceCanvas(QWidget& canvas);
/// Hears what is announced, also on a platform without screen readers, as in tests; null: nobody.
void hearAnnouncements(void (*heard)(QAccessibleEvent& event));

} // namespace rdrlab::gui
