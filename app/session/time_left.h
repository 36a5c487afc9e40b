#pragma once

#include <chrono>
#include <cstdint>

namespace tritloom {

/// What is left of a run by its pace so far. fraction: 0 to 1, what is done. 0: not known, as the first steps
/// say little of the pace.
[[nodiscard]] inline std::chrono::milliseconds timeLeft(std::chrono::milliseconds passed, double fraction)
{
    constexpr double soonest = 0.02;
    if (fraction < soonest || fraction >= 1)
        return std::chrono::milliseconds(0);
    return std::chrono::milliseconds(std::int64_t(double(passed.count()) * (1 - fraction) / fraction));
}

} // namespace tritloom
