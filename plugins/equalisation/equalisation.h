#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// Cross-layer equalisation (DFQ, arXiv 1906.04721, section 4.1): of a layer and the one behind it, with
/// nothing but positively homogeneous functions between, channel i is divided by s_i in the first and
/// multiplied in the second, s_i = sqrt(r1_i r2_i) / r2_i with r the largest magnitudes (eq. 9), until no
/// factor is far from 1.
class Equalisation final : public ModelTransform {
public:
    std::string id() const override { return "equalisation"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<TransformedModel> apply(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

/// Two layers whose channels may be scaled against each other.
struct LayerPair {
    const Node *first = nullptr, *second = nullptr;
    std::vector<TensorId> vectors; ///< biases of the first, one number a channel, which are divided too
};
/// Pairs in graph order. blocked: layers whose pair is broken by what stands between, by name.
[[nodiscard]] std::vector<LayerPair> equalisablePairs(ModelProbe& probe, std::vector<std::string>& blocked);

/// Factors of one pair from the largest magnitudes of each channel; 1 where one of them is 0.
[[nodiscard]] std::vector<float>
equalisingScales(std::span<const float> first, std::span<const float> second);

} // namespace tritloom
