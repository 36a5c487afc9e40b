#include "core/graph/graph.h"

#include <algorithm>
#include <array>

namespace tritloom {

std::string_view nameOf(OpKind kind)
{
    static constexpr std::array<std::string_view, std::size_t(OpKind::SpaceToDepth) + 1> names{
        "embedding",
        "linear",
        "rms_norm",
        "layer_norm",
        "rope",
        "attention",
        "slice",
        "add",
        "multiply",
        "silu",
        "gelu",
        "relu2",
        "log_softmax",
        "arg_max",
        "pick",
        "hadamard",
        "quantize_rows",
        "sign_factor_linear",
        "sparse_linear",
        "divergence",
        "constant",
        "convolution",
        "transposed_convolution",
        "mat_mul",
        "max_pool",
        "average_pool",
        "resize",
        "batch_norm",
        "group_norm",
        "local_response_norm",
        "unary",
        "binary",
        "where",
        "softmax",
        "concat",
        "strided_slice",
        "reshape",
        "transpose",
        "pad",
        "gather",
        "expand",
        "reduce",
        "arg_reduce",
        "depth_to_space",
        "space_to_depth"};
    return names[std::size_t(kind)];
}

std::vector<ValueId> Graph::liveAfter(std::size_t stage) const
{
    std::vector<std::size_t> madeIn(valueCount, 0);
    std::vector<bool> readLater(valueCount, false);
    for (const Node& node : nodes) {
        madeIn[std::size_t(node.output)] = node.stage;
        if (node.stage > stage)
            for (const ValueId value : node.inputs)
                readLater[std::size_t(value)] = true;
    }
    readLater[std::size_t(output)] = true;
    for (const GraphPart& part : parts)
        if (part.lastStage >= stage)
            readLater[std::size_t(part.output)] = true;
    readLater[std::size_t(input)] = false; // the caller has them
    for (const GraphInput& given : inputs)
        readLater[std::size_t(given.value)] = false;
    std::vector<ValueId> live;
    for (std::size_t v = 0; v < valueCount; ++v)
        if (readLater[v] && madeIn[v] <= stage)
            live.push_back(ValueId(v));
    return live;
}

std::optional<std::size_t> Graph::firstStageOf(TensorId tensor) const
{
    for (const Node& node : nodes)
        if (std::find(node.weights.begin(), node.weights.end(), tensor) != node.weights.end())
            return node.stage;
    return std::nullopt;
}

GraphPart Graph::part(std::size_t index) const
{
    if (!parts.empty())
        return parts[index];
    GraphPart whole{.name = {}, .firstStage = 0, .lastStage = stageCount - 1, .inputs = {}, .output = output};
    for (const GraphInput& given : inputs)
        whole.inputs.push_back(given.value);
    if (inputs.empty())
        whole.inputs.push_back(input);
    return whole;
}

std::optional<std::size_t> Graph::partOf(const std::map<ValueId, Tensor>& values) const
{
    for (std::size_t i = 0; i < partCount(); ++i) {
        const std::vector<ValueId> needed = part(i).inputs;
        if (std::all_of(needed.begin(), needed.end(), [&](ValueId value) { return values.contains(value); }))
            return i;
    }
    return std::nullopt;
}

GraphBuilder::GraphBuilder()
{
    m_graph.input = ValueId{0};
    m_graph.valueCount = 1;
}

ValueId GraphBuilder::add(
    Op op, std::vector<ValueId> inputs, std::vector<TensorId> weights, std::string name,
    std::vector<Tensor> literals)
{
    const ValueId output{std::uint32_t(m_graph.valueCount++)};
    m_graph.nodes.push_back(
        {.op = std::move(op),
         .inputs = std::move(inputs),
         .weights = std::move(weights),
         .output = output,
         .stage = m_stage,
         .name = std::move(name),
         .literals = std::move(literals)});
    return output;
}

ValueId GraphBuilder::addInput(std::string name, Shape shape)
{
    if (!m_graph.inputs.empty())
        m_graph.valueCount++;
    const ValueId id = m_graph.inputs.empty() ? m_graph.input : ValueId(m_graph.valueCount - 1);
    m_graph.inputs.push_back({id, std::move(name), std::move(shape)});
    return id;
}

void GraphBuilder::endPart(std::string name, std::vector<ValueId> inputs, ValueId output)
{
    m_graph.parts.push_back({std::move(name), m_partBegin, m_stage, std::move(inputs), output});
    m_partBegin = ++m_stage;
}

Graph GraphBuilder::finish(ValueId output) &&
{
    m_graph.output = output;
    if (!m_graph.parts.empty()) // the stage that endPart() began is empty
        m_stage = m_graph.parts.back().lastStage;
    m_graph.stageCount = m_stage + 1;
    return std::move(m_graph);
}

} // namespace tritloom
