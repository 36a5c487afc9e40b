#include "core/method/clip_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritloom {

std::size_t nearestLevel(std::span<const float> levels, float value)
{
    const auto above = std::lower_bound(levels.begin(), levels.end(), value);
    if (above == levels.begin())
        return 0;
    if (above == levels.end())
        return levels.size() - 1;
    const auto at = std::size_t(above - levels.begin());
    return value - levels[at - 1] < levels[at] - value ? at - 1 : at;
}

LevelClip bestLevelClip(std::span<const float> values, std::span<const float> levels)
{
    float largest = 0;
    for (const float value : values)
        largest = std::max(largest, std::fabs(value));
    LevelClip best{largest, 0};
    if (largest == 0)
        return best;
    best.error = std::numeric_limits<double>::infinity();
    const float top = std::max(levels.back(), -levels.front());
    for (int percent = 100; percent >= 10; --percent) {
        const float clip = largest * float(percent) / 100, scale = clip / top, factor = top / clip;
        double error = 0;
        for (std::size_t i = 0; i < values.size() && error < best.error; ++i) {
            const double off =
                double(values[i]) - double(scale * levels[nearestLevel(levels, values[i] * factor)]);
            error += off * off;
        }
        if (error < best.error)
            best = {clip, error};
    }
    return best;
}

} // namespace tritloom
