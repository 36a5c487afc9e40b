#include "plugins/ptq161/ptq161.h"

#include "core/base/matrix_product.h"
#include "core/base/parallel.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"
#include "plugins/ptq161/binary_part.h"
#include "plugins/ptq161/output_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

std::size_t salientCount(std::size_t inputs, double share)
{
    return std::min(inputs, std::size_t(std::llround(double(inputs) * share)));
}

/// The format, or one scale for the whole row where its groups are longer than the salient columns.
Result<NumberFormatPtr> salientFormat(const NumberFormatPtr& format, std::size_t count)
{
    if (format->blockElements() <= count || count == 0)
        return format;
    const std::string id = format->id();
    return parseNumberFormat(fmt::format(
        "{}g{}{}", id.substr(0, id.find('g')), (count + 7) / 8 * 8, id.ends_with('a') ? "a" : ""));
}

const char* indexFormat(std::size_t inputs)
{
    return inputs <= 32768 ? "i16" : "i32";
}

/// H between two sets of columns, [rows, columns].
std::vector<float> gramOf(
    const std::vector<float>& gram, std::size_t inputs, const std::vector<float>& rows,
    const std::vector<float>& columns)
{
    std::vector<float> some;
    some.reserve(rows.size() * columns.size());
    for (const float r : rows)
        for (const float c : columns)
            some.push_back(gram[std::size_t(r) * inputs + std::size_t(c)]);
    return some;
}

std::vector<float> columnsOf(
    const std::vector<float>& weights, std::size_t outputs, std::size_t inputs,
    const std::vector<float>& columns)
{
    std::vector<float> some;
    some.reserve(outputs * columns.size());
    for (std::size_t r = 0; r < outputs; ++r)
        for (const float c : columns)
            some.push_back(weights[r * inputs + std::size_t(c)]);
    return some;
}

} // namespace

std::vector<ParameterSpec> Ptq161::parameters() const
{
    return {
        {.key = "salient",
         .title = "Input channels kept in the format",
         .unit = "%",
         .standard = 20,
         .lowest = 0,
         .highest = 100},
        switchParameter("by_mean", "Loudness by the mean instead of the largest input", false),
        {.key = "rounds",
         .title = "Rounds of fitting factors",
         .unit = "",
         .standard = 8,
         .lowest = 0,
         .highest = 50,
         .whole = true},
        switchParameter("by_output", "Fit factors to the output of the layer, not column by column", true)};
}

std::size_t Ptq161::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const double share = parameterValue(parameters(), given, "salient").value_or(20) / 100;
    const std::size_t salient = salientCount(inputs, share), rest = inputs - salient;
    const std::size_t indexBytes = inputs <= 32768 ? 2 : 4;
    std::size_t bytes = 0;
    if (salient > 0)
        bytes += indexBytes * salient
            + TensorType{salientFormat(format, salient).value_or(format), {outputs, salient}}.bytes();
    if (rest > 0)
        bytes += indexBytes * rest + outputs * ((rest + 7) / 8) + (rest + 7) / 8 + 2 * rest + 4 * outputs;
    return bytes;
}

