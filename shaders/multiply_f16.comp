#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

float weightAt(uint row, uint column)
{
    return column < columnCount ? halfAt((row * columnCount + column) * 2u) : 0.0;
}

#include "multiply_float.glsl"
