#pragma once

#include "core/method/adam.h"
#include "core/method/block_grid.h"
#include "core/method/rounding_rows.h"

namespace tritloom {

/// The variables of AdaQuant for some rows: their weights and, where a format lets scales be chosen, the
/// lower end F and the width R of each block's levels. With n levels and s = R / (n - 1) a weight w becomes
/// F + s round(clamp((w - F) / s, 0, n - 1)).
class DriftingWeights {
public:
    DriftingWeights(RoundingRows& problem, const NumberFormat& format, bool learnRanges);

    /// rate: of Adam, in distances between levels. Leaves the best in `problem`.
    void run(int iterations, float rate, const std::stop_token& stop);

    /// The slopes of the loss of a row by what one of its blocks has: rounding is passed straight through, so
    /// that with u = clamp((w - F) / s, 0, n - 1) and q = round(u) a weight inside has slope (q - u) / (n -
    /// 1) by R and 0 by F, one beyond an end q / (n - 1) and 1 (LSQ, arXiv 1902.08153, eq. 3, with an
    /// offset). Where F is a fixed multiple of s, `first` is 0 and `width` has both.
    struct RangeSlopes {
        double first = 0, width = 0;
    };
    /// Of row r as it is now. Not for formats whose ranges cannot be chosen.
    [[nodiscard]] RangeSlopes rangeSlopes(std::size_t r, std::size_t block) const;

    /// Rounds all rows and finds errors and slopes.
    void round(const std::stop_token& stop);

private:
    struct Range {
        float first = 0, width = 0;
    };
    void moveRanges(std::size_t r, float rate);

    RoundingRows& m_problem;
    const NumberFormat& m_format;
    BlockGrid m_grid;
    std::size_t m_blocks; ///< a row
    bool m_learnRanges;
    std::vector<float> m_weights; ///< as they drift
    std::vector<float> m_steps; ///< distance between the levels around each weight as given
    std::vector<float> m_errors, m_slopes; ///< weights as given - chosen levels; that times H
    std::vector<Range> m_ranges; ///< [rows, blocks]
    Adam m_weightMoves, m_firstMoves, m_widthMoves;
};

} // namespace tritloom
