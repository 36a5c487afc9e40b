#include "plugins/bias_correction/bias_correction.h"

#include "core/base/matrix_product.h"
#include "core/method/folding.h"
#include "core/method/graph_uses.h"
#include "core/method/usual_parameters.h"

#include <algorithm>

namespace tritloom {
namespace {

bool isLayer(const Node& node)
{
    const bool isDense = node.op.kind == OpKind::Linear
        || (node.op.kind == OpKind::Convolution && node.op.count("groups", 1) == 1);
    return isDense && !node.weights.empty() && node.literals.empty();
}

bool adds(const Node& node)
{
    const bool isSum = node.op.kind == OpKind::Add
        || (node.op.kind == OpKind::Binary
            && BinaryFunction(node.op.count("function")) == BinaryFunction::Add);
    return isSum && node.inputs.size() == 1 && node.weights.size() == 1 && node.literals.empty();
}

/// A number for each output, along the dimension that they lie in: the last of a product, the one before the
/// places of a convolution.
bool isBias(const Shape& shape, const Node& layer, std::size_t outputs)
{
    const std::size_t behind = layer.op.kind == OpKind::Linear ? 0 : layer.op.list("kernel").size();
    if (shape.size() <= behind || shape[shape.size() - 1 - behind] != outputs)
        return false;
    std::size_t elements = 1;
    for (const std::size_t size : shape)
        elements *= size;
    return elements == outputs;
}

/// Where the mean of a layer's output can be moved, and the norm behind it.
struct Places {
    std::optional<TensorId> bias;
    const Node* norm = nullptr;
};

Result<Places> placesBehind(
    ModelProbe& probe, const Node& layer, std::size_t outputs, const Graph& graph, const GraphUses& uses)
{
    Places places;
    if (layer.weights.size() > 1)
        places.bias = layer.weights[1];
    const Node* last = &layer;
    for (const Node& next : graph.nodes) { // in the order of their work: an addition comes before its norm
        if (next.inputs.empty() || uses.soleMaker(next.inputs[0]) != last)
            continue;
        if (adds(next) && !places.bias
            && isBias(TRY(probe.tensor(next.weights[0])).type().shape, layer, outputs)) {
            places.bias = next.weights[0];
            last = &next;
        } else if (next.op.kind == OpKind::BatchNorm && next.weights.size() == 4) {
            places.norm = uses.areUsedOnce(next.weights) ? &next : nullptr;
            break;
        } else {
            break;
        }
    }
    if (places.bias) {
        const TensorId only[] = {*places.bias};
        if (!uses.areUsedOnce(only))
            places.bias.reset();
    }
    return places;
}

/// Of each output: how far rounding moves its mean, and the ratio of its variances (empty where not asked).
struct Movement {
    std::vector<double> shift, ratio;
};

/// w C w^T of each row, C = gram - mean mean^T.
std::vector<double>
variances(const std::vector<float>& rows, const std::vector<float>& gram, const std::vector<float>& mean)
{
    const std::size_t columns = mean.size(), count = rows.size() / columns;
    std::vector<float> product(rows.size());
    addProduct(
        MatrixView<const float>{rows.data(), count, columns, columns},
        MatrixView<const float>{gram.data(), columns, columns, columns},
        MatrixView<float>{product.data(), count, columns, columns});
    std::vector<double> result(count);
    for (std::size_t r = 0; r < count; ++r) {
        double square = 0, along = 0;
        for (std::size_t c = 0; c < columns; ++c) {
            square += double(product[r * columns + c]) * double(rows[r * columns + c]);
            along += double(rows[r * columns + c]) * double(mean[c]);
        }
        result[r] = square - along * along;
    }
    return result;
}

Result<Movement> movementOf(ModelProbe& probe, std::size_t layer, bool withVariance)
{
    const std::vector<float> before = TRY(probe.weights(layer)).toFloats(),
                             after = TRY(probe.compressed(layer, 0)).toFloats(),
                             mean = TRY(probe.mean(layer)).toFloats();
    Movement movement{.shift = std::vector<double>(before.size() / mean.size()), .ratio = {}};
    for (std::size_t i = 0; i < before.size(); ++i)
        movement.shift[i / mean.size()] +=
            (double(after[i]) - double(before[i])) * double(mean[i % mean.size()]);
    if (withVariance && before != after) {
        const std::vector<float> gram = TRY(probe.gram(layer)).toFloats();
        const std::vector<double> was = variances(before, gram, mean), is = variances(after, gram, mean);
        for (std::size_t r = 0; r < was.size(); ++r)
            movement.ratio.push_back(was[r] > 0 && is[r] > 0 ? is[r] / was[r] : 1);
    }
    return movement;
}

Result<void> moveBias(Folding& folding, TensorId id, const std::vector<double>& shift)
{
    const Tensor bias = TRY(folding.tensor(id));
    std::vector<float> values = bias.toFloats();
    if (values.size() != shift.size())
        return fail(
            ErrorCode::InvalidInput, "a bias of {} numbers for {} outputs", values.size(), shift.size());
    for (std::size_t r = 0; r < values.size(); ++r)
        values[r] = float(double(values[r]) - shift[r]);
    folding.set(id, Tensor::adoptFloats(bias.type().shape, std::move(values)));
    return {};
}

Result<void> tuneNorm(Folding& folding, const Node& norm, const Movement& movement, bool moveMean)
{
    const Shape shape = TRY(folding.tensor(norm.weights[2])).type().shape;
    std::vector<float> mean = TRY(folding.tensor(norm.weights[2])).toFloats(),
                       variance = TRY(folding.tensor(norm.weights[3])).toFloats();
    if (mean.size() != movement.shift.size())
        return fail(
            ErrorCode::InvalidInput, "{} has {} channels for {} outputs", norm.name, mean.size(),
            movement.shift.size());
    for (std::size_t r = 0; r < mean.size(); ++r) {
        const NormMoments tuned = tunedMoments(
            {double(mean[r]), double(variance[r])}, norm.op.number("epsilon"),
            moveMean ? movement.shift[r] : 0, movement.ratio.empty() ? 1 : movement.ratio[r]);
        mean[r] = float(tuned.mean);
        variance[r] = float(tuned.variance);
    }
    folding.set(norm.weights[2], Tensor::adoptFloats(shape, std::move(mean)));
    folding.set(norm.weights[3], Tensor::adoptFloats(shape, std::move(variance)));
    return {};
}

} // namespace

NormMoments tunedMoments(const NormMoments& before, double epsilon, double shift, double ratio)
{
    const double kept = std::clamp(ratio, 0.25, 4.0);
    return {before.mean + shift, std::max(0.0, (before.variance + epsilon) * kept - epsilon)};
}

std::vector<ParameterSpec> BiasCorrection::parameters() const
{
    return {switchParameter("variance", "Tune the variance of batch norms too", true)};
}

Result<TransformedModel>
BiasCorrection::apply(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const bool withVariance = TRY(parameterValue(parameters(), given, "variance")) != 0;
    if (probe.graph() == nullptr)
        return fail(
            ErrorCode::Unsupported, "biases can be corrected only where the graph of the model is known");
    if (probe.candidates().empty())
        return fail(
            ErrorCode::InvalidInput,
            "biases are corrected for one format and method: 'sensitivity' and 'allocate' take them as "
            "--formats and --method, the window takes the loom's");
    const Graph& graph = *probe.graph();
    const GraphUses uses(graph);
    Folding folding(probe);
    std::size_t layers = 0, corrected = 0, done = 0;
    for (const Node& node : graph.nodes) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {}", layers);
        context.progress(double(done++) / double(graph.nodes.size()));
        if (!isLayer(node))
            continue;
        ++layers;
        const auto layer = layerOf(probe, node.weights[0]);
        if (!layer)
            continue; // a matrix that is not compressed
        const Places places = TRY(placesBehind(probe, node, probe.layers()[*layer].rows, graph, uses));
        if (!places.bias && places.norm == nullptr)
            continue;
        const Movement movement = TRY(movementOf(probe, *layer, withVariance && places.norm != nullptr));
        if (places.bias)
            TRY_VOID(moveBias(folding, *places.bias, movement.shift));
        if (places.norm != nullptr)
            TRY_VOID(tuneNorm(folding, *places.norm, movement, !places.bias));
        ++corrected;
    }
    context.progress(1);
    if (corrected == 0)
        return fail(
            ErrorCode::Unsupported,
            "none of the {} layers of this model has a bias or a batch norm behind it", layers);
    TransformedModel result;
    const CandidateInfo& made = probe.candidates().front();
    result.notices.push_back(fmt::format(
        "biases and norms now fit layers in {} by {}; of other bits, and uncompressed, the model computes "
        "something else than before",
        made.format, made.method));
    if (corrected < layers)
        result.notices.push_back(fmt::format(
            "{} of {} layers have no bias and no batch norm behind them and stay", layers - corrected,
            layers));
    result.tensors = std::move(folding).take();
    return result;
}

} // namespace tritloom
