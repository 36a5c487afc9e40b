// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/packed/product.h"

#include "compute/cpu/dense.h"
#include "compute/cpu/output.h"
#include "compute/cpu/packed/unit_product.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/packed/tile_product.cpp"
#include "hwy/foreach_target.h" // IWYU pragma: keep

#include "compute/cpu/packed/tile-sums-inl.h" // after it

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {

/// How the sums of a block's lines come together.
enum class Kind {
    Line, ///< each times its scale and that of its activations
    Super, ///< each times its scale, all of them times the one scale of the activations
    Folded, ///< scales are in the codes: the block is one line, but for its offsets
};

HWY_INLINE Kind kindOf(const PackedLayout& layout)
{
    return !isSuper(layout.scales) ? Kind::Line : codeDigitsOf(layout) == 1 ? Kind::Folded : Kind::Super;
}

/// Adds one block's products of two panels with `Tokens` tokens. results: [token][tileRows].
/// Steps: columns of a line / 4 where that is 4 or 8, else 0.
template <CodeSize Size, std::size_t Digits, std::size_t Tokens, std::size_t Steps, Kind K>
void multiplyTile(
    const PackedLayout& layout, const DecodedBlock& decoded, const Activations& x, std::size_t block,
    std::size_t token, float* HWY_RESTRICT results)
{
    constexpr bool Super = K != Kind::Line, Folded = K == Kind::Folded,
                   Signed = Size == CodeSize::Level; // without zero points
    const Floats d;
    const Ints ints;
    const std::size_t columns = layout.columnsOf(block), lineColumns = Folded ? columns : layout.lineColumns,
                      lines = columns / lineColumns, lineSteps = lineColumns / 4,
                      digitStride = x.blockColumns, tokenStride = x.digits * x.blockColumns,
                      tokenLines = x.lines, at = x.at(block, token) * x.lines;
    const bool offset = !Folded && hasOffset(layout.scales);
    const std::int8_t* const digits = x.digitsOf(block, token);
    const float *const factors = x.scales.data() + at, *const totals = x.sums.data() + at;
    const std::int32_t* const starts = x.starts.data() + 2 * at;
    for (std::size_t row = 0; row < panelRows; row += lanes) {
        FloatVector result[tilePanels][Tokens];
        for (std::size_t p = 0; p < tilePanels; ++p)
            for (std::size_t t = 0; t < Tokens; ++t)
                result[p][t] =
                    Super ? hn::Zero(d) : hn::LoadU(d, results + t * tileRows + p * panelRows + row);
        for (std::size_t l = 0; l < lines; ++l) {
            const std::size_t unit = l * lineSteps;
            const LineCodes codes = {
                {decoded.codes[0][unit] + 4 * row, decoded.codes[1][unit] + 4 * row},
                {decoded.levels[0][unit] + 4 * row, decoded.levels[1][unit] + 4 * row}};
            const std::int8_t* const from = digits + 4 * unit;
            IntVector sums[tilePanels][Tokens], high[tilePanels][Tokens];
            if constexpr (Digits == 3) {
                for (std::size_t t = 0; t < Tokens; ++t) {
                    high[0][t] = high[1][t] = hn::Set(ints, starts[2 * (t * tokenLines + l)]);
                    sums[0][t] = sums[1][t] = hn::Zero(ints);
                }
                addColumns<Size, Tokens, Steps>(high, codes, from, tokenStride, lineSteps);
                addColumns<Size, Tokens, Steps>(sums, codes, from + digitStride, tokenStride, lineSteps);
                for (std::size_t t = 0; t < Tokens; ++t) {
                    const auto start = hn::Set(ints, starts[2 * (t * tokenLines + l) + 1]);
                    sums[0][t] = hn::Add(hn::ShiftLeft<8>(sums[0][t]), start);
                    sums[1][t] = hn::Add(hn::ShiftLeft<8>(sums[1][t]), start);
                }
                addColumns<Size, Tokens, Steps>(sums, codes, from + 2 * digitStride, tokenStride, lineSteps);
            } else {
                for (std::size_t t = 0; t < Tokens; ++t)
                    sums[0][t] = sums[1][t] =
                        hn::Set(ints, Signed ? 0 : starts[2 * (t * tokenLines + l) + 1]);
                addColumns<Size, Tokens, Steps>(sums, codes, from, tokenStride, lineSteps);
            }
            for (std::size_t p = 0; p < tilePanels; ++p) {
                const auto scale = hn::LoadU(d, decoded.scales[p][l] + row);
                for (std::size_t t = 0; t < Tokens; ++t) {
                    auto value = hn::ConvertTo(d, sums[p][t]);
                    if constexpr (Digits == 3)
                        value = hn::MulAdd(hn::ConvertTo(d, high[p][t]), hn::Set(d, 65536), value);
                    if constexpr (!Super)
                        value = hn::Mul(value, hn::Set(d, factors[t * tokenLines + l]));
                    result[p][t] = hn::MulAdd(scale, value, result[p][t]);
                }
                if (offset) {
                    const auto shift = hn::LoadU(d, decoded.offsets[p][l] + row);
                    for (std::size_t t = 0; t < Tokens; ++t)
                        result[p][t] =
                            hn::MulAdd(shift, hn::Set(d, totals[t * tokenLines + l]), result[p][t]);
                }
            }
        }
        for (std::size_t p = 0; p < tilePanels; ++p)
            for (std::size_t t = 0; t < Tokens; ++t) {
                float* const to = results + t * tileRows + p * panelRows + row;
                if constexpr (Super) // one scale for all lines of a block
                    result[p][t] =
                        hn::MulAdd(result[p][t], hn::Set(d, factors[t * tokenLines]), hn::LoadU(d, to));
                hn::StoreU(result[p][t], d, to);
            }
    }
}

/// Adds what the offsets of a folded block's lines make of `Tokens` tokens. A pass of its own: the sums above
/// need all registers.
template <std::size_t Tokens>
HWY_NOINLINE void addOffsets(
    const PackedLayout& layout, const DecodedBlock& decoded, const Activations& x, std::size_t block,
    std::size_t token, float* HWY_RESTRICT results)
{
    const Floats d;
    const std::size_t lines = layout.columnsOf(block) / layout.lineColumns, tokenLines = x.lines,
                      at = x.at(block, token) * x.lines;
    const float *const factors = x.scales.data() + at, *const totals = x.sums.data() + at;
    for (std::size_t p = 0; p < tilePanels; ++p)
        for (std::size_t row = 0; row < panelRows; row += lanes) {
            FloatVector sums[Tokens];
            for (std::size_t t = 0; t < Tokens; ++t)
                sums[t] = hn::Zero(d);
            for (std::size_t l = 0; l < lines; ++l) {
                const auto offset = hn::LoadU(d, decoded.offsets[p][l] + row);
                for (std::size_t t = 0; t < Tokens; ++t)
                    sums[t] = hn::MulAdd(offset, hn::Set(d, totals[t * tokenLines + l]), sums[t]);
            }
            for (std::size_t t = 0; t < Tokens; ++t) {
                float* const to = results + t * tileRows + p * panelRows + row;
                hn::StoreU(hn::MulAdd(sums[t], hn::Set(d, factors[t * tokenLines]), hn::LoadU(d, to)), d, to);
            }
        }
}

template <CodeSize Size, std::size_t Digits, std::size_t Steps, Kind K>
void multiplyTokens(
    const PackedLayout& layout, const DecodedBlock& decoded, const Activations& x, std::size_t block,
    std::size_t begin, std::size_t end, float* results)
{
    // Tokens whose sums the registers hold.
    constexpr std::size_t few = Size == CodeSize::Nibble || Size == CodeSize::Level ? 4 : 2,
                          many = Digits == 3 ? 4 : 6, most = HWY_TARGET > HWY_AVX3 ? few : many;
    const auto some = [&](auto count, std::size_t t) {
        constexpr std::size_t tokens = decltype(count)::value;
        float* const to = results + (t - begin) * tileRows;
        multiplyTile<Size, Digits, tokens, Steps, K>(layout, decoded, x, block, t, to);
        if constexpr (K == Kind::Folded)
            addOffsets<tokens>(layout, decoded, x, block, t, to);
    };
    std::size_t t = begin;
    for (; t + most <= end; t += most)
        some(std::integral_constant<std::size_t, most>(), t);
    for (; t < end; ++t)
        some(std::integral_constant<std::size_t, 1>(), t);
}

template <CodeSize Size, std::size_t Digits>
void chooseLine(
    const PackedLayout& layout, const DecodedBlock& decoded, const Activations& x, std::size_t block,
    std::size_t begin, std::size_t end, float* results)
{
    const auto choose = [&](auto stepsOfLine) {
        constexpr std::size_t lineSteps = decltype(stepsOfLine)::value;
        const auto multiply = kindOf(layout) == Kind::Super
            ? multiplyTokens<Size, Digits, lineSteps, Kind::Super>
            : multiplyTokens<Size, Digits, lineSteps, Kind::Line>;
        multiply(layout, decoded, x, block, begin, end, results);
    };
    if (kindOf(layout) == Kind::Folded)
        return multiplyTokens<Size, Digits, 0, Kind::Folded>(layout, decoded, x, block, begin, end, results);
    if (layout.lineColumns == 16)
        choose(std::integral_constant<std::size_t, 4>());
    else if (layout.lineColumns == 32)
        choose(std::integral_constant<std::size_t, 8>());
    else
        choose(std::integral_constant<std::size_t, 0>());
}

/// Panels [begin, end) with tokens [firstToken, firstToken + tokens). results: [pair of
/// panels][token][tileRows].
void MultiplyPanelTokens(
    const PackedWeights& weights, const Activations& x, std::size_t begin, std::size_t end,
    std::size_t firstToken, std::size_t tokens, float* results)
{
    const PackedLayout& layout = weights.layout;
    const bool isNibble =
        layout.bits <= 4 && layout.levels != Levels::Table && kindOf(layout) != Kind::Folded;
    const bool hasLevels = hasWordSums && layout.zero == 128 && x.lowestDigit > -128;
    const CodeSize size = hasWideCodes(layout) ? (hasLevels ? CodeSize::Level : CodeSize::Byte)
        : isNibble                             ? CodeSize::Nibble
                                               : CodeSize::Seven;
    std::fill_n(results, (end - begin + 1) / tilePanels * tokens * tileRows, 0.0f);
    DecodedBlock decoded{};
    const auto decode = kindOf(layout) == Kind::Folded ? decodeFolded : decodeBlock;
    // A block's activations stay in the level-2 cache for all panels.
    for (std::size_t block = 0; block < layout.blocks; ++block)
        for (std::size_t panel = begin; panel < end; panel += tilePanels) {
            float* const to = results + (panel - begin) * panelRows * tokens;
            decode(weights, panel, std::min(tilePanels, end - panel), block, decoded);
            if (size == CodeSize::Level)
                signCodes(layout.columnsOf(block) / 4, layout.zero, decoded);
            const auto multiply = [&](auto codeSize) {
                constexpr CodeSize Size = decltype(codeSize)::value;
                const auto choose = [&](auto digits) {
                    chooseLine<Size, decltype(digits)::value>(
                        layout, decoded, x, block, firstToken, firstToken + tokens, to);
                };
                if constexpr (hasByteDot) { // three digits are only asked for there
                    if (x.digits == 3)
                        return choose(std::integral_constant<std::size_t, 3>());
                }
                choose(std::integral_constant<std::size_t, 1>());
            };
            using std::integral_constant;
            if (hasByteDot || size == CodeSize::Byte)
                multiply(integral_constant<CodeSize, CodeSize::Byte>());
            else if constexpr (!hasByteDot) {
                if (size == CodeSize::Level)
                    multiply(
                        integral_constant < CodeSize, hasWordSums ? CodeSize::Level : CodeSize::Byte > ());
                else if (size == CodeSize::Nibble)
                    multiply(integral_constant<CodeSize, CodeSize::Nibble>());
                else
                    multiply(integral_constant<CodeSize, CodeSize::Seven>());
            }
        }
}

/// Panel `panel` as floats, inner dimension first: out[c * stride + row].
void DecodePanel(const PackedWeights& weights, std::size_t panel, float* out, std::size_t stride)
{
    const PackedLayout& layout = weights.layout;
    const Floats d;
    const Ints ints;
    DecodedBlock decoded;
    for (std::size_t block = 0; block < layout.blocks; ++block) {
        decodeBlock(weights, panel, 1, block, decoded);
        const std::size_t first = block * layout.blockColumns,
                          columns = std::min(
                              layout.columnsOf(block), layout.columns - std::min(first, layout.columns));
        for (std::size_t c = 0; c < columns; ++c)
            for (std::size_t row = 0; row < panelRows; row += lanes) {
                const auto four =
                    hn::LoadU(ints, reinterpret_cast<const std::int32_t*>(decoded.codes[0][c / 4] + 4 * row));
                const auto code = hn::And(hn::ShiftRightSame(four, int(c % 4 * 8)), hn::Set(ints, 255));
                const std::size_t l = c / layout.lineColumns;
                auto offset = hn::LoadU(d, decoded.offsets[0][l] + row);
                auto level = layout.levels == Levels::Fraction
                    ? hn::GatherIndex(d, layout.table.data(), code)
                    : hn::ConvertTo(d, hn::Sub(code, hn::Set(ints, layout.zero)));
                if (layout.scales == Scales::HalfPlanes) {
                    offset = hn::Mul(offset, hn::ConvertTo(d, hn::ShiftRight<1>(code)));
                    level = hn::ConvertTo(d, hn::And(code, hn::Set(ints, 1)));
                }
                hn::StoreU(
                    hn::MulAdd(
                        hn::LoadU(d, decoded.scales[0][l] + row), hn::Mul(level, hn::Set(d, layout.unit)),
                        offset),
                    d, out + (first + c) * stride + row);
            }
    }
}

bool HasByteDot()
{
    return hasByteDot;
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {

HWY_EXPORT(MultiplyPanelTokens);
HWY_EXPORT(DecodePanel);
HWY_EXPORT(HasByteDot);

namespace {

constexpr std::size_t taskPanels = 8; ///< whose results for `taskTokens` tokens stay in the level-2 cache
constexpr std::size_t taskTokens = 512;

} // namespace

void multiplyColumns(
    const PackedWeights& weights, const Activations& x, std::span<float> y, const std::stop_token& stop)
{
    const std::size_t tokens = x.tokens;
    const std::size_t outputs = weights.layout.rows;
    const TileUnit* const unit = chosenTileUnit();
    // The kernels below have three digits only where there is an instruction for them.
    const std::size_t least = x.digits == 3 && !HWY_DYNAMIC_DISPATCH(HasByteDot)() ? 0 : leastUnitTokens;
    parallelFor(weights.layout.panels, taskPanels, [&](std::size_t begin, std::size_t end) {
        const auto room =
            scratch((end - begin + 1) / tilePanels * tileRows * std::min(tokens, taskTokens) * sizeof(float));
        float* const results = static_cast<float*>(room.get());
        for (std::size_t first = 0; first < tokens && !stop.stop_requested(); first += taskTokens) {
            const std::size_t count = std::min(taskTokens, tokens - first);
            if (unit != nullptr && count >= least)
                multiplyPanelsByUnit(weights, x, *unit, begin, end, first, count, results);
            else
                HWY_DYNAMIC_DISPATCH(MultiplyPanelTokens)(weights, x, begin, end, first, count, results);
            for (std::size_t t = 0; t < count; ++t) // what lies together in y is written together
                for (std::size_t row = begin * panelRows; row < std::min(end * panelRows, outputs);
                     row += tileRows)
                    std::copy_n(
                        results + (row - begin * panelRows) * count + t * tileRows,
                        std::min({tileRows, outputs - row, end * panelRows - row}),
                        y.data() + (first + t) * outputs + row);
        }
    });
}

void decodedColumns(
    const PackedWeights& weights, std::span<const float> x, std::size_t tokens, std::span<float> y,
    const std::stop_token& stop)
{
    const PackedLayout& layout = weights.layout;
    const std::size_t outputs = layout.rows;
    parallelFor(layout.panels, taskPanels, [&](std::size_t begin, std::size_t end) {
        if (stop.stop_requested())
            return;
        const std::size_t stride = (end - begin) * panelRows;
        const auto room = scratch(layout.columns * stride * sizeof(float));
        float* const decoded = static_cast<float*>(room.get());
        for (std::size_t panel = begin; panel < end; ++panel)
            HWY_DYNAMIC_DISPATCH(DecodePanel)
        (weights, panel, decoded + (panel - begin) * panelRows, stride);
        multiplyPlain(
            tokens, std::min(stride, outputs - begin * panelRows), layout.columns, x.data(), layout.columns,
            decoded, stride, y.data() + begin * panelRows, outputs);
    });
}

bool decodesColumns(const PackedLayout& layout, ActivationMode mode)
{
    // Three digits of whole numbers cost less than floats only where there is an instruction for them.
    const bool hasInstruction = HWY_DYNAMIC_DISPATCH(HasByteDot)() || chosenTileUnit() != nullptr;
    return alwaysDecodesColumns(layout) || (mode == ActivationMode::Exact && !hasInstruction);
}

} // namespace tritloom::cpu
#endif
