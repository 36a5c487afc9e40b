// Products of packed weights with one column. Included once per instruction set.
#if defined(TRITLOOM_CPU_COLUMN_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TRITLOOM_CPU_COLUMN_INL_H
#undef TRITLOOM_CPU_COLUMN_INL_H
#else
#define TRITLOOM_CPU_COLUMN_INL_H
#endif

#include "compute/cpu/packed/sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {

/// Some `lanes` rows with one token.
template <class W, std::size_t Digits>
HWY_INLINE void multiplyGroups(
    const PackedWeights& weights, const std::size_t* panels, const std::size_t* first, const Activations& x,
    float* const* y)
{
    constexpr bool sixteen = W::Kind == LineKind::Sixteen, super = isSuper(W::S), offset = hasOffset(W::S),
                   planes = W::S == Scales::HalfPlanes;
    // A span's steps are dealt to as many sums; two planes have one each.
    constexpr std::size_t chains = planes          ? 2
        : Digits == 3 || W::Kind != LineKind::Long ? 1
        : W::Bits == 8                             ? 4
                                                   : 2;
    constexpr std::size_t linesOfSpan = sixteen ? 2 : 1, stepsOfLine = steps / linesOfSpan;
    const Floats d;
    const PackedLayout& layout = weights.layout;
    const Scales kind = W::S == Scales::SingleLine ? layout.scales : W::S;
    const typename W::Tables tables(layout);
    const std::size_t stride = x.blockColumns,
                      spans = W::Kind == LineKind::Long ? layout.lineColumns / spanColumns : 1;
    const std::uint8_t* next[groups];
    FloatVector sums[groups];
    for (std::size_t g = 0; g < groups; ++g) {
        next[g] = weights.block(panels[g], 0);
        sums[g] = hn::Zero(d);
    }
    for (std::size_t b = 0; b < layout.blocks; ++b) {
        const std::size_t columns = layout.columnsOf(b), lines = columns / layout.lineColumns,
                          header = layout.headerBytes(lines), bytes = layout.blockBytes(columns);
        const std::int8_t* digits = x.digitsOf(b, 0);
        const float *factor = x.scales.data() + b * x.lines, *total = x.sums.data() + b * x.lines;
        const std::int32_t* start = x.starts.data() + 2 * b * x.lines;
        const std::uint8_t *blocks[groups], *codes[groups];
        FloatVector scaled[groups], offsets[groups];
        Sums ofBlock[groups];
        for (std::size_t g = 0; g < groups; ++g) {
            blocks[g] = next[g];
            next[g] += bytes;
            codes[g] = blocks[g] + header + 4 * first[g];
            if (g % groupsOfPanel == 0)
                for (std::size_t i = 0; i < header; i += unitBytes)
                    hwy::Prefetch(blocks[g] + ahead + i);
            scaled[g] = offsets[g] = hn::Zero(d);
            ofBlock[g] = nothing();
        }
        const auto finish = [&](std::size_t l, Sums(&sum)[groups][chains]) {
            for (std::size_t g = 0; g < groups; ++g) {
                for (std::size_t c = 1; c < chains && !planes; ++c)
                    addTo(sum[g][0], sum[g][c]);
                const BlockScales scales(kind, blocks[g], first[g]);
                if constexpr (W::WholeScales) {
                    addWhole<W, Digits>(
                        scales.at(l), sum[g][0], hn::Set(d, total[l]), ofBlock[g], offsets[g]);
                } else {
                    const Line line = scales.line(l);
                    auto value = valueOf<W::L, Digits>(sum[g][0]);
                    if constexpr (!super)
                        value = hn::Mul(value, hn::Set(d, factor[l]));
                    scaled[g] = hn::MulAdd(line.scale, value, scaled[g]);
                    if constexpr (planes)
                        scaled[g] = hn::MulAdd(
                            line.offset, hn::Mul(valueOf<W::L, Digits>(sum[g][1]), hn::Set(d, factor[l])),
                            scaled[g]);
                    if constexpr (offset)
                        offsets[g] = hn::MulAdd(line.offset, hn::Set(d, total[l]), offsets[g]);
                }
            }
        };
        for (std::size_t l = 0; l < lines; l += linesOfSpan) {
            Sums sum[groups][chains];
            startSums<W, Digits>(start + 2 * l, sum);
            for (std::size_t s = 0; s < spans; ++s) {
                for (std::size_t g = 0; g < groups; g += groupsOfPanel)
                    for (std::size_t i = 0; i < W::Bits; ++i)
                        hwy::Prefetch(codes[g] + ahead + i * unitBytes);
                addSteps<W, Digits, chains, 0>(
                    sum, codes, digits, stride, tables, std::make_index_sequence<stepsOfLine>());
                if constexpr (sixteen) {
                    finish(l, sum);
                    startSums<W, Digits>(start + 2 * l + 2, sum);
                    addSteps<W, Digits, chains, stepsOfLine>(
                        sum, codes, digits, stride, tables, std::make_index_sequence<stepsOfLine>());
                }
                for (std::size_t g = 0; g < groups; ++g)
                    codes[g] += W::Bits * unitBytes;
                digits += spanColumns;
            }
            finish(l + linesOfSpan - 1, sum);
        }
        for (std::size_t g = 0; g < groups; ++g) {
            const BlockScales scales(kind, blocks[g], first[g]);
            if constexpr (W::WholeScales)
                scaled[g] = valueOf<W::L, Digits>(ofBlock[g]);
            if constexpr (super) {
                scaled[g] = hn::Mul(scaled[g], scales.scaleOfBlock());
                if constexpr (offset)
                    scaled[g] = hn::MulAdd(offsets[g], scales.offsetOfBlock(), scaled[g]);
                sums[g] = hn::MulAdd(scaled[g], hn::Set(d, factor[0]), sums[g]);
            } else {
                sums[g] = hn::Add(sums[g], offset ? hn::Add(scaled[g], offsets[g]) : scaled[g]);
            }
        }
    }
    for (std::size_t g = 0; g < groups; ++g)
        hn::StoreU(sums[g], d, y[g]);
}

