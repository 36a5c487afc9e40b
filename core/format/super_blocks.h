#pragma once

#include "core/format/line_search.h"

// What ggml's super-blocks of 256 weights have in common: where codes lie, plain encoders, searches.

namespace tritloom::ggmlFormat {

struct Super {
    static constexpr std::size_t elements() { return 256; }
};

/// Where the low two bits of weight i lie in 64 bytes, in q2_k and q3_k: byte 32h + l, bits 2j, with h the
/// half, j the run of 32 in it, l the place in the run.
struct Pair {
    std::size_t byte;
    unsigned shift;
};
constexpr Pair pairOf(std::size_t i)
{
    return {32 * (i / 128) + i % 32, static_cast<unsigned>(i % 128 / 32) * 2};
}

/// The low two bits of all 256 codes.
inline void setPairs(std::span<std::byte> pairs, std::span<const std::uint8_t> codes)
{
    for (std::size_t half = 0; half < 2; ++half)
        for (std::size_t l = 0; l < 32; ++l) {
            const std::uint8_t* const c = codes.data() + 128 * half + l;
            pairs[32 * half + l] =
                static_cast<std::byte>((c[0] & 3) | (c[32] & 3) << 2 | (c[64] & 3) << 4 | (c[96] & 3) << 6);
        }
}

/// Bit `bit` of all 256 codes: byte l has it of element l of run s at bit s.
inline void setPlane(std::span<std::byte> plane, std::span<const std::uint8_t> codes, unsigned bit)
{
    for (std::size_t l = 0; l < 32; ++l) {
        unsigned byte = 0;
        for (std::size_t run = 0; run < 8; ++run)
            byte |= (codes[32 * run + l] >> bit & 1u) << run;
        plane[l] = static_cast<std::byte>(byte);
    }
}

/// The range encoder of the types with minima: each sub-block from its lowest (or 0) to its highest, the
/// super scales from the largest of those.
template <typename Layout>
void encodeRanges(std::span<const float> values, std::span<std::byte> block)
{
    constexpr std::size_t run = Layout::lineElements(), lines = 256 / run;
    const float topCode = static_cast<float>(Layout::table().size() - 1);
    std::array<float, lines> scales, minima;
    for (std::size_t s = 0; s < lines; ++s) {
        const auto [lowest, highest] = rangeOf(values.subspan(s * run, run));
        minima[s] = std::max(0.0f, -lowest);
        scales[s] = (std::max(0.0f, highest) + minima[s]) / topCode;
    }
    constexpr float topScale = Layout::topScale;
    const float scale = *std::max_element(scales.begin(), scales.end()) / topScale;
    const float minimum = *std::max_element(minima.begin(), minima.end()) / topScale;
    Layout::setSuperScales(block, scale, minimum);
    for (std::size_t s = 0; s < lines; ++s) {
        Layout::setScales(
            block, s, static_cast<unsigned>(std::min(topScale, std::round(scales[s] * inverse(scale)))),
            static_cast<unsigned>(std::min(topScale, std::round(minima[s] * inverse(minimum)))));
        const Line line = Layout::line(block, s);
        const float factor = inverse(line.scale);
        for (std::size_t i = s * run; i < (s + 1) * run; ++i)
            Layout::setCode(
                block, i,
                static_cast<unsigned>(
                    std::clamp(std::round((values[i] - line.offset) * factor), 0.0f, topCode)));
    }
}

/// The same for the types without minima: the extreme of each sub-block on the lowest level, that of the
/// scales on the lowest scale.
template <typename Layout>
void encodeExtremes(std::span<const float> values, std::span<std::byte> block)
{
    constexpr std::size_t run = Layout::lineElements(), lines = 256 / run;
    const auto table = Layout::table();
    std::array<float, lines> scales;
    for (std::size_t s = 0; s < lines; ++s)
        scales[s] = extreme(values.subspan(s * run, run)) / table.front();
    const float scale = extreme(scales) / Layout::lowestScale;
    Layout::setSuperScale(block, scale);
    for (std::size_t s = 0; s < lines; ++s) {
        Layout::setScale(
            block, s,
            static_cast<int>(std::clamp(
                std::round(scales[s] * inverse(scale)), Layout::lowestScale, -1 - Layout::lowestScale)));
        const float factor = inverse(Layout::line(block, s).scale);
        for (std::size_t i = s * run; i < (s + 1) * run; ++i)
            Layout::setCode(
                block, i,
                static_cast<unsigned>(
                    std::clamp(std::round(values[i] * factor), table.front(), table.back()) - table.front()));
    }
}

template <typename Layout>
void fitSuperLines(
    std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
{
    static const LineGrid lines =
        lineGrid(Layout::table().back(), OffsetSign::NotPositive, Layout::lineElements());
    static constexpr SuperGrid supers{
        .lanes = 256 / Layout::lineElements(),
        .highestScale = Layout::topScale,
        .coarse = Layout::topScale < 32};
    fitSupers(
        Layout{}, wholeLines(0, lines.top),
        [](const LineSamples& samples, const float* units, SuperFit* out) {
            lineKernels().superLines(supers, lines, samples, units, out);
        },
        Layout::setSuperScales,
        [](std::span<std::byte> block, std::size_t s, int scale, int minimum) {
            Layout::setScales(block, s, static_cast<unsigned>(scale), static_cast<unsigned>(minimum));
        },
        values, importance, blocks);
}

template <typename Layout>
void fitSuperScales(
    std::span<const float> values, std::span<const float> importance, std::span<std::byte> blocks)
{
    static const ScaleGrid scales = scaleGrid(
        wholeLines(Layout::table().front(), Layout::table().back()), ScaleSign::Any, Layout::lineElements());
    static constexpr SuperGrid supers{
        .lanes = 256 / Layout::lineElements(),
        .lowestScale = Layout::lowestScale,
        .highestScale = -1 - Layout::lowestScale};
    fitSupers(
        Layout{}, scales.levels,
        [](const LineSamples& samples, const float* units, SuperFit* out) {
            lineKernels().superScales(supers, scales, samples, units, out);
        },
        [](std::span<std::byte> block, float scale, float) { Layout::setSuperScale(block, scale); },
        [](std::span<std::byte> block, std::size_t s, int scale, int) { Layout::setScale(block, s, scale); },
        values, importance, blocks);
}

} // namespace tritloom::ggmlFormat
