// What one-column and many-column products share. Included once per instruction set.
#if defined(TRITLOOM_CPU_UNPACK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TRITLOOM_CPU_UNPACK_INL_H
#undef TRITLOOM_CPU_UNPACK_INL_H
#else
#define TRITLOOM_CPU_UNPACK_INL_H
#endif

#include "compute/cpu/packed/product.h"

#include "hwy/cache_control.h"
#include "hwy/highway.h"

#include <utility>

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::ScalableTag<std::uint8_t>;
using Pairs = hn::ScalableTag<std::uint16_t>;
using Words = hn::ScalableTag<std::int16_t>;
using Ints = hn::ScalableTag<std::int32_t>;
using Floats = hn::ScalableTag<float>;
using ByteVector = hn::Vec<Bytes>;
using WordVector = hn::Vec<Words>;
using IntVector = hn::Vec<Ints>;
using FloatVector = hn::Vec<Floats>;
constexpr std::size_t lanes = HWY_MAX_BYTES / 4; ///< rows at a time; divides panelRows
constexpr std::size_t steps = spanColumns / 4; ///< of four columns in a span
#if HWY_TARGET == HWY_AVX3_DL
constexpr bool hasByteDot = true;
#else
constexpr bool hasByteDot = false;
#endif

/// Whether sums of products fit 16 bits for a while, which costs less than 32 where no instruction makes the
/// four products of a lane one number.
#if HWY_ARCH_X86
constexpr bool hasWordSums = !hasByteDot;
#else
constexpr bool hasWordSums = false;
#endif

#if HWY_ARCH_X86
/// The same, of which the compiler knows nothing: else g++ 12 would add up in another order, all products
/// first, and keep them in memory.
template <class V>
HWY_INLINE V inOrder(V vector)
{
    asm("" : "+v"(vector.raw));
    return vector;
}

/// Products of codes and digits, those of neighbours summed.
HWY_INLINE WordVector pairProducts(ByteVector codes, IntVector digits)
{
#if HWY_TARGET <= HWY_AVX3
    return WordVector{_mm512_maddubs_epi16(codes.raw, digits.raw)};
#elif HWY_TARGET == HWY_AVX2
    return WordVector{_mm256_maddubs_epi16(codes.raw, digits.raw)};
#else
    return WordVector{_mm_maddubs_epi16(codes.raw, digits.raw)};
#endif
}

/// pairProducts() of levels, signed bytes, and digits from -127 on. magnitudes: of the levels. Sums fit 16
/// bits.
HWY_INLINE WordVector levelProducts(ByteVector magnitudes, ByteVector levels, IntVector digits)
{
#if HWY_TARGET <= HWY_AVX3
    const auto negated =
        _mm512_mask_sub_epi8(digits.raw, _mm512_movepi8_mask(levels.raw), _mm512_setzero_si512(), digits.raw);
    return pairProducts(magnitudes, IntVector{negated});
#elif HWY_TARGET == HWY_AVX2
    return pairProducts(magnitudes, IntVector{_mm256_sign_epi8(digits.raw, levels.raw)});
#else
    return pairProducts(magnitudes, IntVector{_mm_sign_epi8(digits.raw, levels.raw)});
#endif
}

/// words + the products of neighbouring codes (0..15) and digits. Those of eight steps fit.
HWY_INLINE WordVector addPairs(WordVector words, ByteVector codes, IntVector digits)
{
    return inOrder(hn::Add(words, pairProducts(codes, digits)));
}

/// sums[lane] + the products of both 16-bit halves.
HWY_INLINE IntVector addWords(IntVector sums, WordVector a, WordVector b)
{
#if HWY_TARGET <= HWY_AVX3
    return inOrder(hn::Add(sums, IntVector{_mm512_madd_epi16(a.raw, b.raw)}));
#elif HWY_TARGET == HWY_AVX2
    return inOrder(hn::Add(sums, IntVector{_mm256_madd_epi16(a.raw, b.raw)}));
#else
    return inOrder(hn::Add(sums, IntVector{_mm_madd_epi16(a.raw, b.raw)}));
#endif
}

/// sums[lane] + factor times both 16-bit halves.
HWY_INLINE IntVector addWords(IntVector sums, WordVector words, std::int16_t factor)
{
    return addWords(sums, words, hn::Set(Words(), factor));
}
#endif

/// The lower and the upper four bits of each byte.
HWY_INLINE ByteVector lowerHalves(ByteVector codes)
{
    return hn::And(codes, hn::Set(Bytes(), 15));
}
HWY_INLINE ByteVector upperHalves(ByteVector codes)
{
    return lowerHalves(hn::BitCast(Bytes(), hn::ShiftRight<4>(hn::BitCast(Pairs(), codes))));
}

