#include "core/evaluate/log_probabilities.h"

#include "core/calibrate/model_values.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace tritloom {
namespace {

/// Whose weights are still unpacked once for many tokens.
constexpr std::size_t rowsAtOnce = 128;

/// The last stage with a node more, so that logits become log-probabilities where they are made.
Graph headOf(const Graph& graph)
{
    const std::size_t last = graph.stageCount - 1;
    Graph head;
    std::ranges::copy_if(
        graph.nodes, std::back_inserter(head.nodes), [&](const Node& node) { return node.stage == last; });
    head.input = graph.input;
    head.output = ValueId(graph.valueCount);
    head.valueCount = graph.valueCount + 1;
    head.stageCount = graph.stageCount;
    head.nodes.push_back(
        {.op = Op{OpKind::LogSoftmax, {}}, .inputs = {graph.output}, .output = head.output, .stage = last});
    return head;
}

} // namespace

Result<Tensor> scoredLogProbabilities(
    Executor& executor, const Graph& graph, const ValueMap& values, const Chunk& chunk,
    const Executor::WeightsOf& weightsOf, std::stop_token stop)
{
    const Graph head = headOf(graph);
    const std::size_t last = graph.stageCount - 1, count = scoredCount(chunk);
    std::vector<float> all;
    for (std::size_t begin = 0; begin < count; begin += rowsAtOnce) {
        const std::size_t rows = std::min(rowsAtOnce, count - begin);
        ValueMap some;
        for (const auto& [id, tensor] : values)
            some[id] = rowsOf(tensor, chunk.firstScored + begin, rows);
        TRY_VOID(executor.run(head, last, last, some, weightsOf, nullptr, stop));
        const Tensor& made = some.at(head.output);
        if (rows == count)
            return made;
        all.resize(count * made.type().columns());
        std::memcpy(all.data() + begin * made.type().columns(), made.bytes().data(), made.bytes().size());
    }
    const std::size_t vocabulary = count == 0 ? 0 : all.size() / count;
    return Tensor::adoptFloats({count, vocabulary}, std::move(all));
}

} // namespace tritloom
