#pragma once

#include "app/gui/theme.h"
#include "app/session/workspace.h"

#include <QImage>
#include <QStringList>

namespace tritloom {

/// "window", the ids of all pages, "window:frontier" for the window with that page in front and
/// "dialog:export" for a dialog over it, in its own size: what grabPage() knows.
[[nodiscard]] QStringList pageIds();

/// The smallest picture of a page: alone it takes any size, the window has one of its own, over which dialogs
/// are opened too.
[[nodiscard]] QSize leastSizeOf(const QString& pageId);

/// Lays a widget out without showing it to anybody, waits for what the workspace works on and for timers of a
/// third of a second (offers, strips), a minute at most, and paints it.
[[nodiscard]] QImage settledPictureOf(QWidget& widget, Workspace& workspace);

/// A picture of one page ("loom", "layers", ...) or of the whole "window" with the workspace open. Needs a
/// QApplication; the offscreen platform does. Errors: NotFound (no such page).
[[nodiscard]] Result<QImage> grabPage(
    std::shared_ptr<Workspace> workspace, const QString& pageId, Theme theme, QSize size,
    const QString& title = {});

} // namespace tritloom
