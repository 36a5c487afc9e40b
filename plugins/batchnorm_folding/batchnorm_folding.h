#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// Moves batch norms into the convolution or product before them: W[o] f and (b - mean) f + beta with
/// f = gamma / sqrt(variance + epsilon) (DFQ, arXiv 1906.04721, section 2; Jacob et al., arXiv 1712.05877,
/// eq. 14). The norm stays in the graph and does nothing, or only adds what a convolution without a bias
/// cannot; exports remove it.
class BatchNormFolding final : public ModelTransform {
public:
    std::string id() const override { return "batchnorm-folding"; }
    std::vector<ParameterSpec> parameters() const override { return {}; }
    Result<TransformedModel> apply(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
