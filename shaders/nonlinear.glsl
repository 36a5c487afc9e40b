// The 16 levels of iq4_nl and iq4_xs, four bytes a word, each plus 128.
const uint nonlinearLevels[4] = uint[4](0x3f2d1801u, 0x766a5d4fu, 0xa6998d81u, 0xf1d9c5b5u);

vec4 levelsOf(uint nibbles) // one in each byte
{
    const uvec4 code = uvec4(nibbles & 15u, nibbles >> 8u & 15u, nibbles >> 16u & 15u, nibbles >> 24u & 15u);
    return vec4(
               nonlinearLevels[code.x / 4u] >> code.x % 4u * 8u & 255u,
               nonlinearLevels[code.y / 4u] >> code.y % 4u * 8u & 255u,
               nonlinearLevels[code.z / 4u] >> code.z % 4u * 8u & 255u,
               nonlinearLevels[code.w / 4u] >> code.w % 4u * 8u & 255u)
        - 128.0;
}
