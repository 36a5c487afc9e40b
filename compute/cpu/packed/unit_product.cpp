// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/packed/unit_product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/packed/unit_product.cpp"
#include "hwy/foreach_target.h" // IWYU pragma: keep

#include "compute/cpu/packed/decode-inl.h" // after it

#ifndef TRITLOOM_CPU_UNIT_PRODUCT
#define TRITLOOM_CPU_UNIT_PRODUCT
namespace tritloom::cpu {

/// One block of two panels as the unit reads it. If isSuper(), the whole-number scales of lines are in the
/// codes: a block then has one scale, and its columns are one line.
struct UnitBlock {
    DecodedBlock decoded;
    alignas(unitBytes) std::uint8_t digits[2][tilePanels][mostBlockColumns / 4][unitBytes]; ///< isSuper()
};

} // namespace tritloom::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {

using Words = hn::ScalableTag<std::int16_t>;

/// Codes become levels, -128..127.
HWY_INLINE void subtractZero(const PackedLayout& layout, std::size_t columns, DecodedBlock& block)
{
    const auto zero = hn::Set(Bytes(), std::uint8_t(layout.zero));
    for (auto& panel : block.codes)
        for (std::size_t unit = 0; unit < columns / 4; ++unit)
            for (std::size_t i = 0; i < unitBytes; i += hn::Lanes(Bytes()))
                hn::StoreU(hn::Sub(hn::LoadU(Bytes(), panel[unit] + i), zero), Bytes(), panel[unit] + i);
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

/// Block `block` of `count` panels from `panel` on, of a layout with isSuper(). scales[p][0]: of the block.
void decodeSuper(
    const PackedWeights& weights, std::size_t panel, std::size_t count, std::size_t block, UnitBlock& out)
{
    const PackedLayout& layout = weights.layout;
    const std::size_t columns = layout.columnsOf(block), lines = columns / layout.lineColumns,
                      lineUnits = layout.lineColumns / 4;
    const bool twoDigits = codeDigitsOf(layout) == 2;
    for (std::size_t p = 0; p < count; ++p) {
        const std::uint8_t* const header = weights.block(panel + p, block);
        unpack(layout, header + layout.headerBytes(lines), columns / spanColumns, out.decoded.codes[p]);
        for (std::size_t first = 0; first < panelRows; first += lanes) {
            const BlockScales scales(layout.scales, header, first);
            hn::StoreU(scales.scaleOfBlock(), Floats(), out.decoded.scales[p][0] + first);
            const auto m = hasOffset(layout.scales) ? scales.offsetOfBlock() : hn::Zero(Floats());
            for (std::size_t l = 0; l < lines; ++l) {
                const Line line = scales.line(l);
                hn::StoreU(hn::Mul(line.offset, m), Floats(), out.decoded.offsets[p][l] + first);
                const auto whole = hn::And(hn::ConvertTo(Ints(), line.scale), hn::Set(Ints(), 0xffff));
                const auto twice = hn::BitCast(Words(), hn::Or(whole, hn::ShiftLeft<16>(whole)));
                const std::uint8_t* const codes = out.decoded.codes[p][l * lineUnits] + 4 * first;
                std::uint8_t *const upper = out.digits[0][p][l * lineUnits] + 4 * first,
                                    *const lower = out.digits[1][p][l * lineUnits] + 4 * first;
                if (twoDigits)
                    foldScales<2>(codes, lineUnits, layout.zero, twice, upper, lower);
                else // the only digit is the highest
                    foldScales<1>(codes, lineUnits, layout.zero, twice, nullptr, upper);
            }
        }
    }
}

/// Adds what the unit's sums of some lines stand for to the results of `tokens` tokens. sums: see
/// TileProduct. results: [token][tileRows].
template <std::size_t Orders, bool Super>
HWY_INLINE void addSums(
    bool offset, std::size_t blockLines, const DecodedBlock& block, const Activations& x, std::size_t at,
    std::size_t tokens, std::size_t firstLine, std::size_t lines, const std::int32_t* sums, float* results)
{
    const Floats d;
    const std::size_t tiles = (tokens + tileTokens - 1) / tileTokens,
                      stride = tiles * tilePanels * sumsOfTile;
    for (std::size_t t = 0; t < tokens; ++t) {
        const float *const factors = x.scales.data() + (at + t) * x.lines,
                           *const totals = x.sums.data() + (at + t) * x.lines;
        for (std::size_t p = 0; p < tilePanels; ++p)
            for (std::size_t row = 0; row < panelRows; row += lanes) {
                float* const to = results + t * tileRows + p * panelRows + row;
                const std::int32_t* from =
                    sums + (t / tileTokens * tilePanels + p) * sumsOfTile + t % tileTokens * panelRows + row;
                auto result = hn::LoadU(d, to);
                const auto take = [&] {
                    const auto sum = hn::ConvertTo(d, hn::LoadU(Ints(), from));
                    from += stride;
                    return sum;
                };
                for (std::size_t l = firstLine; l < firstLine + lines; ++l) {
                    auto value = take(); // each sum is below 2^24: exact
                    for (std::size_t order = 1; order < Orders; ++order)
                        value = hn::MulAdd(value, hn::Set(d, 256), take());
                    const auto scale = hn::LoadU(d, block.scales[p][Super ? 0 : l] + row);
                    if constexpr (Super) {
                        value = hn::Mul(value, scale);
                        for (std::size_t i = 0; offset && i < blockLines; ++i)
                            value = hn::MulAdd(
                                hn::LoadU(d, block.offsets[p][i] + row), hn::Set(d, totals[i]), value);
                        result = hn::MulAdd(value, hn::Set(d, factors[0]), result);
                    } else {
                        result = hn::MulAdd(scale, hn::Mul(value, hn::Set(d, factors[l])), result);
                        if (offset)
                            result = hn::MulAdd(
                                hn::LoadU(d, block.offsets[p][l] + row), hn::Set(d, totals[l]), result);
                    }
                }
                hn::StoreU(result, d, to);
            }
    }
}

/// One block of two panels with all tokens. results: [token][tileRows].
template <std::size_t Orders, bool Super>
void multiplyBlock(
    const PackedLayout& layout, const UnitBlock& decoded, const Activations& x, std::size_t block,
    const TileUnit& unit, std::size_t firstToken, std::size_t tokens, float* results)
{
    constexpr std::size_t lineRoom = std::max<std::size_t>(1, 4 / Orders), pairTokens = 2 * tileTokens;
    alignas(unitBytes) std::int32_t sums[lineRoom * Orders * 2 * tilePanels * sumsOfTile];
    const std::size_t columns = layout.columnsOf(block), lineColumns = Super ? columns : layout.lineColumns,
                      lines = columns / lineColumns;
    const auto multiply = hasUnsignedCodes(layout) ? unit.multiplyUnsigned : unit.multiplySigned;
    const bool offset = hasOffset(layout.scales);
    const std::uint8_t* const codes = Super ? decoded.digits[0][0][0] : decoded.decoded.codes[0][0];
    TileProduct product{
        .tokenStride = x.digits * x.blockColumns,
        .digitStride = x.blockColumns,
        .digits = x.digits,
        .panelStride = sizeof decoded.digits[0][0],
        .codeDigitStride = sizeof decoded.digits[0],
        .codeDigits = Orders + 1 - x.digits,
        .columns = lineColumns,
        .depth = unitDepth(layout),
        .sums = sums};
    for (std::size_t t = 0; t < tokens; t += pairTokens) {
        const std::size_t count = std::min(pairTokens, tokens - t), token = firstToken + t;
        for (std::size_t l = 0; l < lines; l += lineRoom) {
            product.tokens = x.digitsOf(block, token) + l * lineColumns;
            product.codes = codes + l * lineColumns * (unitBytes / 4);
            product.lines = std::min(lineRoom, lines - l);
            multiply(product, count > tileTokens ? 2 : 1);
            addSums<Orders, Super>(
                offset, columns / layout.lineColumns, decoded.decoded, x, x.at(block, token), count, l,
                product.lines, sums, results + t * tileRows);
        }
    }
}

/// Panels [begin, end) with tokens [firstToken, firstToken + tokens). results: [pair of
/// panels][token][tileRows].
void MultiplyPanelsByUnit(
    const PackedWeights& weights, const Activations& x, const TileUnit& unit, std::size_t begin,
    std::size_t end, std::size_t firstToken, std::size_t tokens, float* results)
{
    const PackedLayout& layout = weights.layout;
    const bool super = isSuper(layout.scales);
    std::fill_n(results, (end - begin + 1) / tilePanels * tokens * tileRows, 0.0f);
    UnitBlock decoded{};
    const TileScope scope(unit, unitDepth(layout)); // nothing below waits for other tasks
    const auto kernel = [&] {
        switch (x.digits + (super ? codeDigitsOf(layout) : 1) - 1) {
        case 1:
            return super ? multiplyBlock<1, true> : multiplyBlock<1, false>;
        case 2:
            return multiplyBlock<2, true>;
        case 3:
            return super ? multiplyBlock<3, true> : multiplyBlock<3, false>;
        default:
            return multiplyBlock<4, true>;
        }
    }();
    for (std::size_t block = 0; block < layout.blocks; ++block)
        for (std::size_t panel = begin; panel < end; panel += tilePanels) {
            const std::size_t count = std::min(tilePanels, end - panel);
            if (super) {
                decodeSuper(weights, panel, count, block, decoded);
            } else {
                decodeBlock(weights, panel, count, block, decoded.decoded);
                if (layout.zero != 0)
                    subtractZero(layout, layout.columnsOf(block), decoded.decoded);
            }
            kernel(
                layout, decoded, x, block, unit, firstToken, tokens,
                results + (panel - begin) * panelRows * tokens);
        }
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {

HWY_EXPORT(MultiplyPanelsByUnit);

std::size_t unitDepth(const PackedLayout& layout)
{
    std::size_t depth = isSuper(layout.scales) ? layout.blockColumns | layout.columnsOf(layout.blocks - 1)
                                               : layout.lineColumns;
    return std::min<std::size_t>(depth & (~depth + 1), tileColumns); // the largest power of two in it
}

std::size_t codeDigitsOf(const PackedLayout& layout)
{
    // Scales of four bits times levels of up to three fill seven.
    return isSuper(layout.scales)
            && !(layout.scales == Scales::NibbleLine && layout.bits <= 3 && layout.zero == 0)
        ? 2
        : 1;
}

bool hasUnsignedCodes(const PackedLayout& layout)
{
    return layout.bits == 8 && layout.zero == 0 && !isSuper(layout.scales);
}

void multiplyPanelsByUnit(
    const PackedWeights& weights, const Activations& x, const TileUnit& unit, std::size_t begin,
    std::size_t end, std::size_t firstToken, std::size_t tokens, float* results)
{
    HWY_DYNAMIC_DISPATCH(MultiplyPanelsByUnit)
    (weights, x, unit, begin, end, firstToken, tokens, results);
}

} // namespace tritloom::cpu
#endif
