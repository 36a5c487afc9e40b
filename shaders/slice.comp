#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint inputColumns;
    uint begin;
    uint count;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount * count; i += gl_NumWorkGroups.x * 64u)
        y[i] = x[i / count * inputColumns + begin + i % count];
}
