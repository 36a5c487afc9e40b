// For weights without blocks: rows of any length. The shader has defined
//     Eight vectorAt(uint i);           weights 8 i to 8 i + 7 of all, where rows are whole vectors
//     float weightAt(uint i);           one of all

Eight decode8(uint row, uint column)
{
    const uint first = row * columnCount + column;
    if (columnCount % 8u == 0u)
        return vectorAt(first / 8u);
    Eight values = Eight(vec4(0.0), vec4(0.0));
    for (uint n = 0u; n < 8u && column + n < columnCount; ++n) {
        if (n < 4u)
            values.low[n] = weightAt(first + n);
        else
            values.high[n - 4u] = weightAt(first + n);
    }
    return values;
}

#include "multiply.glsl"
