#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint function = 0u; // 0: a + b, 1: a * b

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
    uint secondCount; // numbers in b, which repeat
};
layout(binding = 0, std430) readonly buffer First { float a[]; };
layout(binding = 1, std430) readonly buffer Second { float b[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount * columnCount; i += gl_NumWorkGroups.x * 64u) {
        const float other = b[i % secondCount];
        y[i] = function == 0u ? a[i] + other : a[i] * other;
    }
}
