#include "core/method/level_bracket.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

LevelBracket levelBracket(const RowState& row, std::size_t column, float value)
{
    const std::span<const float> levels = row.levels(column);
    std::size_t lower = levels.size(), upper = levels.size();
    if (const float step = row.stepOf(column); step != 0) {
        const float position = (value - levels[0]) / step; // a step below 0: the levels descend
        const auto last = static_cast<float>(levels.size() - 1);
        const auto first = static_cast<std::size_t>(std::clamp(std::floor(position), 0.0f, last));
        const auto second = static_cast<std::size_t>(std::clamp(std::floor(position) + 1, 0.0f, last));
        lower = step > 0 ? first : second;
        upper = step > 0 ? second : first;
    } else {
        for (std::size_t k = 0; k < levels.size(); ++k) {
            if (levels[k] <= value && (lower == levels.size() || levels[k] > levels[lower]))
                lower = k;
            if (levels[k] > value && (upper == levels.size() || levels[k] < levels[upper]))
                upper = k;
        }
        lower = lower == levels.size() ? upper : lower;
        upper = upper == levels.size() ? lower : upper;
    }
    return {static_cast<std::uint16_t>(lower), static_cast<std::uint16_t>(upper)};
}

} // namespace tritloom
