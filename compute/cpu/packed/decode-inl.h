// Blocks of packed weights, decoded for products of many columns. Included once per instruction set.
#if defined(TRITLOOM_CPU_DECODE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef TRITLOOM_CPU_DECODE_INL_H
#undef TRITLOOM_CPU_DECODE_INL_H
#else
#define TRITLOOM_CPU_DECODE_INL_H
#endif

#include "compute/cpu/packed/unit_product.h"
#include "compute/cpu/packed/unpack-inl.h"

#include <algorithm>

#ifndef TRITLOOM_CPU_DECODED_BLOCK
#define TRITLOOM_CPU_DECODED_BLOCK
namespace tritloom::cpu {

/// Panels that are multiplied beside each other.
inline constexpr std::size_t tilePanels = 2, tileRows = tilePanels * panelRows;

/// One block of two panels, decoded: a level a byte, scales as floats. It stays in the level-1 cache.
struct alignas(unitBytes) DecodedBlock {
    std::uint8_t codes[tilePanels][mostBlockColumns / 4][unitBytes];
    std::uint8_t levels[tilePanels][mostBlockColumns / 4][unitBytes]; ///< after signCodes()
    float scales[tilePanels][mostBlockColumns / 16][panelRows],
        offsets[tilePanels][mostBlockColumns / 16][panelRows];
};

} // namespace tritloom::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {

template <unsigned Bits, Levels L>
void unpackSpans(
    const std::uint8_t* from, std::size_t spans, const LevelTables<4>& table, std::uint8_t (*out)[unitBytes])
{
    for (std::size_t s = 0; s < spans; ++s, from += Bits * unitBytes)
        for (std::size_t first = 0; first < panelRows; first += lanes) {
            ByteVector codes[steps];
            unpackSpan<Bits, L>(from + 4 * first, codes);
            for (std::size_t step = 0; step < steps; ++step)
                hn::StoreU(
                    L == Levels::Table ? table.lookUp(0, codes[step]) : codes[step], Bytes(),
                    out[s * steps + step] + 4 * first);
        }
}

/// Codes of `spans` spans, as bytes: for Table the level + zero, for Sign 0 or 2, else the code.
HWY_INLINE void unpack(
    const PackedLayout& layout, const std::uint8_t* from, std::size_t spans, std::uint8_t (*out)[unitBytes])
{
    const LevelTables<4> table(layout);
    switch (layout.levels) {
    case Levels::Sign:
        return unpackSpans<1, Levels::Sign>(from, spans, table, out);
    case Levels::Table:
        return layout.bits == 3 ? unpackSpans<3, Levels::Table>(from, spans, table, out)
                                : unpackSpans<4, Levels::Table>(from, spans, table, out);
    case Levels::Whole:
    case Levels::Fraction:
        break;
    }
    switch (layout.bits) {
    case 2:
        return unpackSpans<2, Levels::Whole>(from, spans, table, out);
    case 3:
        return unpackSpans<3, Levels::Whole>(from, spans, table, out);
    case 4:
        return unpackSpans<4, Levels::Whole>(from, spans, table, out);
    case 5:
        return unpackSpans<5, Levels::Whole>(from, spans, table, out);
    case 6:
        return unpackSpans<6, Levels::Whole>(from, spans, table, out);
    case 7:
        return unpackSpans<7, Levels::Whole>(from, spans, table, out);
    default:
        return unpackSpans<8, Levels::Whole>(from, spans, table, out);
    }
}

/// Block `block` of `count` panels from `panel` on.
inline void decodeBlock(
    const PackedWeights& weights, std::size_t panel, std::size_t count, std::size_t block, DecodedBlock& out)
{
    const PackedLayout& layout = weights.layout;
    const std::size_t columns = layout.columnsOf(block), lines = columns / layout.lineColumns;
    for (std::size_t p = 0; p < count; ++p) {
        const std::uint8_t* const header = weights.block(panel + p, block);
        unpack(layout, header + layout.headerBytes(lines), columns / spanColumns, out.codes[p]);
        for (std::size_t first = 0; first < panelRows; first += lanes) {
            const BlockScales scales(layout.scales, header, first);
            const bool super = isSuper(layout.scales), offset = hasOffset(layout.scales);
            const auto one = hn::Set(Floats(), 1);
            const auto d = super ? scales.scaleOfBlock() : one,
                       m = super && offset ? scales.offsetOfBlock() : one;
            for (std::size_t l = 0; l < lines; ++l) {
                const Line line = scales.line(l);
                hn::StoreU(hn::Mul(line.scale, d), Floats(), out.scales[p][l] + first);
                hn::StoreU(hn::Mul(line.offset, m), Floats(), out.offsets[p][l] + first);
            }
        }
    }
}

