#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace tritloom {

/// A weight matrix as other quantizers store it: codes, scales and zero points in tensors of their own,
/// usually in a mapped file. [outputs, inputs] = scale * (code - zero).
struct PackedMatrix {
    /// Where fields of `bits` lie. A line is a little-endian stream: field i at bits [i * bits, (i + 1) *
    /// bits).
    enum class Order {
        Rows, ///< compressed-tensors: one line of 32-bit words an output, [outputs, words]
        Columns, ///< GPTQ: one line an output, down a column, [words, outputs]
        Bytes, ///< int-quantized: signed bytes [outputs, inputs]
        /// BitNet before it is packed: `codes` are floats [outputs, inputs], which run as the nearest of -1,
        /// 0 and 1 times their mean magnitude (arXiv 2402.17764), in the precision that they are stored in.
        Latent,
        // Ternary types of GGUF's forks, bytes as in the file, scales among the codes: ternary_codes.h.
        I2S,
        IQ1BN,
        IQ2BN,
        IQ2BNR4,
    };
    Order order = Order::Rows;
    unsigned bits = 0; ///< 2 to 8
    std::size_t outputs = 0, inputs = 0;
    std::size_t group = 0; ///< inputs that share a scale; `inputs` for one scale an output
    Tensor codes; ///< unsigned but for Order::Bytes and Latent
    /// Floats. Rows, Bytes: [outputs, groups] or one number for all; Columns: [groups, outputs]. Empty where
    /// they lie among the codes, or come from them.
    Tensor scales;
    /// Empty: 2^(bits - 1), or 0 for signed bytes. Rows: a line a group, down a column; Columns: a line a
    /// group, along a row; Bytes: signed bytes, as the scales.
    Tensor zeros;
    bool symmetric = true; ///< every zero point is said to be in the middle
    unsigned zeroOffset = 0; ///< what readers add to a stored zero point: 1 for GPTQ's first version
    std::vector<std::uint32_t> groupOfInput; ///< where groups are no runs of neighbours; empty: input / group
    NumberFormatPtr format; ///< what unpack() gives; see packedFormat()

    [[nodiscard]] std::size_t groups() const { return (inputs + group - 1) / group; }
    [[nodiscard]] std::size_t bytes() const;
};

/// The format with the same numbers: int<bits>g<group> or, with zero points, uint<bits>g<group>; f32 where
/// groups are no runs of neighbours, or a 32-bit scale is no half (where there is one a row among the codes,
/// unpack() finds out). Errors: Unsupported (a width or group that no format has).
[[nodiscard]] Result<NumberFormatPtr> packedFormat(const PackedMatrix&);

/// The matrix in its format, or in f32 where it does not fit after all: a 16-bit scale that is no half
/// (bfloat16 below 2^-14), a zero point of a symmetric matrix that is not in the middle. Errors: InvalidInput
/// (tensors of the wrong size, a scale that is not finite, a group that is not there, a ternary code of 3).
[[nodiscard]] Result<Tensor> unpack(const PackedMatrix&);

/// Fields of `bits` (1 to 8) as a little-endian stream in 32-bit words, the unused bits 0: what both layouts
/// store.
[[nodiscard]] std::vector<std::uint32_t> packFields(std::span<const std::uint8_t> fields, unsigned bits);
[[nodiscard]] std::vector<std::uint8_t>
unpackFields(std::span<const std::uint32_t> words, unsigned bits, std::size_t count);

/// Fields [rows, columns], each column a stream of its own down the rows: words [ceil(rows * bits / 32),
/// columns]. GPTQ's weights, compressed-tensors' zero points.
[[nodiscard]] std::vector<std::uint32_t>
packColumns(std::span<const std::uint8_t> fields, std::size_t columns, unsigned bits);

/// One row of a tensor in an int<bits>g<group> or uint<bits>g<group> format, taken apart.
struct IntegerRow {
    std::vector<std::uint8_t> codes; ///< unsigned: q + 2^(bits - 1) of the symmetric formats; [columns]
    std::vector<std::uint16_t> scales; ///< halves, one a group
    std::vector<std::uint8_t> zeros; ///< one a group
};

/// What an id of the two families says; nullopt for other formats.
struct IntegerScheme {
    unsigned bits = 0;
    std::size_t group = 0;
    bool symmetric = true;
    friend bool operator==(const IntegerScheme&, const IntegerScheme&) = default;
};
[[nodiscard]] std::optional<IntegerScheme> integerScheme(std::string_view formatId);

/// Row `index` of a tensor of that scheme.
[[nodiscard]] IntegerRow takeApart(const Tensor& tensor, const IntegerScheme& scheme, std::size_t index);

} // namespace tritloom
