#include "core/architecture/networks/keras.h"

#include <algorithm>
#include <array>

namespace tritloom::networks::keras {
namespace {

constexpr std::int64_t largestSize = 65536; ///< of kernels, strides, padding: no network has more

/// Two numbers, or one for both; `otherwise` where the layer says nothing.
Result<std::array<std::int64_t, 2>> pairOf(const Layer& layer, std::string_view key, std::int64_t otherwise)
{
    const Json* value = jsonMember(layer.config, key);
    std::array<std::int64_t, 2> result{otherwise, otherwise};
    if (value == nullptr)
        return result;
    for (std::size_t i = 0; i < 2; ++i) {
        const Json& one = value->is_array() && value->size() == 2 ? (*value)[i] : *value;
        if (!one.is_number_unsigned() || one.get<std::uint64_t>() == 0
            || one.get<std::uint64_t>() > largestSize)
            return layer.fail(ErrorCode::InvalidInput, "{} is {}", key, value->dump());
        result[i] = one.get<std::int64_t>();
    }
    return result;
}

Result<TensorId> idOf(const Layer& layer, std::string_view weight)
{
    const auto found = layer.weights.find(layer.name, weight);
    if (!found)
        return layer.fail(ErrorCode::NotFound, "its weight '{}' is not in the file", weight);
    return *found;
}

Result<Flow> one(const Layer& layer)
{
    if (layer.inputs.size() != 1)
        return layer.fail(ErrorCode::InvalidInput, "{} inputs where one is expected", layer.inputs.size());
    return layer.inputs[0];
}

/// [N, C, H, W] as it is; anything else is refused.
Result<Flow> plane(const Layer& layer)
{
    const Flow x = TRY(one(layer));
    if (x.shape.size() != 4)
        return layer.fail(ErrorCode::InvalidInput, "its input [{}] is no picture", fmt::join(x.shape, ", "));
    return x;
}

/// kernel, strides, dilations and what "same" padding comes to for this input: the odd pixel behind.
Result<Op> windowed(
    const Layer& layer, OpKind kind, const Shape& x, std::array<std::int64_t, 2> kernel,
    std::array<std::int64_t, 2> strides)
{
    const auto dilations = TRY(pairOf(layer, "dilation_rate", 1));
    const std::string padding = jsonText(layer.config, "padding").value_or("valid");
    if (padding != "same" && padding != "valid")
        return layer.fail(ErrorCode::Unsupported, "padding '{}'", padding);
    Op op{kind, {}};
    std::vector<std::int64_t> pads(4, 0);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto size = std::int64_t(x[i + 2]);
        const std::int64_t reach = dilations[i] * (kernel[i] - 1) + 1;
        const bool isTransposed = kind == OpKind::TransposedConvolution;
        if (isTransposed && reach < strides[i])
            return layer.fail(ErrorCode::Unsupported, "a kernel of {}, strides of {}", reach, strides[i]);
        // A transposed convolution undoes one of a picture `stride` times as large.
        const std::int64_t all = isTransposed
            ? std::max<std::int64_t>(reach - strides[i], 0)
            : std::max<std::int64_t>(
                ((size + strides[i] - 1) / strides[i] - 1) * strides[i] + reach - size, 0);
        pads[i] = padding == "same" ? all / 2 : 0;
        pads[i + 2] = padding == "same" ? all - all / 2 : 0;
    }
    op.lists = {
        {"kernel", {kernel[0], kernel[1]}},
        {"strides", {strides[0], strides[1]}},
        {"dilations", {dilations[0], dilations[1]}},
        {"pads", pads}};
    return op;
}

Result<Flow> convolve(
    const Layer& layer, const Flow& x, OpKind kind, std::string_view kernelName, std::int64_t groups,
    std::array<std::int64_t, 2> strides, bool hasBias)
{
    const TensorId kernel = TRY(idOf(layer, kernelName));
    const Shape& shape = layer.network.tensorOf(kernel).fileShape;
    if (shape.size() != 4 || shape[2] > std::size_t(largestSize) || shape[3] > std::size_t(largestSize))
        return layer.fail(ErrorCode::InvalidInput, "'{}' is no kernel", kernelName);
    Op op = TRY(windowed(layer, kind, x.shape, {std::int64_t(shape[2]), std::int64_t(shape[3])}, strides));
    op.attributes["groups"] = double(groups);
    std::vector<TensorId> weights{kernel};
    if (hasBias)
        weights.push_back(TRY(idOf(layer, "bias")));
    return layer.network.add(std::move(op), {x}, weights, layer.name);
}

bool usesBias(const Layer& layer)
{
    return jsonBoolean(layer.config, "use_bias").value_or(true);
}

Result<Flow> convolution(Layer& layer)
{
    const Flow x = TRY(plane(layer));
    const auto groups = jsonInteger(layer.config, "groups").value_or(1);
    if (groups < 1 || groups > largestSize)
        return layer.fail(ErrorCode::InvalidInput, "{} groups", groups);
    const bool isTransposed = layer.type == "Conv2DTranspose";
    if (const Json* const more = jsonMember(layer.config, "output_padding"); isTransposed && more != nullptr)
        return layer.fail(ErrorCode::Unsupported, "output_padding {}", more->dump());
    return activated(
        layer,
        TRY(convolve(
            layer, x, isTransposed ? OpKind::TransposedConvolution : OpKind::Convolution, "kernel", groups,
            TRY(pairOf(layer, "strides", 1)), usesBias(layer))));
}

Result<Flow> depthwise(Layer& layer)
{
    const Flow x = TRY(plane(layer));
    const bool separable = layer.type == "SeparableConv2D";
    const auto strides = TRY(pairOf(layer, "strides", 1));
    Flow y = TRY(convolve(
        layer, x, OpKind::Convolution, "depthwise_kernel", std::int64_t(x.shape[1]), strides,
        !separable && usesBias(layer)));
    if (separable)
        y = TRY(convolve(layer, y, OpKind::Convolution, "pointwise_kernel", 1, {1, 1}, usesBias(layer)));
    return activated(layer, y);
}

Result<Flow> dense(Layer& layer)
{
    const Flow x = TRY(one(layer));
    if (x.shape.size() != 2)
        return layer.fail(ErrorCode::Unsupported, "a product with [{}]", fmt::join(x.shape, ", "));
    Flow y = TRY(layer.network.add({OpKind::Linear, {}}, {x}, {TRY(idOf(layer, "kernel"))}, layer.name));
    if (usesBias(layer))
        y = TRY(layer.network.add(binaryOp(BinaryFunction::Add), {y}, {TRY(idOf(layer, "bias"))}));
    return activated(layer, y);
}

Result<Flow> batchNorm(Layer& layer)
{
    const Flow x = TRY(one(layer));
    const Json* axis = jsonMember(layer.config, "axis");
    if (axis != nullptr && axis->is_array() && axis->size() == 1)
        axis = &(*axis)[0];
    if (axis != nullptr && *axis != -1 && *axis != std::int64_t(x.shape.size()) - 1)
        return layer.fail(ErrorCode::Unsupported, "a norm along axis {}", axis->dump());
    std::vector<TensorId> weights;
    for (const char* const part : {"gamma", "beta", "moving_mean", "moving_variance"})
        weights.push_back(TRY(idOf(layer, part)));
    return layer.network.add(
        {OpKind::BatchNorm, {{"epsilon", jsonNumber(layer.config, "epsilon").value_or(1e-3)}}}, {x}, weights,
        layer.name);
}

Result<Flow> pool(Layer& layer)
{
    const Flow x = TRY(plane(layer));
    const auto kernel = TRY(pairOf(layer, "pool_size", 2));
    const bool own = jsonMember(layer.config, "strides") != nullptr;
    const auto strides = own ? TRY(pairOf(layer, "strides", 1)) : kernel;
    const OpKind kind = layer.type.starts_with("Max") ? OpKind::MaxPool : OpKind::AveragePool;
    Op op = TRY(windowed(layer, kind, x.shape, kernel, strides));
    op.attributes = {{"ceil", 0}, {"countPadding", 0}};
    return layer.network.add(std::move(op), {x}, {}, layer.name);
}

Result<Flow> globalPool(Layer& layer)
{
    const Flow x = TRY(plane(layer));
    const bool keeps = jsonBoolean(layer.config, "keepdims").value_or(false);
    Op op{OpKind::Reduce, {{"keep", keeps ? 1.0 : 0.0}}};
    op.attributes["function"] =
        double(layer.type.starts_with("GlobalMax") ? ReduceFunction::Maximum : ReduceFunction::Mean);
    op.lists["axes"] = {2, 3};
    return layer.network.add(std::move(op), {x}, {}, layer.name);
}

/// The same numbers with the channels last, where the file's own order of them matters.
Result<Flow> channelsLast(const Layer& layer, const Flow& x)
{
    if (x.shape.size() != 4)
        return x;
    Op op{OpKind::Transpose, {}};
    op.lists["permutation"] = {0, 2, 3, 1};
    return layer.network.add(std::move(op), {x});
}

Result<Flow> flatten(Layer& layer)
{
    const Flow x = TRY(channelsLast(layer, TRY(one(layer))));
    return layer.network.reshape(x, {1, TensorType{nullptr, x.shape}.elements()});
}

Result<Flow> reshape(Layer& layer)
{
    const Flow x = TRY(channelsLast(layer, TRY(one(layer))));
    const Json* const target = jsonMember(layer.config, "target_shape");
    Shape shape{1};
    if (target == nullptr || !target->is_array())
        return layer.fail(ErrorCode::InvalidInput, "no target_shape");
    for (const Json& size : *target) {
        if (!size.is_number_unsigned() || size.get<std::uint64_t>() > std::uint64_t{1} << 32)
            return layer.fail(ErrorCode::Unsupported, "the target_shape {}", target->dump());
        shape.push_back(size.get<std::size_t>());
    }
    const Flow y = TRY(layer.network.reshape(x, shape));
    if (y.shape.size() != 4)
        return y;
    Op op{OpKind::Transpose, {}};
    op.lists["permutation"] = {0, 3, 1, 2};
    return layer.network.add(std::move(op), {y});
}

Result<Flow> zeroPadding(Layer& layer)
{
    const Flow x = TRY(plane(layer));
    const Json* const padding = jsonMember(layer.config, "padding");
    std::array<std::int64_t, 4> sides{}; // top, bottom, left, right
    for (std::size_t i = 0; i < 4; ++i) {
        const Json* at = padding;
        for (const std::size_t step : {i / 2, i % 2})
            if (at != nullptr && at->is_array())
                at = at->size() == 2 ? &(*at)[step] : nullptr;
        if (at == nullptr || !at->is_number_unsigned() || at->get<std::uint64_t>() > largestSize)
            return layer.fail(
                ErrorCode::InvalidInput, "padding {}", padding ? padding->dump() : "that is not there");
        sides[i] = at->get<std::int64_t>();
    }
    Op op{OpKind::Pad, {{"mode", 0}, {"value", 0}}};
    op.lists["pads"] = {0, 0, sides[0], sides[2], 0, 0, sides[1], sides[3]};
    return layer.network.add(std::move(op), {x}, {}, layer.name);
}

Result<Flow> upSampling(Layer& layer)
{
    const Flow x = TRY(plane(layer));
    const std::string how = jsonText(layer.config, "interpolation").value_or("nearest");
    if (how != "nearest")
        return layer.fail(ErrorCode::Unsupported, "interpolation '{}'", how);
    const auto size = TRY(pairOf(layer, "size", 2));
    Op op{
        OpKind::Resize,
        {{"mode", double(ResizeMode::Nearest)},
         {"transform", double(ResizeTransform::Asymmetric)},
         {"nearest", double(ResizeNearest::Floor)},
         {"scale2", double(size[0])},
         {"scale3", double(size[1])}}};
    op.lists["sizes"] = {
        std::int64_t(x.shape[0]), std::int64_t(x.shape[1]), std::int64_t(x.shape[2]) * size[0],
        std::int64_t(x.shape[3]) * size[1]};
    return layer.network.add(std::move(op), {x}, {}, layer.name);
}

Result<Flow> merge(Layer& layer)
{
    if (layer.inputs.size() < 2)
        return layer.fail(
            ErrorCode::InvalidInput, "{} inputs where several are expected", layer.inputs.size());
    const auto function = BinaryFunction(int(findLayer(layer.type)->parameter));
    Flow x = layer.inputs[0];
    for (std::size_t i = 1; i < layer.inputs.size(); ++i) {
        if (layer.inputs[i].shape != x.shape)
            return layer.fail(ErrorCode::Unsupported, "inputs of different shapes");
        x = TRY(layer.network.binary(function, x, layer.inputs[i]));
    }
    return layer.type == "Average"
        ? layer.network.binary(BinaryFunction::Divide, x, double(layer.inputs.size()))
        : Result<Flow>(x);
}

Result<Flow> concatenate(Layer& layer)
{
    const auto axis = jsonInteger(layer.config, "axis").value_or(-1);
    const auto rank = std::int64_t(layer.inputs.empty() ? 0 : layer.inputs[0].shape.size());
    const std::int64_t from = axis < 0 ? axis + rank : axis;
    if (from < 1 || from >= rank)
        return layer.fail(ErrorCode::InvalidInput, "{} inputs along axis {}", layer.inputs.size(), axis);
    // [N, H, W, C] counts the channels last.
    const std::int64_t to = rank != 4 ? from : from == 3 ? 1 : from + 1;
    return layer.network.concat(layer.inputs, std::size_t(to));
}

Result<Flow> nothing(Layer& layer)
{
    return one(layer);
}

Result<Flow> activation(Layer& layer)
{
    const Flow x = TRY(one(layer));
    if (layer.type != "Softmax")
        return activated(layer, x, jsonText(layer.config, "activation").value_or("?"));
    if (const auto axis = jsonInteger(layer.config, "axis").value_or(-1);
        axis != -1 && axis + 1 != std::int64_t(x.shape.size()))
        return layer.fail(ErrorCode::Unsupported, "axis {}, only the last", axis);
    return activated(layer, x, "softmax");
}

Result<Flow> rectifier(Layer& layer)
{
    const Flow x = TRY(one(layer));
    const auto number = [&](std::string_view key, double otherwise) {
        return jsonNumber(layer.config, key).value_or(otherwise);
    };
    if (layer.type == "LeakyReLU")
        return layer.network.unary(
            UnaryFunction::LeakyRelu, x, number("alpha", number("negative_slope", 0.3)));
    if (layer.type == "ELU")
        return layer.network.unary(UnaryFunction::Elu, x, number("alpha", 1));
    const double slope = number("negative_slope", 0), from = number("threshold", 0);
    if (from != 0 || slope != 0)
        return layer.fail(ErrorCode::Unsupported, "a slope of {} below {}", slope, from);
    if (jsonMember(layer.config, "max_value") == nullptr)
        return layer.network.unary(UnaryFunction::Relu, x);
    return layer.network.unary(UnaryFunction::Clip, x, 0, number("max_value", 6));
}

} // namespace

