#pragma once

namespace tritloom {

/// What is said where a pass ends in numbers that are none.
inline constexpr const char* outputIsNotFinite =
    "the model's output is not finite: its weights hold NaN or infinite numbers, of which 'stats' names the "
    "layer, or what it computes grows without end";

} // namespace tritloom
