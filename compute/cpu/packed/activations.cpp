// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/packed/product.h"

#include "core/base/half.h"
#include "core/base/parallel.h"

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

/// The largest and the lowest of x[0, count), NaN for both if one is not finite.
void Extremes(const float* x, std::size_t count, float* highest, float* lowest)
{
    const Floats d;
    auto high = hn::LoadU(d, x), low = high, poison = hn::Zero(d);
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        const auto v = hn::LoadU(d, x + i);
        high = hn::Max(high, v);
        low = hn::Min(low, v);
        poison = hn::MulAdd(v, hn::Zero(d), poison);
    }
    const float taint = hn::GetLane(hn::SumOfLanes(d, poison));
    *highest = hn::GetLane(hn::MaxOfLanes(d, high)) + taint;
    *lowest = hn::GetLane(hn::MinOfLanes(d, low)) + taint;
}

template <class V>
HWY_INLINE void storeDigit(V digit, std::int8_t* to)
{
    const hn::Rebind<std::int8_t, Ints> bytes;
    hn::StoreU(hn::DemoteTo(bytes, digit), bytes, to);
}

/// round(x * inverse) as digits, highest first, `stride` apart, and the sum of each.
void Digits(
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
    sums[1] = hn::GetLane(hn::SumOfLanes(ints, middle));
    sums[2] = hn::GetLane(hn::SumOfLanes(ints, low));
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {
namespace {

HWY_EXPORT(Extremes);
HWY_EXPORT(Digits);

/// The largest activation of a line in exact mode. Above 127 * 65536 there is room for a rounded inverse.
constexpr float exactUnits = 127 << 16;

/// value = scale * round(value * inverse)
struct Rounding {
    float scale = 0, inverse = 0;
};

Rounding roundingOf(const float* x, std::size_t count, ActivationMode mode, Activations8 kind)
{
    float highest, lowest;
    HWY_DYNAMIC_DISPATCH(Extremes)(x, count, &highest, &lowest);
    const float largest = std::max(highest, -lowest);
    if (std::isnan(highest))
        return {highest, 0};
    if (largest < 1e-30f) // its inverse may not be finite
        return {};
    if (mode == ActivationMode::Exact)
        return {largest / exactUnits, exactUnits / largest};
    if (kind == Activations8::Q8_0)
        return {halfToFloat(floatToHalf(largest / 127)), 127 / largest};
    if (kind == Activations8::Q8_K) {
        const float factor = -127 / (highest >= -lowest ? highest : lowest);
        return {1 / factor, factor};
    }
    return {largest / 127, 127 / largest};
}

/// One block of one token. x: the block's columns, zeros past the row's end.
void fillBlock(
    const PackedLayout& layout, ActivationMode mode, const float* x, std::size_t columns, std::size_t at,
    Activations& out)
{
    const bool fraction = layout.levels == Levels::Fraction;
    const int zero = fraction ? 128 : layout.zero;
    const std::size_t run = mode == ActivationMode::Exact || layout.activations == Activations8::Line
        ? layout.lineColumns
        : layout.activations == Activations8::Q8_0 ? 32
                                                   : columns;
    std::int8_t* const bytes = out.bytes.get() + at * out.digits * out.blockColumns;
    Rounding rounding;
    for (std::size_t c = 0, line = 0; c < columns; c += layout.lineColumns, ++line) {
        if (c % run == 0)
            rounding = roundingOf(x + c, run, mode, layout.activations);
        std::int32_t sums[3];
        HWY_DYNAMIC_DISPATCH(Digits)
        (x + c, layout.lineColumns, rounding.inverse, out.digits, bytes + c, out.blockColumns, sums);
        const std::size_t index = at * out.lines + line;
        const std::int32_t rest = 256 * sums[1] + sums[2];
        const float units = out.digits == 3 ? 65536.0f : 1.0f;
        out.sums[index] = rounding.scale * (units * float(sums[0]) + float(out.digits == 3 ? rest : 0));
        // A fraction's sums are of its upper 24 of 40 bits, or of all 32 with one digit.
        out.scales[index] = fraction ? float(rounding.scale * double(units) / fractionUnits) : rounding.scale;
        const bool single = out.digits == 1 && !fraction;
        out.starts[2 * index] = single ? 0 : -zero * sums[0];
        out.starts[2 * index + 1] = single ? -zero * sums[0] : out.digits == 3 ? -zero * rest : 0;
    }
}

} // namespace

Activations
makeActivations(const PackedLayout& layout, std::span<const float> x, std::size_t tokens, ActivationMode mode)
{
    Activations out;
    out.tokens = tokens;
    out.digits = mode == ActivationMode::Exact ? 3 : 1;
    out.blockColumns = layout.blockColumns;
    out.lines = layout.linesPerBlock();
    const std::size_t blocks = layout.blocks * tokens;
    out.bytes = hwy::AllocateAligned<std::int8_t>(blocks * out.digits * out.blockColumns);
    out.scales.resize(blocks * out.lines);
    out.sums.resize(blocks * out.lines);
    out.starts.resize(blocks * out.lines * 2);
    parallelFor(tokens, 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t t = begin; t < end; ++t) {
            const auto row = x.subspan(t * layout.columns, layout.columns);
            for (std::size_t b = 0; b < layout.blocks; ++b) {
                const std::size_t first = b * layout.blockColumns, columns = layout.columnsOf(b);
                if (first + columns <= row.size()) {
                    fillBlock(layout, mode, row.data() + first, columns, out.at(b, t), out);
                } else {
                    std::array<float, mostBlockColumns> padded{};
                    if (first < row.size())
                        std::copy(row.begin() + std::ptrdiff_t(first), row.end(), padded.begin());
                    fillBlock(layout, mode, padded.data(), columns, out.at(b, t), out);
                }
            }
        }
    });
    return out;
}

} // namespace tritloom::cpu
#endif
