#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// How many calibration samples each denoising step should give: evenly (Q-Diffusion), by a normal
/// distribution that leans to clean pictures (PTQ4DM), or by density and diversity of a feature in the middle
/// of the network (TDAC of EDA-DM, arXiv 2401.04585). Steps are in the sampler's order, the noisiest first.
class DiffusionCalibration final : public Analysis {
public:
    std::string id() const override { return "diffusion-calibration"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
};

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

} // namespace tritloom
