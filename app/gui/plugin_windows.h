#pragma once

#include "app/session/plugin_host.h"

class QMainWindow;

namespace tritloom {

class Workspace;

/// Leads to where a plugin is used: the dialog for methods, transforms and allocators, the page for metrics
/// and analyses. id: empty for the first or the project's own.
void usePlugin(QMainWindow& window, Workspace& workspace, PluginKind kind, const std::string& id);
/// Double-clicks of the method browser, where the page is that, lead to usePlugin().
void connectMethods(QMainWindow& window, Workspace& workspace, QWidget& page);

} // namespace tritloom
