#include "plugins/deepshape/deepshape.h"

#include "core/method/row_packer.h"
#include "plugins/deepshape/reshape.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::int64_t farthest = 1 << 20; ///< levels beyond this are never counted

std::int64_t levelOf(float value, double perUnit)
{
    return std::isfinite(value) ? static_cast<std::int64_t>(
               std::nearbyint(std::clamp(value * perUnit, -double(farthest), double(farthest))))
                                : 0;
}

/// At 13 places a deviation of 0.0043 is 35 levels, as in the brief's simulation. Wider matrices would have
/// so few weights at each level that the reshaping ends at the first: they get as many levels to a deviation.
double placesFor(const Tensor& weights, const std::stop_token& stop)
{
    constexpr double usualPlaces = 13, usualDeviation = .0043;
    const std::size_t rows = weights.type().rows(), columns = weights.type().columns();
    std::vector<float> values(columns);
    double squares = 0;
    for (std::size_t r = 0; r < rows && !stop.stop_requested(); ++r) {
        weights.decodeRows(r, values);
        for (const float value : values)
            squares += std::isfinite(value) ? double(value) * double(value) : 0;
    }
    const double deviation = std::sqrt(squares / double(std::max<std::size_t>(rows * columns, 1)));
    return deviation > 0
        ? std::clamp(std::round(usualPlaces + std::log2(usualDeviation / deviation)), 1.0, 20.0)
        : usualPlaces;
}

/// How often each level occurs, by its magnitude and sign; [2 farthest + 1] would be too much for most.
struct Histogram {
    std::vector<std::uint64_t> positive, negative; ///< by magnitude; level 0 in positive

    void add(std::int64_t level)
    {
        auto& side = level < 0 ? negative : positive;
        const auto magnitude = static_cast<std::size_t>(std::abs(level));
        if (side.size() <= magnitude)
            side.resize(magnitude + 1);
        ++side[magnitude];
    }
    std::uint64_t at(std::int64_t level) const
    {
        const auto& side = level < 0 ? negative : positive;
        const auto magnitude = static_cast<std::size_t>(std::abs(level));
        return magnitude < side.size() ? side[magnitude] : 0;
    }
};

} // namespace

std::vector<ParameterSpec> DeepShape::parameters() const
{
    return {
        {.key = "shape",
         .title = "Factor of the shape",
         .unit = "",
         .standard = 0.8,
         .lowest = 0.3,
         .highest = 1,
         .whole = false},
        {.key = "scale",
         .title = "Factor of the scale",
         .unit = "",
         .standard = 0.6,
         .lowest = 0.1,
         .highest = 1,
         .whole = false},
        {.key = "rare",
         .title = "Weights a level that end the reshaping",
         .unit = "per million",
         .standard = 1000,
         .lowest = 1,
         .highest = 100000,
         .whole = true},
        {.key = "bits",
         .title = "Binary places of a level, 0: by the spread of each matrix",
         .unit = "",
         .standard = 0,
         .lowest = 0,
         .highest = 20,
         .whole = true}};
}

Result<CompressedLayer> DeepShape::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const double shapeFactor = TRY(parameterValue(parameters(), given, "shape")),
                 scaleFactor = TRY(parameterValue(parameters(), given, "scale")),
                 rare = TRY(parameterValue(parameters(), given, "rare"));
    const double places = TRY(parameterValue(parameters(), given, "bits"));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} can be read, not written", format->id());
    const double perUnit = std::exp2(places > 0 ? places : placesFor(layer.weights, context.stop));
    const std::size_t rows = layer.weights.type().rows(), columns = layer.weights.type().columns();
    Histogram histogram;
    std::vector<float> values(columns);
    for (std::size_t r = 0; r < rows; ++r) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", r, rows);
        layer.weights.decodeRows(r, values);
        for (const float value : values)
            histogram.add(levelOf(value, perUnit));
    }
    // The smallest positive level that few weights are at ends what is reshaped.
    const double few = std::max(1.0, rare * 1e-6 * static_cast<double>(rows * columns));
    std::int64_t most = 1;
    while (most < std::int64_t(histogram.positive.size()) && double(histogram.at(most)) > few)
        ++most;
    std::uint64_t total = 0;
    std::vector<std::uint64_t> counts(std::size_t(2 * most + 1));
    for (std::int64_t level = -most; level <= most; ++level) {
        counts[std::size_t(level + most)] = histogram.at(level);
        total += histogram.at(level);
    }
    // Fitted to all weights: without the tails every shape looks like a Gaussian's.
    double absolute = 0, square = 0;
    for (const auto* const side : {&histogram.positive, &histogram.negative})
        for (std::size_t magnitude = 1; magnitude < side->size(); ++magnitude) {
            absolute += double((*side)[magnitude]) * double(magnitude);
            square += double((*side)[magnitude]) * double(magnitude) * double(magnitude);
        }
    const double all = double(rows * columns);
    std::vector<std::vector<Move>> moves(counts.size());
    if (total > 0 && square > 0) {
        GeneralisedGaussian target = fitMoments(absolute / all, square / all);
        target.shape *= shapeFactor;
        target.scale *= scaleFactor;
        moves = monotoneMoves(counts, targetCounts(target, most, total));
    }
    // Weights of one level are handed to its targets in row order, so that the result does not depend on
    // threads.
    std::vector<float> reshaped(rows * columns);
    std::vector<std::size_t> at(moves.size());
    for (std::size_t r = 0; r < rows; ++r) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", r, rows);
        layer.weights.decodeRows(r, values);
        for (std::size_t c = 0; c < columns; ++c) {
            const std::int64_t level = levelOf(values[c], perUnit);
            float& out = reshaped[r * columns + c];
            out = std::isfinite(values[c]) ? values[c] : 0.0f;
            if (std::abs(level) > most)
                continue;
            const auto from = std::size_t(level + most);
            std::vector<Move>& list = moves[from];
            while (at[from] < list.size() && list[at[from]].count == 0)
                ++at[from];
            if (at[from] < list.size()) {
                --list[at[from]].count;
                out = static_cast<float>(double(list[at[from]].to) / perUnit);
            }
        }
    }
    return packRows(
        Tensor::adoptFloats({rows, columns}, std::move(reshaped)), format, context,
        [&](std::size_t, std::span<const float> row, std::span<std::byte> packed) {
            fitRow(*format, row, {}, packed, context.stop);
        });
}

} // namespace tritloom
