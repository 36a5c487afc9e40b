#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "super_blocks.glsl"

// 16 bytes (nibbles: scale, minimum), 64 bytes of pairs, f16 scale, f16 step of minima.
vec2 lineAt(uint row, uint column)
{
    const uint base = blockAt(row, column), line = byteAt(base + column % 256u / 16u);
    return vec2(halfAt(base + 80u) * float(line & 15u), -halfAt(base + 82u) * float(line >> 4u));
}

uvec2 codes8(uint row, uint column)
{
    const uint base = blockAt(row, column) + 16u, element = column % 256u;
    return uvec2(pairsAt(base, element), pairsAt(base, element + 4u));
}

#include "whole_numbers.glsl"
