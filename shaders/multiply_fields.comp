#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"
#include "bytes.glsl"

// Whole numbers: a block is its header, then fields in order; value = scale * (field - zero) + offset.
const uint bits = formatA; // of a field
const uint header = formatB; // bytes: 2, an f16 scale; 4, an f16 offset behind it
const uint flip = formatC; // highest bit of a field in two's complement
const uint zero = formatD; // the field that is 0, after the flip; with an offset, the field that is the byte 0

uint fieldsOf(uint word) // four, as signed bytes
{
    const uint mask = (1u << bits) - 1u;
    const uint fields = bits == 8u
        ? word
        : packedBytes(uvec4(word, word >> bits, word >> 2u * bits, word >> 3u * bits) & mask);
    const uint flipped = fields ^ flip * 0x01010101u;
    return bits == 8u ? flipped ^ zero * 0x01010101u : lessZero(flipped, zero);
}

vec2 lineAt(uint row, uint column)
{
    const vec2 head = unpackHalf2x16(wordAt(blockAt(row, column)));
    return vec2(head.x, header == 4u ? head.y + float(zero) * head.x : 0.0);
}

uvec2 codes8(uint row, uint column)
{
    const uint at = blockAt(row, column) + header + column % blockElements / 8u * bits;
    const uint first = wordAt(at); // holds the first four; the last four end with the last byte
    const uint second = bits > 4u ? wordAt(at + bits - 4u) >> 32u - 4u * bits : first >> 4u * bits;
    return uvec2(fieldsOf(first), fieldsOf(second));
}

#include "whole_numbers.glsl"