Result<CompressedLayer> Ptq161::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto specs = parameters();
    const double share = TRY(parameterValue(specs, given, "salient")) / 100;
    const bool byMean = TRY(parameterValue(specs, given, "by_mean")) != 0;
    const auto rounds = std::size_t(TRY(parameterValue(specs, given, "rounds")));
    const bool byOutput = TRY(parameterValue(specs, given, "by_output")) != 0 && layer.gram.has_value();
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported, "salient columns are stored as integers, not as {}", format->id());
    const std::size_t outputs = layer.weights.type().rows(), inputs = layer.weights.type().columns();
    std::vector<float> importance =
        TRY(requiredStatistic(layer.meanSquare, inputs, "mean square of the inputs"));
    std::vector<float> loudness = importance;
    if (byMean && layer.meanAbsolute)
        loudness = TRY(requiredStatistic(layer.meanAbsolute, inputs, "mean magnitude of the inputs"));
    else if (layer.maxAbsolute)
        loudness = TRY(requiredStatistic(layer.maxAbsolute, inputs, "largest input"));
    std::vector<float> weights = layer.weights.toFloats();
    for (float& weight : weights)
        weight = std::isfinite(weight) ? weight : 0.0f;

    std::vector<std::size_t> order(inputs);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return loudness[a] > loudness[b]; });
    const std::size_t count = salientCount(inputs, share);
    std::vector<float> salient(order.begin(), order.begin() + std::ptrdiff_t(count)),
        rest(order.begin() + std::ptrdiff_t(count), order.end());
    std::sort(salient.begin(), salient.end());
    std::sort(rest.begin(), rest.end());

    Tensor matrix; // the salient columns first: the others can make up for what these lose
    if (!salient.empty()) {
        std::vector<float> loud;
        for (const float c : salient)
            loud.push_back(std::max(importance[std::size_t(c)], 0.0f));
        MethodContext work{.stop = context.stop};
        work.progress = [&](double fraction) { context.progress(0.2 * fraction); };
        const NumberFormatPtr stored = TRY(salientFormat(format, salient.size()));
        matrix = TRY(packRows(
            Tensor::adoptFloats({outputs, salient.size()}, columnsOf(weights, outputs, inputs, salient)),
            stored, work, [&](std::size_t, std::span<const float> row, std::span<std::byte> out) {
                fitRow(*stored, row, loud, out, context.stop);
            }));
    }

    LayerReplacement replacement{.graph = {}, .parts = {}, .outputs = outputs, .inputs = inputs};
    GraphBuilder graph;
    std::optional<ValueId> sum;
    const auto part = [&](std::string name, Tensor tensor) {
        replacement.parts.push_back({std::move(name), std::move(tensor), false});
        return TensorId(replacement.parts.size() - 1);
    };
    if (!rest.empty()) {
        std::vector<float> quiet;
        for (const float c : rest)
            quiet.push_back(std::max(importance[std::size_t(c)], 0.0f));
        const std::vector<float> others = columnsOf(weights, outputs, inputs, rest);
        MethodContext work{.stop = context.stop};
        work.progress = [&](double fraction) { context.progress(0.2 + 0.3 * fraction); };
        BinaryPart binary = TRY(fitBinaryPart(others, outputs, rest.size(), quiet, rounds, work));
        if (byOutput) {
            const std::vector<float> gram =
                TRY(requiredStatistic(layer.gram, inputs * inputs, "Gram matrix of the inputs"));
            OutputProblem problem{
                others, gramOf(gram, inputs, rest, rest), std::vector<float>(others.size())};
            if (!salient.empty()) {
                std::vector<float> lost = columnsOf(weights, outputs, inputs, salient);
                const std::vector<float> kept = matrix.toFloats(),
                                         between = gramOf(gram, inputs, salient, rest);
                for (std::size_t i = 0; i < lost.size(); ++i)
                    lost[i] -= kept[i];
                parallelFor(outputs, 32, [&](std::size_t begin, std::size_t end) {
                    const std::size_t n = rest.size(), s = salient.size();
                    if (!context.stop.stop_requested())
                        addProduct(
                            MatrixView<const float>{lost.data() + begin * s, end - begin, s, s},
                            {between.data(), s, n, n}, {problem.pull.data() + begin * n, end - begin, n, n});
                });
            }
            work.progress = [&](double fraction) { context.progress(0.5 + 0.5 * fraction); };
            binary = TRY(fitToOutput(std::move(binary), problem, rounds, work));
        }
        const std::vector<float> ones(rest.size(), 1.0f);
        const ValueId some = graph.add(
            {OpKind::Gather, {{"axis", 1}}}, {graph.input()},
            {part("quiet", encodedAs(indexFormat(inputs), {rest.size()}, rest))});
        const ValueId scaled = graph.add(
            {OpKind::Multiply, {}}, {some},
            {part("column_factor", encodedAs("f16", {rest.size()}, binary.columnFactor))});
        const ValueId signs = graph.add(
            {OpKind::Linear, {}}, {scaled},
            {part("signs", encodedAs("sign", {outputs, rest.size()}, binary.signs))});
        const ValueId rows = graph.add(
            {OpKind::Multiply, {}}, {signs}, {part("alpha", encodedAs("f16", {outputs}, binary.alpha))});
        const ValueId total = graph.add(
            {OpKind::Linear, {}}, {scaled}, {part("ones", encodedAs("sign", {1, rest.size()}, ones))});
        const ValueId means = graph.add(
            {OpKind::Linear, {}}, {total}, {part("mean", encodedAs("f16", {outputs, 1}, binary.mean))});
        sum = graph.add({OpKind::Add, {}}, {rows, means});
    }
    if (!salient.empty()) {
        const ValueId some = graph.add(
            {OpKind::Gather, {{"axis", 1}}}, {graph.input()},
            {part("salient", encodedAs(indexFormat(inputs), {salient.size()}, salient))});
        const ValueId y = graph.add({OpKind::Linear, {}}, {some}, {part("matrix", matrix)});
        sum = sum ? graph.add({OpKind::Add, {}}, {*sum, y}) : y;
    }
    context.progress(1);
    replacement.graph = std::move(graph).finish(*sum);
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
