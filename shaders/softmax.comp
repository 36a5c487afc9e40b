#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(constant_id = 0) const uint logarithm = 0u; // 1: the log of the softmax

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
    uint inner; // distance between the elements of a row: rows lie beside each other
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

void main()
{
    const uint id = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        const uint first = row / inner * columnCount * inner + row % inner;
        float largest = x[first];
        for (uint c = id; c < columnCount; c += 64u)
            largest = max(largest, x[first + c * inner]);
        largest = largestOfAll(largest);
        float sum = 0.0;
        for (uint c = id; c < columnCount; c += 64u)
            sum += exp(x[first + c * inner] - largest);
        const float total = sumOfAll(sum), shift = log(total);
        for (uint c = id; c < columnCount; c += 64u) {
            const float score = x[first + c * inner] - largest;
            y[first + c * inner] = logarithm == 1u ? score - shift : exp(score) / total;
        }
    }
}
