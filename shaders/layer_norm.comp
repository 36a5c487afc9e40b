#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
    float epsilon;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Weights { float weights[]; };
layout(binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(binding = 3, std430) writeonly buffer Output { float y[]; };

// y = (x - mean) / sqrt(variance + epsilon) * w + b, population variance
void main()
{
    const uint id = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        const uint first = row * columnCount;
        float sum = 0.0;
        for (uint c = id; c < columnCount; c += 64u)
            sum += x[first + c];
        const float mean = sumOfAll(sum) / float(columnCount);
        float squares = 0.0;
        for (uint c = id; c < columnCount; c += 64u)
            squares += (x[first + c] - mean) * (x[first + c] - mean);
        const float inverse = 1.0 / sqrt(sumOfAll(squares) / float(columnCount) + epsilon);
        for (uint c = id; c < columnCount; c += 64u)
            y[first + c] = (x[first + c] - mean) * inverse * weights[c] + bias[c];
    }
}
