#pragma once

#include "compute/cpu/float_product.h"
#include "compute/cpu/tile/tile_unit.h"

#include <memory>
#include <stop_token>

namespace tritloom::cpu {

/// Tokens from which on a unit that always multiplies 16, three to six times, pays beside f32 multiply-adds.
inline constexpr std::size_t leastFloatUnitTokens = 16;

/// Activations as sums of three bf16: every bit of an f32 of 1e-33 or more.
struct SplitTokens {
    static constexpr std::size_t parts = 3, blockColumns = 128;

    std::size_t tokens = 0, columns = 0;
    std::shared_ptr<void> numbers; ///< bf16 [block][token][part][blockColumns], zeros past the row's end

    [[nodiscard]] std::size_t blocks() const { return (columns + blockColumns - 1) / blockColumns; }
    [[nodiscard]] std::uint16_t* at(std::size_t block, std::size_t token) const
    {
        return static_cast<std::uint16_t*>(numbers.get()) + (block * tokens + token) * parts * blockColumns;
    }
};

/// x: [tokens, columns]. A number that is not finite makes every product with it NaN or infinite. Many
/// threads.
[[nodiscard]] SplitTokens splitTokens(std::span<const float> x, std::size_t tokens, std::size_t columns);

/// y[t, r] = sum over c of rows[r, c] * x[t, c] by dot products of bf16 tiles: weights are split as
/// activations are (bf16 is one part, f16 two, f32 three), and what is left out is below 2^-24 of a product;
/// sums are f32. rows: [rowCount, x.columns] as files hold them. y: [tokens, rowCount]. Many threads,
/// bit-equal for any number.
void multiplyFloatColumns(
    FloatKind kind, const std::byte* rows, std::size_t rowCount, const SplitTokens& x, const TileUnit& unit,
    std::span<float> y, const std::stop_token& stop);

} // namespace tritloom::cpu
