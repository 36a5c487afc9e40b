#include "plugins/torch/tuning_data.h"

#include "core/base/parallel.h"
#include "core/method/graph_uses.h"
#include "core/method/network_probe.h"
#include "plugins/torch/many_at_once.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

// The way back needs all values of all of them: larger networks are run one picture at a time.
constexpr std::size_t mostGroupBytes = std::size_t{1} << 29;

/// What a softmax at the end of the graph reads, or the output.
ValueId logitsOf(const Graph& graph)
{
    const GraphUses uses(graph);
    const Node* last = uses.makerOf(graph.output);
    while (last != nullptr && last->op.kind == OpKind::Reshape && last->inputs.size() == 1)
        last = uses.makerOf(last->inputs[0]);
    const bool isSoftmax =
        last != nullptr && (last->op.kind == OpKind::Softmax || last->op.kind == OpKind::LogSoftmax);
    return isSoftmax ? last->inputs[0] : graph.output;
}

/// Of logits of one picture. Errors: Unsupported, where the shape is another.
Result<std::size_t> classesOf(const Shape& shape)
{
    const std::size_t classes = shape.size() > 1 ? shape[1] : 0;
    if (classes < 2 || shape[0] != 1 || TensorType{nullptr, shape}.elements() != classes)
        return fail(
            ErrorCode::Unsupported,
            "what is tuned follows the probabilities of classes; this network's output is [{}]",
            fmt::join(shape, ", "));
    return classes;
}

/// log softmax of a row in double.
std::vector<double> logProbabilities(std::span<const float> logits)
{
    std::vector<double> row(logits.begin(), logits.end());
    const double largest = *std::ranges::max_element(row);
    double total = 0;
    for (const double value : row)
        total += std::exp(value - largest);
    for (double& value : row)
        value -= largest + std::log(total);
    return row;
}

/// KL(softmax(expected) || softmax(actual)) of a row, and its slope by `actual`: softmax(actual) -
/// softmax(expected).
double divergenceOf(std::span<const float> expected, std::span<const float> actual, std::span<float> slope)
{
    const std::vector<double> p = logProbabilities(expected), q = logProbabilities(actual);
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        sum += std::exp(p[i]) * (p[i] - q[i]);
        slope[i] = float(std::exp(q[i]) - std::exp(p[i]));
    }
    return std::max(sum, 0.0);
}

/// Mean of (actual - expected)^2 of a row, and its slope by `actual`.
double squaresOf(std::span<const float> expected, std::span<const float> actual, std::span<float> slope)
{
    double sum = 0;
    const double count = double(expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double off = double(actual[i]) - double(expected[i]);
        sum += off * off;
        slope[i] = float(2 * off / count);
    }
    return sum / count;
}

} // namespace

Result<Tensor> TuningData::tensorOf(TensorId id, const TensorMap& replaced) const
{
    if (const auto found = replaced.find(id); found != replaced.end())
        return found->second;
    if (const auto found = m_tensors.find(id); found != m_tensors.end())
        return found->second;
    return fail(
        ErrorCode::InvalidInput, "tensor {} is read, but not among those of the graph", std::uint32_t(id));
}

std::size_t TuningData::rows() const
{
    std::size_t count = 0;
    for (const Part& part : m_parts)
        count += part.logits.type().rows();
    return count;
}

void TuningData::replace(TensorId id, std::vector<float> values)
{
    Tensor& tensor = m_tensors.at(id);
    tensor = Tensor::adoptFloats(tensor.type().shape, std::move(values));
}

Result<void> TuningData::gatherPictures(ModelProbe& probe, const MethodContext& context)
{
    auto* const network = dynamic_cast<NetworkProbe*>(&probe);
    if (network == nullptr)
        return fail(
            ErrorCode::Unsupported, "what is tuned learns from calibration pictures, and there are none");
    for (std::size_t chunk = 0; chunk < probe.chunkCount(); ++chunk) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at picture {}", chunk);
        NetworkProbe::Values made = TRY(network->values(chunk));
        if (chunk == 0) {
            m_graph = made.graph;
            m_logits = logitsOf(m_graph);
            for (const auto& [id, value] : made.values)
                m_valueBytes += value.bytes().size();
        }
        Part part;
        for (const ValueId input : made.graph.part(0).inputs)
            part.inputs[input] = made.values.at(input);
        const Tensor logits = made.values.at(m_logits);
        const std::size_t classes = TRY(classesOf(logits.type().shape));
        part.logits = Tensor::fromFloats({1, classes}, logits.floats());
        m_parts.push_back(std::move(part));
    }
    return {};
}

