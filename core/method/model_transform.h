#pragma once

#include "core/method/model_probe.h"

#include <map>

namespace tritloom {

/// Tensors to put in place of the model's own. The graph stays as it is, so what is exported afterwards runs
/// wherever the model ran.
struct TransformedModel {
    /// Same shapes; f32, or of layers what the probe's first candidate makes of them: packed in its format for
    /// that layer, which stays as it is wherever that format is chosen.
    std::map<TensorId, Tensor> tensors;
    std::map<TensorId, LayerReplacement> layers = {}; ///< that are more than a matrix, in place of theirs
    std::vector<std::string> notices; ///< what could not be folded, one sentence each
};

/// Rewrites a model into one that compresses better, of the same function or with a notice that it is not:
/// rotations, folded scales. Stateless; equal arguments give equal bytes whatever the number of threads.
class ModelTransform {
public:
    virtual ~ModelTransform() = default;
    [[nodiscard]] virtual std::string id() const = 0; ///< "smoothquant"
    [[nodiscard]] virtual std::vector<ParameterSpec> parameters() const = 0;
    /// Whether apply() asks what layers will become, and so gives other weights for every choice.
    [[nodiscard]] virtual bool preparesForChoice() const { return false; }
    /// The probe's first candidate, if any, is what the transform should prepare for: a format and method, of
    /// each layer its own where a recipe is known.
    /// Errors: Unsupported (nothing in this graph can be folded), InvalidInput (a parameter), Cancelled.
    [[nodiscard]] virtual Result<TransformedModel>
    apply(ModelProbe& probe, const Parameters&, const MethodContext&) const = 0;
};

} // namespace tritloom
