// Ways of recipes in and out of the window: dialogs of files.
#include "app/gui/core_words.h"
#include "app/gui/notice.h"
#include "app/gui/recipes/difference_dialog.h"
#include "app/gui/settings.h"
#include "app/session/recipe.h"
#include "app/session/transform_controller.h"
#include "core/architecture/prepared_file.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

namespace tritloom {
namespace {

/// The allocation of a file that is asked for; nullopt: none was chosen, or it was said why not.
std::optional<std::pair<QString, Allocation>>
chosenRecipe(Workspace& workspace, QWidget* window, const QString& title)
{
    const QString path = QFileDialog::getOpenFileName(
        window, title, lastFolder(QStringLiteral("recipe")),
        DifferenceDialog::tr(
            "Recipes and compressed models (*.json *.gguf *.safetensors *.tritloom);;All files (*)"));
    if (path.isEmpty())
        return std::nullopt;
    setLastFolder(QStringLiteral("recipe"), path);
    BaseFiles bases({}, preparedFile);
    bases.setRecent(recentPaths());
    const auto allocation = readRecipe(workspace.model(), path.toStdString(), bases);
    if (!allocation) {
        showNotice(window, DifferenceDialog::tr("Not read: %1").arg(coreWords(allocation.error().message)));
        return std::nullopt;
    }
    // A project goes through its own transforms: a recipe's are told, not done.
    const auto transforms = recipeTransforms(path.toStdString());
    const std::string here = transformNames(workspace.engine().transforms());
    if (transforms && !transforms->empty() && transformNames(*transforms) != here)
        showNotice(
            window,
            DifferenceDialog::tr("%1 was made of a model after these transforms: %2; here: %3")
                .arg(
                    QFileInfo(path).fileName(), QString::fromStdString(transformNames(*transforms)),
                    QString::fromStdString(here)));
    return std::pair{QFileInfo(path).fileName(), *allocation};
}

} // namespace

void loadRecipe(Workspace& workspace, QWidget* window)
{
    if (const auto chosen = chosenRecipe(workspace, window, DifferenceDialog::tr("Load a recipe")))
        workspace.document().replace(chosen->second, DifferenceDialog::tr("Load %1").arg(chosen->first));
}

void compareRecipe(Workspace& workspace, QWidget* window)
{
    if (const auto chosen = chosenRecipe(workspace, window, DifferenceDialog::tr("Compare with a recipe")))
        (new DifferenceDialog(workspace, chosen->first, chosen->second, window))->show();
}

void saveRecipe(Workspace& workspace, QWidget* window)
{
    QString path = QFileDialog::getSaveFileName(
        window, DifferenceDialog::tr("Save the recipe"),
        QDir(lastFolder(QStringLiteral("recipe"))).filePath(QStringLiteral("recipe.json")),
        DifferenceDialog::tr("Recipes (*.json)"));
    if (path.isEmpty())
        return;
    if (QFileInfo(path).suffix().isEmpty())
        path += QLatin1String(".json");
    setLastFolder(QStringLiteral("recipe"), path);
    const auto written =
        writeRecipe(
            workspace.model(), workspace.document().allocation(), workspace.engine().transforms(),
            path.toStdString());
    if (written)
        showNotice(window, DifferenceDialog::tr("Saved as %1").arg(path), NoticeKind::Information);
    else
        showNotice(window, DifferenceDialog::tr("Not saved: %1").arg(coreWords(written.error().message)));
}

} // namespace tritloom
