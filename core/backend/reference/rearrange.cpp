#include "core/backend/reference/ops.h"

#include "core/graph/shape_inference.h"

#include <algorithm>

namespace tritloom::reference {
namespace {

/// y[i] = x[from(position of i)], position: one index a dimension of `shape`.
template <typename From>
Result<Tensor> arranged(const Op& op, const Shape& shape, std::stop_token stop, From from)
{
    const std::size_t size = TensorType{nullptr, shape}.elements();
    std::vector<float> y;
    y.reserve(size);
    std::vector<std::int64_t> position(shape.size(), 0);
    for (StopCheck stopped(std::move(stop)); y.size() < size;) {
        if (stopped())
            return cancelledIn(op);
        y.push_back(from(position));
        for (std::size_t i = shape.size(); i-- > 0;) {
            if (++position[i] < std::int64_t(shape[i]))
                break;
            position[i] = 0;
        }
    }
    return Tensor::adoptFloats(shape, std::move(y));
}

std::size_t offsetOf(const Shape& shape, const std::vector<std::int64_t>& position)
{
    std::size_t offset = 0;
    for (std::size_t i = 0; i < shape.size(); ++i)
        offset = offset * shape[i] + std::size_t(position[i]);
    return offset;
}

Result<Shape> shapeAfter(const Op& op, std::span<const Tensor> inputs)
{
    std::vector<Shape> shapes;
    for (const Tensor& input : inputs)
        shapes.push_back(input.type().shape);
    return inferShape(op, shapes);
}

} // namespace

Result<Tensor> constant(const Op&, std::span<const Tensor> inputs, std::stop_token)
{
    return Tensor::adoptFloats(inputs[0].type().shape, values(inputs[0]));
}

Result<Tensor> reshape(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    return Tensor::adoptFloats(TRY(shapeAfter(op, inputs)), values(inputs[0]));
}

Result<Tensor> transpose(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room;
    const auto x = valuesIn(inputs[0], room);
    const auto& permutation = op.list("permutation");
    std::vector<std::int64_t> from(permutation.size());
    return arranged(op, TRY(shapeAfter(op, inputs)), stop, [&](const std::vector<std::int64_t>& position) {
        for (std::size_t i = 0; i < position.size(); ++i)
            from[std::size_t(permutation[i])] = position[i];
        return x[offsetOf(inputs[0].type().shape, from)];
    });
}

Result<Tensor> stridedSlice(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room;
    const auto x = valuesIn(inputs[0], room);
    const auto &starts = op.list("starts"), &steps = op.list("steps");
    std::vector<std::int64_t> from(starts.size());
    return arranged(op, TRY(shapeAfter(op, inputs)), stop, [&](const std::vector<std::int64_t>& position) {
        for (std::size_t i = 0; i < position.size(); ++i)
            from[i] = starts[i] + position[i] * steps[i];
        return x[offsetOf(inputs[0].type().shape, from)];
    });
}

Result<Tensor> concat(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Shape shape = TRY(shapeAfter(op, inputs));
    const std::size_t axis = op.count("axis");
    std::vector<float> y;
    y.reserve(TensorType{nullptr, shape}.elements());
    std::size_t outer = 1;
    for (std::size_t i = 0; i < axis; ++i)
        outer *= shape[i];
    std::vector<std::vector<float>> parts;
    for (const Tensor& input : inputs)
        parts.push_back(values(input));
    for (std::size_t o = 0; o < outer; ++o)
        for (const auto& part : parts) {
            if (stop.stop_requested())
                return cancelledIn(op);
            const std::size_t run = part.size() / outer;
            y.insert(
                y.end(), part.begin() + std::ptrdiff_t(o * run), part.begin() + std::ptrdiff_t((o + 1) * run));
        }
    return Tensor::adoptFloats(shape, std::move(y));
}

Result<Tensor> pad(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room;
    const auto x = valuesIn(inputs[0], room);
    const Shape& shape = inputs[0].type().shape;
    const auto& pads = op.list("pads");
    const std::size_t mode = op.count("mode");
    std::vector<std::int64_t> from(shape.size());
    return arranged(op, TRY(shapeAfter(op, inputs)), stop, [&](const std::vector<std::int64_t>& position) {
        for (std::size_t i = 0; i < position.size(); ++i) {
            const auto size = std::int64_t(shape[i]);
            std::int64_t p = position[i] - pads[i];
            if (mode == 0 && (p < 0 || p >= size))
                return float(op.number("value"));
            if (mode == 1)
                p = p < 0 ? -p : p >= size ? 2 * size - 2 - p : p;
            else if (mode == 3)
                p = (p + size) % size;
            from[i] = std::clamp<std::int64_t>(p, 0, size - 1);
        }
        return x[offsetOf(shape, from)];
    });
}

Result<Tensor> gather(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room;
    const auto x = valuesIn(inputs[0], room);
    const std::vector<float> indices = values(inputs[1]);
    const Shape& shape = inputs[0].type().shape;
    const std::size_t axis = op.count("axis"), rank = inputs[1].type().shape.size();
    const auto size = std::int64_t(shape[axis]);
    for (const float index : indices)
        if (!(index >= float(-size) && index < float(size)))
            return fail(ErrorCode::InvalidInput, "index {} is outside the {} of dimension {}", index, size, axis);
    std::vector<std::int64_t> from(shape.size());
    return arranged(op, TRY(shapeAfter(op, inputs)), stop, [&](const std::vector<std::int64_t>& position) {
        std::size_t index = 0;
        for (std::size_t i = 0; i < rank; ++i)
            index = index * inputs[1].type().shape[i] + std::size_t(position[axis + i]);
        for (std::size_t i = 0; i < shape.size(); ++i)
            if (i != axis) // of a number out of a vector there is no position
                from[i] = i < axis ? position[i] : position[i + rank - 1];
        const auto chosen = std::int64_t(indices[index]);
        from[axis] = chosen < 0 ? chosen + size : chosen;
        return x[offsetOf(shape, from)];
    });
}

// Channels become blocks of pixels and back. Order of the channels: [block, block, c], or [c, block, block].
Result<Tensor> depthToSpace(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room;
    const auto x = valuesIn(inputs[0], room);
    const Shape& shape = inputs[0].type().shape;
    const auto block = std::int64_t(op.count("block")), channels = std::int64_t(shape[1]) / (block * block);
    const bool columnsFirst = op.number("columnsFirst") != 0;
    return arranged(op, TRY(shapeAfter(op, inputs)), stop, [&](const std::vector<std::int64_t>& p) {
        const std::int64_t inBlock = p[2] % block * block + p[3] % block;
        const std::int64_t channel = columnsFirst ? p[1] * block * block + inBlock : inBlock * channels + p[1];
        return x[offsetOf(shape, {p[0], channel, p[2] / block, p[3] / block})];
    });
}

Result<Tensor> spaceToDepth(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room;
    const auto x = valuesIn(inputs[0], room);
    const Shape& shape = inputs[0].type().shape;
    const auto block = std::int64_t(op.count("block")), channels = std::int64_t(shape[1]);
    return arranged(op, TRY(shapeAfter(op, inputs)), stop, [&](const std::vector<std::int64_t>& p) {
        const std::int64_t inBlock = p[1] / channels;
        return x[offsetOf(shape, {p[0], p[1] % channels, p[2] * block + inBlock / block, p[3] * block + inBlock % block})];
    });
}

} // namespace tritloom::reference
