// What every product of packed weights is given. Blocks begin at any even byte: bytes are read as words.

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint columnCount;
    uint tokenCount;
    uint blockElements;
};

layout(binding = 0, std430) readonly buffer Weights { uint weights[]; };

// The half-precision number at an even byte.
float halfAt(uint at)
{
    return unpackHalf2x16(weights[at / 4u] >> (at & 2u) * 8u).x;
}

// Four bytes from an even byte on; reads no word that holds none of them.
uint wordAt(uint at)
{
    const uint low = weights[at / 4u];
    return (at & 2u) == 0u ? low : low >> 16u | weights[at / 4u + 1u] << 16u;
}

// Neighbouring elements of a row.
struct Eight {
    vec4 low, high;
};
