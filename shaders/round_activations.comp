#version 450

// Activations as products with packed weights see them in 8 bits: value = scale * byte, a scale for each run of columns.
layout(local_size_x = 64) in;
layout(constant_id = 0) const uint kind = 0u; // 0: the largest magnitude becomes 127; 1: so, with an f16 scale (q8_0);
                                              // 2: the extreme becomes -127 (q8_k)
layout(constant_id = 1) const uint asFloats = 0u; // 1: scale * byte in place of the bytes

layout(push_constant) uniform Sizes {
    uint tokenCount;
    uint columnCount;
    uint paddedColumns; // of a token of the result, whole runs; zeros behind the given ones
    uint runColumns; // a multiple of 16, at most 256
    uint lineColumns; // of weights, whose sums are told: a part of a run
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Bytes { uint bytes[]; }; // [token][paddedColumns / 4]
layout(binding = 1, std430) writeonly buffer Floats { float y[]; }; // [token][columnCount]
layout(binding = 2, std430) writeonly buffer Lines { vec2 lines[]; }; // [token][line]: scale, scale * sum of bytes

shared uint largest[64];
shared int sums[64];

// To the nearest f16, as a float; halves to even. Written out: packHalf2x16 rounds as the device likes.
float rounded(float v)
{
    const uint bits = floatBitsToUint(v);
    if (v < 6.103515625e-5)
        return roundEven(v * 16777216.0) / 16777216.0;
    if (v >= 65520.0)
        return uintBitsToFloat(0x7f800000u);
    return uintBitsToFloat(bits + 0xfffu + (bits >> 13u & 1u) & ~0x1fffu);
}

// Scale and its inverse for a run with this extreme: a magnitude's bits, and whether it is above 0.
vec2 roundingOf(uint magnitude, bool positive)
{
    const float size = uintBitsToFloat(magnitude);
    if (magnitude >= 0x7f800000u) // not finite: so is what it is multiplied with
        return vec2(uintBitsToFloat(0x7fc00000u), 0.0);
    if (size < 1e-30) // the inverse may not be finite
        return vec2(0.0);
    if (kind == 2u) {
        const float factor = (positive ? -127.0 : 127.0) / size;
        return vec2(1.0 / factor, factor);
    }
    return vec2(kind == 1u ? rounded(size / 127.0) : size / 127.0, 127.0 / size);
}

void main()
{
    const uint id = gl_LocalInvocationID.x;
    const uint runWidth = runColumns / 4u, lineWidth = lineColumns / 4u; // in invocations, four columns each
    const uint chunk = 64u / runWidth * runColumns, chunks = (paddedColumns + chunk - 1u) / chunk;
    for (uint i = gl_WorkGroupID.x; i < tokenCount * chunks; i += gl_NumWorkGroups.x) {
        const uint token = i / chunks, column = i % chunks * chunk + id * 4u;
        const bool isUsed = id * 4u < chunk && column < paddedColumns;
        vec4 values;
        uint key = 0u; // of equal magnitudes the positive one
        for (uint n = 0u; n < 4u; ++n) {
            values[n] = isUsed && column + n < columnCount ? x[token * columnCount + column + n] : 0.0;
            const uint bits = floatBitsToUint(values[n]);
            key = max(key, (bits & 0x7fffffffu) << 1u | (bits >> 31u ^ 1u));
        }
        barrier(); // what the turn before left has been read
        largest[id] = key;
        barrier();
        const uint run = id / runWidth * runWidth;
        for (uint n = run; n < min(run + runWidth, 64u); ++n)
            key = max(key, largest[n]);
        const vec2 rounding = roundingOf(key >> 1u, (key & 1u) != 0u);
        const ivec4 digits = rounding.y == 0.0 ? ivec4(0) : ivec4(roundEven(values * rounding.y));
        sums[id] = digits.x + digits.y + digits.z + digits.w;
        barrier();
        if (!isUsed)
            continue;
        if (asFloats != 0u) {
            for (uint n = 0u; n < 4u && column + n < columnCount; ++n)
                y[token * columnCount + column + n] = rounding.x * float(digits[n]);
            continue;
        }
        const uvec4 four = uvec4(digits) & 255u;
        bytes[(token * paddedColumns + column) / 4u] = four.x | four.y << 8u | four.z << 16u | four.w << 24u;
        if (id % lineWidth != 0u)
            continue;
        int sum = 0;
        for (uint n = id; n < id + lineWidth; ++n)
            sum += sums[n];
        lines[token * (paddedColumns / lineColumns) + column / lineColumns] = vec2(rounding.x, rounding.x * float(sum));
    }
}
