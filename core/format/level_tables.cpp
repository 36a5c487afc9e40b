#include "core/format/level_tables.h"

#include <cmath>

namespace tritloom {
namespace {

/// positive: without 0. The mirrored set with 0, largest 1, ascending, without duplicates.
std::vector<float> mirrored(std::vector<double> positive)
{
    const double largest = *std::max_element(positive.begin(), positive.end());
    std::vector<float> levels{0.0f};
    for (const double value : positive) {
        levels.push_back(static_cast<float>(value / largest));
        levels.push_back(static_cast<float>(-value / largest));
    }
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    return levels;
}

} // namespace

std::vector<float> openFloatLevels(unsigned bits, unsigned exponent)
{
    const unsigned mantissa = bits - 1 - exponent, fractions = 1u << mantissa;
    const int bias = (1 << (exponent - 1)) - 1;
    std::vector<double> positive;
    for (unsigned e = 0; e < 1u << exponent; ++e)
        for (unsigned f = 0; f < fractions; ++f) {
            const double fraction = static_cast<double>(f) / fractions;
            const double value = e == 0 ? std::ldexp(fraction, 1 - bias)
                                        : std::ldexp(1 + fraction, static_cast<int>(e) - bias);
            if (value > 0)
                positive.push_back(value);
        }
    return mirrored(std::move(positive));
}

std::vector<float> scalingLawFloatLevels(unsigned bits, unsigned exponent)
{
    const unsigned mantissa = bits - 1 - exponent, fractions = 1u << mantissa;
    const int bias = (1 << (exponent - 1)) + 1;
    std::vector<double> positive;
    for (unsigned e = 0; e < 1u << exponent; ++e)
        for (unsigned f = 0; f < fractions; ++f) {
            const double fraction = static_cast<double>(f) / fractions;
            const double value = e == 0 ? std::ldexp(fraction, -bias)
                                        : std::ldexp(1 + fraction, bias - (static_cast<int>(e) - 1));
            if (value > 0)
                positive.push_back(value);
        }
    return mirrored(std::move(positive));
}

std::vector<float> dynamicLevels(unsigned bits)
{
    std::vector<float> levels{0.0f, 1.0f};
    double decade = 1;
    for (unsigned zeros = 0; zeros + 2 <= bits; ++zeros, decade /= 10) {
        const unsigned items = 1u << (bits - 2 - zeros);
        for (unsigned i = 0; i < items; ++i) {
            // The middle of part i of 0.1 .. 1.
            const double value = decade * (0.1 + 0.9 * (i + 0.5) / items);
            levels.push_back(static_cast<float>(value));
            levels.push_back(static_cast<float>(-value));
        }
    }
    std::sort(levels.begin(), levels.end());
    return levels;
}

double normalQuantile(double p)
{
    // Bisection on erfc: slow, exact to the last places, and called some hundred times in a program's life.
    double low = -40, high = 40;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
    }
    return (low + high) / 2;
}

std::vector<float> normalQuantileLevels(unsigned bits)
{
    const unsigned count = (1u << bits) - 1;
    std::vector<double> positive;
    for (unsigned i = count / 2 + 1; i < count; ++i)
        positive.push_back(normalQuantile((2.0 * i + 1) / (2.0 * count)));
    return mirrored(std::move(positive));
}

std::vector<float> shiftLevels(unsigned bits)
{
    std::vector<float> levels;
    for (unsigned s = 0; s < 1u << (bits - 1); ++s) {
        levels.push_back(std::ldexp(1.0f, static_cast<int>(s)));
        levels.push_back(-levels.back());
    }
    std::sort(levels.begin(), levels.end());
    return levels;
}

LevelTable twoPowerTable()
{
    // Residual codes: 0 the zero, 1 no residual, 2..4 +1/4 +1/8 +1/16, 5..7 -1/4 -1/8 -1/16.
    constexpr double factors[] = {0, 1, 1.25, 1.125, 1.0625, 0.75, 0.875, 0.9375};
    std::vector<std::pair<float, unsigned>> entries{{0.0f, 0u}};
    for (unsigned octave = 0; octave < 16; ++octave)
        for (unsigned residual = 1; residual < 8; ++residual)
            for (const unsigned sign : {0u, 1u}) {
                const double value = std::ldexp(factors[residual], static_cast<int>(octave) - 15);
                entries.emplace_back(
                    static_cast<float>(sign ? -value : value), sign << 7 | octave << 3 | residual);
            }
    std::sort(entries.begin(), entries.end());
    std::vector<float> levels;
    std::vector<unsigned> fields;
    for (const auto& [level, field] : entries) {
        levels.push_back(level);
        fields.push_back(field);
    }
    return LevelTable(std::move(levels), 8, std::move(fields));
}

float roundToTwoPowers(float value)
{
    if (value == 0 || !std::isfinite(value))
        return 0;
    const double magnitude = std::fabs(static_cast<double>(value));
    const int leading = static_cast<int>(std::lround(std::log2(magnitude)));
    double result = std::ldexp(1.0, leading);
    const double rest = magnitude - result;
    if (rest != 0) {
        const int second = static_cast<int>(std::lround(std::log2(std::fabs(rest))));
        if (leading - second <= 4)
            result += std::copysign(std::ldexp(1.0, second), rest);
    }
    return static_cast<float>(value < 0 ? -result : result);
}

} // namespace tritloom
