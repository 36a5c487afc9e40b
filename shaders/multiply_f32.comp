#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

float weightAt(uint i)
{
    return uintBitsToFloat(weights[i]);
}

Eight vectorAt(uint i)
{
    return Eight(uintBitsToFloat(weightVectors[2u * i]), uintBitsToFloat(weightVectors[2u * i + 1u]));
}

#include "multiply_float.glsl"
