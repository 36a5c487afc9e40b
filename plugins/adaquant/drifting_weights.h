#pragma once

#include "core/method/rounding_rows.h"

namespace tritloom {

/// The variables of AdaQuant for some rows.
class DriftingWeights {
public:
    explicit DriftingWeights(RoundingRows& problem);

    /// rate: of Adam, in distances between levels. Leaves the best in `problem`.
    void run(int iterations, float rate, const std::stop_token& stop);

private:
    /// Rounds row r of the drifting weights and keeps what it lost.
    void round(std::size_t r);

    RoundingRows& m_problem;
    std::vector<float> m_weights; ///< as they drift
    std::vector<float> m_steps; ///< distance between the levels around each weight as given
    std::vector<float> m_errors, m_slopes, m_first, m_second;
};

} // namespace tritloom
