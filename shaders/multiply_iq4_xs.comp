#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "nonlinear.glsl"

// f16 scale, eight pairs and eight nibbles of scales plus 32, then nibbles as iq4_nl has them for each 32.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u, part = element / 32u;
    const uint nibble = byteAt(base + 4u + part / 2u) >> part % 2u * 4u & 15u;
    const uint pair = byteAt(base + 2u + part / 4u) >> part % 4u * 2u & 3u;
    const float scale = halfAt(base) * float(int(nibble | pair << 4u) - 32);
    const uint at = base + 8u + part * 16u + element % 16u, shift = element % 32u / 16u * 4u;
    return Eight(scale * levelsOf(wordAt(at) >> shift), scale * levelsOf(wordAt(at + 4u) >> shift));
}

#include "multiply.glsl"
