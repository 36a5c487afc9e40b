#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount; // elements
    uint firstRow;
    uint channelCount;
    uint plane; // elements of a channel of a picture
    uint size; // channels of a sum, fewer before than behind when even
    float alpha;
    float beta;
    float bias;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount; i += gl_NumWorkGroups.x * 64u) {
        const uint c = i / plane % channelCount;
        const uint before = min(c, (size - 1u) / 2u), behind = min(channelCount - 1u - c, size / 2u);
        float squares = 0.0;
        for (uint n = 0u; n <= before + behind; ++n) {
            const float value = x[i - before * plane + n * plane];
            squares += value * value;
        }
        y[i] = x[i] / pow(bias + alpha / float(size) * squares, beta);
    }
}
