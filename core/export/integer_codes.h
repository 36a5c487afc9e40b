#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tritloom {

/// A layer as whole numbers, whatever its format: value[r, c] = scale[r, b] * (code[r, c] - zero[r, b]) with
/// b = c / block. What formats of other programs are made of.
struct IntegerCodes {
    std::size_t rows = 0, columns = 0;
    std::size_t block = 0; ///< columns under one scale; the last block of a row may be short
    int bits = 0; ///< that the codes take, 1 to 8
    std::vector<std::uint8_t> codes; ///< [rows, columns]
    std::vector<float> scales, zeros; ///< [rows, blocks()]; zeros in codes, perhaps fractions

    [[nodiscard]] std::size_t blocks() const { return (columns + block - 1) / block; }
};

/// nullopt where the format has no such codes: floats, levels at uneven distances, more than 256 of them.
[[nodiscard]] std::optional<IntegerCodes> integerCodes(const Tensor& layer);

/// Codes as a type of `bits` bits holds them.
struct StoredCodes {
    bool isSigned = false; ///< two's complement around 0, no zeros; else from 0, with zeros
    std::vector<std::int16_t> codes; ///< [rows, columns]
    std::vector<std::int16_t> zeros; ///< [rows, blocks]; empty when signed
};
/// nullopt when the codes or their zeros do not fit. bits: at most 8.
[[nodiscard]] std::optional<StoredCodes> storedAs(const IntegerCodes& codes, int bits);

} // namespace tritloom
