#include "plugins/autoround/signed_descent.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

float signOf(double value)
{
    return value > 0 ? 1.0f : value < 0 ? -1.0f : 0.0f;
}

} // namespace

SignedDescent::SignedDescent(RoundingRows& problem, const NumberFormat& format, bool learnRanges)
    : m_problem(problem)
    , m_format(format)
    , m_grid(format)
    , m_blocks((problem.columns() + format.blockElements() - 1) / format.blockElements())
    , m_learnRanges(learnRanges && m_grid.freedom() != BlockGrid::Freedom::None)
    , m_shift(problem.weights().size())
    , m_errors(problem.weights().size())
    , m_slopes(problem.weights().size())
    , m_up(problem.weights().size())
{
    if (!m_learnRanges)
        return;
    m_ends.resize(problem.rows() * m_blocks);
    for (std::size_t r = 0; r < problem.rows(); ++r)
        for (std::size_t b = 0; b < m_blocks; ++b) {
            const auto levels = problem.state(r).levels(b * format.blockElements());
            m_ends[r * m_blocks + b] = {levels.front(), levels.back()};
        }
}

void SignedDescent::choose()
{
    const auto weights = m_problem.weights(), lower = m_problem.lower(), upper = m_problem.upper();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const float step = upper[i] - lower[i];
        m_up[i] = step > 0 && weights[i] - lower[i] + m_shift[i] * step > 0.5f * step;
        m_errors[i] = weights[i] - (m_up[i] ? upper[i] : lower[i]);
    }
}

void SignedDescent::descend(float rate)
{
    const auto lower = m_problem.lower(), upper = m_problem.upper();
    // d loss / d v = -2 slope * step, where rounding is passed straight through.
    for (std::size_t i = 0; i < m_shift.size(); ++i)
        if (upper[i] > lower[i])
            m_shift[i] = std::clamp(m_shift[i] + rate * signOf(double(m_slopes[i])), -0.5f, 0.5f);
    if (!m_learnRanges)
        return;
    for (std::size_t r = 0; r < m_problem.rows(); ++r) {
        for (std::size_t b = 0; b < m_blocks; ++b)
            descendRange(r, b, rate);
        setRanges(r);
    }
}

/// The gradient with respect to the two factors of one block, and a step against its signs.
void SignedDescent::descendRange(std::size_t r, std::size_t block, float rate)
{
    Ends& ends = m_ends[r * m_blocks + block];
    const std::size_t columns = m_problem.columns(), begin = block * m_format.blockElements(),
                      end = std::min(begin + m_format.blockElements(), columns);
    const float step = m_problem.state(r).stepOf(begin);
    if (step == 0)
        return;
    const auto top = static_cast<double>(m_format.levelCount() - 1);
    const bool isLine = m_grid.freedom() == BlockGrid::Freedom::Line;
    const auto levels = m_problem.state(r).levels(begin);
    double low = 0, high = 0;
    for (std::size_t c = begin; c < end; ++c) {
        const std::size_t i = r * columns + c;
        const double slope = m_slopes[i], error = m_errors[i];
        const bool isInside = m_problem.upper()[i] > m_problem.lower()[i];
        if (!isLine) {
            // Everything scales with the one factor; the derivative of a rounded weight is what rounding
            // added.
            high += slope * (isInside ? -error : static_cast<double>(m_problem.lower()[i]));
        } else if (isInside) {
            const double residue = -error / step / top; // of the step, per level of the range
            high += slope * residue * ends.high;
            low -= slope * residue * ends.low;
        } else if (m_problem.lower()[i] == levels.front()) {
            low += slope * ends.low;
        } else {
            high += slope * ends.high;
        }
    }
    constexpr float least = 0.5f, most = 1.25f, slower = 0.2f; // a range moves all its weights at once
    ends.highFactor = std::clamp(ends.highFactor + slower * rate * signOf(high), least, most);
    if (isLine)
        ends.lowFactor = std::clamp(ends.lowFactor + slower * rate * signOf(low), least, most);
}

void SignedDescent::setRanges(std::size_t r)
{
    std::vector<std::byte> packed(m_problem.state(r).packed().begin(), m_problem.state(r).packed().end());
    const auto top = static_cast<float>(m_format.levelCount() - 1);
    for (std::size_t b = 0; b < m_blocks; ++b) {
        const Ends& ends = m_ends[r * m_blocks + b];
        if (ends.high == ends.low)
            continue;
        const bool isLine = m_grid.freedom() == BlockGrid::Freedom::Line;
        const float first = ends.low * ends.lowFactor;
        const float step = isLine ? (ends.high * ends.highFactor - first) / top
                                  : (ends.high - ends.low) / top * ends.highFactor;
        m_grid.set(std::span(packed).subspan(b * m_format.blockBytes(), m_format.blockBytes()), first, step);
    }
    m_problem.state(r).load(packed);
    m_problem.bracket(r);
}

void SignedDescent::run(int steps, const std::stop_token& stop)
{
    const std::size_t columns = m_problem.columns();
    for (int t = 0; t < steps && !stop.stop_requested(); ++t) {
        choose();
        m_problem.findSlopes(m_errors, m_slopes, stop);
        for (std::size_t r = 0; r < m_problem.rows(); ++r)
            m_problem.offer(r, m_problem.lossOf(r, m_errors, m_slopes), [&](std::size_t c) {
                return m_up[r * columns + c] != 0;
            });
        // The rate falls from 1 / steps to 0.
        descend((1 - static_cast<float>(t) / static_cast<float>(steps)) / static_cast<float>(steps));
    }
}

float SignedDescent::farthest() const
{
    float most = 0;
    for (const float shift : m_shift)
        most = std::max(most, std::fabs(shift));
    return most;
}

} // namespace tritloom
