#pragma once

#include <cstdint>

namespace tritloom {

/// A scale as whole numbers have it: multiplier / 2^shift, multiplier in 2^30..2^31 - 1, so that a product is
/// brought to another scale without floats (HAWQ-V3, arXiv 2011.10680).
struct Dyadic {
    std::int64_t multiplier = 0;
    int shift = 0;
    [[nodiscard]] double value() const;
};

/// The nearest such number; off by at most 2^-31 of it. scale: 2^-31 to 2^29.
[[nodiscard]] Dyadic dyadicOf(double scale);

/// sum * scale, rounded, halves up: a 64-bit product and an arithmetic shift. |sum| < 2^31.
[[nodiscard]] std::int64_t rescaled(std::int64_t sum, const Dyadic& scale);

} // namespace tritloom
