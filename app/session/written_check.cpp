#include "app/session/written_check.h"

#include "app/session/engine.h"
#include "core/calibrate/stage_keys.h"
#include "core/file/huggingface_arithmetic.h"
#include "core/graph/cached_layer.h"
#include "core/task/task.h"

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
/// Of what a recipe that rounds inputs changes. ONNX keeps biases as whole numbers, which the recipe does
/// not, and what falls to the other side of a border takes all behind it along: behind 65 layers the two were
/// 0.9 of it apart, and independent roundings are the root of 2. Other outputs altogether, as of rows in
/// another order, are farther than the most that is allowed.
constexpr double largestShare = 1.42, mostOfAll = 0.5;

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

/// Time steps whose outputs are stored in place of layers: others a network cannot be run at where the layers
/// themselves are gone.
class StoredTimes {
public:
    void add(const std::shared_ptr<const LayerReplacement>& replacement)
    {
        if (!replacement || replacement->graph.nodes.empty() || !isTimeTable(replacement->graph.nodes.back()))
            return;
        const std::vector<Node>& nodes = replacement->graph.nodes;
        const std::vector<float> known =
            replacement->parts[std::size_t(nodes.back().weights[1])].tensor.toFloats();
        std::optional<std::vector<float>>& times = nodes.size() == 1 ? m_needed : m_kept;
        if (times)
            std::erase_if(*times, [&](float time) { return std::ranges::find(known, time) == known.end(); });
        else
            times = known;
    }
    /// One that all tables hold, from the middle.
    [[nodiscard]] std::optional<float> middle() const
    {
        const std::optional<std::vector<float>>& times = m_needed ? m_needed : m_kept;
        return times && !times->empty() ? std::optional((*times)[times->size() / 2]) : std::nullopt;
    }

private:
    std::optional<std::vector<float>> m_needed, m_kept; ///< of tables alone, and of those beside a layer
};

Result<std::optional<float>> storedTime(
    const Model& model, Compressor& compressor, const Allocation& allocation, const std::stop_token& stop)
{
    StoredTimes times;
    for (std::size_t i = 0; i < model.file->tensors.size(); ++i)
        if (!model.layerOf(TensorId(i))) // a table alone is no layer any more
            times.add(model.file->tensors[i].replacement);
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const LayerChoice& choice = allocation.layers[i];
        const LayerMethod* const method =
            choice.format.empty() ? nullptr : compressor.methods()(choice.method);
        if (method == nullptr || method->makesReplacements())
            times.add(TRY(compressor.compress(LayerId(i), choice, stop)).replacement());
    }
    return times.middle();
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
    std::uniform_real_distribution<float> pixel(0, 1), latent(-1, 1);
    std::vector<Tensor> inputs;
    for (const GraphInput& input : graph.inputs) {
        std::vector<float> values(TensorType{nullptr, input.shape}.elements());
        if (inputs.empty() && !model.picture->latent) { // ranges of rounded inputs are those of pictures
            Picture noise(input.shape[1], input.shape[2], input.shape[3]);
            std::ranges::generate(noise.values, [&] { return pixel(random); });
            inputs.push_back(networkInput(noise, model.picture->normalisation));
            continue;
        }
        if (inputs.empty() || input.shape.size() == 4) // latents
            std::ranges::generate(values, [&] { return latent(random); });
        else if (input.shape.size() == 1 && input.shape[0] == model.picture->promptTokens)
            std::ranges::fill(values, float(model.picture->padToken));
        else
            std::ranges::fill(
                values,
                time.value_or(float(double(model.picture->schedule.steps) / 2 * model.picture->timeScale)));
        inputs.push_back(Tensor::adoptFloats(input.shape, std::move(values)));
    }
    return inputs;
}

