#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "super_blocks.glsl"

// The scales, 128 bytes of nibbles; value = scale * nibble - minimum.
vec2 lineAt(uint row, uint column)
{
    return sixBitLine(blockAt(row, column), column % 256u / 32u);
}

uvec2 codes8(uint row, uint column)
{
    const uint base = blockAt(row, column) + 16u, element = column % 256u;
    return uvec2(nibblesAt(base, element), nibblesAt(base, element + 4u));
}

#include "whole_numbers.glsl"
