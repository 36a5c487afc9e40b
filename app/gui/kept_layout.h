#pragma once

#include <QByteArray>

namespace tritloom {

class Workspace;

/// Where docks are, as PageDocks saves it: that of the project, else of the last one of its kind; empty: none.
/// GUI thread only.
[[nodiscard]] QByteArray keptLayout(Workspace& workspace);
void keepLayout(Workspace& workspace, const QByteArray& layout);

} // namespace tritloom
