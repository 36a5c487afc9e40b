#include "plugins/integer_functions/integer_tables.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr double highest = 127;

/// The smallest power of two with which no magnitude is above the highest code.
int shiftFor(double largest)
{
    return largest > 0 ? int(std::ceil(std::log2(largest / highest))) : 0;
}

std::int8_t codeOf(double value, int shift)
{
    return std::int8_t(std::clamp(std::nearbyint(std::ldexp(value, -shift)), -highest - 1, highest));
}

} // namespace

ShiftedCodes shiftedCodes(std::span<const float> values)
{
    double largest = 0;
    for (const float value : values)
        if (std::isfinite(value))
            largest = std::max(largest, std::abs(double(value)));
    ShiftedCodes result{{}, shiftFor(largest)};
    result.codes.reserve(values.size());
    for (const float value : values)
        result.codes.push_back(std::isnan(value) ? std::int8_t(0) : codeOf(double(value), result.shift));
    return result;
}

double FunctionTable::at(std::int8_t code) const
{
    return std::ldexp(double(codes[std::size_t(code + 128)]), shift);
}

FunctionTable tableOf(const std::function<double(double)>& function, int shift)
{
    std::array<double, 256> values;
    double largest = 0;
    for (int code = -128; code <= 127; ++code) {
        const double value = function(std::ldexp(double(code), shift));
        values[std::size_t(code + 128)] = value;
        largest = std::max(largest, std::abs(value));
    }
    FunctionTable table;
    table.shift = shiftFor(largest);
    std::ranges::transform(
        values, table.codes.begin(), [&](double value) { return codeOf(value, table.shift); });
    return table;
}

std::vector<std::uint8_t> integerSoftmax(std::span<const std::int8_t> codes, int shift)
{
    std::array<std::uint32_t, 256> exponentials;
    for (std::size_t below = 0; below < exponentials.size(); ++below)
        exponentials[below] =
            std::uint32_t(std::nearbyint(65535 * std::exp(-std::ldexp(double(below), shift))));
    std::vector<std::uint8_t> result(codes.size());
    if (codes.empty())
        return result;
    const int largest = *std::ranges::max_element(codes);
    std::uint64_t sum = 0;
    for (const std::int8_t code : codes)
        sum += exponentials[std::size_t(largest - code)];
    for (std::size_t i = 0; i < codes.size(); ++i)
        result[i] = std::uint8_t(std::min<std::uint64_t>(
            255, (std::uint64_t{256} * exponentials[std::size_t(largest - codes[i])] + sum / 2) / sum));
    return result;
}

int halfOctaveCode(double probability, int bits)
{
    const int last = (1 << bits) - 1;
    return probability > 0 ? int(std::clamp(std::nearbyint(-2 * std::log2(probability)), 0.0, double(last)))
                           : last;
}

double halfOctaveValue(int code)
{
    return std::exp2(-double(code) / 2);
}

} // namespace tritloom
