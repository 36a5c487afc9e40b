#pragma once

#include "core/image/picture.h"

namespace tritloom {

/// Full-reference quality of pictures of the same size, each exactly as image-quality-metrics says. Symmetric in
/// both pictures; sums in double. Pictures are 0..1; ranges of 255 are the metrics' own business.

/// Mean squared difference over all pixels and channels, of 255.
[[nodiscard]] double meanSquaredError(const Picture& a, const Picture& b);
/// 10 log10(255^2 / MSE); infinity for equal pictures.
[[nodiscard]] double psnr(const Picture& a, const Picture& b);
/// Wang et al. 2004: 11-tap Gaussian of sigma 1.5, valid region, population covariance, no downsampling before;
/// mean over channels. 0 for pictures below 11 pixels.
[[nodiscard]] double ssim(const Picture& a, const Picture& b);
/// l * cs of every pixel of the valid region, mean over channels; one plane.
[[nodiscard]] Picture ssimMap(const Picture& a, const Picture& b);

} // namespace tritloom
