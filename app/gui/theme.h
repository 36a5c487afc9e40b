#pragma once

#include <QColor>
#include <QIcon>
#include <QPalette>

#include <string_view>

namespace tritloom {

enum class Theme { Light, Dark };

/// Colours beyond QPalette's roles. Derived from the palette in use, so that a custom painter needs no setting.
struct ThemeColors {
    QColor panel, line, mutedText, accent, good, warning, bad, grid;
    /// Bits per weight 1..16 as a hue that differs in lightness too; never the only carrier of the number.
    [[nodiscard]] QColor bits(double bitsPerWeight) const;
    /// Sensitivity 0 (none) to 1 (most) as a ramp.
    [[nodiscard]] QColor heat(double fraction) const;
    bool dark = false;
};
[[nodiscard]] ThemeColors themeColors(const QPalette& palette);

/// A stroke drawing of resources/icons that can be told from its disabled self.
[[nodiscard]] QIcon themeIcon(const char* name, Theme theme);

/// Fusion style, palette and font of the theme for the whole application. GUI thread.
void applyTheme(Theme theme);

} // namespace tritloom
