#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

// The first of the largest.
void main()
{
    const uint id = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        const uint first = row * columnCount;
        float largest = x[first];
        for (uint c = id; c < columnCount; c += 64u)
            largest = max(largest, x[first + c]);
        largest = largestOfAll(largest);
        uint place = columnCount;
        for (uint c = id; c < columnCount && place == columnCount; c += 64u)
            if (x[first + c] == largest)
                place = c;
        place = uint(-largestOfAll(-float(place)));
        if (id == 0u)
            y[row] = float(place);
    }
}
