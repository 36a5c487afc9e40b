#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

float weightAt(uint row, uint column)
{
    return column < columnCount ? uintBitsToFloat(weights[row * columnCount + column]) : 0.0;
}

#include "multiply_float.glsl"
