#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "super_blocks.glsl"

// 16 bytes (nibbles: scale, minimum), 64 bytes of pairs, f16 scale, f16 step of minima.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u, line = byteAt(base + element / 16u);
    const float scale = halfAt(base + 80u) * float(line & 15u), minimum = halfAt(base + 82u) * float(line >> 4u);
    return Eight(
        scale * bytesOf(pairsAt(base + 16u, element)) - minimum,
        scale * bytesOf(pairsAt(base + 16u, element + 4u)) - minimum);
}

#include "multiply.glsl"
