#pragma once

#include "core/file/model_file.h"
#include "core/graph/graph.h"

#include <optional>

namespace tritloom {

/// A value of a network while it is built, with its shape.
struct Flow {
    ValueId id{};
    Shape shape;
};

/// Builds graphs of networks on pictures: every node's shape is inferred and checked as it is added, and every
/// layer begins a stage, so that what is known before a changed layer is not run again.
class NetworkBuilder {
public:
    explicit NetworkBuilder(const ModelFile& file)
        : m_file(file)
    {
    }

    Flow input(std::string name, Shape shape);
    /// Errors: those of inferShape(), with the node's name.
    [[nodiscard]] Result<Flow> add(
        Op op, const std::vector<Flow>& inputs, const std::vector<TensorId>& weights = {}, const std::string& name = {},
        const std::vector<Tensor>& literals = {});
    /// What was added since the last part is a network of its own; inputs: what it is given, in this order.
    void endPart(std::string name, const std::vector<Flow>& inputs, const Flow& output);
    [[nodiscard]] Graph finish(const Flow& output) &&;

    /// A tensor of the file. Errors: NotFound, by name.
    [[nodiscard]] Result<TensorId> tensor(std::string_view name) const;
    /// The same, which has this shape. Errors: also InvalidInput.
    [[nodiscard]] Result<TensorId> tensor(std::string_view name, const Shape& shape) const;
    [[nodiscard]] bool has(std::string_view name) const { return m_file.find(name) != nullptr; }
    [[nodiscard]] const ModelFile& file() const { return m_file; }
    [[nodiscard]] const NamedTensor& tensorOf(TensorId id) const { return m_file.tensors[std::size_t(id)]; }

    // The usual layers by the name of their module: NAME.weight, NAME.bias where the file has it.
    struct Convolved {
        std::int64_t kernel = 3, stride = 1, pad = 1, dilation = 1, groups = 1, outputPadding = 0;
    };
    [[nodiscard]] Result<Flow> convolution(const std::string& name, const Flow& x, Convolved how);
    [[nodiscard]] Result<Flow> transposedConvolution(const std::string& name, const Flow& x, Convolved how);
    /// x: [rows, inputs].
    [[nodiscard]] Result<Flow> linear(const std::string& name, const Flow& x);
    [[nodiscard]] Result<Flow> batchNorm(const std::string& name, const Flow& x);
    [[nodiscard]] Result<Flow> unary(UnaryFunction function, const Flow& x, double a = 0, double b = 0);
    [[nodiscard]] Result<Flow> binary(BinaryFunction function, const Flow& a, const Flow& b);
    /// With one number.
    [[nodiscard]] Result<Flow> binary(BinaryFunction function, const Flow& a, double b);
    [[nodiscard]] Result<Flow> reshape(const Flow& x, const Shape& shape);
    [[nodiscard]] Result<Flow> concat(const std::vector<Flow>& parts, std::size_t axis);
    /// `count` along an axis from `begin` on.
    [[nodiscard]] Result<Flow> part(const Flow& x, std::size_t axis, std::size_t begin, std::size_t count);

private:
    const ModelFile& m_file;
    GraphBuilder m_graph;
    bool m_stageHasLayer = false;
};

/// How many times as high and wide as the picture an output is that is a picture of one or three channels;
/// nothing where it is none, or no whole number of times larger. Both: [N, C, H, W].
[[nodiscard]] std::optional<std::size_t> enlargement(const Shape& picture, const Shape& output);
[[nodiscard]] Op unaryOp(UnaryFunction function, double a = 0, double b = 0);
[[nodiscard]] Op binaryOp(BinaryFunction function);

} // namespace tritloom
