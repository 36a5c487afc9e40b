#include "app/session/rounded_inputs.h"

#include "compute/cpu/cpu_backend.h"

#include <algorithm>

namespace tritloom {
namespace {

/// Whether products alone read the tensor: what convolutions read is exact.
bool isOfProducts(const Graph& graph, TensorId id)
{
    bool isRead = false;
    for (const Node& node : graph.nodes)
        if (std::ranges::find(node.weights, id) != node.weights.end()) {
            if (node.op.kind != OpKind::Linear || node.weights[0] != id)
                return false;
            isRead = true;
        }
    return isRead;
}

} // namespace

std::optional<RoundedInputs>
roundedInputs(const Model& model, const Allocation& allocation, std::string_view device)
{
    if (!device.ends_with(":8bit") || !model.graph)
        return std::nullopt;
    RoundedInputs found{.rounded = 0, .layers = model.layers.size()};
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.layers[i];
        const std::string& chosen = allocation.layers[i].format;
        const auto format = parseNumberFormat(chosen.empty() ? layer.storedFormat : chosen);
        if (format && isOfProducts(*model.graph, layer.tensor)
            && roundsInputs({*format, {layer.rows, layer.columns}}))
            ++found.rounded;
    }
    return found;
}

} // namespace tritloom
