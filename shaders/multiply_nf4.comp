#version 450
#extension GL_GOOGLE_include_directive : require
#include "product.glsl"

// Quantiles of the normal distribution (QLoRA, appendix E), as core/format has them.
const float levels[16] = float[16](
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
    -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
    0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0);

vec4 levelsOf(uint fields)
{
    return vec4(levels[fields & 15u], levels[fields >> 4u & 15u], levels[fields >> 8u & 15u], levels[fields >> 12u & 15u]);
}

// f16 scale, nibbles in order; value = scale * level.
Eight decode8(uint row, uint column)
{
    const uint base = blockAt(row, column), fields = wordAt(base + 2u + column % blockElements / 2u);
    const float scale = halfAt(base);
    return Eight(scale * levelsOf(fields), scale * levelsOf(fields >> 16u));
}

#include "multiply.glsl"
