#include "app/gui/window_actions.h"

#include "app/gui/page_docks.h"
#include "app/gui/page_keys.h"
#include "app/session/samples.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QUndoGroup>

namespace tritloom {
namespace {

QString say(const char* text)
{
    return QCoreApplication::translate("WindowActions", text);
}

QAction* add(QMenu* menu, const char* name, const QString& title, const QKeySequence& keys = {})
{
    QAction* const action = menu->addAction(title);
    action->setObjectName(QLatin1String("action.") + QLatin1String(name));
    action->setShortcut(keys);
    return action;
}

} // namespace

WindowActions::WindowActions(QMainWindow& window, QUndoGroup& undoGroup, PageDocks& docks)
{
    QMenuBar* const bar = window.menuBar();
    QMenu* menu = bar->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "&File")));
    open = add(menu, "open", say(QT_TRANSLATE_NOOP("WindowActions", "&Open…")), QKeySequence::Open);
    openFolder =
        add(menu, "openFolder", say(QT_TRANSLATE_NOOP("WindowActions", "Open &folder…")),
            Qt::CTRL | Qt::SHIFT | Qt::Key_O);
    samples = menu->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "Open &sample")));
    for (const SampleModel& sample : sampleModels()) {
        QAction* const action =
            add(samples, (std::string("openSample.") + sample.id).c_str(), sample.translatedTitle());
        action->setData(QString::fromStdString(sample.path().string()));
    }
    openSample = samples->actions().first();
    recent = menu->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "Open &recent")));
    addTunes =
        add(menu, "addTunes", say(QT_TRANSLATE_NOOP("WindowActions", "Add fine-&tunes…")),
            Qt::CTRL | Qt::SHIFT | Qt::Key_T);
    menu->addSeparator();
    saveCopy =
        add(menu, "saveCopy", say(QT_TRANSLATE_NOOP("WindowActions", "Save project cop&y as…")),
            QKeySequence::SaveAs);
    menu->addSeparator();
    loadRecipe = add(menu, "loadRecipe", say(QT_TRANSLATE_NOOP("WindowActions", "&Load recipe…")));
    saveRecipe = add(menu, "saveRecipe", say(QT_TRANSLATE_NOOP("WindowActions", "Sa&ve recipe…")));
    compareRecipe =
        add(menu, "compareRecipe", say(QT_TRANSLATE_NOOP("WindowActions", "Co&mpare with recipe…")));
    menu->addSeparator();
    exportModel =
        add(menu, "export", say(QT_TRANSLATE_NOOP("WindowActions", "&Export…")), Qt::CTRL | Qt::Key_E);
    menu->addSeparator();
    closeProject = add(menu, "close", say(QT_TRANSLATE_NOOP("WindowActions", "&Close")), QKeySequence::Close);
    quit = add(menu, "quit", say(QT_TRANSLATE_NOOP("WindowActions", "&Quit")), QKeySequence::Quit);

    menu = bar->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "&Edit")));
    undo = undoGroup.createUndoAction(&window, say(QT_TRANSLATE_NOOP("WindowActions", "&Undo")));
    redo = undoGroup.createRedoAction(&window, say(QT_TRANSLATE_NOOP("WindowActions", "&Redo")));
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcut(QKeySequence::Redo);
    undo->setObjectName(QStringLiteral("action.undo"));
    redo->setObjectName(QStringLiteral("action.redo"));
    menu->addAction(undo);
    menu->addAction(redo);
    menu->addSeparator();
    selectAll =
        add(menu, "selectAll", say(QT_TRANSLATE_NOOP("WindowActions", "Select &all layers")),
            QKeySequence::SelectAll);
    pin =
        add(menu, "pin", say(QT_TRANSLATE_NOOP("WindowActions", "&Pin or unpin selection")),
            Qt::CTRL | Qt::Key_L);
    menu->addSeparator();
    preferences =
        add(menu, "preferences", say(QT_TRANSLATE_NOOP("WindowActions", "Preferenc&es…")),
            Qt::CTRL | Qt::Key_Comma); // few desktops have a standard key for it

    menu = bar->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "&View")));
    (new PageKeys(window, docks))->addTo(*menu);
    menu->addSeparator();
    nextTune =
        add(menu, "nextTune", say(QT_TRANSLATE_NOOP("WindowActions", "Next &fine-tune")),
            Qt::CTRL | Qt::Key_PageDown);
    previousTune =
        add(menu, "previousTune", say(QT_TRANSLATE_NOOP("WindowActions", "Pre&vious fine-tune")),
            Qt::CTRL | Qt::Key_PageUp);
    menu->addSeparator();
    docks.addToggles(*menu->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "&Shown pages"))));
    zoomIn =
        add(menu, "zoomIn", say(QT_TRANSLATE_NOOP("WindowActions", "Zoom loom &in")), QKeySequence::ZoomIn);
    zoomOut = add(
        menu, "zoomOut", say(QT_TRANSLATE_NOOP("WindowActions", "Zoom loom &out")), QKeySequence::ZoomOut);
    menu->addSeparator();
    QMenu* const theme = menu->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "&Theme")));
    auto* const themes = new QActionGroup(&window);
    themeDark = add(theme, "themeDark", say(QT_TRANSLATE_NOOP("WindowActions", "&Dark")));
    themeLight = add(theme, "themeLight", say(QT_TRANSLATE_NOOP("WindowActions", "&Light")));
    themeSystem = add(theme, "themeSystem", say(QT_TRANSLATE_NOOP("WindowActions", "As the deskto&p")));
    for (QAction* const action : {themeDark, themeLight, themeSystem}) {
        action->setCheckable(true);
        themes->addAction(action);
    }
    resetLayout = add(menu, "resetLayout", say(QT_TRANSLATE_NOOP("WindowActions", "Reset &layout")));

    menu = bar->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "&Allocate")));
    allocate = add(
        menu, "allocate", say(QT_TRANSLATE_NOOP("WindowActions", "&Allocate")), Qt::CTRL | Qt::Key_Return);
    allocator = add(menu, "allocator", say(QT_TRANSLATE_NOOP("WindowActions", "&How to allocate…")));
    method =
        add(menu, "method", say(QT_TRANSLATE_NOOP("WindowActions", "&Method for selected layers…")),
            Qt::CTRL | Qt::Key_M);
    menu->addSeparator();
    transform = add(menu, "transform", say(QT_TRANSLATE_NOOP("WindowActions", "&Transform the model…")));
    original = add(menu, "original", say(QT_TRANSLATE_NOOP("WindowActions", "Bac&k to the original")));
    menu->addSeparator();
    sweep = add(menu, "sweep", say(QT_TRANSLATE_NOOP("WindowActions", "Measure &sensitivity")), Qt::Key_F5);
    blame = add(menu, "blame", say(QT_TRANSLATE_NOOP("WindowActions", "&Blame layers…")));
    cancel =
        add(menu, "cancel", say(QT_TRANSLATE_NOOP("WindowActions", "&Cancel what runs")), Qt::Key_Escape);

    menu = bar->addMenu(say(QT_TRANSLATE_NOOP("WindowActions", "&Help")));
    shortcuts =
        add(menu, "shortcuts", say(QT_TRANSLATE_NOOP("WindowActions", "&Keyboard shortcuts")), Qt::Key_F1);
    about = add(menu, "about", say(QT_TRANSLATE_NOOP("WindowActions", "&About Tritloom")));
}

QList<QAction*> WindowActions::ofProject() const
{
    return {closeProject, saveCopy,   exportModel, selectAll,     pin,       resetLayout, zoomIn,
            zoomOut,      allocate,   allocator,   method,        transform, original,    sweep,
            cancel,       loadRecipe, saveRecipe,  compareRecipe, blame,     addTunes};
}

} // namespace tritloom
