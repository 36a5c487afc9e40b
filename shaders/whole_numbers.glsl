// For formats whose weights are whole numbers under a line's scale and offset. The shader has defined
//     uvec2 codes8(uint row, uint column);      W[row, column .. column + 7] as signed bytes, in order
//     vec2 lineAt(uint row, uint column);       their scale and offset: value = scale * code + offset
// and so has both what products of floats need and what products of bytes do.

vec4 signedBytesOf(uint word)
{
    return vec4(ivec4(word << 24u, word << 16u, word << 8u, word) >> 24);
}

Eight decode8(uint row, uint column)
{
    const vec2 line = lineAt(row, column);
    const uvec2 codes = codes8(row, column);
    return Eight(line.x * signedBytesOf(codes.x) + line.y, line.x * signedBytesOf(codes.y) + line.y);
}

#ifdef DOTS
#include "multiply_dots.glsl"
#else
#include "multiply.glsl"
#endif
