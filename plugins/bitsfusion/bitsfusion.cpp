#include "plugins/bitsfusion/bitsfusion.h"

#include "core/method/block_grid.h"
#include "core/method/block_writer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

double meanError(std::span<const float> values, const AlternatingFit& fit)
{
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double off = double(values[i]) - fit.scale * fit.codes[i];
        sum += off * off;
    }
    return sum / double(std::max<std::size_t>(values.size(), 1));
}

std::vector<int> nearestCodes(std::span<const float> values, double scale, int lowest, int highest)
{
    std::vector<int> codes(values.size());
    for (std::size_t i = 0; i < values.size() && scale > 0; ++i)
        codes[i] =
            int(std::clamp(std::nearbyint(double(values[i]) / scale), double(lowest), double(highest)));
    return codes;
}

/// The codes that the levels of a format stand for: steps from 0.
struct Codes {
    int lowest = 0, highest = 0;
};
Codes codesOf(const NumberFormat& format)
{
    std::vector<float> values(format.blockElements()), levels(format.levelCount());
    values.back() = 1;
    std::vector<std::byte> packed(format.blockBytes());
    format.encode(values, packed);
    format.levels(packed, 0, levels);
    const float step = commonStep(levels);
    if (step == 0)
        return {};
    const int first = int(std::lround(levels.front() / step));
    return {first, first + int(levels.size()) - 1};
}

} // namespace

AlternatingFit alternatingFit(std::span<const float> values, int lowest, int highest, int iterations)
{
    double largest = 0;
    for (const float value : values)
        largest = std::max(largest, std::fabs(double(value)));
    AlternatingFit fit{largest / std::max(highest, -lowest), {}, {}};
    fit.codes = nearestCodes(values, fit.scale, lowest, highest);
    fit.errors.push_back(meanError(values, fit));
    for (int i = 0; i < iterations; ++i) {
        double product = 0, square = 0;
        for (std::size_t k = 0; k < values.size(); ++k) {
            product += double(values[k]) * fit.codes[k];
            square += double(fit.codes[k]) * fit.codes[k];
        }
        if (square > 0 && product > 0)
            fit.scale = product / square;
        fit.errors.push_back(meanError(values, fit));
        std::vector<int> codes = nearestCodes(values, fit.scale, lowest, highest);
        if (codes == fit.codes)
            break;
        fit.codes = std::move(codes);
        fit.errors.push_back(meanError(values, fit));
    }
    return fit;
}

std::vector<ParameterSpec> BitsFusion::parameters() const
{
    return {
        {.key = "iterations",
         .title = "Iterations",
         .unit = "at most",
         .standard = 10,
         .lowest = 0,
         .highest = 200,
         .whole = true}};
}

bool BitsFusion::supports(const NumberFormat& format) const
{
    if (BlockGrid(format).freedom() != BlockGrid::Freedom::Scale)
        return false;
    const Codes codes = codesOf(format);
    return codes.lowest < 0 && codes.highest > 0;
}

Result<CompressedLayer> BitsFusion::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const int iterations = int(TRY(parameterValue(parameters(), given, "iterations")));
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported, "{} has no even steps around 0: take one like balanced3row",
            format->id());
    const BlockGrid grid(*format);
    const Codes codes = codesOf(*format);
    return packBlocks(
        layer.weights, format, {}, context,
        [&](std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) {
            format->fit(values, importance, packed);
            const AlternatingFit fit = alternatingFit(values, codes.lowest, codes.highest, iterations);
            std::vector<std::byte> found(packed.size());
            grid.set(found, 0, float(fit.scale));
            for (std::size_t i = 0; i < values.size(); ++i)
                format->setLevel(found, i, std::size_t(fit.codes[i] - codes.lowest));
            if (packedError(*format, values, importance, found)
                < packedError(*format, values, importance, packed))
                std::ranges::copy(found, packed.begin());
        });
}

} // namespace tritloom
