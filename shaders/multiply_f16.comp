#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

float weightAt(uint i)
{
    return halfAt(i * 2u);
}

Eight vectorAt(uint i)
{
    const uvec4 pairs = weightVectors[i];
    return Eight(
        vec4(unpackHalf2x16(pairs.x), unpackHalf2x16(pairs.y)),
        vec4(unpackHalf2x16(pairs.z), unpackHalf2x16(pairs.w)));
}

#include "multiply_float.glsl"
