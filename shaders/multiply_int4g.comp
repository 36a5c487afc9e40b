#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// A block: f16 scale, then blockElements / 2 bytes of two's complement nibbles, low nibble first.
Eight decode8(uint row, uint column)
{
    const uint block = row * (columnCount / blockElements) + column / blockElements;
    const uint base = block * (2u + blockElements / 2u);
    const int fields = int(wordAt(base + 2u + column % blockElements / 2u));
    const ivec4 low = ivec4(fields << 28, fields << 24, fields << 20, fields << 16) >> 28;
    const ivec4 high = ivec4(fields << 12, fields << 8, fields << 4, fields) >> 28;
    const float scale = halfAt(base);
    return Eight(scale * vec4(low), scale * vec4(high));
}

#include "multiply.glsl"
