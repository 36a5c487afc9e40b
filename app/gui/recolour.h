#pragma once

#include <QColor>
#include <QPalette>

#include <utility>
#include <vector>

class QLabel;

namespace tritloom {

/// Labels that have a colour of their own. Asked for before a palette or a style sheet is set: both take it
/// away from them.
using TintedLabels = std::vector<std::pair<QLabel*, QColor>>;
[[nodiscard]] TintedLabels tintedLabels();

/// What painters draw follows the palette by itself; colours that somebody wrote down do not: in rich text,
/// in a label's own palette, in items of lists and tables. This writes those of every widget anew, each as
/// the same role of the new theme. Called where a theme is applied and nowhere else. GUI thread only.
void recolourWidgets(const TintedLabels& tinted, const QPalette& before, const QPalette& after);

} // namespace tritloom
