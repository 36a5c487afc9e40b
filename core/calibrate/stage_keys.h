#pragma once

#include "core/backend/executor.h"
#include "core/calibrate/compressor.h"

namespace tritloom {

/// Identities of the values between the stages of a model's graph: made of the input and of every choice
/// before them, so that a changed layer changes the keys after it and an undone change finds its old keys
/// again. Any thread.
class StageKeys {
public:
    explicit StageKeys(const Compressor& compressor);

    /// One key a stage; empty for a model without a graph. inputs: the identity of what goes in.
    [[nodiscard]] std::vector<Key> of(const Key& inputs, const Allocation& allocation) const;
    /// The identity of what comes out; Key{} for a model without a graph.
    [[nodiscard]] Key last(const Key& inputs, const Allocation& allocation) const;
    /// The layer that a tensor of the file belongs to.
    [[nodiscard]] std::optional<LayerId> layerOf(TensorId tensor) const
    {
        return m_layerOfTensor[std::size_t(tensor)];
    }

private:
    const Compressor& m_compressor;
    std::vector<std::vector<TensorId>> m_stageTensors; ///< which tensors each stage reads
    std::vector<std::optional<LayerId>> m_layerOfTensor;
};

[[nodiscard]] std::size_t bytesOf(const ValueMap& values);

/// Which borders between stages to keep: every n-th, so that four passes over a text's chunks, or the
/// pictures of a preview, fit. An LRU that a single pass floods would never find anything again.
[[nodiscard]] std::size_t
keptBorderSpacing(std::size_t borderBytes, std::size_t stages, std::size_t capacityBytes);

} // namespace tritloom
