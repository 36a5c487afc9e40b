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
namespace tritloom::cpu::HWY_NAMESPACE {

/// Whole-number sums of one line: their value is 65536 * high + 256 * middle + low.
struct Sums {
    IntVector high, middle, low;
};

/// The digits of four activations, for all lanes.
template <std::size_t Digits>
struct Four {
    HWY_INLINE Four(const std::int8_t* x, std::size_t stride)
    {
        for (std::size_t i = 0; i < Digits; ++i)
            digit[i] = broadcast(x + i * stride);
    }
    IntVector digit[Digits];
};

/// Adds four columns.
template <Levels L, bool Wide, std::size_t Digits>
HWY_INLINE void add(Sums& sums, ByteVector codes, const LevelTables& tables, const Four<Digits>& x)
{
    if constexpr (L == Levels::Fraction) {
        const auto top = lookUp(tables.parts[0], codes), middle = lookUp(tables.parts[1], codes),
                   last = lookUp(tables.parts[2], codes);
        sums.high = dot<true>(sums.high, top, x.digit[0]);
        sums.middle = dot<true>(sums.middle, middle, x.digit[0]);
        sums.low = dot<true>(sums.low, last, x.digit[0]);
        if constexpr (Digits == 3) { // products below the 24th bit are left out
            sums.middle = dot<true>(sums.middle, top, x.digit[1]);
            sums.low = dot<true>(sums.low, middle, x.digit[1]);
            sums.low = dot<true>(sums.low, top, x.digit[2]);
        }
        return;
    }
    if constexpr (L == Levels::Table)
        codes = lookUp(tables.parts[0], codes);
    if constexpr (Digits == 3) {
        sums.high = dot<Wide>(sums.high, codes, x.digit[0]);
        sums.middle = dot<Wide>(sums.middle, codes, x.digit[1]);
        sums.low = dot<Wide>(sums.low, codes, x.digit[2]);
    } else {
        sums.low = dot<Wide>(sums.low, codes, x.digit[0]);
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

HWY_INLINE Sums nothing()
{
    const Ints ints;
    return {hn::Zero(ints), hn::Zero(ints), hn::Zero(ints)};
}

HWY_INLINE void addTo(Sums& sums, const Sums& more)
{
    sums.high = hn::Add(sums.high, more.high);
    sums.middle = hn::Add(sums.middle, more.middle);
    sums.low = hn::Add(sums.low, more.low);
}

/// How many columns share a scale decides how sums are kept.
enum class LineKind { Sixteen, ThirtyTwo, Long };

/// Times `lanes` rows that are multiplied beside each other: digits are loaded once for all, and enough sums
/// are under way to hide that a dot product takes ten times as long as the next one waits. Fractions have
/// more sums.
constexpr std::size_t groupsOf(Levels levels)
{
    return levels == Levels::Fraction ? 1 : 2;
}

/// Some `lanes` rows with one token.
template <unsigned Bits, Levels L, bool Wide, std::size_t Digits, LineKind Kind>
HWY_INLINE void multiplyGroups(
    const PackedWeights& weights, const std::size_t* panels, const std::size_t* first, const Activations& x,
    float* const* y)
{
    constexpr bool Sixteen = Kind == LineKind::Sixteen;
    constexpr std::size_t groups = groupsOf(L);
    // A span's steps are dealt to as many sums.
    constexpr std::size_t chains = Sixteen ? 2 : Kind == LineKind::ThirtyTwo ? 1 : Digits == 1 ? 4 : 2;
    const Floats d;
    const PackedLayout& layout = weights.layout;
    const LevelTables tables(layout);
    const Scales kind = layout.scales;
    const bool offset = hasOffset(kind), super = isSuper(kind);
    // The same places in the next blocks are asked for now: the hardware does not look beyond its page.
    const std::size_t ahead = 2 * layout.blockBytes(layout.blockColumns);
    const std::size_t stride = x.blockColumns,
                      spans = Kind == LineKind::Long ? layout.lineColumns / spanColumns : 1;
    const std::size_t lineStep = Sixteen ? 2 : 1;
    FloatVector sums[groups];
    for (std::size_t g = 0; g < groups; ++g)
        sums[g] = hn::Zero(d);
    for (std::size_t b = 0; b < layout.blocks; ++b) {
        const std::size_t columns = layout.columnsOf(b), lines = columns / layout.lineColumns,
                          header = layout.headerBytes(lines);
        const std::int8_t* digits = x.digitsOf(b, 0);
        const float *factor = x.scales.data() + b * x.lines, *total = x.sums.data() + b * x.lines;
        const std::int32_t* start = x.starts.data() + 2 * b * x.lines;
        const std::uint8_t *blocks[groups], *codes[groups];
        FloatVector scaled[groups], offsets[groups];
        for (std::size_t g = 0; g < groups; ++g) {
            blocks[g] = weights.block(panels[g], b);
            codes[g] = blocks[g] + header + 4 * first[g];
            for (std::size_t i = 0; i < header; i += unitBytes)
                hwy::Prefetch(blocks[g] + ahead + i);
            scaled[g] = offsets[g] = hn::Zero(d);
        }
        for (std::size_t l = 0; l < lines; l += lineStep) {
            Sums sum[groups][chains];
            for (std::size_t g = 0; g < groups; ++g) {
                sum[g][0] = startOf(start + 2 * l);
                for (std::size_t c = 1; c < chains; ++c)
                    sum[g][c] = Sixteen ? startOf(start + 2 * l + 2) : nothing();
            }
            for (std::size_t s = 0; s < spans; ++s) {
                ByteVector code[groups][steps];
                for (std::size_t g = 0; g < groups; ++g) {
                    for (std::size_t i = 0; i < Bits; ++i)
                        hwy::Prefetch(codes[g] + ahead + i * unitBytes);
                    unpackSpan<Bits, L>(codes[g], code[g]);
                    codes[g] += Bits * unitBytes;
                }
                for (std::size_t step = 0; step < steps; ++step, digits += 4) {
                    const Four<Digits> four(digits, stride);
                    for (std::size_t g = 0; g < groups; ++g)
                        add<L, Wide, Digits>(
                            sum[g][Sixteen ? step / 4 : step % chains], code[g][step], tables, four);
                }
            }
            if (!Sixteen)
                for (std::size_t g = 0; g < groups; ++g)
                    for (std::size_t c = 1; c < chains; ++c)
                        addTo(sum[g][0], sum[g][c]);
            for (std::size_t g = 0; g < groups; ++g) {
                const BlockScales scales(kind, blocks[g], first[g]);
                for (std::size_t i = 0; i < lineStep; ++i) {
                    const Line line = scales.line(l + i);
                    auto value = valueOf<L, Digits>(sum[g][i]);
                    if (!super)
                        value = hn::Mul(value, hn::Set(d, factor[l + i]));
                    scaled[g] = hn::MulAdd(line.scale, value, scaled[g]);
                    if (offset)
                        offsets[g] = hn::MulAdd(line.offset, hn::Set(d, total[l + i]), offsets[g]);
                }
            }
        }
        for (std::size_t g = 0; g < groups; ++g) {
            const BlockScales scales(kind, blocks[g], first[g]);
            if (super) {
                scaled[g] = hn::Mul(scaled[g], scales.scaleOfBlock());
                if (offset)
                    scaled[g] = hn::MulAdd(offsets[g], scales.offsetOfBlock(), scaled[g]);
                sums[g] = hn::MulAdd(scaled[g], hn::Set(d, factor[0]), sums[g]);
            } else {
                sums[g] = hn::Add(sums[g], hn::Add(scaled[g], offsets[g]));
            }
        }
    }
    for (std::size_t g = 0; g < groups; ++g)
        hn::StoreU(sums[g], d, y[g]);
}

template <unsigned Bits, Levels L, bool Wide, std::size_t Digits, LineKind Kind>
void MultiplyPanels(
    const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end, float* y)
{
    constexpr std::size_t groups = groupsOf(L);
    const std::size_t rows = (end - begin) * panelRows;
    float nowhere[panelRows];
    for (std::size_t row = 0; row < rows; row += groups * lanes) {
        std::size_t panels[groups];
        std::size_t first[groups];
        float* to[groups];
        for (std::size_t g = 0; g < groups; ++g) {
            // The second of an odd number of panels is the first once more.
            const std::size_t at = row + g * lanes < rows ? row + g * lanes : row;
            panels[g] = begin + at / panelRows;
            first[g] = at % panelRows;
            to[g] = row + g * lanes < rows ? y + at : nowhere;
        }
        multiplyGroups<Bits, L, Wide, Digits, Kind>(weights, panels, first, x, to);
    }
}

template <unsigned Bits, Levels L, bool Wide, std::size_t Digits>
void ChooseLine(
    const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end, float* y)
{
    if (weights.layout.lineColumns == 16)
        MultiplyPanels<Bits, L, Wide, Digits, LineKind::Sixteen>(weights, x, begin, end, y);
    else if (weights.layout.lineColumns == 32)
        MultiplyPanels<Bits, L, Wide, Digits, LineKind::ThirtyTwo>(weights, x, begin, end, y);
    else
        MultiplyPanels<Bits, L, Wide, Digits, LineKind::Long>(weights, x, begin, end, y);
}

template <unsigned Bits, Levels L, bool Wide>
void Choose(const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end, float* y)
{
    if (x.digits == 3)
        ChooseLine<Bits, L, Wide, 3>(weights, x, begin, end, y);
    else
        ChooseLine<Bits, L, Wide, 1>(weights, x, begin, end, y);
}

/// y: results of whole panels, from `begin` on.
void MultiplyColumn(
    const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end, float* y)
{
    const PackedLayout& layout = weights.layout;
    switch (layout.levels) {
    case Levels::Sign:
        return Choose<1, Levels::Sign, false>(weights, x, begin, end, y);
    case Levels::Fraction:
        return Choose<4, Levels::Fraction, true>(weights, x, begin, end, y);
    case Levels::Table:
        return layout.zero > 64 ? Choose<4, Levels::Table, true>(weights, x, begin, end, y)
                                : Choose<4, Levels::Table, false>(weights, x, begin, end, y);
    case Levels::Whole:
        break;
    }
    switch (layout.bits) {
    case 2:
        return Choose<2, Levels::Whole, false>(weights, x, begin, end, y);
    case 3:
        return Choose<3, Levels::Whole, false>(weights, x, begin, end, y);
    case 4:
        return Choose<4, Levels::Whole, false>(weights, x, begin, end, y);
    case 5:
        return Choose<5, Levels::Whole, false>(weights, x, begin, end, y);
    case 6:
        return Choose<6, Levels::Whole, false>(weights, x, begin, end, y);
    case 7:
        return Choose<7, Levels::Whole, false>(weights, x, begin, end, y);
    default:
        return Choose<8, Levels::Whole, true>(weights, x, begin, end, y);
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
    const std::size_t grain = std::max<std::size_t>(1, (std::size_t{128} << 10) / layout.panelBytes()) * 2;
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
