// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/packed/product.h"

#include "compute/cpu/output.h"
#include "compute/cpu/tile/tile_unit.h"
#include "core/base/half.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/packed/activations.cpp"
#include "hwy/foreach_target.h" // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Lines are multiples of 16, so vectors of up to 16 lanes leave no rest.
using Floats = hn::ScalableTag<float>;
using Ints = hn::ScalableTag<std::int32_t>;

template <class V>
HWY_INLINE void storeDigit(V digit, std::int8_t* to)
{
    const hn::Rebind<std::int8_t, Ints> bytes;
    hn::StoreU(hn::DemoteTo(bytes, digit), bytes, to);
}

/// round(x * inverse) as digits, highest first, `stride` apart, and the sum of each.
HWY_INLINE void digitsOf(
    const float* x, std::size_t count, float inverse, std::size_t digits, std::int8_t* to, std::size_t stride,
    std::int32_t* sums)
{
    const Floats d;
    const Ints ints;
    const auto inverses = hn::Set(d, inverse);
    auto low = hn::Zero(ints), middle = hn::Zero(ints), high = hn::Zero(ints);
    const auto signExtended = [](auto v) { return hn::ShiftRight<24>(hn::ShiftLeft<24>(v)); };
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        auto rest = hn::NearestInt(hn::Mul(hn::LoadU(d, x + i), inverses));
        if (digits == 3) {
            const auto last = signExtended(rest);
            rest = hn::ShiftRight<8>(hn::Sub(rest, last));
            const auto second = signExtended(rest);
            rest = hn::ShiftRight<8>(hn::Sub(rest, second));
            storeDigit(last, to + 2 * stride + i);
            storeDigit(second, to + stride + i);
            low = hn::Add(low, last);
            middle = hn::Add(middle, second);
        }
        storeDigit(rest, to + i);
        high = hn::Add(high, rest);
    }
    sums[0] = hn::GetLane(hn::SumOfLanes(ints, high));
    sums[1] = digits == 3 ? hn::GetLane(hn::SumOfLanes(ints, middle)) : 0;
    sums[2] = digits == 3 ? hn::GetLane(hn::SumOfLanes(ints, low)) : 0;
}

/// The largest activation of a line in exact mode. Above 127 * 65536 there is room for a rounded inverse.
constexpr float exactUnits = 127 << 16;

/// value = scale * round(value * inverse)
struct Rounding {
    float scale, inverse;
};

HWY_INLINE Rounding roundingOf(const float* x, std::size_t count, ActivationMode mode, Activations8 kind)
{
    // As whole numbers, magnitudes of floats order as they do themselves, and those not finite come last.
    const Ints ints;
    const auto magnitude = hn::Set(ints, 0x7fffffff);
    auto highest = hn::Zero(ints);
    for (std::size_t i = 0; i < count; i += hn::Lanes(ints))
        highest = hn::Max(
            highest, hn::And(magnitude, hn::LoadU(ints, reinterpret_cast<const std::int32_t*>(x + i))));
    const float largest = std::bit_cast<float>(hn::GetLane(hn::MaxOfLanes(ints, highest)));
    if (!std::isfinite(largest))
        return {std::numeric_limits<float>::quiet_NaN(), 0};
    if (largest < 1e-30f) // its inverse may not be finite
        return {0, 0};
    if (mode == ActivationMode::Exact)
        return {largest / exactUnits, exactUnits / largest};
    if (kind == Activations8::Q8_0)
        return {halfToFloat(floatToHalf(largest / 127)), 127 / largest};
    if (kind == Activations8::Q8_K) {
        const bool positive = std::find(x, x + count, largest) != x + count;
        const float factor = (positive ? -127 : 127) / largest;
        return {1 / factor, factor};
    }
    return {largest / 127, 127 / largest};
}

