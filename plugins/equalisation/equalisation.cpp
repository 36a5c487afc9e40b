#include "plugins/equalisation/equalisation.h"

#include "core/method/folding.h"
#include "core/method/graph_uses.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// f(s x) = s f(x) for s > 0, channel by channel.
bool isHomogeneous(const Op& op)
{
    if (op.kind == OpKind::MaxPool || op.kind == OpKind::AveragePool)
        return true;
    if (op.kind == OpKind::Binary)
        return BinaryFunction(op.count("function")) == BinaryFunction::PRelu;
    if (op.kind != OpKind::Unary)
        return false;
    const auto function = UnaryFunction(op.count("function"));
    return function == UnaryFunction::Relu || function == UnaryFunction::LeakyRelu
        || function == UnaryFunction::Abs;
}

/// A folded norm only adds: mean 0 and a factor of 1.
Result<bool> onlyAdds(ModelProbe& probe, const Node& norm)
{
    if (norm.weights.size() != 4)
        return false;
    const std::vector<float> scale = TRY(probe.tensor(norm.weights[0])).toFloats(),
                             mean = TRY(probe.tensor(norm.weights[2])).toFloats(),
                             variance = TRY(probe.tensor(norm.weights[3])).toFloats();
    for (std::size_t c = 0; c < scale.size(); ++c) {
        const double deviation = std::sqrt(double(variance[c]) + norm.op.number("epsilon"));
        if (mean[c] != 0 || std::abs(double(scale[c]) / deviation - 1) > 1e-6)
            return false;
    }
    return true;
}

bool isLayer(const Node& node)
{
    return (node.op.kind == OpKind::Convolution || node.op.kind == OpKind::Linear) && !node.weights.empty();
}

/// [channels, elements a channel] of the second layer: which elements of its matrix read channel i.
struct Columns {
    std::size_t channels, perGroup, outputsPerGroup, taps, columns;

    Columns(const Node& node, const TensorType& type)
        : channels(0)
        , perGroup(0)
        , outputsPerGroup(0)
        , taps(1)
        , columns(type.columns())
    {
        for (const std::int64_t size : node.op.list("kernel"))
            taps *= std::size_t(size);
        const std::size_t groups = node.op.count("groups", 1);
        perGroup = columns / taps;
        channels = perGroup * groups;
        outputsPerGroup = type.rows() / groups;
    }
    [[nodiscard]] std::size_t channelOf(std::size_t element) const
    {
        return element / columns / outputsPerGroup * perGroup + element % columns / taps;
    }
};

Result<float> equalise(Folding& folding, const LayerPair& pair)
{
    const Tensor first = TRY(folding.tensor(pair.first->weights[0])),
                 second = TRY(folding.tensor(pair.second->weights[0]));
    std::vector<float> a = first.toFloats(), b = second.toFloats();
    const std::size_t width = first.type().columns();
    const Columns reads(*pair.second, second.type());
    if (reads.channels != first.type().rows())
        return fail(
            ErrorCode::InvalidInput, "{} makes {} channels, {} reads {}", pair.first->name,
            first.type().rows(), pair.second->name, reads.channels);
    std::vector<float> made(reads.channels), read(reads.channels);
    for (std::size_t i = 0; i < a.size(); ++i)
        made[i / width] = std::max(made[i / width], std::abs(a[i]));
    for (std::size_t i = 0; i < b.size(); ++i)
        read[reads.channelOf(i)] = std::max(read[reads.channelOf(i)], std::abs(b[i]));
    const std::vector<float> scales = equalisingScales(made, read);
    float farthest = 0;
    std::vector<float> inverse;
    for (const float scale : scales) {
        inverse.push_back(1 / scale);
        farthest = std::max(farthest, std::abs(std::log(scale)));
    }
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] *= inverse[i / width];
    for (std::size_t i = 0; i < b.size(); ++i)
        b[i] *= scales[reads.channelOf(i)];
    folding.set(pair.first->weights[0], Tensor::adoptFloats(first.type().shape, std::move(a)));
    folding.set(pair.second->weights[0], Tensor::adoptFloats(second.type().shape, std::move(b)));
    for (const TensorId id : pair.vectors)
        TRY_VOID(folding.scaleColumns(id, inverse));
    return farthest;
}

} // namespace

