#pragma once

#include "core/architecture/model.h"

namespace tritloom {

/// What running one network once takes here.
struct NetworkCost {
    std::string name; ///< GraphPart::name
    double multiplyAdds = 0; ///< products with weights, windows, attention
    std::uint64_t weightBytes = 0; ///< of the tensors it reads, as 32-bit floats: what is computed with
    std::uint64_t liveBytes = 0; ///< the largest sum of values that are needed at the same time, f32
};

/// Of one op on tensors of these shapes: values, then weights and literals.
[[nodiscard]] double multiplyAdds(const Op& op, const std::vector<Shape>& inputs, const Shape& output);

/// Of every part of a graph of this model. O(nodes). Errors: those of inferShape().
[[nodiscard]] Result<std::vector<NetworkCost>> networkCosts(const Model& model, const Graph& graph);

} // namespace tritloom
