#include "core/architecture/onnx/onnx_builder.h"

#include <algorithm>
#include <cmath>

namespace tritloom::onnx {

Result<void> batchNormalization(Builder& builder, const OperatorNode& node)
{
    if (node.integer("training_mode", 0) != 0)
        return builder.fail(ErrorCode::Unsupported, node, "training_mode");
    std::vector<Operand> operands;
    for (std::size_t i = 0; i < 5; ++i)
        operands.push_back(TRY(builder.need(node, i)));
    const Op op{OpKind::BatchNorm, {{"epsilon", node.number("epsilon", 1e-5)}}};
    return builder.give(node, builder.emit(node, op, operands));
}

// InstanceNormalization has as many groups as channels; GroupNormalization had scales per group before version 21.
Result<void> groupedNormalization(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    if (x.shape().size() < 2)
        return builder.fail(ErrorCode::InvalidInput, node, "[{}] has no channels", fmt::join(x.shape(), ", "));
    const std::size_t channels = x.shape()[1];
    const bool instance = node.type == "InstanceNormalization";
    const std::int64_t groups = instance ? std::int64_t(channels) : node.integer("num_groups", 0);
    if (groups < 1 || channels % std::size_t(groups) != 0)
        return builder.fail(ErrorCode::InvalidInput, node, "{} channels in {} groups", channels, groups);
    std::vector<Operand> operands{x};
    for (std::size_t i = 1; i < 3; ++i) {
        Operand operand = TRY(builder.need(node, i));
        if (!instance && builder.version() < 21 && operand.isKnown()) {
            const std::vector<float> values = TRY(builder.valuesOf(node, operand));
            std::vector<float> repeated(channels);
            for (std::size_t c = 0; c < channels && values.size() == std::size_t(groups); ++c)
                repeated[c] = values[c / (channels / std::size_t(groups))];
            if (values.size() == std::size_t(groups))
                operand = Builder::known({channels}, std::move(repeated));
        }
        operands.push_back(std::move(operand));
    }
    const Op op{
        OpKind::GroupNorm, {{"groups", double(groups)}, {"epsilon", node.number("epsilon", 1e-5)}}};
    return builder.give(node, builder.emit(node, op, operands));
}

Result<void> layerNormalization(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0)), scale = TRY(builder.need(node, 1));
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", -1), x.shape().size()));
    const Shape back(x.shape().begin() + std::ptrdiff_t(axis), x.shape().end());
    const std::size_t size = TensorType{nullptr, back}.elements();
    if (size == 0)
        return builder.fail(ErrorCode::InvalidInput, node, "a norm over nothing");
    const auto spread = [&](const Operand& operand) -> Result<Operand> {
        Op op{OpKind::Expand, {}};
        op.lists["shape"].assign(back.begin(), back.end());
        return builder.reshaped(node, TRY(builder.emit(node, op, {operand})), {size});
    };
    const Operand* const given = TRY(builder.input(node, 2));
    const Operand bias = given == nullptr ? Builder::known({size}, std::vector<float>(size, 0.0f)) : TRY(spread(*given));
    const Operand rows
        = TRY(builder.reshaped(node, x, {TensorType{nullptr, x.shape()}.elements() / size, size}));
    const Op op{OpKind::LayerNorm, {{"epsilon", node.number("epsilon", 1e-5)}}};
    const Operand y = TRY(builder.emit(node, op, {rows, TRY(spread(scale)), bias}));
    return builder.give(node, builder.reshaped(node, y, x.shape()));
}

// x / sqrt(mean of x^2 over all dimensions from `axis` on + epsilon) * scale.
Result<void> rmsNormalization(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0)), scale = TRY(builder.need(node, 1));
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", -1), x.shape().size()));
    Op mean{OpKind::Reduce, {{"function", double(ReduceFunction::Mean)}, {"keep", 1}}};
    for (std::size_t i = axis; i < x.shape().size(); ++i)
        mean.lists["axes"].push_back(std::int64_t(i));
    Operand size = TRY(builder.emit(node, binaryOp(BinaryFunction::Multiply), {x, x}));
    size = TRY(builder.emit(node, std::move(mean), {size}));
    size = TRY(builder.emit(
        node, binaryOp(BinaryFunction::Add), {size, Builder::known({1}, {float(node.number("epsilon", 1e-5))})}));
    size = TRY(builder.emit(node, unaryOp(UnaryFunction::Sqrt), {size}));
    const Operand y = TRY(builder.emit(node, binaryOp(BinaryFunction::Divide), {x, size}));
    return builder.give(node, builder.emit(node, binaryOp(BinaryFunction::Multiply), {y, scale}));
}