std::vector<ParameterSpec> Equalisation::parameters() const
{
    return {
        {.key = "iterations",
         .title = "Rounds over all pairs, at most",
         .unit = "",
         .standard = 40,
         .lowest = 1,
         .highest = 1000,
         .whole = true},
        {.key = "tolerance",
         .title = "Done when no factor is farther from 1",
         .unit = "of its logarithm",
         .standard = 1e-3,
         .lowest = 1e-6,
         .highest = 1}};
}

std::vector<float> equalisingScales(std::span<const float> first, std::span<const float> second)
{
    std::vector<float> scales(first.size(), 1);
    for (std::size_t i = 0; i < first.size(); ++i)
        if (first[i] > 0 && second[i] > 0)
            scales[i] = float(std::sqrt(double(first[i]) * double(second[i])) / double(second[i]));
    return scales;
}

std::vector<LayerPair> equalisablePairs(ModelProbe& probe, std::vector<std::string>& blocked)
{
    const Graph& graph = *probe.graph();
    const GraphUses uses(graph);
    std::vector<LayerPair> pairs;
    for (const Node& second : graph.nodes) {
        if (!isLayer(second))
            continue;
        LayerPair pair{.second = &second};
        const Node* between = uses.soleMaker(second.inputs[0]);
        bool isOpen = between != nullptr;
        for (; isOpen && !isLayer(*between); between = uses.soleMaker(between->inputs[0])) {
            if (between->op.kind == OpKind::BatchNorm && onlyAdds(probe, *between).value_or(false))
                pair.vectors.push_back(between->weights[1]);
            else
                isOpen = isHomogeneous(between->op);
            isOpen = isOpen && between->inputs.size() == 1 && uses.soleMaker(between->inputs[0]) != nullptr;
            if (!isOpen)
                break;
        }
        if (!isOpen || between == nullptr) {
            blocked.push_back(second.name);
            continue;
        }
        pair.first = between;
        if (between->weights.size() > 1)
            pair.vectors.push_back(between->weights[1]);
        const TensorId matrices[] = {between->weights[0], second.weights[0]};
        if (!between->literals.empty() || !uses.areUsedOnce(matrices) || !uses.areUsedOnce(pair.vectors)) {
            blocked.push_back(second.name);
            continue;
        }
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

Result<TransformedModel>
Equalisation::apply(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const double iterations = TRY(parameterValue(specs, given, "iterations")),
                 tolerance = TRY(parameterValue(specs, given, "tolerance"));
    if (probe.graph() == nullptr)
        return fail(
            ErrorCode::Unsupported, "layers can be equalised only where the graph of the model is known");
    TransformedModel result;
    std::vector<std::string> blocked;
    const std::vector<LayerPair> pairs = equalisablePairs(probe, blocked);
    if (pairs.empty())
        return fail(
            ErrorCode::Unsupported,
            "no two layers of this network follow each other with only ReLU or a pool between (fold batch "
            "norms first)");
    Folding folding(probe);
    for (int round = 0; round < int(iterations); ++round) {
        float farthest = 0;
        for (const LayerPair& pair : pairs) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled in round {}", round + 1);
            farthest = std::max(farthest, TRY(equalise(folding, pair)));
        }
        context.progress(double(round + 1) / iterations);
        if (double(farthest) <= tolerance)
            break;
    }
    result.tensors = std::move(folding).take();
    result.notices.push_back(fmt::format(
        "{} pairs of layers were equalised; in front of {} layers stands something else than ReLU or a pool",
        pairs.size(), blocked.size()));
    return result;
}

} // namespace tritloom
