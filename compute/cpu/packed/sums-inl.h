// Sums of one column's products, line by line. Included once per instruction set.
#if defined(TRITLOOM_CPU_SUMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TRITLOOM_CPU_SUMS_INL_H
#undef TRITLOOM_CPU_SUMS_INL_H
#else
#define TRITLOOM_CPU_SUMS_INL_H
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

/// Levels around 128 are multiplied as signed numbers, without a zero point.
template <Levels L, bool Wide, std::size_t Digits>
constexpr bool isSigned = (hasWordSums && L == Levels::Table && Wide && Digits == 1);

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
#if HWY_ARCH_X86
    if constexpr (isSigned<L, Wide, Digits>) {
        const auto products = levelProducts(tables.lookUp(2, codes), tables.lookUp(1, codes), x.digit[0]);
        sums.low = addWords(sums.low, products, 1);
        return;
    }
#endif
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

/// Where the sums of a line begin. Split: those of the middle and of the low digit apart, each of 16 bits.
template <class W, std::size_t Digits, std::size_t Chains>
HWY_INLINE void startSums(const std::int32_t* start, Sums (&sums)[groups][Chains])
{
    constexpr bool Split = W::WholeScales && Digits == 3, Signed = isSigned<W::L, W::Wide, Digits>;
    const Ints ints;
    for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t c = Signed ? 0 : 1; c < Chains; ++c)
            sums[g][c] = nothing();
        if constexpr (Signed)
            continue;
        const std::int32_t low = Split ? std::int8_t(start[1]) : start[1];
        sums[g][0] = {
            hn::Set(ints, start[0]), Split ? hn::Set(ints, (start[1] - low) / 256) : hn::Zero(ints),
            hn::Set(ints, low)};
    }
}

#if HWY_ARCH_X86
/// addSteps() with sums of 16 bits in between.
template <class W, std::size_t Digits, std::size_t Chains, std::size_t... Step>
HWY_INLINE void addWordSums(
    Sums (&sums)[groups][Chains], const std::uint8_t* const (&codes)[groups], const std::int8_t* digits,
    std::size_t stride, std::index_sequence<Step...>)
{
    // Of two bits, the upper field of each half byte may stay where it is: its sums are four times as large.
    constexpr bool inPlace = W::Bits == 2 && Digits == 1 && HWY_TARGET <= HWY_AVX2;
    WordVector words[groups][Digits], fourfold[groups];
    for (std::size_t g = 0; g < groups; ++g) {
        fourfold[g] = hn::Zero(Words());
        for (WordVector& ofDigit : words[g])
            ofDigit = hn::Zero(Words());
    }
    const auto add = [&]<std::size_t S>(std::integral_constant<std::size_t, S>) {
        const Four<Digits> four(digits + 4 * S, stride);
        for (std::size_t g = 0; g < groups; ++g)
            if constexpr (inPlace) {
                const auto plane = hn::LoadU(Bytes(), codes[g] + S / 4 * unitBytes);
                const auto half =
                    S % 4 < 2 ? plane : hn::BitCast(Bytes(), hn::ShiftRight<4>(hn::BitCast(Pairs(), plane)));
                WordVector& to = S % 2 == 0 ? words[g][0] : fourfold[g];
                to = addPairs(to, hn::And(half, hn::Set(Bytes(), S % 2 == 0 ? 3 : 12)), four.digit[0]);
            } else {
                const ByteVector some = codesOf<W::Bits, W::L, S>(codes[g]);
                for (std::size_t i = 0; i < Digits; ++i)
                    words[g][i] = addPairs(words[g][i], some, four.digit[i]);
            }
    };
    (add(std::integral_constant<std::size_t, Step>()), ...);
    for (std::size_t g = 0; g < groups; ++g) {
        Sums& to = sums[g][0];
        if constexpr (inPlace)
            words[g][0] = hn::Add(words[g][0], hn::ShiftRight<2>(fourfold[g]));
        to.low = addWords(to.low, words[g][Digits - 1], 1);
        if constexpr (Digits == 3) {
            to.high = addWords(to.high, words[g][0], 1);
            to.middle = addWords(to.middle, words[g][1], 1);
        }
    }
}
#endif

/// Adds the columns of steps First + Step... of a span to sums[group][Step % Chains].
template <class W, std::size_t Digits, std::size_t Chains, std::size_t First, std::size_t... Step>
HWY_INLINE void addSteps(
    Sums (&sums)[groups][Chains], const std::uint8_t* const (&codes)[groups], const std::int8_t* digits,
    std::size_t stride, const typename W::Tables& tables, std::index_sequence<Step...>)
{
#if HWY_ARCH_X86
    if constexpr (W::WordSums) {
        addWordSums<W, Digits, Chains>(sums, codes, digits, stride, std::index_sequence<(First + Step)...>());
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

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
