#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// How much of the calibration data plugins that learn keep to judge by, and do not learn from.
[[nodiscard]] inline ParameterSpec heldOutParameter()
{
    return {
        .key = "held_out",
        .title = "Share held out",
        .unit = "",
        .standard = 0.2,
        .lowest = 0,
        .highest = 0.5,
        .whole = false};
}

/// Numbers of parts, ascending.
struct HeldOutSplit {
    std::vector<std::size_t> learned, heldOut;
};

/// Held out are spread evenly: pictures often come class by class, steps in order.
[[nodiscard]] inline HeldOutSplit splitEvenly(std::size_t count, double share)
{
    HeldOutSplit split;
    const auto held = std::size_t(double(count) * share);
    for (std::size_t i = 0; i < count; ++i)
        ((i + 1) * held / count > i * held / count ? split.heldOut : split.learned).push_back(i);
    return split;
}

} // namespace tritloom
