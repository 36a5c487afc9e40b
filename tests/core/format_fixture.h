#pragma once

#include "core/format/block_format.h"
#include "tests/support/numbers.h"

#include <string_view>
#include <vector>

namespace tritloom::fixture {

enum class Writer { Encode, Fit };

/// Written block by block and read back. values: whole blocks.
inline std::vector<float>
stored(const NumberFormat& format, std::span<const float> values, Writer writer = Writer::Encode)
{
    const std::size_t block = format.blockElements();
    std::vector<float> result(values.size());
    std::vector<std::byte> packed(format.blockBytes());
    const std::vector<float> ones(block, 1.0f);
    for (std::size_t begin = 0; begin + block <= values.size(); begin += block) {
        if (writer == Writer::Encode)
            format.encode(values.subspan(begin, block), packed);
        else
            format.fit(values.subspan(begin, block), ones, packed);
        format.decode(packed, std::span(result).subspan(begin, block));
    }
    return result;
}

/// sum (values - found)^2 / sum values^2
inline double relativeError(std::span<const float> values, std::span<const float> found)
{
    double error = 0, power = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double distance = static_cast<double>(values[i]) - found[i];
        error += distance * distance;
        power += static_cast<double>(values[i]) * values[i];
    }
    return error / power;
}

inline double
relativeError(std::string_view id, std::span<const float> values, Writer writer = Writer::Encode)
{
    return relativeError(values, stored(*parseNumberFormat(id).value(), values, writer));
}

/// How far `found` is from `expected`, as a share of it.
inline double deviation(double found, double expected)
{
    return std::fabs(found / expected - 1);
}

} // namespace tritloom::fixture
