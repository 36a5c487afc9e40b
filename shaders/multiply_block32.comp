#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

const uint header = formatA; // bytes: 2, an f16 scale; 4, an f16 offset behind it
const bool hasFifthBits = formatB != 0u; // four bytes of them behind the header

// Blocks of 32 of ggml: header, fifth bits, nibbles; byte j holds code j below and code j + 16 above;
// value = scale * (code - zero) + offset.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 32u;
    const uint head = wordAt(base);
    const float scale = unpackHalf2x16(head).x, offset = header == 4u ? unpackHalf2x16(head).y : 0.0;
    const uint at = base + header + (hasFifthBits ? 4u : 0u) + element % 16u, shift = element / 16u * 4u;
    vec4 low = bytesOf(wordAt(at) >> shift & 0x0f0f0f0fu);
    vec4 high = bytesOf(wordAt(at + 4u) >> shift & 0x0f0f0f0fu);
    if (hasFifthBits) {
        const uint fifth = byteAt(base + header + element / 8u);
        low += 16.0 * vec4(uvec4(fifth, fifth >> 1u, fifth >> 2u, fifth >> 3u) & 1u);
        high += 16.0 * vec4(uvec4(fifth >> 4u, fifth >> 5u, fifth >> 6u, fifth >> 7u) & 1u);
    }
    const float zero = float(formatC); // the code that is 0
    return Eight(scale * (low - zero) + offset, scale * (high - zero) + offset);
}

#include "multiply.glsl"
