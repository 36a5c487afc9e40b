#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount; // elements of the result
    uint firstRow;
    uint inputHeight;
    uint inputWidth;
    uint outputHeight;
    uint outputWidth;
};
struct Taps { // of one row or column of the result: what it reads, and with what weight
    vec4 from;
    vec4 weight;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer Table { Taps taps[]; }; // of rows, then of columns
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount; i += gl_NumWorkGroups.x * 64u) {
        const Taps rows = taps[i / outputWidth % outputHeight], columns = taps[outputHeight + i % outputWidth];
        const uint plane = i / outputWidth / outputHeight * inputHeight * inputWidth;
        float sum = 0.0;
        for (uint v = 0u; v < 4u; ++v) {
            if (rows.weight[v] == 0.0)
                continue;
            const uint first = plane + uint(rows.from[v]) * inputWidth;
            float line = 0.0;
            for (uint u = 0u; u < 4u; ++u)
                if (columns.weight[u] != 0.0)
                    line += columns.weight[u] * x[first + uint(columns.from[u])];
            sum += rows.weight[v] * line;
        }
        y[i] = sum;
    }
}