const LayerRow* findLayer(std::string_view type)
{
    using B = BinaryFunction;
    // The only list.
    static constexpr LayerRow rows[] = {
        {"Conv2D", convolution},
        {"Conv2DTranspose", convolution},
        {"DepthwiseConv2D", depthwise},
        {"SeparableConv2D", depthwise},
        {"Dense", dense},
        {"BatchNormalization", batchNorm},
        {"MaxPooling2D", pool},
        {"AveragePooling2D", pool},
        {"GlobalAveragePooling2D", globalPool},
        {"GlobalMaxPooling2D", globalPool},
        {"Flatten", flatten},
        {"Reshape", reshape},
        {"ZeroPadding2D", zeroPadding},
        {"UpSampling2D", upSampling},
        {"Activation", activation},
        {"Softmax", activation},
        {"ReLU", rectifier},
        {"LeakyReLU", rectifier},
        {"ELU", rectifier},
        {"Add", merge, double(B::Add)},
        {"Subtract", merge, double(B::Subtract)},
        {"Multiply", merge, double(B::Multiply)},
        {"Maximum", merge, double(B::Maximum)},
        {"Average", merge, double(B::Add)},
        {"Concatenate", concatenate},
        {"Dropout", nothing},
        {"SpatialDropout2D", nothing},
        {"GaussianNoise", nothing},
        {"GaussianDropout", nothing},
        {"ActivityRegularization", nothing},
    };
    const auto* const row = std::ranges::find(rows, type, &LayerRow::type);
    return row == std::end(rows) ? nullptr : row;
}

} // namespace tritloom::networks::keras
