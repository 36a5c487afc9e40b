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

} // namespace tritloom
