#version 450
#extension GL_GOOGLE_include_directive : require

// One of the tensors that are joined: its runs lie between those of the others.

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount; // elements of it
    uint firstRow;
    uint run; // of them that stay neighbours
    uint total; // elements of the result from one of its runs to the next
    uint offset; // of the first run in the result
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount; i += gl_NumWorkGroups.x * 64u)
        y[i / run * total + offset + i % run] = x[i];
}
