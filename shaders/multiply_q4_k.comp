#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "super_blocks.glsl"

// The scales, 128 bytes of nibbles; value = scale * nibble - minimum.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    const vec2 line = sixBitLine(base, element / 32u);
    return Eight(
        line.x * bytesOf(nibblesAt(base + 16u, element)) - line.y,
        line.x * bytesOf(nibblesAt(base + 16u, element + 4u)) - line.y);
}

#include "multiply.glsl"