Result<void> TuningData::gatherText(ModelProbe& probe, const MethodContext& context)
{
    m_graph = *probe.graph();
    m_logits = logitsOf(m_graph);
    // Behind the embedding where one value goes on; else, as in recurrent networks, from the tokens on.
    const std::vector<ValueId> live = m_graph.liveAfter(0);
    const std::size_t first = live.size() == 1 ? 1 : 0;
    constexpr double mostLogits = 1e9; // 4 GB of f32, kept for every step
    double logits = 0;
    for (std::size_t chunk = 0; chunk < probe.chunkCount(); ++chunk) {
        Part part;
        part.inputs[first == 1 ? live[0] : m_graph.input] = TRY(probe.stageInput(first, chunk));
        Gradients made = TRY(m_engine->run(
            {.graph = m_graph,
             .inputs = part.inputs,
             .outputs = {m_logits},
             .tensorOf = [this](TensorId id) { return tensorOf(id, {}); },
             .wanted = {},
             .stop = context.stop}));
        part.logits = std::move(made.outputs[0]);
        logits += double(part.logits.type().elements());
        if (logits > mostLogits)
            return fail(
                ErrorCode::Unsupported,
                "the logits of {} parts of the text and more are over 4 GB: choose a shorter text or fewer "
                "parts",
                m_parts.size() + 1);
        m_parts.push_back(std::move(part));
    }
    return {};
}

Result<void> TuningData::checkAgainstProbe(const std::stop_token& stop)
{
    const auto farthest = [&](std::span<const std::size_t> parts, const Graph& graph) -> Result<double> {
        std::map<ValueId, Tensor> inputs;
        for (const auto& [id, tensor] : m_parts[0].inputs) {
            std::vector<const Tensor*> list;
            for (const std::size_t p : parts)
                list.push_back(&m_parts[p].inputs.at(id));
            inputs[id] = stacked(list);
        }
        const Gradients made = TRY(m_engine->run(
            {.graph = graph,
             .inputs = std::move(inputs),
             .outputs = {m_logits},
             .tensorOf = [this](TensorId id) { return tensorOf(id, {}); },
             .wanted = {},
             .stop = stop}));
        std::vector<const Tensor*> list;
        for (const std::size_t p : parts)
            list.push_back(&m_parts[p].logits);
        return farthestApart(stacked(list), made.outputs[0]);
    };
    const std::size_t first[] = {0};
    if (const double difference = TRY(farthest(first, m_graph)); !(difference <= sameWithin))
        return fail(
            ErrorCode::InvalidInput,
            "LibTorch and the program's own backend make of the first picture logits that differ by {:.2g} "
            "of "
            "the largest",
            difference);
    const bool areAlike = std::ranges::all_of(m_parts, [&](const Part& part) {
        return std::ranges::all_of(part.inputs, [&](const auto& input) {
            const Shape& shape = input.second.type().shape;
            return shape == m_parts[0].inputs.at(input.first).type().shape && !shape.empty() && shape[0] == 1;
        });
    });
    const std::size_t last[] = {0, m_parts.size() - 1};
    if (m_parts.size() < 2 || !areAlike || m_valueBytes * picturesAtOnce > mostGroupBytes)
        return {};
    if (const auto pair = graphForMany(m_graph, 2)) {
        const auto difference = farthest(last, *pair);
        if (!difference && difference.error().code == ErrorCode::Cancelled)
            return tl::make_unexpected(difference.error());
        m_runsManyAtOnce = difference && *difference <= sameWithin;
    }
    return {};
}

Result<TuningData> TuningData::gather(ModelProbe& probe, const MethodContext& context, Distance distance)
{
    if (probe.graph() == nullptr)
        return fail(
            ErrorCode::Unsupported, "gradients can be followed only where the graph of the model is known");
    const Graph& graph = *probe.graph();
    if (graph.partCount() > 1)
        return fail(
            ErrorCode::Unsupported, "gradients are followed in one network, not in a pipeline of several");
    if (!graph.outputShape.empty())
        TRY(classesOf(graph.outputShape));
    TuningData data;
    data.m_distance = distance;
    for (const Node& node : graph.nodes)
        for (const TensorId id : node.weights)
            if (!data.m_tensors.contains(id)) {
                const Tensor tensor = TRY(probe.tensor(id));
                data.m_tensors[id] = Tensor::adoptFloats(tensor.type().shape, tensor.toFloats());
            }
    if (probe.chunkCount() == 0)
        return fail(ErrorCode::Unsupported, "what is tuned learns from calibration data, and there is none");
    data.m_engine = TRY(gradientEngine());
    if (graph.inputs.empty()) {
        TRY_VOID(data.gatherText(probe, context));
        return data;
    }
    TRY_VOID(data.gatherPictures(probe, context));
    TRY_VOID(data.checkAgainstProbe(context.stop));
    return data;
}

