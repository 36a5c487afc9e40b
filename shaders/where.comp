#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount; // elements
    uint firstRow;
    uint dimensionCount;
    uint sizes[6]; // of the result, the innermost first
    uint stepsC[6]; // between neighbours along a dimension; 0 where it repeats
    uint stepsA[6];
    uint stepsB[6];
};
layout(binding = 0, std430) readonly buffer Condition { float condition[]; };
layout(binding = 1, std430) readonly buffer First { float a[]; };
layout(binding = 2, std430) readonly buffer Second { float b[]; };
layout(binding = 3, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount; i += gl_NumWorkGroups.x * 64u) {
        uint rest = i, atC = 0u, atA = 0u, atB = 0u;
        for (uint d = 0u; d < dimensionCount; ++d) {
            const uint place = rest % sizes[d];
            atC += place * stepsC[d];
            atA += place * stepsA[d];
            atB += place * stepsB[d];
            rest /= sizes[d];
        }
        y[i] = condition[atC] != 0.0 ? a[atA] : b[atB];
    }
}