/// The same for more than 16 levels that are no whole numbers, where no instruction looks so many bytes up:
/// levels are gathered as floats and multiplied by those that the digits are.
template <class W, std::size_t Digits>
HWY_INLINE void gatherGroups(
    const PackedWeights& weights, const std::size_t* panels, const std::size_t* first, const Activations& x,
    float* const* y)
{
    const Floats d;
    const Ints ints;
    const PackedLayout& layout = weights.layout;
    const hn::Rebind<std::int8_t, Ints> stored;
    const float* const table = layout.table.data();
    // Factors are those of sums of 24-bit fractions.
    const auto perFactor = float(layout.fractionUnits / (Digits == 3 ? 65536 : 1));
    alignas(unitBytes) float values[mostBlockColumns];
    FloatVector sums[groups];
    for (std::size_t g = 0; g < groups; ++g)
        sums[g] = hn::Zero(d);
    for (std::size_t b = 0; b < layout.blocks; ++b) {
        const std::size_t columns = layout.columnsOf(b), lines = columns / layout.lineColumns,
                          header = layout.headerBytes(lines);
        const std::int8_t* const digits = x.digitsOf(b, 0);
        for (std::size_t c = 0; c < columns; c += lanes) {
            auto whole = hn::PromoteTo(ints, hn::LoadU(stored, digits + c));
            for (std::size_t i = 1; i < Digits; ++i)
                whole = hn::Add(
                    hn::ShiftLeft<8>(whole),
                    hn::PromoteTo(ints, hn::LoadU(stored, digits + i * x.blockColumns + c)));
            hn::StoreU(hn::ConvertTo(d, whole), d, values + c);
        }
        const std::uint8_t *blocks[groups], *codes[groups];
        for (std::size_t g = 0; g < groups; ++g) {
            blocks[g] = weights.block(panels[g], b);
            codes[g] = blocks[g] + header + 4 * first[g];
        }
        const float* at = values;
        for (std::size_t l = 0; l < lines; ++l) {
            FloatVector sum[groups];
            for (std::size_t g = 0; g < groups; ++g)
                sum[g] = hn::Zero(d);
            const auto addStep = [&]<std::size_t S>(std::integral_constant<std::size_t, S>) {
                for (std::size_t g = 0; g < groups; ++g) {
                    auto four = hn::BitCast(ints, codesOf<W::Bits, W::L, S>(codes[g]));
                    for (std::size_t i = 0; i < 4; ++i, four = hn::ShiftRight<8>(four))
                        sum[g] = hn::MulAdd(
                            hn::GatherIndex(d, table, hn::And(four, hn::Set(ints, 255))),
                            hn::Set(d, at[4 * S + i]), sum[g]);
                }
            };
            for (std::size_t c = 0; c < layout.lineColumns; c += spanColumns, at += spanColumns) {
                [&]<std::size_t... S>(std::index_sequence<S...>)
                {
                    (addStep(std::integral_constant<std::size_t, S>()), ...);
                }
                (std::make_index_sequence<steps>());
                for (std::size_t g = 0; g < groups; ++g)
                    codes[g] += W::Bits * unitBytes;
            }
            const std::size_t index = b * x.lines + l;
            for (std::size_t g = 0; g < groups; ++g) {
                const Line line = BlockScales(layout.scales, blocks[g], first[g]).line(l);
                sums[g] = hn::MulAdd(
                    line.scale, hn::Mul(sum[g], hn::Set(d, x.scales[index] * perFactor)),
                    hn::MulAdd(line.offset, hn::Set(d, x.sums[index]), sums[g]));
            }
        }
    }
    for (std::size_t g = 0; g < groups; ++g)
        hn::StoreU(sums[g], d, y[g]);
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
