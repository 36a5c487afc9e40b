#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(push_constant) uniform Sizes {
    uint rowCount; // runs of columnCount
    uint firstRow;
    uint columnCount;
    float epsilon;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Weights { float weights[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

// y = w * x / sqrt(mean(x^2) + epsilon)
void main()
{
    const uint id = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        float squares = 0.0;
        for (uint c = id; c < columnCount; c += 64u)
            squares += x[row * columnCount + c] * x[row * columnCount + c];
        const float inverse = 1.0 / sqrt(sumOfAll(squares) / float(columnCount) + epsilon);
        for (uint c = id; c < columnCount; c += 64u)
            y[row * columnCount + c] = x[row * columnCount + c] * inverse * weights[c];
    }
}
