#include "plugins/training_law/training_law.h"

#include "core/method/usual_parameters.h"

#include <cmath>

namespace tritloom {
namespace {

// The fitted constants of the paper's table 2.
constexpr double n = 69.2343, alpha = 0.2368, d = 68973.0621, beta = 0.5162, epsilon = 1.9061, g = 11334.5197,
                 delta = 3.1926, nu = 2.9543;

double formatFactor(const TrainingFormat& format)
{
    return std::pow(format.exponent + .5, delta) * std::pow(format.mantissa + .5, nu);
}

std::string number(double value)
{
    return fmt::format("{:.4g}", value);
}

} // namespace

double trainingPenalty(double parameters, double tokens, const TrainingFormat& format)
{
    return std::pow(tokens, beta) / std::pow(parameters, alpha) * std::log2(format.block)
        / (g * formatFactor(format));
}

double trainingLoss(double parameters, double tokens, const TrainingFormat& format)
{
    return n / std::pow(parameters, alpha) + d / std::pow(tokens, beta) + epsilon
        + trainingPenalty(parameters, tokens, format);
}

double criticalTokens(double parameters, const TrainingFormat& format)
{
    return std::pow(
        d * g * std::pow(parameters, alpha) * formatFactor(format) / std::log2(format.block), 1 / (2 * beta));
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
    return {bits * delta / (delta + nu) - .5, bits * nu / (delta + nu) - .5, block};
}

double bestPrecision(double tokens, double block)
{
    const double s = delta + nu, k0 = std::pow(delta / s, delta) * std::pow(nu / s, nu);
    return std::pow((s - alpha) * std::pow(tokens, beta) * std::log2(block) / (alpha * n * g * k0), 1 / s);
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

} // namespace tritloom
