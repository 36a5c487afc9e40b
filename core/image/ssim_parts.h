#pragma once

#include "core/image/picture.h"

namespace tritloom {

/// The two factors of SSIM for every pixel of the valid region; empty for planes below 11 pixels.
struct SsimParts {
    std::size_t height = 0, width = 0;
    std::vector<double> luminance, contrast; ///< l and cs
};
/// x, y: planes of 0..255.
[[nodiscard]] SsimParts
ssimParts(const std::vector<double>& x, const std::vector<double>& y, std::size_t height, std::size_t width);
/// A channel of a picture, times 255.
[[nodiscard]] std::vector<double> plane255(const Picture& picture, std::size_t channel);

} // namespace tritloom
