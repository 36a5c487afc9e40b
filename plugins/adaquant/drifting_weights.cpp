#include "plugins/adaquant/drifting_weights.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

DriftingWeights::DriftingWeights(RoundingRows& problem)
    : m_problem(problem)
    , m_weights(problem.weights().begin(), problem.weights().end())
    , m_steps(m_weights.size())
    , m_errors(m_weights.size())
    , m_slopes(m_weights.size())
    , m_first(m_weights.size())
    , m_second(m_weights.size())
{
    for (std::size_t r = 0; r < problem.rows(); ++r)
        for (std::size_t c = 0; c < problem.columns(); ++c) {
            const auto levels = problem.state(r).levels(c);
            const auto [lowest, highest] = std::minmax_element(levels.begin(), levels.end());
            m_steps[r * problem.columns() + c] = (*highest - *lowest) / static_cast<float>(levels.size() - 1);
        }
}

void DriftingWeights::round(std::size_t r)
{
    const std::size_t columns = m_problem.columns();
    RowState& state = m_problem.state(r);
    for (std::size_t c = 0; c < columns; ++c) {
        const std::size_t i = r * columns + c;
        m_errors[i] = m_problem.weights()[i] - state.choose(c, m_weights[i]);
    }
}

void DriftingWeights::run(int iterations, float rate, const std::stop_token& stop)
{
    const std::size_t columns = m_problem.columns();
    constexpr float keepFirst = 0.9f, keepSecond = 0.99f, epsilon = 1e-12f;
    float powerFirst = 1, powerSecond = 1;
    for (int t = 0; t < iterations && !stop.stop_requested(); ++t) {
        for (std::size_t r = 0; r < m_problem.rows() && !stop.stop_requested(); ++r)
            round(r);
        m_problem.findSlopes(m_errors, m_slopes, stop);
        if (stop.stop_requested())
            return;
        powerFirst *= keepFirst;
        powerSecond *= keepSecond;
        // The rate falls, so that the end is a choice and not a dance between two levels.
        const float now = rate * (1 - static_cast<float>(t) / static_cast<float>(iterations));
        for (std::size_t r = 0; r < m_problem.rows(); ++r) {
            m_problem.offerPacked(r, m_problem.lossOf(r, m_errors, m_slopes));
            for (std::size_t i = r * columns; i < (r + 1) * columns; ++i) {
                // d loss / d weight = -2 slope where rounding is passed straight through.
                const float gradient = -m_slopes[i] * m_steps[i];
                m_first[i] = keepFirst * m_first[i] + (1 - keepFirst) * gradient;
                m_second[i] = keepSecond * m_second[i] + (1 - keepSecond) * gradient * gradient;
                const float direction =
                    (m_first[i] / (1 - powerFirst)) / (std::sqrt(m_second[i] / (1 - powerSecond)) + epsilon);
                if (std::isfinite(direction)) // squares of absurd weights overflow: those stay
                    m_weights[i] -= now * m_steps[i] * direction;
            }
        }
    }
}

} // namespace tritloom
