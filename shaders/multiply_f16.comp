#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

void decode8(uint row, uint column, out float values[8])
{
    const uint base = row * columnCount + column;
    for (uint i = 0u; i < 8u; ++i)
        values[i] = column + i < columnCount ? halfAt((base + i) * 2u) : 0.0;
}

#include "multiply.glsl"
