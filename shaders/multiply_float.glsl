// For weights without blocks: element by element, rows of any length. weightAt() gives 0 past the end of a row.

vec4 weightsAt(uint row, uint column)
{
    return vec4(
        weightAt(row, column), weightAt(row, column + 1u), weightAt(row, column + 2u), weightAt(row, column + 3u));
}

Eight decode8(uint row, uint column)
{
    return Eight(weightsAt(row, column), weightsAt(row, column + 4u));
}

#include "multiply.glsl"
