#include "plugins/step_groups/step_groups.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritloom {
namespace {

double squaredError(std::span<const float> values, const Affine& numbers, double enough)
{
    double sum = 0;
    for (std::size_t i = 0; i < values.size() && sum < enough; ++i)
        sum += std::pow(double(values[i]) - numbers.value(double(values[i])), 2);
    return sum;
}

/// What flows into a stage at every step, step by step.
using Flow = std::vector<std::vector<float>>;

struct Losses {
    std::vector<double> shared, grouped; ///< by step
};
Losses lossesOf(const Flow& flow, std::size_t groups, int bits)
{
    std::vector<std::vector<float>> pooled(groups);
    std::vector<float> all;
    for (std::size_t t = 0; t < flow.size(); ++t) {
        auto& group = pooled[groupOfStep(t, flow.size(), groups)];
        group.insert(group.end(), flow[t].begin(), flow[t].end());
        all.insert(all.end(), flow[t].begin(), flow[t].end());
    }
    const Affine one = bestAffine(all, bits);
    std::vector<Affine> own;
    for (const auto& group : pooled)
        own.push_back(bestAffine(group, bits));
    Losses losses;
    for (std::size_t t = 0; t < flow.size(); ++t) {
        losses.shared.push_back(relativeError(flow[t], one));
        losses.grouped.push_back(relativeError(flow[t], own[groupOfStep(t, flow.size(), groups)]));
    }
    return losses;
}

double meanOf(std::span<const double> values)
{
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / double(std::max<std::size_t>(values.size(), 1));
}

} // namespace

int Affine::code(double x) const
{
    return int(std::clamp(std::nearbyint(x / step) + zero, 0.0, double(top)));
}

double Affine::slopeOfStep(double x) const
{
    const double free = std::nearbyint(x / step) + zero;
    if (free < 0)
        return -zero;
    return free > top ? top - zero : std::nearbyint(x / step) - x / step;
}

double Affine::slopeOfInput(double x) const
{
    const double free = std::nearbyint(x / step) + zero;
    return free < 0 || free > top ? 0 : 1;
}

std::size_t groupOfStep(std::size_t step, std::size_t steps, std::size_t groups)
{
    return step * groups / steps;
}

Affine bestAffine(std::span<const float> values, int bits)
{
    float low = 0, high = 0;
    for (const float value : values) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    Affine best{.step = 1, .zero = 0, .top = (1 << bits) - 1};
    if (low == high)
        return best;
    double least = std::numeric_limits<double>::infinity();
    for (int percent = 100; percent >= 20; --percent) {
        Affine tried = best;
        tried.step = double(high - low) * percent / 100 / best.top;
        tried.zero =
            int(std::clamp(std::nearbyint(-double(low) * percent / 100 / tried.step), 0.0, double(best.top)));
        const double error = squaredError(values, tried, least);
        if (error < least) {
            least = error;
            best = tried;
        }
    }
    return best;
}

double relativeError(std::span<const float> values, const Affine& numbers)
{
    double power = 0;
    for (const float value : values)
        power += double(value) * double(value);
    return power > 0 ? squaredError(values, numbers, std::numeric_limits<double>::infinity()) / power : 0;
}

std::vector<ParameterSpec> StepGroups::parameters() const
{
    return {
        {.key = "groups",
         .title = "Groups of steps",
         .unit = "at most one a step",
         .standard = 20,
         .lowest = 1,
         .highest = 1000,
         .whole = true},
        {.key = "bits",
         .title = "Bits of an activation",
         .unit = "",
         .standard = 4,
         .lowest = 2,
         .highest = 8,
         .whole = true}};
}

Result<Report> StepGroups::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const int bits = int(TRY(parameterValue(specs, given, "bits")));
    if (probe->graph() == nullptr || probe->chunkCount() == 0 || !probe->timeStep(0))
        return fail(
            ErrorCode::Unsupported, "steps can be grouped for networks that make pictures out of noise only");
    std::vector<double> times;
    for (std::size_t i = 0; i < probe->chunkCount(); ++i) {
        const std::optional<double> time = probe->timeStep(i);
        if (!time || (!times.empty() && *time >= times.back()))
            break; // the next picture begins
        times.push_back(*time);
    }
    const auto groups = std::min(std::size_t(TRY(parameterValue(specs, given, "groups"))), times.size());
    Report::Table table{
        fmt::format("Relative squared error at {} bits, mean over the steps", bits),
        {"into stage", "one range", fmt::format("{} ranges", groups), "times less"},
        {}};
    std::vector<double> shared(times.size()), grouped(times.size());
    const std::size_t stages = probe->graph()->stageCount;
    for (std::size_t stage = 1; stage < stages; ++stage) {
        Flow flow;
        for (std::size_t t = 0; t < times.size(); ++t) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at stage {} of {}", stage, stages);
            const auto value = probe->stageInput(stage, t);
            if (!value && value.error().code == ErrorCode::InvalidInput)
                break; // nothing but the inputs flows there
            if (!value)
                return tl::make_unexpected(value.error());
            flow.push_back(value->toFloats());
        }
        context.progress(double(stage) / double(stages));
        if (flow.size() != times.size() || flow[0].size() < 2)
            continue;
        const Losses losses = lossesOf(flow, groups, bits);
        for (std::size_t t = 0; t < times.size(); ++t) {
            shared[t] += losses.shared[t];
            grouped[t] += losses.grouped[t];
        }
        const double one = meanOf(losses.shared), own = meanOf(losses.grouped);
        table.rows.push_back(
            {std::to_string(stage), fmt::format("{:.5g}", one), fmt::format("{:.5g}", own),
             fmt::format("{:.3g}", own > 0 ? one / own : 1)});
    }
    if (table.rows.empty())
        return fail(ErrorCode::Unsupported, "no activations between stages were found");
    Report::Chart chart{
        "Error a step, mean over the stages", "time step", "relative squared error", false, true, {}};
    Report::Series one{.name = "one range", .points = {}, .isLine = true},
        own{.name = "ranges of groups", .points = {}, .isLine = true};
    for (std::size_t t = times.size(); t-- > 0;) {
        one.points.push_back({times[t], shared[t] / double(table.rows.size()), 0});
        own.points.push_back({times[t], grouped[t] / double(table.rows.size()), 0});
    }
    chart.series = {one, own};
    Report report{.title = "Ranges for groups of time steps", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        fmt::format(
            "{} steps in {} groups: the error of activations at {} bits is {:.5g} with one range and {:.5g} "
            "with one a "
            "group.",
            times.size(), groups, bits, meanOf(shared) / double(table.rows.size()),
            meanOf(grouped) / double(table.rows.size())),
        "One picture's way from noise, with the ranges searched on it: an estimate from below.",
        "Groups belong to time values; a sampler with other steps needs them mapped by time."};
    report.tables.push_back(std::move(table));
    report.charts.push_back(std::move(chart));
    return report;
}

} // namespace tritloom
