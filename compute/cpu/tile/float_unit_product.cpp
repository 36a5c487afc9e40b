// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/tile/float_unit_product.h"

#include "compute/cpu/output.h"
#include "core/base/parallel.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/tile/float_unit_product.cpp"
#include "hwy/foreach_target.h" // IWYU pragma: keep
#include "hwy/highway.h"

#ifndef TRITLOOM_CPU_FLOAT_UNIT_PRODUCT
#define TRITLOOM_CPU_FLOAT_UNIT_PRODUCT
namespace tritloom::cpu {

inline constexpr std::size_t pairRows = 2 * tileTokens; ///< rows of weights that are multiplied at once

/// 128 columns of 32 rows of weights, split, as the unit reads them.
struct alignas(64) SplitWeights {
    std::uint16_t numbers[SplitTokens::parts][2][SplitTokens::blockColumns / 2][tileRowBytes / 2];
};

constexpr std::size_t bytesOf(FloatKind kind)
{
    return kind == FloatKind::F32 ? 4 : 2;
}
/// How many bf16 hold every bit.
constexpr std::size_t partsOf(FloatKind kind)
{
    return kind == FloatKind::F32 ? 3 : kind == FloatKind::F16 ? 2 : 1;
}

} // namespace tritloom::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;
using Bits = hn::RebindToUnsigned<Floats>;

/// Takes the nearest bf16 off `rest` and gives it, in the upper half of its lanes.
HWY_INLINE hn::Vec<Bits> takePart(hn::Vec<Floats>& rest)
{
    const Bits bits;
    const auto whole = hn::BitCast(bits, rest), upper = hn::Set(bits, 0xffff0000u);
    const auto even = hn::And(hn::ShiftRight<16>(whole), hn::Set(bits, 1));
    const auto nearest = hn::And(hn::Add(whole, hn::Add(even, hn::Set(bits, 0x7fff))), upper);
    // The largest numbers would become infinite.
    const auto exponent = hn::Set(bits, 0x7f800000u);
    const auto part =
        hn::IfThenElse(hn::Eq(hn::And(nearest, exponent), exponent), hn::And(whole, upper), nearest);
    rest = hn::Sub(rest, hn::BitCast(Floats(), part));
    return part;
}

/// One token's columns of a block, in three parts. x: blockColumns numbers.
void SplitBlock(const float* x, std::uint16_t* parts)
{
    const Floats d;
    const hn::Rebind<std::uint16_t, Floats> stored;
    for (std::size_t c = 0; c < SplitTokens::blockColumns; c += hn::Lanes(d)) {
        auto rest = hn::LoadU(d, x + c);
        for (std::size_t part = 0; part < SplitTokens::parts; ++part)
            hn::StoreU(
                hn::DemoteTo(
                    stored, hn::BitCast(hn::RebindToSigned<Floats>(), hn::ShiftRight<16>(takePart(rest)))),
                stored, parts + part * SplitTokens::blockColumns + c);
    }
}

