#include "gui/app/session.h"

namespace rdrlab::gui {

Session::Session(QObject* parent)
    : QObject(parent)
{
    connect(&document, &TraceDocument::ready, this, [this] {
        focus.setLast(document.lastSeq());
        focus.goTo(document.firstOfScenario(), Focus::How::Step);
    });
    connect(&document, &TraceDocument::grew, this, [this] { focus.setLast(document.lastSeq()); });
}

} // namespace rdrlab::gui
