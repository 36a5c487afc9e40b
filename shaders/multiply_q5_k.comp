#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "super_blocks.glsl"

// The scales, a plane of fifth bits, 128 bytes of nibbles; value = scale * code - minimum.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    const vec2 line = sixBitLine(base, element / 32u);
    const uint low = nibblesAt(base + 48u, element) | bitsAt(base + 16u, element) << 4u;
    const uint high = nibblesAt(base + 48u, element + 4u) | bitsAt(base + 16u, element + 4u) << 4u;
    return Eight(line.x * bytesOf(low) - line.y, line.x * bytesOf(high) - line.y);
}

#include "multiply.glsl"
