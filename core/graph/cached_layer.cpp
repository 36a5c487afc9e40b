#include "core/graph/cached_layer.h"

#include <algorithm>
#include <numeric>

namespace tritloom {
namespace {

/// "1, 101, 201", of many the first and the last.
std::string listOf(std::span<const float> times)
{
    constexpr std::size_t most = 20, some = 3;
    if (times.size() <= most)
        return fmt::format("{}", fmt::join(times, ", "));
    return fmt::format("{} ... {}", fmt::join(times.first(some), ", "), fmt::join(times.last(some), ", "));
}

} // namespace

bool isTimeTable(const Node& node)
{
    return node.op.kind == OpKind::Gather && node.op.count("axis") == 0 && node.inputs.size() == 1
        && node.weights.size() == 2;
}

LayerReplacement
timeTableLayer(Tensor table, std::vector<float> times, std::optional<Tensor> kept, std::size_t inputs)
{
    const std::size_t outputs = table.type().columns(), count = times.size();
    LayerReplacement replacement{
        .graph = {},
        .parts =
            {{"table", std::move(table), false},
             {"times", Tensor::adoptFloats({count}, std::move(times)), false}},
        .outputs = outputs,
        .inputs = inputs};
    GraphBuilder graph;
    ValueId from = graph.input();
    if (kept) {
        replacement.parts.push_back({"weights", std::move(*kept), false});
        from = graph.add({OpKind::Linear, {}}, {from}, {TensorId{2}});
    }
    const ValueId row = graph.add({OpKind::Gather, {{"axis", 0}}}, {from}, {TensorId{0}, TensorId{1}});
    replacement.graph = std::move(graph).finish(row);
    return replacement;
}

Result<std::optional<Tensor>> cachedOutput(const LayerReplacement& replacement, std::optional<double> time)
{
    const std::vector<Node>& nodes = replacement.graph.nodes;
    if (nodes.empty() || !isTimeTable(nodes.back()))
        return std::optional<Tensor>();
    const Tensor& table = replacement.parts[std::size_t(nodes.back().weights[0])].tensor;
    const std::vector<float> times =
        replacement.parts[std::size_t(nodes.back().weights[1])].tensor.toFloats();
    if (times.empty() || table.type().shape != Shape{times.size(), replacement.outputs})
        return fail(
            ErrorCode::InvalidInput, "a table [{}] for {} time steps and {} outputs",
            fmt::join(table.type().shape, ", "), times.size(), replacement.outputs);
    const bool isKept = nodes.size() > 1;
    if (!time && !isKept)
        return fail(ErrorCode::InvalidInput, "outputs are stored by time step, but there is no time step");
    const auto found = time ? std::ranges::find(times, float(*time)) : times.end();
    if (found == times.end() && isKept)
        return std::optional<Tensor>();
    if (found == times.end())
        return fail(
            ErrorCode::InvalidInput,
            "time step {} is none of the {} whose outputs are stored ({}): choose as many steps and the "
            "sampler that the layer was made for, or make it with 'keep'",
            *time, times.size(), listOf(times));
    std::vector<float> row(replacement.outputs);
    table.decodeRows(std::size_t(found - times.begin()), row);
    return Tensor::adoptFloats({1, replacement.outputs}, std::move(row));
}

LayerReplacement withStoredFirstRow(LayerReplacement replacement, Tensor row, std::size_t tokens)
{
    std::vector<float> order(tokens);
    std::iota(order.begin(), order.end(), 0.0f);
    order[0] = float(tokens); // where the stored row comes behind all others
    const auto part = [&](const char* name, Tensor tensor) {
        replacement.parts.push_back({name, std::move(tensor), false});
        return TensorId(replacement.parts.size() - 1);
    };
    const TensorId stored = part("start.output", std::move(row)),
                   rows = part("start.order", Tensor::adoptFloats({tokens}, std::move(order)));
    Graph& graph = replacement.graph;
    const auto then = [&](OpKind kind, TensorId tensor) {
        const ValueId made = ValueId(graph.valueCount++);
        graph.nodes.push_back(
            {.op = {kind, {{"axis", 0}}},
             .inputs = {graph.output},
             .weights = {tensor},
             .output = made,
             .stage = 0,
             .name = {},
             .literals = {}});
        graph.output = made;
    };
    then(OpKind::Concat, stored);
    then(OpKind::Gather, rows);
    return replacement;
}

} // namespace tritloom
