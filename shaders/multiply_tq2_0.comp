#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// A block of 256: 64 bytes of fields of 2 bits, then the f16 scale; value = scale * (field - 1).
// Element i lies in byte i / 128 * 32 + i % 32, bits 2 * (i % 128 / 32).
void decode8(uint row, uint column, out float values[8])
{
    const uint base = (row * (columnCount / 256u) + column / 256u) * 66u;
    const uint element = column % 256u;
    const uint at = base + element / 128u * 32u + element % 32u;
    const uint words[2] = {wordAt(at), wordAt(at + 4u)};
    const int shift = int(element % 128u / 32u * 2u);
    const float scale = halfAt(base + 64u);
    for (int i = 0; i < 8; ++i)
        values[i] = scale * float(int(bitfieldExtract(words[i / 4], i % 4 * 8 + shift, 2)) - 1);
}

#include "multiply.glsl"
