#include "plugins/batchnorm_folding/batchnorm_folding.h"

#include "core/method/folding.h"
#include "core/method/graph_uses.h"

#include <cmath>

namespace tritloom {
namespace {

/// Factors and summands of a norm, one a channel: y = factor x + summand.
struct Affine {
    std::vector<double> factor, summand;
};

Result<Affine> affineOf(Folding& folding, const Node& norm)
{
    std::vector<std::vector<float>> parts; // scale, bias, mean, variance
    for (const TensorId id : norm.weights)
        parts.push_back(TRY(folding.tensor(id)).toFloats());
    Affine result;
    for (std::size_t c = 0; c < parts[0].size(); ++c) {
        const double factor =
            double(parts[0][c]) / std::sqrt(double(parts[3][c]) + norm.op.number("epsilon"));
        result.factor.push_back(factor);
        result.summand.push_back(double(parts[1][c]) - double(parts[2][c]) * factor);
    }
    return result;
}

/// The output channel of an element of a layer's matrix.
std::size_t
channelOf(const Op& op, std::size_t row, std::size_t column, std::size_t rows, std::size_t columns)
{
    if (op.kind != OpKind::TransposedConvolution)
        return row;
    // [outputs / groups * taps, channels]: the column says which group.
    std::size_t taps = 1;
    for (const std::int64_t size : op.list("kernel"))
        taps *= std::size_t(size);
    const std::size_t groups = op.count("groups", 1);
    return column / (columns / groups) * (rows / taps) + row / taps;
}

Result<void> fold(Folding& folding, const Node& layer, const Node& norm)
{
    const Affine affine = TRY(affineOf(folding, norm));
    const std::size_t channels = affine.factor.size();
    const Tensor before = TRY(folding.tensor(layer.weights[0]));
    std::vector<float> weights = before.toFloats();
    const std::size_t rows = before.type().rows(), columns = before.type().columns();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const std::size_t channel = channelOf(layer.op, i / columns, i % columns, rows, columns);
        if (channel >= channels)
            return fail(
                ErrorCode::InvalidInput, "{}: {} channels for a norm of {}", layer.name, channel + 1,
                channels);
        weights[i] = float(double(weights[i]) * affine.factor[channel]);
    }
    folding.set(layer.weights[0], Tensor::adoptFloats(before.type().shape, std::move(weights)));
    std::vector<float> left(affine.summand.begin(), affine.summand.end()); // what the norm still adds
    if (layer.weights.size() > 1) {
        const Tensor bias = TRY(folding.tensor(layer.weights[1]));
        std::vector<float> values = bias.toFloats();
        for (std::size_t c = 0; c < channels; ++c)
            values[c] = float(double(values[c]) * affine.factor[c] + affine.summand[c]);
        folding.set(layer.weights[1], Tensor::adoptFloats(bias.type().shape, std::move(values)));
        left.assign(channels, 0);
    }
    const Shape shape = TRY(folding.tensor(norm.weights[0])).type().shape;
    folding.set(norm.weights[0], Tensor::adoptFloats(shape, std::vector<float>(channels, 1)));
    folding.set(norm.weights[1], Tensor::adoptFloats(shape, std::move(left)));
    folding.set(norm.weights[2], Tensor::adoptFloats(shape, std::vector<float>(channels, 0)));
    const auto variance = float(1 - norm.op.number("epsilon"));
    folding.set(norm.weights[3], Tensor::adoptFloats(shape, std::vector<float>(channels, variance)));
    return {};
}

} // namespace

Result<TransformedModel>
BatchNormFolding::apply(ModelProbe& probe, const Parameters&, const MethodContext& context) const
{
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "norms can be folded only where the graph of the model is known");
    const Graph& graph = *probe.graph();
    const GraphUses uses(graph);
    Folding folding(probe);
    TransformedModel result;
    std::size_t folded = 0, norms = 0;
    for (const Node& norm : graph.nodes) {
        if (norm.op.kind != OpKind::BatchNorm)
            continue;
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at norm {}", norms);
        ++norms;
        const Node* const layer = uses.soleMaker(norm.inputs[0]);
        const bool isLayer = layer != nullptr
            && (layer->op.kind == OpKind::Convolution || layer->op.kind == OpKind::TransposedConvolution
                || layer->op.kind == OpKind::Linear);
        if (!isLayer || layer->weights.empty() || !layer->literals.empty() || norm.weights.size() != 4
            || !uses.areUsedOnce(layer->weights) || !uses.areUsedOnce(norm.weights)) {
            result.notices.push_back(fmt::format(
                "the norm '{}' stays: it is not behind a convolution that it alone reads", norm.name));
            continue;
        }
        TRY_VOID(fold(folding, *layer, norm));
        ++folded;
    }
    if (folded == 0)
        return fail(ErrorCode::Unsupported, "this network has no batch norm behind a convolution");
    result.tensors = std::move(folding).take();
    return result;
}

} // namespace tritloom
