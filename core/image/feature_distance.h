#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace tritloom {

/// Distances of pictures as a feature network sees them: image-quality-metrics, LPIPS, FID and KID. Sums in
/// double.

/// A layer's values for one picture: [channels][height][width].
struct FeatureMap {
    std::size_t channels = 0, height = 0, width = 0;
    std::vector<float> values;
};
/// Means over the positions: one number a channel.
[[nodiscard]] std::vector<double> pooled(const FeatureMap& map);

/// Zhang et al. 2018: every position's channels at length 1, squared differences times the layer's weights,
/// mean over positions, sum over layers. weights: one number a channel and layer; none: all are 1. 0 for
/// equal pictures. Errors: InvalidInput (other layers or sizes, a negative weight).
[[nodiscard]] Result<double> lpips(
    std::span<const FeatureMap> a, std::span<const FeatureMap> b,
    std::span<const std::vector<double>> weights = {});

/// Features of a set of pictures, picture after picture.
struct FeatureSet {
    std::size_t dimension = 0;
    std::vector<double> values;

    [[nodiscard]] std::size_t count() const { return dimension == 0 ? 0 : values.size() / dimension; }
    [[nodiscard]] const double* of(std::size_t picture) const { return values.data() + picture * dimension; }
    /// Errors: InvalidInput (another dimension than those before).
    [[nodiscard]] Result<void> add(std::span<const double> features);
};

/// Two moments of a set. covariance: [dimension, dimension], divided by count - 1.
struct FeatureMoments {
    std::vector<double> mean, covariance;
};
/// Errors: InvalidInput (fewer than two pictures, numbers that are not finite).
[[nodiscard]] Result<FeatureMoments> momentsOf(const FeatureSet& set);

/// Heusel et al. 2017, FID: |m1 - m2|^2 + Tr(S1 + S2 - 2 (S1 S2)^1/2). The root's trace comes from the
/// eigenvalues of S1^1/2 S2 S1^1/2, negative ones as 0, so that sets of fewer pictures than dimensions have
/// one too. Errors: InvalidInput (other dimensions).
[[nodiscard]] Result<double> frechetDistance(const FeatureMoments& a, const FeatureMoments& b);
[[nodiscard]] Result<double> frechetDistance(const FeatureSet& a, const FeatureSet& b);
/// True where FID tells more of the number of pictures than of their difference: fewer than ten a dimension.
[[nodiscard]] bool isBiasedFrechet(const FeatureSet& a, const FeatureSet& b);

/// KID and how far it can be trusted.
struct KernelDistance {
    double value = 0; ///< may be negative: the estimate has no bias
    /// subsets == 0: the jackknife's standard error, which is up to 1.4 times too large where the sets do not
    /// differ; else the standard deviation over the subsets, as papers have it.
    double error = 0;
    std::size_t subsets = 0;
};
struct KernelSubsets {
    std::size_t count = 100, size = 1000; ///< sets of at most `size` pictures count whole
    std::uint64_t seed = 0;
};
/// Binkowski et al. 2018, KID: the unbiased MMD^2 with the kernel (x.y / d + 1)^3. Errors: InvalidInput
/// (fewer than two pictures, other dimensions, numbers that are not finite).
[[nodiscard]] Result<KernelDistance> kernelDistance(
    const FeatureSet& a, const FeatureSet& b, KernelSubsets subsets = {}, std::stop_token stop = {});

} // namespace tritloom
