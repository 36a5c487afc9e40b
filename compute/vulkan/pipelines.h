#pragma once

#include "core/format/number_format.h"
#include "core/graph/op.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace tritloom::vulkan {

/// A shader, and what it computes. Bindings: weights, input, output. Push constants: Sizes.
struct PipelineRow {
    OpKind op;
    std::string_view format; ///< of the weights: a format id, or what comes before the digits of a family's ids
    std::span<const std::uint32_t> words; ///< SPIR-V
};

/// As `Sizes` in shaders/product.glsl.
struct Sizes {
    std::uint32_t rows, columns, tokens, blockElements;
};

constexpr std::size_t tileEdge = 64; ///< rows and tokens that a workgroup of a tiled product makes
constexpr std::size_t fewTokens = 4; ///< up to so many, a workgroup makes one output at a time

/// The list.
[[nodiscard]] std::span<const PipelineRow> pipelineRows();

/// The row for an op on weights of this format, or null.
[[nodiscard]] const PipelineRow* pipelineRowFor(OpKind op, const NumberFormat& weights);

} // namespace tritloom::vulkan
