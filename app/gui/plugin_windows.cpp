#include "app/gui/plugin_windows.h"

#include "app/gui/allocation/allocator_dialog.h"
#include "app/gui/analyses/analyses_page.h"
#include "app/gui/methods/method_dialog.h"
#include "app/gui/methods/methods_page.h"
#include "app/gui/sensitivity/sensitivity_page.h"
#include "app/gui/transforms/transform_dialog.h"

#include <QDockWidget>
#include <QMainWindow>

namespace tritloom {
namespace {

void raise(QMainWindow& window, const char* page)
{
    if (auto* const dock = window.findChild<QDockWidget*>(QStringLiteral("dock.") + QLatin1String(page))) {
        dock->show();
        dock->raise();
    }
}

} // namespace

void usePlugin(QMainWindow& window, Workspace& workspace, PluginKind kind, const std::string& id)
{
    switch (kind) {
    case PluginKind::LayerMethod:
        chooseMethod(workspace, id.empty() ? PluginChoice() : PluginChoice{id, {}}, &window);
        break;
    case PluginKind::ModelTransform:
        (new TransformDialog(workspace, id, &window))->show();
        break;
    case PluginKind::Allocator:
        (new AllocatorDialog(workspace, id, &window))->show();
        break;
    case PluginKind::SensitivityMetric:
        raise(window, "sensitivity");
        if (auto* const page = window.findChild<SensitivityPage*>())
            page->showSource(id);
        break;
    case PluginKind::Analysis:
        raise(window, "analyses");
        if (auto* const page = window.findChild<AnalysesPage*>(); page != nullptr && !id.empty())
            page->choose(id);
        break;
    }
}

void connectMethods(QMainWindow& window, Workspace& workspace)
{
    if (auto* const page = window.findChild<MethodsPage*>())
        QObject::connect(
            page, &MethodsPage::useAsked, &window, [&window, &workspace](PluginKind kind, const QString& id) {
                usePlugin(window, workspace, kind, id.toStdString());
            });
}

} // namespace tritloom
