// Four numbers of a byte each in a word.

// byte - zero as signed bytes, for bytes up to 127 and a zero up to 128.
uint lessZero(uint bytes, uint zero)
{
    return ((bytes | 0x80808080u) - zero * 0x01010101u) ^ 0x80808080u;
}

uint packedBytes(uvec4 bytes)
{
    return bytes.x | bytes.y << 8u | bytes.z << 16u | bytes.w << 24u;
}

// The lowest four bits, one in each byte.
uint spreadBits(uint bits)
{
    return (bits & 15u) * 0x00204081u & 0x01010101u;
}

// The bytes of a table of 16 for four codes of 4 bits, one in each byte.
uint lookedUp(uvec4 table, uint codes)
{
    const uvec4 code = uvec4(codes, codes >> 8u, codes >> 16u, codes >> 24u) & 15u;
    return packedBytes(
        uvec4(
            table[code.x / 4u] >> code.x % 4u * 8u, table[code.y / 4u] >> code.y % 4u * 8u,
            table[code.z / 4u] >> code.z % 4u * 8u, table[code.w / 4u] >> code.w % 4u * 8u)
        & 255u);
}
