#pragma once

#include "core/graph/op.h"
#include "core/tensor/tensor.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tritloom {

enum class ValueId : std::uint32_t {}; ///< a result that flows between nodes
enum class TensorId : std::uint32_t {}; ///< an index into ModelFile::tensors

/// One step of the computation: op(inputs..., weights..., literals...) -> output.
struct Node {
    Op op;
    std::vector<ValueId> inputs;
    std::vector<TensorId> weights;
    ValueId output{};
    std::size_t stage = 0; ///< see Graph
    std::string name; ///< "blk.3.attn_q"
    std::vector<Tensor> literals; ///< small constants that the graph itself holds, f32
};

/// A named value that the caller gives; networks on pictures have them with their sizes.
struct GraphInput {
    ValueId value{};
    std::string name;
    Shape shape;
};

/// The computation of a model, in an order that can be run. Built once, then only read.
///
/// Nodes are grouped into consecutive stages (embedding, one per block, head): what is live between two
/// stages can be kept, and a change in stage n leaves the values before it true.
struct Graph {
    std::vector<Node> nodes;
    ValueId input{}, output{};
    std::size_t valueCount = 0, stageCount = 0;
    std::vector<GraphInput> inputs; ///< of a network on pictures: the picture, then the time step; else empty
    Shape outputShape; ///< of a network on pictures

    /// Values made in `stage` or before and read after it, in order; the output counts as read. Inputs are
    /// not listed: whoever runs a network that reads its picture again later gives it again.
    [[nodiscard]] std::vector<ValueId> liveAfter(std::size_t stage) const;
    /// The first stage that reads this tensor; nullopt when none does.
    [[nodiscard]] std::optional<std::size_t> firstStageOf(TensorId tensor) const;
};

/// Appends nodes; keeps ids and stages straight.
class GraphBuilder {
public:
    GraphBuilder();
    [[nodiscard]] ValueId input() const { return m_graph.input; }
    void nextStage() { ++m_stage; }
    ValueId
    add(Op op, std::vector<ValueId> inputs, std::vector<TensorId> weights = {}, std::string name = {},
        std::vector<Tensor> literals = {});
    /// Declares the next of Graph::inputs; the first is input().
    ValueId addInput(std::string name, Shape shape);
    [[nodiscard]] Graph finish(ValueId output) &&;

private:
    Graph m_graph;
    std::size_t m_stage = 0;
};

} // namespace tritloom
