#include "core/tensor/exp_golomb.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tritloom {
namespace expGolomb {
namespace {

std::uint64_t folded(std::int64_t value)
{
    return value > 0 ? 2 * static_cast<std::uint64_t>(value) - 1 : 2 * static_cast<std::uint64_t>(-value);
}

std::int64_t unfolded(std::uint64_t code)
{
    const auto half = static_cast<std::int64_t>((code + 1) / 2);
    return code % 2 != 0 ? half : -half;
}

} // namespace

std::size_t bits(std::int64_t value, unsigned order)
{
    const std::uint64_t shifted = folded(value) + (std::uint64_t{1} << order);
    const auto width = static_cast<std::size_t>(std::bit_width(shifted));
    return width + (width - order - 1);
}

std::vector<std::byte> encode(std::span<const std::int32_t> values, unsigned order)
{
    std::vector<std::byte> bytes;
    std::size_t position = 0;
    const auto put = [&](std::uint64_t value, std::size_t width) {
        for (std::size_t b = width; b-- > 0; ++position) {
            if (position % 8 == 0)
                bytes.push_back(std::byte{0});
            if ((value >> b & 1) != 0)
                bytes.back() |= static_cast<std::byte>(0x80u >> position % 8);
        }
    };
    for (const std::int32_t value : values) {
        const std::uint64_t shifted = folded(value) + (std::uint64_t{1} << order);
        const auto width = static_cast<std::size_t>(std::bit_width(shifted));
        put(0, width - order - 1);
        put(shifted, width);
    }
    return bytes;
}

Result<std::vector<std::int32_t>> decode(std::span<const std::byte> bytes, std::size_t count, unsigned order)
{
    std::vector<std::int32_t> values;
    std::size_t position = 0;
    const auto ends = [&] {
        return fail(
            ErrorCode::InvalidInput, "an Exp-Golomb stream of {} bytes ends in number {} of {}", bytes.size(),
            values.size(), count);
    };
    while (values.size() < count) {
        const auto next = [&]() -> int {
            if (position >= bytes.size() * 8)
                return -1;
            const int bit = (std::to_integer<int>(bytes[position / 8]) >> (7 - position % 8)) & 1;
            ++position;
            return bit;
        };
        std::size_t zeros = 0;
        int bit = next();
        for (; bit == 0; bit = next())
            if (++zeros > 40)
                return fail(
                    ErrorCode::InvalidInput, "number {} of an Exp-Golomb stream is too large", values.size());
        if (bit < 0)
            return ends();
        std::uint64_t shifted = 1;
        for (std::size_t b = 0; b < zeros + order; ++b) {
            bit = next();
            if (bit < 0)
                return ends();
            shifted = shifted << 1 | static_cast<std::uint64_t>(bit);
        }
        const std::int64_t value = unfolded(shifted - (std::uint64_t{1} << order));
        if (value > INT32_MAX || value < INT32_MIN)
            return fail(
                ErrorCode::InvalidInput, "number {} of an Exp-Golomb stream is too large", values.size());
        values.push_back(static_cast<std::int32_t>(value));
    }
    return values;
}

} // namespace expGolomb

CodeLength codeLengthOf(const std::map<std::int64_t, std::uint64_t>& counts)
{
    double total = 0;
    for (const auto& [value, count] : counts)
        total += static_cast<double>(count);
    CodeLength result;
    if (total == 0)
        return result;
    for (const auto& [value, count] : counts)
        if (count > 0)
            result.entropyBits -=
                static_cast<double>(count) / total * std::log2(static_cast<double>(count) / total);
    for (unsigned order = 0; order < 24; ++order) {
        double bits = 0;
        for (const auto& [value, count] : counts)
            bits += static_cast<double>(count) * static_cast<double>(expGolomb::bits(value, order));
        if (order == 0 || bits / total < result.codeBits) {
            result.codeBits = bits / total;
            result.order = order;
        }
    }
    return result;
}

Result<CodeLength> codeLengthOf(const Tensor& tensor, int binaryPlaces, const std::stop_token& stop)
{
    constexpr double farthest = 1 << 30;
    const std::size_t rows = tensor.type().rows(), columns = tensor.type().columns();
    std::vector<float> values(columns);
    std::vector<std::uint64_t> near(65536); // most levels, by folded number
    std::map<std::int64_t, std::uint64_t> counts;
    for (std::size_t r = 0; r < rows; ++r) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", r, rows);
        tensor.decodeRows(r, values);
        for (const float value : values) {
            const double scaled = std::isfinite(value) ? std::ldexp(double(value), binaryPlaces) : 0;
            const auto level =
                static_cast<std::int64_t>(std::nearbyint(std::clamp(scaled, -farthest, farthest)));
            const std::uint64_t code = expGolomb::folded(level);
            if (code < near.size())
                ++near[code];
            else
                ++counts[level];
        }
    }
    for (std::uint64_t code = 0; code < near.size(); ++code)
        if (near[code] > 0)
            counts[expGolomb::unfolded(code)] = near[code];
    return codeLengthOf(counts);
}

} // namespace tritloom
