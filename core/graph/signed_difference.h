#pragma once

#include "core/graph/layer_replacement.h"

#include <span>
#include <string>

namespace tritloom {

/// scale o (signs x): signs [outputs, inputs], scale one number or one an output.
struct SignPlane {
    Tensor signs, scale;
};

/// A base and what it was tuned by (BitDelta, arXiv 2402.10193): base x + the planes. The parts are "base",
/// which is shared, then "signs.0", "scale.0", "signs.1" and so on.
[[nodiscard]] inline LayerReplacement signedDifference(Tensor base, std::span<const SignPlane> planes)
{
    LayerReplacement made{
        .graph = {}, .parts = {}, .outputs = base.type().rows(), .inputs = base.type().columns()};
    made.parts.push_back({"base", std::move(base), true});
    GraphBuilder graph;
    ValueId sum = graph.add({OpKind::Linear, {}}, {graph.input()}, {TensorId{0}});
    for (std::size_t m = 0; m < planes.size(); ++m) {
        const auto first = std::uint32_t(made.parts.size());
        made.parts.push_back({"signs." + std::to_string(m), planes[m].signs, false});
        made.parts.push_back({"scale." + std::to_string(m), planes[m].scale, false});
        const ValueId product = graph.add({OpKind::Linear, {}}, {graph.input()}, {TensorId{first}});
        const ValueId scaled = graph.add({OpKind::Multiply, {}}, {product}, {TensorId{first + 1}});
        sum = graph.add({OpKind::Add, {}}, {sum, scaled});
    }
    made.graph = std::move(graph).finish(sum);
    return made;
}

} // namespace tritloom
