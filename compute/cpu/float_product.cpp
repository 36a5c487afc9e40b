// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/float_product.h"

#include "core/base/half.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/float_product.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h" // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;

/// What lies in a file, as floats: a vector, or one.
struct Single {
    static constexpr std::size_t bytes = 4;
    static HWY_INLINE hn::Vec<Floats> load(const std::byte* from)
    {
        return hn::LoadU(Floats(), reinterpret_cast<const float*>(from));
    }
    static float one(const std::byte* from)
    {
        float value;
        std::memcpy(&value, from, sizeof value);
        return value;
    }
};
struct Half {
    static constexpr std::size_t bytes = 2;
    static HWY_INLINE hn::Vec<Floats> load(const std::byte* from)
    {
        const hn::Rebind<hwy::float16_t, Floats> stored;
        return hn::PromoteTo(Floats(), hn::LoadU(stored, reinterpret_cast<const hwy::float16_t*>(from)));
    }
    static float one(const std::byte* from)
    {
        std::uint16_t bits;
        std::memcpy(&bits, from, sizeof bits);
        return halfToFloat(bits);
    }
};
struct Brain {
    static constexpr std::size_t bytes = 2;
    static HWY_INLINE hn::Vec<Floats> load(const std::byte* from)
    {
        const hn::Rebind<std::uint16_t, Floats> stored;
        const hn::RebindToUnsigned<Floats> wide;
        const auto bits =
            hn::PromoteTo(wide, hn::LoadU(stored, reinterpret_cast<const std::uint16_t*>(from)));
        return hn::BitCast(Floats(), hn::ShiftLeft<16>(bits));
    }
    static float one(const std::byte* from)
    {
        std::uint16_t bits;
        std::memcpy(&bits, from, sizeof bits);
        return brainToFloat(bits);
    }
};

/// Rows 0, step, 2 * step and so on.
template <class Stored, std::size_t Rows>
void Multiply(const std::byte* rows, std::size_t step, const float* x, std::size_t columns, float* y)
{
    constexpr std::size_t ahead = 1024; // bytes of each row
    const Floats d;
    const std::size_t lanes = hn::Lanes(d), stride = step * columns * Stored::bytes;
    hn::Vec<Floats> even[Rows], odd[Rows];
    for (std::size_t r = 0; r < Rows; ++r)
        even[r] = odd[r] = hn::Zero(d);
    std::size_t c = 0;
    for (; c + 2 * lanes <= columns; c += 2 * lanes) {
        const auto first = hn::LoadU(d, x + c), second = hn::LoadU(d, x + c + lanes);
        for (std::size_t r = 0; r < Rows; ++r) {
            const std::byte* const from = rows + r * stride + c * Stored::bytes;
            hwy::Prefetch(from + ahead);
            even[r] = hn::MulAdd(Stored::load(from), first, even[r]);
            odd[r] = hn::MulAdd(Stored::load(from + lanes * Stored::bytes), second, odd[r]);
        }
    }
    for (std::size_t r = 0; r < Rows; ++r) {
        float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(even[r], odd[r])));
        for (std::size_t rest = c; rest < columns; ++rest)
            sum += Stored::one(rows + r * stride + rest * Stored::bytes) * x[rest];
        y[r * step] = sum;
    }
}

template <class Stored>
void MultiplyAll(const std::byte* rows, const float* x, std::size_t columns, float* y, std::size_t count)
{
    // Four streams, each of neighbouring rows, so that what they ask for ahead is what they come to.
    const std::size_t step = count / 4;
    for (std::size_t r = 0; r < step; ++r)
        Multiply<Stored, 4>(rows + r * columns * Stored::bytes, step, x, columns, y + r);
    for (std::size_t r = 4 * step; r < count; ++r)
        Multiply<Stored, 1>(rows + r * columns * Stored::bytes, 1, x, columns, y + r);
}

void MultiplyFloatRows(
    FloatKind kind, const std::byte* rows, const float* x, std::size_t columns, float* y, std::size_t count)
{
    if (kind == FloatKind::F32)
        MultiplyAll<Single>(rows, x, columns, y, count);
    else if (kind == FloatKind::F16)
        MultiplyAll<Half>(rows, x, columns, y, count);
    else
        MultiplyAll<Brain>(rows, x, columns, y, count);
}

template <class Stored>
void DecodeAll(const std::byte* from, float* values, std::size_t count)
{
    const Floats d;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(Stored::load(from + i * Stored::bytes), d, values + i);
    for (; i < count; ++i)
        values[i] = Stored::one(from + i * Stored::bytes);
}

void DecodeFloats(FloatKind kind, const std::byte* from, float* values, std::size_t count)
{
    if (kind == FloatKind::F32)
        DecodeAll<Single>(from, values, count);
    else if (kind == FloatKind::F16)
        DecodeAll<Half>(from, values, count);
    else
        DecodeAll<Brain>(from, values, count);
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {

HWY_EXPORT(MultiplyFloatRows);
HWY_EXPORT(DecodeFloats);

void multiplyFloatRows(FloatKind kind, const std::byte* rows, std::span<const float> x, std::span<float> y)
{
    HWY_DYNAMIC_DISPATCH(MultiplyFloatRows)(kind, rows, x.data(), x.size(), y.data(), y.size());
}

void decodeFloats(FloatKind kind, const std::byte* from, std::span<float> values)
{
    HWY_DYNAMIC_DISPATCH(DecodeFloats)(kind, from, values.data(), values.size());
}

} // namespace tritloom::cpu
#endif
