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

/// Wang et al. 2003: five scales between which planes are halved; mean over channels. 0 below 161 pixels.
[[nodiscard]] double msSsim(const Picture& a, const Picture& b);
/// Xue et al. 2014, of the grey pictures: standard deviation of the gradient similarity; 0 for equal pictures, larger
/// is worse.
[[nodiscard]] double gmsd(const Picture& a, const Picture& b);
[[nodiscard]] Picture gmsMap(const Picture& a, const Picture& b); ///< half the size, one plane
/// Reisenhofer et al. 2018; 1 for equal pictures. Grey or coloured.
[[nodiscard]] double haarPsi(const Picture& a, const Picture& b);
/// Zhang et al. 2014, saliency by SDSP: similarity of saliency, gradients and colours where people look; 1 for equal
/// pictures. Grey pictures count as coloured ones of three equal planes.
[[nodiscard]] double vsi(const Picture& a, const Picture& b);

/// Andersson et al. 2020 for pictures on a display (LDR): errors a viewer sees, 0..1 a pixel, at 67 pixels a degree.
/// Colours: red, green, blue. mean, median and 95th percentile of the map.
struct Flip {
    double mean = 0, median = 0, p95 = 0;
    Picture map; ///< one plane
};
[[nodiscard]] Flip flip(const Picture& reference, const Picture& test);

} // namespace tritloom
