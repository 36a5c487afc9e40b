#pragma once

#include "core/file/packed_matrix.h"

namespace tritloom::ternaryCodes {

/// One ternary matrix type of a fork of llama.cpp: w = scale * (field - 1), fields 0, 1 and 2 only.
///
/// I2S (bitnet.cpp, 36; ik_llama.cpp reads it too): fields of two bits, then 32 bytes that begin with the one
/// f32 scale. Runs of 128 weights are 32 bytes: weight j in byte j mod 32, bits 6 - 2 * (j div 32). What an
/// ARM build of bitnet.cpp wrote has runs of 64 instead; nothing in the file tells the two apart, published
/// files have runs of 128.
///
/// IQ1BN (ik_llama.cpp, 134): a row is an f16 scale and 13 bytes for each 64 weights. Weights 16g + 5b + j
/// (g < 4, b < 3, j < 5) are digits j of byte 3g + b, weight 16g + 15 is digit g of byte 12. A byte is
/// ceil(256 * v / 243), v the sum of field j times 3^j: the first is the lowest digit, which is the highest
/// in TQ1_0.
///
/// IQ2BN (ik_llama.cpp, 135): a row is an f32 scale and 16 bytes for each 64 weights: byte j has weights j,
/// j + 16, j + 32, j + 48 in bits 0, 2, 4, 6.
///
/// IQ2BNR4 (ik_llama.cpp, 335): four rows are their four f32 scales and 64 bytes for each 64 columns: byte
/// 16l + 4k + i has columns 16l + i, + 4, + 8, + 12 of row k in bits 0, 2, 4, 6.
///
/// Sources: ggml-bitnet-mad.cpp of microsoft/BitNet, iqk_quantize.cpp of ikawrakow/ik_llama.cpp.
struct Type {
    PackedMatrix::Order order;
    std::uint32_t id; ///< in GGUF files
    std::string_view name; ///< "IQ2_BN", as the fork says it
    std::string_view program; ///< the fork
    std::uint32_t columns, rows; ///< a matrix has a multiple of these
    std::uint32_t rowHead, blockBytes, tail; ///< bytes before the blocks of 64 of a row, of each, after all
    float (*scale)(const PackedMatrix& matrix, std::size_t output);
    void (*fields)(const PackedMatrix& matrix, std::size_t output, std::span<std::uint8_t> fields);
};

/// ternary_codes.cpp holds the only list.
[[nodiscard]] const Type* find(std::uint32_t id); ///< null when unknown
[[nodiscard]] const Type* find(PackedMatrix::Order order); ///< null: codes of other programs

/// Bytes of a matrix; nullopt when no std::uint64_t holds them. outputs, inputs: multiples as the type says.
[[nodiscard]] std::optional<std::uint64_t> bytesOf(const Type& type, std::size_t outputs, std::size_t inputs);

/// The matrix [outputs, inputs] in these bytes, which owner keeps alive; none of the codes is read.
/// Errors: InvalidInput (fewer bytes than it takes).
[[nodiscard]] Result<std::shared_ptr<const PackedMatrix>> matrixOf(
    const Type& type, std::size_t outputs, std::size_t inputs, std::span<const std::byte> bytes,
    std::shared_ptr<const void> owner);

} // namespace tritloom::ternaryCodes
