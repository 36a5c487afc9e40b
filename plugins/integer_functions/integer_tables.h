#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tritloom {

/// Numbers of 8 bits with one power of two for a scale: value = code * 2^shift (BCT, arXiv 2304.01483).
struct ShiftedCodes {
    std::vector<std::int8_t> codes;
    int shift = 0;
};
/// The smallest power of two that clips nothing, halves to even. All zero: shift 0.
[[nodiscard]] ShiftedCodes shiftedCodes(std::span<const float> values);

/// A function of such numbers as a table: what comes out has a power of two of its own, which holds the
/// largest of the 256 values.
struct FunctionTable {
    std::array<std::int8_t, 256> codes{}; ///< by code + 128
    int shift = 0;
    [[nodiscard]] double at(std::int8_t code) const;
};
[[nodiscard]] FunctionTable tableOf(const std::function<double(double)>& function, int shift);

/// Softmax of a row in whole numbers: exponentials from a table of 16 bits, by how far a code lies below the
/// largest, and a rounded division; probability = result / 256, the last code saturates. The sum of a row of
/// n
/// >= 2 is 256 within n / 2.
[[nodiscard]] std::vector<std::uint8_t> integerSoftmax(std::span<const std::int8_t> codes, int shift);

/// Probabilities on the levels 2^(-code / 2), code 0 to 2^bits - 1 (RepQ-ViT, arXiv 2212.08254, as LRP-QViT,
/// arXiv 2401.11243, takes it). probability: 0 to 1.
[[nodiscard]] int halfOctaveCode(double probability, int bits);
[[nodiscard]] double halfOctaveValue(int code);

} // namespace tritloom
