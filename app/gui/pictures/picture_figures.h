#pragma once

#include "app/session/picture_preview_controller.h"

#include <QPalette>

namespace tritloom {

/// The row of figures under the pictures, as rich text: of the chosen picture, and means over those measured.
/// Empty where nothing but the divergence is known.
[[nodiscard]] QString figuresHtml(
    const QPalette& palette, PictureTask task, const std::optional<PicturePreview>& preview,
    const PictureEvaluation* evaluation, const MeanQuality& means);
/// The same as plain text, for screen readers.
[[nodiscard]] QString figuresSpoken(const QString& html);

} // namespace tritloom
