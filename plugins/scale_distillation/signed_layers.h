#pragma once

#include "core/graph/layer_replacement.h"
#include "plugins/torch/gradients.h"

namespace tritloom {

/// Layers that are a base plus signs with scales: W = B + sum over k of a_k S_k, a_k for the matrix or by row.
class SignedLayers {
public:
    /// Takes the layer in, where it is such a sum; false: it is not.
    [[nodiscard]] Result<bool> add(TensorId id, const CompressedLayer& layer);
    [[nodiscard]] const std::set<TensorId>& tensors() const { return m_ids; }
    [[nodiscard]] std::size_t scaleCount() const { return m_scales.size(); }

    [[nodiscard]] std::vector<float>& scales() { return m_scales; } ///< of all layers, one behind the other
    [[nodiscard]] const std::vector<float>& scales() const { return m_scales; }
    /// These scales as the formats of theirs hold them.
    [[nodiscard]] std::vector<float> stored(const std::vector<float>& scales) const;
    /// The layers with these scales, f32 [outputs, inputs].
    [[nodiscard]] TensorMap sums(const std::vector<float>& scales) const;
    /// d loss / d scale, of d loss / d W of all layers.
    [[nodiscard]] std::vector<double> slopes(const std::map<TensorId, std::vector<double>>& byWeight) const;
    /// The layers as they were added, with these scales in the formats of theirs.
    [[nodiscard]] std::map<TensorId, LayerReplacement> replacements(const std::vector<float>& scales) const;

private:
    struct Plane {
        std::vector<float> signs; ///< [outputs, inputs]
        std::size_t first = 0, count = 0; ///< scales: one, or one a row
        std::size_t part = 0; ///< of the replacement: where the scales lie
    };
    struct Layer {
        TensorId id{};
        LayerReplacement made;
        std::vector<float> base;
        std::vector<Plane> planes;
    };
    static Tensor scalesOf(const Layer& layer, const Plane& plane, const std::vector<float>& scales);

    std::vector<Layer> m_layers;
    std::set<TensorId> m_ids;
    std::vector<float> m_scales;
};

} // namespace tritloom
