#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tritloom {

/// What a node computes. T is the number of rows (tokens); weights are [outputs, inputs].
enum class OpKind : std::uint8_t {
    Embedding, ///< ids [T] (f32 whole numbers), table [V, h] -> [T, h]
    Linear, ///< x [T, inputs], W [outputs, inputs] -> [T, outputs]
    RmsNorm, ///< x [T, n * size], w [size] -> same shape; statistics over each run of `size`. epsilon
    LayerNorm, ///< x [T, h], w [h], b [h] -> [T, h]. epsilon
    Rope, ///< x [T, heads * d], optional divisors [d / 2] -> same. headSize, base, halfSplit, position,
          ///< factor
    Attention, ///< q [T, heads * d], k and v [past + T, kvHeads * d] -> [T, heads * d], causal. heads,
               ///< kvHeads
    Slice, ///< x [T, n] -> [T, count] from column begin
    Add, ///< a [T, n] + b [T, n], [n] or [1]
    Multiply, ///< a * b, shapes as Add
    Silu, ///< x / (1 + e^-x)
    Gelu, ///< tanh form
    Relu2, ///< max(0, x)^2
    LogSoftmax, ///< x [T, V] -> log of the softmax of each row
    ArgMax, ///< x [T, V] -> [T], the first largest
    Pick, ///< x [T, V], ids [T] -> [T], x[t, id[t]]
    Gather, ///< x [T, n], columns [k] (whole numbers) -> [T, k]
    Hadamard, ///< x [T, n] -> same, orthonormal transform of every run of `size` (a power of two; standard n)
    QuantizeRows, ///< x [T, n] -> same, rounded to what `bits` hold: per run of `group` (standard n),
                  ///< `asymmetric`
    SignFactorLinear, ///< x [T, inputs], signs S, A [outputs, k], B [k, inputs] -> x (S o AB)^T [T, outputs]
    SparseLinear, ///< x, mask [outputs, inputs] (+1: stored), codes [n] in row order, scales, zeros [outputs] ->
                  ///< y[t, r] = scales[r] * sum over stored c of (code - zeros[r]) x[t, c]
    Divergence, ///< log p [T, V], log q [T, V] -> [T], sum of p (log p - log q), entries with log p <= -16
                ///< left out
};

/// Named numbers; whole numbers are exact up to 2^53.
using Attributes = std::map<std::string, double, std::less<>>;

/// Plain data: it can be compared, hashed and stored. Behaviour lives in the backends.
struct Op {
    OpKind kind = OpKind::Linear;
    Attributes attributes;

    [[nodiscard]] double number(std::string_view name, double otherwise = 0) const
    {
        const auto found = attributes.find(name);
        return found == attributes.end() ? otherwise : found->second;
    }
    [[nodiscard]] std::size_t count(std::string_view name, std::size_t otherwise = 0) const
    {
        return std::size_t(number(name, double(otherwise)));
    }
    friend bool operator==(const Op&, const Op&) = default;
};

[[nodiscard]] std::string_view nameOf(OpKind kind);

} // namespace tritloom
