#pragma once

#include "core/format/scale_search.h"

#include <span>
#include <vector>

namespace tritloom {

/// Ascending levels that a code chooses from. Immutable, shared between threads.
class LevelTable {
public:
    /// ascending: at least two, no duplicates. bits: of a stored field. fields: what is stored for each
    /// level; empty: the number of the level. Fields that no level uses decode like the highest level.
    LevelTable(std::vector<float> ascending, unsigned bits, std::vector<unsigned> fields = {});

    [[nodiscard]] std::span<const float> levels() const { return m_levels; }
    [[nodiscard]] float highest() const { return m_levels.back(); }
    [[nodiscard]] float largest() const { return std::max(m_levels.back(), -m_levels.front()); }
    [[nodiscard]] unsigned fieldOf(unsigned level) const { return m_fields[level]; }
    [[nodiscard]] unsigned levelOf(unsigned field) const { return m_levelOfField[field]; }
    [[nodiscard]] float valueOf(unsigned field) const { return m_values[field]; }

    /// The level nearest to `position`; of two at the same distance the lower.
    [[nodiscard]] unsigned nearest(float position) const;

    [[nodiscard]] SearchLevels forSearch() const
    {
        return {m_levels.front(), m_levels.back(), m_thresholds.data(), m_steps.data(), m_thresholds.size()};
    }

private:
    std::vector<float> m_levels, m_thresholds, m_steps;
    std::vector<unsigned> m_fields, m_levelOfField; ///< by level; by field
    std::vector<float> m_values; ///< by field
};

/// The scale with the least sum w (x - s q)^2 for the levels of a table; for tables of any size.
[[nodiscard]] float searchTableScale(const SearchSamples&, const LevelTable&, ScaleSign);

} // namespace tritloom
