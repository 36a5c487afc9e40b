// What ggml's blocks of 256 share.

// Element i of 64 bytes of pairs lies in byte i / 128 * 32 + i % 32, bits 2 * (i % 128 / 32).
uint pairsAt(uint base, uint element) // of four elements, one in each byte
{
    return wordAt(base + element / 128u * 32u + element % 32u) >> element % 128u / 32u * 2u & 0x03030303u;
}

// A plane of 32 bytes: element i is bit i / 32 of byte i % 32.
uint bitsAt(uint base, uint element)
{
    return wordAt(base + element % 32u) >> element / 32u & 0x01010101u;
}

// 128 bytes of nibbles: bytes 32 p and on hold run 2 p of 32 elements below and run 2 p + 1 above.
uint nibblesAt(uint base, uint element)
{
    return wordAt(base + element / 64u * 32u + element % 32u) >> element / 32u % 2u * 4u & 0x0f0f0f0fu;
}

// f16 scale, f16 step of minima, twelve bytes of eight 6-bit scales and eight 6-bit minima: scale and offset of run s
// of 32.
vec2 sixBitLine(uint base, uint s)
{
    const vec2 super = unpackHalf2x16(wordAt(base)) * vec2(1.0, -1.0);
    const uint a = byteAt(base + 4u + s % 4u), b = byteAt(base + 8u + s % 4u);
    if (s < 4u)
        return super * vec2(a & 63u, b & 63u);
    const uint c = byteAt(base + 8u + s);
    return super * vec2(c & 15u | a >> 6u << 4u, c >> 4u | b >> 6u << 4u);
}
