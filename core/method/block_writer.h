#pragma once

#include "core/method/row_packer.h"

namespace tritloom {

/// Writes one block: values and importance [blockElements()], finite, padded with 0; packed [blockBytes()].
using BlockWriter = std::function<void(
    std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed)>;

/// packRows() block by block. importance: [columns], each >= 0, or empty for equal importance.
[[nodiscard]] Result<Tensor> packBlocks(
    const Tensor& weights, const NumberFormatPtr& format, std::span<const float> importance,
    const MethodContext& context, const BlockWriter& write);

/// The mean squares of the inputs where they are known, nothing below 0; empty where not.
/// Errors: InvalidInput (another size, not finite).
[[nodiscard]] Result<std::vector<float>> importanceOf(const LayerProblem& layer);

/// sum importance * (values - decoded)^2 of a packed block.
[[nodiscard]] double packedError(
    const NumberFormat& format, std::span<const float> values, std::span<const float> importance,
    std::span<const std::byte> packed);

} // namespace tritloom