/// sums[lane] + the four products of codes (0..255) and the digits that are the same for all lanes.
/// Wide: codes over 127 occur.
template <bool Wide>
HWY_INLINE IntVector dot(IntVector sums, ByteVector codes, IntVector digits)
{
#if HWY_TARGET == HWY_AVX3_DL
    // By hand: Highway 1.0 does not name avx512vnni, which every processor of this class has, and g++ 12
    // would copy the sums before each instruction.
    asm("vpdpbusd %2, %1, %0" : "+v"(sums.raw) : "v"(codes.raw), "v"(digits.raw));
    return sums;
#elif HWY_ARCH_X86
    if constexpr (!Wide)
        return addWords(sums, pairProducts(codes, digits), 1);
    // Two products of 8 bits overflow 16: the halves of each code in turn.
    sums = addWords(sums, pairProducts(lowerHalves(codes), digits), 1);
    return addWords(sums, pairProducts(upperHalves(codes), digits), 16);
#else
    const auto multiply = [&](ByteVector c) { // codes up to 127
        const auto ours = vreinterpretq_s8_u8(c.raw), theirs = vreinterpretq_s8_s32(digits.raw);
        const auto low = vmull_s8(vget_low_s8(ours), vget_low_s8(theirs)), high = vmull_high_s8(ours, theirs);
        return IntVector{vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high))};
    };
    if constexpr (!Wide)
        return hn::Add(sums, multiply(codes));
    const auto low = multiply(lowerHalves(codes)), high = multiply(upperHalves(codes));
    return hn::Add(sums, hn::Add(low, hn::ShiftLeft<4>(high)));
#endif
}

/// Four digits for all lanes.
HWY_INLINE IntVector broadcast(const std::int8_t* digits)
{
    std::int32_t four;
    std::memcpy(&four, digits, sizeof four);
    return hn::Set(Ints(), four);
}

/// sums[lane] + the products of both 16-bit halves.
HWY_INLINE IntVector dotWords(IntVector sums, IntVector a, IntVector b)
{
#if HWY_TARGET == HWY_AVX3_DL
    asm("vpdpwssd %2, %1, %0" : "+v"(sums.raw) : "v"(a.raw), "v"(b.raw));
    return sums;
#elif HWY_ARCH_X86
    return addWords(sums, WordVector{a.raw}, WordVector{b.raw});
#else
    const auto lowerHalf = [](IntVector v) { return hn::ShiftRight<16>(hn::ShiftLeft<16>(v)); };
    const auto upper = hn::Mul(hn::ShiftRight<16>(a), hn::ShiftRight<16>(b));
    return hn::Add(sums, hn::Add(upper, hn::Mul(lowerHalf(a), lowerHalf(b))));
#endif
}

/// Field `Index` of `Bits` bits of each byte, moved to bit `Place`.
template <unsigned Bits, unsigned Index, unsigned Place>
HWY_INLINE ByteVector field(ByteVector bytes)
{
    const auto mask = hn::Set(Bytes(), std::uint8_t(((1u << Bits) - 1) << Place));
    constexpr int shift = int(Bits * Index) - int(Place);
    if constexpr (shift == 0)
        return hn::And(bytes, mask);
#if HWY_TARGET == HWY_AVX3_DL
    // One instruction instead of a shift and a mask: a product with a matrix of bits, whose byte 7 - k says
    // which bits give bit k. By hand, as Highway 1.0 does not name gfni, which every processor of this class
    // has.
    constexpr std::uint64_t matrix = [] {
        std::uint64_t bits = 0;
        for (unsigned k = Place; k < Place + Bits; ++k)
            bits |= std::uint64_t{1} << (8 * (7 - k) + Bits * Index + k - Place);
        return bits;
    }();
    const auto matrices = hn::Set(hn::ScalableTag<std::uint64_t>(), matrix);
    asm("vgf2p8affineqb $0, %2, %1, %0" : "=v"(bytes.raw) : "v"(bytes.raw), "vm"(matrices.raw));
    return bytes;
#else
    auto words = hn::BitCast(Pairs(), bytes);
    if constexpr (shift > 0)
        words = hn::ShiftRight<shift>(words);
    else
        words = hn::ShiftLeft<-shift>(words);
    return hn::And(hn::BitCast(Bytes(), words), mask);
#endif
}

/// codes | field(bytes)
template <unsigned Bits, unsigned Index, unsigned Place>
HWY_INLINE ByteVector withField(ByteVector codes, ByteVector bytes)
{
    if constexpr (Bits * Index == Place)
        return hn::OrAnd(codes, bytes, hn::Set(Bytes(), std::uint8_t(((1u << Bits) - 1) << Place)));
    else
        return hn::Or(codes, field<Bits, Index, Place>(bytes));
}

