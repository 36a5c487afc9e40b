#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "super_blocks.glsl"

// The scales, a plane of fifth bits, 128 bytes of nibbles; value = scale * code - minimum.
vec2 lineAt(uint row, uint column)
{
    return sixBitLine(blockAt(row, column), column % 256u / 32u);
}

uvec2 codes8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    return uvec2(
        nibblesAt(base + 48u, element) | bitsAt(base + 16u, element) << 4u,
        nibblesAt(base + 48u, element + 4u) | bitsAt(base + 16u, element + 4u) << 4u);
}

#include "whole_numbers.glsl"
