#pragma once

#include "core/format/block_format.h"
#include "core/format/line_kernels.h"
#include "core/format/scale_search.h"

#include <memory>

// The search behind NumberFormat::fitBlocks() for formats of short lines: sixteen lines at a time.

namespace tritloom {

/// Sixteen lines as the kernels want them; those of a block have one unit and one mean importance.
class LineBatch {
public:
    /// elements: of a line. linesOfBlock: 1, 8 or 16.
    LineBatch(std::size_t elements, std::size_t linesOfBlock);

    /// values, importance: whole blocks, at most blocks() of them. A block without importance has equal one.
    void load(std::span<const float> values, std::span<const float> importance);

    [[nodiscard]] std::size_t blocks() const { return lanesOfLines / m_linesOfBlock; }
    [[nodiscard]] LineSamples samples() const
    {
        return {m_values, m_importance, m_isPlain ? m_values : m_products, m_elements, m_isShort, m_isPlain};
    }
    [[nodiscard]] const float* units() const { return m_units.data(); } ///< by lane
    [[nodiscard]] float extremeOf(std::size_t lane) const { return m_extremes[lane]; } ///< of samples
    [[nodiscard]] Range rangeOf(std::size_t lane) const { return m_ranges[lane]; } ///< of samples

    /// Numbers of the nearest levels, line after line: those of a block follow each other.
    [[nodiscard]] std::span<const std::uint8_t>
    codes(const LineLevels& levels, const float* scale, const float* offset);

private:
    std::size_t m_elements, m_linesOfBlock;
    std::unique_ptr<float[]> m_room;
    float *m_values, *m_importance, *m_products;
    bool m_isShort = false, m_isPlain = false;
    bool m_isEqual = false; ///< all of m_importance is 1
    std::vector<std::uint8_t> m_codes;
    std::array<float, lanesOfLines> m_units{}, m_extremes{};
    std::array<Range, lanesOfLines> m_ranges{};
};

/// Whole levels lowest..highest, or those of a table that stays.
[[nodiscard]] inline LineLevels wholeLines(float lowest, float highest)
{
    return {lowest, highest, nullptr, nullptr, 0};
}
template <std::size_t Count>
[[nodiscard]] LineLevels tableLines(const TableForSearch<Count>& table)
{
    return {table.table.front(), table.table.back(), table.thresholds.data(), table.table.data(), Count - 1};
}

/// What is worth trying for lines of `count` elements. By measurement on normal and long-tailed weights.
/// steps 0: as many as pay for these levels.
[[nodiscard]] ScaleGrid
scaleGrid(const LineLevels& levels, ScaleSign sign, std::size_t count, std::size_t steps = 0);
[[nodiscard]] ScaleGrid ternaryGrid(std::size_t count); ///< levels -1, 0, 1, positive scales
[[nodiscard]] LineGrid lineGrid(float top, OffsetSign sign, std::size_t count);

/// The best representable scales of a batch of one-line blocks, offsets too for lines(). plain: the scale
/// that encode() takes, for each lane, so that the result is never worse.
[[nodiscard]] std::array<float, lanesOfLines>
halfScales(const LineBatch& batch, const ScaleGrid& grid, const std::array<float, lanesOfLines>& plain);
struct HalfLines {
    std::array<float, lanesOfLines> scale, offset;
};
[[nodiscard]] HalfLines halfLines(const LineBatch& batch, const LineGrid& grid);

/// layout.setCodes(block, codes) where there is one, else code by code.
template <typename Layout>
void storeCodes(const Layout& layout, std::span<std::byte> block, std::span<const std::uint8_t> codes)
{
    if constexpr (requires { layout.setCodes(block, codes); })
        layout.setCodes(block, codes);
    else
        for (std::size_t i = 0; i < codes.size(); ++i)
            layout.setCode(block, i, codes[i]);
}

/// body(batch, blocks): for batches of whole blocks, each loaded, with the bytes that it becomes.
template <typename Layout, typename Body>
void forEachBatch(
    const Layout& layout, std::span<const float> values, std::span<const float> importance,
    std::span<std::byte> packed, const Body& body)
{
    const std::size_t elements = layout.elements(), bytes = layout.bytes();
    LineBatch batch(layout.lineElements(), elements / layout.lineElements());
    const std::size_t count = values.size() / elements;
    for (std::size_t first = 0; first < count; first += batch.blocks()) {
        const std::size_t blocks = std::min(batch.blocks(), count - first);
        batch.load(
            values.subspan(first * elements, blocks * elements),
            importance.subspan(first * elements, blocks * elements));
        body(batch, packed.subspan(first * bytes, blocks * bytes));
    }
}

/// The scales that put the largest magnitude of each line on level `end`; below 0: the extreme, with its
/// sign.
[[nodiscard]] std::array<float, lanesOfLines> scalesToEnd(const LineBatch& batch, float end);

/// Blocks of one line with one f16 scale at `offset` bytes. plain(batch): the scales that encode() takes.
template <typename Layout, typename Plain>
void fitHalfScales(
    const Layout& layout, std::size_t offset, const ScaleGrid& grid, const Plain& plain,
    std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed)
{
    forEachBatch(layout, values, importance, packed, [&](LineBatch& batch, std::span<std::byte> blocks) {
        const std::array<float, lanesOfLines> offsets{};
        const auto scale = halfScales(batch, grid, plain(batch));
        const auto codes = batch.codes(grid.levels, scale.data(), offsets.data());
        const std::size_t elements = layout.elements(), bytes = layout.bytes();
        for (std::size_t lane = 0; lane * bytes < blocks.size(); ++lane) {
            const auto block = blocks.subspan(lane * bytes, bytes);
            storeHalf(block, offset, scale[lane] * batch.units()[lane]);
            storeCodes(layout, block, codes.subspan(lane * elements, elements));
        }
    });
}

/// Blocks of one line with an f16 scale and an f16 offset.
template <typename Layout>
void fitHalfLines(
    const Layout& layout, std::size_t scaleOffset, std::size_t offsetOffset, const LineGrid& grid,
    std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed)
{
    forEachBatch(layout, values, importance, packed, [&](LineBatch& batch, std::span<std::byte> blocks) {
        const HalfLines lines = halfLines(batch, grid);
        const auto codes = batch.codes(wholeLines(0, grid.top), lines.scale.data(), lines.offset.data());
        const std::size_t elements = layout.elements(), bytes = layout.bytes();
        for (std::size_t lane = 0; lane * bytes < blocks.size(); ++lane) {
            const auto block = blocks.subspan(lane * bytes, bytes);
            storeHalf(block, scaleOffset, lines.scale[lane] * batch.units()[lane]);
            storeHalf(block, offsetOffset, lines.offset[lane] * batch.units()[lane]);
            storeCodes(layout, block, codes.subspan(lane * elements, elements));
        }
    });
}

/// Super-blocks: `search(samples, units, out)` is one of the kernels; setScales(block, line, scale, minimum)
/// and setSuper(block, scale, minimum) store what it found.
template <typename Layout, typename Search, typename SetSuper, typename SetScales>
void fitSupers(
    const Layout& layout, const LineLevels& levels, const Search& search, const SetSuper& setSuper,
    const SetScales& setScales, std::span<const float> values, std::span<const float> importance,
    std::span<std::byte> packed)
{
    forEachBatch(layout, values, importance, packed, [&](LineBatch& batch, std::span<std::byte> blocks) {
        SuperFit fit;
        search(batch.samples(), batch.units(), &fit);
        std::array<float, lanesOfLines> scale, offset;
        for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
            scale[lane] = fit.scale[lane] * fit.scales[lane];
            offset[lane] = -(fit.minimum[lane] * fit.minima[lane]);
        }
        const auto codes = batch.codes(levels, scale.data(), offset.data());
        const std::size_t elements = layout.elements(), bytes = layout.bytes();
        const std::size_t lines = elements / layout.lineElements();
        for (std::size_t b = 0; b * bytes < blocks.size(); ++b) {
            const auto block = blocks.subspan(b * bytes, bytes);
            const std::size_t first = b * lines;
            const float unit = batch.units()[first];
            setSuper(block, fit.scale[first] * unit, fit.minimum[first] * unit);
            for (std::size_t s = 0; s < lines; ++s)
                setScales(
                    block, s, static_cast<int>(fit.scales[first + s]),
                    static_cast<int>(fit.minima[first + s]));
            storeCodes(layout, block, codes.subspan(b * elements, elements));
        }
    });
}

} // namespace tritloom
