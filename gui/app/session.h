// One trace with the person's place in it. A window shows one session at a time; panels are told
// which.
#pragma once

#include "gui/models/document.h"
#include "gui/models/focus.h"

namespace rdrlab::gui {

class Session : public QObject
{
    Q_OBJECT
public:
    explicit Session(QObject* parent = nullptr);

    TraceDocument document;
    Focus focus;
};

} // namespace rdrlab::gui
