// Walks through everything a person can get to see: the window, each panel, each dialog a command
// opens.
#pragma once

#include "gui/app/mainwindow.h"

#include <functional>

namespace rdrlab::gui::testing {

/// A text on the screen with where it stands, for a message.
struct Shown
{
    QString text;
    QString where;
};

/// "Class 'name' in Class 'name'": which widget is meant.
QString describe(const QWidget& widget);

/// All texts of a widget and what is visible inside: labels, buttons, titles, headers, tool tips,
/// names for screen readers, menus. Not the contents of tables and line edits, which are data.
std::vector<Shown> textsOf(QWidget& top);

/// Widgets whose text does not fit them, each described.
QStringList clippedIn(QWidget& top);

/// Visits the window with each panel in front, then each dialog that a command ending in "…" opens
/// (not those of Qt itself), then other windows that appeared meanwhile.
void visitAll(MainWindow& window, const std::function<void(QWidget& top)>& visit);

} // namespace rdrlab::gui::testing
