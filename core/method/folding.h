#pragma once

#include "core/method/fold_points.h"
#include "core/method/model_transform.h"

namespace tritloom {

/// The tensors that a transform has changed so far, and the model's own for all others. f32.
class Folding {
public:
    explicit Folding(ModelProbe& probe)
        : m_probe(probe)
    {
    }
    /// As it stands now. Errors: those of the probe.
    [[nodiscard]] Result<Tensor> tensor(TensorId id);
    void set(TensorId id, Tensor tensor) { m_changed[id] = std::move(tensor); }

    /// Divides what makes the value and multiplies its readers; scales: [width of the value].
    [[nodiscard]] Result<void> fold(const FoldPoint& point, std::span<const float> scales);
    [[nodiscard]] Result<void> scaleColumns(TensorId id, std::span<const float> factors);

    [[nodiscard]] std::map<TensorId, Tensor> take() && { return std::move(m_changed); }

private:
    ModelProbe& m_probe;
    std::map<TensorId, Tensor> m_changed;
};

/// The layer that holds this tensor. Errors: InvalidInput when none does.
[[nodiscard]] Result<std::size_t> layerOf(const ModelProbe& probe, TensorId id);

} // namespace tritloom
