#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// Any codes under scales, as compute/vulkan/coded_weights.h lays them: a block is a line, f32 scale and offset,
// then fields in order; value = scale * level + offset.
const uint bits = formatA; // of a field
const uint levelCount = formatB; // of the table; 0 without one
const int zero = int(formatC); // then level = unit * (field - zero), where
const uint unitBits = formatD; // are those of a float

layout(binding = 4, std430) readonly buffer Levels { float givenLevels[]; };
shared float levels[256]; // by code

#define PREPARES
void prepare()
{
    for (uint code = gl_LocalInvocationID.x; code < levelCount; code += 64u)
        levels[code] = givenLevels[code];
    barrier();
}

vec4 levelsOf(uint word)
{
    const uvec4 fields = uvec4(word, word >> bits, word >> 2u * bits, word >> 3u * bits) & (1u << bits) - 1u;
    return levelCount > 0u ? vec4(levels[fields.x], levels[fields.y], levels[fields.z], levels[fields.w])
                           : uintBitsToFloat(unitBits) * vec4(ivec4(fields) - zero);
}

Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column);
    const float scale = uintBitsToFloat(weights[base / 4u]), offset = uintBitsToFloat(weights[base / 4u + 1u]);
    const uint at = base + 8u + column % blockElements / 8u * bits;
    const uint first = wordAt(at); // holds the first four; the last four end with the last byte
    const uint second = bits > 4u ? wordAt(at + bits - 4u) >> 32u - 4u * bits : first >> 4u * bits;
    return Eight(scale * levelsOf(first) + offset, scale * levelsOf(second) + offset);
}

#include "multiply.glsl"
