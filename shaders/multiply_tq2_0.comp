#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "super_blocks.glsl"

// 64 bytes of pairs, f16 scale; value = scale * (pair - 1).
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    const float scale = halfAt(base + 64u);
    return Eight(
        scale * (bytesOf(pairsAt(base, element)) - 1.0), scale * (bytesOf(pairsAt(base, element + 4u)) - 1.0));
}

#include "multiply.glsl"
