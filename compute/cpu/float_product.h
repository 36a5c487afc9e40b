#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tritloom::cpu {

enum class FloatKind : std::uint8_t { F32, F16, BF16 };

/// y[r] = sum over c of rows[r, c] * x[c], f32 sums. rows: [y.size(), x.size()] as files hold them, no
/// alignment needed. On the calling thread; safe to call from many.
void multiplyFloatRows(FloatKind kind, const std::byte* rows, std::span<const float> x, std::span<float> y);

/// values = the floats that files hold at `from`, exactly. On the calling thread; safe to call from many.
void decodeFloats(FloatKind kind, const std::byte* from, std::span<float> values);

} // namespace tritloom::cpu
