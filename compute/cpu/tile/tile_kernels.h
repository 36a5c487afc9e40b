#pragma once

#include "compute/cpu/tile/tile_unit.h"

#include <algorithm>

/// The kernels of a tile unit, written once over its instructions. Registers gives them as static functions:
/// configure(), release(), and of registers by number zero<C>(), load<T>(from, stride), store<T>(to, stride),
/// dotSigned<C, A, B>(), dotUnsigned<C, A, B>(), dotFloats<C, A, B>().
namespace tritloom::cpu {

template <class Registers, bool Signed, int C, int A, int B>
inline void dotTiles()
{
    if constexpr (Signed)
        Registers::template dotSigned<C, A, B>();
    else
        Registers::template dotUnsigned<C, A, B>();
}

/// c += tokens * codes over a line's columns. Two tiles of tokens: four loads for four products.
template <class Registers, bool Signed, std::size_t TokenTiles>
inline void addLine(const TileProduct& product, const std::int8_t* tokens, const std::uint8_t* codes)
{
    const std::size_t stride = product.tokenStride, step = product.depth * (tileRowBytes / 4);
    for (std::size_t c = 0; c < product.columns; c += product.depth, tokens += product.depth, codes += step) {
        Registers::template load<6>(codes, tileRowBytes);
        Registers::template load<4>(tokens, stride);
        dotTiles<Registers, Signed, 0, 4, 6>();
        Registers::template load<7>(codes + product.panelStride, tileRowBytes);
        dotTiles<Registers, Signed, 1, 4, 7>();
        if constexpr (TokenTiles == 2) {
            Registers::template load<5>(tokens + tileTokens * stride, stride);
            dotTiles<Registers, Signed, 2, 5, 6>();
            dotTiles<Registers, Signed, 3, 5, 7>();
        }
    }
}

template <class Registers, bool Signed, std::size_t TokenTiles>
void multiplyLines(const TileProduct& product)
{
    std::int32_t* sums = product.sums;
    for (std::size_t line = 0; line < product.lines; ++line)
        for (std::size_t order = 0; order < product.orders(); ++order) {
            Registers::template zero<0>();
            Registers::template zero<1>();
            if constexpr (TokenTiles == 2) {
                Registers::template zero<2>();
                Registers::template zero<3>();
            }
            const std::size_t first = order < product.digits ? 0 : order - product.digits + 1;
            for (std::size_t i = first; i < std::min(product.codeDigits, order + 1); ++i)
                addLine<Registers, Signed, TokenTiles>(
                    product, product.tokens + line * product.columns + (order - i) * product.digitStride,
                    product.codes + line * product.columns * (tileRowBytes / 4)
                        + i * product.codeDigitStride);
            Registers::template store<0>(sums, tileRowBytes);
            Registers::template store<1>(sums + sumsOfTile, tileRowBytes);
            sums += 2 * sumsOfTile;
            if constexpr (TokenTiles == 2) {
                Registers::template store<2>(sums, tileRowBytes);
                Registers::template store<3>(sums + sumsOfTile, tileRowBytes);
                sums += 2 * sumsOfTile;
            }
        }
}

template <class Registers, bool Signed>
void multiplyTileProduct(const TileProduct& product, std::size_t tokenTiles)
{
    if (tokenTiles == 2)
        multiplyLines<Registers, Signed, 2>(product);
    else
        multiplyLines<Registers, Signed, 1>(product);
}

template <class Registers, std::size_t TokenTiles>
void multiplyFloatLine(const TileFloatProduct& product)
{
    constexpr std::size_t depth = tileRowBytes / 2, unit = tileRowBytes / 2; // numbers of a row, of a unit
    const std::size_t stride = product.tokenStride * 2, sumStride = product.sumStride * 4,
                      nextTile = tileTokens * product.sumStride;
    Registers::template load<0>(product.sums, sumStride);
    Registers::template load<1>(product.sums + tileTokens, sumStride);
    if constexpr (TokenTiles == 2) {
        Registers::template load<2>(product.sums + nextTile, sumStride);
        Registers::template load<3>(product.sums + nextTile + tileTokens, sumStride);
    }
    for (std::size_t i = 0; i < product.weightParts; ++i)
        for (std::size_t j = 0; j < product.parts && i + j < product.orders; ++j) {
            const std::uint16_t *tokens = product.tokens + j * product.partStride,
                                *weights = product.weights + i * product.weightPartStride;
            for (std::size_t c = 0; c < product.columns; c += depth) {
                Registers::template load<6>(weights, tileRowBytes);
                Registers::template load<4>(tokens, stride);
                Registers::template dotFloats<0, 4, 6>();
                Registers::template load<7>(weights + product.panelStride, tileRowBytes);
                Registers::template dotFloats<1, 4, 7>();
                if constexpr (TokenTiles == 2) {
                    Registers::template load<5>(tokens + tileTokens * product.tokenStride, stride);
                    Registers::template dotFloats<2, 5, 6>();
                    Registers::template dotFloats<3, 5, 7>();
                }
                tokens += depth;
                weights += depth / 2 * unit;
            }
        }
    Registers::template store<0>(product.sums, sumStride);
    Registers::template store<1>(product.sums + tileTokens, sumStride);
    if constexpr (TokenTiles == 2) {
        Registers::template store<2>(product.sums + nextTile, sumStride);
        Registers::template store<3>(product.sums + nextTile + tileTokens, sumStride);
    }
}

template <class Registers>
void multiplyTileFloats(const TileFloatProduct& product, std::size_t tokenTiles)
{
    if (tokenTiles == 2)
        multiplyFloatLine<Registers, 2>(product);
    else
        multiplyFloatLine<Registers, 1>(product);
}

/// Four independent sums in turn, as in the kernels.
template <class Registers, bool Floats>
double tileWork(std::size_t rounds)
{
    alignas(64) static constexpr std::uint8_t zeros[tileTokens * tileRowBytes]{};
    Registers::template zero<0>();
    Registers::template zero<1>();
    Registers::template zero<2>();
    Registers::template zero<3>();
    Registers::template load<4>(zeros, tileRowBytes);
    Registers::template load<5>(zeros, tileRowBytes);
    Registers::template load<6>(zeros, tileRowBytes);
    Registers::template load<7>(zeros, tileRowBytes);
    for (std::size_t i = 0; i < rounds; ++i)
        if constexpr (Floats) {
            Registers::template dotFloats<0, 4, 6>();
            Registers::template dotFloats<1, 4, 7>();
            Registers::template dotFloats<2, 5, 6>();
            Registers::template dotFloats<3, 5, 7>();
        } else {
            Registers::template dotSigned<0, 4, 6>();
            Registers::template dotSigned<1, 4, 7>();
            Registers::template dotSigned<2, 5, 6>();
            Registers::template dotSigned<3, 5, 7>();
        }
    const std::size_t depth = Floats ? tileColumns / 2 : tileColumns;
    return double(rounds) * 4 * 2 * double(tileTokens * depth * 16);
}

template <class Registers>
constexpr TileUnit tileUnitOf(std::string_view name)
{
    return {
        .name = name,
        .configure = Registers::configure,
        .release = Registers::release,
        .multiplySigned = multiplyTileProduct<Registers, true>,
        .multiplyUnsigned = multiplyTileProduct<Registers, false>,
        .multiplyFloats = multiplyTileFloats<Registers>,
        .byteWork = tileWork<Registers, false>,
        .floatWork = tileWork<Registers, true>};
}

} // namespace tritloom::cpu
