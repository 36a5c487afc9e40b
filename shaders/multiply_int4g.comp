#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// A block: f16 scale, then blockElements / 2 bytes of two's complement nibbles, low nibble first.
void decode8(uint row, uint column, out float values[8])
{
    const uint block = row * (columnCount / blockElements) + column / blockElements;
    const uint base = block * (2u + blockElements / 2u);
    const float scale = halfAt(base);
    const int fields = int(wordAt(base + 2u + column % blockElements / 2u));
    for (int i = 0; i < 8; ++i)
        values[i] = scale * float(bitfieldExtract(fields, 4 * i, 4));
}

#include "multiply.glsl"
