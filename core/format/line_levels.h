#pragma once

#include "core/format/line_lanes.h"

// The nearest of some levels for sixteen positions at once, as line_lanes.h is.

namespace tritloom {
namespace {
namespace lanes {

struct WholeLevels {
    static constexpr bool areWhole = true;
    float lowest, highest; ///< of eight bits at most
    WholeLevels(float from, float to)
        : lowest(from)
        , highest(to)
    {
    }
    [[gnu::always_inline]] inline void nearest(const Lanes& position, Lanes& q) const
    {
        q = roundToEven(clamp(position, lowest, highest));
    }
    /// The same of what lies between the ends already.
    [[gnu::always_inline]] inline void nearestInside(const Lanes& position, Lanes& q) const
    {
        q = roundToEven(position);
    }
    /// raised: position + roundingMagic.
    template <bool Inside>
    [[gnu::always_inline]] inline void nearestOfProduct(const Lanes& raised, Lanes& q) const
    {
        q = (Inside ? raised : clamp(raised, lowest + roundingMagic, highest + roundingMagic))
            - roundingMagic;
    }
    [[gnu::always_inline]] inline void number(const Lanes& position, ByteLanes& out) const
    {
        Lanes q;
        nearest(position, q);
        out = lowBytes(converted<WholeLanes>(q - lowest));
    }
};

#if defined(__AVX512F__)
/// Sixteen levels at most, found by four comparisons, each with the threshold in the middle of what is left.
class TableLevels {
public:
    static constexpr bool areWhole = false;
    [[gnu::always_inline]] inline explicit TableLevels(const LineLevels& levels)
        : m_middle(levels.thresholdCount > 7 ? levels.thresholds[7] : __builtin_inff())
    {
        for (std::size_t k = 0; k < lanesOfLines; ++k) {
            const auto thresholdAt = [&](std::size_t i) __attribute__((always_inline))
            {
                return i < levels.thresholdCount ? levels.thresholds[i] : __builtin_inff();
            };
            m_quarters[k] = thresholdAt(k + 3);
            m_pairs[k] = thresholdAt(k + 1);
            m_ones[k] = thresholdAt(k);
            m_values[k] = levels.values[k <= levels.thresholdCount ? k : levels.thresholdCount];
        }
    }
    [[gnu::always_inline]] inline void nearest(const Lanes& position, Lanes& q) const
    {
        q = at(m_values, indexOf(position));
    }
    [[gnu::always_inline]] inline void number(const Lanes& position, ByteLanes& out) const
    {
        out = lowBytes(indexOf(position));
    }

private:
    [[gnu::always_inline]] static inline Lanes at(const Lanes& table, const WholeLanes& index)
    {
        return permuted(table, index);
    }
    [[gnu::always_inline]] inline WholeLanes indexOf(const Lanes& position) const
    {
        WholeLanes index = (position > m_middle) & 8;
        index = pick(position > at(m_quarters, index), index + 4, index);
        index = pick(position > at(m_pairs, index), index + 2, index);
        return pick(position > at(m_ones, index), index + 1, index);
    }
    float m_middle;
    Lanes m_quarters{}, m_pairs{}, m_ones{}, m_values{};
};
#else
struct TableLevels {
    static constexpr bool areWhole = false;
    const LineLevels& levels;
    explicit TableLevels(const LineLevels& given)
        : levels(given)
    {
    }
    [[gnu::always_inline]] inline void nearest(const Lanes& position, Lanes& q) const
    {
        q = all(levels.values[0]);
        for (std::size_t k = 0; k < levels.thresholdCount; ++k)
            q = pick(position > levels.thresholds[k], all(levels.values[k + 1]), q);
    }
    [[gnu::always_inline]] inline void number(const Lanes& position, ByteLanes& out) const
    {
        WholeLanes count{};
        for (std::size_t k = 0; k < levels.thresholdCount; ++k)
            count -= position > levels.thresholds[k];
        out = lowBytes(count);
    }
};
#endif

} // namespace lanes
} // namespace
} // namespace tritloom
