#version 450
#extension GL_GOOGLE_include_directive : require

// y[position] = x[position + start, along each dimension]: slices, transposes, padding, repetition, blocks of pixels.

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint mode = 0u; // outside of x: 0 a value, 1 reflected, 2 the edge, 3 wrapped around

layout(push_constant) uniform Sizes {
    uint rowCount; // elements of the result
    uint firstRow;
    uint dimensionCount;
    int base; // the element of x that position 0 is, were it inside
    float value;
    uint sizes[6]; // of the result, the innermost first
    int starts[6];
    int limits[6]; // sizes of x along these dimensions
    int steps[6]; // elements of x between neighbours
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount; i += gl_NumWorkGroups.x * 64u) {
        uint rest = i;
        int from = base;
        bool isInside = true;
        for (uint d = 0u; d < dimensionCount; ++d) {
            int place = int(rest % sizes[d]) + starts[d];
            rest /= sizes[d];
            const int limit = limits[d];
            if (place < 0 || place >= limit) {
                isInside = isInside && mode != 0u;
                if (mode == 1u)
                    place = place < 0 ? -place : 2 * limit - 2 - place;
                else if (mode == 3u)
                    place += place < 0 ? limit : -limit;
                place = clamp(place, 0, limit - 1);
            }
            from += place * steps[d];
        }
        float found = value;
        if (isInside)
            found = x[from];
        y[i] = found;
    }
}
