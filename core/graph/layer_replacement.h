#pragma once

#include "core/graph/graph.h"
#include "core/tensor/tensor.h"

#include <memory>

namespace tritloom {

/// A few ops and tensors in place of one product y = x W^T: low-rank side paths, outlier columns kept apart,
/// signs with factors, rotations around a packed matrix.
///
/// graph: one stage, input x [T, inputs], output [T, outputs]; its TensorIds index `tensors`. Allowed are
/// Linear, SignFactorLinear, SparseLinear, Add, Multiply by a stored vector, Gather of columns, Hadamard and
/// QuantizeRows, so that without the last the whole is linear in x and denseWeights() exists; behind the
/// product rows kept apart: Concat with stored ones, Gather of rows (cached_layer.h). Immutable once made.
struct LayerReplacement {
    struct Part {
        std::string name; ///< "signs", "left", "salient.indices": unique, kept in files
        Tensor tensor;
        bool isShared = false; ///< lies in another file anyway, as the base of a delta: not counted
    };
    Graph graph;
    std::vector<Part> parts;
    std::size_t outputs = 0, inputs = 0;

    /// Of everything that must be stored: packed matrices, factors, scales, indices.
    [[nodiscard]] std::size_t bytes() const;
};

/// What a method makes of a layer: one packed matrix, or what replaces it. A value; copies share the bytes.
class CompressedLayer {
public:
    CompressedLayer() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): a tensor is the plain case
    CompressedLayer(Tensor tensor)
        : m_tensor(std::move(tensor))
    {
    }
    // NOLINTNEXTLINE(google-explicit-constructor)
    CompressedLayer(LayerReplacement replacement)
        : m_replacement(std::make_shared<const LayerReplacement>(std::move(replacement)))
    {
    }

    [[nodiscard]] bool isReplacement() const { return m_replacement != nullptr; }
    [[nodiscard]] const Tensor& tensor() const { return m_tensor; } ///< empty for a replacement
    [[nodiscard]] const std::shared_ptr<const LayerReplacement>& replacement() const { return m_replacement; }
    [[nodiscard]] std::size_t bytes() const
    {
        return m_replacement ? m_replacement->bytes() : m_tensor.bytes().size();
    }
    /// The layer as one matrix [outputs, inputs]: the tensor itself, or denseWeights() of the replacement.
    /// Errors: InvalidInput (a replacement that breaks the rules above).
    [[nodiscard]] Result<Tensor> dense() const;

private:
    Tensor m_tensor;
    std::shared_ptr<const LayerReplacement> m_replacement;
};

/// The matrix that a replacement multiplies by, f32 [outputs, inputs]: its graph applied to the unit vectors,
/// without the rounding of activations. Sums in float, rows in parallel, same bytes for any number of
/// threads. Errors: InvalidInput (an op that is not allowed, sizes that do not fit).
[[nodiscard]] Result<Tensor> denseWeights(const LayerReplacement& replacement);

} // namespace tritloom
