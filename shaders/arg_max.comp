#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(constant_id = 0) const uint smallest = 0u; // 1: the smallest instead of the largest

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
    uint inner; // distance between the elements of a row: rows lie beside each other
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

float scoreAt(uint at)
{
    return smallest == 1u ? -x[at] : x[at];
}

// The first of the largest.
void main()
{
    const uint id = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        const uint first = row / inner * columnCount * inner + row % inner;
        float largest = scoreAt(first);
        for (uint c = id; c < columnCount; c += 64u)
            largest = max(largest, scoreAt(first + c * inner));
        largest = largestOfAll(largest);
        uint place = columnCount;
        for (uint c = id; c < columnCount && place == columnCount; c += 64u)
            if (scoreAt(first + c * inner) == largest)
                place = c;
        place = uint(-largestOfAll(-float(place)));
        if (id == 0u)
            y[row] = float(place);
    }
}
