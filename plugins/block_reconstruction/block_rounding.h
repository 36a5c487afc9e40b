#pragma once

#include "core/method/layer_method.h"
#include "core/method/soft_rounding.h"
#include "plugins/block_reconstruction/block_data.h"

namespace tritloom {

/// The layers of a block, each weight softly between the two levels around it that a packed layer's scales
/// allow: w~ = lower + h(V) (upper - lower). 24 bytes a weight.
class BlockRounding {
public:
    /// weights: what the levels lie around, [outputs, inputs]; packed: whose scales count, in a format with
    /// levels. At first h is the fraction, so that weights within the range are as stored.
    void add(TensorId id, const Tensor& weights, const Tensor& packed);
    [[nodiscard]] const std::set<TensorId>& tensors() const { return m_ids; }

    [[nodiscard]] TensorMap soft() const; ///< w~, f32
    [[nodiscard]] TensorMap hard() const; ///< packed: V >= 0, where h is a half and more, is the upper level

    /// One step of Adam down d loss / d w~ and, where `lambda` is not 0, down lambda times the regulariser.
    void step(const std::map<TensorId, std::vector<float>>& slopes, float rate, float lambda, float beta);
    /// d loss / d V, of d loss / d w~ of one layer.
    [[nodiscard]] std::vector<float>
    slopesByV(TensorId id, std::span<const float> slopes, float lambda, float beta) const;
    [[nodiscard]] std::vector<float>& variables(TensorId id) { return m_layers.at(id).v; }

private:
    struct Layer {
        Tensor packed;
        std::vector<float> lower, upper, v;
        std::vector<std::uint16_t> lowerCode, upperCode;
        Adam adam;
        [[nodiscard]] bool isFree(std::size_t i) const { return upper[i] > lower[i]; }
    };
    std::map<TensorId, Layer> m_layers;
    std::set<TensorId> m_ids;
};

struct ReconstructionOptions {
    int iterations = 0;
    float rate = 0;
    std::size_t batch = 0;
    double kappa = 0;
    bool regularised = false;
};

/// FBR of one block (EDA-DM): minimises the loss on mixed inputs over batches of `parts` by Adam, whose rate
/// falls along a cosine; regularised: plus 0.01 times the regulariser after a fifth of the steps, as BRECQ
/// and Q-Diffusion have it. Honours stop between steps, within one at the engine's ops.
[[nodiscard]] Result<void> reconstruct(
    const BlockData& data, BlockRounding& rounding, std::span<const std::size_t> parts,
    const ReconstructionOptions& options, const MethodContext& context);

} // namespace tritloom
