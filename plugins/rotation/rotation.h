#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// Rotates the residual stream: x -> x R with R = diag(random signs) H, H a Hadamard transform of the largest
/// power of two that divides the width, block by block. RMS norms do not notice once their weights are folded
/// into the products that read them; matrices that write the stream get rows R^T W, those that read it W R
/// (QuIP#, arXiv 2402.04396, section 3, on the stream instead of single layers, so that nothing is left to
/// run).
class Rotation final : public ModelTransform {
public:
    std::string id() const override { return "rotation"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<TransformedModel> apply(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
