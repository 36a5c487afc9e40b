#include "core/evaluate/evaluation.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

void RunningMean::add(double value)
{
    m_sum += value;
    m_squares += value * value;
    ++m_count;
}

double RunningMean::variance() const
{
    const double mean = m_sum / double(m_count);
    return std::max(0.0, m_squares / double(m_count) - mean * mean);
}

Measured RunningMean::mean() const
{
    if (m_count == 0)
        return {};
    return {m_sum / double(m_count), m_count > 1 ? std::sqrt(variance() / double(m_count - 1)) : 0};
}

Measured RunningMean::share() const
{
    if (m_count == 0)
        return {};
    const auto n = double(m_count);
    return {m_sum / n, std::sqrt(variance() / n + 1 / (4 * n * n)) / (1 + 1 / n)};
}

RunningMean meanOf(std::span<const PositionValues> chunks, std::vector<float> PositionValues::*field)
{
    RunningMean mean;
    for (const PositionValues& chunk : chunks)
        for (const float value : chunk.*field)
            mean.add(double(value));
    return mean;
}

Measured perplexityOf(std::span<const PositionValues> chunks, std::vector<float> PositionValues::*field)
{
    const Measured nll = meanOf(chunks, field).mean();
    const double perplexity = std::exp(nll.value);
    return {perplexity, perplexity * nll.standardError};
}

} // namespace tritloom
