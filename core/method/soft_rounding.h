#pragma once

#include "core/method/adam.h"
#include "core/method/rounding_rows.h"

namespace tritloom {

struct SoftRoundingOptions {
    int iterations = 1000;
    float rate = 0.03f; ///< of Adam
    double lambda = 3; ///< of the regulariser, in units of a weight's mean loss under nearest rounding
    double warmUp = 0.2; ///< share of the iterations without the regulariser
};

/// h(a) = clip(1.2 sigmoid(a) - 0.1, 0, 1)
[[nodiscard]] float rectifiedSigmoid(float a);
/// The a with h(a) = fraction.
[[nodiscard]] float inverseRectifiedSigmoid(float fraction);
/// The slope of a loss by a, of its slope by h(a); 0 where h is clipped.
[[nodiscard]] float throughRectifiedSigmoid(float slope, float a);
/// The slope by h of what pushes a weight to one of its levels, 1 - |2h - 1|^beta.
[[nodiscard]] float roundingRegulariserSlope(float h, float beta);
/// From 20 to 2 along a cosine; progress 0 to 1 counts from the end of the warm-up.
[[nodiscard]] double annealedBeta(double progress);

/// The variables of AdaRound for some rows.
class SoftRounding {
public:
    explicit SoftRounding(RoundingRows& problem);

    /// Leaves the best hard choice in `problem`.
    void run(const SoftRoundingOptions& options, const std::stop_token& stop);

    /// Output error of row r with the weights as soft as they are. Zero at first, but for clipped weights.
    [[nodiscard]] double softLoss(std::size_t r, const std::stop_token& stop);
    /// Share of the weights whose h is further than 0.01 from both 0 and 1.
    [[nodiscard]] double undecided() const;

private:
    void findErrors();
    void offerHard(const std::stop_token& stop);

    RoundingRows& m_problem;
    std::vector<float> m_a, m_errors, m_slopes;
};

} // namespace tritloom
