#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"
#include "nonlinear.glsl"

// f16 scale, nibbles; byte j of 16 holds code j below and code j + 16 above; value = scale * level.
vec2 lineAt(uint row, uint column)
{
    return vec2(halfAt(blockAt(row, column)), 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint element = column % 32u, at = blockAt(row, column) + 2u + element % 16u, shift = element / 16u * 4u;
    return uvec2(lookedUp(nonlinearLevels, wordAt(at) >> shift), lookedUp(nonlinearLevels, wordAt(at + 4u) >> shift));
}

#include "whole_numbers.glsl"
