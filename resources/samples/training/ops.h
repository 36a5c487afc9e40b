#pragma once

#include <torch/torch.h>

#include <utility>

/// The training path's operations: bf16 activations and matrix products, f32 residual and statistics.
/// Every weight comes twice: the f32 leaf that receives the gradient, and this step's bf16 copy.
namespace sample {

struct Weight {
    torch::Tensor leaf;
    torch::Tensor rounded;
};

/// x [n, in] bf16 -> x W^T [n, out] bf16.
torch::Tensor linear(const torch::Tensor& x, const Weight& weight);

/// (x + y, RMSNorm(x + y) * gain); x and the sum are f32, y and the normalised value bf16.
std::pair<torch::Tensor, torch::Tensor>
addNorm(const torch::Tensor& x, const torch::Tensor& y, const torch::Tensor& gain);

/// Interleaved RoPE and causal grouped attention. q [b, t, heads * d], k and v [b, t, kvHeads * d].
torch::Tensor attention(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v);

/// silu(gate) * up.
torch::Tensor swiGlu(const torch::Tensor& gate, const torch::Tensor& up);

/// Sum of the cross entropies over all positions. Its gradient is that of sum * gradientScale.
torch::Tensor
headLoss(const torch::Tensor& x, const Weight& head, const torch::Tensor& targets, double gradientScale);

} // namespace sample
