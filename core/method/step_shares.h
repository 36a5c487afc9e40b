#pragma once

#include "core/method/model_probe.h"

#include <span>
#include <stop_token>
#include <vector>

namespace tritloom {

/// A feature of one step, [channels, positions].
struct StepFeature {
    std::vector<float> values;
    std::size_t channels = 1;
};

struct StepShares {
    std::vector<double> density, diversity; ///< before they are brought to 0..1
    std::vector<double> shares; ///< sum 1
};
/// density: steps whose feature is within `radius` in mean squared distance; diversity: sum over steps and
/// positions of 1 - cosine over channels. radius 0: the median distance. Equal features give equal shares.
[[nodiscard]] StepShares stepShares(std::span<const StepFeature> features, double radius, double lambda);

/// Whole counts that sum to `total`: rounded; what is missing goes to the largest, what is too much comes off
/// the last.
[[nodiscard]] std::vector<std::size_t> wholeCounts(std::span<const double> shares, std::size_t total);

/// Shares of a normal distribution over time steps, which run from the noisiest (time 1) to the cleanest
/// (time 0).
[[nodiscard]] std::vector<double> normalShares(std::span<const double> times, double mean, double deviation);

/// What flows into the narrowest place of a diffusion model, at every step of the first picture.
struct StepFeatures {
    std::size_t stage = 0; ///< of the graph
    std::vector<double> times; ///< by step, the noisiest first
    std::vector<StepFeature> features;
};
/// Errors: Unsupported (no diffusion model, no such place), those of the probe.
[[nodiscard]] Result<StepFeatures> stepFeatures(ModelProbe& probe, const std::stop_token& stop);

} // namespace tritloom
