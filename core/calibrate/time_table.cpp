#include "core/calibrate/time_table.h"

#include "core/calibrate/statistics.h"

#include <algorithm>
#include <set>

// What layers that only the time step goes into give at every time step: the part of Statistics that caches
// of time embeddings are made from.
namespace tritloom {

Result<Graph> timeGraph(const Graph& whole, TensorId weights, const std::string& layer)
{
    std::map<ValueId, const Node*> makers;
    const Node* product = nullptr;
    for (const Node& node : whole.nodes) {
        makers[node.output] = &node;
        if (std::ranges::find(node.weights, weights) == node.weights.end())
            continue;
        if (product != nullptr || node.op.kind != OpKind::Linear || node.weights[0] != weights)
            return fail(
                ErrorCode::Unsupported,
                "{}: outputs by time step are stored for a product that is alone with its weights, not for "
                "{}",
                layer, nameOf(node.op.kind));
        product = &node;
    }
    if (product == nullptr)
        return fail(ErrorCode::Unsupported, "{}: no product reads it", layer);
    const ValueId time = whole.inputs[1].value;
    std::set<ValueId> needed, open{product->output};
    while (!open.empty()) {
        const ValueId value = *open.begin();
        open.erase(open.begin());
        if (value == time || !needed.insert(value).second)
            continue;
        const auto maker = makers.find(value);
        if (maker == makers.end())
            return fail(
                ErrorCode::Unsupported,
                "{}: not the time step alone goes into it, so its outputs cannot be stored by time step",
                layer);
        open.insert(maker->second->inputs.begin(), maker->second->inputs.end());
    }
    Graph graph;
    for (const Node& node : whole.nodes)
        if (needed.contains(node.output)) {
            graph.nodes.push_back(node);
            graph.nodes.back().stage = 0;
        }
    graph.input = whole.input;
    graph.inputs = whole.inputs;
    graph.output = product->output;
    graph.valueCount = whole.valueCount;
    graph.stageCount = 1;
    return graph;
}

Result<TimeTable> Statistics::timeTableOf(LayerId layer, std::stop_token stop)
{
    const std::scoped_lock lock(m_mutex);
    const Layer& what = m_model->layer(layer);
    if (!m_graph)
        return fail(ErrorCode::Unsupported, "no statistics: {}", m_model->whyNotEvaluated);
    const bool isDiffusion = m_model->picture && m_model->picture->task == PictureTask::Generation;
    if (!isDiffusion || m_graph->inputs.size() < 2)
        return fail(
            ErrorCode::Unsupported, "{}: the network is given no time step to store outputs by", what.name);
    const ValueId time = m_graph->inputs[1].value;
    const Graph graph = TRY(timeGraph(*m_graph, what.tensor, what.name));
    TRY_VOID(ensureSamples(stop));
    std::map<float, Tensor> seen;
    for (const ValueMap& sample : m_samples)
        if (const auto found = sample.find(time); found != sample.end())
            seen.emplace(found->second.floats().front(), found->second);
    TimeTable table;
    std::vector<float> outputs;
    for (const auto& [t, given] : seen) {
        ValueMap values{{time, given}};
        TRY_VOID(m_executor->run(
            graph, 0, 0, values, [this](TensorId id) { return storedWeights(id); }, nullptr, stop));
        const Tensor& made = values.at(graph.output);
        if (made.type().elements() != what.rows)
            return fail(
                ErrorCode::Unsupported, "{}: {} numbers come out at a time step, {} are expected", what.name,
                made.type().elements(), what.rows);
        table.times.push_back(t);
        outputs.insert(outputs.end(), made.floats().begin(), made.floats().end());
    }
    table.outputs = Tensor::adoptFloats({table.times.size(), what.rows}, std::move(outputs));
    return table;
}

} // namespace tritloom
