#pragma once

#include "app/session/picture_set.h"

#include <QSize>
#include <QString>

#include <optional>

namespace tritloom {

/// `tritloom MODEL --screenshot FILE`: what to show and where to write it.
struct PictureRequest {
    QString model; ///< a path, or "sample"
    QString file; ///< PNG
    QString page = QStringLiteral("window");
    QString theme = QStringLiteral("dark");
    QSize size{1280, 800};
    std::optional<PictureSource> pictures; ///< of a network on pictures
    bool measured = false; ///< sweep, allocate to the budget and evaluate before the picture is taken
};

/// Renders the request with the real window and writes it. Gives the exit code; says on stderr what went wrong.
/// Needs a QApplication; the offscreen platform does.
[[nodiscard]] int takePicture(const PictureRequest& request);

} // namespace tritloom
