// Sums over a workgroup of 64, for four rows and up to four tokens.

#ifdef SUBGROUPS
shared vec4 partial[64u * 4u]; // [subgroup][token]
#else
shared vec4 partial[64u]; // [invocation]
#endif

vec4 sumOverWorkgroup(vec4 mine, uint token)
{
    const uint id = gl_LocalInvocationID.x;
#ifdef SUBGROUPS
    const vec4 sum = subgroupAdd(mine);
    if (subgroupElect())
        partial[gl_SubgroupID * 4u + token] = sum;
    barrier();
    vec4 total = vec4(0.0);
    if (id == 0u)
        for (uint i = 0u; i < gl_NumSubgroups; ++i)
            total += partial[i * 4u + token];
    return total;
#else
    barrier(); // the sums of the token before have been read
    partial[id] = mine;
    for (uint step = 32u; step > 0u; step /= 2u) {
        barrier();
        if (id < step)
            partial[id] += partial[id + step];
    }
    return partial[0];
#endif
}
