#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

void decode8(uint row, uint column, out float values[8])
{
    const uint base = row * columnCount;
    for (uint i = 0u; i < 8u; ++i)
        values[i] = column + i < columnCount ? uintBitsToFloat(weights[base + column + i]) : 0.0;
}

#include "multiply.glsl"
