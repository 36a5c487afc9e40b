#version 450
#ifdef DOTS
#extension GL_EXT_spirv_intrinsics : require
#endif

// What a device can do at most, to hold products against: independent chains in registers, or memory read in order.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint what = 0u; // 0: reads memory; 1: multiplies and adds floats, or bytes four at once

layout(push_constant) uniform Sizes {
    uint turns; // of a chain
    uint vectorCount; // to read
};
layout(binding = 0, std430) readonly buffer Input { uvec4 x[]; };
layout(binding = 1, std430) writeonly buffer Output { uvec4 y[]; }; // an element an invocation

const uint chains = 8u;

#ifdef DOTS
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4450)
int dotOfBytes(uint a, uint b, spirv_literal int packed4x8);

uvec4 multiplied(uvec4 start)
{
    ivec4 sums[chains];
    for (uint n = 0u; n < chains; ++n)
        sums[n] = ivec4(start + n);
    for (uint i = 0u; i < turns; ++i)
        for (uint n = 0u; n < chains; ++n)
            for (uint c = 0u; c < 4u; ++c)
                sums[n][c] += dotOfBytes(uint(sums[n][c]), start[c], 0);
    ivec4 sum = ivec4(0);
    for (uint n = 0u; n < chains; ++n)
        sum += sums[n];
    return uvec4(sum);
}
#else
uvec4 multiplied(uvec4 start)
{
    vec4 sums[chains];
    for (uint n = 0u; n < chains; ++n)
        sums[n] = vec4(start & 255u) + float(n);
    const vec4 factor = vec4(start & 1u) * 0.25 + 0.5; // sums stay small
    for (uint i = 0u; i < turns; ++i)
        for (uint n = 0u; n < chains; ++n)
            sums[n] = sums[n] * factor + factor;
    vec4 sum = vec4(0.0);
    for (uint n = 0u; n < chains; ++n)
        sum += sums[n];
    return floatBitsToUint(sum);
}
#endif

void main()
{
    const uint id = gl_GlobalInvocationID.x;
    if (what == 1u) {
        y[id] = multiplied(x[id]);
        return;
    }
    uvec4 all = uvec4(0u);
    for (uint i = id; i < vectorCount; i += gl_NumWorkGroups.x * 64u)
        all ^= x[i];
    y[id] = all;
}
