// What ops that work row by row have in common.

layout(local_size_x = 64) in;

shared float partial[64];

// All invocations of a workgroup get the sum, or the largest, of what each of them gives.
float sumOfAll(float mine)
{
    const uint id = gl_LocalInvocationID.x;
    barrier(); // what an earlier call left has been read
    partial[id] = mine;
    for (uint step = 32u; step > 0u; step /= 2u) {
        barrier();
        if (id < step)
            partial[id] += partial[id + step];
    }
    barrier();
    return partial[0];
}

float largestOfAll(float mine)
{
    const uint id = gl_LocalInvocationID.x;
    barrier();
    partial[id] = mine;
    for (uint step = 32u; step > 0u; step /= 2u) {
        barrier();
        if (id < step)
            partial[id] = max(partial[id], partial[id + step]);
    }
    barrier();
    return partial[0];
}
