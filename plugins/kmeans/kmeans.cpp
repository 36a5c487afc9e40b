#include "plugins/kmeans/kmeans.h"

#include "core/format/own_codebook_format.h"
#include "core/method/block_writer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::size_t bins = 4096; ///< of -1 to 1: far finer than 127ths

/// How loud the weights of each bin are, each over the largest of its group.
Result<WeightedValues> binned(
    const Tensor& weights, std::size_t group, std::span<const float> loudness, const MethodContext& context)
{
    const std::size_t rows = weights.type().rows(), columns = weights.type().columns();
    std::vector<double> counts(bins, 0), sums(bins, 0);
    std::vector<float> row(columns);
    for (std::size_t r = 0; r < rows; ++r) {
        if (r % 16 == 0 && context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", r, rows);
        weights.decodeRows(r, row);
        for (std::size_t begin = 0; begin < columns; begin += group) {
            const std::size_t end = std::min(begin + group, columns);
            double largest = 0;
            for (std::size_t c = begin; c < end; ++c)
                largest = std::max(largest, std::isfinite(row[c]) ? std::fabs(double(row[c])) : 0);
            for (std::size_t c = begin; c < end && largest > 0; ++c) {
                if (!std::isfinite(row[c]))
                    continue;
                const double place = double(row[c]) / largest,
                             weight = largest * largest * (loudness.empty() ? 1 : double(loudness[c]));
                const auto bin = std::min(bins - 1, std::size_t((place + 1) / 2 * double(bins)));
                counts[bin] += weight;
                sums[bin] += weight * place;
            }
        }
    }
    WeightedValues found;
    for (std::size_t b = 0; b < bins; ++b)
        if (counts[b] > 0) {
            found.values.push_back(sums[b] / counts[b]);
            found.weights.push_back(counts[b]);
        }
    return found;
}

/// Where each of `count` equal shares of the weight has its middle.
std::vector<double> evenShares(const WeightedValues& given, std::size_t count)
{
    double all = 0;
    for (const double weight : given.weights)
        all += weight;
    std::vector<double> centres;
    double before = 0;
    for (std::size_t i = 0; i < given.values.size(); ++i) {
        before += given.weights[i];
        while (centres.size() < count && before >= (double(centres.size()) + 0.5) / double(count) * all)
            centres.push_back(given.values[i]);
    }
    return centres;
}

} // namespace

Clusters lloyd(const WeightedValues& given, std::vector<double> centres, std::size_t steps)
{
    const auto pinned = std::size_t(std::ranges::find(centres, 0.0) - centres.begin());
    Clusters result{std::move(centres), {}};
    for (std::size_t step = 0; step < steps && !result.centres.empty(); ++step) {
        const std::size_t count = result.centres.size();
        std::vector<double> weights(count, 0), sums(count, 0);
        double distortion = 0;
        std::size_t nearest = 0;
        for (std::size_t i = 0; i < given.values.size(); ++i) {
            const double value = given.values[i];
            while (nearest + 1 < count
                   && std::fabs(result.centres[nearest + 1] - value)
                       < std::fabs(result.centres[nearest] - value))
                ++nearest;
            weights[nearest] += given.weights[i];
            sums[nearest] += given.weights[i] * value;
            distortion += given.weights[i] * std::pow(value - result.centres[nearest], 2);
        }
        result.distortions.push_back(distortion);
        bool moved = false;
        for (std::size_t k = 0; k < count; ++k) {
            const bool stays = weights[k] <= 0 || k == pinned;
            const double next = stays ? result.centres[k] : sums[k] / weights[k];
            moved = moved || std::fabs(next - result.centres[k]) > 1e-9;
            result.centres[k] = next;
        }
        if (!moved)
            break;
    }
    return result;
}

std::vector<ParameterSpec> KMeans::parameters() const
{
    return {
        {.key = "steps",
         .title = "Steps of Lloyd's algorithm at most",
         .unit = "",
         .standard = 200,
         .lowest = 1,
         .highest = 10000,
         .whole = true},
        switchParameter("loudness", "By the loudness of inputs", true),
        switchParameter("clip", "Try smaller ranges", true)};
}

bool KMeans::supports(const NumberFormat& format) const
{
    return ownCodebook::shapeOf(format).has_value();
}

Result<CompressedLayer> KMeans::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto specs = parameters();
    const auto steps = std::size_t(TRY(parameterValue(specs, given, "steps")));
    const bool byLoudness = TRY(parameterValue(specs, given, "loudness")) != 0,
               clip = TRY(parameterValue(specs, given, "clip")) != 0;
    const ownCodebook::Shape shape = TRY(ownCodebook::shapeOf(*format));
    const std::vector<float> loudness = byLoudness ? TRY(importanceOf(layer)) : std::vector<float>();
    const WeightedValues values = TRY(binned(layer.weights, shape.group, loudness, context));
    std::vector<double> begin = evenShares(values, std::size_t{1} << shape.bits);
    if (!begin.empty()) // codebooks have a 0, and the others find their places beside it
        *std::ranges::min_element(begin, {}, [](double centre) { return std::fabs(centre); }) = 0;
    std::ranges::sort(begin); // of equal ones another may have been nearest
    const Clusters clusters = lloyd(values, std::move(begin), steps);
    const ownCodebook::Levels levels = ownCodebook::levelsOf(clusters.centres, shape.bits);
    return packBlocks(
        layer.weights, format, loudness, context,
        [&](std::span<const float> block, std::span<const float> importance, std::span<std::byte> packed) {
            ownCodebook::store(shape, block, importance, levels, clip, packed);
        });
}

} // namespace tritloom