/// What comes out, of each network of a pipeline: those behind read what those before them made.
Result<std::vector<Tensor>> outputsOf(
    const Model& model, const LayerOf& layer, std::span<const Tensor> inputs, const std::stop_token& stop,
    const std::function<void(double)>& progress)
{
    Graph graph = *model.graph;
    ValueMap given{{graph.input, inputs[0]}};
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
        given[graph.inputs[i].value] = inputs[i];
    const auto weightsOf = [&](TensorId id) -> Result<Executor::Weights> {
        const auto found = model.layerOf(id);
        return Executor::Weights{
            found ? TRY(layer(*found)) : TRY(storedLayer(model.tensor(id))),
            keyOf("written check", model.key, id)};
    };
    std::vector<Tensor> outputs;
    for (std::size_t p = 0; p < model.graph->partCount(); ++p) {
        const GraphPart part = model.graph->part(p);
        graph.output = part.output; // to be kept
        ValueMap values;
        for (std::size_t stage = part.firstStage; stage <= part.lastStage; ++stage) {
            // An executor keeps what it has packed: a new one forgets the stage before.
            const auto executor = TRY(makeExecutor("cpu"));
            for (const ValueId input : part.inputs)
                values.emplace(input, given.at(input));
            TRY_VOID(executor->run(graph, stage, stage, values, weightsOf, nullptr, stop));
            progress(double(stage + 1) / double(graph.stageCount));
        }
        outputs.push_back(values.at(part.output));
        given[part.output] = outputs.back();
    }
    return outputs;
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

/// The model with those inputs rounded that are in runtimes of what was written: the folder of BitNet. Null:
/// none are that were not before.
std::shared_ptr<const Model> roundedAs(const Model& model, const Model& written)
{
    constexpr std::string_view key = huggingface::roundedInputsKey;
    const auto* const names = written.file->metadata.strings(key);
    const auto* const before = model.file->metadata.strings(key);
    if (names == nullptr || (before != nullptr && *before == *names))
        return nullptr;
    ModelFile file = *model.file;
    file.metadata.set(std::string(key), *names);
    return makeModel(std::move(file));
}

bool roundsInputs(const CompressedLayer& layer)
{
    return layer.isReplacement()
        && std::ranges::any_of(layer.replacement()->graph.nodes, [](const Node& node) {
               return node.op.kind == OpKind::QuantizeRows;
           });
}

double largestOf(std::span<const Tensor> a, std::span<const Tensor> b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double one = relativeDifference(a[i].floats(), b[i].floats());
        if (std::isnan(one) || one > largest) // a NaN stays
            largest = one;
    }
    return largest;
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
    if (kl)
        return *kl <= largestKl; // a NaN does not
    return difference <= std::max(largestDifference, std::min(largestShare * recipe.value_or(0), mostOfAll));
}

std::string WrittenCheck::sentence() const
{
    if (std::isnan(kl ? *kl : difference))
        return "the outputs of the file that was written, or of its recipe, are not finite";
    if (kl)
        return fmt::format(
            "the file that was written and its recipe differ by {:.2g} nats a token over {} tokens", *kl,
            tokens);
    if (recipe)
        return fmt::format(
            "the outputs of the file that was written and of its recipe differ by {:.2g} of their root mean "
            "square, where the recipe changes {:.2g}",
            difference, *recipe);
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
    bool isRounded = false;
    const LayerOf compressed = [&](LayerId layer) -> Result<CompressedLayer> {
        CompressedLayer made = TRY(compressor.compress(layer, allocation[layer], stop));
        isRounded = isRounded || roundsInputs(made);
        return made;
    };
    const std::shared_ptr<const Model> rounded = roundedAs(model, written);
    if (rounded && !rounded->graph)
        return fail(ErrorCode::Unsupported, "{}", rounded->whyNotEvaluated);
    const std::vector<Tensor> expected =
        TRY(outputsOf(rounded ? *rounded : model, compressed, inputs, stop, [&](double fraction) {
            progress(fraction / 2);
        }));
    const std::vector<Tensor> found = TRY(outputsOf(
        written, [&](LayerId layer) { return storedLayer(written.tensor(written.layer(layer).tensor)); },
        inputs, stop, [&](double fraction) { progress(0.5 + fraction / 2); }));
    const auto shapeOf = [](const Tensor& output) { return output.type().shape; };
    if (!std::ranges::equal(expected, found, {}, shapeOf, shapeOf))
        return fail(
            ErrorCode::InvalidInput, "the file that was written gives outputs of [{}], the model of [{}]",
            fmt::join(found.back().type().shape, ", "), fmt::join(expected.back().type().shape, ", "));
    WrittenCheck check;
    check.difference = largestOf(expected, found);
    if (model.picture && isRounded && check.difference > largestDifference) {
        const Allocation all = model.original();
        const std::vector<Tensor> original = TRY(outputsOf(
            model, [&](LayerId layer) { return compressor.compress(layer, all[layer], stop); }, inputs, stop,
            [](double) {}));
        check.recipe = largestOf(expected, original);
    }
    if (!model.picture) {
        const auto a = expected[0].floats(), b = found[0].floats();
        const std::size_t columns = expected[0].type().columns(), rows = a.size() / columns;
        double sum = 0;
        for (std::size_t row = 0; row < rows; ++row)
            sum += divergence(a.subspan(row * columns, columns), b.subspan(row * columns, columns));
        check.kl = sum / double(rows);
        check.tokens = rows;
    }
    return check;
}

} // namespace tritloom
