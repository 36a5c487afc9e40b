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
    bool hasTable = false; ///< behind the weights, see codedBytes()
    std::size_t lineElements = 0, lineBytes = 0; ///< of codedRow()s, whose blocks are lines; else 0
};

/// How weights lie on the device.
struct StoredWeights {
    std::size_t rowBytes, blockElements, blockBytes;
    std::size_t tableAt; ///< where the levels lie behind the rows; 0: there are none
};

/// Where a buffer may be bound on every device, behind so many bytes.
[[nodiscard]] constexpr std::size_t tablePlace(std::size_t bytes)
{
    return (bytes + 255) / 256 * 256;
}

/// The list. A row here is tested on every device.
[[nodiscard]] std::span<const FormatRow> formatRows();
/// The row for weights of this format, one of the list or a codedRow(); null where there is neither.
[[nodiscard]] const FormatRow* formatRowFor(const NumberFormat& weights);
/// Of weights that have a row.
[[nodiscard]] StoredWeights storedWeights(const TensorType& weights);
/// The constants of a row, from constant 3 on.
void setFormat(Dispatch& dispatch, const FormatRow& row);
/// The levels of the weights in `matrix`, where they have some, as the last operand.
void addTable(Dispatch& dispatch, const BufferPtr& matrix, const StoredWeights& stored);

} // namespace tritloom::vulkan
