#version 450
#extension GL_GOOGLE_include_directive : require

// Grouped-query attention. A workgroup has one head and up to 4 neighbouring queries, a component of a vector
// each: what is read of keys and values serves all of them. 64 keys at a time, an invocation each; then each
// invocation has some elements of the values. The softmax is corrected as larger scores come (Milakov and
// Gimelshein, "Online normalizer calculation for softmax", 2018).

layout(local_size_x = 64) in;

layout(push_constant) uniform Sizes {
    uint rowCount; // queries
    uint firstRow;
    uint headCount;
    uint keyHeadCount;
    uint headSize; // at most 256
    uint keyCount;
    uint causal; // 1: query r sees the keys up to keyCount - rowCount + r
    uint window; // so many of them at most, the last; 0: all
};
layout(binding = 0, std430) readonly buffer Queries { float q[]; };
layout(binding = 1, std430) readonly buffer Keys { float k[]; };
layout(binding = 2, std430) readonly buffer Values { float v[]; };
layout(binding = 3, std430) writeonly buffer Output { float y[]; };

const uint queriesAtOnce = 4u;
const float nothing = -1e30; // the score of a key that is not seen

shared vec4 query[256]; // [element]
shared vec4 weights[64]; // [key of this turn]
shared vec4 partial[64];

uint queryAt(uint row)
{
    return (min(row, rowCount - 1u) * headCount + gl_WorkGroupID.y) * headSize;
}

vec4 sumOfAll(vec4 mine)
{
    const uint id = gl_LocalInvocationID.x;
    partial[id] = mine;
    for (uint step = 32u; step > 0u; step /= 2u) {
        barrier();
        if (id < step)
            partial[id] += partial[id + step];
    }
    barrier();
    const vec4 sum = partial[0];
    barrier();
    return sum;
}

vec4 largestOfAll(vec4 mine)
{
    const uint id = gl_LocalInvocationID.x;
    partial[id] = mine;
    for (uint step = 32u; step > 0u; step /= 2u) {
        barrier();
        if (id < step)
            partial[id] = max(partial[id], partial[id + step]);
    }
    barrier();
    const vec4 largest = partial[0];
    barrier();
    return largest;
}

void attend(uint firstQuery)
{
    const uint id = gl_LocalInvocationID.x, head = gl_WorkGroupID.y;
    const uint stride = keyHeadCount * headSize, part = head / (headCount / keyHeadCount) * headSize;
    for (uint i = id; i < headSize; i += 64u)
        query[i] = vec4(
            q[queryAt(firstQuery) + i], q[queryAt(firstQuery + 1u) + i], q[queryAt(firstQuery + 2u) + i],
            q[queryAt(firstQuery + 3u) + i]);
    uvec4 seen = uvec4(keyCount), begin = uvec4(0u); // the keys of each query from begin on, up to seen
    if (causal == 1u) {
        seen = keyCount - rowCount + min(firstQuery + uvec4(1u, 2u, 3u, 4u), uvec4(rowCount));
        if (window > 0u)
            begin = seen - min(seen, uvec4(window));
    }
    const float scale = inversesqrt(float(headSize));
    vec4 made[4] = vec4[4](vec4(0.0), vec4(0.0), vec4(0.0), vec4(0.0)); // elements id, id + 64, ...
    vec4 largest = vec4(nothing), total = vec4(0.0);
    barrier();
    for (uint first = begin.x; first < seen.w; first += 64u) {
        const uint key = first + id;
        vec4 score = vec4(nothing);
        if (key < seen.w) {
            vec4 sum = vec4(0.0);
            for (uint i = 0u; i < headSize; ++i)
                sum += query[i] * k[key * stride + part + i];
            const uvec4 at = uvec4(key);
            score = mix(mix(score, sum * scale, lessThan(at, seen)), score, lessThan(at, begin));
        }
        const vec4 larger = max(largest, largestOfAll(score));
        const vec4 weight = exp(score - larger), correction = exp(largest - larger);
        largest = larger;
        weights[id] = weight;
        total = total * correction + sumOfAll(weight); // its barriers show the weights to all
        const uint keys = min(64u, seen.w - first);
        for (uint n = 0u; n < 4u; ++n) {
            const uint i = id + n * 64u;
            if (i >= headSize)
                break;
            vec4 sum = made[n] * correction;
            for (uint j = 0u; j < keys; ++j)
                sum += weights[j] * v[(first + j) * stride + part + i];
            made[n] = sum;
        }
        barrier();
    }
    for (uint n = 0u; n < 4u; ++n)
        for (uint r = 0u; r < queriesAtOnce && firstQuery + r < rowCount; ++r)
            if (id + n * 64u < headSize)
                y[queryAt(firstQuery + r) + id + n * 64u] = made[n][r] / total[r];
}

void main()
{
    for (uint row = gl_WorkGroupID.x * queriesAtOnce; row < rowCount; row += gl_NumWorkGroups.x * queriesAtOnce)
        attend(row);
}