/// 32 rows of floats, [row][blockColumns], of which `columns` count.
void SplitRows(const float* rows, std::size_t columns, std::size_t parts, SplitWeights& out)
{
    const Floats d;
    const Bits bits;
    const hn::RebindToSigned<Floats> ints;
    const auto rowStarts = hn::Mul(hn::Iota(ints, 0), hn::Set(ints, std::int32_t(SplitTokens::blockColumns)));
    for (std::size_t panel = 0; panel < 2; ++panel)
        for (std::size_t c = 0; c < columns; c += 2)
            for (std::size_t row = 0; row < tileTokens; row += hn::Lanes(d)) {
                const float* const from = rows + (panel * tileTokens + row) * SplitTokens::blockColumns + c;
                auto even = hn::GatherIndex(d, from, rowStarts),
                     odd = hn::GatherIndex(d, from + 1, rowStarts);
                for (std::size_t part = 0; part < parts; ++part) {
                    const auto low = hn::ShiftRight<16>(takePart(even)), high = takePart(odd);
                    hn::StoreU(
                        hn::Or(low, high), bits,
                        reinterpret_cast<std::uint32_t*>(out.numbers[part][panel][c / 2]) + row);
                }
            }
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom::cpu {

HWY_EXPORT(SplitBlock);
HWY_EXPORT(SplitRows);

namespace {

constexpr std::size_t taskRows =
    4 * pairRows; ///< whose results for `taskTokens` tokens stay in the level-2 cache
constexpr std::size_t taskTokens = 512;

/// The unit stores whole tiles of tokens.
std::size_t wholeTiles(std::size_t tokens)
{
    return (tokens + tileTokens - 1) / tileTokens * tileTokens;
}

/// Rows [begin, end) with some tokens. results: [pair of panels][wholeTiles(tokens)][pairRows].
void multiplyRows(
    FloatKind kind, const std::byte* rows, std::size_t begin, std::size_t end, const SplitTokens& x,
    const TileUnit& unit, std::size_t firstToken, std::size_t tokens, float* results)
{
    constexpr std::size_t block = SplitTokens::blockColumns, unitColumns = tileRowBytes / 2,
                          pairTokens = 2 * tileTokens;
    const std::size_t bytes = bytesOf(kind), parts = partsOf(kind);
    alignas(64) float decoded[pairRows * block] = {};
    SplitWeights split{};
    TileFloatProduct product{
        .tokenStride = SplitTokens::parts * block,
        .partStride = block,
        .parts = SplitTokens::parts,
        .weights = split.numbers[0][0][0],
        .panelStride = sizeof split.numbers[0][0] / 2,
        .weightPartStride = sizeof split.numbers[0] / 2,
        .weightParts = parts,
        .orders = SplitTokens::parts,
        .sumStride = pairRows};
    const TileScope scope(unit, tileColumns); // nothing below waits for other tasks
    for (std::size_t b = 0; b < x.blocks(); ++b) {
        const std::size_t columns = std::min(block, x.columns - b * block);
        product.columns = (columns + unitColumns - 1) / unitColumns * unitColumns;
        for (std::size_t row = begin; row < end; row += pairRows) {
            if (columns < block)
                std::fill(std::begin(decoded), std::end(decoded), 0.0f);
            for (std::size_t r = row; r < std::min(row + pairRows, end); ++r)
                decodeFloats(
                    kind, rows + (r * x.columns + b * block) * bytes,
                    std::span(decoded).subspan((r - row) * block, columns));
            HWY_DYNAMIC_DISPATCH(SplitRows)(decoded, product.columns, parts, split);
            for (std::size_t t = 0; t < tokens; t += pairTokens) {
                product.tokens = x.at(b, firstToken + t);
                product.sums = results + ((row - begin) / pairRows * wholeTiles(tokens) + t) * pairRows;
                unit.multiplyFloats(product, tokens - t > tileTokens ? 2 : 1);
            }
        }
    }
}

} // namespace

SplitTokens splitTokens(std::span<const float> x, std::size_t tokens, std::size_t columns)
{
    SplitTokens split{.tokens = tokens, .columns = columns, .numbers = nullptr};
    constexpr std::size_t block = SplitTokens::blockColumns;
    // The unit reads whole tiles of tokens: what lies past the last is not used, but must be there.
    split.numbers = scratch((split.blocks() * tokens + tileTokens) * SplitTokens::parts * block * 2);
    const auto splitBlock = HWY_DYNAMIC_DISPATCH(SplitBlock);
    parallelFor(tokens, 16, [&](std::size_t begin, std::size_t end) {
        for (std::size_t t = begin; t < end; ++t)
            for (std::size_t b = 0; b < split.blocks(); ++b) {
                const auto from = x.subspan(t * columns + b * block, std::min(block, columns - b * block));
                if (from.size() == block) {
                    splitBlock(from.data(), split.at(b, t));
                } else {
                    float padded[block] = {};
                    std::copy(from.begin(), from.end(), padded);
                    splitBlock(padded, split.at(b, t));
                }
            }
    });
    return split;
}

void multiplyFloatColumns(
    FloatKind kind, const std::byte* rows, std::size_t rowCount, const SplitTokens& x, const TileUnit& unit,
    std::span<float> y, const std::stop_token& stop)
{
    parallelFor(rowCount, taskRows, [&](std::size_t begin, std::size_t end) {
        const std::size_t pairs = (end - begin + pairRows - 1) / pairRows,
                          numbers = pairs * wholeTiles(std::min(x.tokens, taskTokens)) * pairRows;
        const auto room = scratch(numbers * sizeof(float));
        float* const results = static_cast<float*>(room.get());
        for (std::size_t first = 0; first < x.tokens && !stop.stop_requested(); first += taskTokens) {
            const std::size_t count = std::min(taskTokens, x.tokens - first);
            std::fill_n(results, numbers, 0.0f);
            multiplyRows(kind, rows, begin, end, x, unit, first, count, results);
            for (std::size_t t = 0; t < count; ++t) // what lies together in y is written together
                for (std::size_t row = begin; row < end; row += pairRows)
                    std::copy_n(
                        results + ((row - begin) / pairRows * wholeTiles(count) + t) * pairRows,
                        std::min(pairRows, end - row), y.data() + (first + t) * rowCount + row);
        }
    });
}

} // namespace tritloom::cpu
#endif
