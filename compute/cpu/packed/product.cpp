// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/packed/product.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/packed/product.cpp"
#include "hwy/foreach_target.h" // IWYU pragma: keep

#include "compute/cpu/packed/unpack-inl.h" // after it

HWY_BEFORE_NAMESPACE();
#if HWY_TARGET == HWY_AVX3_DL && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx512vnni") // every processor of this class has it, Highway 1.0 does not name it
#endif
namespace tritloom::cpu::HWY_NAMESPACE {

/// Whole-number sums of one line: their value is 65536 * high + 256 * middle + low.
struct Sums {
    IntVector high, middle, low;
};

/// Adds four columns. x: the highest digit of them.
template <Levels L, bool Wide, std::size_t Digits>
HWY_INLINE void
add(Sums& sums, ByteVector codes, const LevelTables& tables, const std::int8_t* x, std::size_t stride)
{
    if constexpr (L == Levels::Fraction) {
        const auto top = lookUp(tables.parts[0], codes), middle = lookUp(tables.parts[1], codes),
                   last = lookUp(tables.parts[2], codes);
        const auto first = broadcast(x);
        sums.high = dot<true>(sums.high, top, first);
        sums.middle = dot<true>(sums.middle, middle, first);
        sums.low = dot<true>(sums.low, last, first);
        if constexpr (Digits == 3) { // products below the 24th bit are left out
            const auto second = broadcast(x + stride);
            sums.middle = dot<true>(sums.middle, top, second);
            sums.low = dot<true>(sums.low, middle, second);
            sums.low = dot<true>(sums.low, top, broadcast(x + 2 * stride));
        }
        return;
    }
    if constexpr (L == Levels::Table)
        codes = lookUp(tables.parts[0], codes);
    if constexpr (Digits == 3) {
        sums.high = dot<Wide>(sums.high, codes, broadcast(x));
        sums.middle = dot<Wide>(sums.middle, codes, broadcast(x + stride));
        sums.low = dot<Wide>(sums.low, codes, broadcast(x + 2 * stride));
    } else {
        sums.low = dot<Wide>(sums.low, codes, broadcast(x));
    }
}

template <Levels L, std::size_t Digits>
HWY_INLINE FloatVector valueOf(const Sums& sums)
{
    const Floats d;
    if constexpr (L == Levels::Fraction) // middle << 8 may not fit 32 bits
        return hn::MulAdd(
            hn::ConvertTo(d, sums.high), hn::Set(d, 65536),
            hn::MulAdd(hn::ConvertTo(d, sums.middle), hn::Set(d, 256), hn::ConvertTo(d, sums.low)));
    else if constexpr (Digits == 3)
        return hn::MulAdd(
            hn::ConvertTo(d, sums.high), hn::Set(d, 65536),
            hn::ConvertTo(d, hn::Add(hn::ShiftLeft<8>(sums.middle), sums.low)));
    else
        return hn::ConvertTo(d, sums.low);
}

HWY_INLINE Sums startOf(const std::int32_t* start)
{
    const Ints ints;
    return {hn::Set(ints, start[0]), hn::Zero(ints), hn::Set(ints, start[1])};
}

/// One panel with one token; y: 16 results.
template <unsigned Bits, Levels L, bool Wide, std::size_t Digits>
void MultiplyPanel(const PackedWeights& weights, const Activations& x, std::size_t panel, float* y)
{
    constexpr std::size_t ahead = 1536; // bytes; what the hardware does not fetch soon enough by itself
    const Floats d;
    const PackedLayout& layout = weights.layout;
    const LevelTables tables(layout);
    const bool offset = hasOffset(layout.scales);
    for (std::size_t first = 0; first < panelRows; first += lanes) {
        const std::uint8_t* block = weights.panel(panel);
        auto sum = hn::Zero(d);
        for (std::size_t b = 0; b < layout.blocks; ++b) {
            const std::size_t columns = layout.columnsOf(b), lines = columns / layout.lineColumns;
            const BlockScales scales(layout.scales, block, first);
            const std::uint8_t* codes = block + layout.headerBytes(lines);
            const std::int8_t* digits = x.digitsOf(b, 0);
            const float *factor = x.scales.data() + b * x.lines, *total = x.sums.data() + b * x.lines;
            const std::int32_t* start = x.starts.data() + 2 * b * x.lines;
            ByteVector span[steps];
            const auto nextSpan = [&] {
                for (std::size_t i = 0; i < Bits; ++i)
                    hwy::Prefetch(codes + ahead + i * unitBytes);
                unpackSpan<Bits, L>(codes + 4 * first, span);
                codes += Bits * unitBytes;
            };
            const auto addSteps = [&](Sums& sums, std::size_t from, std::size_t count) HWY_ATTR {
                for (std::size_t s = from; s < from + count; ++s, digits += 4)
                    add<L, Wide, Digits>(sums, span[s], tables, digits, x.blockColumns);
            };
            const auto finish = [&](const Sums& sums, std::size_t l) HWY_ATTR {
                const Line line = scales.line(l);
                sum = hn::MulAdd(hn::Mul(line.scale, hn::Set(d, factor[l])), valueOf<L, Digits>(sums), sum);
                if (offset)
                    sum = hn::MulAdd(line.offset, hn::Set(d, total[l]), sum);
            };
            if (layout.lineColumns == 16) {
                for (std::size_t l = 0; l < lines; l += 2) {
                    nextSpan();
                    Sums one = startOf(start + 2 * l), two = startOf(start + 2 * l + 2);
                    addSteps(one, 0, 4);
                    addSteps(two, 4, 4);
                    finish(one, l);
                    finish(two, l + 1);
                }
            } else {
                for (std::size_t l = 0; l < lines; ++l) {
                    // Two chains of sums: the latency of a dot product is ten times its pace.
                    Sums even = startOf(start + 2 * l),
                         odd{hn::Zero(Ints()), hn::Zero(Ints()), hn::Zero(Ints())};
                    for (std::size_t c = 0; c < layout.lineColumns; c += spanColumns) {
                        nextSpan();
                        addSteps(even, 0, 4);
                        addSteps(odd, 4, 4);
                    }
                    even.high = hn::Add(even.high, odd.high);
                    even.middle = hn::Add(even.middle, odd.middle);
                    even.low = hn::Add(even.low, odd.low);
                    finish(even, l);
                }
            }
            block += layout.blockBytes(columns);
        }
        hn::StoreU(sum, d, y + first);
    }
}

template <unsigned Bits, Levels L, bool Wide>
void MultiplyPanels(
    const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end, float* y)
{
    for (std::size_t panel = begin; panel < end; ++panel) {
        if (x.digits == 3)
            MultiplyPanel<Bits, L, Wide, 3>(weights, x, panel, y + (panel - begin) * panelRows);
        else
            MultiplyPanel<Bits, L, Wide, 1>(weights, x, panel, y + (panel - begin) * panelRows);
    }
}

/// y: results of whole panels, from `begin` on.
void MultiplyColumn(
    const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end, float* y)
{
    const PackedLayout& layout = weights.layout;
    switch (layout.levels) {
    case Levels::Sign:
        return MultiplyPanels<1, Levels::Sign, false>(weights, x, begin, end, y);
    case Levels::Fraction:
        return MultiplyPanels<4, Levels::Fraction, true>(weights, x, begin, end, y);
    case Levels::Table:
        return layout.zero > 64 ? MultiplyPanels<4, Levels::Table, true>(weights, x, begin, end, y)
                                : MultiplyPanels<4, Levels::Table, false>(weights, x, begin, end, y);
    case Levels::Whole:
        break;
    }
    switch (layout.bits) {
    case 2:
        return MultiplyPanels<2, Levels::Whole, false>(weights, x, begin, end, y);
    case 3:
        return MultiplyPanels<3, Levels::Whole, false>(weights, x, begin, end, y);
    case 4:
        return MultiplyPanels<4, Levels::Whole, false>(weights, x, begin, end, y);
    case 5:
        return MultiplyPanels<5, Levels::Whole, false>(weights, x, begin, end, y);
    case 6:
        return MultiplyPanels<6, Levels::Whole, false>(weights, x, begin, end, y);
    case 7:
        return MultiplyPanels<7, Levels::Whole, false>(weights, x, begin, end, y);
    default:
        return MultiplyPanels<8, Levels::Whole, true>(weights, x, begin, end, y);
    }
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {

HWY_EXPORT(MultiplyColumn);

void multiplyColumn(const PackedWeights& weights, const Activations& x, std::span<float> y)
{
    const PackedLayout& layout = weights.layout;
    // Chunks of about 256 KB: few enough to be cheap, many enough for a core that is busy with something
    // else.
    const std::size_t grain = std::max<std::size_t>(1, (std::size_t{256} << 10) / layout.panelBytes());
    const std::size_t whole = y.size() / panelRows;
    parallelFor(layout.panels, grain, [&](std::size_t begin, std::size_t end) {
        const auto multiply = HWY_DYNAMIC_DISPATCH(MultiplyColumn);
        multiply(weights, x, begin, std::min(end, whole), y.data() + begin * panelRows);
        if (end > whole) {
            std::array<float, panelRows> last;
            multiply(weights, x, whole, whole + 1, last.data());
            std::copy_n(last.begin(), y.size() - whole * panelRows, y.data() + whole * panelRows);
        }
    });
}

} // namespace tritloom::cpu
#endif
