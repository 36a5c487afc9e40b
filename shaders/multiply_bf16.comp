#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// The upper half of an f32.
vec2 pairOf(uint word)
{
    return vec2(uintBitsToFloat(word << 16u), uintBitsToFloat(word & 0xffff0000u));
}

float weightAt(uint i)
{
    const vec2 pair = pairOf(weights[i / 2u]);
    return (i & 1u) == 0u ? pair.x : pair.y;
}

Eight vectorAt(uint i)
{
    const uvec4 pairs = weightVectors[i];
    return Eight(vec4(pairOf(pairs.x), pairOf(pairs.y)), vec4(pairOf(pairs.z), pairOf(pairs.w)));
}

#include "multiply_float.glsl"
