#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount; // elements of the result, [.., indices, inner]
    uint firstRow;
    uint indexCount;
    uint inner; // elements behind one index
    uint size; // of the dimension that is looked into
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Indices { float indices[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount; i += gl_NumWorkGroups.x * 64u) {
        const int index = int(indices[i / inner % indexCount]);
        const uint place = uint(index < 0 ? index + int(size) : index);
        y[i] = x[(i / inner / indexCount * size + place) * inner + i % inner];
    }
}
