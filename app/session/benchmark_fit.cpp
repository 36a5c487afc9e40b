#include "app/session/benchmark.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace tritloom {
namespace {

/// f16 [rows, columns], normal: what a fit begins with.
Tensor originalWeights(std::size_t rows, std::size_t columns)
{
    return randomWeights(*parseNumberFormat("f16"), rows, columns);
}

/// What a method may ask for, of inputs whose columns differ in size and lean on each other.
void addStatistics(LayerProblem& problem, Calibration calibration, std::size_t columns)
{
    if (calibration == Calibration::None)
        return;
    std::mt19937 random(2);
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> meanSquare(columns), size(columns);
    for (std::size_t i = 0; i < columns; ++i) {
        size[i] = std::exp(normal(random) / 2);
        meanSquare[i] = size[i] * size[i];
    }
    problem.meanSquare = Tensor::adoptFloats({columns}, std::move(meanSquare));
    problem.meanAbsolute = Tensor::adoptFloats({columns}, size);
    problem.maxAbsolute = Tensor::adoptFloats({columns}, size);
    if (calibration != Calibration::Gram)
        return;
    std::vector<float> gram(columns * columns);
    parallelFor(columns, 64, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
            for (std::size_t j = 0; j < columns; ++j)
                // A correlation that falls with the distance is positive definite.
                gram[i * columns + j] = size[i] * size[j] * std::pow(0.5f, float(i > j ? i - j : j - i) / 8);
    });
    problem.gram = Tensor::adoptFloats({columns, columns}, std::move(gram));
}

Result<void> checkFit(const FitBenchmark& what, const MethodLookup& methods)
{
    TRY_VOID(checkSize(what.rows, what.inner));
    bool any = false;
    for (const PluginChoice& choice : what.methods) {
        const LayerMethod* const method = methods(choice.id);
        if (method == nullptr)
            return fail(ErrorCode::NotFound, "there is no method '{}'", choice.id);
        TRY_VOID(checkParameters(choice, method->parameters()));
        if (method->needsBase())
            return fail(
                ErrorCode::Unsupported,
                "the method '{}' stores what a model was tuned by, so random weights "
                "say nothing about it",
                choice.id);
        for (const std::string& format : what.formats)
            any |= method->supports(*TRY(parseNumberFormat(format)));
    }
    if (!any)
        return fail(ErrorCode::InvalidInput, "none of these methods can write any of these formats");
    return {};
}

} // namespace

Result<void> benchmarkFit(
    const FitBenchmark& what, const MethodLookup& methods, const CpuLimits& limits,
    const OnBenchmarkRow& onRow, std::stop_token stop)
{
    TRY_VOID(checkFit(what, methods));
    LayerProblem problem;
    problem.weights = originalWeights(what.rows, what.inner);
    const double bytes = double(problem.weights.bytes().size());
    for (const PluginChoice& choice : what.methods) {
        const LayerMethod* const method = methods(choice.id);
        addStatistics(problem, method->calibration(), what.inner);
        for (const std::string& formatId : what.formats) {
            const NumberFormatPtr format = TRY(parseNumberFormat(formatId));
            if (!method->supports(*format))
                continue;
            const MethodContext context{.stop = stop};
            const auto times = TRY(repeat(
                what.count, 0.2,
                [&]() -> Result<void> {
                    TRY_VOID(method->quantize(problem, format, choice.parameters, context));
                    return {};
                },
                stop));
            BenchmarkRow row{
                .device = "fit " + pluginText(choice),
                .format = format->id(),
                .rows = what.rows,
                .inner = what.inner};
            setTimes(row, times, bytes, 0, limits, 0);
            onRow(row);
        }
    }
    return {};
}

} // namespace tritloom
