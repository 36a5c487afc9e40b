#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"

// f16 scale, one bit a weight; value = scale where it is set, -scale elsewhere.
vec2 lineAt(uint row, uint column)
{
    return vec2(halfAt(blockAt(row, column)), 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint eight = byteAt(blockAt(row, column) + 2u + column % blockElements / 8u);
    return uvec2(lessZero(2u * spreadBits(eight), 1u), lessZero(2u * spreadBits(eight >> 4u), 1u));
}

#include "whole_numbers.glsl"
