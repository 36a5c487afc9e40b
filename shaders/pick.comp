#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Ids { float ids[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint row = gl_GlobalInvocationID.x; row < rowCount; row += gl_NumWorkGroups.x * 64u)
        y[row] = x[row * columnCount + min(uint(ids[row]), columnCount - 1u)];
}
