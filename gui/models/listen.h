// Views change what they listen to; this is the one way to do it.
#pragma once

#include <QObject>

namespace rdrlab::gui {

/// Makes `held` point to `now`. `listener` hears nothing more of what it pointed to before; either
/// may be null.
template <typename Source> void listenTo(QObject* listener, Source*& held, Source* now)
{
    if (held != nullptr) {
        QObject::disconnect(held, nullptr, listener, nullptr);
    }
    held = now;
}

} // namespace rdrlab::gui