/// Makes codes of `units` units, which stand for code - zero, magnitudes, and levels what they stand for.
inline void signCodes(std::size_t units, int zero, DecodedBlock& block)
{
    const hn::ScalableTag<std::int8_t> whole;
    const auto zeros = hn::Set(Bytes(), std::uint8_t(zero));
    for (std::size_t p = 0; p < tilePanels; ++p) {
        std::uint8_t* const codes = block.codes[p][0]; // the units lie one behind the other
        std::uint8_t* const levels = block.levels[p][0];
        for (std::size_t i = 0; i < units * unitBytes; i += hn::Lanes(Bytes())) {
            const auto level = hn::BitCast(whole, hn::Sub(hn::LoadU(Bytes(), codes + i), zeros));
            hn::StoreU(hn::BitCast(Bytes(), level), Bytes(), levels + i);
            hn::StoreU(hn::BitCast(Bytes(), hn::Abs(level)), Bytes(), codes + i);
        }
    }
}

/// Whole numbers of 16 bits, each in both halves of its lane.
HWY_INLINE hn::Vec<Words> wholeTwice(FloatVector whole)
{
    const auto lower = hn::And(hn::ConvertTo(Ints(), whole), hn::Set(Ints(), 0xffff));
    return hn::BitCast(Words(), hn::Or(lower, hn::ShiftLeft<16>(lower)));
}

/// Levels of `units` units, multiplied with the scale of their row. scales: of the rows from the first byte
/// on, 16 bits twice. Two digits, or the lower one alone.
template <std::size_t Digits>
HWY_INLINE void foldScales(
    const std::uint8_t* codes, std::size_t units, int zero, hn::Vec<Words> scales, std::uint8_t* high,
    std::uint8_t* low)
{
    const Words words;
    const auto zeros = hn::Set(words, std::int16_t(zero)), half = hn::Set(words, 128),
               lower = hn::Set(words, 255), upper = hn::Set(words, std::int16_t(0xff00));
    for (std::size_t i = 0; i < units * unitBytes; i += unitBytes) {
        const auto bytes = hn::BitCast(words, hn::LoadU(Bytes(), codes + i));
        const auto shifted = hn::BitCast(words, hn::ShiftRight<8>(hn::BitCast(Pairs(), bytes)));
        const auto even = hn::Mul(hn::Sub(hn::And(bytes, lower), zeros), scales),
                   odd = hn::Mul(hn::Sub(shifted, zeros), scales);
        hn::StoreU(
            hn::BitCast(Bytes(), hn::Or(hn::And(even, lower), hn::ShiftLeft<8>(odd))), Bytes(), low + i);
        if constexpr (Digits == 2) {
            // The lower digit is signed: what it took away is added to the upper.
            const auto rounded = hn::ShiftRight<8>(hn::BitCast(Pairs(), hn::Add(even, half)));
            hn::StoreU(
                hn::BitCast(Bytes(), hn::Or(hn::BitCast(words, rounded), hn::And(hn::Add(odd, half), upper))),
                Bytes(), high + i);
        }
    }
}

/// decodeBlock() for a layout whose scales fold into one digit. The block is one line then, whose scale is
/// scales[p][0]; offsets stay those of its lines.
inline void decodeFolded(
    const PackedWeights& weights, std::size_t panel, std::size_t count, std::size_t block, DecodedBlock& out)
{
    const PackedLayout& layout = weights.layout;
    const std::size_t columns = layout.columnsOf(block), lines = columns / layout.lineColumns,
                      lineUnits = layout.lineColumns / 4;
    for (std::size_t p = 0; p < count; ++p) {
        const std::uint8_t* const header = weights.block(panel + p, block);
        unpack(layout, header + layout.headerBytes(lines), columns / spanColumns, out.codes[p]);
        for (std::size_t first = 0; first < panelRows; first += lanes) {
            const BlockScales scales(layout.scales, header, first);
            hn::StoreU(scales.scaleOfBlock(), Floats(), out.scales[p][0] + first);
            const auto m = scales.offsetOfBlock();
            for (std::size_t l = 0; l < lines; ++l) {
                const Line line = scales.line(l);
                std::uint8_t* const codes = out.codes[p][l * lineUnits] + 4 * first;
                foldScales<1>(codes, lineUnits, layout.zero, wholeTwice(line.scale), nullptr, codes);
                hn::StoreU(hn::Mul(line.offset, m), Floats(), out.offsets[p][l] + first);
            }
        }
    }
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
