#include "app/session/written_check.h"

#include "app/session/engine.h"
#include "core/calibrate/stage_keys.h"
#include "core/graph/cached_layer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <random>

namespace tritloom {
namespace {

constexpr std::size_t longestText = 64; // tokens
constexpr double largestKl = 1e-4; // nats: sums in another order give 1e-9
/// Of the outputs' root mean square: rounded activations fall on the other side of a border now and then.
constexpr double largestDifference = 2e-2;

using LayerOf = std::function<Result<CompressedLayer>(LayerId)>;

/// Token ids spread over the vocabulary: no text is needed, and unlikely tokens tell the most.
Tensor someTokens(const Model& model, std::size_t vocabulary)
{
    const std::size_t count =
        model.contextLength == 0 ? longestText : std::min(longestText, model.contextLength);
    std::vector<float> tokens(count);
    for (std::size_t i = 0; i < count; ++i)
        tokens[i] = float((i * 7919 + 1) % vocabulary);
    return Tensor::adoptFloats({count}, std::move(tokens));
}

/// A time step whose outputs a layer has stored in place of itself, where one has: others it cannot be run
/// at.
Result<std::optional<float>> storedTime(
    const Model& model, Compressor& compressor, const Allocation& allocation, const std::stop_token& stop)
{
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerChoice& choice = allocation.layers[i];
        const LayerMethod* const method =
            choice.format.empty() ? nullptr : compressor.methods()(choice.method);
        if (method != nullptr && !method->makesReplacements())
            continue;
        const CompressedLayer layer = TRY(compressor.compress(LayerId(i), choice, stop));
        if (!layer.isReplacement() || !isTimeTable(layer.replacement()->graph.nodes.back()))
            continue;
        const TensorId times = layer.replacement()->graph.nodes.back().weights[1];
        const std::vector<float> known = layer.replacement()->parts[std::size_t(times)].tensor.toFloats();
        if (!known.empty())
            return known[known.size() / 2];
    }
    return std::optional<float>();
}

/// time: of a generation; absent: its middle.
std::vector<Tensor> inputsFor(const Model& model, std::optional<float> time)
{
    const Graph& graph = *model.graph;
    if (!model.picture) {
        const auto embedding =
            std::ranges::find(graph.nodes, OpKind::Embedding, [](const Node& node) { return node.op.kind; });
        assert(embedding != graph.nodes.end()); // every language model reads tokens
        return {someTokens(model, model.tensor(embedding->weights.front()).shape.front())};
    }
    std::mt19937 random(1);
    std::uniform_real_distribution<float> pixel(-1, 1);
    std::vector<Tensor> inputs;
    for (const GraphInput& input : graph.inputs) {
        std::vector<float> values(TensorType{nullptr, input.shape}.elements());
        if (inputs.empty())
            std::ranges::generate(values, [&] { return pixel(random); });
        else
            std::ranges::fill(
                values,
                time.value_or(float(double(model.picture->schedule.steps) / 2 * model.picture->timeScale)));
        inputs.push_back(Tensor::adoptFloats(input.shape, std::move(values)));
    }
    return inputs;
}

Result<Tensor> outputOf(
    const Model& model, const LayerOf& layer, std::span<const Tensor> inputs, const std::stop_token& stop,
    const std::function<void(double)>& progress)
{
    const Graph& graph = *model.graph;
    ValueMap given{{graph.input, inputs[0]}}, values;
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
        given[graph.inputs[i].value] = inputs[i];
    const auto weightsOf = [&](TensorId id) -> Result<Executor::Weights> {
        const auto found = model.layerOf(id);
        return Executor::Weights{
            found ? TRY(layer(*found)) : TRY(storedLayer(model.tensor(id))),
            keyOf("written check", model.key, id)};
    };
    for (std::size_t stage = 0; stage < graph.stageCount; ++stage) {
        // An executor keeps what it has packed: a new one forgets the stage before.
        const auto executor = TRY(makeExecutor("cpu"));
        values.insert(given.begin(), given.end());
        TRY_VOID(executor->run(graph, stage, stage, values, weightsOf, nullptr, stop));
        progress(double(stage + 1) / double(graph.stageCount));
    }
    return values.at(graph.output);
}

double relativeDifference(std::span<const float> a, std::span<const float> b)
{
    double squares = 0, off = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = double(a[i]) - double(b[i]);
        squares += double(a[i]) * double(a[i]);
        off += difference * difference;
    }
    return std::sqrt(squares > 0 ? off / squares : off);
}

