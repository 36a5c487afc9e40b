#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount; // elements
    uint firstRow;
    uint channelCount;
    uint plane; // elements of a channel of a picture
    float epsilon;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Scale { float scale[]; };
layout(binding = 2, std430) readonly buffer Bias { float bias[]; };
layout(binding = 3, std430) readonly buffer Mean { float mean[]; };
layout(binding = 4, std430) readonly buffer Variance { float variance[]; };
layout(binding = 5, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount; i += gl_NumWorkGroups.x * 64u) {
        const uint c = i / plane % channelCount;
        y[i] = (x[i] - mean[c]) / sqrt(variance[c] + epsilon) * scale[c] + bias[c];
    }
}
