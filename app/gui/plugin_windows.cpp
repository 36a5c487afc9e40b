#include "app/gui/plugin_windows.h"

#include "app/gui/allocation/allocator_dialog.h"
#include "app/gui/analyses/analyses_page.h"
#include "app/gui/methods/method_dialog.h"
#include "app/gui/methods/methods_page.h"
#include "app/gui/page_holder.h"
#include "app/gui/sensitivity/sensitivity_page.h"
#include "app/gui/transforms/transform_dialog.h"

#include <QDockWidget>
#include <QMainWindow>

namespace tritloom {
namespace {

/// Null: nothing is open, or the page says nothing of the open model.
template <typename T>
T* raise(QMainWindow& window, const char* page)
{
    auto* const dock = window.findChild<QDockWidget*>(QStringLiteral("dock.") + QLatin1String(page));
    auto* const holder = dock != nullptr ? qobject_cast<PageHolder*>(dock->widget()) : nullptr;
    if (holder == nullptr)
        return nullptr;
    dock->show();
    dock->raise();
    return qobject_cast<T*>(holder->make());
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
        if (auto* const page = raise<SensitivityPage>(window, "sensitivity"))
            page->showSource(id);
        break;
    case PluginKind::Analysis:
        if (auto* const page = raise<AnalysesPage>(window, "analyses"); page != nullptr && !id.empty())
            page->choose(id);
        break;
    }
}

void connectMethods(QMainWindow& window, Workspace& workspace, QWidget& page)
{
    if (auto* const methods = qobject_cast<MethodsPage*>(&page))
        QObject::connect(
            methods, &MethodsPage::useAsked, &window,
            [&window, &workspace](PluginKind kind, const QString& id) {
                usePlugin(window, workspace, kind, id.toStdString());
            });
}

} // namespace tritloom
