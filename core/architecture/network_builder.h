#pragma once

#include "core/file/model_file.h"
#include "core/graph/graph.h"

#include <algorithm>
#include <optional>

namespace tritloom {

/// A value of a network while it is built, with its shape.
struct Flow {
    ValueId id{};
    Shape shape;
};

/// How far the values of a network may outgrow its inputs (`given` numbers) and its file (`stored` numbers):
/// a few operators can ask for any size, and a file of some bytes shall not take the memory or the day.
struct NetworkLimits {
    double given = 0, stored = 0;

    /// Numbers of one value. The widest known of such networks, 256 channels at eight times the height and
    /// width of a picture of three, make 5461 numbers of one; 2^32 are 16 GiB.
    [[nodiscard]] double value() const { return std::min(0x1p32, 0x1p24 + 0x1p13 * given + 16 * stored); }
    /// Of all values together.
    [[nodiscard]] double values() const { return 16 * value(); }
    /// Steps of all nodes, see workOf(): every weight at every place of a picture that is 16 times as high
    /// and wide.
    [[nodiscard]] double work() const { return 0x1p36 + 0x1p8 * given * stored; }
};

/// Steps that an op takes: multiply-adds, what windows see, or the numbers it makes. operands: shapes of its
/// values, weights and literals, of which `made` is inferred. Errors: those of windowOf().
[[nodiscard]] Result<double> workOf(const Op& op, const std::vector<Shape>& operands, const Shape& made);

/// Builds graphs of networks on pictures: every node's shape is inferred and checked as it is added, and every
/// layer begins a stage, so that what is known before a changed layer is not run again.
class NetworkBuilder {
public:
    explicit NetworkBuilder(const ModelFile& file);

    Flow input(std::string name, Shape shape);
    /// Errors: those of inferShape(), with the node's name; Unsupported for a value of more numbers, or more
    /// work, than what was given and what the file holds can need (see NetworkLimits).
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
    [[nodiscard]] double stored() const { return m_stored; } ///< numbers in the file
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
    Result<void>
    bound(const Op& op, const std::string& name, const std::vector<Shape>& shapes, const Shape& made);

    const ModelFile& m_file;
    GraphBuilder m_graph;
    double m_stored = 0, m_given = 0; ///< numbers in the file, and in the inputs so far
    double m_made = 0, m_work = 0; ///< numbers of all values, workOf() all nodes
    bool m_stageHasLayer = false;
};

/// How many times as high and wide as the picture an output is that is a picture of one or three channels;
/// nothing where it is none, or no whole number of times larger. Both: [N, C, H, W].
[[nodiscard]] std::optional<std::size_t> enlargement(const Shape& picture, const Shape& output);
[[nodiscard]] Op unaryOp(UnaryFunction function, double a = 0, double b = 0);
[[nodiscard]] Op binaryOp(BinaryFunction function);

} // namespace tritloom
