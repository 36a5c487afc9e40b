#pragma once

#include "core/image/feature_distance.h"

namespace tritloom {

/// Jayasumana et al. 2023, CMMD: 1000 times the MMD^2, pairs of a picture with itself included, of features
/// at length 1 with the kernel exp(-|x - y|^2 / (2 * 10^2)). Comparable with published figures where the
/// features are CLIP ViT-L/14's at 336 pixels. Errors: InvalidInput (no picture, other dimensions, features
/// of length 0 or not finite).
[[nodiscard]] Result<double>
clipDiscrepancy(const FeatureSet& a, const FeatureSet& b, std::stop_token stop = {});

} // namespace tritloom
