#pragma once

#include "app/gui/theme.h"

#include <QString>

#include <functional>

class QMainWindow;
class QMenu;
class QWidget;

namespace tritloom {

struct WindowActions;
class Workspace;

/// Small things the main window does to its parts, kept out of it so that it stays readable.
void applyIcons(WindowActions& actions, Theme theme, bool sweeping = false);
void fillRecentMenu(QMenu& menu, const std::function<void(const QString&)>& open);
void zoomLoom(QMainWindow& window, double factor);
/// Whether there is something to distribute the budget by, or that can be measured.
[[nodiscard]] bool canAllocate(Workspace& workspace);
/// Distributes the budget; where nothing is measured that it could go by, or a sweep is under way, measures
/// first and says so. A sweep that is stopped allocates nothing.
void allocateOnceMeasured(Workspace& workspace, QWidget& window);
/// Empty where the model can be measured, else why it cannot, for the end of a sentence: of a network without
/// pictures what is to be done about it.
[[nodiscard]] QString whyNotMeasured(Workspace& workspace);
/// What a page that has just been made and the pages beside it have to do with each other: Space on the loom
/// flips preview and pictures; the table of layers has a menu; the loom takes the keyboard.
void wirePage(QMainWindow& window, QWidget& page, const WindowActions& actions);

} // namespace tritloom
