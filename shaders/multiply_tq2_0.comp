#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"
#include "super_blocks.glsl"

// 64 bytes of pairs, f16 scale; value = scale * (pair - 1).
vec2 lineAt(uint row, uint column)
{
    return vec2(halfAt(blockAt(row, column) + 64u), 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    return uvec2(lessZero(pairsAt(base, element), 1u), lessZero(pairsAt(base, element + 4u), 1u));
}

#include "whole_numbers.glsl"
