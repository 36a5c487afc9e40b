#include "app/session/rounded_inputs.h"

#include "compute/cpu/cpu_backend.h"
#include "core/task/network_pass.h"

namespace tritloom {

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
        const bool isOfProducts = isMatrix(*model.graph, layer.tensor, false); // convolutions are exact
        if (format && isOfProducts && roundsInputs({*format, {layer.rows, layer.columns}}))
            ++found.rounded;
    }
    return found;
}

} // namespace tritloom
