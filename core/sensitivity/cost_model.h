#pragma once

#include "core/sensitivity/candidate.h"

namespace tritloom {

/// What making one token after `contextLength` others moves and computes, one sequence at a time (decode).
/// Energy has the terms of Horowitz (ISSCC 2014, 45 nm): good for ratios, not for a bill.
struct DecodeLoad {
    /// All weights read once, those of a base that differences are to as well; the table of embeddings only
    /// where it is the head too.
    double weightBytes = 0;
    double cacheBytes = 0; ///< the key-value cache read once, 16 bit
    double multiplyAdds = 0; ///< products with weights and with the cache
    double arithmeticJoules =
        0; ///< floats multiply as floats, packed weights as 8-bit integers, ternary ones add
    double memoryJoules = 0; ///< 160 pJ a byte from DRAM

    [[nodiscard]] double bytes() const { return weightBytes + cacheBytes; }
    [[nodiscard]] double joules() const { return arithmeticJoules + memoryJoules; }
    /// Upper bound where memory is what limits, which it does for one sequence. bandwidth: bytes a second,
    /// see ReadSpeed.
    [[nodiscard]] double tokensPerSecond(double bandwidth) const
    {
        return bytes() > 0 ? bandwidth / bytes() : 0;
    }
};

/// O(layers). methods: see bytesOf(). base: what methods that need one store differences to; null: it is
/// taken to be stored as the model is. Any thread.
[[nodiscard]] DecodeLoad decodeLoad(
    const Model& model, const Allocation& allocation, std::size_t contextLength,
    const MethodLookup& methods = {}, const Model* base = nullptr);

/// What is read to use a tensor as it is stored: storedBytes(), and of a difference what lies in its base.
[[nodiscard]] std::uint64_t bytesRead(const NamedTensor& tensor);

} // namespace tritloom
