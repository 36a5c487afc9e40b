#pragma once

#include "core/file/model_file.h"
#include "core/graph/graph.h"

#include <map>

namespace tritloom::onnx {

/// What a network that takes pictures of any size does with one, told by its graphs for two sizes.
struct AnySize {
    /// Why its operators are those of one size, "node 'pool' (average_pool)"; "": they are the same for all.
    std::string whyNot;
    /// Of what is resized, or reshaped, to the height and width of another value: which one.
    std::map<ValueId, ValueId> like;
    /// Of what is reshaped otherwise: the one dimension that follows from the number of elements.
    std::map<ValueId, std::size_t> open;
};

/// Whether a strided slice of such a value leaves nothing of this dimension out.
[[nodiscard]] bool isWhole(const Op& slice, const Shape& from, std::size_t dimension);

/// "node 'pool' (average_pool)"; one without a name by the nearest named one that it comes behind, or the
/// input.
[[nodiscard]] std::string shownNode(const Graph& graph, const Node& node);

/// file: whose tensors both graphs read. Errors: those of inferShape().
[[nodiscard]] Result<AnySize> anySize(const ModelFile& file, const Graph& graph, const Graph& larger);

} // namespace tritloom::onnx
