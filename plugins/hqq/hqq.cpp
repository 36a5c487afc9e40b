#include "plugins/hqq/hqq.h"

#include "core/format/block_format.h"
#include "core/method/block_grid.h"
#include "core/method/row_packer.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

double measure(std::span<const float> values, std::span<const float> decoded, double p)
{
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        sum += std::pow(std::fabs(values[i] - decoded[i]), static_cast<float>(p));
    return sum;
}

} // namespace

HalfQuadraticGrid
halfQuadraticGrid(std::span<const float> values, int top, double p, double beta, int iterations)
{
    const Range range = rangeOf(values);
    const float width = range.highest - range.lowest;
    const float scale = width <= 1e-4f ? 1.0f : std::min(static_cast<float>(top) / width, 2e4f);
    float zero = -range.lowest * scale, bestZero = zero;
    const auto count = static_cast<double>(values.size());
    HalfQuadraticGrid grid;
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= iterations; ++i, beta *= 1.01) {
        double distance = 0, next = 0;
        for (const float value : values) {
            const float code =
                std::clamp(std::nearbyint(value * scale + zero), 0.0f, static_cast<float>(top));
            const float error = value - (code - zero) / scale;
            const float magnitude = std::fabs(error);
            distance += magnitude;
            // The shrinkage operator of the l_p norm: small errors vanish, large ones are taken out of the
            // fit.
            const float kept = magnitude > 0
                ? std::max(
                    0.0f,
                    magnitude - std::pow(magnitude, static_cast<float>(p - 1)) / static_cast<float>(beta))
                : 0.0f;
            next += code - (value - std::copysign(kept, error)) * scale;
        }
        distance /= count;
        if (i == 0)
            grid.before = distance;
        if (!(distance < least))
            break;
        least = distance;
        bestZero = zero;
        zero = static_cast<float>(next / count);
    }
    grid.after = least;
    grid.step = 1 / scale;
    grid.first = -bestZero / scale;
    return grid;
}

std::vector<ParameterSpec> HalfQuadratic::parameters() const
{
    return {
        {.key = "norm",
         .title = "Exponent of the norm",
         .unit = "",
         .standard = 0.7,
         .lowest = 0.1,
         .highest = 1,
         .whole = false},
        {.key = "beta",
         .title = "Weight of the quadratic part",
         .unit = "",
         .standard = 10,
         .lowest = 0.1,
         .highest = 1e6,
         .whole = false},
        {.key = "iterations",
         .title = "Iterations",
         .unit = "at most",
         .standard = 20,
         .lowest = 0,
         .highest = 200,
         .whole = true}};
}

bool HalfQuadratic::supports(const NumberFormat& format) const
{
    return BlockGrid(format).freedom() == BlockGrid::Freedom::Line;
}

Result<CompressedLayer> HalfQuadratic::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const double p = TRY(parameterValue(parameters(), given, "norm")),
                 beta = TRY(parameterValue(parameters(), given, "beta"));
    const int iterations = static_cast<int>(TRY(parameterValue(parameters(), given, "iterations")));
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported, "{} has no zero point to choose: take one like int4g64a", format->id());
    const BlockGrid grid(*format);
    const std::size_t block = format->blockElements(), bytes = format->blockBytes();
    const int top = static_cast<int>(format->levelCount()) - 1;
    return packRows(
        layer.weights, format, context,
        [&](std::size_t, std::span<const float> row, std::span<std::byte> packed) {
            std::vector<float> values(block), decoded(block), ones(block, 1.0f), levels(format->levelCount());
            std::vector<std::byte> found(bytes);
            for (std::size_t begin = 0; begin < row.size(); begin += block) {
                if (context.stop.stop_requested())
                    return;
                const std::size_t count = std::min(block, row.size() - begin);
                // What pads a short block must not count: it repeats a weight.
                for (std::size_t i = 0; i < block; ++i) {
                    const float value = row[begin + std::min(i, count - 1)];
                    values[i] = std::isfinite(value) ? value : 0.0f;
                }
                const auto out = packed.subspan(begin / block * bytes, bytes);
                format->fit(values, ones, out);
                format->decode(out, decoded);
                const double fitted = measure(values, decoded, p);
                const HalfQuadraticGrid line =
                    halfQuadraticGrid(std::span(values).first(count), top, p, beta, iterations);
                grid.set(found, line.first, line.step);
                format->levels(found, 0, levels);
                const float factor = inverse(commonStep(levels));
                for (std::size_t i = 0; i < block; ++i)
                    format->setLevel(
                        found, i,
                        static_cast<std::size_t>(std::clamp(
                            std::nearbyint((values[i] - levels[0]) * factor), 0.0f,
                            static_cast<float>(top))));
                format->decode(found, decoded);
                if (measure(values, decoded, p) < fitted)
                    std::copy(found.begin(), found.end(), out.begin());
            }
        });
}

} // namespace tritloom
