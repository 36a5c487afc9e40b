#include "plugins/diffusion_calibration/diffusion_calibration.h"

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

std::vector<ParameterSpec> DiffusionCalibration::parameters() const
{
    return {
        {.key = "samples",
         .title = "Samples to distribute",
         .unit = "",
         .standard = 1024,
         .lowest = 1,
         .highest = 100000,
         .whole = true},
        {.key = "radius",
         .title = "Features within this distance are alike",
         .unit = "mean square; 0: the median",
         .standard = 0,
         .lowest = 0,
         .highest = 1e6},
        {.key = "lambda",
         .title = "Weight of diversity",
         .unit = "",
         .standard = 1.2,
         .lowest = 0,
         .highest = 1000},
        {.key = "mean",
         .title = "Centre of the normal draw",
         .unit = "of all time",
         .standard = 0.4,
         .lowest = 0,
         .highest = 1},
        {.key = "deviation",
         .title = "Width of the normal draw",
         .unit = "of all time",
         .standard = 0.4,
         .lowest = 0.01,
         .highest = 10}};
}

Result<Report>
DiffusionCalibration::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto total = std::size_t(TRY(parameterValue(specs, given, "samples")));
    const double radius = TRY(parameterValue(specs, given, "radius")),
                 lambda = TRY(parameterValue(specs, given, "lambda")),
                 mean = TRY(parameterValue(specs, given, "mean")),
                 deviation = TRY(parameterValue(specs, given, "deviation"));
    if (probe->graph() == nullptr || probe->chunkCount() == 0 || !probe->timeStep(0))
        return fail(
            ErrorCode::Unsupported, "steps can be chosen for networks that make pictures out of noise only");
    // The parts of the first picture: its steps, until the time goes up again.
    std::vector<double> times;
    for (std::size_t i = 0; i < probe->chunkCount(); ++i) {
        const double time = *probe->timeStep(i);
        if (!times.empty() && time >= times.back())
            break;
        times.push_back(time);
    }
    const std::size_t stage = TRY(narrowestStage(*probe));
    std::vector<StepFeature> features;
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at step {} of {}", i, times.size());
        const Tensor value = TRY(probe->stageInput(stage, i));
        features.push_back({value.toFloats(), value.type().shape[1]});
        context.progress(double(i + 1) / double(times.size()));
    }
    const StepShares shares = stepShares(features, radius, lambda);
    std::vector<double> unitTimes(times);
    for (double& time : unitTimes)
        time /= std::max(times.front(), 1.0);
    const std::vector<double> even(times.size(), 1.0 / double(times.size()));
    const struct {
        const char* name;
        std::vector<std::size_t> counts;
    } ways[] = {
        {"even", wholeCounts(even, total)},
        {"normal", wholeCounts(normalShares(unitTimes, mean, deviation), total)},
        {"by density and diversity", wholeCounts(shares.shares, total)}};
    Report report{.title = "Calibration samples a step", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        fmt::format("{} samples over {} steps of the sampler, the noisiest first.", total, times.size()),
        fmt::format(
            "The feature is what flows into stage {}, where the network is narrowest, of one picture.",
            stage),
        "A model that was calibrated for one number of steps drifts when it is run with another."};
    Report::Table table{
        "Steps", {"time", "alike", "apart", "even", "normal", "by density and diversity"}, {}};
    for (std::size_t t = 0; t < times.size(); ++t)
        table.rows.push_back(
            {fmt::format("{:g}", times[t]), fmt::format("{:g}", shares.density[t]),
             fmt::format("{:.5g}", shares.diversity[t]), std::to_string(ways[0].counts[t]),
             std::to_string(ways[1].counts[t]), std::to_string(ways[2].counts[t])});
    Report::Chart chart{"Samples a step", "time step", "samples", false, false, {}};
    for (const auto& way : ways) {
        Report::Series series{.name = way.name, .points = {}, .isLine = true};
        for (std::size_t t = times.size(); t-- > 0;)
            series.points.push_back({times[t], double(way.counts[t]), 0});
        chart.series.push_back(std::move(series));
    }
    report.tables.push_back(std::move(table));
    report.charts.push_back(std::move(chart));
    return report;
}

} // namespace tritloom
