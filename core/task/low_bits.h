#pragma once

#include "core/image/picture.h"
#include "core/tensor/bit_planes.h"

#include <optional>

namespace tritloom {

/// How a detector of generated pictures is shown the lowest bits (LOTA, arXiv 2510.14230).
struct LowBits {
    NoiseScale scale = NoiseScale::Scaled;
    std::optional<std::uint64_t> seed; ///< the strongest of 64 patches drawn from it; else of a grid
    friend bool operator==(const LowBits&, const LowBits&) = default;
};

/// The nearest bytes; those of the file where it had 8 bits.
[[nodiscard]] ByteImage bytesOf(const Picture& picture);
[[nodiscard]] Picture pictureOf(const ByteImage& image);

/// The patch of the noise image that differs most from pixel to pixel, at 256 x 256, 0..1. picture: red,
/// green, blue as stored; grey counts as three equal planes.
[[nodiscard]] Picture detectorView(const Picture& picture, const LowBits& how);

} // namespace tritloom
