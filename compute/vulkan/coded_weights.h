#pragma once

#include "compute/vulkan/formats.h"

#include <optional>
#include <vector>

namespace tritloom::vulkan {

/// Weights of formats that have no row of their own but say that they have codes (core/format/coded_blocks.h)
/// are given to the device in one order of bytes: for each line an f32 scale, an f32 offset, then its codes
/// in `bits` bits each, element 0 in the lowest bits, filled up to whole words. Levels that are no range of
/// whole numbers lie behind all rows, an f32 for each code.

/// How the shader of such weights reads this format; nothing where cpu::codedFormat() has none. Lines that fill no
/// spans on the CPU (8, 24, 72) are read here.
[[nodiscard]] std::optional<FormatRow> codedRow(const NumberFormat& format);

/// The bytes for the device. weights: of a format with a codedRow(). Many threads.
[[nodiscard]] std::vector<std::byte> codedBytes(const Tensor& weights);

} // namespace tritloom::vulkan
