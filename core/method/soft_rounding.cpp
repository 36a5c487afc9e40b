#include "core/method/soft_rounding.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tritloom {
namespace {

constexpr float stretch = 1.2f, below = 0.1f;

float sigmoid(float a)
{
    return 1 / (1 + std::exp(-a));
}

} // namespace

float rectifiedSigmoid(float a)
{
    return std::clamp(stretch * sigmoid(a) - below, 0.0f, 1.0f);
}

float inverseRectifiedSigmoid(float fraction)
{
    return -std::log(stretch / (fraction + below) - 1);
}

float throughRectifiedSigmoid(float slope, float a)
{
    const float s = sigmoid(a), h = stretch * s - below;
    return h <= 0 || h >= 1 ? 0 : slope * stretch * s * (1 - s);
}

float roundingRegulariserSlope(float h, float beta)
{
    const float distance = 2 * h - 1;
    return -2 * beta * std::copysign(std::pow(std::fabs(distance), beta - 1), distance);
}

double annealedBeta(double progress)
{
    return 2 + 0.5 * 18 * (1 + std::cos(std::numbers::pi * std::clamp(progress, 0.0, 1.0)));
}

SoftRounding::SoftRounding(RoundingRows& problem)
    : m_problem(problem)
    , m_a(problem.weights().size())
    , m_errors(problem.weights().size())
    , m_slopes(problem.weights().size())
{
    const auto weights = problem.weights(), lower = problem.lower(), upper = problem.upper();
    for (std::size_t i = 0; i < m_a.size(); ++i)
        if (upper[i] > lower[i])
            m_a[i] = inverseRectifiedSigmoid((weights[i] - lower[i]) / (upper[i] - lower[i]));
}

void SoftRounding::findErrors()
{
    const auto weights = m_problem.weights(), lower = m_problem.lower(), upper = m_problem.upper();
    for (std::size_t i = 0; i < m_a.size(); ++i)
        m_errors[i] = weights[i] - lower[i] - rectifiedSigmoid(m_a[i]) * (upper[i] - lower[i]);
}

double SoftRounding::softLoss(std::size_t r, const std::stop_token& stop)
{
    findErrors();
    m_problem.findSlopes(m_errors, m_slopes, stop);
    return m_problem.lossOf(r, m_errors, m_slopes);
}

double SoftRounding::undecided() const
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < m_a.size(); ++i) {
        const float h = rectifiedSigmoid(m_a[i]);
        count += m_problem.upper()[i] > m_problem.lower()[i] && h > 0.01f && h < 0.99f;
    }
    return static_cast<double>(count) / static_cast<double>(std::max<std::size_t>(1, m_a.size()));
}

void SoftRounding::offerHard(const std::stop_token& stop)
{
    const auto weights = m_problem.weights(), lower = m_problem.lower(), upper = m_problem.upper();
    for (std::size_t i = 0; i < m_a.size(); ++i)
        m_errors[i] = weights[i] - (m_a[i] >= 0 ? upper[i] : lower[i]);
    m_problem.findSlopes(m_errors, m_slopes, stop);
    if (stop.stop_requested())
        return;
    const std::size_t columns = m_problem.columns();
    for (std::size_t r = 0; r < m_problem.rows(); ++r)
        m_problem.offer(r, m_problem.lossOf(r, m_errors, m_slopes), [&](std::size_t c) {
            return m_a[r * columns + c] >= 0;
        });
}

void SoftRounding::run(const SoftRoundingOptions& options, const std::stop_token& stop)
{
    const auto lower = m_problem.lower(), upper = m_problem.upper();
    const std::size_t columns = m_problem.columns();
    Adam adam(m_a.size());
    const int warm = static_cast<int>(options.warmUp * options.iterations);
    for (int t = 0; t < options.iterations && !stop.stop_requested(); ++t) {
        findErrors();
        m_problem.findSlopes(m_errors, m_slopes, stop);
        adam.nextStep();
        const bool regularised = t >= warm;
        const auto beta =
            static_cast<float>(annealedBeta(double(t - warm) / std::max(1, options.iterations - warm)));
        for (std::size_t r = 0; r < m_problem.rows(); ++r) {
            // Losses in units of what nearest rounding loses a weight, so that one lambda suits every layer.
            const double unit = m_problem.nearestLoss(r) / static_cast<double>(columns);
            const auto scale = static_cast<float>(unit > 0 ? 1 / unit : 0.0);
            for (std::size_t i = r * columns; i < (r + 1) * columns; ++i) {
                const float step = upper[i] - lower[i];
                if (!(step > 0))
                    continue;
                const float h = rectifiedSigmoid(m_a[i]);
                if (h <= 0 || h >= 1)
                    continue; // flat: no gradient reaches it
                float slope = -2 * m_slopes[i] * step * scale;
                if (regularised)
                    slope += static_cast<float>(options.lambda) * roundingRegulariserSlope(h, beta);
                adam.change(m_a[i], i, throughRectifiedSigmoid(slope, m_a[i]), options.rate);
            }
        }
    }
    offerHard(stop);
}

} // namespace tritloom
