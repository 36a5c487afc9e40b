#include "compute/vulkan/rounded_products.h"

#include "compute/cpu/kernels.h"
#include "compute/vulkan/formats.h"
#include "compute/vulkan/plans.h"

#include "shaders/all.h"

#include <algorithm>

namespace tritloom::vulkan {
namespace {

using std::uint32_t;

/// How the CPU lies the same weights out, which says how it rounds what they are multiplied with.
std::optional<cpu::PackedLayout> layoutOf(const TensorType& weights)
{
    const auto format = cpu::packedFormatOf(*weights.format);
    return format ? cpu::packedLayout(format->layout, weights) : std::nullopt;
}

std::size_t runOf(const cpu::PackedLayout& layout)
{
    switch (layout.activations) {
    case cpu::Activations8::Q8_0:
        return 32;
    case cpu::Activations8::Q8_K:
        return cpu::mostBlockColumns;
    default:
        return layout.lineColumns;
    }
}

} // namespace

bool RoundedProducts::rounds(std::size_t tokens, const TensorType& weights)
{
    const auto layout = layoutOf(weights);
    return layout && (tokens == 1 || !cpu::alwaysDecodesColumns(*layout));
}

Result<RoundedProducts::Made> RoundedProducts::round(Device& device, const Wish& wish)
{
    const std::size_t lineCount = wish.paddedColumns / wish.lineColumns;
    const Rows x{wish.x, wish.columns * sizeof(float)};
    Rows values{nullptr, wish.asFloats ? x.rowBytes : wish.paddedColumns};
    Rows lines{nullptr, lineCount * 2 * sizeof(float)};
    values.buffer = TRY(device.makeBuffer(wish.tokens * values.rowBytes));
    if (!wish.asFloats)
        lines.buffer = TRY(device.makeBuffer(wish.tokens * lines.rowBytes));
    const std::size_t chunk = cpu::mostBlockColumns / wish.runColumns * wish.runColumns;
    const std::size_t chunks = (wish.paddedColumns + chunk - 1) / chunk;
    const std::size_t some =
        rowsThatFit(wish.tokens, std::max({x.rowBytes, values.rowBytes, lines.rowBytes}), device.limits());
    for (std::size_t token = 0; token < wish.tokens; token += some) {
        const std::size_t count = std::min(some, wish.tokens - token);
        Dispatch dispatch{
            .op = OpKind::Linear,
            .shader = &shaders::round_activations,
            .specials = {wish.kind, wish.asFloats ? 1u : 0u},
            .operands =
                {partOf(x, token, count, wish.tokens, false),
                 partOf(values, token, count, wish.tokens, true)},
            .constants =
                {uint32_t(count), uint32_t(wish.columns), uint32_t(wish.paddedColumns),
                 uint32_t(wish.runColumns), uint32_t(wish.lineColumns)},
            .groups = {std::min(count * chunks, device.limits().groups), 1, 1},
            .work = double(count) * double(wish.columns)};
        if (lines.buffer != nullptr)
            dispatch.operands.push_back(partOf(lines, token, count, wish.tokens, true));
        TRY_VOID(device.run(dispatch));
    }
    return Made{values.buffer, lines.buffer};
}

Result<void> RoundedProducts::multiply(
    Device& device, const TensorType& x, const TensorType& weights, const std::array<BufferPtr, 3>& buffers)
{
    const cpu::PackedLayout layout = *layoutOf(weights);
    const bool hasDots =
        device.limits().hasDots && !formatRowFor(*weights.format)->shader->of(Variant::Dots).empty();
    const Wish wish{
        .x = buffers[1],
        .tokens = x.rows(),
        .columns = x.columns(),
        .paddedColumns = layout.paddedColumns,
        .runColumns = runOf(layout),
        .lineColumns = layout.lineColumns,
        .kind = uint32_t(layout.activations),
        .asFloats = !hasDots};
    if (wish != m_wish) {
        m_wish = {}; // what was kept may serve now
        m_made = {};
        m_made = TRY(round(device, wish));
        m_wish = wish;
    }
    if (!hasDots)
        return vulkan::multiply(device, x, weights, {buffers[0], m_made.values, buffers[2]});
    const std::size_t lineCount = wish.paddedColumns / wish.lineColumns;
    return vulkan::multiply(
        device,
        {.weights = weights,
         .matrix = buffers[0],
         .inputs = {{m_made.values, wish.paddedColumns}, {m_made.lines, lineCount * 2 * sizeof(float)}},
         .result = buffers[2],
         .tokens = wish.tokens,
         .variant = Variant::Dots,
         .lineColumns = uint32_t(wish.lineColumns),
         .constants = {uint32_t(wish.paddedColumns / 4), uint32_t(lineCount)}});
}

} // namespace tritloom::vulkan
