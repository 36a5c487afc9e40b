#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"
#include "super_blocks.glsl"

// Four bits of four elements of a half of 128: bytes 64 h and on hold the first 64 below, the others above.
uint lowAt(uint base, uint element)
{
    return wordAt(base + element / 128u * 64u + element % 64u) >> element % 128u / 64u * 4u & 0x0f0f0f0fu;
}

// 128 bytes of low nibbles, 64 of high pairs, 16 signed scales, f16 scale; value = scale * (code - 32).
vec2 lineAt(uint row, uint column)
{
    const uint base = blockAt(row, column);
    return vec2(halfAt(base + 208u) * float(int(byteAt(base + 192u + column % 256u / 16u) << 24u) >> 24), 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    return uvec2(
        lessZero(lowAt(base, element) | pairsAt(base + 128u, element) << 4u, 32u),
        lessZero(lowAt(base, element + 4u) | pairsAt(base + 128u, element + 4u) << 4u, 32u));
}

#include "whole_numbers.glsl"
