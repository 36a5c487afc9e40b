#pragma once

#include "core/format/block_format.h"
#include "core/format/search_kernels.h"

#include <array>
#include <span>
#include <vector>

// The search behind NumberFormat::fit(): scales and offsets with the least weighted squared error.
//
// All of it works on samples whose largest magnitude is between 1 and 2 and whose mean importance is 1;
// `unit` is the power of two that leads back.

namespace tritloom {

/// A block in the shape that the kernels want. The views stay with this object.
class FitSamples {
public:
    FitSamples(std::span<const float> values, std::span<const float> importance);
    FitSamples(const FitSamples&) = delete;
    FitSamples& operator=(const FitSamples&) = delete;

    [[nodiscard]] float unit() const { return m_unit; }
    [[nodiscard]] SearchSamples all() const
    {
        return {m_values.data(), m_importance.data(), m_values.size()};
    }
    /// Samples [begin, begin + count), count a multiple of 16.
    [[nodiscard]] SearchSamples part(std::size_t begin, std::size_t count) const
    {
        return {m_values.data() + begin, m_importance.data() + begin, count};
    }

private:
    std::array<float, 512> m_near; ///< enough for every block of fixed size
    std::vector<float> m_far;
    std::span<float> m_values, m_importance;
    float m_unit = 1;
};

/// Whole levels lowest..highest.
[[nodiscard]] inline SearchLevels wholeLevels(float lowest, float highest)
{
    return {lowest, highest, nullptr, nullptr, 0};
}

/// Ascending levels from a table, prepared for the kernels.
template <std::size_t Count>
struct TableForSearch {
    std::array<float, Count - 1> thresholds{}, steps{};
    std::array<float, Count> table{};
    constexpr explicit TableForSearch(const std::array<float, Count>& ascending)
        : table(ascending)
    {
        for (std::size_t k = 0; k + 1 < Count; ++k) {
            thresholds[k] = (ascending[k] + ascending[k + 1]) / 2;
            steps[k] = ascending[k + 1] - ascending[k];
        }
    }
    [[nodiscard]] SearchLevels levels() const
    {
        return {table.front(), table.back(), thresholds.data(), steps.data(), Count - 1};
    }
};

/// How far beyond the end of the levels it may pay to push the extreme, as a factor: few levels and many
/// weights clip more. By measurement on normal and long-tailed weights.
[[nodiscard]] float reachOf(float levelSpan, std::size_t count);

enum class ScaleSign { Positive, Any };

/// The scale s with the least sum w (x - s q)^2, q the nearest level. Continuous: not yet rounded to
/// anything.
[[nodiscard]] float searchScale(const SearchSamples&, const SearchLevels&, ScaleSign);

enum class OffsetSign { NotPositive, Any };

/// The same for the levels -1, 0, 1, and exact.
[[nodiscard]] float bestTernaryScale(const SearchSamples&);

/// Scale s > 0 and offset o with the least sum w (x - s q - o)^2, q one of 0..top.
[[nodiscard]] Line searchLine(const SearchSamples&, float top, OffsetSign);

/// The half nearest to `scale` in real units and its neighbours, as scales of samples. The steps between
/// halves are wide where weights are small: 6e-8, whatever the scale.
[[nodiscard]] inline std::array<float, 3> halvesNear(float unit, float scale)
{
    const std::uint16_t bits = floatToFiniteHalf(scale * unit);
    const auto neighbour = [&](int step) {
        const int magnitude = std::clamp((bits & 0x7fff) + step, 0, 0x7bff);
        return halfToFloat(static_cast<std::uint16_t>((bits & 0x8000) | magnitude)) / unit;
    };
    return {neighbour(0), neighbour(-1), neighbour(1)};
}

/// The best of the halves near `scale`. Scales are of samples: a stored scale is unit times that.
[[nodiscard]] float bestHalfScale(const SearchSamples&, const SearchLevels&, float unit, float scale);
[[nodiscard]] Line bestHalfLine(const SearchSamples&, float top, float unit, Line line);

/// Writes the nearest codes of all elements for the scales that are already in `block`. codes: by level, in
/// the order of `levels`, ascending.
template <typename Layout>
void storeNearestCodes(
    const Layout& layout, std::span<const float> values, const SearchLevels& levels,
    std::span<std::byte> block)
{
    const std::size_t run = layout.lineElements();
    for (std::size_t begin = 0; begin < values.size(); begin += run) {
        const Line line = layout.line(block, begin / run);
        const float factor = inverse(line.scale);
        for (std::size_t i = begin; i < std::min(begin + run, values.size()); ++i) {
            const float position = (values[i] - line.offset) * factor;
            unsigned code = 0;
            if (levels.thresholds) {
                for (std::size_t k = 0; k < levels.thresholdCount; ++k)
                    code += position > levels.thresholds[k];
            } else {
                const float q = std::nearbyint(std::clamp(position, levels.lowest, levels.highest));
                code = static_cast<unsigned>(q - layout.table().front());
            }
            layout.setCode(block, i, code);
        }
    }
}

/// search() of a layout with one f16 scale, at `offset` bytes.
template <typename Layout>
void searchHalfScale(
    const Layout& layout, std::size_t offset, const SearchLevels& levels, ScaleSign sign,
    std::span<const float> values, std::span<const float> importance, std::span<std::byte> block)
{
    const FitSamples samples(values, importance);
    const float scale = searchScale(samples.all(), levels, sign);
    storeHalf(block, offset, samples.unit() * bestHalfScale(samples.all(), levels, samples.unit(), scale));
    storeNearestCodes(layout, values, levels, block);
}

/// search() of a layout with an f16 scale and an f16 offset, levels 0..top.
template <typename Layout>
void searchHalfLine(
    const Layout& layout, std::size_t scaleOffset, std::size_t offsetOffset, float top,
    std::span<const float> values, std::span<const float> importance, std::span<std::byte> block)
{
    const FitSamples samples(values, importance);
    Line line = searchLine(samples.all(), top, OffsetSign::Any);
    line = bestHalfLine(samples.all(), top, samples.unit(), line);
    storeHalf(block, scaleOffset, samples.unit() * line.scale);
    storeHalf(block, offsetOffset, samples.unit() * line.offset);
    storeNearestCodes(layout, values, wholeLevels(0, top), block);
}

/// search() of a layout with levels -1, 0, 1 and one f16 scale, at `offset` bytes.
template <typename Layout>
void searchTernary(
    const Layout& layout, std::size_t offset, std::span<const float> values,
    std::span<const float> importance, std::span<std::byte> block)
{
    const FitSamples samples(values, importance);
    const SearchLevels levels = wholeLevels(-1, 1);
    const float scale = bestTernaryScale(samples.all());
    storeHalf(block, offset, samples.unit() * bestHalfScale(samples.all(), levels, samples.unit(), scale));
    storeNearestCodes(layout, values, levels, block);
}

} // namespace tritloom
