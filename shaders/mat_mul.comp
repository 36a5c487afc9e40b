#version 450
#extension GL_GOOGLE_include_directive : require

// y[m, n] = a[m, inner] b[inner, n], for each of the products that lie behind each other along the leading
// dimensions. A workgroup makes 32 x 32 of a result, an invocation 4 x 4.

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount; // tiles of a result
    uint firstRow;
    uint m;
    uint n;
    uint inner;
    uint dimensionCount;
    uint sizes[6]; // leading dimensions of the result, the innermost first
    uint stepsA[6]; // products along them; 0 where one repeats
    uint stepsB[6];
};
layout(binding = 0, std430) readonly buffer First { float a[]; };
layout(binding = 1, std430) readonly buffer Second { float b[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

const uint tile = 32u, depth = 16u;
shared float left[depth][tile + 1u]; // one more against bank conflicts
shared float right[depth][tile + 1u];

void multiplyTile(uint row, uint column, uint firstA, uint firstB, uint firstY)
{
    const uint id = gl_LocalInvocationID.x, ownRow = id / 8u * 4u, ownColumn = id % 8u * 4u;
    vec4 sums[4] = vec4[4](vec4(0.0), vec4(0.0), vec4(0.0), vec4(0.0));
    for (uint begin = 0u; begin < inner; begin += depth) {
        for (uint i = id; i < tile * depth; i += 64u) {
            const uint k = i % depth, r = i / depth;
            left[k][r] = row + r < m && begin + k < inner ? a[firstA + (row + r) * inner + begin + k] : 0.0;
        }
        for (uint i = id; i < tile * depth; i += 64u) {
            const uint k = i / tile, c = i % tile;
            right[k][c] = column + c < n && begin + k < inner ? b[firstB + (begin + k) * n + column + c] : 0.0;
        }
        barrier();
        for (uint k = 0u; k < depth; ++k) {
            const vec4 other =
                vec4(right[k][ownColumn], right[k][ownColumn + 1u], right[k][ownColumn + 2u], right[k][ownColumn + 3u]);
            for (uint r = 0u; r < 4u; ++r)
                sums[r] += left[k][ownRow + r] * other;
        }
        barrier();
    }
    for (uint r = 0u; r < 4u; ++r)
        for (uint c = 0u; c < 4u; ++c)
            if (row + ownRow + r < m && column + ownColumn + c < n)
                y[firstY + (row + ownRow + r) * n + column + ownColumn + c] = sums[r][c];
}

void main()
{
    uint rest = gl_WorkGroupID.y, productA = 0u, productB = 0u;
    for (uint d = 0u; d < dimensionCount; ++d) {
        productA += rest % sizes[d] * stepsA[d];
        productB += rest % sizes[d] * stepsB[d];
        rest /= sizes[d];
    }
    const uint across = (n + tile - 1u) / tile;
    for (uint t = gl_WorkGroupID.x; t < rowCount; t += gl_NumWorkGroups.x)
        multiplyTile(
            t / across * tile, t % across * tile, productA * m * inner, productB * inner * n,
            gl_WorkGroupID.y * m * n);
}
