#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"
#include "nonlinear.glsl"

// f16 scale, eight pairs and eight nibbles of scales plus 32, then nibbles as iq4_nl has them for each 32.
vec2 lineAt(uint row, uint column)
{
    const uint base = blockAt(row, column), part = column % 256u / 32u;
    const uint nibble = byteAt(base + 4u + part / 2u) >> part % 2u * 4u & 15u;
    const uint pair = byteAt(base + 2u + part / 4u) >> part % 4u * 2u & 3u;
    return vec2(halfAt(base) * float(int(nibble | pair << 4u) - 32), 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint element = column % 256u;
    const uint at = blockAt(row, column) + 8u + element / 32u * 16u + element % 16u, shift = element % 32u / 16u * 4u;
    return uvec2(lookedUp(nonlinearLevels, wordAt(at) >> shift), lookedUp(nonlinearLevels, wordAt(at + 4u) >> shift));
}

#include "whole_numbers.glsl"
