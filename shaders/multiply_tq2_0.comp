#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

vec4 digits(uint word)
{
    return vec4(ivec4(word & 3u, word >> 8u & 3u, word >> 16u & 3u, word >> 24u & 3u) - 1);
}

// A block of 256: 64 bytes of fields of 2 bits, then the f16 scale; value = scale * (field - 1).
// Element i lies in byte i / 128 * 32 + i % 32, bits 2 * (i % 128 / 32).
Eight decode8(uint row, uint column)
{
    const uint base = (row * (columnCount / 256u) + column / 256u) * 66u;
    const uint element = column % 256u;
    const uint at = base + element / 128u * 32u + element % 32u;
    const uint shift = element % 128u / 32u * 2u;
    const float scale = halfAt(base + 64u);
    return Eight(scale * digits(wordAt(at) >> shift), scale * digits(wordAt(at + 4u) >> shift));
}

#include "multiply.glsl"
