#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow; // of the angles
    uint columnCount;
    uint headSize;
    uint dimensions; // of a head that are turned; the others stay
    uint halfSplit; // 1: element i and i + dimensions / 2 are a pair; 0: 2 i and 2 i + 1
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Angles { vec2 angles[]; }; // [row, dimensions / 2]: cosine, sine
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount * columnCount; i += gl_NumWorkGroups.x * 64u) {
        const uint place = i % columnCount % headSize, turned = dimensions / 2u;
        if (place >= dimensions) {
            y[i] = x[i];
            continue;
        }
        const bool isSecond = halfSplit == 1u ? place >= turned : place % 2u == 1u;
        const uint pair = halfSplit == 1u ? place % turned : place / 2u, apart = halfSplit == 1u ? turned : 1u;
        const vec2 turn = angles[(firstRow + i / columnCount) * turned + pair];
        y[i] = isSecond ? x[i] * turn.x + x[i - apart] * turn.y : x[i] * turn.x - x[i + apart] * turn.y;
    }
}
