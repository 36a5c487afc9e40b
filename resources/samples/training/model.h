#pragma once

#include "ops.h"

#include <torch/torch.h>

#include <string>
#include <vector>

namespace sample {

struct Parameter {
    std::string name; // the GGUF name without ".weight"
    torch::Tensor value; // f32
    [[nodiscard]] bool isMatrix() const { return value.dim() == 2; }
};

/// The order of the tensors here is the order in the exported file.
std::vector<Parameter> freshParameters(std::uint64_t seed);

/// The fast path that trains: one worker's leaves over the shared values.
class TrainingModel {
public:
    explicit TrainingModel(const std::vector<Parameter>& parameters);

    /// Takes over this step's rounded copies and forgets the gradients.
    void begin(const std::vector<torch::Tensor>& rounded);

    /// Sum of cross entropies of targets [b, t]; call backward() on it to collect gradients.
    torch::Tensor
    loss(const torch::Tensor& ids, const torch::Tensor& targets, double gradientScale, double dropout);

    [[nodiscard]] const std::vector<Weight>& weights() const { return m_weights; }

private:
    std::vector<Weight> m_weights;
};

/// The plain path that checks: f32 library operations only, logits [t, vocabulary] of one sequence.
torch::Tensor referenceLogits(const std::vector<Parameter>& parameters, const torch::Tensor& ids);

} // namespace sample
