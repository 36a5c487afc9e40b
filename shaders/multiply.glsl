// y[token, row] = sum over columns of W[row, column] * x[token, column], sums in float; or rows of W by number; or a
// convolution, where a token is a place of the result and x is looked up in its window.
//
// Included by each multiply_<format>.comp after it has defined
//     Eight decode8(uint row, uint column);
// which gives W[row, column .. column + 7]; column is a multiple of 8 and below columnCount. What it gives
// past the end of a row is finite and not used.

layout(local_size_x = 64) in;
// 0: by rows; 1: in tiles; 2: rows by number, as Embedding has it; 3: tiles of a convolution; 4: a convolution with
// few rows a group; 5: a transposed convolution
layout(constant_id = 0) const uint mode = 0u;
layout(constant_id = 1) const uint tokensAtOnce = 1u; // by rows: 1 to 4

layout(binding = 1, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) readonly buffer InputVectors { vec4 xVectors[]; }; // the same
layout(binding = 2, std430) writeonly buffer Output { float y[]; };
layout(binding = 3, std430) readonly buffer Bias { float bias[]; }; // of convolutions, where there is one

#include "multiply_windows.glsl"
#include "multiply_tiles.glsl"
#include "multiply_rows.glsl"

// Here x holds numbers of rows.
void gatherRows()
{
    const uint parts = (columnCount + 7u) / 8u;
    for (uint i = gl_GlobalInvocationID.x; i < tokenCount * parts; i += gl_NumWorkGroups.x * 64u) {
        const uint token = i / parts, column = i % parts * 8u, row = uint(x[token]) - firstRow;
        if (row >= rowCount) // in another part of the table: numbers wrap around
            continue;
        const Eight values = decode8(row, column);
        for (uint n = 0u; n < 8u && column + n < columnCount; ++n)
            y[token * columnCount + column + n] = n < 4u ? values.low[n] : values.high[n - 4u];
    }
}

void main()
{
#ifdef PREPARES // what the workgroup shares of the format
    prepare();
#endif
    if (mode == 0u)
        multiplyRows();
    else if (mode == 1u || mode == 3u)
        for (uint token = gl_WorkGroupID.y * tile; token < tokenCount; token += gl_NumWorkGroups.y * tile)
            multiplyTile(token);
    else if (mode == 2u)
        gatherRows();
    else if (mode == 4u)
        multiplyWindows();
    else
        multiplyTransposed();
}
