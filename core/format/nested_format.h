#pragma once

#include "core/format/number_format.h"

namespace tritloom {

/// Nested integers (Double Rounding, arXiv 2502.01199): 8-bit numbers stored bit plane by bit plane, the
/// highest first, that are read at any width from 2 to 8 by rounding once more. One file, seven precisions.
namespace nested {

/// W_l = min((W_8 + 2^(7-l)) >> (8 - l), 2^(l-1) - 1): halves are rounded up, the top is clipped.
[[nodiscard]] int roundTo(int width, int eight);

} // namespace nested

/// "nested8g<group>", and "nested8as<width>g<group>" for what a reader of that width needs of it: the first
/// `width` planes and the one that says which way to round. A block of it is the beginning of the whole one.
namespace nestedFormat {

struct Shape {
    int width = 8;
    std::size_t group = 0;
};
/// Errors: NotFound, InvalidInput, Unsupported.
[[nodiscard]] Result<Shape> parseShape(std::string_view id);
[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace nestedFormat

} // namespace tritloom
