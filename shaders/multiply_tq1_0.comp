#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"

// A digit of four bytes. A byte is the fraction t0 / 3 + t1 / 9 + ..., rounded up: times 3, the carry is t0.
uint digitsAt(uint at, uint index)
{
    const uint power = index == 0u ? 1u : index == 1u ? 3u : index == 2u ? 9u : index == 3u ? 27u : 81u;
    const uint word = wordAt(at);
    const uvec4 bytes = uvec4(word & 255u, word >> 8u & 255u, word >> 16u & 255u, word >> 24u);
    return lessZero(packedBytes((bytes * power & 255u) * 3u >> 8u), 1u);
}

uint fourAt(uint base, uint element)
{
    if (element < 160u) // five digits of 32 bytes
        return digitsAt(base + element % 32u, element / 32u);
    if (element < 240u) // five digits of 16 bytes
        return digitsAt(base + 32u + element % 16u, (element - 160u) / 16u);
    return digitsAt(base + 48u, (element - 240u) / 4u); // four digits of 4 bytes
}

// 52 bytes of digits in base 3, f16 scale; value = scale * (digit - 1).
vec2 lineAt(uint row, uint column)
{
    return vec2(halfAt(blockAt(row, column) + 52u), 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    return uvec2(fourAt(base, element), fourAt(base, element + 4u));
}

#include "whole_numbers.glsl"
