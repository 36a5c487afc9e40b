#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "minifloat.glsl"

// A byte e, nibbles; byte j of 16 holds code j below and code j + 16 above; value = 2^(e - 128) * level.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 32u, exponent = byteAt(base);
    const float scale = uintBitsToFloat(exponent < 2u ? 0x00200000u << exponent : exponent - 1u << 23u);
    const uint at = base + 1u + element % 16u, shift = element / 16u * 4u;
    return Eight(scale * levelsOf(wordAt(at) >> shift), scale * levelsOf(wordAt(at + 4u) >> shift));
}

#include "multiply.glsl"
