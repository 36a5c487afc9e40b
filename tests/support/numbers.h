#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

namespace tritloom::fixture {

inline std::vector<float> normalValues(std::size_t count, unsigned seed, float deviation = 1.0f)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0f, deviation);
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

inline std::vector<float> squares(std::vector<float> values)
{
    for (float& value : values)
        value *= value;
    return values;
}

inline bool isNear(double a, double b, double tolerance)
{
    return std::fabs(a - b) <= tolerance;
}

/// The upper of the two in the middle; 0 of nothing.
inline double medianOf(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

} // namespace tritloom::fixture
