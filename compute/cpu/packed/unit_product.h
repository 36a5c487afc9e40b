#pragma once

#include "compute/cpu/packed/product.h"
#include "compute/cpu/tile/tile_unit.h"

namespace tritloom::cpu {

/// Tokens from which on a unit that always multiplies 16 pays: it takes as long as 5 tokens by byte dot
/// products for lines of 32 columns, 3 for longer ones.
inline constexpr std::size_t leastUnitTokens = 6;

/// The product of panels [begin, end) with tokens [firstToken, firstToken + tokens), for all levels but
/// Fraction. Configures the unit for the calling thread and releases it. begin: even. results: [pair of
/// panels][token][2 * panelRows].
void multiplyPanelsByUnit(
    const PackedWeights& weights, const Activations& x, const TileUnit& unit, std::size_t begin,
    std::size_t end, std::size_t firstToken, std::size_t tokens, float* results);

/// Columns that the unit multiplies at once, so that no line is left in the middle of a register: 16, 32
/// or 64.
[[nodiscard]] std::size_t unitDepth(const PackedLayout& layout);
/// Digits of 8 bits that a level, times its line's scale if isSuper(), fills.
[[nodiscard]] std::size_t codeDigitsOf(const PackedLayout& layout);
/// Whether levels are 0..255, not -128..127.
[[nodiscard]] bool hasUnsignedCodes(const PackedLayout& layout);

} // namespace tritloom::cpu