/// One block of one token. x: the block's columns, zeros past the row's end.
void FillBlock(
    const PackedLayout& layout, ActivationMode mode, const float* x, std::size_t columns, std::size_t at,
    Activations& out)
{
    const bool fraction = layout.levels == Levels::Fraction;
    const int zero = fraction ? 128 : layout.zero;
    const bool super = isSuper(layout.scales);
    std::size_t run = super ? columns : layout.lineColumns;
    if (mode == ActivationMode::EightBit && layout.activations != Activations8::Line)
        run = layout.activations == Activations8::Q8_0 ? 32 : columns;
    std::int8_t* const bytes =
        static_cast<std::int8_t*>(out.bytes.get()) + at * out.digits * out.blockColumns;
    Rounding rounding{0, 0};
    for (std::size_t c = 0, line = 0; c < columns; c += layout.lineColumns, ++line) {
        if (c % run == 0)
            rounding = roundingOf(x + c, run, mode, layout.activations);
        std::int32_t sums[3];
        digitsOf(x + c, layout.lineColumns, rounding.inverse, out.digits, bytes + c, out.blockColumns, sums);
        const std::size_t index = at * out.lines + line;
        const std::int32_t rest = 256 * sums[1] + sums[2];
        const float units = out.digits == 3 ? 65536.0f : 1.0f;
        out.sums[index] =
            (super ? 1 : rounding.scale) * (units * float(sums[0]) + float(out.digits == 3 ? rest : 0));
        // A fraction's sums are of its upper 24 of 40 bits, or of all 32 with one digit.
        out.scales[index] = layout.unit
            * (fraction ? float(rounding.scale * double(units) / layout.fractionUnits) : rounding.scale);
        const bool single = out.digits == 1 && !fraction;
        out.starts[2 * index] = single ? 0 : -zero * sums[0];
        out.starts[2 * index + 1] = single ? -zero * sums[0] : out.digits == 3 ? -zero * rest : 0;
    }
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {

HWY_EXPORT(FillBlock);

Activations
makeActivations(const PackedLayout& layout, std::span<const float> x, std::size_t tokens, ActivationMode mode)
{
    Activations out;
    out.tokens = tokens;
    out.digits = mode == ActivationMode::Exact ? 3 : 1;
    out.blockColumns = layout.blockColumns;
    out.lines = layout.linesPerBlock();
    const std::size_t blocks = layout.blocks * tokens;
    // A tile unit reads whole tiles of tokens: what lies past the last is not used, but must be there.
    out.bytes = scratch((blocks + tileTokens - 1) * out.digits * out.blockColumns);
    out.scales.resize(blocks * out.lines);
    out.sums.resize(blocks * out.lines);
    out.starts.resize(blocks * out.lines * 2);
    const auto fill = HWY_DYNAMIC_DISPATCH(FillBlock);
    parallelFor(tokens, 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t t = begin; t < end; ++t) {
            const auto row = x.subspan(t * layout.columns, layout.columns);
            for (std::size_t b = 0; b < layout.blocks; ++b) {
                const std::size_t first = b * layout.blockColumns, columns = layout.columnsOf(b);
                if (first + columns <= row.size()) {
                    fill(layout, mode, row.data() + first, columns, out.at(b, t), out);
                } else {
                    std::array<float, mostBlockColumns> padded{};
                    if (first < row.size())
                        std::copy(row.begin() + std::ptrdiff_t(first), row.end(), padded.begin());
                    fill(layout, mode, padded.data(), columns, out.at(b, t), out);
                }
            }
        }
    });
    return out;
}

std::shared_ptr<const Activations>
ActivationCache::get(const PackedLayout& layout, const Tensor& x, ActivationMode mode)
{
    const Wish wish{
        .bytes = x.bytes().data(),
        .tokens = x.type().rows(),
        .lineColumns = layout.lineColumns,
        .blockColumns = layout.blockColumns,
        .columns = layout.paddedColumns,
        .levels = layout.levels,
        .activations = layout.activations,
        .mode = mode,
        .zero = layout.zero,
        .unit = layout.unit,
        .super = isSuper(layout.scales)};
    if (m_made == nullptr || wish != m_wish) {
        m_made = std::make_shared<const Activations>(makeActivations(layout, x.floats(), wish.tokens, mode));
        m_wish = wish;
        m_input = x;
    }
    return m_made;
}

} // namespace tritloom::cpu
#endif
