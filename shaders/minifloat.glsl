// E2M1 in units of a half, a sign, two bits of exponent, one of mantissa: 0, 1, 2, 3, 4, 6, 8, 12 and their negatives.
const uvec4 miniFloats = uvec4(0x03020100u, 0x0c080604u, 0xfdfeff00u, 0xf4f8fafcu);
