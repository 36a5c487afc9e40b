#pragma once

#include "compute/vulkan/device.h"

namespace tritloom::vulkan {

/// A format of weights: the shader that decodes it, and the constants that the shader calls formatA to
/// formatD.
struct FormatRow {
    std::string_view format; ///< a format id, or what comes before the digits of a family's ids
    const Shader* shader;
    std::array<std::uint32_t, 4> constants;
    bool isAsymmetric = false; ///< ids end with "a"
};

/// The list. A row here is tested on every device.
[[nodiscard]] std::span<const FormatRow> formatRows();
/// The row for weights of this format, or null.
[[nodiscard]] const FormatRow* formatRowFor(const NumberFormat& weights);

} // namespace tritloom::vulkan
