#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "minifloat.glsl"

// Four unsigned E4M3 scales of 16 weights each, then 8 bytes for each 16: byte j holds code j below and code
// j + 8 above; value = scale / 2 * level.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 64u, part = element / 16u;
    const uint stored = byteAt(base + part), exponent = stored >> 3u & 15u, mantissa = stored & 7u;
    float scale = exponent == 0u ? ldexp(float(mantissa), -10) : ldexp(float(8u + mantissa), int(exponent) - 11);
    if (stored == 127u)
        scale = 0.0;
    const uint at = base + 4u + part * 8u, shift = element % 16u / 8u * 4u;
    return Eight(scale * levelsOf(wordAt(at) >> shift), scale * levelsOf(wordAt(at + 4u) >> shift));
}

#include "multiply.glsl"
