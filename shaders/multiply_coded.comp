#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// Any codes under scales, as compute/vulkan/coded_weights.h lays them: a block is a line, f32 scale and offset,
// then fields in order; value = scale * level + offset.
const uint bits = formatA; // of a field
const bool isTable = formatB != 0u;
const int zero = int(formatC); // without a table: level = unit * (field - zero), where
const uint unitBits = formatD; // are those of a float

layout(constant_id = 8) const float level0 = 0.0;
layout(constant_id = 9) const float level1 = 0.0;
layout(constant_id = 10) const float level2 = 0.0;
layout(constant_id = 11) const float level3 = 0.0;
layout(constant_id = 12) const float level4 = 0.0;
layout(constant_id = 13) const float level5 = 0.0;
layout(constant_id = 14) const float level6 = 0.0;
layout(constant_id = 15) const float level7 = 0.0;
layout(constant_id = 16) const float level8 = 0.0;
layout(constant_id = 17) const float level9 = 0.0;
layout(constant_id = 18) const float level10 = 0.0;
layout(constant_id = 19) const float level11 = 0.0;
layout(constant_id = 20) const float level12 = 0.0;
layout(constant_id = 21) const float level13 = 0.0;
layout(constant_id = 22) const float level14 = 0.0;
layout(constant_id = 23) const float level15 = 0.0;
// Vectors, since an array of such constants is none itself.
const vec4 table0 = vec4(level0, level1, level2, level3), table1 = vec4(level4, level5, level6, level7);
const vec4 table2 = vec4(level8, level9, level10, level11), table3 = vec4(level12, level13, level14, level15);

float levelOf(uint code)
{
    const vec4 four = code < 8u ? (code < 4u ? table0 : table1) : (code < 12u ? table2 : table3);
    return four[code & 3u];
}

vec4 levelsOf(uint word)
{
    const uint mask = (1u << bits) - 1u;
    const uvec4 fields = uvec4(word, word >> bits, word >> 2u * bits, word >> 3u * bits) & mask;
    if (isTable) {
        const uvec4 code = fields & 15u;
        return vec4(levelOf(code.x), levelOf(code.y), levelOf(code.z), levelOf(code.w));
    }
    return uintBitsToFloat(unitBits) * vec4(ivec4(fields) - zero);
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
