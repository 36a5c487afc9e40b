#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

// What unequal bits are worth where each part loses c 4^-bits (BAQ, arXiv 2506.05664).

namespace tritloom {

/// Losses with a floor of 1e-12 of their mean, so that their logarithms are numbers.
[[nodiscard]] inline std::vector<double> flooredLosses(std::span<const double> losses)
{
    double mean = 0;
    for (const double loss : losses)
        mean += loss / double(losses.size());
    std::vector<double> result(losses.begin(), losses.end());
    for (double& loss : result)
        loss = mean > 0 ? std::max(loss, 1e-12 * mean) : 1.0;
    return result;
}

[[nodiscard]] inline double meanLogarithm(std::span<const double> values)
{
    double sum = 0;
    for (const double value : values)
        sum += std::log(value) / double(values.size());
    return sum;
}

/// Geometric over arithmetic mean of the losses: what unequal bits leave of the loss. In (0, 1]; losses >= 0,
/// nothing below 1e-12 of the mean is believed.
[[nodiscard]] inline double gainOf(std::span<const double> losses)
{
    const std::vector<double> values = flooredLosses(losses);
    double mean = 0;
    for (const double value : values)
        mean += value / double(values.size());
    return std::exp(meanLogarithm(values)) / mean;
}

} // namespace tritloom