Result<void> lrn(Builder& builder, const OperatorNode& node)
{
    const std::int64_t size = node.integer("size", 1);
    if (size < 1)
        return builder.fail(ErrorCode::InvalidInput, node, "a size of {}", size);
    const Op op{
        OpKind::LocalResponseNorm,
        {{"size", double(size)}, {"alpha", node.number("alpha", 1e-4)}, {"beta", node.number("beta", 0.75)},
         {"bias", node.number("bias", 1)}}};
    return builder.give(node, builder.emit(node, op, {TRY(builder.need(node, 0))}));
}

Result<void> blocks(Builder& builder, const OperatorNode& node)
{
    const Op op{
        node.type == "DepthToSpace" ? OpKind::DepthToSpace : OpKind::SpaceToDepth,
        {{"block", double(std::max<std::int64_t>(0, node.integer("blocksize", 0)))},
         {"columnsFirst", node.text("mode", "DCR") == "CRD" ? 1.0 : 0.0}}};
    return builder.give(node, builder.emit(node, op, {TRY(builder.need(node, 0))}));
}

// Upsample (to version 9) is Resize with the asymmetric transform and the floor of positions.
Result<void> resize(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const bool old = node.type == "Upsample" || builder.version() < 11;
    const std::size_t rank = x.shape().size();
    auto scales = TRY(builder.numbers(node, old ? 1 : 2, "scales"));
    auto sizes = old ? std::optional<std::vector<std::int64_t>>() : TRY(builder.integers(node, 3, "sizes"));
    if (scales && scales->empty())
        scales.reset();
    if (sizes && sizes->empty())
        sizes.reset();
    if (scales.has_value() == sizes.has_value())
        return builder.fail(ErrorCode::InvalidInput, node, "scales or sizes are needed, one of them");
    if (node.integer("antialias", 0) != 0 || node.text("keep_aspect_ratio_policy", "stretch") != "stretch")
        return builder.fail(ErrorCode::Unsupported, node, "antialias and keep_aspect_ratio_policy");
    std::vector<std::int64_t> axes = node.integers("axes");
    if (axes.empty())
        for (std::size_t i = 0; i < rank; ++i)
            axes.push_back(std::int64_t(i));
    if ((scales ? scales->size() : sizes->size()) != axes.size())
        return builder.fail(ErrorCode::InvalidInput, node, "{} dimensions are resized", axes.size());
    Op op{OpKind::Resize, {}};
    op.lists["sizes"].assign(x.shape().begin(), x.shape().end());
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t d = TRY(builder.axis(node, axes[i], rank));
        const double input = double(x.shape()[d]), scale = scales ? (*scales)[i] : double((*sizes)[i]) / input;
        // In f32, as ONNX's shape inference and onnxruntime have it: 0.7 of 10 are 7.
        const double output = scales ? std::floor(double(float(input) * float(scale))) : double((*sizes)[i]);
        if (!(scale > 0) || !(output >= 1) || output > 1e6)
            return builder.fail(ErrorCode::InvalidInput, node, "dimension {} becomes {}", d, output);
        op.lists["sizes"][d] = std::int64_t(output);
        op.attributes[fmt::format("scale{}", d)] = scale;
    }
    const std::string mode = node.text("mode", "nearest"),
                      transform = old ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel"),
                      nearest = old ? "floor" : node.text("nearest_mode", "round_prefer_floor");
    const auto choose = [&](std::string_view value, std::initializer_list<std::string_view> names) -> Result<double> {
        const auto* const at = std::ranges::find(names, value);
        if (at == names.end())
            return builder.fail(ErrorCode::Unsupported, node, "the mode '{}'", value);
        return double(at - names.begin());
    };
    // In the order of ResizeMode, ResizeTransform and ResizeNearest.
    op.attributes["mode"] = TRY(choose(mode == "bilinear" ? "linear" : mode, {"nearest", "linear", "cubic"}));
    op.attributes["transform"] = TRY(choose(
        transform,
        {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric"}));
    op.attributes["nearest"]
        = TRY(choose(nearest, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}));
    op.attributes["cubic"] = node.number("cubic_coeff_a", -0.75);
    op.attributes["excludeOutside"] = double(node.integer("exclude_outside", 0));
    return builder.give(node, builder.emit(node, std::move(op), {x}));
}

} // namespace tritloom::onnx
