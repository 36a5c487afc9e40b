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
    std::array<std::uint32_t, 16> table{}; ///< levels by code, the bits of floats; of codedRow()s
    std::size_t lineElements = 0, lineBytes = 0; ///< of codedRow()s, whose blocks are lines; else 0
};

/// How weights lie on the device.
struct StoredWeights {
    std::size_t rowBytes, blockElements, blockBytes;
};

/// The list. A row here is tested on every device.
[[nodiscard]] std::span<const FormatRow> formatRows();
/// The row for weights of this format, one of the list or a codedRow(); null where there is neither.
[[nodiscard]] const FormatRow* formatRowFor(const NumberFormat& weights);
/// Of weights that have a row.
[[nodiscard]] StoredWeights storedWeights(const TensorType& weights);
/// The constants of a row, from constant 3 on.
void setFormat(Dispatch& dispatch, const FormatRow& row);

} // namespace tritloom::vulkan
