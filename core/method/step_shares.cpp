#include "core/method/step_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

double meanSquaredDistance(const StepFeature& a, const StepFeature& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i)
        sum += std::pow(double(a.values[i]) - double(b.values[i]), 2);
    return sum / double(std::max<std::size_t>(a.values.size(), 1));
}

/// sum over positions of 1 - cosine over channels.
double turned(const StepFeature& a, const StepFeature& b)
{
    const std::size_t positions = a.values.size() / a.channels;
    double sum = 0;
    for (std::size_t p = 0; p < positions; ++p) {
        double product = 0, squareA = 0, squareB = 0;
        for (std::size_t c = 0; c < a.channels; ++c) {
            const double x = double(a.values[c * positions + p]), y = double(b.values[c * positions + p]);
            product += x * y;
            squareA += x * x;
            squareB += y * y;
        }
        sum += 1 - product / std::max(std::sqrt(squareA) * std::sqrt(squareB), 1e-12);
    }
    return sum;
}

/// To 0..1; all 0 where all are equal.
std::vector<double> spread(std::vector<double> values)
{
    const auto [low, high] = std::ranges::minmax_element(values);
    const double first = *low, width = *high - *low;
    for (double& value : values)
        value = width > 1e-12 * std::max(1.0, std::fabs(*high)) ? (value - first) / width : 0;
    return values;
}

std::vector<double> normalised(std::vector<double> values)
{
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    for (double& value : values)
        value = sum > 0 ? value / sum : 1.0 / double(values.size());
    return values;
}

/// The stage whose input has the fewest pixels: the middle of a U-Net.
Result<std::size_t> narrowestStage(ModelProbe& probe)
{
    std::size_t best = 0, fewest = SIZE_MAX;
    for (std::size_t stage = 1; stage < probe.graph()->stageCount; ++stage) {
        const auto value = probe.stageInput(stage, 0);
        if (!value && value.error().code == ErrorCode::InvalidInput)
            continue; // nothing but the inputs flows there
        if (!value)
            return tl::make_unexpected(value.error());
        const Shape& shape = value->type().shape;
        if (shape.size() == 4 && shape[1] > 1 && shape[2] * shape[3] < fewest && shape[2] * shape[3] > 1) {
            fewest = shape[2] * shape[3];
            best = stage;
        }
    }
    if (best == 0)
        return fail(ErrorCode::Unsupported, "no feature in the middle of the network was found");
    return best;
}

} // namespace

StepShares stepShares(std::span<const StepFeature> features, double radius, double lambda)
{
    const std::size_t steps = features.size();
    std::vector<std::vector<double>> distance(steps, std::vector<double>(steps));
    std::vector<double> pairs;
    StepShares result{std::vector<double>(steps), std::vector<double>(steps), {}};
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t j = 0; j < t; ++j) {
            distance[t][j] = distance[j][t] = meanSquaredDistance(features[t], features[j]);
            pairs.push_back(distance[t][j]);
            const double apart = turned(features[t], features[j]);
            result.diversity[t] += apart;
            result.diversity[j] += apart;
        }
    if (radius <= 0 && !pairs.empty()) {
        std::ranges::nth_element(pairs, pairs.begin() + std::ptrdiff_t(pairs.size() / 2));
        radius = pairs[pairs.size() / 2];
    }
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t j = 0; j < steps; ++j)
            result.density[t] += j != t && distance[t][j] <= radius ? 1 : 0;
    const std::vector<double> density = spread(result.density), diversity = spread(result.diversity);
    std::vector<double> weights(steps);
    for (std::size_t t = 0; t < steps; ++t)
        weights[t] = density[t] + lambda * diversity[t];
    result.shares = normalised(std::move(weights));
    return result;
}

std::vector<std::size_t> wholeCounts(std::span<const double> shares, std::size_t total)
{
    std::vector<std::size_t> counts;
    for (const double share : shares)
        counts.push_back(std::size_t(std::nearbyint(share * double(total))));
    std::size_t sum = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
    for (std::size_t i = 0; sum < total && !order.empty(); ++i, ++sum)
        ++counts[order[i % order.size()]];
    for (std::size_t i = counts.size(); sum > total; i = i == 0 ? counts.size() : i)
        if (counts[--i] > 0) {
            --counts[i];
            --sum;
        }
    return counts;
}

std::vector<double> normalShares(std::span<const double> times, double mean, double deviation)
{
    std::vector<double> weights;
    for (const double time : times)
        weights.push_back(std::exp(-0.5 * std::pow((time - mean) / deviation, 2)));
    return normalised(std::move(weights));
}

Result<StepFeatures> stepFeatures(ModelProbe& probe, const std::stop_token& stop)
{
    if (probe.graph() == nullptr || probe.chunkCount() == 0 || !probe.timeStep(0))
        return fail(
            ErrorCode::Unsupported, "steps can be chosen for networks that make pictures out of noise only");
    StepFeatures found;
    // The parts of the first picture: its steps, until the time goes up again.
    for (std::size_t i = 0; i < probe.chunkCount(); ++i) {
        const std::optional<double> time = probe.timeStep(i);
        if (!time || (!found.times.empty() && *time >= found.times.back()))
            break;
        found.times.push_back(*time);
    }
    found.stage = TRY(narrowestStage(probe));
    for (std::size_t i = 0; i < found.times.size(); ++i) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at step {} of {}", i, found.times.size());
        const Tensor value = TRY(probe.stageInput(found.stage, i));
        found.features.push_back({value.toFloats(), value.type().shape[1]});
    }
    return found;
}

} // namespace tritloom
