#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

// The points that ggml's "IQ" types pick from. Each grid is a subset of a small cube, its points in ascending
// order with the first coordinate counting fastest; which points belong to it is data of the format
// (ggml-common.h of ggml 0.21.0), kept in iq_grids.cpp as one bit a point.

namespace tritloom::iqGrid {

using Point8 = std::array<std::int8_t, 8>;
using Point4 = std::array<std::int8_t, 4>;

[[nodiscard]] const std::vector<Point8>& ternary2048(); ///< iq1_s, iq1_m: coordinates -1, 0, 1
[[nodiscard]] const std::vector<Point8>& three256(); ///< iq2_xxs: 8, 25, 43
[[nodiscard]] const std::vector<Point8>& three512(); ///< iq2_xs: 8, 25, 43
[[nodiscard]] const std::vector<Point8>& three1024(); ///< iq2_s: 8, 25, 43
[[nodiscard]] const std::vector<Point4>& eight256(); ///< iq3_xxs: 4, 12, ..., 52, 62
[[nodiscard]] const std::vector<Point4>& eight512(); ///< iq3_s: 1, 3, ..., 15

} // namespace tritloom::iqGrid
