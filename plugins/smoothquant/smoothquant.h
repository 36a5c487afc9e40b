#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// SmoothQuant (arXiv 2211.10438, eq. 4): s_j = max|x_j|^a / max|W_j|^(1-a), the largest over all products
/// that read x, at least 1e-5; what makes x is divided by s, the columns of its readers are multiplied.
class SmoothQuant final : public ModelTransform {
public:
    std::string id() const override { return "smoothquant"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<TransformedModel> apply(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

/// The factors of one point. inputs, weights: largest magnitudes by channel.
[[nodiscard]] std::vector<float>
smoothingScales(std::span<const float> inputs, std::span<const float> weights, double strength);

} // namespace tritloom
