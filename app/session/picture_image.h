#pragma once

#include "core/image/picture.h"

#include <QImage>

namespace tritloom {

/// A picture of 0..1 as pixels: grey or red, green, blue; other values are cut off. Null for an empty one.
[[nodiscard]] QImage toImage(const Picture& picture);

/// A map of errors as colours, from none (black) over red and yellow to `largest` (white).
[[nodiscard]] QImage toHeat(const Picture& map, double largest);
/// The colour of a fraction 0..1 of that scale.
[[nodiscard]] QRgb heatColor(double fraction);

} // namespace tritloom
