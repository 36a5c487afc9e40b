#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tritloom {

/// How one block of weights is stored.
///
/// Immutable, shared between threads. A format says how numbers become bytes and bytes become numbers;
/// which numbers are worth storing is the business of a LayerMethod, which may lean on fit() and levels().
class NumberFormat {
public:
    virtual ~NumberFormat() = default;

    /// Canonical name, e.g. "int4g128", "q4_k"; parseNumberFormat(id()) gives an equal format back.
    [[nodiscard]] virtual std::string id() const = 0;

    /// Weights that share a block. Blocks never cross rows; a short last block of a row is padded with zeros.
    [[nodiscard]] virtual std::size_t blockElements() const = 0;

    /// Bytes stored per block, scales and zero points included.
    [[nodiscard]] virtual std::size_t blockBytes() const = 0;

    /// False for formats that can be read only: encode() and fit() must not be called then.
    [[nodiscard]] virtual bool isWritable() const { return true; }

    /// The plain encoder that other programs use for this format (scale from the largest magnitude, nearest
    /// level). values: blockElements(); packed: blockBytes(). NaN and infinities are stored as 0
    /// where a format cannot hold them.
    virtual void encode(std::span<const float> values, std::span<std::byte> packed) const = 0;

    /// encode() for consecutive whole blocks, and the same bytes; quicker where a format has kernels for it.
    virtual void encodeBlocks(std::span<const float> values, std::span<std::byte> packed) const;

    /// Stored numbers that make sum over i of importance[i] * (values[i] - decoded[i])^2 small, by a search
    /// over scales; never worse than encode() by that measure. importance: blockElements(), each >= 0.
    virtual void
    fit(std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) const;

    /// fit() for consecutive whole blocks, and the same bytes; quicker where a format searches many at once.
    virtual void fitBlocks(
        std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) const;

    /// The definition of the format: every kernel must agree with it. Sizes as in encode().
    virtual void decode(std::span<const std::byte> packed, std::span<float> values) const = 0;

    /// decode() for consecutive blocks. values may end inside the last block.
    virtual void decodeBlocks(std::span<const std::byte> packed, std::span<float> values) const;

    /// Levels a stored element can take once its block's scales are fixed, e.g. 16 for 4 bits; 0 for floats.
    [[nodiscard]] virtual std::size_t levelCount() const { return 0; }

    /// Consecutive elements, counted from the start of a block, that share their levels; divides blockElements().
    [[nodiscard]] virtual std::size_t levelRun() const { return 1; }

    /// The value of every level of `element` under the scales in `packed`, by code.
    /// out: levelCount() values. Only for levelCount() > 0.
    virtual void levels(std::span<const std::byte> packed, std::size_t element, std::span<float> out) const;

    /// Stores level number `level` (as counted by levels()) at `element`, scales untouched.
    virtual void setLevel(std::span<std::byte> packed, std::size_t element, std::size_t level) const;

    /// Plain floats: one element a block, no scale.
    [[nodiscard]] bool isFloat() const { return blockElements() == 1; }

    [[nodiscard]] double bitsPerWeight() const
    {
        return 8.0 * static_cast<double>(blockBytes()) / static_cast<double>(blockElements());
    }
};

using NumberFormatPtr = std::shared_ptr<const NumberFormat>;

/// One row per family; core/format/families.cpp holds the only list.
struct NumberFormatFamily {
    std::string_view name; ///< "int", shown in the catalogue
    std::string_view synopsis; ///< "int<bits>g<group>[a], e.g. int4g128"
    Result<NumberFormatPtr> (*parse)(
        std::string_view id); ///< Errors: NotFound when the id is not this family's
    std::vector<std::string> (*examples)(); ///< writable ids that tests and the GUI walk through
};

[[nodiscard]] std::span<const NumberFormatFamily> numberFormatFamilies();

/// Errors: NotFound, InvalidInput (right family, wrong numbers).
[[nodiscard]] Result<NumberFormatPtr> parseNumberFormat(std::string_view id);

} // namespace tritloom
