#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"
#include "minifloat.glsl"

// Four unsigned E4M3 scales of 16 weights each, then 8 bytes for each 16: byte j holds code j below and code
// j + 8 above; value = scale / 2 * level.
vec2 lineAt(uint row, uint column)
{
    const uint stored = byteAt(blockAt(row, column) + column % 64u / 16u);
    const uint exponent = stored >> 3u & 15u, mantissa = stored & 7u;
    const float scale = exponent == 0u ? ldexp(float(mantissa), -10) : ldexp(float(8u + mantissa), int(exponent) - 11);
    return vec2(stored == 127u ? 0.0 : scale, 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint element = column % 64u;
    const uint at = blockAt(row, column) + 4u + element / 16u * 8u, shift = element % 16u / 8u * 4u;
    return uvec2(lookedUp(miniFloats, wordAt(at) >> shift), lookedUp(miniFloats, wordAt(at + 4u) >> shift));
}

#include "whole_numbers.glsl"
