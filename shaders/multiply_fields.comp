#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

const uint bits = formatA; // of a field
const uint header = formatB; // bytes: 2, an f16 scale; 4, an f16 offset behind it
const uint flip = formatC; // highest bit of a field in two's complement

vec4 fieldsOf(uint word)
{
    const uint mask = (1u << bits) - 1u;
    return vec4((uvec4(word, word >> bits, word >> 2u * bits, word >> 3u * bits) & mask) ^ flip) - float(formatD); // the field that is 0, after the flip
}

// Whole numbers: a block is its header, then fields in order; value = scale * (field - zero) + offset.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), at = base + header + column % blockElements / 8u * bits;
    const uint head = wordAt(base);
    const float scale = unpackHalf2x16(head).x, offset = header == 4u ? unpackHalf2x16(head).y : 0.0;
    const uint first = wordAt(at); // holds the first four; the last four end with the last byte
    const uint second = bits > 4u ? wordAt(at + bits - 4u) >> 32u - 4u * bits : first >> 4u * bits;
    return Eight(scale * fieldsOf(first) + offset, scale * fieldsOf(second) + offset);
}

#include "multiply.glsl"
