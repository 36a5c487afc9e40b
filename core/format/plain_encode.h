#pragma once

#include "core/format/block_format.h"
#include "core/format/line_search.h"
#include "core/format/plain_kernels.h"

// NumberFormat::encodeBlocks() for blocks of one line with one half-precision scale: the same bytes as
// encode().

namespace tritloom {

/// How encode() finds the scale and the codes of a block.
struct HalfScale {
    std::size_t offset = 0; ///< of the scale in the block, bytes
    float end = 1; ///< the level that the extreme lands on; below 0 with its sign, else its magnitude does
    bool isRounded = false; ///< codes are those of the scale as it is stored
    CodeGrid grid;
};

/// values: whole blocks of a multiple of 16 finite numbers; blocks: zeroed.
template <typename Layout>
void encodeHalfScales(
    const Layout& layout, const HalfScale& plain, std::span<const float> values, std::span<std::byte> blocks)
{
    constexpr std::size_t most = 128; // blocks at a time
    const PlainKernels& kernels = plainKernels();
    const std::size_t elements = layout.elements(), bytes = layout.bytes(), count = values.size() / elements;
    const std::size_t batch = std::clamp<std::size_t>(4096 / elements, 1, most);
    std::array<float, most> scales, factors;
    std::array<std::uint16_t, most> stored;
    Scratch<std::uint8_t, 4096> codes(batch * elements);
    for (std::size_t first = 0; first < count; first += batch) {
        const std::size_t groups = std::min(batch, count - first);
        const float* const from = values.data() + first * elements;
        kernels.extremes(from, groups, elements, scales.data());
        if (plain.end > 0)
            for (std::size_t g = 0; g < groups; ++g)
                scales[g] = std::fabs(scales[g]);
        for (std::size_t g = 0; g < groups; ++g)
            scales[g] /= plain.end;
        kernels.toHalves(scales.data(), groups, stored.data());
        if (plain.isRounded)
            kernels.fromHalves(stored.data(), groups, scales.data());
        for (std::size_t g = 0; g < groups; ++g) { // inverse(), without a branch
            const float factor = 1 / scales[g];
            factors[g] = std::fabs(factor) <= std::numeric_limits<float>::max() ? factor : 0.0f;
        }
        kernels.codes(from, groups, elements, factors.data(), plain.grid, codes.span.data());
        for (std::size_t g = 0; g < groups; ++g) {
            const auto block = blocks.subspan((first + g) * bytes, bytes);
            std::memcpy(block.data() + plain.offset, &stored[g], sizeof stored[g]);
            storeCodes(layout, block, codes.span.subspan(g * elements, elements));
        }
    }
}

} // namespace tritloom
