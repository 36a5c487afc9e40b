#include "plugins/training_law/training_law.h"

#include "core/method/usual_parameters.h"
#include "plugins/training_law/runs_fit.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace tritloom {
namespace {

constexpr TrainingConstants published;

double formatFactor(const TrainingFormat& format, const TrainingConstants& c = published)
{
    return std::pow(format.exponent + .5, c.delta) * std::pow(format.mantissa + .5, c.nu);
}

std::string number(double value)
{
    return fmt::format("{:.4g}", value);
}

} // namespace

double
trainingPenalty(double parameters, double tokens, const TrainingFormat& format, const TrainingConstants& c)
{
    return std::pow(tokens, c.beta) / std::pow(parameters, c.alpha) * std::log2(format.block)
        / (c.g * formatFactor(format, c));
}

double
trainingLoss(double parameters, double tokens, const TrainingFormat& format, const TrainingConstants& c)
{
    return c.n / std::pow(parameters, c.alpha) + c.d / std::pow(tokens, c.beta) + c.epsilon
        + trainingPenalty(parameters, tokens, format, c);
}

double criticalTokens(double parameters, const TrainingFormat& format)
{
    const TrainingConstants& c = published;
    return std::pow(
        c.d * c.g * std::pow(parameters, c.alpha) * formatFactor(format) / std::log2(format.block),
        1 / (2 * c.beta));
}

TrainingFormat bestSplit(int bits, double block)
{
    TrainingFormat best{0, double(bits - 1), block};
    for (int exponent = 0; exponent < bits; ++exponent) {
        const TrainingFormat format{double(exponent), double(bits - 1 - exponent), block};
        if (formatFactor(format) > formatFactor(best))
            best = format;
    }
    return best;
}

TrainingFormat unroundedSplit(double bits, double block)
{
    const auto [delta, nu] = std::pair(published.delta, published.nu);
    return {bits * delta / (delta + nu) - .5, bits * nu / (delta + nu) - .5, block};
}

double bestPrecision(double tokens, double block)
{
    const TrainingConstants& c = published;
    const double s = c.delta + c.nu, k0 = std::pow(c.delta / s, c.delta) * std::pow(c.nu / s, c.nu);
    return std::pow(
        (s - c.alpha) * std::pow(tokens, c.beta) * std::log2(block) / (c.alpha * c.n * c.g * k0), 1 / s);
}

TrainingPlan bestPlan(double operations, double block)
{
    const auto planAt = [&](double logTokens) {
        const double tokens = std::exp(logTokens), bits = bestPrecision(tokens, block);
        return TrainingPlan{bits, tokens, operations / (6. / 16 * tokens * bits)};
    };
    const auto lossAt = [&](double logTokens) {
        const TrainingPlan plan = planAt(logTokens);
        return trainingLoss(plan.parameters, plan.tokens, unroundedSplit(plan.bits, block));
    };
    // One valley: thirds are cut off until nothing is left.
    double low = std::log(1e6), high = std::log(1e18);
    for (int i = 0; i < 100; ++i) {
        const double third = (high - low) / 3;
        if (lossAt(low + third) < lossAt(high - third))
            high -= third;
        else
            low += third;
    }
    return planAt((low + high) / 2);
}

std::vector<ParameterSpec> TrainingLaw::parameters() const
{
    return {
        {.key = "parameters",
         .title = "Parameters of linear layers",
         .unit = "billions",
         .standard = 1,
         .lowest = 1e-3,
         .highest = 1e4},
        trainingTokensParameter(100),
        {.key = "block",
         .title = "Numbers that share a scale",
         .unit = "",
         .standard = 128,
         .lowest = 2,
         .highest = 65536,
         .whole = true}};
}

