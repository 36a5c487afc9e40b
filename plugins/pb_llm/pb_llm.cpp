#include "plugins/pb_llm/pb_llm.h"

#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/method/inverse_factor.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

struct Settings {
    double share = 0;
    bool byGram = true, asReleased = false;
};

Result<Settings> settingsOf(const PbLlm& method, const Parameters& given)
{
    const auto specs = method.parameters();
    return Settings{
        TRY(parameterValue(specs, given, "salient")) / 100, TRY(parameterValue(specs, given, "by_gram")) != 0,
        TRY(parameterValue(specs, given, "as_released")) != 0};
}

std::size_t salientCount(std::size_t weights, double share)
{
    return std::min(weights, std::size_t(std::llround(double(weights) * share)));
}

/// What a row is stored with; halves, so that what is computed with is what is stored.
struct RowGrid {
    float alpha = 0, mean = 0, scale = 1, zero = 0;
};

float half(double value)
{
    return halfToFloat(floatToHalf(std::clamp(static_cast<float>(value), -65504.0f, 65504.0f)));
}

RowGrid
gridOf(std::span<const float> row, const std::vector<bool>& salient, std::size_t first, bool asReleased)
{
    double sum = 0, deviation = 0;
    std::size_t binary = 0;
    for (std::size_t c = 0; c < row.size(); ++c)
        if (!salient[first + c]) {
            sum += double(row[c]);
            ++binary;
        }
    const double count = double(asReleased ? row.size() : std::max<std::size_t>(binary, 1));
    RowGrid grid;
    grid.mean = binary == 0 ? 0.0f : half(sum / count);
    for (std::size_t c = 0; c < row.size(); ++c)
        if (!salient[first + c])
            deviation += std::fabs(double(row[c]) - double(grid.mean));
    grid.alpha = binary == 0 ? 0.0f : half(deviation / count);
    // The 8-bit grid of what the binary part leaves of the salient weights, zero always on it.
    float low = 0, high = 0;
    for (std::size_t c = 0; c < row.size(); ++c)
        if (salient[first + c]) {
            const float rest = row[c] - grid.mean - (row[c] >= grid.mean ? grid.alpha : -grid.alpha);
            low = std::min(low, rest);
            high = std::max(high, rest);
        }
    grid.scale = half(double(high - low) / 255);
    grid.zero = grid.scale > 0 ? std::round(-low / grid.scale) - 128 : 0;
    return grid;
}

/// Inverse factor of the damped Gram matrix; dead inputs get a diagonal of 1. More damping when it is
/// singular.
Result<std::vector<float>>
factorOf(const std::vector<float>& gram, std::size_t n, const std::stop_token& stop)
{
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i)
        mean += double(gram[i * n + i]) / double(n);
    for (double damping = 0.01; damping < 2000; damping *= 10) {
        std::vector<double> matrix(gram.begin(), gram.end());
        for (std::size_t i = 0; i < n; ++i) {
            double& diagonal = matrix[i * n + i];
            diagonal = diagonal > 0 ? diagonal + damping * mean : 1.0;
        }
        auto factor = inverseFactor(matrix, n, stop);
        if (factor || factor.error().code == ErrorCode::Cancelled)
            return factor;
    }
    return fail(ErrorCode::InvalidInput, "the Gram matrix of the inputs is not positive definite");
}

std::vector<bool> salientOf(
    const std::vector<float>& weights, std::size_t inputs, const std::vector<float>& factor,
    const Settings& settings)
{
    const std::size_t count = salientCount(weights.size(), settings.share);
    std::vector<float> score(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const float spread = settings.byGram ? factor[i % inputs * (inputs + 1)] : 1.0f;
        score[i] = weights[i] * weights[i] / std::max(spread * spread, 1e-30f);
    }
    std::vector<std::uint32_t> order(weights.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = std::uint32_t(i);
    // Equal scores: the earlier weight, so that the mask does not depend on the sort.
    std::nth_element(
        order.begin(), order.begin() + std::ptrdiff_t(std::min(count, order.size() - 1)), order.end(),
        [&](std::uint32_t a, std::uint32_t b) { return score[a] != score[b] ? score[a] > score[b] : a < b; });
    std::vector<bool> salient(weights.size());
    for (std::size_t i = 0; i < count; ++i)
        salient[order[i]] = true;
    return salient;
}

} // namespace

std::vector<ParameterSpec> PbLlm::parameters() const
{
    return {
        {.key = "salient",
         .title = "Weights kept in 8 bits",
         .unit = "%",
         .standard = 10,
         .lowest = 0,
         .highest = 100},
        switchParameter("by_gram", "Salient by the error they would spread, not by magnitude", true),
        switchParameter("as_released", "Average as the released code does", false)};
}

