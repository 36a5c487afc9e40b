// Products of packed weights with one column. Included once per instruction set.
#if defined(TRITLOOM_CPU_COLUMN_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TRITLOOM_CPU_COLUMN_INL_H
#undef TRITLOOM_CPU_COLUMN_INL_H
#else
#define TRITLOOM_CPU_COLUMN_INL_H
#endif

#include "compute/cpu/packed/unpack-inl.h"

#include <algorithm>

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
template <Levels L, bool Wide, class Tables, std::size_t Digits>
HWY_INLINE void add(Sums& sums, ByteVector codes, const Tables& tables, const Four<Digits>& x)
{
    if constexpr (L == Levels::Fraction) {
        const auto top = tables.lookUp(0, codes), middle = tables.lookUp(1, codes),
                   last = tables.lookUp(2, codes);
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
        codes = tables.lookUp(0, codes);
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

/// Where the sums of a line begin. Split: those of the middle and of the low digit apart, each of 16 bits.
template <bool Split, std::size_t Groups, std::size_t Chains>
HWY_INLINE void startSums(const std::int32_t* start, Sums (&sums)[Groups][Chains])
{
    const Ints ints;
    for (std::size_t g = 0; g < Groups; ++g) {
        for (std::size_t c = 1; c < Chains; ++c)
            sums[g][c] = nothing();
        const std::int32_t low = Split ? std::int8_t(start[1]) : start[1];
        sums[g][0] = {
            hn::Set(ints, start[0]), Split ? hn::Set(ints, (start[1] - low) / 256) : hn::Zero(ints),
            hn::Set(ints, low)};
    }
}

/// How many columns share a scale decides how sums are kept.
enum class LineKind { Sixteen, ThirtyTwo, Long };

/// A kernel's weights: what the compiler has to know of a layout.
template <unsigned TheBits, Levels TheLevels, Scales TheScales, LineKind TheKind, bool IsWide>
struct Weights {
    static constexpr unsigned Bits = TheBits;
    static constexpr Levels L = TheLevels;
    static constexpr Scales S = TheScales;
    static constexpr LineKind Kind = TheKind;
    static constexpr bool Wide = IsWide;
    /// Sums of lines are multiplied with scales as whole numbers: both have 16 bits (16 * 7 * 128), and those
    /// of a block 32.
    static constexpr bool WholeScales = Bits <= 3 && isSuper(S) && Kind == LineKind::Sixteen;
    using Tables = LevelTables<L == Levels::Fraction ? TheBits : 4>;
    /// Products of a span's codes fit 16 bits.
    static constexpr bool WordSums =
        hasWordSums && Bits <= 4 && (L == Levels::Whole || L == Levels::Sign) && S != Scales::HalfPlanes;
};

/// Times `lanes` rows that are multiplied beside each other: digits are loaded once for all, enough sums are
/// under way to hide that a dot product takes ten times as long as the next one waits, and as many streams of
/// weights come from memory, which overlaps with arithmetic better than one.
constexpr std::size_t groups = HWY_TARGET > HWY_AVX3 ? 2 : 4;
constexpr std::size_t groupsOfPanel = std::min(groups, panelRows / lanes),
                      panelsAtOnce = groups / groupsOfPanel;
/// Bytes ahead that each panel is asked for: the hardware does not look beyond its page.
constexpr std::size_t ahead = 8192 / panelsAtOnce;

/// Adds the columns of steps First + Step... of a span to sums[group][Step % Chains].
template <class W, std::size_t Digits, std::size_t Chains, std::size_t First, std::size_t... Step>
HWY_INLINE void addSteps(
    Sums (&sums)[groups][Chains], const std::uint8_t* const (&codes)[groups], const std::int8_t* digits,
    std::size_t stride, const typename W::Tables& tables, std::index_sequence<Step...>)
{
#if HWY_ARCH_X86
    if constexpr (W::WordSums) {
        WordVector words[groups][Digits];
        for (auto& ofGroup : words)
            for (WordVector& ofDigit : ofGroup)
                ofDigit = hn::Zero(Words());
        const auto add = [&]<std::size_t S>(std::integral_constant<std::size_t, S>) {
            const Four<Digits> four(digits + 4 * S, stride);
            for (std::size_t g = 0; g < groups; ++g) {
                const ByteVector some = codesOf<W::Bits, W::L, S>(codes[g]);
                for (std::size_t i = 0; i < Digits; ++i)
                    words[g][i] = addPairs(words[g][i], some, four.digit[i]);
            }
        };
        (add(std::integral_constant<std::size_t, First + Step>()), ...);
        for (std::size_t g = 0; g < groups; ++g) {
            Sums& to = sums[g][0];
            to.low = addWords(to.low, words[g][Digits - 1], 1);
            if constexpr (Digits == 3) {
                to.high = addWords(to.high, words[g][0], 1);
                to.middle = addWords(to.middle, words[g][1], 1);
            }
        }
        return;
    }
#endif
    const auto one = [&]<std::size_t S>(std::integral_constant<std::size_t, S>) {
        const Four<Digits> four(digits + 4 * S, stride);
        for (std::size_t g = 0; g < groups; ++g)
            if constexpr (W::S == Scales::HalfPlanes) {
                add<W::L, W::Wide>(sums[g][0], planeOf<0, S>(codes[g]), tables, four);
                add<W::L, W::Wide>(sums[g][1], planeOf<1, S>(codes[g]), tables, four);
            } else
                add<W::L, W::Wide>(sums[g][S % Chains], codesOf<W::Bits, W::L, S>(codes[g]), tables, four);
    };
    (one(std::integral_constant<std::size_t, First + Step>()), ...);
}

/// The sums of a line times its scale, in whole numbers, and its offset times `total`.
template <class W, std::size_t Digits>
HWY_INLINE void
addWhole(const std::uint8_t* scales, const Sums& sums, FloatVector total, Sums& ofBlock, FloatVector& offsets)
{
    const Ints ints;
    IntVector scale;
    if constexpr (W::S == Scales::NibbleLine) {
        const auto pair = unsignedBytes(scales);
        scale = hn::And(pair, hn::Set(ints, 15));
        offsets = hn::MulAdd(hn::ConvertTo(Floats(), hn::ShiftRight<4>(pair)), total, offsets);
    } else { // the upper half of a sum is its sign
        scale = hn::And(
            hn::PromoteTo(
                ints,
                hn::LoadU(hn::Rebind<std::int8_t, Ints>(), reinterpret_cast<const std::int8_t*>(scales))),
            hn::Set(ints, 0xffff));
    }
    if constexpr (Digits == 3) {
        ofBlock.high = dotWords(ofBlock.high, sums.high, scale);
        ofBlock.middle = dotWords(ofBlock.middle, sums.middle, scale);
    }
    ofBlock.low = dotWords(ofBlock.low, sums.low, scale);
}

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
            startSums<W::WholeScales && Digits == 3>(start + 2 * l, sum);
            for (std::size_t s = 0; s < spans; ++s) {
                for (std::size_t g = 0; g < groups; g += groupsOfPanel)
                    for (std::size_t i = 0; i < W::Bits; ++i)
                        hwy::Prefetch(codes[g] + ahead + i * unitBytes);
                addSteps<W, Digits, chains, 0>(
                    sum, codes, digits, stride, tables, std::make_index_sequence<stepsOfLine>());
                if constexpr (sixteen) {
                    finish(l, sum);
                    startSums<W::WholeScales && Digits == 3>(start + 2 * l + 2, sum);
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
