#pragma once

#include "app/gui/theme.h"

#include <QString>

#include <functional>

class QMainWindow;
class QMenu;

namespace tritloom {

struct WindowActions;

/// Small things the main window does to its parts, kept out of it so that it stays readable.
void applyIcons(WindowActions& actions, Theme theme, bool sweeping = false);
void fillRecentMenu(QMenu& menu, const std::function<void(const QString&)>& open);
void zoomLoom(QMainWindow& window, double factor);
void focusLoom(QMainWindow& window);
void connectFlip(QMainWindow& window); ///< Space on the loom flips the preview
/// What the table of layers offers under the right button.
void addLayerMenu(QMainWindow& window, const WindowActions& actions);

} // namespace tritloom