Result<TuningData::Descent> TuningData::descendTogether(
    std::span<const std::size_t> parts, const TensorMap& replaced, const std::set<TensorId>& wanted,
    const std::stop_token& stop) const
{
    const std::optional<Graph> many =
        parts.size() > 1 ? graphForMany(m_graph, parts.size()) : std::optional<Graph>();
    std::map<ValueId, Tensor> inputs = m_parts[parts[0]].inputs;
    Tensor expected = m_parts[parts[0]].logits;
    if (many) {
        for (auto& [id, tensor] : inputs) {
            std::vector<const Tensor*> list;
            for (const std::size_t p : parts)
                list.push_back(&m_parts[p].inputs.at(id));
            tensor = stacked(list);
        }
        std::vector<const Tensor*> list;
        for (const std::size_t p : parts)
            list.push_back(&m_parts[p].logits);
        expected = stacked(list);
    }
    Descent descent;
    const auto judge = [&](std::span<const Tensor> outputs) -> Result<std::vector<Tensor>> {
        const std::size_t classes = expected.type().columns(), rows = expected.type().rows();
        const auto actual = outputs[0].floats();
        if (actual.size() != rows * classes)
            return fail(ErrorCode::InvalidInput, "{} logits, expected {}", actual.size(), rows * classes);
        std::vector<float> slopes(actual.size());
        const auto apart = m_distance == Distance::Squares ? squaresOf : divergenceOf;
        for (std::size_t r = 0; r < rows; ++r)
            descent.divergence += apart(
                expected.floats().subspan(r * classes, classes), actual.subspan(r * classes, classes),
                std::span(slopes).subspan(r * classes, classes));
        return std::vector<Tensor>{Tensor::adoptFloats(outputs[0].type().shape, std::move(slopes))};
    };
    GradientProblem problem{
        .graph = many ? *many : m_graph,
        .inputs = std::move(inputs),
        .outputs = {m_logits},
        .tensorOf = [&](TensorId id) { return tensorOf(id, replaced); },
        .wanted = wanted,
        .stop = stop};
    if (!wanted.empty())
        problem.slopesOf = judge;
    const Gradients made = TRY(m_engine->run(problem));
    if (wanted.empty())
        TRY(judge(made.outputs));
    for (const auto& [id, tensor] : made.byTensor)
        descent.slopes[id].assign(tensor.floats().begin(), tensor.floats().end());
    return descent;
}

Result<TuningData::Descent> TuningData::descend(
    std::span<const std::size_t> parts, const TensorMap& replaced, const std::set<TensorId>& wanted,
    const std::stop_token& stop) const
{
    // Groups depend on the number of parts alone, and are summed in their order.
    const std::size_t count = parts.size(),
                      groups = m_runsManyAtOnce ? std::max<std::size_t>(1, count / picturesAtOnce) : count;
    std::vector<Result<Descent>> made(groups, Descent{});
    parallelFor(groups, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g) {
            const std::size_t first = g * count / groups, last = (g + 1) * count / groups;
            made[g] = descendTogether(parts.subspan(first, last - first), replaced, wanted, stop);
        }
    });
    Descent sum;
    for (const Result<Descent>& group : made) {
        if (!group)
            return tl::make_unexpected(group.error());
        sum.divergence += group->divergence;
        for (const auto& [id, slopes] : group->slopes) {
            std::vector<double>& total = sum.slopes[id];
            total.resize(slopes.size());
            for (std::size_t i = 0; i < slopes.size(); ++i)
                total[i] += slopes[i];
        }
    }
    double rows = 0;
    for (const std::size_t p : parts)
        rows += double(m_parts[p].logits.type().rows());
    sum.divergence /= rows;
    for (auto& [id, slopes] : sum.slopes)
        for (double& slope : slopes)
            slope /= rows;
    return sum;
}

} // namespace tritloom
