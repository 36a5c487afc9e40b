#pragma once

#include "compute/cpu/packed/packed_weights.h"

#include <stop_token>

namespace tritloom::cpu {

/// Whether products see activations as they are, or as runtimes round them.
enum class ActivationMode : std::uint8_t {
    Exact, ///< 23 bits and a sign under one scale a line of weights (a block, if isSuper()): f32 but for its
           ///< last bit
    EightBit, ///< 8 bits, see Activations8
};

/// Activations as signed 8-bit digits. If isSuper(), all lines of a block have one scale. value = scale *
/// (65536 * d[0] + 256 * d[1] + d[2]), or scale * d[0].
///
/// Three digits hold as many bits as an f32; products of codes and digits are summed in whole numbers,
/// without rounding. So one kind of kernel, byte dot products, serves both modes.
struct Activations {
    std::size_t tokens = 0, digits = 3; ///< digits: 3 or 1
    int lowestDigit = -127; ///< that may occur; of three digits -128, whatever this says
    std::size_t blockColumns = 0, lines = 0; ///< of a block
    std::shared_ptr<void> bytes; ///< [block][token][digit][blockColumns]
    std::vector<float> scales; ///< [block][token][line]; what the whole-number sum is multiplied with
    std::vector<float>
        sums; ///< [block][token][line]; of the activations, for offsets; over the scale if isSuper()
    std::vector<std::int32_t> starts; ///< [block][token][line][2]: zero points, where the sums begin

    [[nodiscard]] std::size_t at(std::size_t block, std::size_t token) const
    {
        return block * tokens + token;
    }
    [[nodiscard]] std::int8_t* digitsOf(std::size_t block, std::size_t token) const
    {
        return static_cast<std::int8_t*>(bytes.get()) + at(block, token) * digits * blockColumns;
    }
};

/// x: [tokens, layout.columns]. A number that is not finite makes every product with its line NaN. Many
/// threads.
[[nodiscard]] Activations makeActivations(
    const PackedLayout& layout, std::span<const float> x, std::size_t tokens, ActivationMode mode);

/// The activations of the last product: the weights that read the same input mostly come one after the other.
class ActivationCache {
public:
    /// makeActivations(), or what it gave last time for the same tensor and a layout that asks for the same.
    [[nodiscard]] std::shared_ptr<const Activations>
    get(const PackedLayout& layout, const Tensor& x, ActivationMode mode);

private:
    struct Wish {
        const std::byte* bytes;
        std::size_t tokens, lineColumns, blockColumns, columns;
        Levels levels;
        Activations8 activations;
        ActivationMode mode;
        int zero;
        float unit;
        bool super;
        friend bool operator==(const Wish&, const Wish&) = default;
    };
    Wish m_wish{};
    Tensor m_input; // kept, so that another tensor cannot lie at its place
    std::shared_ptr<const Activations> m_made;
};

/// y[r] = sum over c of weights[r, c] * x[c] for one token. y: [rows]. Many threads, bit-equal for any
/// number. x.lowestDigit: -127 where levels are a table.
void multiplyColumn(const PackedWeights& weights, const Activations& x, std::span<float> y);

/// The same for many tokens: y [tokens, rows]. A tile of weights is decoded once for all tokens and
/// multiplied by byte dot products.
void multiplyColumns(
    const PackedWeights& weights, const Activations& x, std::span<float> y, const std::stop_token& stop);

/// Whether decodedColumns() is the way for these weights: in exact mode without an instruction for byte dot
/// products, and where alwaysDecodesColumns().
[[nodiscard]] bool decodesColumns(const PackedLayout& layout, ActivationMode mode);
/// Many tokens, activations as they are: a tile of weights is decoded to floats for the dense library.
void decodedColumns(
    const PackedWeights& weights, std::span<const float> x, std::size_t tokens, std::span<float> y,
    const std::stop_token& stop);

} // namespace tritloom::cpu
