#include "core/graph/window.h"

namespace tritloom {
namespace {

// Larger sizes than any picture has would overflow products of them.
constexpr std::int64_t largest = std::int64_t{1} << 24;

Result<void>
fill(const Op& op, std::string_view name, std::size_t dimensions, Window::Three& to, std::int64_t least)
{
    const std::vector<std::int64_t>& list = op.list(name);
    if (list.empty())
        return {};
    if (list.size() != dimensions)
        return fail(
            ErrorCode::InvalidInput, "{}: {} has {} numbers for {} spatial dimensions", nameOf(op.kind), name,
            list.size(), dimensions);
    for (std::size_t i = 0; i < dimensions; ++i) {
        if (list[i] < least || list[i] > largest)
            return fail(ErrorCode::InvalidInput, "{}: {} has the number {}", nameOf(op.kind), name, list[i]);
        to[3 - dimensions + i] = list[i];
    }
    return {};
}

} // namespace

Shape Window::outputShape(std::int64_t outputChannels) const
{
    Shape shape{std::size_t(batch), std::size_t(outputChannels)};
    for (std::size_t i = 3 - dimensions; i < 3; ++i)
        shape.push_back(std::size_t(output[i]));
    return shape;
}

Result<Window> windowOf(const Op& op, const Shape& input)
{
    if (input.size() < 3 || input.size() > 5)
        return fail(
            ErrorCode::InvalidInput, "{}: one to three spatial dimensions are needed, the input is [{}]",
            nameOf(op.kind), fmt::join(input, ", "));
    Window w;
    w.dimensions = input.size() - 2;
    w.batch = std::int64_t(input[0]);
    w.channels = std::int64_t(input[1]);
    for (std::size_t i = 0; i < w.dimensions; ++i)
        w.input[3 - w.dimensions + i] = std::int64_t(input[i + 2]);
    TRY_VOID(fill(op, "kernel", w.dimensions, w.kernel, 1));
    TRY_VOID(fill(op, "strides", w.dimensions, w.stride, 1));
    TRY_VOID(fill(op, "dilations", w.dimensions, w.dilation, 1));
    Window::Three outputPadding{};
    TRY_VOID(fill(op, "outputPadding", w.dimensions, outputPadding, 0));
    const std::vector<std::int64_t>& pads = op.list("pads");
    if (!pads.empty() && pads.size() != 2 * w.dimensions)
        return fail(
            ErrorCode::InvalidInput, "{}: pads has {} numbers for {} spatial dimensions", nameOf(op.kind),
            pads.size(), w.dimensions);
    for (std::size_t i = 0; i < pads.size(); ++i) {
        if (pads[i] < -largest || pads[i] > largest)
            return fail(ErrorCode::InvalidInput, "{}: pads has the number {}", nameOf(op.kind), pads[i]);
        (i < w.dimensions ? w.padBegin : w.padEnd)[3 - w.dimensions + i % w.dimensions] = pads[i];
    }
    for (std::size_t i = 0; i < 3; ++i) {
        const std::int64_t reach = w.dilation[i] * (w.kernel[i] - 1) + 1;
        if (op.kind == OpKind::TransposedConvolution) {
            w.output[i] =
                w.stride[i] * (w.input[i] - 1) + outputPadding[i] + reach - w.padBegin[i] - w.padEnd[i];
        } else {
            const std::int64_t room = w.input[i] + w.padBegin[i] + w.padEnd[i] - reach;
            const bool up = op.number("ceil") != 0;
            w.output[i] = room < 0 ? 0 : (room + (up ? w.stride[i] - 1 : 0)) / w.stride[i] + 1;
            // A window that begins in the padding behind the input sees nothing.
            if (up && (w.output[i] - 1) * w.stride[i] >= w.input[i] + w.padBegin[i])
                --w.output[i];
        }
        if (w.output[i] < 1 || w.output[i] > largest)
            return fail(
                ErrorCode::InvalidInput, "{}: a window of {} does not fit the input [{}]", nameOf(op.kind),
                reach, fmt::join(input, ", "));
    }
    return w;
}

} // namespace tritloom
