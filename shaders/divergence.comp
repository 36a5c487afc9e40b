#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
};
layout(binding = 0, std430) readonly buffer First { float logP[]; };
layout(binding = 1, std430) readonly buffer Second { float logQ[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

// Sum of p (log p - log q); entries with log p <= -16 count nothing.
void main()
{
    const uint id = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        float sum = 0.0;
        for (uint c = id; c < columnCount; c += 64u) {
            const float p = logP[row * columnCount + c];
            if (p > -16.0)
                sum += exp(p) * (p - logQ[row * columnCount + c]);
        }
        sum = sumOfAll(sum);
        if (id == 0u)
            y[row] = sum;
    }
}
