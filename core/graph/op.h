#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tritloom {

/// What a node computes. T is the number of rows (tokens); weights are [outputs, inputs].
enum class OpKind : std::uint8_t {
    Embedding, ///< ids [T] (f32 whole numbers), table [V, h] -> [T, h]
    Linear, ///< x [T, inputs], W [outputs, inputs] -> [T, outputs]
    RmsNorm, ///< x [T, n * size], w [size] -> same shape; statistics over each run of `size`. epsilon
    LayerNorm, ///< x [T, h], w [h], b [h] -> [T, h]. epsilon
    Rope, ///< x [T, heads * d], optional divisors [d / 2] -> same. headSize, base, halfSplit, position,
          ///< factor
    Attention, ///< q [T, heads * d], k and v [past + T, kvHeads * d] -> [T, heads * d], causal; causal 0:
               ///< every query sees all keys. heads, kvHeads; window: of how many (causal; 0: all)
    Slice, ///< x [T, n] -> [T, count] from column begin
    Add, ///< a [T, n] + b [T, n], [n] or [1]
    Multiply, ///< a * b, shapes as Add
    Silu, ///< x / (1 + e^-x)
    Gelu, ///< tanh form
    Relu2, ///< max(0, x)^2
    LogSoftmax, ///< x [T, V] -> log of the softmax of each row
    ArgMax, ///< x [T, V] -> [T], the first largest
    Pick, ///< x [T, V], ids [T] -> [T], x[t, id[t]]
    Hadamard, ///< x [T, n] -> same, orthonormal transform of every run of `size` (a power of two; standard n)
    QuantizeRows, ///< x [T, n] -> same, rounded to what `bits` hold: per run of `group` (standard n),
                  ///< `asymmetric`; or by fixed ranges behind x: scales, zeros [groups, n], times [groups]
    SignFactorLinear, ///< x [T, inputs], signs S, A [outputs, k], B [k, inputs] -> x (S o AB)^T [T, outputs]
    SparseLinear, ///< x, mask [outputs, inputs] (+1: stored), codes [n] in row order, scales, zeros [outputs]
                  ///< -> y[t, r] = scales[r] * sum over stored c of (code - zeros[r]) x[t, c]
    Divergence, ///< log p [T, V], log q [T, V] -> [T], sum of p (log p - log q), entries with log p <= -16
                ///< left out

    // Networks on pictures: values have any number of dimensions, spatial ones last ([N, C, H, W]).
    // Lists: kernel, strides, dilations (one number a spatial dimension), pads (all begins, then all ends).
    Constant, ///< literal -> the same
    Convolution, ///< x [N, C, ...], W [O, C / groups * kernel], optional bias [O] -> [N, O, ...]. groups, see
                 ///< window.h
    TransposedConvolution, ///< x [N, C, ...], W [O / groups * kernel, C], optional bias [O]. groups; list
                           ///< outputPadding
    MatMul, ///< a [..., m, k], b [..., k, n] -> [..., m, n], leading dimensions broadcast; 1-D as numpy has
            ///< it
    MaxPool, ///< x [N, C, ...] -> largest of each window; ceil: round output sizes up
    AveragePool, ///< the mean of each window; ceil; countPadding: padding counts as zeros
    Resize, ///< x -> list sizes; scale0, scale1 ... a dimension each; mode, transform, nearest, cubic,
            ///< excludeOutside
    BatchNorm, ///< x [N, C, ...], scale, bias, mean, variance [C] each. epsilon
    GroupNorm, ///< x [N, C, ...], optional scale, bias [C] each; mean and variance of each group. groups,
               ///< epsilon
    LocalResponseNorm, ///< x / (bias + alpha / size * sum of squares over size channels)^beta
    Unary, ///< function(x), see UnaryFunction; a, b are its parameters
    Binary, ///< function(a, b), see BinaryFunction; shapes broadcast as numpy does
    Where, ///< condition, a, b -> a where condition is not 0; shapes broadcast
    Softmax, ///< over dimension axis; logarithm: its log
    Concat, ///< over dimension axis
    StridedSlice, ///< lists starts, sizes, steps: one number a dimension; steps may be negative
    Reshape, ///< list shape, same number of elements
    Transpose, ///< list permutation: dimension i of the result is dimension permutation[i] of x
    Pad, ///< list pads (begins, ends, may be negative); mode 0 constant (value), 1 reflect, 2 edge, 3 wrap
    Gather, ///< x, indices -> x with dimension axis replaced by the shape of indices; negative ones count
            ///< from the end
    Expand, ///< x broadcast to list shape
    Reduce, ///< function over list axes, see ReduceFunction; keep: reduced dimensions stay as 1
    ArgReduce, ///< index of the first largest (smallest: largest 0) along axis; keep
    DepthToSpace, ///< block; columnsFirst: channels are [c, block, block] (PyTorch), else [block, block, c]
    SpaceToDepth, ///< block
};

enum class UnaryFunction : std::uint8_t {
    Relu,
    LeakyRelu,
    Elu,
    Selu,
    Celu,
    ThresholdedRelu,
    Sigmoid,
    Tanh,
    Silu,
    GeluErf,
    GeluTanh,
    HardSigmoid,
    HardSwish,
    Clip,
    Softplus,
    Softsign,
    Shrink,
    Mish,
    Exp,
    Log,
    Sqrt,
    Reciprocal,
    Abs,
    Negate,
    Floor,
    Ceil,
    Round,
    Sign,
    Erf,
    Sin,
    Cos,
    Truncate,
    Not,
};
enum class BinaryFunction : std::uint8_t {
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Power,
    Maximum,
    Minimum,
    Modulo,
    PRelu,
    Equal,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    And,
    Or,
    Xor,
};
enum class ReduceFunction : std::uint8_t {
    Mean,
    Sum,
    Maximum,
    Minimum,
    Product,
    L1,
    L2,
    LogSum,
    LogSumExp,
    SumSquare
};
/// What Resize samples with, and how it maps positions; ONNX's terms.
enum class ResizeMode : std::uint8_t { Nearest, Linear, Cubic };
enum class ResizeTransform : std::uint8_t {
    HalfPixel,
    Asymmetric,
    AlignCorners,
    PytorchHalfPixel,
    HalfPixelSymmetric
};
enum class ResizeNearest : std::uint8_t { RoundPreferFloor, RoundPreferCeil, Floor, Ceil };

/// Named numbers; whole numbers are exact up to 2^53.
using Attributes = std::map<std::string, double, std::less<>>;
/// Named lists of whole numbers: "strides", "pads".
using Lists = std::map<std::string, std::vector<std::int64_t>, std::less<>>;

/// Plain data: it can be compared, hashed and stored. Behaviour lives in the backends.
struct Op {
    OpKind kind = OpKind::Linear;
    Attributes attributes;
    Lists lists = {};

    /// The list of that name; empty when there is none.
    [[nodiscard]] const std::vector<std::int64_t>& list(std::string_view name) const
    {
        static const std::vector<std::int64_t> none;
        const auto found = lists.find(name);
        return found == lists.end() ? none : found->second;
    }
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
