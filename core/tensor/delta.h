#pragma once

#include "core/tensor/tensor.h"

namespace tritloom {

/// How a matrix differs from the one that it was tuned from. A value.
struct DeltaFigures {
    double zeroShare = 0; ///< of differences that are exactly 0, 0 to 1
    double relativeNorm = 0; ///< Frobenius norm of the difference over the base's; 0 where nothing differs
    /// The fewest directions that hold 90 % of the squared difference, told by at most 512 rows that are evenly
    /// spread: a difference of low rank has it in any of its rows. 0 where nothing differs.
    std::size_t effectiveRank = 0;
};

/// Both [rows, columns], of any formats: the difference is taken in f32, as 16 bits would lose small ones. On the
/// calling thread. Numbers that are not finite count as no difference. Errors: InvalidInput (other shapes).
[[nodiscard]] Result<DeltaFigures> deltaFigures(const Tensor& tuned, const Tensor& base);

} // namespace tritloom
