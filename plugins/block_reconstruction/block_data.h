#pragma once

#include "plugins/block_reconstruction/network_blocks.h"
#include "plugins/torch/gradients.h"

#include <cstdint>

namespace tritloom {

/// Values of one part of the calibration data that nodes still to come read, f32.
struct PartValues {
    std::map<ValueId, Tensor> stored; ///< in the network as stored
    std::map<ValueId, Tensor> rounded; ///< in the network whose blocks so far are rounded
};

/// One block on the calibration data; engine, network, block and parts outlive it. Parts are run many at once
/// where the block allows it. Results do not depend on the number of threads; one caller at a time.
class BlockData {
public:
    /// tensors: all that the block reads, as stored, f32. parts: with the block's entries.
    BlockData(
        const GradientEngine& engine, const Graph& network, const NetworkBlock& block,
        std::vector<PartValues>& parts, TensorMap tensors);

    /// Runs the block as stored: its exits become values of the parts, what inner layers make is kept here.
    /// expected: exits of the first part as the program's own backend makes them.
    /// Errors: InvalidInput (LibTorch makes something else), those of the engine.
    [[nodiscard]] Result<void>
    runAsStored(const std::map<ValueId, Tensor>& expected, const std::stop_token& stop);
    /// Runs the block with other tensors behind what the rounded network makes; its exits become values there.
    [[nodiscard]] Result<void> runRounded(const TensorMap& replaced, const std::stop_token& stop);

    enum class Entries {
        Stored,
        Rounded,
        Mixed, ///< each number by a toss from one of the two (QDrop)
    };
    struct Question {
        std::span<const std::size_t> parts;
        Entries entries = Entries::Rounded;
        std::uint64_t seed = 0; ///< of the tosses
        double kappa = 0; ///< weight of inner layers
    };
    struct Loss {
        double value = 0;
        std::map<TensorId, std::vector<float>> slopes; ///< of it; empty where nothing was wanted
    };
    /// EDA-DM's loss of the block with other tensors: |exits - exits as stored|^2, summed over channels, mean
    /// over all else, and kappa times the same of inner layers; as stored is always behind entries as stored.
    [[nodiscard]] Result<Loss>
    loss(const Question& question, const TensorMap& replaced, const std::set<TensorId>& wanted,
         const std::stop_token& stop) const;

private:
    using Values = std::vector<std::vector<Tensor>>; ///< by part, by output
    [[nodiscard]] Tensor entry(const Question& question, std::size_t place, std::size_t index) const;
    /// Of `count` of the question's parts.
    [[nodiscard]] GradientProblem problemOf(
        const Graph& graph, const Question& question, std::size_t first, std::size_t count,
        const TensorMap& replaced, const std::stop_token& stop) const;
    [[nodiscard]] Result<Loss> lossTogether(
        const Question& question, std::size_t first, std::size_t count, const TensorMap& replaced,
        const std::set<TensorId>& wanted, const std::stop_token& stop) const;
    [[nodiscard]] Result<Values>
    outputs(Entries entries, const TensorMap& replaced, const std::stop_token& stop) const;

    const GradientEngine& m_engine;
    const NetworkBlock& m_block;
    std::vector<PartValues>& m_parts;
    TensorMap m_tensors;
    Graph m_graph; ///< the block's nodes, for one part
    std::vector<ValueId> m_outputs; ///< exits, then inner ones
    Values m_inner; ///< as stored
    bool m_runsManyAtOnce = false;
};

} // namespace tritloom
