#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// f16 scale, one bit a weight; value = scale where it is set, -scale elsewhere.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), eight = byteAt(base + 2u + column % blockElements / 8u);
    const float scale = halfAt(base);
    return Eight(
        scale * (2.0 * vec4(uvec4(eight, eight >> 1u, eight >> 2u, eight >> 3u) & 1u) - 1.0),
        scale * (2.0 * vec4(uvec4(eight >> 4u, eight >> 5u, eight >> 6u, eight >> 7u) & 1u) - 1.0));
}

#include "multiply.glsl"
