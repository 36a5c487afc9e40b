#pragma once

#include "core/tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stop_token>
#include <vector>

namespace tritloom {

/// Exp-Golomb codes of order k for signed numbers, as H.264 orders them: 0, 1, -1, 2, -2, ... become 0, 1, 2,
/// 3, 4, ..., and n is written as the number n + 2^k behind as many zeros as it has bits beyond k + 1.
namespace expGolomb {

/// Bits of one number. Order 0: 1, 3, 3, 5, 5, 5, 5, 7, ...
[[nodiscard]] std::size_t bits(std::int64_t value, unsigned order);

/// One after another, the first bit the highest of the first byte.
[[nodiscard]] std::vector<std::byte> encode(std::span<const std::int32_t> values, unsigned order);
/// Errors: InvalidInput (the bytes end, or a number is too large).
[[nodiscard]] Result<std::vector<std::int32_t>>
decode(std::span<const std::byte> bytes, std::size_t count, unsigned order);

} // namespace expGolomb

/// What whole numbers would take: their entropy, and the best of the Exp-Golomb codes.
struct CodeLength {
    double entropyBits = 0; ///< a number
    double codeBits = 0; ///< a number, Exp-Golomb of the best order
    unsigned order = 0;
};
/// counts: how often each number occurs.
[[nodiscard]] CodeLength codeLengthOf(const std::map<std::int64_t, std::uint64_t>& counts);

/// The same for a tensor's values in steps of 2^-binaryPlaces, as the generalised Gaussian papers count them
/// (arXiv 2506.00486: 13). Not finite counts as 0. Errors: Cancelled.
[[nodiscard]] Result<CodeLength>
codeLengthOf(const Tensor& tensor, int binaryPlaces, const std::stop_token& stop);

} // namespace tritloom
