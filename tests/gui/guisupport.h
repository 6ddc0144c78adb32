// What tests of the visualizer share.
#pragma once

#include "gui/app/mainwindow.h"

#include <QImage>

namespace rdrlab::gui::testing {

/// Keeps settings and desktop of the person at the machine out of the tests and the tests' out of
/// theirs. To be called before there is an application.
void useOwnSettings();

/// The path of a recorded sample: sample("01-first-open").
QString sample(const char* name);

/// Waits (bounded) until the session has loaded its trace or failed to.
bool waitUntilLoaded(Session& session);

/// Waits (bounded) until nothing that the timeline shows stands in for something else.
bool waitUntilSharp(const TimelineView& timeline);

/// How many different colours a picture has, counted up to `enough`.
int coloursIn(const QImage& picture, int enough);

} // namespace rdrlab::gui::testing
