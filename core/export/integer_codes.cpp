#include "core/export/integer_codes.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tritloom {
namespace {

/// Levels at even distances: level i is scale * (i - zero).
struct Grid {
    float scale = 1, zero = 0;
};

std::optional<Grid> gridOf(std::vector<float> levels)
{
    std::ranges::sort(levels);
    const double low = levels.front(), high = levels.back(), steps = double(levels.size() - 1);
    if (!std::isfinite(low) || !std::isfinite(high))
        return std::nullopt;
    if (low == high) // of a block of zeros
        return low == 0 ? std::optional(Grid{1, float(levels.size() / 2)}) : std::nullopt;
    const double scale = (high - low) / steps;
    for (std::size_t i = 0; i < levels.size(); ++i)
        if (std::abs(double(levels[i]) - (low + scale * double(i))) > 1e-4 * scale)
            return std::nullopt;
    return Grid{float(scale), float(-low / scale)};
}

} // namespace

std::optional<IntegerCodes> integerCodes(const Tensor& layer)
{
    const NumberFormat& format = *layer.type().format;
    const std::size_t levels = format.levelCount(), columns = layer.type().columns(),
                      rows = layer.type().rows();
    if (levels < 2 || levels > 256 || columns == 0)
        return std::nullopt;
    IntegerCodes result{.rows = rows, .columns = columns, .block = std::min(format.levelRun(), columns)};
    result.bits = std::bit_width(levels - 1);
    result.codes.reserve(rows * columns);
    const std::size_t stored = format.blockElements();
    std::vector<float> values(columns), table(levels);
    for (std::size_t r = 0; r < rows; ++r) {
        layer.decodeRows(r, values);
        for (std::size_t begin = 0; begin < columns; begin += result.block) {
            const auto packed =
                layer.row(r).subspan(begin / stored * format.blockBytes(), format.blockBytes());
            format.levels(packed, begin % stored, table);
            const auto grid = gridOf(table);
            if (!grid)
                return std::nullopt;
            result.scales.push_back(grid->scale);
            result.zeros.push_back(grid->zero);
            for (std::size_t c = begin; c < std::min(begin + result.block, columns); ++c) {
                const float code = std::nearbyint(values[c] / grid->scale + grid->zero);
                if (!(code >= 0 && code < float(levels)))
                    return std::nullopt;
                result.codes.push_back(std::uint8_t(code));
            }
        }
    }
    return result;
}

std::optional<StoredCodes> storedAs(const IntegerCodes& codes, int bits)
{
    const int most = (1 << bits) - 1, least = -(1 << (bits - 1));
    const auto zeroOf = [&](std::size_t r, std::size_t c) {
        return codes.zeros[r * codes.blocks() + c / codes.block];
    };
    StoredCodes result{.isSigned = true};
    for (const float zero : codes.zeros)
        if (std::abs(zero - std::nearbyint(zero)) > 2e-4f)
            return std::nullopt;
    result.codes.resize(codes.codes.size());
    for (std::size_t i = 0; i < codes.codes.size() && result.isSigned; ++i) {
        const int code = codes.codes[i] - int(std::lround(zeroOf(i / codes.columns, i % codes.columns)));
        result.isSigned = code >= least && code < -least;
        result.codes[i] = std::int16_t(code);
    }
    if (result.isSigned)
        return result;
    for (std::size_t i = 0; i < codes.codes.size(); ++i) {
        if (codes.codes[i] > most)
            return std::nullopt;
        result.codes[i] = codes.codes[i];
    }
    for (const float zero : codes.zeros) {
        if (!(zero > -0.5f && zero < float(most) + 0.5f))
            return std::nullopt;
        result.zeros.push_back(std::int16_t(std::lround(zero)));
    }
    return result;
}

} // namespace tritloom
