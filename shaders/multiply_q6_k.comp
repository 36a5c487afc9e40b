#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "super_blocks.glsl"

// Four bits of four elements of a half of 128: bytes 64 h and on hold the first 64 below, the others above.
uint lowAt(uint base, uint element)
{
    return wordAt(base + element / 128u * 64u + element % 64u) >> element % 128u / 64u * 4u & 0x0f0f0f0fu;
}

// 128 bytes of low nibbles, 64 of high pairs, 16 signed scales, f16 scale; value = scale * (code - 32).
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 256u;
    const float scale = halfAt(base + 208u) * float(int(byteAt(base + 192u + element / 16u) << 24u) >> 24);
    const uint low = lowAt(base, element) | pairsAt(base + 128u, element) << 4u;
    const uint high = lowAt(base, element + 4u) | pairsAt(base + 128u, element + 4u) << 4u;
    return Eight(scale * (bytesOf(low) - 32.0), scale * (bytesOf(high) - 32.0));
}

#include "multiply.glsl"
