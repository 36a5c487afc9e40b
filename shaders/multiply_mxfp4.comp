#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"
#include "minifloat.glsl"

// A byte e, nibbles; byte j of 16 holds code j below and code j + 16 above; value = 2^(e - 128) * level.
vec2 lineAt(uint row, uint column)
{
    const uint exponent = byteAt(blockAt(row, column));
    return vec2(uintBitsToFloat(exponent < 2u ? 0x00200000u << exponent : exponent - 1u << 23u), 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint element = column % 32u, at = blockAt(row, column) + 1u + element % 16u, shift = element / 16u * 4u;
    return uvec2(lookedUp(miniFloats, wordAt(at) >> shift), lookedUp(miniFloats, wordAt(at + 4u) >> shift));
}

#include "whole_numbers.glsl"
