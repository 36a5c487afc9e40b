#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "nonlinear.glsl"

// f16 scale, nibbles; byte j of 16 holds code j below and code j + 16 above; value = scale * level.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 32u;
    const uint at = base + 2u + element % 16u, shift = element / 16u * 4u;
    const float scale = halfAt(base);
    return Eight(scale * levelsOf(wordAt(at) >> shift), scale * levelsOf(wordAt(at + 4u) >> shift));
}

#include "multiply.glsl"
