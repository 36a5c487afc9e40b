#pragma once

#include "core/architecture/model.h"

namespace tritloom {

/// Of a network on pictures: how many layers are products whose inputs a device of 8-bit activations rounds,
/// and how many layers there are.
struct RoundedInputs {
    std::size_t rounded = 0, layers = 0;
};
/// nullopt: the device (an id of devices()) rounds nothing.
[[nodiscard]] std::optional<RoundedInputs>
roundedInputs(const Model& model, const Allocation& allocation, std::string_view device);

} // namespace tritloom
