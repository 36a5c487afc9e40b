#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(push_constant) uniform Sizes {
    uint rowCount; // runs of columnCount
    uint firstRow;
    uint columnCount;
    float steps; // on either side of zero
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

// Rounding by the range that a run has itself: y = scale * round(x / scale), scale = max |x| / steps.
void main()
{
    const uint id = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        float largest = 0.0;
        for (uint c = id; c < columnCount; c += 64u)
            largest = max(largest, abs(x[row * columnCount + c]));
        largest = largestOfAll(largest);
        const float scale = largest > 0.0 ? largest / steps : 1.0;
        for (uint c = id; c < columnCount; c += 64u)
            y[row * columnCount + c] = scale * clamp(roundEven(x[row * columnCount + c] / scale), -steps, steps);
    }
}
