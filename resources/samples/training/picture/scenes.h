#pragma once

#include "canvas.h"

#include <span>
#include <string_view>

namespace sample {

/// Something with a name that can be drawn: about -1..1 in both directions.
struct Figure {
    std::string_view name;
    double (*distance)(double x, double y);
};
/// Eight shapes and eight letters in the order of their names: the classes of the classifier, in its order.
[[nodiscard]] std::span<const Figure> figures();

/// One figure of this class on some ground, a little turned, with noise in half of the pictures; 32 x 32.
[[nodiscard]] Canvas labelledScene(std::size_t figure, Dice&);
/// A bright figure in the middle of a dark plain ground; 32 x 32.
[[nodiscard]] Canvas plainScene(std::size_t figure, Dice&);
/// Many figures, lines of letters and grounds over each other.
[[nodiscard]] Canvas crowdedScene(int side, Dice&);

} // namespace sample
