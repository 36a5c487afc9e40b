#pragma once

#include "core/graph/op.h"
#include "core/tensor/tensor.h"

#include <cstddef>
#include <map>
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

/// One network of several that a pipeline runs one after the other, each as often as it needs: stages of its
/// own in the graph. Values that it reads and an earlier part makes are among its inputs.
struct GraphPart {
    std::string name; ///< "unet"
    std::size_t firstStage = 0, lastStage = 0;
    std::vector<ValueId> inputs; ///< what the caller gives, in this order
    ValueId output{};
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
    std::vector<GraphPart> parts; ///< of a pipeline; empty where everything is one network

    /// How many networks are run one after the other, and one of them; a graph without parts is one.
    [[nodiscard]] std::size_t partCount() const { return parts.empty() ? 1 : parts.size(); }
    [[nodiscard]] GraphPart part(std::size_t index) const;
    /// The first part whose inputs are all among the values; nullopt: none.
    [[nodiscard]] std::optional<std::size_t> partOf(const std::map<ValueId, Tensor>& values) const;

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
    /// What was added since the last part is one; the next node begins a stage.
    void endPart(std::string name, std::vector<ValueId> inputs, ValueId output);
    [[nodiscard]] Graph finish(ValueId output) &&;

private:
    Graph m_graph;
    std::size_t m_stage = 0, m_partBegin = 0;
};

} // namespace tritloom
