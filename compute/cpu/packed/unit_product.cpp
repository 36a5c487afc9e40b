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

/// Codes become levels, -128..127.
HWY_INLINE void subtractZero(const PackedLayout& layout, std::size_t columns, DecodedBlock& block)
{
    const auto zero = hn::Set(Bytes(), std::uint8_t(layout.zero));
    for (auto& panel : block.codes)
        for (std::size_t unit = 0; unit < columns / 4; ++unit)
            for (std::size_t i = 0; i < unitBytes; i += hn::Lanes(Bytes()))
                hn::StoreU(hn::Sub(hn::LoadU(Bytes(), panel[unit] + i), zero), Bytes(), panel[unit] + i);
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
                const auto twice = wholeTwice(line.scale);
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

/// What the unit has summed of some lines of a block with some tokens.
struct LineSums {
    const std::int32_t* sums; ///< see TileProduct
    std::size_t stride = 0; ///< from an order, or a line, to the next
    std::size_t firstLine = 0, lines = 0;
    const float *factors = nullptr, *totals = nullptr; ///< of the first token: Activations::scales, ::sums
    std::size_t tokenLines; ///< from a token to the next
    std::size_t blockLines = 0; ///< isSuper(): of the block; 0 without offsets
    bool offset; ///< not isSuper()
};

/// Adds them to the results of `Tokens` tokens of one tile from `token` on. results: of the first token,
/// [token][tileRows].
template <std::size_t Orders, bool Super, std::size_t Tokens>
HWY_INLINE void
addTokens(const DecodedBlock& block, const LineSums& from, std::size_t token, float* HWY_RESTRICT results)
{
    const Floats d;
    const float *const factors = from.factors + token * from.tokenLines,
                       *const totals = from.totals + token * from.tokenLines;
    for (std::size_t p = 0; p < tilePanels; ++p)
        for (std::size_t row = 0; row < panelRows; row += lanes) {
            float* const to = results + token * tileRows + p * panelRows + row;
            const std::int32_t* sums = from.sums + (token / tileTokens * tilePanels + p) * sumsOfTile
                + token % tileTokens * panelRows + row;
            FloatVector result[Tokens];
            for (std::size_t t = 0; t < Tokens; ++t)
                result[t] = Super ? hn::Zero(d) : hn::LoadU(d, to + t * tileRows);
            for (std::size_t l = from.firstLine; l < from.firstLine + from.lines; ++l) {
                const auto scale = hn::LoadU(d, block.scales[p][Super ? 0 : l] + row);
                FloatVector value[Tokens];
                for (std::size_t order = 0; order < Orders; ++order, sums += from.stride)
                    for (std::size_t t = 0; t < Tokens; ++t) {
                        const auto sum = hn::ConvertTo(d, hn::LoadU(Ints(), sums + t * panelRows));
                        value[t] = order == 0 ? sum : hn::MulAdd(value[t], hn::Set(d, 256), sum);
                    }
                for (std::size_t t = 0; t < Tokens; ++t) {
                    if constexpr (!Super)
                        value[t] = hn::Mul(value[t], hn::Set(d, factors[t * from.tokenLines + l]));
                    result[t] = hn::MulAdd(scale, value[t], result[t]);
                }
                if (!Super && from.offset) {
                    const auto offset = hn::LoadU(d, block.offsets[p][l] + row);
                    for (std::size_t t = 0; t < Tokens; ++t)
                        result[t] =
                            hn::MulAdd(offset, hn::Set(d, totals[t * from.tokenLines + l]), result[t]);
                }
            }
            if constexpr (Super) {
                for (std::size_t l = 0; l < from.blockLines; ++l) {
                    const auto offset = hn::LoadU(d, block.offsets[p][l] + row);
                    for (std::size_t t = 0; t < Tokens; ++t)
                        result[t] =
                            hn::MulAdd(offset, hn::Set(d, totals[t * from.tokenLines + l]), result[t]);
                }
                for (std::size_t t = 0; t < Tokens; ++t) // one scale for all lines of a block
                    result[t] = hn::MulAdd(
                        result[t], hn::Set(d, factors[t * from.tokenLines]), hn::LoadU(d, to + t * tileRows));
            }
            for (std::size_t t = 0; t < Tokens; ++t)
                hn::StoreU(result[t], d, to + t * tileRows);
        }
}

template <std::size_t Orders, bool Super>
HWY_INLINE void
addSums(const DecodedBlock& block, const LineSums& from, std::size_t tokens, float* HWY_RESTRICT results)
{
    constexpr std::size_t most = HWY_TARGET > HWY_AVX3 ? 2 : 4; // divides tileTokens
    std::size_t t = 0;
    for (; t + most <= tokens; t += most)
        addTokens<Orders, Super, most>(block, from, t, results);
    for (; t < tokens; ++t)
        addTokens<Orders, Super, 1>(block, from, t, results);
}

/// Some blocks of two panels with all tokens. results: [token][tileRows].
template <std::size_t Orders, bool Super>
void multiplyBlocks(
    const PackedLayout& layout, const UnitBlock* decoded, std::size_t firstBlock, std::size_t blocks,
    const Activations& x, const TileUnit& unit, std::size_t firstToken, std::size_t tokens, float* results)
{
    constexpr std::size_t lineRoom = std::max<std::size_t>(1, 4 / Orders), pairTokens = 2 * tileTokens;
    alignas(unitBytes) std::int32_t sums[lineRoom * Orders * 2 * tilePanels * sumsOfTile];
    const auto multiply = hasUnsignedCodes(layout) ? unit.multiplyUnsigned : unit.multiplySigned;
    TileProduct product{
        .tokenStride = x.digits * x.blockColumns,
        .digitStride = x.blockColumns,
        .digits = x.digits,
        .panelStride = sizeof decoded->digits[0][0],
        .codeDigitStride = sizeof decoded->digits[0],
        .codeDigits = Orders + 1 - x.digits,
        .depth = unitDepth(layout),
        .sums = sums};
    LineSums from{.sums = sums, .tokenLines = x.lines, .offset = hasOffset(layout.scales)};
    for (std::size_t t = 0; t < tokens; t += pairTokens) {
        const std::size_t count = std::min(pairTokens, tokens - t), tiles = count > tileTokens ? 2 : 1;
        from.stride = tiles * tilePanels * sumsOfTile;
        for (std::size_t b = 0; b < blocks; ++b) { // results and tokens stay in the level-1 cache
            const UnitBlock& block = decoded[b];
            const std::size_t index = firstBlock + b, columns = layout.columnsOf(index),
                              token = firstToken + t, at = x.at(index, token) * x.lines;
            product.columns = Super ? columns : layout.lineColumns;
            from.factors = x.scales.data() + at;
            from.totals = x.sums.data() + at;
            from.blockLines = from.offset ? columns / layout.lineColumns : 0;
            const std::uint8_t* const codes = Super ? block.digits[0][0][0] : block.decoded.codes[0][0];
            const std::size_t lines = columns / product.columns;
            for (std::size_t l = 0; l < lines; l += lineRoom) {
                product.tokens = x.digitsOf(index, token) + l * product.columns;
                product.codes = codes + l * product.columns * (unitBytes / 4);
                from.firstLine = l;
                from.lines = product.lines = std::min(lineRoom, lines - l);
                multiply(product, tiles);
                addSums<Orders, Super>(block.decoded, from, count, results + t * tileRows);
            }
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
    // Two blocks of one digit, or one of two, take 16 KB.
    const std::size_t atOnce = super ? 1 : 2;
    UnitBlock decoded[2]{};
    const TileScope scope(unit, unitDepth(layout)); // nothing below waits for other tasks
    const auto kernel = [&] {
        switch (x.digits + (super ? codeDigitsOf(layout) : 1) - 1) {
        case 1:
            return super ? multiplyBlocks<1, true> : multiplyBlocks<1, false>;
        case 2:
            return multiplyBlocks<2, true>;
        case 3:
            return super ? multiplyBlocks<3, true> : multiplyBlocks<3, false>;
        default:
            return multiplyBlocks<4, true>;
        }
    }();
    // The blocks' activations stay in the level-2 cache for all panels.
    for (std::size_t first = 0; first < layout.blocks; first += atOnce)
        for (std::size_t panel = begin; panel < end; panel += tilePanels) {
            const std::size_t count = std::min(tilePanels, end - panel),
                              blocks = std::min(atOnce, layout.blocks - first);
            for (std::size_t b = 0; b < blocks; ++b)
                if (super) {
                    decodeSuper(weights, panel, count, first + b, decoded[b]);
                } else {
                    decodeBlock(weights, panel, count, first + b, decoded[b].decoded);
                    if (layout.zero != 0)
                        subtractZero(layout, layout.columnsOf(first + b), decoded[b].decoded);
                }
            kernel(
                layout, decoded, first, blocks, x, unit, firstToken, tokens,
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
