#include "plugins/low_bit_fp/low_bit_fp.h"

#include "core/method/block_writer.h"
#include "core/method/clip_search.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

std::vector<float> levelsAt(const NumberFormat& format, float largest)
{
    std::vector<float> values(format.blockElements()), levels(format.levelCount());
    values.back() = largest;
    std::vector<std::byte> packed(format.blockBytes());
    format.encode(values, packed);
    format.levels(packed, 0, levels);
    return levels;
}

} // namespace

double largestFloat(int exponent, int mantissa, double bias)
{
    return (2 - std::exp2(-mantissa)) * std::exp2(std::exp2(exponent) - 1 - bias);
}

double biasFor(int exponent, int mantissa, double largest)
{
    return std::exp2(exponent) - std::log2(largest) + std::log2(2 - std::exp2(-mantissa)) - 1;
}

double roundToFloat(double x, int exponent, int mantissa, double bias)
{
    const double top = largestFloat(exponent, mantissa, bias), clipped = std::clamp(x, -top, top);
    // The exponent field of x: by scaling and ilogb, as log2 is off by one just below powers of two.
    const double scaled = std::fabs(clipped) * std::exp2(bias);
    const int field = scaled > 0 ? std::max(std::ilogb(scaled), 1) : 1;
    const double step = std::exp2(double(field - mantissa) - bias);
    return step * std::nearbyint(clipped / step);
}

bool LowBitFloat::supports(const NumberFormat& format) const
{
    if (format.levelCount() < 2 || format.levelRun() != format.blockElements() || !format.isWritable())
        return false;
    const std::vector<float> one = levelsAt(format, 1), less = levelsAt(format, 0.7f);
    const float top = std::max(one.back(), -one.front());
    for (std::size_t i = 0; i < one.size(); ++i)
        if (std::fabs(less[i] - 0.7f * one[i]) > 2e-3f * top || (i > 0 && !(one[i] > one[i - 1])))
            return false;
    return one.front() < 0 && one.back() > 0;
}

Result<CompressedLayer> LowBitFloat::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters&,
    const MethodContext& context) const
{
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported, "{} has no single scale a block to search: take one like fp4e2g64",
            format->id());
    const std::vector<float> unit = levelsAt(*format, 1);
    const float top = std::max(unit.back(), -unit.front());
    return packBlocks(
        layer.weights, format, {}, context,
        [&](std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) {
            format->fit(values, importance, packed);
            const LevelClip clip = bestLevelClip(values, unit);
            std::vector<float> range(values.size()), levels(unit.size());
            // The encoder maps its extreme onto the level that `unit` has there.
            range.back() = clip.largest / top;
            std::vector<std::byte> found(packed.size());
            format->encode(range, found);
            format->levels(found, 0, levels);
            for (std::size_t i = 0; i < values.size(); ++i)
                format->setLevel(found, i, nearestLevel(levels, values[i]));
            if (packedError(*format, values, importance, found)
                < packedError(*format, values, importance, packed))
                std::ranges::copy(found, packed.begin());
        });
}

} // namespace tritloom
