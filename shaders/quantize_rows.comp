#version 450

// Rounding by ranges that are fixed beforehand: y = scale * (clamp(round(x / scale) + zero, 0, last) - zero).
layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
    uint inner; // elements of a channel beside each other
    uint channelCount;
    uint groupCount; // of ranges, by time step
    float last; // code
    float time;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Scales { float scales[]; }; // [group][channel]
layout(binding = 2, std430) readonly buffer Zeros { float zeros[]; };
layout(binding = 3, std430) readonly buffer Times { float times[]; }; // the last of each group
layout(binding = 4, std430) writeonly buffer Output { float y[]; };

void main()
{
    uint group = 0u;
    while (group + 1u < groupCount && time > times[group])
        ++group;
    const uint first = firstRow * columnCount;
    for (uint i = gl_GlobalInvocationID.x; i < rowCount * columnCount; i += gl_NumWorkGroups.x * 64u) {
        const uint range = group * channelCount + (first + i) / inner % channelCount;
        const float scale = scales[range], zero = zeros[range];
        const uint bits = floatBitsToUint(x[i]);
        // What is no number stays so; devices may lose it in clamp().
        y[i] = (bits & 0x7fffffffu) > 0x7f800000u
            ? x[i]
            : scale * (clamp(roundEven(x[i] / scale) + zero, 0.0, last) - zero);
    }
}
