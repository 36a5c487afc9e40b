#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace tritloom {

/// IEEE 754 binary16 to binary32, exact.
[[nodiscard]] inline float halfToFloat(std::uint16_t half)
{
    const std::uint32_t sign = (half & 0x8000u) << 16;
    const std::uint32_t magnitude = half & 0x7fffu;
    std::uint32_t bits = (magnitude << 13) + (112u << 23); // exponent bias 15 becomes 127
    if (magnitude >= 0x7c00u)
        bits += 112u << 23; // infinity and NaN keep the highest exponent
    // A subnormal counts units of 2^-24, which is the last place of 0.5; no subnormal float is touched, so
    // the result holds in threads that flush those to zero.
    const float small = std::bit_cast<float>(magnitude | 0x3f000000u) - 0.5f;
    if (magnitude < 0x0400u)
        bits = std::bit_cast<std::uint32_t>(small);
    return std::bit_cast<float>(bits | sign);
}

/// binary32 to binary16, to nearest, ties to even; too large becomes infinity.
[[nodiscard]] inline std::uint16_t floatToHalf(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    std::uint32_t half;
    if (magnitude > 0x7f800000u)
        half = 0x7e00u; // NaN
    else if (magnitude >= 0x47800000u)
        half = 0x7c00u; // 65536 and more
    else if (magnitude < 0x38800000u)
        half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000u;
    else
        half = (magnitude + 0xfffu + ((magnitude >> 13) & 1u) - (112u << 23)) >> 13;
    return static_cast<std::uint16_t>(half | sign);
}

/// The same, but a finite number stays finite: at most 65504.
[[nodiscard]] inline std::uint16_t floatToFiniteHalf(float value)
{
    const std::uint16_t half = floatToHalf(value);
    return (half & 0x7fffu) == 0x7c00u && std::isfinite(value) ? static_cast<std::uint16_t>(half - 1) : half;
}

/// `value` as a half would hold it, finite numbers kept finite.
[[nodiscard]] inline float roundToHalf(float value)
{
    return halfToFloat(floatToFiniteHalf(value));
}

/// bfloat16 (the upper half of a binary32) to binary32, exact.
[[nodiscard]] inline float brainToFloat(std::uint16_t brain)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(brain) << 16);
}

/// binary32 to bfloat16, to nearest, ties to even; a NaN keeps its sign and becomes quiet.
[[nodiscard]] inline std::uint16_t floatToBrain(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

} // namespace tritloom