Result<Report> TrainingLaw::run(ModelProbe*, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const double size = TRY(parameterValue(specs, given, "parameters")) * 1e9;
    const double tokens = TRY(parameterValue(specs, given, "tokens")) * 1e9;
    const double block = TRY(parameterValue(specs, given, "block"));
    Report report{
        .title = "What training in small floats costs", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        "A law for training whose products are rounded, fitted below 1.2 B parameters. It is no model of "
        "what "
        "quantizing a finished model costs.",
        fmt::format(
            "With {} tokens a budget is best spent at {:.2f} bits, however large it is.", number(tokens),
            bestPrecision(tokens, block))};
    Report::Table table{
        "Formats, the best split of each width",
        {"bits", "format", "penalty, nats", "loss, nats", "tokens beyond which more hurt"},
        {}};
    Report::Chart chart{"Loss by training tokens", "training tokens", "nats per token", true, false, {}};
    for (const int bits : {4, 5, 6, 8, 16}) {
        const TrainingFormat format = bestSplit(bits, block);
        const std::string name = fmt::format("E{}M{}", format.exponent, format.mantissa);
        table.rows.push_back(
            {std::to_string(bits), name, number(trainingPenalty(size, tokens, format)),
             number(trainingLoss(size, tokens, format)), number(criticalTokens(size, format))});
        Report::Series series{name, {}, true};
        for (int i = 0; i <= 60; ++i) {
            const double at = std::pow(10.0, 9 + 6.0 * i / 60);
            series.points.push_back({at, trainingLoss(size, at, format), 0});
        }
        chart.series.push_back(std::move(series));
    }
    report.tables.push_back(std::move(table));
    Report::Table budgets{
        "Budgets, best spent", {"operations", "bits", "parameters", "training tokens", "loss, nats"}, {}};
    for (const double operations : {1e21, 1e23, 1e25, 1e27}) {
        const TrainingPlan plan = bestPlan(operations, block);
        budgets.rows.push_back(
            {number(operations), fmt::format("{:.2f}", plan.bits), number(plan.parameters),
             number(plan.tokens),
             number(trainingLoss(plan.parameters, plan.tokens, unroundedSplit(plan.bits, block)))});
    }
    report.tables.push_back(std::move(budgets));
    report.charts.push_back(std::move(chart));
    context.progress(1);
    return report;
}

std::vector<std::string> TrainingLaw::columns() const
{
    return {"parameters", "tokens", "exponent bits", "mantissa bits", "block", "loss"};
}

Result<Report> TrainingLaw::runOn(
    std::span<const std::vector<double>> rows, const Parameters&, const MethodContext& context) const
{
    std::vector<TrainingRun> runs;
    for (const std::vector<double>& row : rows)
        runs.push_back({row[0], row[1], {row[2], row[3], row[4]}, row[5]});
    const FittedTraining fit = TRY(fitTraining(runs, published, 8, context.seed, context.stop));
    // Intervals: the same fit to runs drawn anew.
    constexpr std::size_t draws = 50;
    std::mt19937_64 random(context.seed);
    std::vector<TrainingConstants> drawn;
    std::vector<TrainingRun> again(runs.size());
    for (std::size_t draw = 0; draw < draws; ++draw) {
        for (TrainingRun& run : again)
            run = runs[random() % runs.size()];
        if (const auto other = fitTraining(again, fit.constants, 0, 0, context.stop))
            drawn.push_back(other->constants);
        else if (other.error().code == ErrorCode::Cancelled)
            return tl::unexpected(other.error());
        context.progress(double(draw + 1) / double(draws));
    }
    Report report{
        .title = "The law of floating-point training, fitted to runs",
        .paragraphs = {},
        .tables = {},
        .charts = {}};
    report.paragraphs = {fmt::format(
        "Fitted to {} runs. Of the logarithms of their losses it tells {:.4g} of the variance; the worst run "
        "is {:.3g} % off.",
        runs.size(), fit.rSquared, 100 * fit.worst)};
    Report::Table table{"Constants", {"constant", "fitted", "5 % to 95 %", "published"}, {}};
    using Constant = double TrainingConstants::*;
    const std::pair<const char*, Constant> constants[] = {
        {"n", &TrainingConstants::n},
        {"alpha", &TrainingConstants::alpha},
        {"d", &TrainingConstants::d},
        {"beta", &TrainingConstants::beta},
        {"epsilon", &TrainingConstants::epsilon},
        {"gamma", &TrainingConstants::g},
        {"delta", &TrainingConstants::delta},
        {"nu", &TrainingConstants::nu}};
    for (const auto& [name, constant] : constants) {
        std::vector<double> values;
        for (const TrainingConstants& other : drawn)
            values.push_back(other.*constant);
        std::ranges::sort(values);
        const auto place = [&, &constant = constant](double share) {
            return values.empty() ? fit.constants.*constant
                                  : values[std::size_t(share * double(values.size() - 1))];
        };
        table.rows.push_back(
            {name, number(fit.constants.*constant), fmt::format("{:.3g} to {:.3g}", place(.05), place(.95)),
             number(published.*constant)});
    }
    report.tables.push_back(std::move(table));
    return report;
}

} // namespace tritloom
