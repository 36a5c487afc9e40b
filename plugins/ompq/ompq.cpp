#include "plugins/ompq/ompq.h"

#include "core/method/block_scores.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// The centred Gram matrix of the samples, [samples, samples].
std::vector<double> centredGram(std::span<const float> x, std::size_t samples)
{
    const std::size_t width = x.size() / samples;
    std::vector<double> mean(width), centred(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        mean[i % width] += double(x[i]) / double(samples);
    for (std::size_t i = 0; i < x.size(); ++i)
        centred[i] = double(x[i]) - mean[i % width];
    std::vector<double> gram(samples * samples);
    for (std::size_t a = 0; a < samples; ++a)
        for (std::size_t b = a; b < samples; ++b) {
            double sum = 0;
            for (std::size_t c = 0; c < width; ++c)
                sum += centred[a * width + c] * centred[b * width + c];
            gram[a * samples + b] = gram[b * samples + a] = sum;
        }
    return gram;
}

double inner(const std::vector<double>& a, const std::vector<double>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

double alignment(const std::vector<double>& a, const std::vector<double>& b)
{
    const double norm = std::sqrt(inner(a, a) * inner(b, b));
    return norm > 0 ? inner(a, b) / norm : 0;
}

} // namespace

double linearCka(std::span<const float> x, std::span<const float> y, std::size_t samples)
{
    return alignment(centredGram(x, samples), centredGram(y, samples));
}

std::vector<ParameterSpec> Ompq::parameters() const
{
    return {
        {.key = "tokens",
         .title = "Tokens to compare",
         .unit = "",
         .standard = 256,
         .lowest = 8,
         .highest = 2048,
         .whole = true}};
}

Result<MetricScores>
Ompq::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto limit = std::size_t(TRY(parameterValue(parameters(), given, "tokens")));
    const auto blocks = layersOfBlocks(probe);
    if (probe.graph() == nullptr || blocks.empty() || probe.chunkCount() == 0)
        return fail(ErrorCode::Unsupported, "this metric needs a model with blocks that can be run");
    std::vector<std::size_t> ids;
    std::vector<std::vector<double>> grams;
    for (const auto& [block, layers] : blocks) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at block {}", block);
        const auto stage = probe.graph()->firstStageOf(probe.layers()[layers[0]].tensor);
        if (!stage || *stage + 1 >= probe.graph()->stageCount)
            return fail(ErrorCode::Unsupported, "block {} is no stage of its own in this graph", block);
        const Tensor output = TRY(probe.stageInput(*stage + 1, 0));
        const std::size_t samples = std::min(limit, output.type().rows());
        grams.push_back(centredGram(output.floats().first(samples * output.type().columns()), samples));
        ids.push_back(block);
        context.progress(double(ids.size()) / double(blocks.size()));
    }
    std::map<std::size_t, double> importance;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        double gamma = 0;
        for (std::size_t j = 0; j < ids.size(); ++j)
            gamma += j == i ? 0 : alignment(grams[i], grams[j]);
        importance[ids[i]] =
            std::exp(-gamma / double(ids.size())); // by n: the released beta of 100 underflows
    }
    return scoresOfBlocks(probe, importance, "exp(-sum of CKA / n)");
}

} // namespace tritloom
