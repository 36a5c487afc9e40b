#pragma once

#include "core/export/any_size.h"
#include "core/export/onnx_document.h"
#include "core/graph/graph.h"

#include <variant>

namespace tritloom::onnx {

/// A graph on its way to ONNX's operators (operator set 17), node by node. One thread.
class Emitter {
public:
    using Names = std::vector<std::string>;
    struct Attribute {
        std::string name;
        std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>> value;
    };

    Emitter(const ModelFile& file, const Graph& graph, const AnySize& sizes, ::onnx::GraphProto& to);
    /// Errors: Unsupported (an op that has no operator, by its node).
    [[nodiscard]] Result<void> run();
    [[nodiscard]] const std::string& nameOfOutput() const { return m_values.at(m_graph.output).first; }

    // For the ops:
    [[nodiscard]] const Node& node() const { return *m_node; }
    [[nodiscard]] std::string shown() const { return shownNode(m_graph, *m_node); }
    [[nodiscard]] const Op& op() const { return m_node->op; }
    [[nodiscard]] const Names& operands() const
    {
        return m_operands;
    } ///< inputs, then weights, then literals
    [[nodiscard]] const std::vector<Shape>& shapes() const { return m_shapes; } ///< of the operands
    /// A node with one output; gives its name.
    std::string
    emit(const std::string& type, const Names& inputs, const std::vector<Attribute>& attributes = {});
    std::string whole(const std::vector<std::int64_t>& values);
    std::string number(double value);
    std::string floats(const std::vector<float>& values);
    /// A literal among the operands in another shape.
    [[nodiscard]] std::string reshapedConstant(std::size_t operand, const Shape& shape);
    [[nodiscard]] bool isLiteral(std::size_t operand) const
    {
        return operand >= m_node->inputs.size() + m_node->weights.size();
    }
    [[nodiscard]] const NamedTensor*
    storedOperand(std::size_t operand) const; ///< null: it is none of the file
    /// The value whose height and width the node's result has, whatever they are.
    [[nodiscard]] std::optional<std::string> sizedLike() const;
    /// The dimension of a reshape that follows from the number of elements.
    [[nodiscard]] std::optional<std::size_t> openDimension() const;

private:
    Result<void> load(const Node& node);

    const ModelFile& m_file;
    const Graph& m_graph;
    const AnySize& m_sizes;
    ::onnx::GraphProto& m_to;
    const Node* m_node = nullptr;
    Names m_operands;
    std::vector<Shape> m_shapes;
    std::map<ValueId, std::pair<std::string, Shape>> m_values;
    std::size_t m_count = 0; ///< of names that were made
};

/// One row per kind of op; network_to_onnx_ops.cpp holds the only list. Gives the name of the result.
struct EmitterRow {
    OpKind kind;
    Result<std::string> (*emit)(Emitter&);
};
[[nodiscard]] const EmitterRow* findEmitter(OpKind kind);
[[nodiscard]] Result<std::string> emitAttention(Emitter& e);
[[nodiscard]] Result<std::string> emitReshape(Emitter& e);
[[nodiscard]] Result<std::string> emitResize(Emitter& e);

} // namespace tritloom::onnx
