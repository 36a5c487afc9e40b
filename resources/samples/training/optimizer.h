#pragma once

#include "model.h"

#include <torch/torch.h>

#include <vector>

namespace sample {

/// Muon (orthogonalised momentum) for the blocks' matrices, AdamW for the embedding and the norms.
class Optimizer {
public:
    struct Rates {
        double muon = 0.02;
        double adam = 0.004;
        double decay = 0.1; // times the rate, on matrices only
        double momentum = 0.95;
    };

    explicit Optimizer(std::vector<Parameter>& parameters);

    /// Updates parameter i in place. Different parameters may be updated by different threads.
    void update(std::size_t i, const torch::Tensor& gradient, const Rates& rates, std::int64_t step);

    /// For checkpoints.
    [[nodiscard]] std::vector<torch::Tensor>& first() { return m_first; }
    [[nodiscard]] std::vector<torch::Tensor>& second() { return m_second; }

private:
    std::vector<Parameter>& m_parameters;
    std::vector<torch::Tensor> m_first, m_second;
};

} // namespace sample
