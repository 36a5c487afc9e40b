#include "plugins/adaquant/drifting_weights.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr float epsilon = 1e-12f; // slopes are of squares of small weights

} // namespace

DriftingWeights::DriftingWeights(RoundingRows& problem, const NumberFormat& format, bool learnRanges)
    : m_problem(problem)
    , m_format(format)
    , m_grid(format)
    , m_blocks((problem.columns() + format.blockElements() - 1) / format.blockElements())
    , m_learnRanges(learnRanges && m_grid.freedom() != BlockGrid::Freedom::None)
    , m_weights(problem.weights().begin(), problem.weights().end())
    , m_steps(m_weights.size())
    , m_errors(m_weights.size())
    , m_slopes(m_weights.size())
    , m_ranges(m_learnRanges ? problem.rows() * m_blocks : 0)
    , m_weightMoves(m_weights.size(), epsilon)
    , m_firstMoves(m_ranges.size(), epsilon)
    , m_widthMoves(m_ranges.size(), epsilon)
{
    for (std::size_t r = 0; r < problem.rows(); ++r)
        for (std::size_t c = 0; c < problem.columns(); ++c) {
            const auto levels = problem.state(r).levels(c);
            const auto [lowest, highest] = std::minmax_element(levels.begin(), levels.end());
            m_steps[r * problem.columns() + c] = (*highest - *lowest) / static_cast<float>(levels.size() - 1);
        }
    for (std::size_t i = 0; i < m_ranges.size(); ++i) {
        const auto levels = problem.state(i / m_blocks).levels(i % m_blocks * format.blockElements());
        m_ranges[i] = {levels.front(), levels.back() - levels.front()};
    }
}

void DriftingWeights::round(const std::stop_token& stop)
{
    const std::size_t columns = m_problem.columns();
    for (std::size_t r = 0; r < m_problem.rows() && !stop.stop_requested(); ++r)
        for (std::size_t i = r * columns; i < (r + 1) * columns; ++i)
            m_errors[i] = m_problem.weights()[i] - m_problem.state(r).choose(i - r * columns, m_weights[i]);
    m_problem.findSlopes(m_errors, m_slopes, stop);
}

DriftingWeights::RangeSlopes DriftingWeights::rangeSlopes(std::size_t r, std::size_t block) const
{
    const std::size_t columns = m_problem.columns(), begin = block * m_format.blockElements(),
                      end = std::min(begin + m_format.blockElements(), columns);
    const auto levels = m_problem.state(r).levels(begin);
    const double first = levels.front(), width = double(levels.back()) - first;
    const bool isLine = m_grid.freedom() == BlockGrid::Freedom::Line;
    RangeSlopes slopes;
    for (std::size_t i = r * columns + begin; i < r * columns + end && width != 0; ++i) {
        const double asked = -2 * double(m_slopes[i]); // by the stored weight
        const double weight = m_weights[i], stored = double(m_problem.weights()[i]) - double(m_errors[i]);
        const double place = (weight - first) / width;
        if (place > 0 && place < 1) {
            slopes.width += asked * (stored - weight) / width;
        } else if (isLine) {
            slopes.width += place > 0 ? asked : 0;
            slopes.first += asked;
        } else {
            slopes.width += asked * stored / width; // the ends move with the step
        }
    }
    return slopes;
}

void DriftingWeights::moveRanges(std::size_t r, float rate)
{
    RowState& state = m_problem.state(r);
    std::vector<std::byte> packed(state.packed().begin(), state.packed().end());
    const auto top = static_cast<float>(m_format.levelCount() - 1);
    for (std::size_t b = 0; b < m_blocks; ++b) {
        Range& range = m_ranges[r * m_blocks + b];
        if (range.width == 0)
            continue;
        const RangeSlopes slopes = rangeSlopes(r, b);
        const float step = m_steps[r * m_problem.columns() + b * m_format.blockElements()];
        const std::size_t i = r * m_blocks + b;
        const float before = range.width;
        m_firstMoves.change(range.first, i, static_cast<float>(slopes.first), rate * step);
        m_widthMoves.change(range.width, i, static_cast<float>(slopes.width), rate * step);
        if (range.width * before <= 0) // never through 0
            range.width = before;
        m_grid.set(
            std::span(packed).subspan(b * m_format.blockBytes(), m_format.blockBytes()), range.first,
            range.width / top);
    }
    state.load(packed);
}

void DriftingWeights::run(int iterations, float rate, const std::stop_token& stop)
{
    const std::size_t columns = m_problem.columns();
    constexpr float slower = 0.5f; // a range moves all its weights at once
    for (int t = 0; t < iterations && !stop.stop_requested(); ++t) {
        round(stop);
        if (stop.stop_requested())
            return;
        for (Adam* const moves : {&m_weightMoves, &m_firstMoves, &m_widthMoves})
            moves->nextStep();
        // The rate falls, so that the end is a choice and not a dance between two levels.
        const float now = rate * (1 - static_cast<float>(t) / static_cast<float>(iterations));
        for (std::size_t r = 0; r < m_problem.rows(); ++r) {
            m_problem.offerPacked(r, m_problem.lossOf(r, m_errors, m_slopes));
            if (m_learnRanges)
                moveRanges(r, slower * now);
            for (std::size_t i = r * columns; i < (r + 1) * columns; ++i)
                // d loss / d weight = -2 slope where rounding is passed straight through.
                m_weightMoves.change(m_weights[i], i, -m_slopes[i] * m_steps[i], now * m_steps[i]);
        }
    }
}

} // namespace tritloom
