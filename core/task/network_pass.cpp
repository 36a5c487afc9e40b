#include "core/task/network_pass.h"

#include <cassert>

namespace tritloom {

bool isMatrix(const Graph& graph, TensorId id, bool convolutionsToo)
{
    bool isRead = false;
    for (const Node& node : graph.nodes)
        for (std::size_t i = 0; i < node.weights.size(); ++i) {
            if (node.weights[i] != id)
                continue;
            const OpKind kind = node.op.kind;
            const bool isConvolution = kind == OpKind::Convolution || kind == OpKind::TransposedConvolution;
            if (i != 0 || (kind != OpKind::Linear && !(isConvolution && convolutionsToo)))
                return false;
            isRead = true;
        }
    return isRead;
}

NetworkPass::NetworkPass(
    std::shared_ptr<Compressor> compressor, std::unique_ptr<Executor> executor, std::size_t memoBytes)
    : m_compressor(std::move(compressor))
    , m_executor(std::move(executor))
    , m_borders(memoBytes / 2)
    , m_outputs(memoBytes - memoBytes / 2)
    , m_stageKeys(*m_compressor)
{
}

Key NetworkPass::keyOf(const Key& inputs, const Allocation& allocation) const
{
    return m_stageKeys.last(
        tritloom::keyOf("network", model().key, m_executor->multipliesWholeNumbers, inputs), allocation);
}

Result<Executor::Weights>
NetworkPass::weights(TensorId id, const Allocation& allocation, std::stop_token stop)
{
    if (const auto other = m_replaced.find(id); other != m_replaced.end())
        return other->second;
    const auto layer = m_stageKeys.layerOf(id);
    const Key key = layer ? m_compressor->keyOfChoice(*layer, allocation[*layer])
                          : tritloom::keyOf("stored", model().key, id);
    if (const auto known = m_weights.find(id); known != m_weights.end() && known->second.key == key)
        return known->second;
    CompressedLayer made;
    if (layer)
        made = TRY(m_compressor->compress(*layer, allocation[*layer], std::move(stop)));
    else
        made = TRY(storedLayer(model().tensor(id)));
    // Packed matrices are read as floats by the CPU, whose convolutions would decode them for every picture;
    // a device reads them as they are, and only them. Nor does the CPU round the inputs of products with
    // floats, so that where it shall round some, those weights stay packed. What replaces a product runs as
    // it is.
    const std::string devices = m_executor->backendNames();
    const bool isDevice = devices.starts_with("vulkan"),
               isRounding = devices.find("8-bit activations") != std::string::npos;
    const bool staysPacked = (isDevice || isRounding) && isMatrix(*model().graph, id, isDevice);
    if (!staysPacked && !made.isReplacement() && made.tensor().type().format->id() != "f32")
        made = Tensor::adoptFloats(made.tensor().type().shape, made.tensor().toFloats());
    return m_weights[id] = {std::move(made), key};
}

void NetworkPass::replaceWeights(std::map<TensorId, Tensor> tensors)
{
    const std::uint64_t set = ++m_replacements;
    m_replaced.clear();
    for (auto& [id, tensor] : tensors)
        m_replaced[id] = {std::move(tensor), tritloom::keyOf("other", set, id)};
}

Result<const Graph*> NetworkPass::graphOf(const Shape& picture)
{
    if (!model().graph || !model().picture)
        return fail(
            ErrorCode::Unsupported, "the model cannot be run on pictures: {}", model().whyNotEvaluated);
    if (!model().graph->inputs.empty() && model().graph->inputs[0].shape == picture)
        return &*model().graph;
    const auto known = m_graphs.find(picture);
    if (known != m_graphs.end())
        return &known->second;
    return &(m_graphs[picture] = TRY(graphFor(model(), picture)));
}

Result<Tensor> NetworkPass::run(
    std::span<const Tensor> inputs, const Key& inputKey, const Allocation& allocation, Keep keep,
    std::stop_token stop)
{
    return runPart(0, inputs[0].type().shape, inputs, inputKey, allocation, keep, std::move(stop));
}

Result<Tensor> NetworkPass::runPart(
    std::size_t index, const Shape& picture, std::span<const Tensor> inputs, const Key& inputKey,
    const Allocation& allocation, Keep keep, std::stop_token stop)
{
    const Graph& graph = *TRY(graphOf(picture));
    const GraphPart part = graph.part(index);
    if (inputs.size() != part.inputs.size())
        return fail(
            ErrorCode::InvalidInput, "the network has {} inputs, {} were given", part.inputs.size(),
            inputs.size());
    const std::vector<Key> keys = m_stageKeys.of(
        tritloom::keyOf(
            "network", model().key, m_executor->multipliesWholeNumbers, inputKey, std::uint64_t(index)),
        allocation);
    assert(m_replaced.empty() || keep == Keep::Nothing);
    if (auto known = m_replaced.empty() ? m_outputs.find(keys[part.lastStage]) : std::nullopt)
        return std::move(*known);
    ValueMap given;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        given[part.inputs[i]] = inputs[i];
    const auto weightsOf = [&](TensorId id) { return weights(id, allocation, stop); };
    ValueMap values;
    std::size_t next = part.firstStage;
    if (keep == Keep::Everything)
        for (std::size_t stage = part.lastStage; stage-- > part.firstStage;)
            if (auto border = m_borders.find(keys[stage])) {
                values = std::move(*border);
                next = stage + 1;
                break;
            }
    while (next <= part.lastStage) {
        // What is not kept needs no borders.
        const std::size_t end = keep == Keep::Everything ? next : part.lastStage;
        values.insert(given.begin(), given.end());
        TRY_VOID(m_executor->run(graph, next, end, values, weightsOf, nullptr, stop));
        m_counters.stagesRun += end - next + 1;
        if (keep == Keep::Everything && end < part.lastStage) {
            const std::size_t every =
                keptBorderSpacing(bytesOf(values), graph.stageCount - 1, m_borders.capacityBytes());
            if (end % every == 0 || end + 1 == part.lastStage)
                m_borders.put(keys[end], values, bytesOf(values));
        }
        next = end + 1;
    }
    const auto made = values.find(part.output);
    if (made == values.end())
        return fail(ErrorCode::InvalidInput, "no node of the network makes what it should give");
    Tensor result = made->second;
    if (keep == Keep::Everything)
        m_outputs.put(keys[part.lastStage], result, result.bytes().size());
    return result;
}

} // namespace tritloom
