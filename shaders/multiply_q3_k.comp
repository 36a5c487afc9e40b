#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"
#include "super_blocks.glsl"

// 32 bytes of high bits, 64 of pairs, 12 of 6-bit scales plus 32, f16 scale; value = scale * (code - 4).
vec2 lineAt(uint row, uint column)
{
    const uint base = blockAt(row, column), s = column % 256u / 16u;
    const uint nibble = byteAt(base + 96u + s % 8u) >> s / 8u * 4u & 15u;
    const uint pair = byteAt(base + 104u + s % 4u) >> s / 4u * 2u & 3u;
    return vec2(halfAt(base + 108u) * float(int(nibble | pair << 4u) - 32), 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    return uvec2(
        lessZero(pairsAt(base + 32u, element) | bitsAt(base, element) << 2u, 4u),
        lessZero(pairsAt(base + 32u, element + 4u) | bitsAt(base, element + 4u) << 2u, 4u));
}

#include "whole_numbers.glsl"
