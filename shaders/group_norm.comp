#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(constant_id = 0) const uint inputCount = 1u; // 2: a scale too; 3: and a bias

layout(push_constant) uniform Sizes {
    uint rowCount; // groups of all pictures
    uint firstRow;
    uint columnCount; // elements of a group
    uint channelCount;
    uint plane; // elements of a channel of a picture
    float epsilon;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Scale { float scale[]; };
layout(binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(binding = 3, std430) writeonly buffer Output { float y[]; };

// The sum of (x - shift)^power; sums of sums, because a group may be a whole picture.
float sumFrom(uint first, float shift, bool isSquared)
{
    float sum = 0.0;
    for (uint begin = gl_LocalInvocationID.x; begin < columnCount; begin += 64u * 64u) {
        float some = 0.0;
        for (uint i = begin; i < min(columnCount, begin + 64u * 64u); i += 64u) {
            const float value = x[first + i] - shift;
            some += isSquared ? value * value : value;
        }
        sum += some;
    }
    return sumOfAll(sum);
}

void main()
{
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        const uint first = row * columnCount;
        const float mean = sumFrom(first, 0.0, false) / float(columnCount);
        const float inverse = 1.0 / sqrt(sumFrom(first, mean, true) / float(columnCount) + epsilon);
        for (uint i = gl_LocalInvocationID.x; i < columnCount; i += 64u) {
            const uint c = (first + i) / plane % channelCount;
            float value = (x[first + i] - mean) * inverse;
            if (inputCount > 1u)
                value *= scale[c];
            if (inputCount > 2u)
                value += bias[c];
            y[first + i] = value;
        }
    }
}
