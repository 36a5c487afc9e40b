#pragma once

#include "app/session/workspace.h"

#include <QList>
#include <QUrl>

namespace tritloom {

/// Takes what was dropped as pictures of the open network, if that is what it is: a folder of pictures, or
/// picture files. False: it is something else, a model to open.
[[nodiscard]] bool arePictures(const Workspace& workspace, const QList<QUrl>& urls); ///< that it would take
bool takePictures(Workspace& workspace, const QList<QUrl>& urls);

} // namespace tritloom