/// The codes of step `Step` of a span for `lanes` rows. from: the span, at the first of those rows.
template <unsigned Bits, Levels L, std::size_t Step>
HWY_INLINE ByteVector codesOf(const std::uint8_t* from)
{
    const auto plane = [from](std::size_t i) { return hn::LoadU(Bytes(), from + i * unitBytes); };
    if constexpr (Bits == 8)
        return plane(Step);
    constexpr unsigned nibbles = Bits & 4, twos = nibbles + (Bits & 2);
    constexpr std::size_t twoPlane = nibbles ? 4 : 0, onePlane = twoPlane + ((Bits & 2) ? 2 : 0);
    ByteVector codes;
    if constexpr ((Bits & 1) != 0)
        codes = field < 1, Step, L == Levels::Sign ? 1 : twos > (plane(onePlane));
    if constexpr ((Bits & 2) != 0) {
        const auto pairs = plane(twoPlane + Step / 4);
        codes = (Bits & 1) != 0 ? withField<2, Step % 4, nibbles>(codes, pairs)
                                : field<2, Step % 4, nibbles>(pairs);
    }
    if constexpr (nibbles != 0)
        codes = Bits > 4 ? withField<4, Step % 2, 0>(codes, plane(Step / 2))
                         : field<4, Step % 2, 0>(plane(Step / 2));
    return codes;
}

/// Bit `Plane` of codes of two bits.
template <unsigned Plane, std::size_t Step>
HWY_INLINE ByteVector planeOf(const std::uint8_t* from)
{
    return field<1, 2 * (Step % 4) + Plane, 0>(hn::LoadU(Bytes(), from + Step / 4 * unitBytes));
}

/// The codes of a span for `lanes` rows, 8 steps. from: the span, at the first of those rows.
template <unsigned Bits, Levels L>
HWY_INLINE void unpackSpan(const std::uint8_t* from, ByteVector* codes)
{
    [&]<std::size_t... Step>(std::index_sequence<Step...>)
    {
        ((codes[Step] = codesOf<Bits, L, Step>(from)), ...);
    }
    (std::make_index_sequence<steps>());
}

/// Of the rows of a line.
struct Line {
    FloatVector scale, offset;
};

HWY_INLINE FloatVector halves(const std::uint8_t* from)
{
    const hn::Rebind<hwy::float16_t, Floats> stored;
    return hn::PromoteTo(Floats(), hn::LoadU(stored, reinterpret_cast<const hwy::float16_t*>(from)));
}
HWY_INLINE IntVector unsignedBytes(const std::uint8_t* from)
{
    return hn::PromoteTo(Ints(), hn::LoadU(hn::Rebind<std::uint8_t, Ints>(), from));
}
HWY_INLINE FloatVector signedBytes(const std::uint8_t* from)
{
    const hn::Rebind<std::int8_t, Ints> stored;
    return hn::ConvertTo(
        Floats(), hn::PromoteTo(Ints(), hn::LoadU(stored, reinterpret_cast<const std::int8_t*>(from))));
}

