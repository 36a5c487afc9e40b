#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"

// Blocks of 32 of ggml: header, fifth bits, nibbles; byte j holds code j below and code j + 16 above;
// value = scale * (code - zero) + offset.
const uint header = formatA; // bytes: 2, an f16 scale; 4, an f16 offset behind it
const bool hasFifthBits = formatB != 0u; // four bytes of them behind the header
const uint zero = formatC; // the code that is 0

vec2 lineAt(uint row, uint column)
{
    const vec2 head = unpackHalf2x16(wordAt(blockAt(row, column)));
    return vec2(head.x, header == 4u ? head.y : 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint base = blockAt(row, column), element = column % 32u;
    const uint at = base + header + (hasFifthBits ? 4u : 0u) + element % 16u, shift = element / 16u * 4u;
    uvec2 codes = uvec2(wordAt(at), wordAt(at + 4u)) >> shift & 0x0f0f0f0fu;
    if (hasFifthBits) {
        const uint fifth = byteAt(base + header + element / 8u);
        codes |= 16u * uvec2(spreadBits(fifth), spreadBits(fifth >> 4u));
    }
    return uvec2(lessZero(codes.x, zero), lessZero(codes.y, zero));
}

#include "whole_numbers.glsl"
