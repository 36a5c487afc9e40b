#pragma once

#include <QAction>

#include <functional>

class QMainWindow;
class QMenu;
class QUndoGroup;

namespace tritloom {

class PageDocks;

/// Menus and their actions. Only what they are called and how they are reached: the window connects them.
struct WindowActions {
    WindowActions(QMainWindow& window, QUndoGroup& undo, PageDocks& docks);

    QAction *open, *openFolder, *openSample, *closeProject, *saveCopy, *exportModel, *quit;
    QAction *addTunes, *nextTune, *previousTune;
    QAction *loadRecipe, *saveRecipe, *compareRecipe, *blame;
    QAction *undo, *redo, *selectAll, *pin, *preferences;
    QAction *themeDark, *themeLight, *themeSystem, *resetLayout, *zoomIn, *zoomOut;
    QAction *allocate, *allocator, *method, *transform, *original, *sweep, *cancel;
    QAction *shortcuts, *about;
    QMenu *recent, *samples; ///< every action of `samples` has the path of its model as data
    /// Needs an open project.
    [[nodiscard]] QList<QAction*> ofProject() const;
};

} // namespace tritloom
