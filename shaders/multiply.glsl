// y[token, row] = sum over columns of W[row, column] * x[token, column], sums in float.
//
// Included by each multiply_<format>.comp after it has defined
//     void decode8(uint row, uint column, out float values[8]);
// which gives W[row, column .. column + 7]; column is a multiple of 8 and below columnCount. Elements past
// the end of the row are 0.

layout(local_size_x = 64) in;
layout(constant_id = 0) const bool tiled = false; // tiles of 32 rows and 32 tokens; else one output a workgroup

layout(binding = 1, std430) readonly buffer Input { float x[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

const uint tile = 32u;
shared float weightTile[tile * (tile + 1u)]; // [column][row], one column of padding against bank conflicts
shared float inputTile[tile * (tile + 1u)]; // [column][token]

float inputAt(uint token, uint column)
{
    return token < tokenCount && column < columnCount ? x[token * columnCount + column] : 0.0;
}

// Each invocation holds 4 x 4 outputs; decoded weights and inputs are shared by the workgroup.
void multiplyTile()
{
    const uint id = gl_LocalInvocationID.x;
    const uint firstRow = gl_WorkGroupID.x * tile, firstToken = gl_WorkGroupID.y * tile;
    const uint ownRow = id % 8u, ownToken = id / 8u; // and every eighth after it
    float sums[16];
    for (uint i = 0u; i < 16u; ++i)
        sums[i] = 0.0;

    for (uint firstColumn = 0u; firstColumn < columnCount; firstColumn += tile) {
        for (uint part = id; part < tile * 4u; part += 64u) { // a row has 4 parts of 8 columns
            const uint row = part / 4u, column = part % 4u * 8u;
            float values[8];
            if (firstRow + row < rowCount && firstColumn + column < columnCount)
                decode8(firstRow + row, firstColumn + column, values);
            else
                for (uint i = 0u; i < 8u; ++i)
                    values[i] = 0.0;
            for (uint i = 0u; i < 8u; ++i)
                weightTile[(column + i) * (tile + 1u) + row] = values[i];
        }
        for (uint i = id; i < tile * tile; i += 64u)
            inputTile[i % tile * (tile + 1u) + i / tile] = inputAt(firstToken + i / tile, firstColumn + i % tile);
        barrier();
        for (uint column = 0u; column < tile; ++column) {
            const uint base = column * (tile + 1u);
            float inputs[4];
            for (uint t = 0u; t < 4u; ++t)
                inputs[t] = inputTile[base + ownToken + 8u * t];
            for (uint r = 0u; r < 4u; ++r) {
                const float weight = weightTile[base + ownRow + 8u * r];
                for (uint t = 0u; t < 4u; ++t)
                    sums[4u * r + t] += weight * inputs[t];
            }
        }
        barrier();
    }
    for (uint r = 0u; r < 4u; ++r)
        for (uint t = 0u; t < 4u; ++t) {
            const uint row = firstRow + ownRow + 8u * r, token = firstToken + ownToken + 8u * t;
            if (row < rowCount && token < tokenCount)
                y[token * rowCount + row] = sums[4u * r + t];
        }
}

// The invocations of a workgroup share the columns of one output and add up in a tree.
void multiplyRows()
{
    const uint id = gl_LocalInvocationID.x, token = gl_WorkGroupID.y;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        float sum = 0.0;
        for (uint column = id * 8u; column < columnCount; column += 512u) {
            float values[8];
            decode8(row, column, values);
            for (uint i = 0u; i < 8u; ++i)
                sum += values[i] * inputAt(token, column + i);
        }
        weightTile[id] = sum;
        for (uint step = 32u; step > 0u; step /= 2u) {
            barrier();
            if (id < step)
                weightTile[id] += weightTile[id + step];
        }
        if (id == 0u)
            y[token * rowCount + row] = weightTile[0];
        barrier(); // before the next row overwrites the sums
    }
}

void main()
{
    if (tiled)
        multiplyTile();
    else
        multiplyRows();
}
