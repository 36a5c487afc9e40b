#include "core/backend/ranged_layer.h"

#include <cmath>

namespace tritloom {

std::optional<RangedLayer> rangedLayer(const LayerReplacement& replacement, std::optional<double> time)
{
    const std::vector<Node>& nodes = replacement.graph.nodes;
    if (nodes.size() < 2 || nodes[0].op.kind != OpKind::QuantizeRows || nodes[0].weights.size() != 3
        || nodes[1].op.kind != OpKind::Linear || nodes[1].weights.size() != 1 || nodes[1].inputs.size() != 1
        || nodes[1].inputs[0] != nodes[0].output)
        return {};
    ValueId last = nodes[1].output; // behind it at most a row that is kept apart
    for (std::size_t i = 2; i < nodes.size(); ++i) {
        const bool isOfRows = nodes[i].op.kind == OpKind::Concat || nodes[i].op.kind == OpKind::Gather;
        if (!isOfRows || nodes[i].op.count("axis") != 0 || nodes[i].inputs != std::vector<ValueId>{last})
            return {};
        last = nodes[i].output;
    }
    if (replacement.graph.output != last)
        return {};
    if (nodes[0].op.attributes.contains("offset"))
        return {}; // rounded down: not what these products do
    const auto part = [&](std::size_t i) {
        return replacement.parts[std::size_t(nodes[0].weights[i])].tensor.toFloats();
    };
    const std::vector<float> scales = part(0), zeros = part(1), times = part(2);
    const double bits = nodes[0].op.number("bits", 8);
    if (times.empty() || scales.size() != times.size() || zeros.size() != times.size()
        || !(bits >= 2 && bits <= 8) || (times.size() > 1 && !time))
        return {};
    std::size_t group = 0; // as QuantizeRows chooses
    while (group + 1 < times.size() && *time > double(times[group]))
        ++group;
    const InputGrid grid{scales[group], zeros[group], int(bits)};
    const bool isWhole =
        grid.zero == std::nearbyint(grid.zero) && grid.zero >= 0 && grid.zero <= float((1 << grid.bits) - 1);
    if (!(grid.scale > 0) || !std::isfinite(grid.scale) || !isWhole)
        return {};
    return RangedLayer{grid, std::size_t(nodes[1].weights[0])};
}

} // namespace tritloom