/// The scales of one block for `lanes` rows from `first` on. A weight is d * scale * level + m * offset,
/// where d and m belong to the block (1 and 1 for formats without them), scale and offset to the line.
class BlockScales {
public:
    HWY_INLINE BlockScales(Scales kind, const std::uint8_t* header, std::size_t first)
        : m_kind(kind)
        , m_header(header + 2 * first)
        , m_lines(header + panelRows * superBytes(kind) + first * numberBytes(kind))
    {
    }
    HWY_INLINE FloatVector scaleOfBlock() const { return halves(m_header); }
    HWY_INLINE FloatVector offsetOfBlock() const { return hn::Neg(halves(m_header + 2 * panelRows)); }
    /// The stored numbers of a line.
    HWY_INLINE const std::uint8_t* at(std::size_t index) const
    {
        return m_lines + index * panelRows * lineBytes(m_kind);
    }
    HWY_INLINE Line line(std::size_t index) const
    {
        const Floats d;
        const Ints ints;
        const std::uint8_t* const at = this->at(index);
        switch (m_kind) {
        case Scales::Half:
            return {halves(at), hn::Zero(d)};
        case Scales::HalfLine:
        case Scales::HalfPlanes:
            return {halves(at), halves(at + 2 * panelRows)};
        case Scales::HalfZero: {
            const auto scale = halves(at);
            return {scale, hn::Neg(hn::Mul(scale, halves(at + 2 * panelRows)))};
        }
        case Scales::SingleLine: {
            const auto* const numbers = reinterpret_cast<const float*>(at);
            return {hn::LoadU(d, numbers), hn::LoadU(d, numbers + panelRows)};
        }
        case Scales::SingleZero: {
            const auto* const numbers = reinterpret_cast<const float*>(at);
            const auto scale = hn::LoadU(d, numbers);
            return {scale, hn::Neg(hn::Mul(scale, hn::LoadU(d, numbers + panelRows)))};
        }
        case Scales::Super:
            return {signedBytes(at), hn::Zero(d)};
        case Scales::SuperLine:
            return {hn::ConvertTo(d, unsignedBytes(at)), hn::ConvertTo(d, unsignedBytes(at + panelRows))};
        case Scales::NibbleLine: {
            const auto pair = unsignedBytes(at);
            return {
                hn::ConvertTo(d, hn::And(pair, hn::Set(ints, 15))),
                hn::ConvertTo(d, hn::ShiftRight<4>(pair))};
        }
        case Scales::Power: {
            const auto e = unsignedBytes(at);
            const auto small = hn::IfThenElse(
                hn::Eq(e, hn::Zero(ints)), hn::Set(ints, 0x00200000), hn::Set(ints, 0x00400000));
            const auto bits = hn::ShiftLeft<23>(hn::Sub(e, hn::Set(ints, 1)));
            return {hn::BitCast(d, hn::IfThenElse(hn::Lt(e, hn::Set(ints, 2)), small, bits)), hn::Zero(d)};
        }
        case Scales::Mini: {
            const auto stored = unsignedBytes(at), bits = hn::And(stored, hn::Set(ints, 127));
            const auto small = hn::Mul(hn::ConvertTo(d, bits), hn::Set(d, 1.0f / 1024));
            const auto normal = hn::BitCast(d, hn::Add(hn::ShiftLeft<20>(bits), hn::Set(ints, 119 << 23)));
            const auto value =
                hn::IfThenElse(hn::RebindMask(d, hn::Lt(bits, hn::Set(ints, 8))), small, normal);
            const auto none = hn::RebindMask(d, hn::Eq(stored, hn::Set(ints, 127)));
            return {hn::IfThenElse(none, hn::Zero(d), value), hn::Zero(d)};
        }
        }
        return {hn::Zero(d), hn::Zero(d)};
    }

private:
    Scales m_kind;
    const std::uint8_t *m_header, *m_lines;
};

/// Levels by code as bytes, see PackedLayout::levelBytes; after whole numbers around a zero point (part 0)
/// the numbers themselves (1) and their magnitudes (2). More than 16 only where an instruction looks them up.
template <unsigned Bits>
class LevelTables {
    static_assert(Bits <= 4 || HWY_TARGET == HWY_AVX3_DL);
    static constexpr std::size_t vectors = Bits <= 6 ? 1 : 4;

public:
    HWY_INLINE explicit LevelTables(const PackedLayout& layout)
    {
        for (std::size_t part = 0; part < 3; ++part)
            for (std::size_t i = 0; i < vectors; ++i)
                m_parts[part][i] = Bits <= 4
                    ? hn::LoadDup128(Bytes(), layout.levelBytes[part].data())
                    : hn::LoadU(Bytes(), layout.levelBytes[part].data() + i * hn::Lanes(Bytes()));
        if (layout.levels != Levels::Table)
            return;
        const hn::ScalableTag<std::int8_t> whole;
        const auto levels =
            hn::BitCast(whole, hn::Sub(m_parts[0][0], hn::Set(Bytes(), std::uint8_t(layout.zero))));
        m_parts[1][0] = hn::BitCast(Bytes(), levels);
        m_parts[2][0] = hn::BitCast(Bytes(), hn::Abs(levels));
    }
    HWY_INLINE ByteVector lookUp(std::size_t part, ByteVector codes) const
    {
        const auto& table = m_parts[part];
        if constexpr (Bits <= 4)
            return hn::TableLookupBytes(table[0], codes);
#if HWY_TARGET == HWY_AVX3_DL
        else if constexpr (Bits <= 6)
            return ByteVector{_mm512_permutexvar_epi8(codes.raw, table[0].raw)};
        else
            return ByteVector{_mm512_mask_blend_epi8(
                _mm512_movepi8_mask(codes.raw),
                _mm512_permutex2var_epi8(table[0].raw, codes.raw, table[1].raw),
                _mm512_permutex2var_epi8(table[2].raw, codes.raw, table[3].raw))};
#endif
    }

private:
    ByteVector m_parts[3][vectors];
};

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
