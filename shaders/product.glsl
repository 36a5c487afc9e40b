// What every shader on packed weights is given. Blocks begin at any byte: bytes are read as words.

#ifdef SUBGROUPS
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#endif
#ifdef DOTS
#extension GL_EXT_spirv_intrinsics : require
#extension GL_EXT_control_flow_attributes : require
#endif
#ifdef HALVES
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#endif

layout(push_constant) uniform Sizes {
    uint rowCount; // of the weights here, which may be some of all rows
    uint columnCount;
    uint tokenCount;
    uint firstRow; // of these among all rows
    uint allRows;
    uint rowBytes;
    uint blockElements;
    uint blockBytes;
#ifdef DOTS
    uint inputWords; // of a token, four bytes each
    uint lineCount; // of a token
#else
    // Of convolutions only, whose x is [picture, channel, height, width]; allRows are those of all groups.
    uint groupCount;
    uint channelCount; // of a group
    uint hasBias;
    int inputHeight;
    int inputWidth;
    int outputHeight;
    int outputWidth;
    int kernelHeight;
    int kernelWidth;
    int strideHeight;
    int strideWidth;
    int dilationHeight;
    int dilationWidth;
    int padTop;
    int padLeft;
#endif
};

layout(binding = 0, std430) readonly buffer Weights { uint weights[]; };
layout(binding = 0, std430) readonly buffer WeightVectors { uvec4 weightVectors[]; }; // the same

// Constants 0 to 2 are multiply.glsl's.
layout(constant_id = 3) const uint formatA = 0u; // what the format's row in formats.cpp says
layout(constant_id = 4) const uint formatB = 0u;
layout(constant_id = 5) const uint formatC = 0u;
layout(constant_id = 6) const uint formatD = 0u;

// Four bytes from any byte on; reads no word that holds none of them.
uint wordAt(uint at)
{
    const uint low = weights[at / 4u], shift = (at & 3u) * 8u;
    return shift == 0u ? low : low >> shift | weights[at / 4u + 1u] << 32u - shift;
}

uint byteAt(uint at)
{
    return weights[at / 4u] >> (at & 3u) * 8u & 255u;
}

// The half-precision number at an even byte.
float halfAt(uint at)
{
    return unpackHalf2x16(weights[at / 4u] >> (at & 2u) * 8u).x;
}

// Where the block of an element begins.
uint blockAt(uint row, uint column)
{
    return row * rowBytes + column / blockElements * blockBytes;
}

// Neighbouring elements of a row.
struct Eight {
    vec4 low, high;
};
