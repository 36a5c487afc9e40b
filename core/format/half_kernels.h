#pragma once

#include "core/format/plain_kernels.h"

#include <cstddef>
#include <cstdint>

// The plain encoders straight from half-precision weights, in one pass: the floats between never leave the
// registers. Compiled once per instruction set; all sets give the bytes of NumberFormat::encode().

namespace tritloom {

/// How codes lie in a block.
enum class HalfFields {
    Bytes, ///< one signed byte each
    Nibbles, ///< of each 32, code j and code j + 16 in one byte
    FifthBits, ///< Nibbles, and four bytes at `planeOffset` with the fifth bits
    Pairs, ///< of each 128, codes j, j + 32, j + 64 and j + 96 in one byte
    InOrder, ///< fields of `bits` without gaps
};

/// A block of a multiple of 32 weights with one half-precision scale.
struct HalfBlock {
    std::size_t elements = 32; ///< Pairs: a multiple of 128
    std::size_t bytes = 0;
    std::size_t scaleOffset = 0, codesOffset = 0, planeOffset = 0;
    HalfFields fields = HalfFields::Bytes;
    unsigned bits = 8; ///< InOrder: 2..8
    float end = 1; ///< the level that the extreme lands on; below 0 with its sign, else its magnitude does
    bool isRounded = false; ///< codes are those of the scale as it is stored
    bool isThreshold = false; ///< -1, 0, 1 by TernaryKernels' rule; end and isRounded say nothing
    /// Counted from `first` are the codes; those that are whole numbers of two's complement count from 0.
    CodeGrid grid;
};

struct HalfKernels {
    const char* name;
    /// halves: blocks * elements numbers of 2 bytes, at any address; packed: blocks * bytes, each of which is
    /// written. False where a number is not finite: what was written then means nothing.
    bool (*encode)(const HalfBlock& block, const void* halves, std::size_t blocks, void* packed);
};

/// The fastest set that this machine runs.
[[nodiscard]] const HalfKernels& halfKernels();

/// Every set that this machine runs, for tests. Ends with a null pointer.
[[nodiscard]] const HalfKernels* const* halfKernelSets();

} // namespace tritloom
