// Icons, drawn in the theme's colours, so that they are sharp on any screen and need no files.
#pragma once

#include <QIcon>

namespace rdrlab::gui {

enum class Glyph
{
    StepForward,
    StepBackward,
    CallInto,
    CallOver,
    CallOut,
    ErrorNext,
    ErrorPrevious,
    DifferenceNext,
    Play,
    Pause,
    Stop,
    First,
    Last,
    Back,
    Forward,
    ZoomIn,
    ZoomOut,
    Fit,
    Bookmark,
    Break,
    Search,
    Open
};

/// An icon in the text colour of the theme in force; `mirrored` is its backwards form.
QIcon icon(Glyph glyph, bool mirrored = false);

} // namespace rdrlab::gui
