#pragma once

#include "core/method/block_grid.h"
#include "core/method/rounding_rows.h"

namespace tritloom {

/// Signed gradient descent on the rounding of some rows, and on the ends of their blocks' ranges.
class SignedDescent {
public:
    SignedDescent(RoundingRows& problem, const NumberFormat& format, bool learnRanges);

    /// Leaves the best in `problem`.
    void run(int steps, const std::stop_token& stop);

    /// How far any rounding value was moved, in levels; at most (steps + 1) / (2 steps).
    [[nodiscard]] float farthest() const;

private:
    /// One block's range: its ends at first, and what they are multiplied by.
    struct Ends {
        float low = 0, high = 0;
        float lowFactor = 1, highFactor = 1;
    };
    void choose();
    void descend(float rate);
    void descendRange(std::size_t r, std::size_t block, float rate);
    void setRanges(std::size_t r);

    RoundingRows& m_problem;
    const NumberFormat& m_format;
    BlockGrid m_grid;
    std::size_t m_blocks; ///< a row
    bool m_learnRanges;
    std::vector<float> m_shift; ///< v, in levels
    std::vector<float> m_errors, m_slopes; ///< weights - chosen levels; that times H
    std::vector<char> m_up;
    std::vector<Ends> m_ends; ///< [rows, blocks]
};

} // namespace tritloom
