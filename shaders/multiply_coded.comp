#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// Any codes under scales, as compute/vulkan/coded_weights.h lays them: a block is a line, f32 scale and offset,
// then fields in order; value = scale * level + offset.
const uint bits = formatA; // of a field
const uint levelCount = formatB; // of the table; 0 without one; 1: two planes of bits,
const bool isPlanes = formatB == 1u; // value = scale * (field & 1) + offset * (field >> 1)
const int zero = int(formatC); // then level = unit * (field - zero), where
const uint unitBits = formatD; // are those of a float

layout(binding = 4, std430) readonly buffer Levels { float givenLevels[]; };
shared float levels[256]; // by code

#define PREPARES
void prepare()
{
    for (uint code = gl_LocalInvocationID.x; !isPlanes && code < levelCount; code += 64u)
        levels[code] = givenLevels[code];
    barrier();
}

vec4 valuesOf(uint word, float scale, float offset)
{
    const uvec4 fields = uvec4(word, word >> bits, word >> 2u * bits, word >> 3u * bits) & (1u << bits) - 1u;
    if (isPlanes)
        return scale * vec4(fields & 1u) + offset * vec4(fields >> 1u);
    const vec4 level = levelCount > 0u
        ? vec4(levels[fields.x], levels[fields.y], levels[fields.z], levels[fields.w])
        : uintBitsToFloat(unitBits) * vec4(ivec4(fields) - zero);
    return scale * level + offset;
}

Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column);
    const float scale = uintBitsToFloat(weights[base / 4u]), offset = uintBitsToFloat(weights[base / 4u + 1u]);
    const uint at = base + 8u + column % blockElements / 8u * bits;
    const uint first = wordAt(at); // holds the first four; the last four end with the last byte
    const uint second = bits > 4u ? wordAt(at + bits - 4u) >> 32u - 4u * bits : first >> 4u * bits;
    return Eight(valuesOf(first, scale, offset), valuesOf(second, scale, offset));
}

#include "multiply.glsl"