std::size_t PbLlm::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const std::size_t plane = TensorType{format, {outputs, inputs}}.bytes();
    const std::size_t count =
        salientCount(outputs * inputs, settingsOf(*this, given).value_or(Settings{0.1}).share);
    return plane + 4 * outputs + (inputs + 7) / 8 + (count == 0 ? 0 : plane + count + 4 * outputs);
}

Result<CompressedLayer> PbLlm::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const Settings settings = TRY(settingsOf(*this, given));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "the planes are stored as 'sign', not as {}", format->id());
    const std::size_t outputs = layer.weights.type().rows(), inputs = layer.weights.type().columns();
    const std::vector<float> gram =
        TRY(requiredStatistic(layer.gram, inputs * inputs, "Gram matrix of the inputs"));
    const std::vector<float> factor = TRY(factorOf(gram, inputs, context.stop));
    std::vector<float> weights = layer.weights.toFloats();
    for (float& weight : weights)
        weight = std::isfinite(weight) ? weight : 0.0f;
    const std::vector<bool> salient = salientOf(weights, inputs, factor, settings);

    std::vector<RowGrid> grids(outputs);
    std::vector<float> signs(weights.size()), codes(weights.size());
    const std::size_t batch = std::max<std::size_t>(threadCount() * 8, outputs / 64);
    for (std::size_t from = 0; from < outputs; from += batch) {
        parallelFor(std::min(batch, outputs - from), 4, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = from + begin; r < from + end; ++r) {
                if (context.stop.stop_requested())
                    return;
                const std::span<float> row = std::span(weights).subspan(r * inputs, inputs);
                const RowGrid grid = grids[r] = gridOf(row, salient, r * inputs, settings.asReleased);
                for (std::size_t c = 0; c < inputs; ++c) {
                    const float sign = row[c] >= grid.mean ? 1.0f : -1.0f;
                    float stored = grid.mean + sign * grid.alpha;
                    signs[r * inputs + c] = sign;
                    if (salient[r * inputs + c] && grid.scale > 0) {
                        const float code = std::clamp(
                            std::round((row[c] - stored) / grid.scale) + grid.zero, -128.0f, 127.0f);
                        codes[r * inputs + c] = code;
                        stored += grid.scale * (code - grid.zero);
                    }
                    // GPTQ, eq. 3: the columns still to come absorb the error of this one.
                    const float* const spread = factor.data() + c * inputs;
                    const float error = (row[c] - stored) / spread[c];
                    for (std::size_t j = c + 1; j < inputs; ++j)
                        row[j] -= error * spread[j];
                }
            }
        });
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", from, outputs);
        context.progress(double(std::min(from + batch, outputs)) / double(outputs));
    }

    std::vector<float> alpha(outputs), mean(outputs), scale(outputs), zero(outputs), mask(weights.size()),
        kept;
    for (std::size_t r = 0; r < outputs; ++r) {
        alpha[r] = grids[r].alpha;
        mean[r] = grids[r].mean;
        scale[r] = grids[r].scale;
        zero[r] = grids[r].zero;
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
        mask[i] = salient[i] ? 1.0f : -1.0f;
        if (salient[i])
            kept.push_back(codes[i]);
    }
    const std::vector<float> ones(inputs, 1.0f);
    LayerReplacement replacement{.graph = {}, .parts = {}, .outputs = outputs, .inputs = inputs};
    replacement.parts = {
        {"signs", encodedAs("sign", {outputs, inputs}, signs), false},
        {"alpha", encodedAs("f16", {outputs}, alpha), false},
        {"ones", encodedAs("sign", {1, inputs}, ones), false},
        {"mean", encodedAs("f16", {outputs, 1}, mean), false}};
    GraphBuilder graph;
    const ValueId binary = graph.add(
        {OpKind::Multiply, {}}, {graph.add({OpKind::Linear, {}}, {graph.input()}, {TensorId{0}})},
        {TensorId{1}});
    const ValueId total = graph.add({OpKind::Linear, {}}, {graph.input()}, {TensorId{2}});
    ValueId sum =
        graph.add({OpKind::Add, {}}, {binary, graph.add({OpKind::Linear, {}}, {total}, {TensorId{3}})});
    if (!kept.empty()) {
        replacement.parts.push_back({"mask", encodedAs("sign", {outputs, inputs}, mask), false});
        replacement.parts.push_back({"codes", encodedAs("i8", {kept.size()}, kept), false});
        replacement.parts.push_back({"scale", encodedAs("f16", {outputs}, scale), false});
        replacement.parts.push_back({"zero", encodedAs("f16", {outputs}, zero), false});
        const ValueId sparse = graph.add(
            {OpKind::SparseLinear, {}}, {graph.input()},
            {TensorId{4}, TensorId{5}, TensorId{6}, TensorId{7}});
        sum = graph.add({OpKind::Add, {}}, {sum, sparse});
    }
    replacement.graph = std::move(graph).finish(sum);
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
