#pragma once

#include "core/architecture/network_builder.h"
#include "core/backend/backend.h"
#include "core/file/operator_graph.h"

#include <span>

namespace tritloom::onnx {

/// What a name of the file stands for while the graph is built: a value that flows, or numbers known now.
struct Operand {
    std::optional<Flow> flow;
    Tensor values; ///< empty while they are only in the file
    std::optional<TensorId> origin; ///< the stored tensor these numbers are (perhaps reshaped)
    int elementType = 1; ///< ONNX's number, as far as it matters: whole numbers are divided differently
    Shape knownShape;

    [[nodiscard]] bool isInteger() const { return (elementType >= 2 && elementType <= 7) || elementType == 12 || elementType == 13; }

    [[nodiscard]] bool isKnown() const { return !flow; }
    [[nodiscard]] const Shape& shape() const { return flow ? flow->shape : knownShape; }
};

/// Turns an operator graph into a Graph; what does not depend on the picture is computed on the way.
class Builder {
public:
    Builder(const ModelFile& file, const OperatorGraph& graph);

    /// inputs: the shapes of the graph's inputs. Errors: Unsupported (an operator, by node and version), InvalidInput.
    [[nodiscard]] Result<Graph> build(const std::vector<Shape>& inputs);

    // For the operators:
    [[nodiscard]] int version() const { return m_graph.version; }
    [[nodiscard]] NetworkBuilder& network() { return m_network; }
    /// Input number i of the node; null when it is left out.
    [[nodiscard]] Result<const Operand*> input(const OperatorNode& node, std::size_t i) const;
    /// An input that must be there.
    [[nodiscard]] Result<Operand> need(const OperatorNode& node, std::size_t i) const;
    /// Input i, or the attribute, as whole numbers known now; nullopt when neither is there.
    [[nodiscard]] Result<std::optional<std::vector<std::int64_t>>>
    integers(const OperatorNode& node, std::size_t i, std::string_view attribute) const;
    [[nodiscard]] Result<std::optional<std::vector<double>>>
    numbers(const OperatorNode& node, std::size_t i, std::string_view attribute) const;
    [[nodiscard]] Result<std::vector<float>> valuesOf(const OperatorNode& node, const Operand& known) const;
    /// op(operands): a node when one of them flows, else its numbers.
    [[nodiscard]] Result<Operand> emit(const OperatorNode& node, Op op, const std::vector<Operand>& operands);
    /// The operand as a value that flows.
    [[nodiscard]] Result<Flow> flowing(const OperatorNode& node, const Operand& operand);
    void set(const OperatorNode& node, std::size_t output, Operand operand);
    [[nodiscard]] Result<void> give(const OperatorNode& node, Result<Operand> operand);
    /// Whether these numbers are a layer's weight, to be read through the stored tensor.
    [[nodiscard]] bool isLayer(const Operand& operand) const;
    [[nodiscard]] static Operand known(Shape shape, std::vector<float> values, int elementType = 1);
    /// Before numbers are made that depend on no picture; `steps` as workOf() counts. Errors: Unsupported
    /// when a file has much more made of it than it holds.
    [[nodiscard]] Result<void> folds(const OperatorNode& node, const Shape& shape, double steps);
    [[nodiscard]] Result<Operand> reshaped(const OperatorNode& node, const Operand& x, const Shape& shape);
    /// An axis from the file, counted from the end when negative.
    [[nodiscard]] Result<std::size_t> axis(const OperatorNode& node, std::int64_t axis, std::size_t rank) const;

    template <typename... Args>
    [[nodiscard]] tl::unexpected<Error>
    fail(ErrorCode code, const OperatorNode& node, fmt::format_string<Args...> text, Args&&... args) const
    {
        return tritloom::fail(
            code, "{}: node '{}' ({}, version {}): {}", m_file.path.filename().string(), node.name, node.type,
            m_graph.version, fmt::format(text, std::forward<Args>(args)...));
    }

private:
    Result<Tensor> floatsOf(const Operand& known) const;

    const ModelFile& m_file;
    const OperatorGraph& m_graph;
    NetworkBuilder m_network;
    std::unique_ptr<Backend> m_backend;
    std::map<std::string, Operand, std::less<>> m_values;
    std::map<std::string, const OperatorNode*, std::less<>>
        m_notMade; ///< further outputs that no operator here gives
    double m_folded = 0; ///< steps of what was made
};

/// One row per operator; onnx_operators.cpp holds the only list.
struct OperatorRow {
    std::string_view type;
    Result<void> (*build)(Builder&, const OperatorNode&);
    double parameter = 0;
    std::string_view domain = {}; ///< "": ONNX's own
};
[[nodiscard]] std::span<const OperatorRow> operatorRows();
[[nodiscard]] const OperatorRow* findOperator(std::string_view domain, std::string_view type);

// Operators by family: one function each, or one for many that differ in a number.
Result<void> conv(Builder&, const OperatorNode&);
Result<void> convTranspose(Builder&, const OperatorNode&);
Result<void> gemm(Builder&, const OperatorNode&);
Result<void> matMul(Builder&, const OperatorNode&);
Result<void> pool(Builder&, const OperatorNode&);
Result<void> globalPool(Builder&, const OperatorNode&);
Result<void> batchNormalization(Builder&, const OperatorNode&);
Result<void> groupedNormalization(Builder&, const OperatorNode&);
Result<void> layerNormalization(Builder&, const OperatorNode&);
Result<void> rmsNormalization(Builder&, const OperatorNode&);
Result<void> lrn(Builder&, const OperatorNode&);
Result<void> resize(Builder&, const OperatorNode&);
Result<void> blocks(Builder&, const OperatorNode&);

Result<void> attention(Builder&, const OperatorNode&);
Result<void> einsum(Builder&, const OperatorNode&);

Result<void> unary(Builder&, const OperatorNode&);
Result<void> binary(Builder&, const OperatorNode&);
Result<void> swish(Builder&, const OperatorNode&);
Result<void> clip(Builder&, const OperatorNode&);
Result<void> where(Builder&, const OperatorNode&);
Result<void> softmax(Builder&, const OperatorNode&);
Result<void> reduce(Builder&, const OperatorNode&);
Result<void> argReduce(Builder&, const OperatorNode&);
Result<void> cast(Builder&, const OperatorNode&);
Result<void> quantizeLinear(Builder&, const OperatorNode&);
Result<void> dequantizeLinear(Builder&, const OperatorNode&);
Result<void> matMulNBits(Builder&, const OperatorNode&);

Result<void> identity(Builder&, const OperatorNode&);
Result<void> constant(Builder&, const OperatorNode&);
Result<void> constantOfShape(Builder&, const OperatorNode&);
Result<void> shape(Builder&, const OperatorNode&);
Result<void> reshape(Builder&, const OperatorNode&);
Result<void> flatten(Builder&, const OperatorNode&);
Result<void> squeeze(Builder&, const OperatorNode&);
Result<void> unsqueeze(Builder&, const OperatorNode&);
Result<void> transpose(Builder&, const OperatorNode&);
Result<void> concat(Builder&, const OperatorNode&);
Result<void> slice(Builder&, const OperatorNode&);
Result<void> split(Builder&, const OperatorNode&);
Result<void> pad(Builder&, const OperatorNode&);
Result<void> gather(Builder&, const OperatorNode&);
Result<void> expand(Builder&, const OperatorNode&);
Result<void> tile(Builder&, const OperatorNode&);
Result<void> trilu(Builder&, const OperatorNode&);
Result<void> range(Builder&, const OperatorNode&);

} // namespace tritloom::onnx
