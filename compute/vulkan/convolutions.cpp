#include "compute/vulkan/convolutions.h"

#include "compute/vulkan/formats.h"
#include "compute/vulkan/plans.h"
#include "core/graph/window.h"

#include <algorithm>

namespace tritloom::vulkan {
namespace {

using std::uint32_t;

// As in shaders/multiply.glsl.
enum class Mode : uint32_t { Tiles = 3, Windows = 4, Transposed = 5 };
constexpr std::size_t tileEdge = 64, pixelsTogether = 4;
constexpr std::size_t fewRows = 16; // of a group: below, a tile would be mostly empty

constexpr std::size_t upwards(std::size_t count, std::size_t unit)
{
    return (count + unit - 1) / unit;
}

/// What a convolution is on the device.
struct Shape2d {
    TensorType result;
    Window window;
    std::size_t groups = 1, groupRows = 1; ///< rows: channels of the result
    Mode mode = Mode::Tiles;
    std::size_t pictureInput = 0, pictureOutput = 0; ///< bytes of one
};

std::optional<Shape2d> shapeOf(const Op& op, std::span<const TensorType> inputs)
{
    const auto result = plans::resultOf(op, inputs);
    if (!result || inputs.size() > 3)
        return {};
    Shape2d shape{*result, windowOf(op, inputs[0].shape).value(), op.count("groups", 1), 0};
    if (shape.window.dimensions > 2)
        return {};
    shape.groupRows = result->shape[1] / shape.groups;
    if (op.kind == OpKind::TransposedConvolution)
        shape.mode = Mode::Transposed;
    else if (shape.groupRows < fewRows)
        shape.mode = Mode::Windows;
    shape.pictureInput = inputs[0].bytes() / inputs[0].shape[0];
    shape.pictureOutput = result->bytes() / result->shape[0];
    return shape;
}

/// Pictures of one run; 0 where not one fits.
std::size_t picturesAtOnce(const Shape2d& shape, const DeviceLimits& limits)
{
    const auto pictures = std::size_t(shape.window.batch);
    const std::size_t larger = std::max(shape.pictureInput, shape.pictureOutput);
    const std::size_t most = limits.operandBytes / larger;
    if (most >= pictures)
        return pictures;
    // Each part begins where a buffer may be bound.
    for (std::size_t some = most; some > 0; --some)
        if (some * shape.pictureInput % limits.offsetStep == 0
            && some * shape.pictureOutput % limits.offsetStep == 0)
            return some;
    return 0;
}

Dispatch dispatchFor(const Op& op, const Shape2d& shape, std::span<const TensorType> inputs)
{
    const TensorType& weights = inputs[1];
    const FormatRow& format = *formatRowFor(*weights.format);
    const Window& w = shape.window;
    Dispatch dispatch{.op = op.kind, .shader = format.shader};
    dispatch.specials = {uint32_t(shape.mode), 1};
    setFormat(dispatch, format);
    const StoredWeights stored = storedWeights(weights);
    dispatch.constants = {
        uint32_t(shape.groupRows),
        uint32_t(weights.columns()),
        0, // places of the result, of this part
        0,
        uint32_t(shape.groupRows * shape.groups),
        uint32_t(stored.rowBytes),
        uint32_t(stored.blockElements),
        uint32_t(stored.blockBytes),
        uint32_t(shape.groups),
        uint32_t(std::size_t(w.channels) / shape.groups),
        inputs.size() > 2 ? 1u : 0u};
    for (const Window::Three& pair : {w.input, w.output, w.kernel, w.stride, w.dilation, w.padBegin}) {
        dispatch.constants.push_back(uint32_t(pair[1]));
        dispatch.constants.push_back(uint32_t(pair[2]));
    }
    return dispatch;
}

} // namespace

bool canConvolve(const Op& op, std::span<const TensorType> inputs, const DeviceLimits& limits)
{
    constexpr std::size_t mostElements = std::size_t{1} << 31;
    if (inputs.size() < 2 || formatRowFor(*inputs[1].format) == nullptr
        || (inputs.size() > 2 && inputs[2].format->id() != "f32"))
        return false;
    const auto shape = shapeOf(op, inputs);
    return shape && inputs[0].elements() < mostElements && shape->result.elements() < mostElements
        && storedWeights(inputs[1]).rowBytes * inputs[1].rows() <= limits.operandBytes && shape->groups <= limits.groups
        && picturesAtOnce(*shape, limits) > 0;
}

Result<BufferPtr> convolve(
    Device& device, const Op& op, std::span<const TensorType> inputs, std::span<const BufferPtr> buffers,
    Variant tiles)
{
    const Shape2d shape = *shapeOf(op, inputs);
    const DeviceLimits& limits = device.limits();
    const auto pictures = std::size_t(shape.window.batch), area = std::size_t(shape.window.outputSize());
    const std::size_t some = picturesAtOnce(shape, limits), rows = shape.groups * shape.groupRows;
    const BufferPtr y = TRY(device.makeBuffer(shape.result.bytes()));
    Dispatch dispatch = dispatchFor(op, shape, inputs);
    if (shape.mode == Mode::Tiles)
        dispatch.variant = tiles;
    for (std::size_t first = 0; first < pictures; first += some) {
        const std::size_t count = std::min(some, pictures - first);
        const auto part = [&](const BufferPtr& buffer, std::size_t pictureBytes, bool isWritten) {
            return count == pictures ? Operand{.buffer = buffer, .isWritten = isWritten}
                                     : Operand{buffer, first * pictureBytes, count * pictureBytes, isWritten};
        };
        dispatch.constants[2] = uint32_t(count * area);
        dispatch.operands = {
            Operand{.buffer = buffers[1]}, part(buffers[0], shape.pictureInput, false),
            part(y, shape.pictureOutput, true), Operand{.buffer = buffers.back()}};
        addTable(dispatch, buffers[1], storedWeights(inputs[1]));
        if (shape.mode == Mode::Tiles)
            dispatch.groups = {
                upwards(shape.groupRows, tileEdge), std::min(upwards(count * area, tileEdge), limits.groups),
                shape.groups};
        else
            dispatch.groups = {
                std::min(
                    upwards(upwards(count * area, pixelsTogether) * rows, plans::groupSize), limits.groups),
                std::size_t{1}, std::size_t{1}};
        dispatch.work = double(count) * double(area) * double(inputs[1].elements());
        TRY_VOID(device.run(dispatch));
    }
    return y;
}

} // namespace tritloom::vulkan
