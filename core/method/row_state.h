#pragma once

#include "core/format/number_format.h"

#include <span>
#include <vector>

namespace tritloom {

/// One packed row whose levels are chosen element by element.
class RowState {
public:
    RowState(const NumberFormat& format, std::size_t columns);

    /// Fits the scales of the block that begins at column `begin`; values and importance from there on, and
    /// all of it, respectively.
    void fit(std::size_t begin, std::span<const float> values, std::span<const float> importance);

    /// fit() for all blocks at once. values, importance: [columns].
    void fitAll(std::span<const float> values, std::span<const float> importance);

    /// The levels that `column` can take, by code; its block must be fitted.
    [[nodiscard]] std::span<const float> levels(std::size_t column) const
    {
        return std::span(m_levels).subspan(column / m_run * m_levelCount, m_levelCount);
    }

    /// The distance between neighbours of levels(column) when it is the same for all, else 0.
    [[nodiscard]] float stepOf(std::size_t column) const { return m_steps[column / m_run]; }

    /// Stores level number `level` at `column`.
    void setLevel(std::size_t column, std::size_t level);

    /// Takes over a packed row, its scales and levels.
    void load(std::span<const std::byte> packed);

    /// Stores the nearest level at `column`, whose block must be fitted, and gives its value.
    float choose(std::size_t column, float value);

    void assign(std::span<const std::byte> packed) { m_packed.assign(packed.begin(), packed.end()); }
    [[nodiscard]] std::span<const std::byte> packed() const { return m_packed; }
    [[nodiscard]] const NumberFormat& format() const { return *m_format; }

private:
    void readLevels(std::size_t begin);

    const NumberFormat* m_format;
    std::size_t m_columns;
    std::size_t m_run; ///< elements that share their levels
    std::size_t m_levelCount;
    std::vector<std::byte> m_packed;
    std::vector<float> m_levels; ///< [runs, levels]
    std::vector<float> m_steps; ///< by run: the distance between levels where it is the same for all, else 0
};

} // namespace tritloom