/// KL(softmax(a) || softmax(b)) of one row, nats.
double divergence(std::span<const float> a, std::span<const float> b)
{
    const auto logSum = [](std::span<const float> row) {
        const double top = double(*std::ranges::max_element(row));
        double sum = 0;
        for (const float value : row)
            sum += std::exp(double(value) - top);
        return top + std::log(sum);
    };
    const double sumA = logSum(a), sumB = logSum(b);
    double kl = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double logA = double(a[i]) - sumA;
        kl += std::exp(logA) * (logA - (double(b[i]) - sumB));
    }
    return kl;
}

} // namespace

bool WrittenCheck::agrees() const
{
    return kl ? *kl <= largestKl : difference <= largestDifference; // a NaN does not
}

std::string WrittenCheck::sentence() const
{
    if (kl)
        return fmt::format(
            "the file that was written and its recipe differ by {:.2g} nats a token over {} tokens", *kl,
            tokens);
    return fmt::format(
        "the outputs of the file that was written and of its recipe differ by {:.2g} of their root mean "
        "square",
        difference);
}

Result<WrittenCheck> checkWritten(
    const Model& model, Compressor& compressor, const Allocation& allocation, const Model& written,
    const std::stop_token& stop, const std::function<void(double)>& progress)
{
    for (const Model* const each : {&model, &written})
        if (!each->graph)
            return fail(ErrorCode::Unsupported, "{}", each->whyNotEvaluated);
        else if (!each->graph->parts.empty())
            return fail(ErrorCode::Unsupported, "the networks of a pipeline are not run one by one for this");
    const auto shapesOf = [](const Model& of) {
        std::vector<Shape> shapes;
        for (const GraphInput& input : of.graph->inputs)
            shapes.push_back(input.shape);
        return shapes;
    };
    if (shapesOf(model) != shapesOf(written))
        return fail(
            ErrorCode::InvalidInput, "the inputs read back are {}, those of the model {}", shapesOf(written),
            shapesOf(model));
    const bool hasTime = model.picture && model.picture->task == PictureTask::Generation;
    const std::vector<Tensor> inputs = inputsFor(
        model, hasTime ? TRY(storedTime(model, compressor, allocation, stop)) : std::optional<float>());
    const Tensor expected = TRY(outputOf(
        model, [&](LayerId layer) { return compressor.compress(layer, allocation[layer], stop); }, inputs,
        stop, [&](double fraction) { progress(fraction / 2); }));
    const Tensor found = TRY(outputOf(
        written, [&](LayerId layer) { return storedLayer(written.tensor(written.layer(layer).tensor)); },
        inputs, stop, [&](double fraction) { progress(0.5 + fraction / 2); }));
    if (expected.type().shape != found.type().shape)
        return fail(
            ErrorCode::InvalidInput, "the file that was written gives outputs of [{}], the model of [{}]",
            fmt::join(found.type().shape, ", "), fmt::join(expected.type().shape, ", "));
    const auto a = expected.floats(), b = found.floats();
    WrittenCheck check{.difference = relativeDifference(a, b)};
    if (!model.picture) {
        const std::size_t columns = expected.type().columns(), rows = a.size() / columns;
        double sum = 0;
        for (std::size_t row = 0; row < rows; ++row)
            sum += divergence(a.subspan(row * columns, columns), b.subspan(row * columns, columns));
        check.kl = sum / double(rows);
        check.tokens = rows;
    }
    return check;
}

} // namespace tritloom
