#pragma once

#include <QPalette>

namespace tritloom {

/// What painters draw follows the palette by itself; colours that somebody wrote down do not: in rich text,
/// in a label's own palette, in items of lists and tables. This writes those of every widget anew, each as
/// the same role of the new theme. Called where a theme is applied and nowhere else. GUI thread only.
void recolourWidgets(const QPalette& before, const QPalette& after);

} // namespace tritloom
